"""The life of a gift: asked, committed by the ledger, told, shown by the stage, done; or refused, or refunded."""

import re
import zlib
from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import GIFTS, Gift
from avatar_live.protocol.cues import (
    STICKERS,
    THROWN_MAX,
    Banner,
    Barrage,
    Confetti,
    Cue,
    Fireworks,
    React,
    Spotlight,
    Sticker,
    Throw,
)
from avatar_live.protocol.wire import GIFT_COUNT_MAX, GIFT_ID_CHARACTERS_MAX, GiftGiven, GiftUpdate, Refused, Wallet
from avatar_live.room import boards, combos, free_ticket, offers, play, turns
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import take
from avatar_live.room.chat import with_line
from avatar_live.room.cues import cue
from avatar_live.room.rest import GIFTS_REST
from avatar_live.room.state import ASK_ALLOWANCE, CUES_WAITING_MAX, GIFT_ALLOWANCE, ROOM_GIFT_ALLOWANCE, Room

NO_SUCH_GIFT: Final = "There is no such gift."
TOO_FAST: Final = "That was too fast, so it was not paid; give it again in a second."
ONE_AT_A_TIME: Final = "Of this there is one at a time, so it was not paid; give one."
NO_COUNT: Final = f"Give 1 to {GIFT_COUNT_MAX} of a gift at once."
STAGE_FULL: Final = "The stage has too much to show just now, so it was not paid; try again in a moment."
# What many at once do beyond one: they are paid and counted whole, but the show stays one that can be watched.
PUSHES_MAX: Final = 10
_GIFT_ID: Final = re.compile(r"[A-Za-z0-9_-]+")


def ask(room: Room, event: ev.GiftAsked, now_s: float) -> tuple[Room, fx.Effects]:
    """Refuse what cannot be, before it is paid, or ask the ledger to commit it."""
    viewer = room.viewers.get(event.viewer)
    assert viewer is not None
    if len(event.id) > GIFT_ID_CHARACTERS_MAX or not _GIFT_ID.fullmatch(event.id):
        reason = f"A gift's id is 1 to {GIFT_ID_CHARACTERS_MAX} letters, digits, '-' or '_'; a UUID is best."
        return room, (fx.Tell(event.viewer, Refused("gift", reason)),)
    if not 0 < event.count <= GIFT_COUNT_MAX:
        # By its id: what comes without is asked again.
        return room, (_refusal(event.viewer, event.id, viewer.balance_coins, NO_COUNT),)
    asked = take(viewer.ask, ASK_ALLOWANCE, now_s)
    if asked is None:
        return room, (fx.Tell(event.viewer, Refused("gift", "That was far too fast; ask again in a second.")),)
    given = take(viewer.gift, GIFT_ALLOWANCE, now_s)
    sold = GIFTS.get(event.gift) or offers.terms(room, event.gift)
    # An obstacle is no answer yet: only the ledger knows whether this gift was paid before.
    shared = take(room.gift, ROOM_GIFT_ALLOWANCE, now_s)
    is_too_fast = given is None or shared is None
    obstacle = NO_SUCH_GIFT if sold is None else TOO_FAST if is_too_fast else _obstacle(room, event, now_s)
    price_coins = sold.price_coins * event.count if sold is not None else 0
    viewer = replace(viewer, ask=asked, gift=given or viewer.gift)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, viewer), gift=shared or room.gift)
    if not obstacle:
        room = offers.promise(room, event.viewer, event.id, event.gift)
    return room, (fx.Commit(event.viewer, viewer.name, event.id, event.gift, price_coins, obstacle, event.count),)


