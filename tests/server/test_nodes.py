"""Edges on other machines: one room through a real Redis, and everybody's bad days."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import websockets
from node_edges import ROOM, NodeEdge, Scene
from patience import DEADLINE_S
from ports import free_port
from redis.asyncio import Redis
from running import until
from show_server import TOKEN, ShowServer

from avatar_live.edge.node import AWAY
from avatar_live.edge.streams import Keys
from avatar_live.protocol.wire import (
    CLOSE_REFUSED,
    CLOSE_RESTARTING,
    ChatLine,
    GiftGiven,
    GiftUpdate,
    GiveGift,
    Like,
    Moderate,
    Refused,
    Say,
    Show,
    Welcome,
)
from avatar_live.room.moderation import BANNED
from avatar_live.server.keeper import digest


async def test_pages_at_different_edges_are_in_one_room(scene: Scene) -> None:
    ann, ben = await scene.edges[0].page("Ann"), await scene.edges[1].page("Ben")
    assert ben.welcome.show.audience == 2
    await ann.send(Say("hello all"))
    assert (await ben.until(ChatLine)).text == "hello all"
    await ben.send(GiveGift("gift-over-redis", "rose"))
    assert (await ben.until(GiftUpdate)).state == "committed"
    assert (await ann.until(GiftGiven)).id == "gift-over-redis"
    for page in (ann, ben):
        await page.send(Like(3))
    await ann.sees(lambda show: show.likes == 6)
    await ben.socket.close()
    await ann.sees(lambda show: show.audience == 1)
    late = await scene.edges[1].page("Late", epoch=ann.welcome.epoch, seq=1)
    assert [line.seq for line in late.welcome.recent] == [2]


async def test_what_nobody_can_read_in_redis_stops_neither_room_nor_edge(scene: Scene) -> None:
    """An edge of another version may speak of what this one does not know, and so may the room."""
    ann, bob = await scene.edges[0].page("Ann"), await scene.edges[1].page("Bob")
    keys, process = Keys(ROOM), scene.server.process
    assert process is not None
    async with Redis.from_url(scene.redis.url) as redis:
        for body in (b"", b"\xc1", msgspec.msgpack.encode([[["?", 1]]])):
            await redis.xadd(keys.up, {"node": "edge-of-tomorrow", "body": body})
            await redis.xadd(keys.all, {"body": body})
            for key in await redis.keys(keys.to("*")):
                await redis.xadd(key, {"body": body})
            await redis.publish(keys.now, body)
    await ann.send(Say("are you there?"))
    assert (await bob.until(ChatLine)).text == "are you there?"
    assert process.poll() is None and all(edge.process.poll() is None for edge in scene.edges)


async def test_a_mute_and_a_ban_hold_at_every_edge_and_over_a_restart_of_the_room(scene: Scene) -> None:
    ann, ben = await scene.edges[0].page("Ann"), await scene.edges[1].page("Ben")
    viewer = digest(ann.welcome.viewer)
    again = await scene.edges[1].page("Ann", ann.welcome.viewer)
    await _moderate(scene, Moderate("mute", viewer=viewer, seconds=600.0))
    for page in (ann, again):
        await page.send(Say("still here"))
        assert "You are muted" in (await page.until(Refused)).reason
    scene.server.kill()
    scene.server.start()
    await ann.until(Welcome)
    await ann.send(Say("and now"))
    assert "You are muted" in (await ann.until(Refused)).reason
    await _moderate(scene, Moderate("ban", viewer=viewer))
    for page in (ann, again):
        assert await page.closed() == (CLOSE_REFUSED, BANNED)
    await ben.send(Say("quiet at last"))
    await ben.until(ChatLine, lambda line: line.text == "quiet at last")


async def test_an_edge_that_is_killed_leaves_no_ghosts(scene: Scene) -> None:
    ann, ben = await scene.edges[0].page("Ann"), await scene.edges[1].page("Ben")
    presence = await _exactly(scene, lambda one: [node["lines"] for node in one["nodes"]] == [1, 1])
    assert presence["audience"] == 2
    scene.edges[1].kill()
    presence = await _presence_when(scene, lambda one: not one["is_exact"])
    assert presence["audience"] == 2, "nobody knows yet"
    async with asyncio.timeout(DEADLINE_S):
        while (await ann.until(Show)).audience != 1:
            pass
    scene.edges[1].start()
    back = await scene.edges[1].page("Ben", ben.welcome.viewer)
    assert back.welcome.viewer == ben.welcome.viewer
    assert back.welcome.show.audience == 2
    await _exactly(scene, lambda one: len(one["nodes"]) == 2)


async def test_lines_stay_open_while_the_room_dies_and_what_they_say_waits_for_its_next_life(scene: Scene) -> None:
    ann, ben = await scene.edges[0].page("Ann"), await scene.edges[1].page("Ben")
    await ann.send(Like(7))
    await ann.sees(lambda show: show.likes == 7)
    scene.server.kill()
    await ann.send(Like(5))
    await ann.send(Say("is somebody there?"))
    await ann.send(GiveGift("gift-to-nobody-yet", "duck"))
    async with asyncio.timeout(DEADLINE_S):
        while (await ben.until(Show)).source != AWAY:
            pass
    scene.server.start()
    welcome = await ann.until(Welcome)
    assert (welcome.viewer, welcome.epoch == ann.welcome.epoch) == (ann.welcome.viewer, False)
    assert (await ann.until(GiftUpdate)).state == "committed"
    await ben.until(GiftGiven)
    assert "is somebody there?" in [line.text for line in ben.heard_of(ChatLine)]
    await ann.sees(lambda show: show.likes == 12 and show.audience == 2)


async def test_a_second_server_of_the_same_room_waits_and_takes_over(scene: Scene) -> None:
    ann = await scene.edges[0].page("Ann")
    plan = scene.server.plan
    waiting = ShowServer(scene.server.folder / "second")
    waiting.plan = msgspec.structs.replace(waiting.plan, redis=plan.redis, room=plan.room)
    starting = asyncio.create_task(asyncio.to_thread(waiting.start))
    try:
        await asyncio.to_thread(until, lambda: "keeps the room" in _status(waiting), "the second server waits")
        scene.server.kill()
        await starting
        welcome = await ann.until(Welcome)
        assert welcome.epoch != ann.welcome.epoch
    finally:
        waiting.kill()


def _status(server: ShowServer) -> str:
    health = server.health()
    return health.status if health is not None else ""


async def _exactly(scene: Scene, claim: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait for a claim about an exact presence; an edge of a busy machine may be silent for a moment."""
    return await _presence_when(scene, lambda one: one["is_exact"] and claim(one))


