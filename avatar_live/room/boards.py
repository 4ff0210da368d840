"""The board of the round: who gave most since the host began it, and everybody's own place."""

import bisect
import heapq
from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.together import PLACES_MAX, Board, OwnPlace, Place
from avatar_live.protocol.wire import Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import take
from avatar_live.room.roster import Roster
from avatar_live.room.state import ASK_ALLOWANCE, Giver, Room, Round

TOLD_EVERY_S: Final = 1.0
REFUNDABLE_MAX: Final = 2_000  # three times what can stand in lines for its turn
TOO_FAST: Final = "That was too fast; ask again in a second."
TOP_GIVERS: Final = 3  # wear a badge


def given(room: Room, event: ev.GiftCommitted, coins: int, *, may_come_back: bool) -> Room:
    """Count what a viewer gave, and remember it where it may come back; what was paid before it is none of it."""
    if 0 < event.transfer <= room.round.after:
        return replace(room, coins_given=room.coins_given + coins)
    refundable = room.round.refundable
    if may_come_back:
        refundable = {**refundable, (event.viewer, event.id): coins}
        if len(refundable) > REFUNDABLE_MAX:
            refundable = _still_open(room, refundable)
    return _with_coins(room, event.viewer, event.name, coins, refundable)


def refunded(room: Room, event: ev.GiftRefunded) -> Room:
    """Count no longer what was given back; what was given in an earlier round counts for that one."""
    coins = room.round.refundable.get((event.viewer, event.id))
    if coins is None:
        return room
    left = {gift: paid for gift, paid in room.round.refundable.items() if gift != (event.viewer, event.id)}
    return _with_coins(room, event.viewer, "", -coins, left)


def begun(room: Room, event: ev.RoundBegun, now_s: float) -> tuple[Room, fx.Effects]:
    """Begin another round: the board is empty again."""
    round_ = Round(number=event.number, after=event.after, told_s=now_s)
    room = replace(room, round=round_)
    return room, (fx.TellAll(board(room)), fx.Report("round_started", {"round": round_.number}))


def restored(room: Room, event: ev.RoundRestored) -> Room:
    """Go on with the round of an earlier life of the room; what may still come back is counted when it is handed on."""
    givers: Roster[Giver] = Roster()
    for one in event.givers:
        givers = givers.with_entry(one.viewer, Giver(one.name, one.coins))
    top, ranking = _counted(givers)
    return replace(room, round=Round(number=event.number, after=event.after, givers=givers, top=top, ranking=ranking))


def board(room: Room) -> Board:
    """Return the first places, as they were counted last."""
    places = tuple(Place(giver.name, giver.coins) for _, giver in room.round.top)
    return Board("round", room.round.number, places)


def own_place(room: Room, viewer: str) -> OwnPlace:
    """Return a viewer's place as it was counted last: one more than there are who gave more."""
    giver = room.round.givers.get(viewer)
    if giver is None or giver.coins == 0:
        return OwnPlace("round", 0, 0)
    above = len(room.round.ranking) - bisect.bisect_right(room.round.ranking, giver.coins)
    return OwnPlace("round", above + 1, giver.coins)


def asked(room: Room, event: ev.PlaceAsked, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell a viewer the board and the own place."""
    viewer = room.viewers.get(event.viewer)
    bucket = None if viewer is None else take(viewer.ask, ASK_ALLOWANCE, now_s)
    if viewer is None or bucket is None:
        return room, (fx.Tell(event.viewer, Refused("ask_board", TOO_FAST)),)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, replace(viewer, ask=bucket)))
    return room, (fx.Tell(event.viewer, board(room)), fx.Tell(event.viewer, own_place(room, event.viewer)))


def is_top(room: Room, viewer: str) -> bool:
    """Say whether a viewer is one of the round's most generous."""
    return any(top == viewer for top, _ in room.round.top[:TOP_GIVERS])


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Count the places again when somebody gave, at most once a second, and tell the first ones."""
    if not room.round.is_changed or now_s - room.round.told_s < TOLD_EVERY_S:
        return room, ()
    before = room.round.top
    top, ranking = _counted(room.round.givers)
    room = replace(room, round=replace(room.round, top=top, ranking=ranking, is_changed=False, told_s=now_s))
    return room, (fx.TellAll(board(room)),) if top != before else ()


def _with_coins(room: Room, viewer: str, name: str, coins: int, refundable: Mapping[tuple[str, str], int]) -> Room:
    before = room.round.givers.get(viewer) or Giver(name, 0)
    givers = room.round.givers.with_entry(viewer, Giver(name or before.name, before.coins + coins))
    round_ = replace(room.round, givers=givers, is_changed=True, refundable=refundable)
    return replace(room, round=round_, coins_given=room.coins_given + coins)


def _still_open(room: Room, refundable: Mapping[tuple[str, str], int]) -> Mapping[tuple[str, str], int]:
    """Forget what is done: all that waits for its turn or is played stays, and of the rest the newer half."""
    waiting = {(turn.viewer, turn.gift_id) for turn in room.shelf.turns}
    waiting |= {(one.viewer, one.gift_id) for one in (*room.queue, *(seat.ticket for seat in room.seats))}
    older = len(refundable) - REFUNDABLE_MAX // 2
    return {gift: coins for at, (gift, coins) in enumerate(refundable.items()) if at >= older or gift in waiting}


def _counted(givers: Roster[Giver]) -> tuple[tuple[tuple[str, Giver], ...], tuple[int, ...]]:
    """Return who is first, of equals in the order of their digests, and all sums from the least to the greatest."""
    some = [(viewer, giver) for viewer, giver in givers.items() if giver.coins > 0]
    first = heapq.nsmallest(PLACES_MAX, some, key=lambda one: (-one[1].coins, one[0]))
    return tuple(first), tuple(sorted(giver.coins for _, giver in some))
