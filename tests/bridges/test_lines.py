"""The lines to the platforms, against servers on this machine that speak the documented protocols."""

import asyncio
import contextlib
import json
import zlib
from urllib.parse import parse_qs, urlsplit

import pytest
from patience import DEADLINE_S
from platform_stand_in import Asked, Ear, web, websocket
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from avatar_live.bridges import bilibili, twitch
from avatar_live.bridges.bilibili_line import BilibiliLine
from avatar_live.bridges.bridge import Bridge
from avatar_live.bridges.happening import Followed, Said
from avatar_live.bridges.twitch_line import TwitchLine
from avatar_live.bridges.youtube_poll import YoutubePoll


def told(type: str, **session: object) -> str:
    metadata = {"message_id": f"{type}-1", "message_type": type, "message_timestamp": "2026-01-01T00:00:00Z"}
    return json.dumps({"metadata": metadata, "payload": {"session": session} if session else {}})


def follow(id: str, name: str) -> str:
    metadata = {"message_id": id, "message_type": "notification", "subscription_type": "channel.follow"}
    return json.dumps({"metadata": metadata, "payload": {"event": {"user_name": name}}})


def twitch_line(socket: str, api: str) -> TwitchLine:
    return TwitchLine("1971641", "client-1", "token-1", "4145994", socket, f"{api}/helix/eventsub/subscriptions")


# --- Twitch ------------------------------------------------------------------------------------------------------


async def test_a_channel_of_twitch_is_read_also_over_a_move_to_another_server() -> None:
    is_moving, is_heard = asyncio.Event(), asyncio.Event()

    async def second(line: ServerConnection) -> None:
        is_moving.set()
        await asyncio.wait_for(is_heard.wait(), DEADLINE_S)
        await line.send(told("session_welcome", id="session-1", keepalive_timeout_seconds=10))
        await line.send(follow("m4", "Dan"))
        await line.wait_closed()

    async def first(line: ServerConnection) -> None:
        await line.send(told("session_welcome", id="session-1", keepalive_timeout_seconds=10))
        await line.send(told("session_keepalive"))
        await line.send(follow("m1", "Ann"))
        await line.send(follow("m1", "Ann"))  # Twitch sends again when it is not sure
        await line.send(follow("m2", "Bob"))
        await line.send(told("session_reconnect", id="session-1", reconnect_url=moved))
        await is_moving.wait()
        await line.send(follow("m3", "Cia"))  # the old line goes on until the new one has welcomed us
        await line.wait_closed()

    async with (
        websocket(second) as moved,
        websocket(first) as socket,
        web(lambda _: (202, {})) as api,
    ):
        ear = Ear(twitch_line(socket, api.address).carry)
        async with ear.listening():
            await ear.until(lambda: len(ear.heard) == 3)
            is_heard.set()
            await ear.until(lambda: len(ear.heard) == 4)
        names = [one.name for one in ear.heard if isinstance(one, Followed)]
        assert names == ["Ann", "Bob", "Cia", "Dan"]
        assert ear.bridge.state.state == "connected" and ear.bridge.state.taken == 4
        assert [asked.json["type"] for asked in api.asked] == [wish.type for wish in twitch.WISHES], "once, not twice"
        first_wish = api.asked[0]
        assert first_wish.headers["authorization"] == "Bearer token-1"
        assert first_wish.headers["client-id"] == "client-1"
        assert first_wish.json == {
            "type": "channel.chat.message",
            "version": "1",
            "condition": {"broadcaster_user_id": "1971641", "user_id": "4145994"},
            "transport": {"method": "websocket", "session_id": "session-1"},
        }


async def test_what_a_token_may_not_read_is_said_and_the_rest_goes_on() -> None:
    async def speak(line: ServerConnection) -> None:
        await line.send(told("session_welcome", id="s", keepalive_timeout_seconds=10))
        await line.wait_closed()

    async with (
        websocket(speak) as socket,
        web(lambda asked: (403 if asked.json["type"] == "channel.cheer" else 202, {})) as api,
    ):
        ear = Ear(twitch_line(socket, api.address).carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "connected")
            assert ear.bridge.state.reason == "not readable with this token: channel.cheer"


