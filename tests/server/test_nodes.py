"""Edges on other machines: one room through a real Redis, and everybody's bad days."""

import asyncio

import httpx
import msgspec
from node_edges import PATIENCE_S, Scene
from running import until
from show_server import TOKEN, ShowServer

from avatar_live.edge.node import AWAY
from avatar_live.protocol.wire import (
    CLOSE_REFUSED,
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
    scene.edges[1].kill()
    async with asyncio.timeout(PATIENCE_S):
        while (await ann.until(Show)).audience != 1:
            pass
    scene.edges[1].start()
    back = await scene.edges[1].page("Ben", ben.welcome.viewer)
    assert back.welcome.viewer == ben.welcome.viewer
    assert back.welcome.show.audience == 2


async def test_lines_stay_open_while_the_room_dies_and_what_they_say_waits_for_its_next_life(scene: Scene) -> None:
    ann, ben = await scene.edges[0].page("Ann"), await scene.edges[1].page("Ben")
    await ann.send(Like(7))
    await ann.sees(lambda show: show.likes == 7)
    scene.server.kill()
    await ann.send(Like(5))
    await ann.send(Say("is somebody there?"))
    await ann.send(GiveGift("gift-to-nobody-yet", "duck"))
    async with asyncio.timeout(PATIENCE_S):
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


async def _moderate(scene: Scene, order: Moderate) -> None:
    place = f"http://127.0.0.1:{scene.server.port}/api/moderation"
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as client:
        assert (await client.post(place, content=msgspec.json.encode(order))).status_code == 200
