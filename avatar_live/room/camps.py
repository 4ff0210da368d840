"""Camps, and the life of a vote that pushes the ball for one: a press of its button, or its word in the chat.

    accepted (or refused) -> in line for the game's next tick, or for the kick-off after a goal -> done, or failed

The client makes the id of a press, so a press that is sent again after a break or an edge's death pushes once. Its
giver is told of each step. A new life of the room knows no ids: what was done but not told yet is pushed again.
"""

import re
from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import PUSH_ID_CHARACTERS_MAX, OwnCamp, PushUpdate, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import parts
from avatar_live.room.bucket import take
from avatar_live.room.state import ASK_ALLOWANCE, CAMP_ALLOWANCE, PUSHES_KEPT_MAX, OwnPush, Room, Viewer

WORD_PUSH: Final = 0.2
BUTTON_PUSH: Final = 0.2
TOO_FAST: Final = "Your camp is pushing already; press a little slower."
NO_ID: Final = f"A press has an id of 1 to {PUSH_ID_CHARACTERS_MAX} letters, digits, '-' or '_', or none."
_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{PUSH_ID_CHARACTERS_MAX}}}")
_WORDS: Final[dict[str, Camp]] = {"red": "red", "blue": "blue"}
_SIGNS: Final[dict[str, Camp]] = {"红": "red", "紅": "red", "蓝": "blue", "藍": "blue"}


def pick(room: Room, event: ev.CampPicked, now_s: float) -> tuple[Room, fx.Effects]:
    """Stand with a camp and push a little for it; a press that is known already is only told how it stands."""
    viewer = room.viewers.get(event.viewer)
    assert viewer is not None and viewer.connections > 0, "only a viewer who has joined and not left can act"
    if event.id and not _ID.fullmatch(event.id):
        return room, (fx.Tell(event.viewer, Refused("camp", NO_ID)),)
    known = next((one for one in viewer.pushes if one.id == event.id), None)
    if known is not None:
        return _told_again(room, event.viewer, viewer, known, now_s)
    bucket = take(viewer.press, CAMP_ALLOWANCE, now_s)
    if bucket is None:
        refusal = PushUpdate(event.id, event.camp, "refused", TOO_FAST) if event.id else Refused("camp", TOO_FAST)
        return room, (fx.Tell(event.viewer, refusal),)
    pushes = (*viewer.pushes, OwnPush(event.id, event.camp))[-PUSHES_KEPT_MAX:] if event.id else viewer.pushes
    room = with_camp_chosen(room, event.viewer, replace(viewer, press=bucket, pushes=pushes), event.camp)
    push = fx.PushBall(event.camp, BUTTON_PUSH, event.viewer if event.id else "", event.id)
    if viewer.camp == event.camp:
        return room, (push,)
    room, chosen = _chosen(room, event.viewer, viewer.name, event.camp, now_s)
    return room, (push, *chosen)


def push_by_word(room: Room, said: ev.Said, name: str, line: int, now_s: float) -> tuple[Room, fx.Effects]:
    """Push for the camp that a line names; who stands with none yet stands with it from now on."""
    camp, viewer = camp_in(said.text), room.viewers.get(said.viewer)
    if camp is None:
        return room, ()
    chosen: fx.Effects = ()
    if viewer is not None and viewer.connections > 0 and viewer.camp is None:
        room = with_camp_chosen(room, said.viewer, viewer, camp)
        room, chosen = _chosen(room, said.viewer, name, camp, now_s)
    return room, (*chosen, fx.PushBall(camp, WORD_PUSH, said.viewer, f"line:{line}"))


def moved(room: Room, event: ev.PushesMoved) -> tuple[Room, fx.Effects]:
    """Tell viewers how far the game is with their pushes."""
    effects: list[fx.Effect] = []
    for one in event.pushes:
        viewer = room.viewers.get(one.viewer)
        if viewer is None:
            continue  # who has been gone for so long hears nothing any more
        pushes = tuple(replace(own, state=one.state) if own.id == one.id else own for own in viewer.pushes)
        if pushes != viewer.pushes:
            room = replace(room, viewers=room.viewers.with_entry(one.viewer, replace(viewer, pushes=pushes)))
        effects.append(fx.Tell(one.viewer, PushUpdate(one.id, one.camp, one.state, one.reason)))
    return room, tuple(effects)


def camp_in(text: str) -> Camp | None:
    """Return the camp that a line names first, or None."""
    for word in text.casefold().split():
        if word in _WORDS:
            return _WORDS[word]
    return next((_SIGNS[sign] for sign in text if sign in _SIGNS), None)


def with_camp_counted(room: Room, camp: Camp | None, change: int) -> Room:
    """Count who comes to a camp, or goes."""
    if camp == "red":
        return replace(room, camp_red=room.camp_red + change)
    if camp == "blue":
        return replace(room, camp_blue=room.camp_blue + change)
    return room


def with_camp_chosen(room: Room, name: str, viewer: Viewer, camp: Camp) -> Room:
    """Let a viewer who is here stand with a camp."""
    if viewer.camp != camp:
        room = with_camp_counted(with_camp_counted(room, viewer.camp, -1), camp, 1)
    return replace(room, viewers=room.viewers.with_entry(name, replace(viewer, camp=camp)))


def _chosen(room: Room, viewer: str, name: str, camp: Camp, now_s: float) -> tuple[Room, fx.Effects]:
    room, kept = parts.kept(room, viewer, now_s)
    return room, (*kept, fx.Tell(viewer, OwnCamp(camp)), fx.Report("camp", {"name": name, "camp": camp}))


def _told_again(room: Room, name: str, viewer: Viewer, known: OwnPush, now_s: float) -> tuple[Room, fx.Effects]:
    bucket = take(viewer.ask, ASK_ALLOWANCE, now_s)
    if bucket is None:
        return room, (fx.Tell(name, Refused("camp", TOO_FAST)),)
    room = replace(room, viewers=room.viewers.with_entry(name, replace(viewer, ask=bucket)))
    if known.state == "asked":
        return room, ()  # the game's next tick tells
    return room, (fx.Tell(name, PushUpdate(known.id, known.camp, known.state)),)
