"""Lines that wait: for a moderator's word, or for the delay with which everybody hears everybody.

Only their writer and the moderators know of them meanwhile. A line that a moderator lets through, or whose time is up,
is told as if it were said then; nothing is told while the room rests.
"""

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.wire import Decided, Held, HoldMode, HoldReason, Refused, ToViewer, Waiting
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.filter import has_link, has_word
from avatar_live.room.order import DELAYED_MAX, HELD_EACH_MAX, HELD_MAX, NOBODY, REGULARS_MAX, Order, WaitingLine
from avatar_live.room.state import Room

FULL: Final = "Too many messages wait for a moderator; send yours again in a minute."
FULL_OF_YOURS: Final = f"{HELD_EACH_MAX} of your messages wait for a moderator already."
DELAYED_FULL: Final = "The chat is too fast just now; send it again in a moment."
DENIED: Final = "A moderator did not let it through."
UNDECIDED: Final = "No moderator let it through in time."
_MODES: Final[tuple[HoldMode, ...]] = ("off", "words", "links", "newcomers", "all")


def does_hold(order: Order, mode: HoldMode) -> bool:
    """Say whether the room holds what `mode` names."""
    return _MODES.index(order.hold) >= _MODES.index(mode)


def reason_to_wait(order: Order, viewer: str, text: str) -> HoldReason | None:
    """Say why a line is not told at once, or None; a moderator's always is."""
    if viewer in order.moderators:
        return None
    if does_hold(order, "words") and has_word(text, order.words):
        return "word"
    if does_hold(order, "links") and has_link(text):
        return "link"
    if does_hold(order, "all"):
        return "all"
    if does_hold(order, "newcomers") and not is_regular(order, viewer):
        return "newcomer"
    # While earlier lines wait a new one waits behind them, though the delay may have ended.
    return "delay" if order.delay_s > 0.0 or order.delayed else None


def wait(room: Room, said: ev.Said, name: str, reason: HoldReason, now_s: float) -> tuple[Room, fx.Effects]:
    """Keep a line back, and tell its writer and the moderators."""
    order = room.order
    obstacle = _obstacle(order, said.viewer, reason)
    if obstacle:
        return room, (fx.Tell(said.viewer, Refused("say", obstacle)),)
    id = order.waiting_id + 1
    due_s = now_s + (order.delay_s if reason == "delay" else order.hold_s)
    line = WaitingLine(id, said, name, reason, now_s, due_s)
    if reason == "delay":
        order = replace(order, waiting_id=id, delayed=(*order.delayed, line))
    else:
        order = replace(order, waiting_id=id, held=(*order.held, line))
    told = fx.Tell(said.viewer, Waiting(id, said.text, reason))
    return replace(room, order=order), (told, *to_moderators(order, _asked(line, now_s)))


def find(order: Order, id: int) -> WaitingLine | None:
    """Return the waiting line of this number."""
    return next((line for line in (*order.held, *order.delayed) if line.id == id), None)


def approved(order: Order, id: int) -> Order:
    """Let a line through with the next tick."""
    return _each(order, lambda line: replace(line, is_approved=True) if line.id == id else line)


def dropped(order: Order, lines: tuple[WaitingLine, ...], reason: str) -> tuple[Order, fx.Effects]:
    """Drop lines that wait, and say so to their writers and the moderators."""
    gone = {line.id for line in lines}
    order = replace(
        order,
        held=tuple(line for line in order.held if line.id not in gone),
        delayed=tuple(line for line in order.delayed if line.id not in gone),
    )
    return order, tuple(effect for line in lines for effect in decided(order, line, is_told=False, reason=reason))


def lines_of(order: Order, viewer: str) -> tuple[WaitingLine, ...]:
    """Return what a viewer said that waits."""
    return tuple(line for line in (*order.held, *order.delayed) if line.said.viewer == viewer)


def take_due(order: Order, now_s: float) -> tuple[Order, tuple[WaitingLine, ...], fx.Effects]:
    """Take out the lines that are told now, in the order in which they were said; drop those that nobody wanted."""
    if order.rest or not (order.held or order.delayed):
        return order, (), ()
    told = tuple(line for line in order.held if line.is_approved or (line.due_s <= now_s and order.hold_end == "tell"))
    late = tuple(line for line in order.held if line.due_s <= now_s and line not in told)
    at = 0
    while at < len(order.delayed) and order.delayed[at].said_s + order.delay_s <= now_s:
        at += 1
    early = tuple(line for line in order.delayed[at:] if line.is_approved)
    told = tuple(sorted((*told, *order.delayed[:at], *early), key=lambda line: line.id))
    if not (told or late):
        return order, (), ()
    order = replace(
        order,
        held=tuple(line for line in order.held if line not in told),
        delayed=tuple(line for line in order.delayed[at:] if line not in early),
    )
    order, effects = dropped(order, late, UNDECIDED)
    return order, told, effects


def decided(order: Order, line: WaitingLine, *, is_told: bool, reason: str = "") -> fx.Effects:
    """Tell a line's writer and the moderators that it waits no longer."""
    message = Decided(line.id, is_told, reason)
    own: fx.Effects = () if line.said.viewer in order.moderators else (fx.Tell(line.said.viewer, message),)
    return (*own, *to_moderators(order, message))


def to_moderators(order: Order, message: ToViewer) -> fx.Effects:
    """Tell every moderator who is here."""
    return tuple(fx.Tell(moderator, message) for moderator in sorted(order.moderators))


def known_to(order: Order, viewer: str, now_s: float) -> tuple[tuple[Waiting, ...], tuple[Held, ...]]:
    """Return what a viewer who comes in, or back, must know of lines that wait."""
    own = tuple(Waiting(line.id, line.said.text, line.reason) for line in lines_of(order, viewer))
    if viewer not in order.moderators:
        return own, ()
    return own, tuple(_asked(line, now_s) for line in (*order.held, *order.delayed) if not line.is_approved)


def with_regular(order: Order, viewer: str) -> Order:
    """Remember that a line of this viewer was told."""
    if viewer in order.regulars:
        return order
    regulars = order.regulars.with_entry(viewer, None)
    if len(regulars) <= REGULARS_MAX:
        return replace(order, regulars=regulars)
    return replace(order, regulars=NOBODY.with_entry(viewer, None), former_regulars=order.regulars)


def without_regular(order: Order, viewer: str) -> Order:
    """Look at the next line of this viewer again."""
    former = order.former_regulars.without(viewer)
    return replace(order, regulars=order.regulars.without(viewer), former_regulars=former)


def is_regular(order: Order, viewer: str) -> bool:
    """Say whether a line of this viewer was told before, as far as that is remembered."""
    return viewer in order.regulars or viewer in order.former_regulars


def _asked(line: WaitingLine, now_s: float) -> Held:
    return Held(line.id, line.name, line.said.text, line.reason, max(line.due_s - now_s, 0.0))


def _obstacle(order: Order, viewer: str, reason: HoldReason) -> str:
    if reason == "delay":
        return DELAYED_FULL if len(order.delayed) >= DELAYED_MAX else ""
    if len(order.held) >= HELD_MAX:
        return FULL
    own = sum(line.said.viewer == viewer for line in order.held)
    return FULL_OF_YOURS if own >= HELD_EACH_MAX else ""


def _each(order: Order, change: Callable[[WaitingLine], WaitingLine]) -> Order:
    return replace(order, held=tuple(map(change, order.held)), delayed=tuple(map(change, order.delayed)))
