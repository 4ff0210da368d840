"""Keep order: mute, ban, remove, slow down, freeze, filter; reports of viewers; every deed is recorded."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.wire import (
    MODERATION_SECONDS_MAX,
    NAME_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
    ChatLine,
    Kept,
    Moderate,
    Refused,
    Removed,
)
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import held
from avatar_live.room.bucket import take
from avatar_live.room.filter import has_link, has_word
from avatar_live.room.order import BANNED_MAX, DELAY_S_MAX, HOLD_S_MAX, MODERATORS_MAX, MUTED_MAX, Order
from avatar_live.room.rest import CHAT_RESTS
from avatar_live.room.state import DEED_ALLOWANCE, LINES_KEPT_MAX, Room
from avatar_live.room.text import cleaned

SLOW_S_MAX: Final = 3_600.0
DIGEST_CHARACTERS_MAX: Final = 64
REPORTERS_MAX: Final = 100  # of one line: the host knows by then
NAMELESS: Final = "Guest"
BANNED: Final = "You were sent away from this show."
NOT_A_MODERATOR: Final = "Only moderators can do that."
NO_SUBJECT: Final = "That line is too old, or there is no such viewer."
NOT_WAITING: Final = "That line does not wait any more."
HOST_ONLY: Final = "Only the host can do that."
MODERATORS_PROTECTED: Final = "Moderators answer to the host alone."
TOO_FAST: Final = "That was too fast; wait a second."
TOO_MANY: Final = "The list is full; let somebody back first."
_ABOUT_A_VIEWER: Final = ("mute", "unmute", "ban", "unban", "demote")
_ABOUT_THE_ROOM: Final = ("slow", "freeze", "thaw", "links_off", "links_on", "hold", "delay")


def named(order: Order, name: str) -> str:
    """Return what may stand before a line as somebody's name: cut, cleaned, and a guest's where it cannot be said."""
    # Cleaned again after the cut: what is left may be nothing that one can see.
    fit = cleaned(cleaned(name)[:NAME_CHARACTERS_MAX])
    is_unfit = has_word(fit, order.words) or (has_link(fit) and (not order.has_links or held.does_hold(order, "links")))
    return NAMELESS if is_unfit or not fit else fit


def moderate(room: Room, event: ev.Moderated, now_s: float) -> tuple[Room, fx.Effects]:
    """Do what a moderator, a program or the host orders, and record it."""
    order = event.order
    if event.by:
        counted = _with_deed_counted(room, event.by, now_s)
        if counted is None:
            return room, (fx.Tell(event.by, Refused("moderate", TOO_FAST)),)
        room = counted
    obstacle = obstacle_to(room, event.by, order, now_s, event.program)
    if obstacle:
        return room, (fx.Tell(event.by, Refused("moderate", obstacle)),) if event.by else ()
    viewer = _subject(room, order)
    reason = cleaned(order.reason)[:REASON_CHARACTERS_MAX]
    text = _text(room, order)
    room, effects = _done(room, order, viewer, reason, now_s)
    if order.deed in _ABOUT_THE_ROOM:
        effects = (*effects, *held.to_moderators(room.order, kept(room.order)))
    record = fx.Record(event.by or event.program, order.deed, viewer, reason, text)
    return room, (*effects, record)


def obstacle_to(room: Room, by: str, order: Moderate, now_s: float, program: str = "") -> str:
    """Say in a sentence why an order cannot be done; empty when it can. The host is nobody (`by` is empty), unless a
    program orders it, which may what a moderator may."""
    rules, viewer = room.order, _subject(room, order)
    if by and (by not in rules.moderators or by in rules.banned):
        return NOT_A_MODERATOR
    is_host = not by and not program
    if not is_host and order.deed == "demote":
        return HOST_ONLY
    if order.deed in _ABOUT_A_VIEWER and (not viewer or len(viewer) > DIGEST_CHARACTERS_MAX):
        return NO_SUBJECT
    if not is_host and order.deed in ("mute", "ban") and viewer in rules.moderators:
        return MODERATORS_PROTECTED
    if order.deed in ("remove", "dismiss") and order.seq not in rules.authors:
        return NO_SUBJECT
    if order.deed == "mute" and not 0.0 < order.seconds <= MODERATION_SECONDS_MAX:
        return f"A mute lasts up to {MODERATION_SECONDS_MAX:.0f} seconds."
    if order.deed == "slow" and not 0.0 <= order.seconds <= SLOW_S_MAX:
        return f"Between two lines there may be up to {SLOW_S_MAX:.0f} seconds."
    if order.deed == "hold" and not 0.0 < order.seconds <= HOLD_S_MAX and order.hold != "off":
        return f"A line waits for a moderator for up to {HOLD_S_MAX:.0f} seconds."
    if order.deed == "delay" and not 0.0 <= order.seconds <= DELAY_S_MAX:
        return f"The chat may be late by up to {DELAY_S_MAX:.0f} seconds."
    if order.deed in ("approve", "deny") and held.find(rules, order.line) is None:
        return NOT_WAITING
    still_muted = sum(until_s > now_s for until_s in rules.muted.values()) if order.deed == "mute" else 0
    if order.deed == "mute" and viewer not in rules.muted and still_muted >= MUTED_MAX:
        return TOO_MANY
    if order.deed == "ban" and viewer not in rules.banned and len(rules.banned) >= BANNED_MAX:
        return TOO_MANY
    return ""


def kept(order: Order) -> Kept:
    """Return how the room is kept, in a moderator's words."""
    return Kept(order.slow_s, order.is_frozen, order.has_links, order.hold, order.hold_s, order.hold_end, order.delay_s)