async def test_a_token_that_twitch_does_not_take_ends_the_bridge() -> None:
    async def speak(line: ServerConnection) -> None:
        await line.send(told("session_welcome", id="s"))
        await line.wait_closed()

    async with websocket(speak) as socket, web(lambda _: (401, {})) as api:
        ear = Ear(twitch_line(socket, api.address).carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "refused")
        assert "token-1" not in ear.bridge.state.reason


async def test_a_line_that_breaks_or_speaks_nonsense_is_opened_again() -> None:
    lines = 0

    async def speak(line: ServerConnection) -> None:
        nonlocal lines
        lines += 1
        if lines == 1:
            await line.close()
        elif lines == 2:
            await line.send("nonsense")
            await line.wait_closed()
        else:
            await line.send(told("session_welcome", id="s", keepalive_timeout_seconds=10))
            await line.send(follow("m1", "Ann"))
            await line.wait_closed()

    async with websocket(speak) as socket, web(lambda _: (202, {})) as api:
        ear = Ear(twitch_line(socket, api.address).carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "retrying")
            await ear.until(lambda: ear.heard == [Followed("m1", "Ann")])


# --- YouTube -----------------------------------------------------------------------------------------------------


async def test_a_live_chat_of_youtube_is_asked_for_page_after_page_from_now_on() -> None:
    def answer(asked: Asked) -> tuple[int, object]:
        query = parse_qs(urlsplit(asked.path).query)
        assert query["liveChatId"] == ["chat-1"] and "key" not in query
        assert asked.headers["x-goog-api-key"] == "key-1"
        page = int(query.get("pageToken", ["0"])[0])
        item = {
            "id": f"m{page}",
            "snippet": {"type": "textMessageEvent", "textMessageDetails": {"messageText": f"line {page}"}},
            "authorDetails": {"displayName": "Ann"},
        }
        over = {"offlineAt": "2026-01-01T00:00:00Z"} if page == 2 else {}
        return 200, {"pollingIntervalMillis": 1, "nextPageToken": str(page + 1), "items": [item], **over}

    async with web(answer) as api:
        ear = Ear(YoutubePoll("chat-1", "key-1", f"{api.address}/messages").carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "refused")
        assert ear.heard == [Said("m1", "Ann", "line 1"), Said("m2", "Ann", "line 2")]
        assert ear.bridge.state.reason == "The live chat is over."


async def test_a_key_that_youtube_does_not_take_ends_the_bridge() -> None:
    async with web(lambda _: (403, {})) as api:
        ear = Ear(YoutubePoll("chat-1", "key-1", f"{api.address}/messages").carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "refused")
        assert "key-1" not in ear.bridge.state.reason


async def test_a_quota_of_youtube_that_is_used_up_is_said_and_asked_again() -> None:
    refusal = {"error": {"code": 403, "errors": [{"reason": "quotaExceeded", "domain": "youtube.quota"}]}}
    is_used_up = True

    async with web(lambda _: (403, refusal) if is_used_up else (200, {"pollingIntervalMillis": 1})) as api:
        ear = Ear(YoutubePoll("chat-1", "key-1", f"{api.address}/messages").carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "retrying")
            assert "quota" in ear.bridge.state.reason
            is_used_up = False
            await ear.until(lambda: ear.bridge.state.state == "connected")


async def test_no_surprise_ends_a_bridge_and_the_fault_is_said() -> None:
    tries = 0

    async def carry(bridge: Bridge) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise KeyError("an address with a key")
        bridge.connected()
        await asyncio.Event().wait()

    ear = Ear(carry)
    async with ear.listening():
        await ear.until(lambda: ear.bridge.state.state == "retrying")
        assert ear.bridge.state.reason == "the bridge stumbled (KeyError)"
        await ear.until(lambda: ear.bridge.state.state == "connected")


# --- Bilibili ----------------------------------------------------------------------------------------------------


def said(id: str, text: str) -> bytes:
    data = {"uname": "Ann", "msg": text, "msg_id": id, "room_id": 1}
    return bilibili.packet(bilibili.MESSAGE, json.dumps({"cmd": "LIVE_OPEN_PLATFORM_DM", "data": data}).encode())


