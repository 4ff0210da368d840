"""When the room rests: frozen by who keeps order, or because the host hides. What was paid is not lost meanwhile."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.wire import Rest
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import play, turns
from avatar_live.room.cues import all_cues
from avatar_live.room.state import Room

HIDDEN: Final = "The host had to leave the stage; your coins are back."
CHAT_RESTS: Final[dict[Rest, str]] = {
    "frozen": "The room rests: neither chat nor gifts until it goes on.",
    "hidden": "The host will be right back; chat and gifts rest until then.",
}
GIFTS_REST: Final[dict[Rest, str]] = {
    "frozen": "The room rests, so it was not paid; give it when the room goes on.",
    "hidden": "The host will be right back, so it was not paid; give it then.",
}


def hide(room: Room, event: ev.HostHid, now_s: float) -> tuple[Room, fx.Effects]:
    """Rest while the host hides: games end with a refund, and what is paid but not shown waits for the return."""
    if event.is_hidden == room.order.is_hidden:
        return room, ()
    room = replace(room, order=replace(room.order, is_hidden=event.is_hidden))
    if event.is_hidden:
        room, ended = play.end_all(room, HIDDEN)
        room, stopped = turns.stage_stopped(room, now_s)
        return room, (*ended, *stopped)
    return room, all_cues(room) if room.has_engine else ()