def silence_of(order: Order, viewer: str, text: str, spoke_s: float, now_s: float) -> str:
    """Say in a sentence why a viewer's line is not told; empty when it is. Moderators talk always, never filtered."""
    if viewer in order.banned:
        return BANNED
    if viewer in order.moderators:
        return ""
    left_s = order.muted.get(viewer, now_s) - now_s
    if left_s > 0.0:
        return f"You are muted for {_spoken(left_s)} more."
    if order.rest:
        return CHAT_RESTS[order.rest]
    if now_s - spoke_s < order.slow_s:
        return f"Slow mode: one line every {_spoken(order.slow_s)}."
    if has_word(text, order.words) and not held.does_hold(order, "words"):
        return "There is a word in that message that this show does not want."
    if not order.has_links and has_link(text) and not held.does_hold(order, "links"):
        return "Links are not welcome in this chat."
    return ""


def with_author(room: Room, seq: int, viewer: str) -> Room:
    """Remember who wrote a line, for as long as the room keeps lines."""
    rules = room.order
    authors = {**rules.authors, seq: viewer}
    if len(authors) > LINES_KEPT_MAX:
        del authors[next(iter(authors))]
    return replace(room, order=replace(rules, authors=authors))


def invited(room: Room, event: ev.Invited) -> tuple[Room, fx.Effects]:
    """Make a viewer a moderator."""
    rules = room.order
    if event.viewer in rules.moderators or len(rules.moderators) >= MODERATORS_MAX:
        return room, ()
    room = replace(room, order=replace(rules, moderators=rules.moderators | {event.viewer}))
    return room, (fx.Record("", "promote", event.viewer, ""),)


def report(room: Room, event: ev.LineReported, now_s: float) -> tuple[Room, fx.Effects]:
    """Count who finds a line out of place, each viewer once."""
    rules = room.order
    before = rules.reports.get(event.seq, frozenset())
    if event.seq not in rules.authors or event.viewer in before or len(before) >= REPORTERS_MAX:
        return room, ()
    counted = _with_deed_counted(room, event.viewer, now_s)
    if counted is None:
        return room, (fx.Tell(event.viewer, Refused("report", TOO_FAST)),)
    room = counted
    reports = {seq: viewers for seq, viewers in rules.reports.items() if seq in rules.authors}
    reports[event.seq] = before | {event.viewer}
    return replace(room, order=replace(rules, reports=reports)), ()


