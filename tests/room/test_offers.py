"""What outside games sell: limits are kept before anything is paid, and everybody is told what can be had."""

import msgspec
import pytest
from games import GHOST, came, selling
from rooms import Scene, of, told

from avatar_live.protocol.effects import GAME_SILENT_S, GAMES_MAX, RETURN_S, Hindrance, OfferedEffect, OfferState
from avatar_live.protocol.wire import GiftGiven, Offers, Welcome
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.gifts import NO_SUCH_GIFT
from avatar_live.room.offers import HAD, LINE_LONG, NO_GAME, NO_IDENT, OFF, SOLD_OUT, TOO_MANY_GAMES, obstacle_to_offer
from avatar_live.room.shelf import TURNS_MAX, TURNS_OF_ONE_MAX


def obstacle(scene: Scene, viewer: str = "ann", gift: str = "castle/ghost", id: str = "probe") -> str:
    """Ask for a gift, let the ledger refuse it, and return what was in the way."""
    scene.now_s += 1.0
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked(viewer, id, gift)))
    scene.play(ev.GiftRefused(viewer, id, 900, "not now"))
    return commit.obstacle


def told_state(scene: Scene) -> OfferState | None:
    scene.tick()
    return next((one for one in scene.room.show.shelf if one.id == "castle/ghost"), None)


def test_everybody_hears_what_a_game_sells_and_newcomers_are_greeted_with_it() -> None:
    scene = Scene()
    scene.join("ann")
    came(scene)
    (offered,) = [one.message for one in of(fx.TellAll, scene.tick()) if isinstance(one.message, Offers)]
    assert [(one.id, one.price_coins) for one in offered.offers] == [("castle/ghost", 25)]
    (greeted,) = of(fx.Greet, scene.join("bob"))
    assert isinstance(greeted.welcome, Welcome)
    assert greeted.welcome.offers == offered.offers
    came(scene)
    assert not any(isinstance(one.message, Offers) for one in of(fx.TellAll, scene.tick())), "nothing is new"


def test_an_effect_is_asked_of_the_ledger_at_the_price_of_its_game_and_told_when_it_is_paid() -> None:
    scene = selling()
    assert scene.play(ev.GiftAsked("ann", "gift-1", "castle/ghost")) == [
        fx.Commit("ann", "ann", "gift-1", "castle/ghost", 25, "")
    ]
    effects = scene.commit("ann", "gift-1", "castle/ghost")
    assert GiftGiven(1, "gift-1", "ann", "castle/ghost", 1, "life-1-1") in [
        one.message for one in of(fx.TellAll, effects)
    ]


def test_what_no_game_sells_meets_an_obstacle() -> None:
    assert obstacle(selling(), gift="castle/dragon") == NO_SUCH_GIFT
    assert obstacle(selling(), gift="nowhere/ghost") == NO_SUCH_GIFT


def test_an_effect_that_cools_down_is_refused_with_the_seconds_that_are_left() -> None:
    scene = selling(cooldown_s=30.0)
    scene.commit("ann", "gift-1", "castle/ghost")
    assert obstacle(scene, "bob") == "Ghost cools down for 29 s more, so it was not paid."
    assert told_state(scene) == OfferState("castle/ghost", "cooling", 29, None)
    scene.now_s += 29.0
    assert not obstacle(scene, "bob")
    assert told_state(scene) is None


