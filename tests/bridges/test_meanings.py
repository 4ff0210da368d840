"""What other platforms' messages mean, each in the form that its documentation shows."""

import hashlib
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.bridges import bilibili, douyin, kuaishou, twitch, youtube
from avatar_live.bridges.happening import SEEN_MAX, Followed, Gave, Happening, Liked, NotUnderstoodError, Said, Seen

# --- Twitch: https://dev.twitch.tv/docs/eventsub/eventsub-subscription-types/ ------------------------------------

_BROADCASTER = {
    "broadcaster_user_id": "1971641",
    "broadcaster_user_login": "streamer",
    "broadcaster_user_name": "streamer",
}
_USER = {"user_id": "1234", "user_login": "cool_user", "user_name": "Cool_User"}


def notification(type: str, event: dict[str, Any]) -> bytes:
    """Return a notification as https://dev.twitch.tv/docs/eventsub/websocket-reference/ describes it."""
    return json.dumps(
        {
            "metadata": {
                "message_id": "befa7b53-d79d-478f-86b9-120f112b044e",
                "message_type": "notification",
                "message_timestamp": "2022-11-16T10:11:12.464757833Z",
                "subscription_type": type,
                "subscription_version": "1",
            },
            "payload": {
                "subscription": {
                    "id": "f1c2a387-161a-49f9-a165-0f21d7a4e1c4",
                    "status": "enabled",
                    "type": type,
                    "version": "1",
                    "cost": 1,
                    "condition": {"broadcaster_user_id": "1971641"},
                    "transport": {"method": "websocket", "session_id": "AQoQexAWVYKSTIu4ec_2VAxyuhAB"},
                    "created_at": "2022-11-16T10:11:12.464757833Z",
                },
                "event": {**_BROADCASTER, **event},
            },
        }
    ).encode()


_ID = "befa7b53-d79d-478f-86b9-120f112b044e"


@pytest.mark.parametrize(
    ("type", "event", "meaning"),
    [
        (
            "channel.chat.message",
            {
                "chatter_user_id": "4145994",
                "chatter_user_login": "viewer32",
                "chatter_user_name": "viewer32",
                "message_id": "cc106a89-1814-919d-454c-f4f2f970aae7",
                "message": {
                    "text": "Hi chat",
                    "fragments": [
                        {"type": "text", "text": "Hi chat", "cheermote": None, "emote": None, "mention": None}
                    ],
                },
                "color": "#00FF7F",
                "badges": [{"set_id": "moderator", "id": "1", "info": ""}],
                "message_type": "text",
                "cheer": None,
                "reply": None,
                "channel_points_custom_reward_id": None,
            },
            Said(_ID, "viewer32", "Hi chat"),
        ),
        ("channel.follow", {**_USER, "followed_at": "2020-07-15T18:16:11.17106713Z"}, Followed(_ID, "Cool_User")),
        (
            "channel.cheer",
            {**_USER, "is_anonymous": False, "message": "pogchamp", "bits": 1000},
            Gave(_ID, "Cool_User", "bits", 1000, "1000 bits", "pogchamp"),
        ),
        (
            "channel.cheer",
            {
                "is_anonymous": True,
                "user_id": None,
                "user_login": None,
                "user_name": None,
                "message": "pogchamp",
                "bits": 1,
            },
            Gave(_ID, twitch.NOBODY, "bits", 1, "1 bits", "pogchamp"),
        ),
        (
            "channel.subscribe",
            {**_USER, "tier": "1000", "is_gift": False},
            Gave(_ID, "Cool_User", "subscription", worth="tier 1"),
        ),
        ("channel.subscribe", {**_USER, "tier": "1000", "is_gift": True}, None),
        (
            "channel.subscription.gift",
            {**_USER, "total": 2, "tier": "3000", "cumulative_total": 284, "is_anonymous": False},
            Gave(_ID, "Cool_User", "gift subscription", 2, "tier 3"),
        ),
        (
            "channel.subscription.message",
            {
                **_USER,
                "tier": "Prime",
                "message": {
                    "text": "Love the stream! FevziGG",
                    "emotes": [{"begin": 23, "end": 30, "id": "302976485"}],
                },
                "cumulative_months": 15,
                "streak_months": 1,
                "duration_months": 6,
            },
            Gave(_ID, "Cool_User", "subscription", worth="Prime", text="Love the stream! FevziGG"),
        ),
        (
            "channel.channel_points_custom_reward_redemption.add",
            {
                **_USER,
                "id": "17fa2df1-ad76-4804-bfa5-a40ef63efe63",
                "user_input": "pogchamp",
                "status": "unfulfilled",
                "reward": {"id": "92af127c", "title": "title", "cost": 100, "prompt": "reward prompt"},
                "redeemed_at": "2020-07-15T17:16:03.17106713Z",
            },
            Gave(_ID, "Cool_User", "title", worth="100 points", text="pogchamp"),
        ),
        ("channel.raid", {"from_broadcaster_user_name": "Cool_User", "viewers": 9001}, None),
    ],
)
def test_a_notification_of_twitch(type: str, event: dict[str, Any], meaning: Happening | None) -> None:
    assert twitch.happenings(twitch.read(notification(type, event))) == (() if meaning is None else (meaning,))


