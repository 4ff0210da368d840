"""Combos and many at once: counted as one, paid each, told with one name from the first gift to the last."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import COMBO_S, GIFTS
from avatar_live.protocol.cues import THROWN_MAX, Banner, Throw
from avatar_live.protocol.wire import GIFT_COUNT_MAX, ComboEnded, GiftGiven, GiftUpdate
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.combos import ALL_AT_ONCE_MAX, SHELVES_A_TICK, joined
from avatar_live.room.gifts import ONE_AT_A_TIME, PUSHES_MAX
from avatar_live.room.roster import SHELVES
from avatar_live.room.state import Viewer


def given_in(effects: list[fx.Effect]) -> list[GiftGiven]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, GiftGiven)]


def ended_in(effects: list[fx.Effect]) -> list[ComboEnded]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, ComboEnded)]


def test_gifts_of_one_kind_in_a_row_are_one_combo_until_nobody_goes_on() -> None:
    scene = Scene()
    scene.join("ann")
    effects: list[fx.Effect] = []
    for number in range(3):
        effects += scene.commit("ann", f"gift-{number}", "tomato")
        effects += scene.tick(COMBO_S - 0.1)
    first = given_in(effects)[0].combo
    assert [(line.combo, line.combo_count) for line in given_in(effects)] == [(first, 1), (first, 2), (first, 3)]
    assert not ended_in(effects)
    over = scene.tick(0.1)
    assert ended_in(over) == [ComboEnded(first, "ann", "tomato", 3, 15)]
    assert [report.data["price_coins"] for report in of(fx.Report, over) if report.type == "combo_ended"] == [15]
    assert not ended_in(scene.tick(60.0)), "a combo ends once"


def test_a_gift_that_comes_too_late_begins_another_combo() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "tomato")
    scene.now_s += COMBO_S
    (line,) = given_in(scene.commit("ann", "gift-2", "tomato"))
    assert line.combo_count == 1


def test_another_gift_ends_the_combo_before_it_is_told_itself() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "tomato", count=2)
    told_all = [effect.message for effect in of(fx.TellAll, scene.commit("ann", "gift-2", "rose"))]
    assert [type(message) for message in told_all] == [ComboEnded, GiftGiven]


def test_each_viewer_has_a_combo_of_their_own() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    effects = [effect for viewer in ("ann", "bob", "ann") for effect in scene.commit(viewer, "gift", "duck")]
    assert [line.combo_count for line in given_in(effects)] == [1, 1, 2]
    assert len({line.combo for line in given_in(effects)}) == 2


def test_one_gift_alone_is_no_combo_to_tell_of() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "tomato")
    assert not ended_in(scene.tick(COMBO_S))


def test_a_newcomer_is_told_of_the_greatest_combos_that_go_on() -> None:
    scene = Scene()
    for number in range(5):
        scene.join(f"viewer-{number}")
        scene.commit(f"viewer-{number}", "gift", "tomato", count=number + 1)
    (greeting,) = of(fx.Greet, scene.join("late"))
    assert [line.combo_count for line in greeting.welcome.combos] == [5, 4, 3]


def test_many_at_once_cost_many_times_the_price_and_are_told_as_one_gift() -> None:
    scene = Scene()
    scene.join("ann")
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", "gift-1", "tomato", 10)))
    assert (commit.price_coins, commit.count) == (50, 10)
    effects = scene.commit("ann", "gift-1", "tomato", count=10)
    (line,) = given_in(effects)
    assert (line.count, line.combo_count) == (10, 10)
    (report,) = [report for report in of(fx.Report, effects) if report.type == "gift"]
    assert (report.data["price_coins"], report.data["count"]) == (50, 10)
    banner, throw = [shown.cue for shown in of(fx.ShowCue, effects)]
    assert isinstance(banner, Banner) and banner.text == "ann: Tomato ×10"
    assert isinstance(throw, Throw) and throw.count == 10


def test_the_most_at_once_is_shown_as_much_as_can_be_watched() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.CampPicked("ann", "red"))
    effects = scene.commit("ann", "gift-1", "tomato", count=GIFT_COUNT_MAX)
    assert [cue.cue.count for cue in of(fx.ShowCue, effects) if isinstance(cue.cue, Throw)] == [THROWN_MAX]
    assert [push.strength for push in of(fx.PushBall, effects)] == [GIFTS["tomato"].push * PUSHES_MAX]


@pytest.mark.parametrize("count", [0, -1, GIFT_COUNT_MAX + 1, 2**53])
def test_a_number_past_the_limit_is_refused_before_it_is_paid(count: int) -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.play(ev.GiftAsked("ann", "gift-1", "tomato", count))
    (update,) = told("ann", effects)
    assert isinstance(update, GiftUpdate) and (update.id, update.state) == ("gift-1", "refused")
    assert "1 to 99" in update.reason and not of(fx.Commit, effects)


def test_the_limit_itself_is_asked_of_the_ledger() -> None:
    scene = Scene()
    scene.join("ann")
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", "gift-1", "fireworks", GIFT_COUNT_MAX)))
    assert (commit.price_coins, commit.obstacle) == (GIFTS["fireworks"].price_coins * GIFT_COUNT_MAX, "")


@pytest.mark.parametrize("gift", ["ticket", "giant_head", "dance"])
def test_of_what_takes_its_time_there_is_one_at_a_time(gift: str) -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    asked = of(fx.Commit, scene.play(ev.GiftAsked("ann", "a", gift, 2), ev.GiftAsked("ann", "b", gift, 1)))
    assert [commit.obstacle for commit in asked] == [ONE_AT_A_TIME, ""]


gifts = st.tuples(
    st.sampled_from(["ann", "bob"]),
    st.sampled_from(["tomato", "rose"]),
    st.integers(1, GIFT_COUNT_MAX),
    st.floats(0.0, 2.0 * COMBO_S),
)


@given(st.lists(gifts, max_size=30))
def test_combos_hold_every_gift_once(asked: list[tuple[str, str, int, float]]) -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    effects: list[fx.Effect] = []
    for number, (viewer, gift, count, later_s) in enumerate(asked):
        effects += scene.commit(viewer, f"gift-{number}", gift, count=count)
        effects += scene.tick(later_s)
    effects += scene.tick(COMBO_S)
    alone = {line.combo: line for line in given_in(effects) if line.combo_count == 1}
    ended = {combo.combo: combo for combo in ended_in(effects)}
    assert len(ended) == len(ended_in(effects))
    lone = [line for name, line in alone.items() if name not in ended]
    assert sum(combo.count for combo in ended.values()) + len(lone) == sum(count for _, _, count, _ in asked)
    assert sum(combo.coins for combo in ended.values()) + sum(GIFTS[line.gift].price_coins for line in lone) == sum(
        GIFTS[gift].price_coins * count for _, gift, count, _ in asked
    )


def test_of_many_combos_each_ends_once_and_soon() -> None:
    scene = Scene()
    many = ALL_AT_ONCE_MAX + 100
    for number in range(many):
        scene.room = replace(scene.room, viewers=scene.room.viewers.with_entry(f"v{number}", Viewer("v", 0)))
        event = ev.GiftCommitted(f"v{number}", "v", f"g{number}", "tomato", 0, "token", count=2)
        scene.room, *_ = joined(scene.room, event, 10, scene.now_s)
    effects = [effect for _ in range(SHELVES // SHELVES_A_TICK) for effect in scene.tick(COMBO_S)]
    assert len(ended_in(effects)) == many
    assert not len(scene.room.combos) and not scene.room.combos_told


def test_a_combo_that_has_ended_is_no_longer_told_to_newcomers() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "tomato", count=9)
    scene.tick(COMBO_S)
    (greeting,) = of(fx.Greet, scene.join("late"))
    assert not greeting.welcome.combos