def test_who_asks_while_the_ledger_is_busy_with_another_does_not_break_the_limits() -> None:
    scene = selling(per_show_max=1)
    (first,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", "gift-1", "castle/ghost")))
    assert not first.obstacle
    assert obstacle(scene, "bob") == SOLD_OUT
    scene.play(ev.GiftRefused("ann", "gift-1", 3, "too poor"))
    assert not obstacle(scene, "bob"), "nothing was taken, so it is free again"
    again = of(fx.Commit, scene.play(*[ev.GiftAsked("ann", "gift-2", "castle/ghost")] * 2))
    scene.commit("ann", "gift-2", "castle/ghost")
    assert len(again) == 2
    assert obstacle(scene, "bob") == SOLD_OUT


def test_no_more_are_sold_in_a_show_than_there_are_and_a_failed_one_comes_back() -> None:
    scene = selling(per_show_max=2, at_once_max=2)
    scene.commit("ann", "gift-1", "castle/ghost")
    assert told_state(scene) == OfferState("castle/ghost", None, 0, 1)
    scene.commit("bob", "gift-2", "castle/ghost")
    assert obstacle(scene) == SOLD_OUT
    assert told_state(scene) == OfferState("castle/ghost", "sold_out", 0, 0)
    scene.play(ev.EffectReported(scene.room.shelf.turns[0].id, "failed", "the ghost sleeps"))
    assert not obstacle(scene)
    scene.play(ev.EffectReported(scene.room.shelf.turns[0].id, "done"))
    assert told_state(scene) == OfferState("castle/ghost", None, 0, 1)


def test_a_viewer_gets_no_more_than_their_own_share() -> None:
    scene = selling(per_viewer_max=1)
    scene.commit("ann", "gift-1", "castle/ghost")
    assert obstacle(scene, "ann") == HAD
    assert not obstacle(scene, "bob")
    scene.play(ev.GiftAsked("bob", "gift-2", "castle/ghost"))
    assert obstacle(scene, "bob") == HAD, "the one that the ledger is asked about counts"


def test_what_was_sold_in_an_earlier_life_of_the_room_counts() -> None:
    scene = selling(per_show_max=3, per_viewer_max=2)
    scene.play(ev.SalesCounted((ev.Sale("ann", "castle/ghost", 2, 990.0),)))
    assert obstacle(scene, "ann") == HAD
    assert told_state(scene) == OfferState("castle/ghost", None, 0, 1)
    came(scene, cooldown_s=30.0)
    assert "cools down for 18 s more" in obstacle(scene, "bob")


@pytest.mark.parametrize(("is_away", "hindrance", "reason"), [(False, "off", OFF), (True, "away", NO_GAME)])
def test_what_cannot_be_had_is_refused_and_stands_so_on_the_shelf(
    is_away: bool, hindrance: Hindrance, reason: str
) -> None:
    scene = selling(is_available=is_away)
    if is_away:
        scene.play(ev.GameLeft("castle"))
    assert obstacle(scene) == reason
    assert told_state(scene) == OfferState("castle/ghost", hindrance, 0, None)


def test_a_game_without_a_line_is_away_when_it_falls_silent_and_forgotten_after_a_while() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.GameOffered("castle", (GHOST,)))
    scene.tick(GAME_SILENT_S)
    assert not obstacle(scene, id="one")
    scene.tick(0.1)
    assert obstacle(scene) == NO_GAME
    scene.tick(RETURN_S - 1.0)
    scene.tick(2.0)
    assert obstacle(scene) == NO_SUCH_GIFT
    assert scene.room.shelf.told == ()


def test_a_game_is_here_until_its_last_line_is_gone() -> None:
    scene = selling()
    came(scene)
    scene.play(ev.GameLeft("castle"))
    scene.tick(GAME_SILENT_S + 1.0)
    assert not obstacle(scene)
    scene.play(ev.GameLeft("castle"))
    assert obstacle(scene) == NO_GAME
    scene.play(ev.GameLeft("nobody"))


def test_a_line_that_is_too_long_takes_nobody_else() -> None:
    scene = selling()
    for number in range(TURNS_OF_ONE_MAX):
        assert not obstacle(scene)
        scene.commit("ann", f"gift-{number}", "castle/ghost")
        take_cues(scene)
    assert obstacle(scene) == LINE_LONG


def test_all_lines_together_have_an_end() -> None:
    effects = tuple(msgspec.structs.replace(GHOST, id=f"ghost-{number}") for number in range(20))
    scene = selling()
    scene.play(ev.GameOffered("castle", effects))
    for number in range(TURNS_MAX):
        scene.commit("ann", f"gift-{number}", f"castle/ghost-{number % 20}")
        take_cues(scene)
    assert len(scene.room.shelf.turns) == TURNS_MAX
    assert obstacle(scene, gift="castle/ghost-1") == LINE_LONG


def take_cues(scene: Scene) -> None:
    scene.play(*[ev.CueWasTaken(id) for id in scene.room.cues])