def test_every_wish_of_twitch_names_the_channel_and_who_reads_it_where_needed() -> None:
    conditions = {wish.type: twitch.condition(wish, "1", "2") for wish in twitch.WISHES}
    assert conditions["channel.chat.message"] == {"broadcaster_user_id": "1", "user_id": "2"}
    assert conditions["channel.follow"] == {"broadcaster_user_id": "1", "moderator_user_id": "2"}
    assert conditions["channel.cheer"] == {"broadcaster_user_id": "1"}


# --- YouTube: https://developers.google.com/youtube/v3/live/docs/liveChatMessages ----------------------------------


@pytest.mark.parametrize(
    ("snippet", "meaning"),
    [
        (
            {"type": "textMessageEvent", "textMessageDetails": {"messageText": "hello"}},
            Said("LCC.1", "Ann", "hello"),
        ),
        (
            {
                "type": "superChatEvent",
                "superChatDetails": {
                    "amountMicros": "5000000",
                    "currency": "USD",
                    "amountDisplayString": "$5.00",
                    "userComment": "great show",
                    "tier": 3,
                },
            },
            Gave("LCC.1", "Ann", "Super Chat", worth="$5.00", text="great show"),
        ),
        (
            {
                "type": "superStickerEvent",
                "superStickerDetails": {
                    "superStickerMetadata": {"stickerId": "s1", "altText": "a pear that waves", "language": "en"},
                    "amountMicros": "2000000",
                    "currency": "EUR",
                    "amountDisplayString": "€2.00",
                    "tier": 1,
                },
            },
            Gave("LCC.1", "Ann", "Super Sticker", worth="€2.00", text="a pear that waves"),
        ),
        (
            {"type": "newSponsorEvent", "newSponsorDetails": {"memberLevelName": "Gold", "isUpgrade": False}},
            Gave("LCC.1", "Ann", "membership", worth="Gold"),
        ),
        (
            {
                "type": "memberMilestoneChatEvent",
                "memberMilestoneChatDetails": {
                    "userComment": "a year!",
                    "memberMonth": 12,
                    "memberLevelName": "Gold",
                },
            },
            Gave("LCC.1", "Ann", "membership", worth="month 12", text="a year!"),
        ),
        (
            {
                "type": "membershipGiftingEvent",
                "membershipGiftingDetails": {"giftMembershipsCount": 5, "giftMembershipsLevelName": "Gold"},
            },
            Gave("LCC.1", "Ann", "gift membership", 5, "Gold"),
        ),
        ({"type": "messageDeletedEvent", "messageDeletedDetails": {"deletedMessageId": "x"}}, None),
    ],
)
def test_a_message_of_youtube(snippet: dict[str, Any], meaning: Happening | None) -> None:
    item = {
        "kind": "youtube#liveChatMessage",
        "etag": "e",
        "id": "LCC.1",
        "snippet": {"liveChatId": "chat", "publishedAt": "2026-01-01T00:00:00Z", "hasDisplayContent": True, **snippet},
        "authorDetails": {"channelId": "UC1", "displayName": "Ann", "isChatOwner": False},
    }
    page = youtube.read(json.dumps({"pollingIntervalMillis": 5_000, "nextPageToken": "next", "items": [item]}).encode())
    assert (page.next_page_token, youtube.wait_s(page)) == ("next", 5.0)
    assert youtube.happenings(page.items[0]) == (() if meaning is None else (meaning,))


@pytest.mark.parametrize(("told_ms", "wait_s"), [(0, 1.0), (1_000, 1.0), (60_000, 60.0), (60_001, 60.0)])
def test_youtube_is_asked_neither_all_the_time_nor_never(told_ms: int, wait_s: float) -> None:
    assert youtube.wait_s(youtube.Page(polling_interval_millis=told_ms)) == wait_s


# --- Bilibili: https://open-live.bilibili.com/document/ -----------------------------------------------------------

_ROOM = {"room_id": 4639581, "timestamp": 1650717881, "fans_medal_level": 21, "fans_medal_name": "官方"}


