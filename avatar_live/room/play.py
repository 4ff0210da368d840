"""Tickets: the line of players, the seats, the game's end and the refunds."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import TICKET_SECONDS
from avatar_live.protocol.cues import Banner
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import GiftUpdate, PlayEnd, PlayStart
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import lottery
from avatar_live.room.cues import cue, done
from avatar_live.room.state import (
    CONNECT_S,
    FIRST_FRAME_S,
    QUEUE_MAX,
    QUEUE_S_MAX,
    SEATS,
    Room,
    Seat,
    Ticket,
)

OVER: Final = "Your time on the pitch is up."
LEFT: Final = "You left the pitch."
NO_CONNECTION: Final = "Your picture could not be connected in time; your coins are back."
NO_PICTURE: Final = "Your picture did not reach you in time; your coins are back."
ENGINE_GONE: Final = "The stage stopped in the middle of your game; your coins are back."
WAITED: Final = "The line did not move for too long; your coins are back."
LINE_FULL: Final = "The line of players is full, so it was not paid; try again in a minute."
NOT_LIVE: Final = "The stage is not live, so there is nothing to play yet; it was not paid."


def obstacle(room: Room) -> str:
    """Say why nobody can play just now; empty when somebody can."""
    if not room.show.is_live:
        return NOT_LIVE
    return LINE_FULL if len(room.queue) >= QUEUE_MAX else ""


def queue_up(room: Room, event: ev.GiftCommitted, now_s: float) -> tuple[Room, fx.Effects]:
    """Put a ticket at the end of the line and tell its place; the next tick admits the first. A prize is never lost
    to a line that is full or slow: lotteries draw no more of them than the line holds."""
    if len(room.queue) >= QUEUE_MAX and not lottery.is_prize(event.id):
        return room, (fx.Refund(event.viewer, event.id, LINE_FULL),)
    ticket = Ticket(event.viewer, event.name, event.id, event.token, now_s)
    room = replace(room, queue=(*room.queue, ticket))
    is_next = len(room.seats) + len(room.queue) <= room.seats_max
    reason = "" if is_next else _place(len(room.queue))
    return room, (fx.Tell(event.viewer, GiftUpdate(event.id, "committed", event.balance_coins, reason)),)


def place_in_line(room: Room, viewer: str, gift_id: str) -> str:
    """Return the sentence that tells a waiting ticket's place; empty when it does not wait."""
    waiting = ((ticket.viewer, ticket.gift_id) for ticket in room.queue)
    return next((_place(at + 1) for at, asked in enumerate(waiting) if asked == (viewer, gift_id)), "")


def watching(room: Room, event: ev.PlayerWatches, now_s: float) -> tuple[Room, fx.Effects]:
    """Let an invited player enter the pitch, now that somebody will see it."""
    seat = _seat_of(room, event.player)
    if seat is None or seat.phase != "invited":
        return room, ()
    room = _with_seat(room, replace(seat, phase="entering", until_s=now_s + FIRST_FRAME_S))
    return room, (fx.EnterPitch(seat.player, seat.ticket.name, seat.camp),)


def seeing(room: Room, event: ev.PlayerSees, now_s: float) -> tuple[Room, fx.Effects]:
    """Start a player's time with the first picture."""
    seat = _seat_of(room, event.player)
    if seat is None or seat.phase != "entering":
        return room, ()
    room = _with_seat(room, replace(seat, phase="playing", until_s=now_s + TICKET_SECONDS))
    room, banner = cue(room, Banner(f"{seat.ticket.name} plays", "ticket", seat.ticket.name))
    report = fx.Report("play_started", {"player": seat.player, "name": seat.ticket.name, "camp": seat.camp})
    return room, (fx.Mark(seat.ticket.viewer, seat.ticket.gift_id, "playing"), *banner, report)


def left(room: Room, event: ev.PlayLeft, now_s: float) -> tuple[Room, fx.Effects]:
    """End a game because its player wants to; before its first picture the coins go back."""
    effects: list[fx.Effect] = []
    for seat in room.seats:
        if seat.ticket.viewer == event.viewer:
            room, ended = _end(room, seat, LEFT, is_refunded=seat.phase != "playing")
            effects += ended
    return room, tuple(effects)


