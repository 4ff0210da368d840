"""Joining, leaving, chat, likes and camps."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import CATALOGUE
from avatar_live.protocol.cues import ChatPeak, Hearts
from avatar_live.protocol.wire import (
    CHAT_CHARACTERS_MAX,
    LIKES_PER_MESSAGE_MAX,
    NAME_CHARACTERS_MAX,
    ChatLine,
    Refused,
    Show,
)
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.roster import SHELVES
from avatar_live.room.state import CHAT_ALLOWANCE, FORGET_S, HEARTS_EVERY_TICKS, LINES_KEPT_MAX, LINES_SHOWN_MAX


def test_who_joins_is_greeted_with_wallet_and_catalogue() -> None:
    scene = Scene()
    (greeting,) = of(fx.Greet, scene.join("ann", "Ann"))
    assert greeting.welcome.viewer == "secret of ann"
    assert greeting.welcome.balance_coins == 1_000
    assert greeting.welcome.catalogue == CATALOGUE
    assert greeting.welcome.show.audience == 1


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("", "Guest"),
        ("\u202e", "Guest"),
        (" A\tB ", "A B"),
        ("x" * 99, "x" * NAME_CHARACTERS_MAX),
        ("\u200d" * 24 + "A", "Guest"),
    ],
)
def test_a_name_is_cleaned_cut_and_never_empty(given: str, shown: str) -> None:
    scene = Scene()
    scene.members += 1
    (greeting,) = of(fx.Greet, scene.play(ev.Joined(1, "ann", "secret", given, 5)))
    assert greeting.welcome.name == shown


def test_everybody_hears_a_line_with_the_next_number() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    effects = scene.play(ev.Said("ann", "hi"), ev.Said("bob", "hello"))
    assert [effect.message for effect in of(fx.TellAll, effects)] == [
        ChatLine(1, "ann", "hi"),
        ChatLine(2, "bob", "hello"),
    ]


def test_a_line_at_the_limit_is_told_and_one_past_it_refused() -> None:
    scene = Scene()
    scene.join("ann")
    assert of(fx.TellAll, scene.play(ev.Said("ann", "x" * CHAT_CHARACTERS_MAX)))
    effects = scene.play(ev.Said("ann", "x" * (CHAT_CHARACTERS_MAX + 1)))
    assert not of(fx.TellAll, effects)
    assert isinstance(told("ann", effects)[0], Refused)


def test_nothing_to_read_is_refused() -> None:
    scene = Scene()
    scene.join("ann")
    assert isinstance(told("ann", scene.play(ev.Said("ann", "\u200b \n")))[0], Refused)


def test_who_writes_too_fast_is_refused_until_a_moment_later() -> None:
    scene = Scene()
    scene.join("ann")
    burst = int(CHAT_ALLOWANCE.burst)
    effects = scene.play(*[ev.Said("ann", f"line {number}") for number in range(burst + 1)])
    assert len(of(fx.TellAll, effects)) == burst
    assert isinstance(told("ann", effects)[-1], Refused)
    scene.now_s += 1.0 / CHAT_ALLOWANCE.rate_hz
    assert of(fx.TellAll, scene.play(ev.Said("ann", "again")))


def test_leaving_and_coming_back_does_not_refill_an_allowance() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(*[ev.Said("ann", f"line {number}") for number in range(int(CHAT_ALLOWANCE.burst))])
    scene.play(ev.Left("ann"))
    scene.join("ann")
    assert not of(fx.TellAll, scene.play(ev.Said("ann", "one more")))


def test_camps_and_audience_count_who_is_there() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("ann")
    scene.join("bob")
    scene.play(ev.CampPicked("ann", "red"), ev.CampPicked("bob", "red"))
    assert (scene.room.audience, scene.room.camp_red) == (2, 2)
    scene.play(ev.Left("ann"))
    assert (scene.room.audience, scene.room.camp_red) == (2, 2), "one of two pages"
    scene.play(ev.Left("ann"))
    assert (scene.room.audience, scene.room.camp_red) == (1, 1)
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.camp == "red"
    assert (scene.room.audience, scene.room.camp_red) == (2, 2)


def test_who_is_gone_for_long_is_forgotten() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Left("ann"))
    for _ in range(SHELVES):
        scene.tick(0.0)
    assert len(scene.room.viewers) == 1
    scene.now_s += FORGET_S + 1.0
    for _ in range(SHELVES):
        scene.tick(0.0)
    assert len(scene.room.viewers) == 0


def test_likes_are_summed_and_reported_once_a_tick() -> None:
    scene = Scene()
    scene.join("ann")
    effects = scene.play(ev.Liked("ann", 3), ev.Liked("ann", LIKES_PER_MESSAGE_MAX + 1), ev.Liked("ann", -5))
    assert not effects
    ticked = scene.tick()
    total = 3 + LIKES_PER_MESSAGE_MAX
    assert [dict(report.data) for report in of(fx.Report, ticked)] == [{"count": total, "total": total}]
    assert not of(fx.Report, scene.tick())


def test_likes_that_an_earlier_life_let_in_are_counted_without_their_viewer() -> None:
    scene = Scene()
    assert not scene.play(ev.LikesCarried(30), ev.LikesCarried(-5))
    assert scene.room.likes == 30


def test_the_likes_of_a_second_rise_as_hearts_together() -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    while scene.room.sweep % HEARTS_EVERY_TICKS:
        scene.tick()
    scene.play(ev.Liked("ann", 3))
    early = [effect for _ in range(HEARTS_EVERY_TICKS - 1) for effect in scene.tick()]
    assert not of(fx.ShowCue, early)
    scene.play(ev.Liked("ann", 4))
    assert [asked.cue for asked in of(fx.ShowCue, scene.tick())] == [Hearts(7, 7)]
    assert not of(fx.ShowCue, [effect for _ in range(HEARTS_EVERY_TICKS) for effect in scene.tick()])


def test_likes_without_a_stage_are_counted_and_never_shown_later() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Liked("ann", 3))
    for _ in range(HEARTS_EVERY_TICKS):
        scene.tick()
    scene.go_live()
    assert not of(fx.ShowCue, [effect for _ in range(2 * HEARTS_EVERY_TICKS) for effect in scene.tick()])


def test_the_show_is_told_on_change_only() -> None:
    scene = Scene()
    scene.join("ann")
    assert [type(effect.message) for effect in of(fx.TellAll, scene.tick())] == [Show]
    assert not scene.tick()
    scene.play(ev.SourceChanged("the recorded performance"))
    (change,) = of(fx.TellAll, scene.tick())
    assert isinstance(change.message, Show)
    assert change.message.source == "the recorded performance"


def test_a_page_that_comes_back_is_told_what_it_missed() -> None:
    scene = Scene()
    scene.join("ann")
    for number in range(10):
        scene.now_s += 1.0
        scene.play(ev.Said("ann", f"line {number}"))
    (greeting,) = of(fx.Greet, scene.join("bob", epoch="life-1", seq=7))
    assert [line.seq for line in greeting.welcome.recent] == [8, 9, 10]
    (greeting,) = of(fx.Greet, scene.join("bob", epoch="an earlier life", seq=7))
    assert len(greeting.welcome.recent) == 10


def test_newcomers_see_the_last_lines_and_the_room_keeps_no_more_than_its_limit() -> None:
    scene = Scene()
    scene.join("ann")
    for number in range(LINES_KEPT_MAX + 1):
        scene.now_s += 1.0
        scene.play(ev.Said("ann", f"line {number}"))
    assert len(scene.room.lines) == LINES_KEPT_MAX
    (greeting,) = of(fx.Greet, scene.join("bob"))
    assert len(greeting.welcome.recent) == LINES_SHOWN_MAX


def test_a_chat_that_bursts_is_told_to_the_stage_once() -> None:
    scene = Scene()
    viewers = [f"viewer-{number}" for number in range(12)]
    for viewer in viewers:
        scene.join(viewer)
    assert not of(fx.ShowCue, scene.play(*(ev.Said(viewer, "hello") for viewer in viewers))), "there is no stage"
    scene.go_live()
    scene.tick(60.0)
    shown = of(fx.ShowCue, scene.play(*(ev.Said(viewer, "what a goal") for viewer in viewers * 2)))
    assert [peak.cue for peak in shown] == [ChatPeak()]