@pytest.mark.parametrize(
    ("cmd", "data", "meaning"),
    [
        (
            "LIVE_OPEN_PLATFORM_DM",
            {"uname": "小猫", "uid": 0, "open_id": "o1", "msg": "你好", "msg_id": "m1", "guard_level": 0},
            Said("m1", "小猫", "你好"),
        ),
        (
            "LIVE_OPEN_PLATFORM_SEND_GIFT",
            {"uname": "小猫", "gift_id": 30607, "gift_name": "小心心", "gift_num": 1, "price": 0, "paid": False}
            | {"msg_id": "m2", "anchor_info": {"uname": "host", "uid": 1}},
            Gave("m2", "小猫", "小心心"),
        ),
        (
            "LIVE_OPEN_PLATFORM_SEND_GIFT",
            {"uname": "小猫", "gift_name": "告白花束", "gift_num": 2, "price": 22_000, "paid": True, "msg_id": "m3"},
            Gave("m3", "小猫", "告白花束", 2, "44.00 CNY"),
        ),
        (
            "LIVE_OPEN_PLATFORM_SUPER_CHAT",
            {"uname": "小猫", "message_id": 3992851, "message": "加油", "rmb": 30, "msg_id": "m4"}
            | {"start_time": 1652413567, "end_time": 1652413627},
            Gave("m4", "小猫", "醒目留言", worth="30.00 CNY", text="加油"),
        ),
        (
            "LIVE_OPEN_PLATFORM_GUARD",
            {"user_info": {"uid": 0, "uname": "小猫"}, "guard_level": 3, "guard_num": 1, "guard_unit": "月"}
            | {"msg_id": "m5"},
            Gave("m5", "小猫", "舰长", 1, "月"),
        ),
        (
            "LIVE_OPEN_PLATFORM_LIKE",
            {"uname": "小猫", "like_text": "为主播点赞了", "like_count": 7, "msg_id": "m6"},
            Liked("m6", "小猫", 7),
        ),
        ("LIVE_OPEN_PLATFORM_LIVE_ROOM_ENTER", {"uname": "小猫"}, None),
    ],
)
def test_a_message_of_bilibili(cmd: str, data: dict[str, Any], meaning: Happening | None) -> None:
    body = json.dumps({"cmd": cmd, "data": {**_ROOM, **data}}).encode()
    assert bilibili.happenings(body) == (() if meaning is None else (meaning,))


def test_packets_of_bilibili_are_sixteen_bytes_and_a_body() -> None:
    assert bilibili.packet(bilibili.AUTH, b"{}") == bytes.fromhex("00000012 0010 0000 00000007 00000001") + b"{}"


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.binary(max_size=50)), max_size=5), st.booleans())
def test_packets_arrive_as_they_were_also_packed_together(sent: list[tuple[int, bytes]], is_packed: bool) -> None:
    data = b"".join(bilibili.packet(operation, body) for operation, body in sent)
    if is_packed:
        data = bilibili.packet(bilibili.MESSAGE, zlib.compress(data), bilibili.ZLIB)
    assert list(bilibili.packets(data)) == sent


@given(st.binary(max_size=200))
def test_damaged_packets_are_understood_or_refused(data: bytes) -> None:
    for version in (bilibili.PLAIN, bilibili.ZLIB):
        for whole in (data, bilibili.packet(bilibili.MESSAGE, data, version)):
            try:
                list(bilibili.packets(whole))
            except NotUnderstoodError:
                continue


def test_a_packet_may_grow_to_its_limit_and_not_by_a_byte_more() -> None:
    head = len(bilibili.packet(0))
    for size, is_taken in ((bilibili.INFLATED_BYTES_MAX - head, True), (bilibili.INFLATED_BYTES_MAX - head + 1, False)):
        bomb = bilibili.packet(5, zlib.compress(bilibili.packet(5, bytes(size))), bilibili.ZLIB)
        if is_taken:
            assert [len(body) for _, body in bilibili.packets(bomb)] == [size]
        else:
            with pytest.raises(NotUnderstoodError):
                list(bilibili.packets(bomb))


def test_a_request_to_bilibili_is_signed_over_its_sorted_headers() -> None:
    headers = bilibili.signed_headers("key", "secret", b"{}", 1_700_000_000, "nonce")
    assert headers["x-bili-content-md5"] == "99914b932bd37a50b983c5e7c90ae93b"
    assert len(headers["authorization"]) == 64
    assert bilibili.signed_headers("key", "other", b"{}", 1_700_000_000, "nonce") != headers


# --- Douyin: https://developer.open-douyin.com/docs/resource/zh-CN/interaction/develop/server/live-room-scope/data-open/

_PERSON = {"sec_openid": "o1", "avatar_url": "https://example.com/a.png", "nickname": "小猫", "timestamp": 1}


