"""A play ticket for who watches and likes: one a viewer and show, booked by the ledger like any other, at no price."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import FREE_TICKET_LIKES, FREE_TICKET_SECONDS
from avatar_live.protocol.together import FreeTicket
from avatar_live.protocol.wire import Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import play
from avatar_live.room.bucket import take
from avatar_live.room.rest import GIFTS_REST
from avatar_live.room.state import DEED_ALLOWANCE, Room, Viewer

FREE: Final = "free:"  # begins an id that no client can send
TRIES_MAX: Final = 5  # a ticket that could not be played may be taken again
USED: Final = "You have had your free ticket of this show."
NOT_YET: Final = f"A free ticket takes {FREE_TICKET_LIKES} likes and {FREE_TICKET_SECONDS:.0f} seconds of watching."
TOO_FAST: Final = "That was too fast; wait a second."


def is_free(id: str) -> bool:
    """Say whether a gift's id is one that the room itself gives, at no price."""
    return ":" in id


def progress(viewer: Viewer, now_s: float) -> FreeTicket:
    """Return how far a viewer is."""
    return FreeTicket(viewer.likes, round(watched_s(viewer, now_s), 1), viewer.has_had_ticket)


def watched_s(viewer: Viewer, now_s: float) -> float:
    """Return for how long a viewer has watched."""
    return viewer.watched_s + (now_s - viewer.came_s if viewer.connections > 0 else 0.0)


def claim(room: Room, event: ev.TicketClaimed, now_s: float) -> tuple[Room, fx.Effects]:
    """Ask the ledger for the ticket of who has earned it."""
    viewer = room.viewers.get(event.viewer)
    bucket = None if viewer is None else take(viewer.deed, DEED_ALLOWANCE, now_s)
    if viewer is None or bucket is None:
        return room, (fx.Tell(event.viewer, Refused("claim_ticket", TOO_FAST)),)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, replace(viewer, deed=bucket)))
    so_far = progress(viewer, now_s)
    refusal = ""
    if viewer.has_had_ticket:
        refusal = USED
    elif so_far.likes < FREE_TICKET_LIKES or so_far.seconds < FREE_TICKET_SECONDS:
        refusal = NOT_YET
    if refusal:
        return room, (fx.Tell(event.viewer, Refused("claim_ticket", refusal)), fx.Tell(event.viewer, so_far))
    return room, (_asked(room, event.viewer, viewer),)


def committed(room: Room, event: ev.GiftCommitted, now_s: float) -> tuple[Room, fx.Effects]:
    """Note that a free ticket was taken."""
    return _noted(room, event.viewer, event.id, now_s, has_had=True)


def repeated(room: Room, event: ev.GiftRepeated, now_s: float) -> tuple[Room, fx.Effects]:
    """Go on after an earlier life of the room: a ticket that was given back then may be taken now."""
    if event.state != "refunded":
        return _noted(room, event.viewer, event.id, now_s, has_had=True)
    room, told = _noted(room, event.viewer, event.id, now_s, has_had=False)
    viewer = room.viewers.get(event.viewer)
    if not told or viewer is None or viewer.ticket_tries >= TRIES_MAX:
        return room, told
    return room, (_asked(room, event.viewer, viewer),)


def refunded(room: Room, event: ev.GiftRefunded, now_s: float) -> tuple[Room, fx.Effects]:
    """Let a ticket be taken again that could not be played."""
    return _noted(room, event.viewer, event.id, now_s, has_had=False)


def _noted(room: Room, name: str, id: str, now_s: float, *, has_had: bool) -> tuple[Room, fx.Effects]:
    viewer = room.viewers.get(name)
    if viewer is None or not id.startswith(FREE):
        return room, ()
    tries = viewer.ticket_tries + (not has_had)
    viewer = replace(viewer, has_had_ticket=has_had or tries >= TRIES_MAX, ticket_tries=tries)
    room = replace(room, viewers=room.viewers.with_entry(name, viewer))
    return room, (fx.Tell(name, progress(viewer, now_s)),)


def _asked(room: Room, name: str, viewer: Viewer) -> fx.Commit:
    obstacle = GIFTS_REST[room.order.rest] if room.order.rest else play.obstacle(room)
    return fx.Commit(name, viewer.name, f"{FREE}{room.run}:{viewer.ticket_tries}", "ticket", 0, obstacle)
