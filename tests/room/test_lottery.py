"""Lotteries: anybody can enter once, anybody can draw again, and a prize is told when it is booked."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import Scene, of, told

from avatar_live.protocol.together import (
    LOTTERY_COINS_MAX,
    LOTTERY_LIKES_MAX,
    LOTTERY_SECONDS_MAX,
    LOTTERY_SECONDS_MIN,
    LOTTERY_SHOWN_S,
    LOTTERY_WORD_CHARACTERS_MAX,
    WINNERS_MAX,
    Lottery,
    OwnEntry,
    Prize,
)
from avatar_live.protocol.wire import Moderate, Wallet
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.lottery import (
    RUNNING,
    TICKETS_WAIT,
    Terms,
    commitment,
    drawn,
    obstacle_to_open,
    tag_of,
    terms,
)
from avatar_live.room.roster import Roster
from avatar_live.room.state import QUEUE_MAX, QUEUE_S_MAX, Entry

SEED = "a seed"


def lottery_of(*viewers: str, word: str = "luck", likes: int = 0, winners: int = 1, prize: Prize = "coins") -> Scene:
    scene = Scene()
    for viewer in viewers:
        scene.join(viewer)
    scene.play(ev.LotteryOpened(word, likes, 30.0, winners, prize, 100 if prize == "coins" else 0, SEED))
    return scene


def lotteries_in(effects: list[fx.Effect]) -> list[Lottery]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, Lottery)]


def test_who_says_the_word_is_in_once_and_the_seed_stays_a_secret() -> None:
    scene = lottery_of("ann", "bob")
    effects = scene.play(ev.Said("ann", "good LUCK to all"), ev.Said("bob", "hello"), ev.Said("ann", "luck luck"))
    assert told("ann", effects) == [OwnEntry(1, tag_of(scene.room, 1, "ann"))]
    assert not told("bob", effects)
    (lottery,) = lotteries_in(scene.tick(1.0))
    assert (lottery.entries, lottery.commitment, lottery.seed) == (1, hashlib.sha256(SEED.encode()).hexdigest(), "")
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.entry == OwnEntry(1, tag_of(scene.room, 1, "ann")) and greeting.welcome.lottery is not None


def test_who_is_muted_is_not_in_by_a_line_that_nobody_was_told() -> None:
    scene = lottery_of("ann")
    scene.play(ev.Moderated("", Moderate("mute", viewer="ann", seconds=60.0)), ev.Said("ann", "luck"))
    assert scene.room.draw is not None and len(scene.room.draw.entries) == 0


def test_likes_are_counted_from_the_opening_on() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Liked("ann", 50))
    scene.play(ev.LotteryOpened("", 20, 30.0, 1, "coins", 100, SEED))
    scene.now_s += 5.0
    assert not told("ann", scene.play(ev.Liked("ann", 19)))
    assert told("ann", scene.play(ev.Liked("ann", 1))) == [OwnEntry(1, tag_of(scene.room, 1, "ann"))]


def test_winners_are_told_when_their_prizes_are_booked_and_not_before() -> None:
    viewers = ("ann", "bob", "cat")
    scene = lottery_of(*viewers, winners=2)
    scene.play(*[ev.Said(viewer, "luck") for viewer in viewers])
    effects = scene.tick(30.0)
    awards = of(fx.Award, effects)
    assert len(awards) == 2 and {award.coins for award in awards} == {100}
    assert not [lottery for lottery in lotteries_in(effects) if lottery.is_over]
    first, second = awards
    effects = scene.play(ev.Awarded(first.viewer, first.id, 1_100))
    assert told(first.viewer, effects) == [Wallet(1_100)] and not lotteries_in(effects)
    assert not of(fx.Award, scene.tick(60.0)), "a prize is asked for once"
    effects = scene.play(ev.Awarded(second.viewer, second.id, 1_100))
    (over,) = lotteries_in(effects)
    assert (over.is_over, over.seed, set(over.winners)) == (True, SEED, {first.viewer, second.viewer})
    (own,) = [one for one in told(second.viewer, effects) if isinstance(one, OwnEntry)]
    assert own.is_winner
    (report,) = [report for report in of(fx.Report, effects) if report.type == "lottery_ended"]
    assert (report.data["count"], report.data["entries"], report.data["seed"]) == (2, 3, SEED)
    late = scene.play(ev.Awarded(first.viewer, first.id, 1_100))
    assert not lotteries_in(late) and not of(fx.Report, late)


def test_a_prize_that_the_house_cannot_give_has_no_winner() -> None:
    scene = lottery_of("ann")
    scene.play(ev.Said("ann", "luck"))
    (award,) = of(fx.Award, scene.tick(30.0))
    (over,) = lotteries_in(scene.play(ev.AwardFailed("ann", award.id, "The house is poor.")))
    assert over.is_over and over.winners == ()


def test_a_ticket_is_won_as_a_gift_without_a_price() -> None:
    scene = lottery_of("ann", prize="ticket")
    scene.play(ev.Said("ann", "luck"))
    effects = scene.tick(30.0)
    (commit,) = of(fx.Commit, effects)
    assert (commit.viewer, commit.gift, commit.price_coins, commit.count) == ("ann", "ticket", 0, 1)
    assert lotteries_in(effects)[-1].winners == ("ann",)
    scene.play(ev.GiftCommitted("ann", "ann", commit.id, "ticket", 1_000, "token"))
    assert scene.room.coins_given == 0 and scene.room.queue[0].gift_id == commit.id


def test_a_lottery_that_nobody_enters_ends_without_a_winner_and_another_may_follow() -> None:
    scene = lottery_of("ann")
    assert not scene.play(ev.LotteryOpened("other", 0, 30.0, 1, "coins", 1, SEED))
    (over,) = lotteries_in(scene.tick(30.0))
    assert over.is_over and over.winners == ()
    (greeting,) = of(fx.Greet, scene.join("bob"))
    assert greeting.welcome.lottery == over
    scene.tick(LOTTERY_SHOWN_S + 1.0)
    (greeting,) = of(fx.Greet, scene.join("cat"))
    assert greeting.welcome.lottery is None
    assert lotteries_in(scene.play(ev.LotteryOpened("other", 0, 30.0, 1, "coins", 1, SEED)))[0].id == 2


@given(st.sets(st.text(min_size=1, max_size=8), max_size=30), st.integers(1, 5), st.text(max_size=8))
def test_anybody_can_draw_again_in_whatever_order(viewers: set[str], count: int, seed: str) -> None:
    entries: Roster[Entry] = Roster()
    for viewer in viewers:
        entries = entries.with_entry(viewer, Entry(viewer, hashlib.sha256(viewer.encode()).hexdigest()[:16]))
    tags = sorted(entry.tag for _, entry in entries.items())
    again = sorted(tags, key=lambda tag: hashlib.sha256(f"{seed}:{tag}".encode()).hexdigest())[:count]
    assert [entry.tag for _, entry in drawn(seed, entries, count)] == again


def test_who_is_banned_before_the_draw_cannot_win_and_is_not_among_what_is_drawn_again() -> None:
    scene = lottery_of("ann", "bob", "cat", winners=3)
    scene.play(*[ev.Said(viewer, "luck") for viewer in ("ann", "bob", "cat")])
    scene.play(ev.Moderated("", Moderate("ban", viewer="bob")))
    assert {award.viewer for award in of(fx.Award, scene.tick(30.0))} == {"ann", "cat"}
    assert scene.room.draw is not None and {viewer for viewer, _ in scene.room.draw.entries.items()} == {"ann", "cat"}


def test_every_winner_of_a_ticket_plays_though_the_line_is_full_and_slow() -> None:
    viewers = [f"v{number}" for number in range(QUEUE_MAX)]
    scene = lottery_of(*viewers, "ann", winners=QUEUE_MAX, prize="ticket")
    assert obstacle_to_open(scene.room, "ticket", 1) == RUNNING
    scene.play(*[ev.Said(viewer, "luck") for viewer in viewers])
    prizes = of(fx.Commit, scene.tick(30.0))
    for number in range(QUEUE_MAX):
        scene.commit("ann", f"paid-{number}", "ticket")
    for prize in prizes:
        assert not of(fx.Refund, scene.commit(prize.viewer, prize.id, "ticket"))
    assert len(scene.room.queue) == 2 * QUEUE_MAX
    assert obstacle_to_open(scene.room, "ticket", 1) == TICKETS_WAIT
    assert not scene.play(ev.LotteryOpened("more", 0, 30.0, 1, "ticket", 0, SEED))
    assert not obstacle_to_open(scene.room, "coins", 1)
    assert {refund.viewer for refund in of(fx.Refund, scene.tick(QUEUE_S_MAX))} == {"ann"}
    assert len(scene.room.queue) == QUEUE_MAX


def test_a_seed_cannot_be_another_one_afterwards() -> None:
    assert commitment("a") != commitment("b") and len(commitment("a")) == 64


@pytest.mark.parametrize(
    ("word", "likes", "seconds", "winners", "prize", "coins", "fits"),
    [
        ("w" * LOTTERY_WORD_CHARACTERS_MAX, 0, 30.0, 1, "coins", 1, True),
        ("w" * (LOTTERY_WORD_CHARACTERS_MAX + 1), 0, 30.0, 1, "coins", 1, False),
        ("\u202e", 0, 30.0, 1, "coins", 1, False),
        ("w", 5, 30.0, 1, "coins", 1, False),
        ("", LOTTERY_LIKES_MAX, 30.0, 1, "coins", 1, True),
        ("", LOTTERY_LIKES_MAX + 1, 30.0, 1, "coins", 1, False),
        ("", -1, 30.0, 1, "coins", 1, False),
        ("w", 0, LOTTERY_SECONDS_MIN, 1, "coins", 1, True),
        ("w", 0, LOTTERY_SECONDS_MIN - 0.1, 1, "coins", 1, False),
        ("w", 0, LOTTERY_SECONDS_MAX, 1, "coins", 1, True),
        ("w", 0, LOTTERY_SECONDS_MAX + 0.1, 1, "coins", 1, False),
        ("w", 0, float("nan"), 1, "coins", 1, False),
        ("w", 0, 30.0, WINNERS_MAX, "coins", LOTTERY_COINS_MAX, True),
        ("w", 0, 30.0, WINNERS_MAX + 1, "coins", 1, False),
        ("w", 0, 30.0, 0, "coins", 1, False),
        ("w", 0, 30.0, 1, "coins", LOTTERY_COINS_MAX + 1, False),
        ("w", 0, 30.0, 1, "coins", 0, False),
        ("w", 0, 30.0, 1, "ticket", 0, True),
        ("w", 0, 30.0, 1, "ticket", 5, False),
        ("w", 0, 30.0, QUEUE_MAX, "ticket", 0, True),
        ("w", 0, 30.0, QUEUE_MAX + 1, "ticket", 0, False),
    ],
)
def test_terms_at_their_limits_fit_and_past_them_not(
    word: str, likes: int, seconds: float, winners: int, prize: Prize, coins: int, fits: bool
) -> None:
    assert isinstance(terms(word, likes, seconds, winners, prize, coins), Terms) == fits
