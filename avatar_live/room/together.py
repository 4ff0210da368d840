"""What viewers do together outlives the room: the poll, the lottery and the goals, with the time that they had left.

So does the game's score, within its show.
"""

from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.room import effects as fx
from avatar_live.room.lottery import award_id
from avatar_live.room.state import Ballot, Draw, Room, Target

_SUMMED: Final = ("likes", "coins")  # are counted from nothing in each life of the room


class Together(msgspec.Struct, frozen=True):
    """What is kept of a room; its times are from then on, and sums from where the next life begins to count."""

    ballot: Ballot | None = None
    polls: int = 0
    draw: Draw | None = None
    lotteries: int = 0
    targets: tuple[Target, ...] = ()
    goal_number: int = 0
    run: str = ""  # the show that the score is of
    score_red: int = 0
    score_blue: int = 0


def together(room: Room, now_s: float) -> Together:
    """Return what is to be kept of a room."""
    ballot, draw = room.ballot, room.draw
    return Together(
        ballot=None if ballot is None else replace(ballot, until_s=ballot.until_s - now_s),
        polls=room.polls,
        draw=None if draw is None else replace(draw, until_s=draw.until_s - now_s),
        lotteries=room.lotteries,
        targets=tuple(_moved(target, -_sum(room, target)) for target in room.targets),
        goal_number=room.goal_number,
        run=room.run,
        score_red=room.show.score_red,
        score_blue=room.show.score_blue,
    )


def has_begun_or_ended(before: Room, after: Room) -> bool:
    """Say whether a poll, a lottery or a goal has: it is written down before anybody is told, or a prize asked for."""
    return _stages(before) != _stages(after)


def restored(room: Room, kept: Together, now_s: float) -> tuple[Room, fx.Effects]:
    """Go on with what was kept `now_s` being then; what has ended meanwhile ends with the next tick.

    The prizes of a lottery that was drawn are asked for again: the ledger books each once.
    """
    ballot, draw, show = kept.ballot, kept.draw, room.show
    if kept.run == room.run:
        show = replace(show, score_red=kept.score_red, score_blue=kept.score_blue)
    room = replace(
        room,
        ballot=None if ballot is None else replace(ballot, until_s=ballot.until_s + now_s, told_s=now_s),
        polls=kept.polls,
        lotteries=kept.lotteries,
        targets=tuple(_moved(target, _sum(room, target)) for target in kept.targets),
        goal_number=kept.goal_number,
        show=show,
    )
    if draw is None:
        return room, ()
    draw = replace(draw, until_s=draw.until_s + now_s, told_s=now_s)
    room = replace(room, draw=draw)
    if draw.phase == "open":
        return room, ()
    if draw.prize == "ticket":
        return room, tuple(fx.Commit(name, one.name, award_id(draw, name), "ticket", 0) for name, one in draw.won)
    return room, tuple(fx.Award(name, award_id(draw, name), draw.coins) for name, _ in draw.won)


def _stages(room: Room) -> tuple[object, ...]:
    ballot, draw = room.ballot, room.draw
    return (
        room.polls,
        ballot is not None and ballot.is_over,
        room.lotteries,
        draw is not None and draw.phase,
        room.targets,
    )


def _moved(target: Target, by: int) -> Target:
    return replace(target, from_value=target.from_value + by) if target.kind in _SUMMED else target


def _sum(room: Room, target: Target) -> int:
    return room.likes if target.kind == "likes" else room.coins_given
