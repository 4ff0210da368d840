"""Votes on a real server: each is accepted, done and told, also by a page whose server was killed at a bad moment."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from show_server import Page, ShowServer, page, show_server

from avatar_live.protocol.wire import ChatLine, PickCamp, PushUpdate, Refused, Say
from avatar_live.room.camps import NO_ID
from avatar_live.server.pitch import WAITS

PRESSES = 8  # fewer than come too fast
KILLS = 4


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that the test may end."""
    with show_server(tmp_path) as running:
        yield running


async def score(ann: Page) -> None:
    """Push until the ball lies in a goal."""
    red = ann.show.score_red
    scored = asyncio.create_task(ann.sees(lambda show: show.score_red > red))
    number = 0
    while not scored.done():
        number += 1
        await ann.send(PickCamp("red"))
        await asyncio.wait([scored], timeout=0.2)
    await scored


async def test_a_press_and_a_word_are_done_and_told_to_who_voted_alone(mortal: ShowServer) -> None:
    async with page(mortal, "Ann") as ann, page(mortal, "Bob") as bob:
        await ann.send(PickCamp("red", "press-1"))
        assert await ann.until(PushUpdate) == PushUpdate("press-1", "red", "done")
        await ann.send(PickCamp("red", "press-1"))
        assert await ann.until(PushUpdate) == PushUpdate("press-1", "red", "done")
        await ann.send(Say("go red"))
        line = await ann.until(ChatLine)
        assert await ann.until(PushUpdate) == PushUpdate(f"line:{line.seq}", "red", "done")
        await ann.send(PickCamp("red", "no id"))
        assert await ann.until(Refused) == Refused("camp", NO_ID)
        await bob.until(ChatLine)
        assert bob.heard_of(PushUpdate) == []


async def press_after_goal(ann: Page, presses: tuple[PickCamp, ...]) -> None:
    """Push three times for blue while the ball lies in the goal: once more than red may have done in the meantime."""
    await score(ann)
    for press in presses:
        await ann.send(press)
    for press in presses:
        told = await ann.until(PushUpdate)
        assert (told.id, told.state, told.reason) == (press.id, "queued", WAITS)


async def test_a_vote_after_a_goal_waits_for_the_kick_off_also_over_a_killed_server(mortal: ShowServer) -> None:
    first, second = (tuple(PickCamp("blue", f"late-{life}-{number}") for number in range(3)) for life in range(2))
    async with page(mortal, "Ann") as ann:
        await press_after_goal(ann, first)
        for press in first:
            assert await ann.until(PushUpdate) == PushUpdate(press.id, "blue", "done")
        await ann.sees(lambda show: show.ball < 0.0)
        await press_after_goal(ann, second)
        secret = ann.welcome.viewer
        mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        for press in second:  # as a page does with what it has not heard the end of
            await ann.send(press)
            assert await ann.until(PushUpdate) == PushUpdate(press.id, "blue", "done")
        await ann.sees(lambda show: show.ball < 0.0)


async def test_of_votes_under_way_while_the_server_is_killed_each_has_an_end(mortal: ShowServer) -> None:
    secret, open_ = None, dict[str, PickCamp]()
    for life in range(KILLS):
        async with page(mortal, "Ann", secret) as ann:
            secret = ann.welcome.viewer
            fresh = [PickCamp("red", f"press-{life}-{number}") for number in range(PRESSES - len(open_))]
            open_ |= {one.id: one for one in fresh}
            for one in open_.values():
                await ann.send(one)
            for _ in range(life):  # killed earlier and later
                told = await ann.until(PushUpdate)
                assert told.state == "done"
                del open_[told.id]
            mortal.kill()
        mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        for one in open_.values():
            await ann.send(one)
        while open_:
            told = await ann.until(PushUpdate)
            assert told.state == "done"
            del open_[told.id]