def measured(room: Room, event: ev.SeatsMeasured) -> Room:
    """Seat no more players than the stage carries; who has a seat keeps it, and tickets wait in line."""
    return replace(room, seats_max=min(event.count, SEATS))


def engine_left(room: Room) -> tuple[Room, fx.Effects]:
    """End every game with a refund; who waits goes on waiting for the next engine."""
    room, effects = end_all(room, ENGINE_GONE)
    return replace(room, has_engine=False, seats_max=SEATS), effects


def end_all(room: Room, reason: str) -> tuple[Room, fx.Effects]:
    """End every game with a refund."""
    effects: list[fx.Effect] = []
    for seat in room.seats:
        room, ended = _end(room, seat, reason, is_refunded=True)
        effects += ended
    return room, tuple(effects)


def tick(room: Room, is_live: bool, now_s: float) -> tuple[Room, fx.Effects]:
    """End what is over, refund what could not start, and admit who is next."""
    effects: list[fx.Effect] = []
    for seat in room.seats:
        if now_s >= seat.until_s:
            reason = {"invited": NO_CONNECTION, "entering": NO_PICTURE, "playing": OVER}[seat.phase]
            room, ended = _end(room, seat, reason, is_refunded=seat.phase != "playing")
            effects += ended
    waiting = tuple(
        ticket for ticket in room.queue if now_s - ticket.asked_s < QUEUE_S_MAX or lottery.is_prize(ticket.gift_id)
    )
    effects += [fx.Refund(one.viewer, one.gift_id, WAITED) for one in room.queue if one not in waiting]
    room = replace(room, queue=waiting) if waiting != room.queue else room
    if room.has_engine and is_live and not room.order.is_hidden:
        room, admitted = _admit(room, now_s)
        effects += admitted
    return room, tuple(effects)


def _admit(room: Room, now_s: float) -> tuple[Room, list[fx.Effect]]:
    effects: list[fx.Effect] = []
    for ticket in room.queue:
        if len(room.seats) >= room.seats_max:
            break
        if any(seat.ticket.viewer == ticket.viewer for seat in room.seats):
            continue  # one pair of hands plays one game at a time
        number = room.player_number + 1
        seat = Seat(ticket, f"player-{number}", _camp_for(room, ticket.viewer), "invited", now_s + CONNECT_S)
        room = replace(
            room,
            player_number=number,
            seats=(*room.seats, seat),
            queue=tuple(other for other in room.queue if other is not ticket),
        )
        effects.append(fx.Tell(ticket.viewer, PlayStart(ticket.token, TICKET_SECONDS)))
    if effects:
        effects += _told_places(room)
    return room, effects


def _told_places(room: Room) -> list[fx.Effect]:
    told: list[fx.Effect] = []
    for at, ticket in enumerate(room.queue):
        viewer = room.viewers.get(ticket.viewer)
        if viewer is not None:
            update = GiftUpdate(ticket.gift_id, "committed", viewer.balance_coins, _place(at + 1))
            told.append(fx.Tell(ticket.viewer, update))
    return told


def _place(number: int) -> str:
    return f"You are number {number} in line."


def _camp_for(room: Room, viewer: str) -> Camp:
    known = room.viewers.get(viewer)
    if known is not None and known.camp is not None:
        return known.camp
    return "red" if sum(seat.camp == "red" for seat in room.seats) * 2 <= len(room.seats) else "blue"


def _end(room: Room, seat: Seat, reason: str, is_refunded: bool) -> tuple[Room, fx.Effects]:
    ticket = seat.ticket
    room = replace(room, seats=tuple(other for other in room.seats if other.player != seat.player))
    effects: fx.Effects = (
        fx.LeavePitch(seat.player),
        fx.Tell(ticket.viewer, PlayEnd(reason)),
        fx.Report("play_ended", {"player": seat.player, "name": ticket.name, "reason": reason}),
    )
    if is_refunded:
        return room, (*effects, fx.Refund(ticket.viewer, ticket.gift_id, reason))
    return room, (*effects, *done(room, ticket.viewer, ticket.gift_id))


def _seat_of(room: Room, player: str) -> Seat | None:
    return next((seat for seat in room.seats if seat.player == player), None)


def _with_seat(room: Room, seat: Seat) -> Room:
    return replace(room, seats=tuple(seat if other.player == seat.player else other for other in room.seats))
