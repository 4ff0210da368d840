"""Platforms that push, at a real server: what is signed happens in the room, everything else is refused."""

import hashlib
import json
import time
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, events, next_event, page, show_server

from avatar_live.bridges import douyin
from avatar_live.channels.processes import BridgePlan
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import ChatLine

DOUYIN, KUAISHOU = "a-secret-of-douyin", "a-secret-of-kuaishou"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    show = ShowServer(tmp_path_factory.mktemp("show"))
    plans = (
        BridgePlan("douyin", keys={"DOUYIN_SECRET": DOUYIN}),
        BridgePlan("kuaishou", keys={"KUAISHOU_SECRET": KUAISHOU}),
    )
    show.plan = msgspec.structs.replace(show.plan, bridges=plans)
    try:
        show.start()
        yield show
    finally:
        show.kill()


def push_douyin(server: ShowServer, kind: str, body: bytes, secret: str = DOUYIN) -> httpx.Response:
    headers = {"x-nonce-str": "n", "x-timestamp": str(int(time.time() * 1_000)), "x-roomid": "1", "x-msg-type": kind}
    headers["x-signature"] = douyin.signature(headers, body, secret)
    return httpx.post(
        f"http://127.0.0.1:{server.port}/api/bridges/douyin", content=body, headers=headers, timeout=DEADLINE_S
    )


def push_kuaishou(server: ShowServer, body: bytes, secret: str = KUAISHOU) -> httpx.Response:
    sign = hashlib.md5(body + secret.encode(), usedforsecurity=False).hexdigest()
    return httpx.post(
        f"http://127.0.0.1:{server.port}/api/bridges/kuaishou",
        content=body,
        headers={"kwaisign": sign},
        timeout=DEADLINE_S,
    )


async def test_a_comment_of_douyin_stands_in_the_chat_once(server: ShowServer) -> None:
    body = json.dumps([{"msg_id": "c1", "nickname": "Ann", "content": "hello from there"}]).encode()
    async with events(server) as listening, page(server, "Bob") as bob:
        assert push_douyin(server, "live_comment", body).status_code == 200
        assert push_douyin(server, "live_comment", body).status_code == 200  # it repeats itself now and then
        line = await bob.until(ChatLine)
        assert (line.name, line.text, line.source) == ("Ann", "hello from there", "douyin")
        event = await next_event(listening, "chat")
        assert event["data"]["text"] == "hello from there" and dict(event)["source"] == "douyin"
        gift = json.dumps([{"msg_id": "g1", "nickname": "Ann", "gift_num": 2, "gift_value": 20}]).encode()
        assert push_douyin(server, "live_gift", gift).status_code == 200
        given = await next_event(listening, "gift")
        assert (given["data"]["price_coins"], given["data"]["count"], given["data"]["worth"]) == (0, 2, "0.20 CNY")
        await bob.until(ChatLine, lambda one: "0.20 CNY" in one.text)
        assert [one.text for one in bob.heard_of(ChatLine)].count("hello from there") == 1
    async with page(server, "Cia") as cia:
        assert cia.welcome.balance_coins == START_BALANCE_COINS
    health = server.health()
    assert health is not None and health.figures["gifts"] == 0, "no coin moved"


async def test_likes_of_kuaishou_are_counted(server: ShowServer) -> None:
    data = {"unique_message_id": "u1", "push_type": "liveLike", "payload": [{"count": 7}]}
    body = json.dumps({"event": "LIVE_INTERACTION_DATA", "data": data}).encode()
    async with events(server) as listening:
        answer = push_kuaishou(server, body)
        assert (answer.status_code, answer.json()) == (200, {"result": 1})
        event = await next_event(listening, "like")
        assert (event["data"]["count"], dict(event)["source"]) == (7, "kuaishou")


def test_what_is_forged_or_no_push_is_refused(server: ShowServer) -> None:
    assert push_douyin(server, "live_comment", b"[]", secret="guess").status_code == 401
    assert push_kuaishou(server, b"{}", secret="guess").status_code == 401
    bare = f"http://127.0.0.1:{server.port}/api/bridges"
    assert httpx.post(f"{bare}/douyin", content=b"[]", timeout=DEADLINE_S).status_code == 401
    assert httpx.post(f"{bare}/kuaishou", content=b"{}", timeout=DEADLINE_S).status_code == 401
    assert push_douyin(server, "live_comment", b"{}").status_code == 400
    assert push_kuaishou(server, b"[]").status_code == 400


def test_the_bridges_say_how_they_stand_to_who_may_read(server: ShowServer) -> None:
    address = f"http://127.0.0.1:{server.port}/api/bridges"
    assert httpx.get(address, timeout=DEADLINE_S).status_code == 401
    told = httpx.get(address, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S)
    assert [(one["source"], one["state"]) for one in told.json()] == [
        ("douyin", "listening"),
        ("kuaishou", "listening"),
    ]
    assert DOUYIN not in told.text and KUAISHOU not in told.text


def test_a_bridge_that_was_not_asked_for_is_not_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    with show_server(tmp_path_factory.mktemp("bare")) as bare:
        assert push_douyin(bare, "live_comment", b"[]").status_code == 404
        assert push_kuaishou(bare, b"{}").status_code == 404