def committed(room: Room, event: ev.GiftCommitted, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell everybody of a gift that the ledger holds, and let it happen."""
    gift = GIFTS.get(event.gift)
    room = _with_balance(offers.release(room, event.viewer, event.id), event.viewer, event.balance_coins)
    is_free = free_ticket.is_free(event.id)
    price_coins = event.price_coins if gift is None or is_free else gift.price_coins * event.count
    room, noted = free_ticket.committed(room, event, now_s)
    room = boards.given(room, event, price_coins, may_come_back=not can_be_many(gift))
    room, line, ended = combos.joined(room, event, price_coins, now_s)
    room = with_line(room, line)
    room, happening = _happen(room, event, gift, now_s)
    return room, (*ended, fx.TellAll(line), _reported(line, price_coins), *happening, *noted)


def answered(
    room: Room, event: ev.GiftRepeated | ev.GiftRefused | ev.GiftRefunded, now_s: float
) -> tuple[Room, fx.Effects]:
    """Tell the giver what the ledger says, and how far the gift is."""
    room = offers.release(room, event.viewer, event.id)
    viewer = room.viewers.get(event.viewer)
    balance_coins = event.balance_coins
    if balance_coins is None:
        balance_coins = viewer.balance_coins if viewer is not None else 0
    room = _with_balance(room, event.viewer, balance_coins)
    match event:
        case ev.GiftRepeated():
            if standing := turns.standing(room, event.viewer, event.id, now_s):
                return room, standing
            room, noted = free_ticket.repeated(room, event, now_s)
            reason = event.reason or play.place_in_line(room, event.viewer, event.id)
            return room, (fx.Tell(event.viewer, GiftUpdate(event.id, event.state, balance_coins, reason)), *noted)
        case ev.GiftRefused():
            return room, (_refusal(event.viewer, event.id, balance_coins, event.reason),)
        case ev.GiftRefunded():
            room, noted = free_ticket.refunded(boards.refunded(room, event), event, now_s)
            update = GiftUpdate(event.id, "refunded", balance_coins, event.reason)
            report = fx.Report("refund", {"id": event.id, "reason": event.reason})
            return room, (fx.Tell(event.viewer, update), report, *noted)


def can_be_many(gift: Gift | None) -> bool:
    """Say whether several can be given at once: not of what takes its time, nor of what a game does."""
    return gift is not None and gift.reaction != "ticket" and gift.seconds == 0.0


def filled(room: Room, event: ev.WalletFilled) -> tuple[Room, fx.Effects]:
    """Tell a viewer who is here that coins came in."""
    if room.viewers.get(event.viewer) is None:
        return room, ()
    return _with_balance(room, event.viewer, event.balance_coins), (fx.Tell(event.viewer, Wallet(event.balance_coins)),)


def _reported(line: GiftGiven, price_coins: int) -> fx.Report:
    return fx.Report(
        "gift",
        {
            "id": line.id,
            "name": line.name,
            "gift": line.gift,
            "price_coins": price_coins,
            "count": line.count,
            "combo": line.combo,
            "combo_count": line.combo_count,
            "worth": "",
        },
    )


def _obstacle(room: Room, event: ev.GiftAsked, now_s: float) -> str:
    """Say why a gift could not happen now; such a gift is refused unless the ledger holds it already."""
    if room.order.rest:
        return GIFTS_REST[room.order.rest]
    gift = GIFTS.get(event.gift)
    sold = gift or offers.terms(room, event.gift)
    if sold is not None and 0 < event.shown_coins < sold.price_coins:
        return f"It costs {sold.price_coins} coins now, so it was not paid; give it again if you still want it."
    if event.count > 1 and not can_be_many(gift):
        return ONE_AT_A_TIME
    if gift is not None and gift.reaction == "ticket":
        return play.obstacle(room)
    if len(room.cues) >= CUES_WAITING_MAX:
        return STAGE_FULL
    return offers.obstacle(room, event.viewer, event.gift, now_s)


def _happen(room: Room, event: ev.GiftCommitted, gift: Gift | None, now_s: float) -> tuple[Room, fx.Effects]:
    if gift is not None and gift.reaction == "ticket":
        return play.queue_up(room, event, now_s)
    told = fx.Tell(event.viewer, GiftUpdate(event.id, "committed", event.balance_coins))
    key = f"{event.viewer}/{event.id}"
    shown: fx.Effects
    if gift is None or gift.seconds > 0.0:
        room, shown = turns.begin(room, event, now_s)
    else:
        times = f" ×{event.count}" if event.count > 1 else ""
        room, banner = cue(room, Banner(f"{event.name}: {gift.name}{times}", gift.id, event.name), key=f"{key}/banner")
        reacts = _reaction(gift, zlib.crc32(event.id.encode()), event.count)
        room, reaction = cue(room, reacts, event.viewer, event.id, key)
        shown = (*banner, *reaction)
    room, light = _spotlight(room, event.viewer)
    if gift is None:
        return room, (told, *shown, *light)
    thanks: fx.Effects = ()
    if gift.move is not None and gift.reaction != "move":
        room, thanks = cue(room, React(gift.move), key=f"{key}/thanks")
    viewer = room.viewers.get(event.viewer)
    camp = viewer.camp if viewer is not None else None
    strength = gift.push * min(event.count, PUSHES_MAX)
    push = (fx.PushBall(camp, strength),) if camp is not None and strength > 0.0 else ()
    return room, (told, *shown, *thanks, *light, *push)


def _spotlight(room: Room, viewer: str) -> tuple[Room, fx.Effects]:
    """Show who gave something where they are on the pitch."""
    seat = next((seat for seat in room.seats if seat.ticket.viewer == viewer and seat.phase == "playing"), None)
    return (room, ()) if seat is None else cue(room, Spotlight(seat.player))


def _reaction(gift: Gift, seed: int, count: int = 1) -> Cue:
    """Return what the stage does; of many that are thrown at once more fly."""
    match gift.reaction:
        case "throw":
            return Throw(gift.id, seed, min(count, THROWN_MAX))
        case "confetti":
            return Confetti(seed)
        case "sticker":
            return Sticker(STICKERS[seed % len(STICKERS)], seed)
        case "barrage":
            return Barrage(seed)
        case "fireworks":
            return Fireworks(seed)
        case "giant_head" | "move" | "ticket":
            raise AssertionError("it takes its time, see `turns.py` and `play.py`")


def _refusal(viewer: str, id: str, balance_coins: int, reason: str) -> fx.Tell:
    return fx.Tell(viewer, GiftUpdate(id, "refused", balance_coins, reason))


def _with_balance(room: Room, name: str, balance_coins: int) -> Room:
    viewer = room.viewers.get(name)
    if viewer is None:
        return room
    return replace(room, viewers=room.viewers.with_entry(name, replace(viewer, balance_coins=balance_coins)))