def _with_deed_counted(room: Room, name: str, now_s: float) -> Room | None:
    viewer = room.viewers.get(name)
    bucket = None if viewer is None else take(viewer.deed, DEED_ALLOWANCE, now_s)
    if viewer is None or bucket is None:
        return None
    return replace(room, viewers=room.viewers.with_entry(name, replace(viewer, deed=bucket)))


def _done(room: Room, order: Moderate, viewer: str, reason: str, now_s: float) -> tuple[Room, fx.Effects]:
    rules = room.order
    effects: fx.Effects = ()
    match order.deed:
        case "mute":
            still = {one: until_s for one, until_s in rules.muted.items() if until_s > now_s}
            rules = replace(rules, muted={**still, viewer: now_s + order.seconds})
            why = f" ({reason})" if reason else ""
            rules, dropped = held.dropped(rules, held.lines_of(rules, viewer), held.DENIED)
            effects = (*dropped, fx.Tell(viewer, Refused("say", f"You are muted for {_spoken(order.seconds)}{why}.")))
        case "unmute":
            rules = replace(rules, muted={one: until_s for one, until_s in rules.muted.items() if one != viewer})
        case "ban":
            rules = replace(rules, banned={**rules.banned, viewer: reason}, moderators=rules.moderators - {viewer})
            rules, dropped = held.dropped(rules, held.lines_of(rules, viewer), BANNED)
            effects = (*dropped, fx.SendAway(viewer, BANNED, order.is_by_address))
        case "unban":
            rules = replace(rules, banned={one: why for one, why in rules.banned.items() if one != viewer})
            effects = (fx.LetBack(viewer),)
        case "remove":
            return _without_line(room, order.seq)
        case "slow":
            rules = replace(rules, slow_s=order.seconds)
        case "freeze" | "thaw":
            rules = replace(rules, is_frozen=order.deed == "freeze")
        case "links_off" | "links_on":
            rules = replace(rules, has_links=order.deed == "links_on")
        case "hold":
            seconds = rules.hold_s if order.hold == "off" else order.seconds
            rules = replace(rules, hold=order.hold, hold_s=seconds, hold_end=order.then)
        case "delay":
            rules = replace(rules, delay_s=order.seconds)
        case "approve":
            rules = held.approved(rules, order.line)
        case "deny":
            line = held.find(rules, order.line)
            assert line is not None, "asked before"
            rules, effects = held.dropped(rules, (line,), held.DENIED)
        case "dismiss":
            rules = replace(rules, reports={seq: who for seq, who in rules.reports.items() if seq != order.seq})
        case "demote":
            rules = replace(rules, moderators=rules.moderators - {viewer})
    return replace(room, order=rules), effects


def _without_line(room: Room, seq: int) -> tuple[Room, fx.Effects]:
    rules = room.order
    removed = rules.removed if seq in rules.removed else (*rules.removed, seq)[-LINES_KEPT_MAX:]
    rules = held.without_regular(rules, rules.authors[seq])
    lines = tuple(line for line in room.lines if line.seq != seq)
    room = replace(room, lines=lines, order=replace(rules, removed=removed))
    return room, (fx.TellAll(Removed(seq)), fx.Report("chat_removed", {"line": seq}))


def _text(room: Room, order: Moderate) -> str:
    """Return the text of a line that goes: nobody else could say later what it was."""
    if order.deed == "remove":
        return next((line.text for line in room.lines if isinstance(line, ChatLine) and line.seq == order.seq), "")
    line = held.find(room.order, order.line) if order.deed == "deny" else None
    return "" if line is None else line.said.text


def _subject(room: Room, order: Moderate) -> str:
    if order.deed in ("approve", "deny"):
        line = held.find(room.order, order.line)
        return "" if line is None else line.said.viewer
    return order.viewer or room.order.authors.get(order.seq, "")


def _spoken(seconds: float) -> str:
    if seconds < 120.0:
        return f"{max(round(seconds), 1)} s"
    return f"{round(seconds / 60.0)} min" if seconds < 7_200.0 else f"{round(seconds / 3_600.0)} h"
