"""The life of a gift in the room: nothing is told before the ledger holds it, nothing is shown twice."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import CATALOGUE
from avatar_live.protocol.cues import (
    STICKERS,
    Banner,
    Barrage,
    Confetti,
    Fireworks,
    GiantHead,
    React,
    Spotlight,
    Sticker,
    Throw,
)
from avatar_live.protocol.wire import GIFT_ID_CHARACTERS_MAX, GiftGiven, GiftUpdate, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.gifts import NO_SUCH_GIFT, STAGE_FULL, TOO_FAST
from avatar_live.room.state import ASK_ALLOWANCE, CUES_WAITING_MAX, GIFT_ALLOWANCE


def test_a_gift_is_asked_of_the_ledger_at_our_price_before_anybody_is_told() -> None:
    scene = Scene()
    scene.join("ann")
    assert scene.play(ev.GiftAsked("ann", "gift-1", "giant_head")) == [
        fx.Commit("ann", "ann", "gift-1", "giant_head", 50, "")
    ]


@pytest.mark.parametrize(
    ("gift", "cues"),
    [
        ("tomato", [Throw]),
        ("duck", [Throw]),
        ("rose", [Throw, React]),
        ("sticker", [Sticker]),
        ("confetti", [Confetti]),
        ("giant_head", [GiantHead]),
        ("dance", [React]),
        ("barrage", [Barrage, React]),
        ("fireworks", [Fireworks, React]),
    ],
)
def test_a_committed_gift_is_told_shown_and_pushes_for_the_givers_camp(gift: str, cues: list[type]) -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.CampPicked("ann", "blue"))
    effects = scene.commit("ann", "gift-1", gift, balance_coins=77)
    assert [effect.message for effect in of(fx.TellAll, effects)] == [
        GiftGiven(1, "gift-1", "ann", gift, 1, "life-1-1", 1)
    ]
    assert told("ann", effects) == [GiftUpdate("gift-1", "committed", 77)]
    assert [type(effect.cue) for effect in of(fx.ShowCue, effects)] == [Banner, *cues]
    assert [push.camp for push in of(fx.PushBall, effects)] == ["blue"]


def test_every_gift_but_the_ticket_is_shown() -> None:
    scene = Scene()
    scene.join("ann")
    for number, gift in enumerate(gift for gift in CATALOGUE if gift.reaction != "ticket"):
        asked = of(fx.ShowCue, scene.commit("ann", f"gift-{number}", gift.id))
        assert len(asked) >= 2
        assert {effect.cue.move for effect in asked if isinstance(effect.cue, React)} == {gift.move} - {None}


def test_the_same_gift_is_always_the_same_sticker_and_all_stickers_come() -> None:
    scene = Scene()
    scene.join("ann")

    def sticker(id: str) -> Sticker:
        (cue,) = [
            asked.cue for asked in of(fx.ShowCue, scene.commit("ann", id, "sticker")) if asked.cue.__class__ is Sticker
        ]
        assert isinstance(cue, Sticker)
        return cue

    assert sticker("gift-1") == sticker("gift-1")
    assert {sticker(f"gift-{number}").picture for number in range(40)} == set(STICKERS)


def test_a_gift_of_nobodys_camp_pushes_nobody() -> None:
    scene = Scene()
    scene.join("ann")
    assert not of(fx.PushBall, scene.commit("ann", "gift-1", "confetti"))


def test_a_gift_of_who_plays_puts_them_in_the_spotlight() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    scene.go_live()
    player = scene.seat("ann", "ticket-1")
    lit = [shown.cue for shown in of(fx.ShowCue, scene.commit("ann", "gift-1", "confetti"))]
    assert Spotlight(player) in lit
    watched = [shown.cue for shown in of(fx.ShowCue, scene.commit("bob", "gift-2", "confetti"))]
    assert not any(isinstance(cue, Spotlight) for cue in watched)


def test_a_gift_is_done_when_the_engine_has_its_cue_and_not_a_second_time() -> None:
    scene = Scene()
    scene.join("ann")
    banner, reaction = of(fx.ShowCue, scene.commit("ann", "gift-1", "tomato"))
    assert not scene.play(ev.CueWasTaken(banner.id))
    effects = scene.play(ev.CueWasTaken(reaction.id))
    assert of(fx.Mark, effects) == [fx.Mark("ann", "gift-1", "done")]
    assert told("ann", effects) == [GiftUpdate("gift-1", "done", 900)]
    assert not scene.play(ev.CueWasTaken(reaction.id))


def test_an_engine_that_comes_is_given_the_cues_that_none_has_taken() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.EngineCame())
    banner, reaction = of(fx.ShowCue, scene.commit("ann", "gift-1", "tomato"))
    scene.play(ev.CueWasTaken(banner.id), ev.EngineLeft())
    assert scene.play(ev.EngineCame()) == [reaction]
    scene.play(ev.CueWasTaken(reaction.id), ev.EngineLeft())
    assert not scene.play(ev.EngineCame())


def test_an_answer_of_the_ledger_goes_to_the_giver_alone() -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.play(
        ev.GiftRepeated("ann", "gift-1", "committed", 800, ""),
        ev.GiftRefused("ann", "gift-2", 800, "no"),
        ev.GiftRefused("ann", "gift-3", None, "the disk is full"),
        ev.GiftRefunded("ann", "gift-4", 900, "sorry"),
    )
    assert told("ann", effects) == [
        GiftUpdate("gift-1", "committed", 800),
        GiftUpdate("gift-2", "refused", 800, "no"),
        GiftUpdate("gift-3", "refused", 800, "the disk is full"),
        GiftUpdate("gift-4", "refunded", 900, "sorry"),
    ]
    assert not of(fx.TellAll, effects)
    assert not of(fx.ShowCue, effects)


def test_an_id_at_the_limit_is_taken_and_one_past_it_refused() -> None:
    scene = Scene()
    scene.join("ann")
    assert of(fx.Commit, scene.play(ev.GiftAsked("ann", "x" * GIFT_ID_CHARACTERS_MAX, "tomato")))
    effects = scene.play(ev.GiftAsked("ann", "x" * (GIFT_ID_CHARACTERS_MAX + 1), "tomato"))
    assert isinstance(told("ann", effects)[0], Refused)


@pytest.mark.parametrize("id", ["", "a b", "a\n", "é", "../x"])
def test_an_id_that_is_none_is_refused(id: str) -> None:
    scene = Scene()
    scene.join("ann")
    assert not of(fx.Commit, scene.play(ev.GiftAsked("ann", id, "tomato")))


def test_a_gift_that_we_do_not_sell_meets_an_obstacle_since_it_may_have_been_paid_when_we_did() -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.play(ev.GiftAsked("ann", "gift-1", "yacht"))
    assert effects == [fx.Commit("ann", "ann", "gift-1", "yacht", 0, NO_SUCH_GIFT)]


def test_gifts_too_fast_meet_an_obstacle_that_only_the_ledger_may_speak_out() -> None:
    scene = Scene()
    scene.join("ann")
    burst = int(GIFT_ALLOWANCE.burst)
    effects = scene.play(*[ev.GiftAsked("ann", f"gift-{number}", "tomato") for number in range(burst + 1)])
    assert [commit.obstacle for commit in of(fx.Commit, effects)] == [""] * burst + [TOO_FAST]
    assert not told("ann", effects), "the last one may have been paid before: the ledger answers"


def test_a_flood_of_gifts_is_kept_from_the_ledger() -> None:
    scene = Scene()
    scene.join("ann")
    burst = int(ASK_ALLOWANCE.burst)
    effects = scene.play(*[ev.GiftAsked("ann", "gift-1", "tomato") for _ in range(burst + 1)])
    assert len(of(fx.Commit, effects)) == burst
    assert isinstance(told("ann", effects)[-1], Refused)


def test_a_stage_with_too_much_to_show_is_an_obstacle_before_the_payment() -> None:
    scene = Scene()
    scene.join("ann")
    for number in range(CUES_WAITING_MAX // 2):
        assert not of(fx.Commit, scene.play(ev.GiftAsked("ann", "probe", "tomato")))[0].obstacle
        scene.now_s += 1.0
        scene.commit("ann", f"gift-{number}", "tomato")
    assert of(fx.Commit, scene.play(ev.GiftAsked("ann", "probe", "tomato")))[0].obstacle == STAGE_FULL


def test_goals_do_not_pile_up_without_an_engine() -> None:
    scene = Scene()
    for _ in range(CUES_WAITING_MAX + 10):
        scene.play(ev.GoalWasScored("red", 1, 0))
    assert len(scene.room.cues) == CUES_WAITING_MAX
