"""Combos: gifts of one kind that a viewer gives one after another are counted as one."""

from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import COMBO_S
from avatar_live.protocol.wire import ComboEnded, GiftGiven
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.roster import SHELVES
from avatar_live.room.state import Combo, Room

COMBOS_TOLD_MAX: Final = 3  # a newcomer is told of the greatest
ALL_AT_ONCE_MAX: Final = 500  # combos; of more, each tick looks at an eighth
SHELVES_A_TICK: Final = SHELVES // 8


def joined(room: Room, event: ev.GiftCommitted, price_coins: int, now_s: float) -> tuple[Room, GiftGiven, fx.Effects]:
    """Count a gift into the giver's combo, or begin one; return the line that tells of it, and what ended another."""
    seq, coins = room.seq + 1, price_coins
    running = room.combos.get(event.viewer)
    ended: fx.Effects = ()
    if running is not None and running.line.gift == event.gift and now_s < running.until_s:
        id, count, coins = running.line.combo, running.line.combo_count + event.count, running.coins + coins
    else:
        id, count = f"{room.epoch}-{seq}", event.count
        ended = _ended(running) if running is not None else ()
    line = GiftGiven(seq, event.id, event.name, event.gift, event.count, id, count)
    combo = Combo(line, coins, now_s + COMBO_S)
    greatest = sorted((combo, *(one for one in room.combos_told if one.line.combo != id)), key=lambda one: -one.coins)
    combos = room.combos.with_entry(event.viewer, combo)
    return replace(room, combos=combos, combos_told=tuple(greatest[:COMBOS_TOLD_MAX])), line, ended


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """End what nobody has gone on with."""
    if not len(room.combos):
        return room, ()
    count = SHELVES if len(room.combos) <= ALL_AT_ONCE_MAX else SHELVES_A_TICK
    combos, over = room.combos.swept(room.combos_sweep, count, lambda combo: now_s >= combo.until_s)
    told = tuple(combo for combo in room.combos_told if now_s < combo.until_s)
    room = replace(room, combos=combos, combos_told=told, combos_sweep=(room.combos_sweep + count) % SHELVES)
    return room, tuple(effect for _, combo in over for effect in _ended(combo))


def running(room: Room) -> tuple[GiftGiven, ...]:
    """Return the newest gift of the greatest combos that go on; one that ends makes room for the next that is given."""
    return tuple(combo.line for combo in room.combos_told)


def _ended(combo: Combo) -> fx.Effects:
    """Tell of a combo's end; one gift alone was none."""
    line = combo.line
    if line.combo_count == 1:
        return ()
    told = ComboEnded(line.combo, line.name, line.gift, line.combo_count, combo.coins)
    data = {"combo": line.combo, "name": line.name, "gift": line.gift}
    return (
        fx.TellAll(told),
        fx.Report("combo_ended", {**data, "count": line.combo_count, "price_coins": combo.coins}),
    )
