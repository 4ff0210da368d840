"""YouTube live chat: what `liveChatMessages.list` answers, and what it means here.

https://developers.google.com/youtube/v3/live/docs/liveChatMessages
"""

from typing import Final

import msgspec

from avatar_live.bridges.happening import Gave, Happenings, Said, understood

POLL_MS_MIN: Final = 1_000  # less is a mistake, and costs quota
POLL_MS_MAX: Final = 60_000
FOR_NOW: Final = ("quotaExceeded", "rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded")


class _Text(msgspec.Struct, frozen=True, rename="camel"):
    message_text: str = ""


class _Paid(msgspec.Struct, frozen=True, rename="camel"):
    amount_display_string: str = ""
    user_comment: str = ""


class _StickerMetadata(msgspec.Struct, frozen=True, rename="camel"):
    alt_text: str = ""


class _Sticker(msgspec.Struct, frozen=True, rename="camel"):
    amount_display_string: str = ""
    super_sticker_metadata: _StickerMetadata = _StickerMetadata()


class _Member(msgspec.Struct, frozen=True, rename="camel"):
    member_level_name: str = ""
    member_month: int = 0
    user_comment: str = ""
    gift_memberships_count: int = 1
    gift_memberships_level_name: str = ""


class _Snippet(msgspec.Struct, frozen=True, rename="camel"):
    type: str
    text_message_details: _Text = _Text()
    super_chat_details: _Paid = _Paid()
    super_sticker_details: _Sticker = _Sticker()
    new_sponsor_details: _Member = _Member()
    member_milestone_chat_details: _Member = _Member()
    membership_gifting_details: _Member = _Member()


class _Author(msgspec.Struct, frozen=True, rename="camel"):
    display_name: str = ""


class Item(msgspec.Struct, frozen=True, rename="camel"):
    """One message."""

    id: str
    snippet: _Snippet
    author_details: _Author = _Author()


class Page(msgspec.Struct, frozen=True, rename="camel"):
    """One answer: the next one is asked for with `next_page_token`, after `polling_interval_millis`."""

    next_page_token: str = ""
    polling_interval_millis: int = POLL_MS_MIN
    offline_at: str = ""
    items: tuple[Item, ...] = ()


class _Reason(msgspec.Struct, frozen=True):
    reason: str = ""


class _Error(msgspec.Struct, frozen=True):
    errors: tuple[_Reason, ...] = ()


class _Refusal(msgspec.Struct, frozen=True):
    error: _Error = _Error()


def is_for_now(refusal: bytes) -> bool:
    """Say whether a refusal is one of too many questions, which is over by itself."""
    try:
        error = msgspec.json.decode(refusal, type=_Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return any(one.reason in FOR_NOW for one in error.errors)


def read(data: bytes) -> Page:
    """Return an answer. Raises NotUnderstoodError."""
    return understood(data, Page)


def wait_s(page: Page) -> float:
    """Return how long to wait before the next question."""
    return min(max(page.polling_interval_millis, POLL_MS_MIN), POLL_MS_MAX) / 1_000.0


def happenings(item: Item) -> Happenings:
    """Return what a message means; nothing for one that is not known."""
    snippet, id, name = item.snippet, item.id, item.author_details.display_name
    match snippet.type:
        case "textMessageEvent":
            return (Said(id, name, snippet.text_message_details.message_text),)
        case "superChatEvent":
            paid = snippet.super_chat_details
            return (Gave(id, name, "Super Chat", worth=paid.amount_display_string, text=paid.user_comment),)
        case "superStickerEvent":
            sticker = snippet.super_sticker_details
            text = sticker.super_sticker_metadata.alt_text
            return (Gave(id, name, "Super Sticker", worth=sticker.amount_display_string, text=text),)
        case "newSponsorEvent":
            return (Gave(id, name, "membership", worth=snippet.new_sponsor_details.member_level_name),)
        case "memberMilestoneChatEvent":
            member = snippet.member_milestone_chat_details
            return (Gave(id, name, "membership", worth=f"month {member.member_month}", text=member.user_comment),)
        case "membershipGiftingEvent":
            member = snippet.membership_gifting_details
            count, level = member.gift_memberships_count, member.gift_memberships_level_name
            return (Gave(id, name, "gift membership", count, level),)
        case _:
            return ()
