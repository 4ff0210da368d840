"""Followers, seasons and prizes in the books, of either kind, and over a restart of the server."""

import asyncio
import contextlib
from pathlib import Path

import pytest
from patience import DEADLINE_S
from show_server import page, show_server

from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.together import AskBoard, Board, OwnPlace, Place
from avatar_live.protocol.wire import Follow, GiftGiven, GiveGift, OwnFollow, Show
from avatar_live.server.crowd import Crowd
from avatar_live.server.ledger import Ledger
from avatar_live.server.ledger.reports import GiverSum, GiverSums
from avatar_live.server.ledger.requests import Following, NotToppedUp, ToppedUp
from avatar_live.server.ledger.settle import HOUSE_POOR, OTHER_TOPUP
from avatar_live.server.seasons import Seasons, season_of


def test_followers_are_counted_once_and_kept(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        asked = [
            ledger.follow(viewer, wish)
            for viewer, wish in (("ann", None), ("ann", True), ("ann", True), ("bob", True), ("ann", False))
        ]
        assert [one.result(DEADLINE_S) for one in asked] == [
            Following(False, 0),
            Following(True, 1),
            Following(True, 1),
            Following(True, 2),
            Following(False, 1),
        ]
    with contextlib.closing(Ledger(where, room="another")) as other:
        assert other.follow("bob", None).result(DEADLINE_S) == Following(False, 0)
    with contextlib.closing(Ledger(where)) as again:
        assert again.follow("bob", None).result(DEADLINE_S) == Following(True, 1)


def test_a_group_that_follows_and_stops_in_one_breath_counts_as_it_ends(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        asked = [ledger.follow("ann", wish) for wish in (True, False, True, False)] + [ledger.follow("bob", True)]
        assert [one.result(DEADLINE_S).followers for one in asked] == [1, 0, 1, 0, 1]
    with contextlib.closing(Ledger(where)) as again:
        assert again.follow("ann", None).result(DEADLINE_S) == Following(False, 1)


def test_a_season_counts_what_was_given_and_not_given_back(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        for viewer in ("ann", "bob"):
            ledger.open_wallet(viewer)
        ledger.pay("ann", "Ann", "a-1", "rose", 10)
        ledger.pay("ann", "Ann the second", "a-2", "tomato", 5)
        ledger.pay("bob", "Bob", "b-1", "fireworks", 300)
        ledger.refund("bob", "b-1", "sorry").result(DEADLINE_S)
        sums = ledger.givers(0.0).result(DEADLINE_S)
        assert sums == GiverSums((), (GiverSum("ann", "Ann the second", 15),), 0)
        assert ledger.givers(4e9).result(DEADLINE_S) == GiverSums((), (), 0)


def test_a_season_reads_once_what_cannot_come_back(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        for viewer in ("ann", "bob"):
            ledger.open_wallet(viewer)
        for id in ("a-1", "a-2", "a-3"):
            ledger.pay("ann", "Ann", id, "rose", 10)
        ledger.pay("bob", "Bob", "b-1", "fireworks", 300)
        for id in ("a-1", "a-3"):
            ledger.mark("ann", id, "done").result(DEADLINE_S)
        first = ledger.givers(0.0).result(DEADLINE_S)
        assert first.settled == (GiverSum("ann", "Ann", 10),)
        assert first.open == (GiverSum("ann", "Ann", 20), GiverSum("bob", "Bob", 300))
        ledger.refund("ann", "a-2", "sorry")
        ledger.mark("bob", "b-1", "done").result(DEADLINE_S)
        then = ledger.givers(0.0, first.settled_to).result(DEADLINE_S)
        assert then.settled == (GiverSum("ann", "Ann", 10), GiverSum("bob", "Bob", 300)) and not then.open
        assert ledger.givers(0.0, then.settled_to).result(DEADLINE_S) == GiverSums((), (), then.settled_to)


async def test_looks_at_the_season_at_once_and_one_after_the_other_add_up_what_was_given_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avatar_live.server.seasons.KEPT_S", -1.0)
    with contextlib.closing(Ledger(tmp_path / "books.db")) as ledger:
        for viewer in ("ann", "bob"):
            ledger.open_wallet(viewer)
        seasons = Seasons(ledger, Crowd())
        for number in range(1, 4):
            ledger.pay("ann", "Ann", f"a-{number}", "rose", 10)
            ledger.mark("ann", f"a-{number}", "done")
            ledger.pay("bob", "Bob", f"b-{number}", "tomato", 5).result(DEADLINE_S)
            for board in await asyncio.gather(*[seasons.board() for _ in range(3)]):
                assert board.top == (Place("Ann", 10 * number), Place("Bob", 5 * number))
        for number in range(1, 4):
            ledger.refund("bob", f"b-{number}", "sorry").result(DEADLINE_S)
        assert (await seasons.board()).top == (Place("Ann", 30),)


def test_the_house_gives_what_it_has_earned_once_and_no_more(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        for viewer in ("ann", "bob"):
            ledger.open_wallet(viewer)
        assert ledger.award("bob", "prize-1", 1).result(DEADLINE_S) == NotToppedUp(HOUSE_POOR)
        ledger.pay("ann", "Ann", "g-1", "fireworks", 300)
        assert ledger.award("bob", "prize-1", 1).result(DEADLINE_S) == NotToppedUp(HOUSE_POOR), "it may come back"
        ledger.mark("ann", "g-1", "done")
        assert ledger.award("bob", "prize-1", 300).result(DEADLINE_S) == ToppedUp(START_BALANCE_COINS + 300, False)
        assert ledger.award("bob", "prize-1", 300).result(DEADLINE_S) == ToppedUp(START_BALANCE_COINS + 300, True)
        assert ledger.award("ann", "prize-1", 300).result(DEADLINE_S) == NotToppedUp(OTHER_TOPUP)
        assert ledger.award("ann", "prize-2", 1).result(DEADLINE_S) == NotToppedUp(HOUSE_POOR)
        report = ledger.reconcile().result(DEADLINE_S)
        assert report.is_sound and (report.house_coins, report.topped_up_coins) == (0, 0)


def test_a_season_is_a_month() -> None:
    assert season_of(1_767_225_599.0) == (202512, 1_764_547_200.0)
    assert season_of(1_767_225_600.0) == (202601, 1_767_225_600.0)


async def test_a_follower_and_the_season_survive_the_death_of_the_server(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        async with page(server, "Ann") as ann:
            assert not ann.welcome.is_following
            await ann.send(Follow())
            assert await ann.until(OwnFollow) == OwnFollow(True)
            await ann.sees(lambda show: show.followers == 1)
            await ann.send(GiveGift("season-1", "rose"))
            await ann.until(GiftGiven)
        server.kill()
        server.start()
        async with page(server, "Ann", ann.welcome.viewer) as again:
            assert again.welcome.is_following
            await again.send(AskBoard("season"))
            board = await again.until(Board, lambda one: one.of == "season")
            assert board.top == (Place("Ann", 10),)
            assert await again.until(OwnPlace, lambda one: one.of == "season") == OwnPlace("season", 1, 10)
            await again.send(Follow(False))
            await again.until(OwnFollow, lambda one: not one.is_following)
            await again.until(Show, lambda show: show.followers == 0)
