"""The game's time: a tick when it is due, and one at once for who presses a key."""

import asyncio
from collections.abc import Callable

import pytest
from patience import DEADLINE_S

from avatar_live.clock import now_s
from avatar_live.game.push import TICK_S
from avatar_live.protocol.wire import Keys
from avatar_live.server.pitch import Pitch

LEFT = Keys(n=1, left=True)


def played() -> Pitch:
    pitch = Pitch(7)
    pitch.enter("ann", "Ann", "red")
    pitch.advance(TICK_S)
    return pitch


def yaw_rad(pitch: Pitch) -> float:
    return pitch.view.players[0].yaw_rad


async def test_a_key_ends_the_wait_and_turns_its_player() -> None:
    pitch = played()
    before_rad = yaw_rad(pitch)
    pitch.steer("ann", LEFT)
    async with asyncio.timeout(0.0):  # no time passes
        await pitch.wait()
    assert pitch.is_steered
    pitch.advance(0.0)
    assert yaw_rad(pitch) != before_rad
    assert not pitch.is_steered


async def test_a_second_key_waits_for_the_time_that_the_first_one_took() -> None:
    pitch = played()
    pitch.steer("ann", LEFT)
    pitch.advance(0.0)
    pitch.steer("ann", Keys(n=2))
    since_s = now_s()
    async with asyncio.timeout(DEADLINE_S):
        await pitch.wait()
    assert now_s() - since_s > TICK_S


async def test_no_tick_comes_before_it_is_due_where_timers_do() -> None:
    loop = asyncio.get_running_loop()
    loop._clock_resolution = 0.015625  # type: ignore[attr-defined]  # as on Windows

    is_over = False

    def keep_busy() -> None:
        if not is_over:
            loop.call_soon(keep_busy)

    keep_busy()
    pitch = played()
    for due_s in (TICK_S, 2 * TICK_S):
        since_s = now_s()
        await pitch.wait()
        assert now_s() - since_s >= due_s
        pitch.steer("ann", LEFT)
        pitch.advance(0.0)  # a tick that comes early, and is missing later
    is_over = True


async def test_where_nothing_moves_many_ticks_are_waited_for_in_one() -> None:
    since_s = now_s()
    await Pitch(7).wait(3)
    assert now_s() - since_s >= 3 * TICK_S


@pytest.mark.parametrize(
    "act", [lambda pitch: pitch.push("red", 1.0), lambda pitch: pitch.enter("ann", "Ann", "red")], ids=["push", "enter"]
)
async def test_whoever_moves_something_ends_the_wait(act: Callable[[Pitch], object]) -> None:
    pitch = Pitch(7)
    wait = asyncio.create_task(pitch.wait(10**6))
    done, _ = await asyncio.wait([wait], timeout=TICK_S)
    assert not done
    act(pitch)
    async with asyncio.timeout(DEADLINE_S):
        await wait
    pitch.advance(0.0)
    async with asyncio.timeout(DEADLINE_S):  # and now it runs tick by tick
        await pitch.wait(10**6)
    pitch.advance(TICK_S)
    assert pitch.ticks == 1


def test_keys_that_are_said_again_steer_nobody() -> None:
    pitch = played()
    pitch.steer("ann", LEFT)
    pitch.advance(TICK_S)
    pitch.steer("ann", Keys(n=2, left=True))
    assert not pitch.is_steered
    pitch.leave("ann")
    pitch.enter("ann", "Ann", "red")
    pitch.steer("ann", Keys(n=3, left=True))
    assert pitch.is_steered, "who comes back stands still"