def test_so_many_games_sell_here_and_one_more_does_not() -> None:
    scene = Scene()
    for number in range(GAMES_MAX):
        assert not obstacle_to_offer(scene.room, f"game-{number}", (GHOST,))
        scene.play(ev.GameOffered(f"game-{number}", (GHOST,)))
    assert obstacle_to_offer(scene.room, "one-more", (GHOST,)) == TOO_MANY_GAMES
    assert not obstacle_to_offer(scene.room, "game-0", (GHOST,))


@pytest.mark.parametrize(
    ("change", "reason"), [({"name": "\u200b"}, "nothing that one can see"), ({"emoji": "\u202e"}, "nothing")]
)
def test_an_offer_that_one_cannot_see_is_refused(change: dict[str, str], reason: str) -> None:
    assert reason in obstacle_to_offer(Scene().room, "castle", (msgspec.structs.replace(GHOST, **change),))


def test_a_name_with_a_line_break_behind_it_is_none() -> None:
    assert obstacle_to_offer(Scene().room, "castle\n", (GHOST,)) == NO_IDENT
    assert obstacle_to_offer(Scene().room, "castle", (msgspec.structs.replace(GHOST, id="ghost\n"),)) == NO_IDENT


def test_two_effects_of_one_id_are_refused() -> None:
    assert "own" in obstacle_to_offer(Scene().room, "castle", (GHOST, GHOST))


def test_a_name_is_cleaned_before_anybody_sees_it() -> None:
    scene = Scene()
    scene.play(ev.GameOffered("castle", (msgspec.structs.replace(GHOST, name="Gh\u202eost "),)))
    scene.tick()
    assert scene.room.shelf.told[0].name == "Ghost"


@pytest.mark.parametrize(
    ("field", "at_limit", "past"),
    [
        ("id", "a" * 24, "a" * 25),
        ("id", "a-b_9", "A"),
        ("name", "x" * 24, "x" * 25),
        ("emoji", "x" * 8, "x" * 9),
        ("price_coins", 1, 0),
        ("price_coins", 100_000, 100_001),
        ("seconds", 600.0, 600.1),
        ("seconds", 0.0, -0.1),
        ("cooldown_s", 3_600.0, 3_600.1),
        ("per_show_max", 1_000_000, 1_000_001),
        ("per_viewer_max", 0, -1),
        ("at_once_max", 16, 17),
        ("at_once_max", 1, 0),
    ],
)
def test_an_offer_at_a_limit_is_one_and_past_it_none(field: str, at_limit: object, past: object) -> None:
    plain = msgspec.to_builtins(GHOST)
    assert getattr(msgspec.convert({**plain, field: at_limit}, OfferedEffect), field) == at_limit
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**plain, field: past}, OfferedEffect)


def test_a_giant_head_is_sold_once_in_its_time() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "giant_head")
    assert "Giant head cools down for 9 s more" in obstacle(scene, gift="giant_head")
    assert [one.id for one in scene.room.show.shelf] == []
    scene.tick()
    assert [(one.id, one.hindrance) for one in scene.room.show.shelf] == [("giant_head", "cooling")]
    assert not told("ann", scene.tick(9.0))
    assert not obstacle(scene, gift="giant_head")


def test_what_costs_more_by_now_than_it_was_shown_to_cost_is_refused_and_a_shown_price_never_makes_one() -> None:
    scene = selling(price_coins=10)
    came(scene, price_coins=900)

    def asked(id: str, shown_coins: int) -> fx.Commit:
        (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", id, "castle/ghost", 1, shown_coins)))
        return commit

    assert asked("g1", 10).obstacle == (
        "It costs 900 coins now, so it was not paid; give it again if you still want it."
    )
    for id, shown_coins in (("g2", 900), ("g3", 1_000), ("g4", 0), ("g5", -1)):
        assert (asked(id, shown_coins).obstacle, asked(f"{id}-again", shown_coins).price_coins) == ("", 900)
    (rose,) = of(fx.Commit, scene.play(ev.GiftAsked("bob", "g6", "rose", 3, 9)))
    assert "It costs 10 coins now" in rose.obstacle
