"""What part a viewer has had in the show: it outlives the room for as long as it still earns something.

Likes and watching count towards the free ticket up to what it takes; the camp is told to every new life of the room.
Everybody is looked at in turn, and written down when something has changed: a crash costs half a minute of watching.
"""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import FREE_TICKET_LIKES, FREE_TICKET_SECONDS
from avatar_live.protocol.view import Camp
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import free_ticket
from avatar_live.room.state import Room, Viewer

TICKS_A_LOOK: Final = 5  # and so many of the roster's 256 shelves: at ten ticks a second everybody within 26 s


def kept(room: Room, name: str, now_s: float) -> tuple[Room, fx.Effects]:
    """Write down what part a viewer has had, now that it has changed for longer than a moment."""
    viewer = room.viewers.get(name)
    if viewer is None or _part(viewer, now_s) == viewer.kept:
        return room, ()
    viewer = replace(viewer, kept=_part(viewer, now_s))
    room = replace(room, viewers=room.viewers.with_entry(name, viewer))
    return room, (fx.KeepParts((_told(name, viewer),)),)


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Look at some viewers, many at once: what they are written down in is one commit."""
    if room.sweep % TICKS_A_LOOK:
        return room, ()
    found: list[fx.Part] = []

    def look(name: str, viewer: Viewer) -> Viewer:
        part = _part(viewer, now_s)
        if part == viewer.kept:
            return viewer
        viewer = replace(viewer, kept=part)
        found.append(_told(name, viewer))
        return viewer

    viewers = room.viewers.changed(room.sweep, TICKS_A_LOOK, look)
    return (replace(room, viewers=viewers), (fx.KeepParts(tuple(found)),)) if found else (room, ())


def not_kept(room: Room, event: ev.PartsNotKept) -> Room:
    """Write these down again when it is their turn."""
    for name in event.viewers:
        viewer = room.viewers.get(name)
        if viewer is not None:
            room = replace(room, viewers=room.viewers.with_entry(name, replace(viewer, kept=None)))
    return room


def _part(viewer: Viewer, now_s: float) -> tuple[int, float, Camp | None]:
    """Return what is worth writing down; whole seconds are enough."""
    seconds = float(int(min(free_ticket.watched_s(viewer, now_s), FREE_TICKET_SECONDS)))
    return min(viewer.likes, FREE_TICKET_LIKES), seconds, viewer.camp


def _told(name: str, viewer: Viewer) -> fx.Part:
    assert viewer.kept is not None
    return fx.Part(name, *viewer.kept)
