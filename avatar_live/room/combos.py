"""Combos: gifts of one kind that a viewer gives one after another are counted as one."""

from dataclasses import replace
from typing import Final

from avatar_live.protocol.catalogue import COMBO_S
from avatar_live.protocol.wire import ComboEnded, GiftGiven
from avatar_live.room import events as ev
from avatar_live.room.state import Combo, Room

COMBOS_TOLD_MAX: Final = 3  # a newcomer is told of the greatest


def joined(room: Room, event: ev.GiftCommitted, price_coins: int, now_s: float) -> tuple[Room, GiftGiven, ev.Effects]:
    """Count a gift into the giver's combo, or begin one; return the line that tells of it, and what ended another."""
    seq, coins = room.seq + 1, price_coins
    running = room.combos.get(event.viewer)
    ended: ev.Effects = ()
    if running is not None and running.line.gift == event.gift and now_s < running.until_s:
        id, count, coins = running.line.combo, running.line.combo_count + event.count, running.coins + coins
    else:
        id, count = f"{room.epoch}-{seq}", event.count
        ended = _ended(running) if running is not None else ()
    line = GiftGiven(seq, event.id, event.name, event.gift, event.count, id, count)
    combos = room.combos.with_entry(event.viewer, Combo(line, coins, now_s + COMBO_S))
    return replace(room, combos=combos), line, ended


def tick(room: Room, now_s: float) -> tuple[Room, ev.Effects]:
    """End what nobody has gone on with."""
    over = [(viewer, combo) for viewer, combo in room.combos.items() if now_s >= combo.until_s]
    combos = room.combos
    for viewer, _ in over:
        combos = combos.without(viewer)
    room = replace(room, combos=combos) if over else room
    return room, tuple(effect for _, combo in over for effect in _ended(combo))


def running(room: Room) -> tuple[GiftGiven, ...]:
    """Return the newest gift of the greatest combos that go on."""
    combos = sorted((combo for _, combo in room.combos.items()), key=lambda one: -one.coins)
    return tuple(combo.line for combo in combos[:COMBOS_TOLD_MAX])


def _ended(combo: Combo) -> ev.Effects:
    """Tell of a combo's end; one gift alone was none."""
    line = combo.line
    if line.combo_count == 1:
        return ()
    told = ComboEnded(line.combo, line.name, line.gift, line.combo_count, combo.coins)
    data = {"combo": line.combo, "name": line.name, "gift": line.gift}
    return (
        ev.TellAll(told),
        ev.Report("combo_ended", {**data, "count": line.combo_count, "price_coins": combo.coins}),
    )
