"""Cues for the stage: asked once, kept until an engine has taken them, given again to the next engine."""

from msgspec.structs import replace

from avatar_live.protocol.cues import Cue
from avatar_live.protocol.wire import GiftUpdate
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.state import CUES_WAITING_MAX, Room, WaitingCue


def cue(room: Room, wanted: Cue, viewer: str = "", gift_id: str = "", key: str = "") -> tuple[Room, fx.Effects]:
    """Ask for a cue; its taking makes the gift `gift_id` done. One that nobody paid for is left out when
    many wait, and while the host hides; what was paid waits then.
    """
    is_hidden = room.order.is_hidden
    if not gift_id and (len(room.cues) >= CUES_WAITING_MAX or (is_hidden and not key)):
        return room, ()
    id = room.cue_id + 1
    cues = {**room.cues, id: WaitingCue(wanted, viewer, gift_id, key)}
    room = replace(room, cues=cues, cue_id=id)
    return room, () if is_hidden else (fx.ShowCue(id, wanted, key),)  # nobody would see it now


def without_cue(room: Room, event: ev.CueWasTaken) -> tuple[Room, WaitingCue | None]:
    """Forget a cue that the engine has, and return it; None for one that was taken before."""
    waiting = room.cues.get(event.id)
    if waiting is None:
        return room, None
    return replace(room, cues={id: other for id, other in room.cues.items() if id != event.id}), waiting


def engine_came(room: Room) -> tuple[Room, fx.Effects]:
    """Give a new engine the cues that no engine has taken."""
    return replace(room, has_engine=True), () if room.order.is_hidden else all_cues(room)


def all_cues(room: Room) -> fx.Effects:
    """Ask for everything that no engine has taken."""
    return tuple(fx.ShowCue(id, waiting.cue, waiting.key) for id, waiting in room.cues.items())


def done(room: Room, viewer: str, gift_id: str) -> fx.Effects:
    """Return what makes a gift done: the note in the ledger and the word to the giver, who may be away."""
    mark = fx.Mark(viewer, gift_id, "done")
    known = room.viewers.get(viewer)
    return (mark, fx.Tell(viewer, GiftUpdate(gift_id, "done", known.balance_coins))) if known is not None else (mark,)