async def test_a_room_of_bilibili_is_read_and_kept_alive_and_the_project_ended() -> None:
    frames: list[bytes] = []

    async def speak(line: ServerConnection) -> None:
        first = await line.recv()
        assert isinstance(first, bytes)
        frames.append(first)
        await line.send(bilibili.packet(bilibili.AUTH_REPLY, b'{"code":0}'))
        await line.send(said("m1", "one"))
        packed = zlib.compress(said("m2", "two") + said("m3", "three"))
        await line.send(bilibili.packet(bilibili.MESSAGE, packed, bilibili.ZLIB))
        with contextlib.suppress(ConnectionClosed):
            async for frame in line:
                assert isinstance(frame, bytes)
                frames.append(frame)
                await line.send(bilibili.packet(bilibili.HEARTBEAT_REPLY, b"\x00\x00\x00\x01"))

    def answer(asked: Asked) -> tuple[int, object]:
        info = {"auth_body": '{"roomid":1}', "wss_link": [socket]}
        data = {"websocket_info": info, "game_info": {"game_id": "game-1"}}
        return 200, {"code": 0, "message": "0", "data": data if asked.path == "/v2/app/start" else {}}

    async with websocket(speak) as socket, web(answer) as api:
        ear = Ear(BilibiliLine(17, "code-1", "key-1", "secret-1", api.address).carry)
        async with ear.listening():
            await ear.until(lambda: len(ear.heard) == 3 and len(api.asked) >= 2 and len(frames) >= 2)
        assert ear.heard == [Said("m1", "Ann", "one"), Said("m2", "Ann", "two"), Said("m3", "Ann", "three")]
        assert list(bilibili.packets(frames[0])) == [(bilibili.AUTH, b'{"roomid":1}')]
        assert list(bilibili.packets(frames[1])) == [(bilibili.HEARTBEAT, b"")]
        start, beat, end = api.asked[0], api.asked[1], api.asked[-1]
        assert (start.path, start.json) == ("/v2/app/start", {"code": "code-1", "app_id": 17})
        assert (beat.path, beat.json) == ("/v2/app/heartbeat", {"game_id": "game-1"})
        assert (end.path, end.json) == ("/v2/app/end", {"game_id": "game-1", "app_id": 17})
        signed = {name: value for name, value in start.headers.items() if name.startswith("x-bili")}
        expected = bilibili.signed_headers(
            "key-1", "secret-1", start.body, int(signed["x-bili-timestamp"]), signed["x-bili-signature-nonce"]
        )
        assert start.headers["authorization"] == expected["authorization"]
        assert all("secret-1" not in str(asked) for asked in api.asked)


@pytest.mark.parametrize("frame", ["text", b"short", bilibili.packet(bilibili.AUTH_REPLY, b'{"code":-101}')])
async def test_a_websocket_of_bilibili_that_makes_no_sense_is_opened_again(frame: str | bytes) -> None:
    async def speak(line: ServerConnection) -> None:
        await line.recv()
        await line.send(frame)
        await line.wait_closed()

    def answer(_: Asked) -> tuple[int, object]:
        return 200, {"code": 0, "data": {"websocket_info": {"auth_body": "{}", "wss_link": [socket]}}}

    async with websocket(speak) as socket, web(answer) as api:
        ear = Ear(BilibiliLine(17, "code-1", "key-1", "secret-1", api.address).carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "retrying")
            await asyncio.sleep(0)


async def test_a_project_that_bilibili_does_not_begin_just_now_is_asked_for_again_and_a_wrong_code_is_not() -> None:
    code = 7001  # the project before is being ended

    async with web(lambda _: (200, {"code": code, "message": "no"})) as api:
        ear = Ear(BilibiliLine(17, "code-1", "key-1", "secret-1", api.address).carry)
        async with ear.listening():
            await ear.until(lambda: ear.bridge.state.state == "retrying")
            assert "7001" in ear.bridge.state.reason
            code = 7007
            await ear.until(lambda: ear.bridge.state.state == "refused")
            assert "7007" in ear.bridge.state.reason
