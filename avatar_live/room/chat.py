"""Chat lines: who wrote them, what they answer, and what the host says."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, NAME_CHARACTERS_MAX, Badge, ChatLine, GiftGiven
from avatar_live.room import boards
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.moderation import with_author
from avatar_live.room.state import LINES_KEPT_MAX, Room
from avatar_live.room.text import cleaned

HOST: Final = "Host"  # of a show without a title
NOTHING_TO_READ: Final = "There is nothing to read in that message."


def line_of(room: Room, name: str, text: str, badges: tuple[Badge, ...], reply_to: int) -> ChatLine:
    """Return the next line; what answers a line that nobody remembers any more is told as a line of its own."""
    answered = next((line for line in room.lines if line.seq == reply_to), None)
    if answered is None:
        return ChatLine(room.seq + 1, name, text, badges)
    return ChatLine(room.seq + 1, name, text, badges, answered.seq, answered.name)


def badges_of(room: Room, viewer: str) -> tuple[Badge, ...]:
    """Return what a line shows of who wrote it, the weightiest first."""
    known = room.viewers.get(viewer)
    badges: tuple[tuple[Badge, bool], ...] = (
        ("moderator", viewer in room.order.moderators),
        ("top", boards.is_top(room, viewer)),
        ("follower", known is not None and known.is_following),
    )
    return tuple(badge for badge, is_worn in badges if is_worn)


def with_line(room: Room, line: ChatLine | GiftGiven) -> Room:
    """Keep a numbered line for pages that come back."""
    return replace(room, seq=line.seq, lines=(*room.lines, line)[-LINES_KEPT_MAX:])


def reported(line: ChatLine) -> fx.Report:
    """Return what the event API hears of a line."""
    role = next((badge for badge in line.badges if badge in ("host", "moderator")), "viewer")
    return fx.Report(
        "chat",
        {"name": line.name, "text": line.text, "line": line.seq, "role": role, "reply_to": line.reply_to},
        line.source,
    )


def host_says(room: Room, event: ev.HostSaid) -> tuple[Room, fx.Effects]:
    """Tell everybody what the host writes; no filter and no slow mode stands in the host's way."""
    if obstacle_to_host(event.text):
        return room, ()
    line = line_of(room, host_name(room), cleaned(event.text), ("host",), event.reply_to)
    room = with_author(with_line(room, line), line.seq, "")
    return room, (fx.TellAll(line), reported(line))


def obstacle_to_host(text: str) -> str:
    """Say in a sentence why the host cannot write this; empty when it can be told."""
    return unfitness_of(cleaned(text))


def unfitness_of(text: str) -> str:
    """Say in a sentence why text that is clean already makes no line; empty when it does."""
    if not text:
        return NOTHING_TO_READ
    if len(text) > CHAT_CHARACTERS_MAX:
        return f"A message may have {CHAT_CHARACTERS_MAX} characters; this one has {len(text)}."
    return ""


def host_name(room: Room) -> str:
    """Return the name under which the host writes."""
    return cleaned(cleaned(room.title)[:NAME_CHARACTERS_MAX]) or HOST