@pytest.mark.parametrize(
    ("kind", "pushed", "meaning"),
    [
        ("live_comment", {"msg_id": "1", "content": "红队加油"}, Said("1", "小猫", "红队加油")),
        (
            "live_gift",
            {"msg_id": "2", "sec_gift_id": "n1/Dg1905", "gift_num": 3, "gift_value": 300, "test": False},
            Gave("2", "小猫", douyin.GIFT, 3, "3.00 CNY"),
        ),
        ("live_like", {"msg_id": "3", "like_num": 12}, Liked("3", "小猫", 12)),
        ("live_fansclub", {"msg_id": "4", "fansclub_reason_type": 1, "fansclub_level": 1}, None),
    ],
)
def test_a_push_of_douyin(kind: str, pushed: dict[str, Any], meaning: Happening | None) -> None:
    body = json.dumps([{**_PERSON, **pushed}]).encode()
    assert douyin.happenings(kind, body) == (() if meaning is None else (meaning,))


def test_a_push_of_douyin_is_signed_over_headers_body_and_secret() -> None:
    # The example of the platform's own documentation.
    headers = {"x-nonce-str": "123456", "x-timestamp": "456789", "x-roomid": "268", "x-msg-type": "live_gift"}
    body = "abc123你好".encode()
    assert douyin.signature(headers, body, "123abc") == "PDcKhdlsrKEJif6uMKD2dw=="
    signed = {**headers, "x-signature": "PDcKhdlsrKEJif6uMKD2dw=="}
    at_s = 456.789
    assert douyin.is_signed(signed, body, "123abc", at_s + douyin.TOLERANCE_S)
    assert not douyin.is_signed(signed, body, "123abc", at_s + douyin.TOLERANCE_S + 1.0)
    assert not douyin.is_signed(signed, body + b" ", "123abc", at_s)
    assert not douyin.is_signed(signed, body, "other", at_s)
    assert not douyin.is_signed(headers, body, "123abc", at_s)


# --- Kuaishou ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("push_type", "payload", "meaning"),
    [
        ("liveComment", {"content": "加油"}, Said("u1/0", "小猫", "加油")),
        (
            "giftSend",
            {"uniqueNo": "n", "giftId": "7", "giftName": "啤酒", "giftCount": 2, "giftUnitPrice": 10}
            | {"giftTotalPrice": 20, "normalGift": True},
            Gave("u1/0", "小猫", "啤酒", 2, "20 kuaibi"),
        ),
        ("liveLike", {"count": 5}, Liked("u1/0", "小猫", 5)),
        ("liveShare", {}, None),
    ],
)
def test_a_push_of_kuaishou(push_type: str, payload: dict[str, Any], meaning: Happening | None) -> None:
    user = {"userId": "1", "userName": "小猫", "headUrl": "https://example.com/a.png"}
    push = {
        "message_id": "m",
        "event": "LIVE_INTERACTION_DATA",
        "app_id": "ks1",
        "timestamp": 1,
        "data": {
            "unique_message_id": "u1",
            "author_open_id": "a",
            "room_code": "r",
            "push_type": push_type,
            "payload": [{**payload, "userInfo": user}],
        },
    }
    assert kuaishou.happenings(json.dumps(push).encode()) == (() if meaning is None else (meaning,))
    assert kuaishou.happenings(json.dumps({**push, "event": "OTHER"}).encode()) == ()


def test_a_push_of_kuaishou_is_signed_over_body_and_secret() -> None:
    assert kuaishou.is_signed(hashlib.md5(b"{}secret", usedforsecurity=False).hexdigest(), b"{}", "secret")
    assert not kuaishou.is_signed(kuaishou.signature(b"{}", "secret"), b"{} ", "secret")
    assert not kuaishou.is_signed("", b"{}", "secret")


# --- all of them -------------------------------------------------------------------------------------------------


@given(
    st.binary(max_size=100)
    | st.builds(lambda one: json.dumps(one).encode(), st.recursive(st.none() | st.text(), st.lists))
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    for read in (
        twitch.read,
        youtube.read,
        bilibili.happenings,
        kuaishou.happenings,
        lambda data: douyin.happenings("live_comment", data),
    ):
        try:
            read(data)
        except NotUnderstoodError:
            continue


def test_a_repeated_message_is_known_as_long_as_the_last_of_them_are_remembered() -> None:
    seen = Seen()
    assert [seen.is_new("a"), seen.is_new("a"), seen.is_new(""), seen.is_new("")] == [True, False, True, True]
    for number in range(SEEN_MAX - 1):
        assert seen.is_new(str(number))
    assert not seen.is_new("a")
    assert seen.is_new("one more")
    assert seen.is_new("a"), "the oldest was forgotten"
