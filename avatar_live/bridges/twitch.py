"""Twitch EventSub: the messages of its websocket, and what its notifications mean here.

https://dev.twitch.tv/docs/eventsub/websocket-reference/ and
https://dev.twitch.tv/docs/eventsub/eventsub-subscription-types/
"""

from dataclasses import dataclass
from typing import Final

import msgspec

from avatar_live.bridges.happening import Followed, Gave, Happenings, Said, understood

NOBODY: Final = "Anonymous"


@dataclass(frozen=True, slots=True)
class Wish:
    """A type of notification that is subscribed to, and whether its condition names a reader, too."""

    type: str
    version: str
    reader: str = ""


WISHES: Final = (
    Wish("channel.chat.message", "1", "user_id"),
    Wish("channel.follow", "2", "moderator_user_id"),
    Wish("channel.cheer", "1"),
    Wish("channel.subscribe", "1"),
    Wish("channel.subscription.gift", "1"),
    Wish("channel.subscription.message", "1"),
    Wish("channel.channel_points_custom_reward_redemption.add", "1"),
)


class Metadata(msgspec.Struct, frozen=True):
    message_id: str
    message_type: str
    subscription_type: str = ""


class Session(msgspec.Struct, frozen=True):
    id: str = ""
    keepalive_timeout_seconds: int | None = None
    reconnect_url: str | None = None


class _Text(msgspec.Struct, frozen=True):
    text: str = ""


class _Reward(msgspec.Struct, frozen=True):
    title: str = ""
    cost: int = 0


class _Event(msgspec.Struct, frozen=True):
    """The fields of all notifications that are subscribed to, as far as they mean something here."""

    message_id: str = ""
    chatter_user_name: str = ""
    user_name: str | None = None
    is_anonymous: bool = False
    is_gift: bool = False
    bits: int = 0
    tier: str = ""
    total: int = 1
    user_input: str = ""
    reward: _Reward = _Reward()
    message: _Text | str | None = None


class _Subscription(msgspec.Struct, frozen=True):
    type: str = ""
    status: str = ""


class Payload(msgspec.Struct, frozen=True):
    session: Session = Session()
    subscription: _Subscription = _Subscription()
    event: _Event = _Event()


class Message(msgspec.Struct, frozen=True):
    """One message of the websocket."""

    metadata: Metadata
    payload: Payload = Payload()


def read(data: bytes | str) -> Message:
    """Return a message. Raises NotUnderstoodError."""
    return understood(data, Message)


def condition(wish: Wish, broadcaster: str, reader: str) -> dict[str, str]:
    """Return the condition of a subscription: events of the broadcaster's channel, read as somebody."""
    return {"broadcaster_user_id": broadcaster, **({wish.reader: reader} if wish.reader else {})}


def happenings(message: Message) -> Happenings:
    """Return what a notification means; nothing for one that is not known."""
    event, id = message.payload.event, message.metadata.message_id
    name = NOBODY if event.is_anonymous or not event.user_name else event.user_name
    text = event.message if isinstance(event.message, str) else event.message.text if event.message else ""
    match message.metadata.subscription_type:
        case "channel.chat.message":
            return (Said(id, event.chatter_user_name, text),)
        case "channel.follow":
            return (Followed(id, name),)
        case "channel.cheer":
            return (Gave(id, name, "bits", event.bits, f"{event.bits} bits", text),)
        case "channel.subscribe":
            return () if event.is_gift else (Gave(id, name, "subscription", worth=_tier(event.tier)),)
        case "channel.subscription.gift":
            return (Gave(id, name, "gift subscription", event.total, _tier(event.tier)),)
        case "channel.subscription.message":
            return (Gave(id, name, "subscription", worth=_tier(event.tier), text=text),)
        case "channel.channel_points_custom_reward_redemption.add":
            worth = f"{event.reward.cost} points"
            return (Gave(id, name, event.reward.title, worth=worth, text=event.user_input),)
        case _:
            return ()


def _tier(tier: str) -> str:
    """Return "1000", "2000" and "3000" as people call them."""
    return f"tier {tier[0]}" if tier.endswith("000") else tier
