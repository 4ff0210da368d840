"""Goals for everybody together: so many likes, coins, followers or viewers, and what the stage does then."""

import zlib
from typing import Final, assert_never

from msgspec.structs import replace

from avatar_live.protocol.cues import Banner, Barrage, Confetti, Cue, Fireworks, React
from avatar_live.protocol.together import (
    GOAL_TARGET_MAX,
    GOAL_TITLE_CHARACTERS_MAX,
    GOALS_MAX,
    GoalBar,
    GoalKind,
    Goals,
)
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.cues import cue
from avatar_live.room.state import Reward, Room, Target
from avatar_live.room.text import cleaned

TOLD_EVERY_S: Final = 0.5
TOO_MANY: Final = f"There are {GOALS_MAX} goals already; take one away first."
NO_TITLE: Final = f"A goal's title has 1 to {GOAL_TITLE_CHARACTERS_MAX} characters that can be read."
NO_TARGET: Final = f"A goal's target is 1 to {GOAL_TARGET_MAX}."
NO_SUCH_GOAL: Final = "There is no such goal."


def obstacle_to_set(room: Room, title: str, target: int) -> str:
    """Say in a sentence why a goal cannot be set; empty when it can."""
    if not 0 < len(cleaned(title)) <= GOAL_TITLE_CHARACTERS_MAX:
        return NO_TITLE
    if not 0 < target <= GOAL_TARGET_MAX:
        return NO_TARGET
    return TOO_MANY if len(room.targets) >= GOALS_MAX else ""


def set_goal(room: Room, event: ev.GoalSet) -> tuple[Room, fx.Effects]:
    """Begin to count; likes and coins count from now on, viewers and followers as many as there are."""
    if obstacle_to_set(room, event.title, event.target):
        return room, ()
    id = room.goal_number + 1
    from_value = _counted(room, event.kind) if event.kind in ("likes", "coins") else 0
    target = Target(id, event.kind, cleaned(event.title), event.target, from_value, event.reward)
    return _told(replace(room, targets=(*room.targets, target), goal_number=id))


def drop_goal(room: Room, event: ev.GoalDropped) -> tuple[Room, fx.Effects]:
    """Take a goal away."""
    left = tuple(target for target in room.targets if target.id != event.id)
    return _told(replace(room, targets=left)) if left != room.targets else (room, ())


def bars(room: Room) -> tuple[GoalBar, ...]:
    """Return how far each goal is."""
    return tuple(_bar(room, target) for target in room.targets)


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell how far the goals are, and let happen what was promised for one that is reached, once."""
    effects: list[fx.Effect] = []
    for target in room.targets:
        bar = _bar(room, target)
        if bar.is_reached and not target.is_reached:
            room = _with(room, replace(target, is_reached=True))
            room, rewarded = _reward(room, target)
            data = {"goal": target.id, "kind": target.kind, "title": target.title, "target": target.target}
            effects += [fx.Report("goal_reached", data), *rewarded]
    if not effects and (now_s - room.goals_told_s < TOLD_EVERY_S or bars(room) == room.goals_told):
        return room, ()
    room, told = _told(replace(room, goals_told_s=now_s))
    return room, (*told, *effects)


def _bar(room: Room, target: Target) -> GoalBar:
    grown = max(_counted(room, target.kind) - target.from_value, 0)  # what was given before may be given back
    value = target.target if target.is_reached else min(grown, target.target)
    is_reached = value >= target.target
    return GoalBar(target.id, target.kind, target.title, target.target, value, is_reached)


def _counted(room: Room, kind: GoalKind) -> int:
    match kind:
        case "likes":
            return room.likes
        case "coins":
            return room.coins_given
        case "followers":
            return room.followers
        case "viewers":
            return room.audience
        case _:
            assert_never(kind)


def _reward(room: Room, target: Target) -> tuple[Room, fx.Effects]:
    key = f"goal/{room.epoch}/{target.id}"
    room, banner = cue(room, Banner(target.title, target.kind), key=f"{key}/banner")
    wanted = _cue_of(target.reward, zlib.crc32(key.encode()))
    room, rewarded = (room, ()) if wanted is None else cue(room, wanted, key=key)
    return room, (*banner, *rewarded)


def _cue_of(reward: Reward, seed: int) -> Cue | None:
    match reward:
        case "confetti":
            return Confetti(seed)
        case "fireworks":
            return Fireworks(seed)
        case "barrage":
            return Barrage(seed)
        case "dance":
            return React("dance")
        case "none":
            return None
        case _:
            assert_never(reward)


def _told(room: Room) -> tuple[Room, fx.Effects]:
    now = bars(room)
    return replace(room, goals_told=now), (fx.TellAll(Goals(now)),)


def _with(room: Room, target: Target) -> Room:
    return replace(room, targets=tuple(target if other.id == target.id else other for other in room.targets))