async def _presence_when(scene: Scene, claim: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    place = f"http://127.0.0.1:{scene.server.port}/api/nodes"
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=DEADLINE_S
    ) as client:
        async with asyncio.timeout(DEADLINE_S):
            while True:
                presence: dict[str, Any] = (await client.get(place)).json()
                if claim(presence):
                    return presence
                await asyncio.sleep(0.05)


async def _moderate(scene: Scene, order: Moderate) -> None:
    place = f"http://127.0.0.1:{scene.server.port}/api/moderation"
    async with httpx.AsyncClient(
        headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False, timeout=DEADLINE_S
    ) as client:
        assert (await client.post(place, content=msgspec.json.encode(order))).status_code == 200


async def test_an_edge_tells_monitors_how_it_does_and_says_goodbye_in_order(scene: Scene) -> None:
    ann = await scene.edges[0].page("Ann")
    await ann.send(Say("hello"))
    await ann.until(ChatLine)
    health = scene.edges[0].ask("/health")
    assert health is not None and health.json()["lines"] == 1
    metrics = scene.edges[0].ask("/metrics")
    assert metrics is not None
    assert "avatar_live_edge_lines 1.0" in metrics.text and "avatar_live_edge_has_room 1.0" in metrics.text
    missing = scene.edges[0].ask("/elsewhere")
    assert missing is not None and missing.status_code == 404
    assert await asyncio.to_thread(scene.edges[0].stop) == 0
    assert (await ann.closed())[0] == CLOSE_RESTARTING
    presence = await _exactly(scene, lambda one: len(one["nodes"]) == 1)
    assert presence["audience"] == 0, "it left, and took its time-out with it"


async def test_an_edge_without_a_redis_sends_viewers_away_and_says_so_to_monitors() -> None:
    edge = NodeEdge(f"redis://127.0.0.1:{free_port()}/0")
    try:
        await asyncio.to_thread(until, lambda: edge.ask("/health"), "it answers monitors")
        health = edge.ask("/health")
        assert health is not None and health.status_code == 503
        async with websockets.connect(f"ws://127.0.0.1:{edge.port}/ws") as socket:
            await socket.wait_closed()
            assert socket.close_code == CLOSE_RESTARTING
    finally:
        edge.kill()
