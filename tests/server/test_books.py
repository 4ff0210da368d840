"""The books themselves, in both databases: what is booked stays, nobody spends twice, old books are taken over."""

import contextlib
import sqlite3
import threading
from concurrent.futures import Future, wait
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from patience import DEADLINE_S

from avatar_live.app.bench.private_postgresql import PrivatePostgresql
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.server.ledger import Answer, Ledger, LedgerError, NotPaid, Paid, PaidBefore
from avatar_live.server.ledger.postgresql_schema import STEPS
from avatar_live.server.ledger.requests import NotToppedUp, Rule, ToppedUp
from avatar_live.server.ledger.settle import (
    NO_AMOUNT,
    NO_PRICE,
    NO_WALLET,
    OTHER_TOPUP,
    PRICE_COINS_MAX,
    TOPUP_COINS_MAX,
    WALLET_COINS_MAX,
    WALLET_FULL,
)
from avatar_live.server.ledger.sqlite_schema import VERSION

OLD_BOOKS = Path(__file__).parent / "ledger_of_0_3.sql"


def test_books_of_version_0_3_are_taken_over_without_losing_a_coin(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(OLD_BOOKS.read_text())
    for _ in range(2):  # a second opening has nothing left to do
        with contextlib.closing(Ledger(path)) as ledger:
            report = ledger.reconcile().result(DEADLINE_S)
            assert report.is_sound
            assert (report.wallets, report.gifts) == (3, 6)
            coins = [ledger.open_wallet(viewer).result(DEADLINE_S) for viewer in ("ann", "bob", "eve")]
            assert coins == [695, 880, 1_000]
            assert [one.id for one in ledger.drain().result(DEADLINE_S).gifts] == ["a-2", "b-1", "refund:x", "b-3"]
            assert pay(ledger, "ann", "a-1") == PaidBefore("done", 695, "")
            assert pay(ledger, "bob", "b-2", gift="confetti") == PaidBefore("refunded", 880, "The stage stopped.")
    with contextlib.closing(Ledger(path)) as ledger:
        assert ledger.refund("ann", "a-2", "sorry").result(DEADLINE_S) == 995
        assert ledger.reconcile().result(DEADLINE_S).is_sound
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_step_to_a_newer_version_that_fails_leaves_the_old_books_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript(OLD_BOOKS.read_text())
        db.executescript("CREATE TABLE rule (somebody TEXT);")  # a table of this name is in the way
        before = list(db.iterdump())
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert list(db.iterdump()) == before


def test_postgresql_books_of_another_version_are_left_alone(postgresql: PrivatePostgresql) -> None:
    url = postgresql.database()
    Ledger(url).close()
    with psycopg.connect(url) as db:
        db.execute("INSERT INTO avatar_live.version VALUES (%s)", (len(STEPS) + 1,))
    with pytest.raises(LedgerError, match="another version"):
        Ledger(url)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entry SET coins = 0",
        "DELETE FROM entry",
        "UPDATE transfer SET at_s = 0",
        "DELETE FROM transfer",
        "UPDATE refund SET gift = gift",
        "DELETE FROM refund",
        "UPDATE topup SET coins = 1",
        "DELETE FROM topup",
        "UPDATE gift SET price_coins = 0",
        "DELETE FROM gift",
        "UPDATE gift SET state = 'committed' WHERE state = 'refunded'",
        "DELETE FROM account",
        "UPDATE account SET kind = 'source' WHERE kind = 'wallet'",
        "UPDATE account SET balance_coins = -1 WHERE kind = 'wallet'",
    ],
)
def test_what_is_booked_stays_as_it_is(where: Path | str, change: str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        ledger.top_up("ann", "test", "t-1", 50)
        pay(ledger, "ann", "gift-1")
        ledger.refund("ann", "gift-1", "sorry").result(DEADLINE_S)
    with pytest.raises((sqlite3.IntegrityError, psycopg.Error)):
        run(where, change)
    with contextlib.closing(Ledger(where)) as ledger:
        assert ledger.reconcile().result(DEADLINE_S).is_sound


def test_coins_spent_in_two_places_at_once_are_spent_once(where: Path | str) -> None:
    givers = [Ledger(where, group_s=0.0, group_max=3) for _ in range(4)]
    givers[0].open_wallet("ann").result(DEADLINE_S)
    answers: list[list[Answer]] = [[] for _ in givers]

    def give(number: int) -> None:
        asked = [givers[number].pay("ann", "Ann", f"{number}-{at}", "tomato", 7) for at in range(60)]
        answers[number] += [one.result(DEADLINE_S) for one in asked]

    threads = [threading.Thread(target=give, args=(number,)) for number in range(len(givers))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    paid = sum(isinstance(one, Paid) for some in answers for one in some)
    assert paid == START_BALANCE_COINS // 7
    assert sum(any(isinstance(one, Paid) for one in some) for some in answers) > 1, "they did spend at once"
    assert givers[0].open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS - 7 * paid
    assert givers[0].reconcile().result(DEADLINE_S).is_sound
    for giver in givers:
        giver.close()


def test_the_same_gift_sent_to_two_places_at_once_is_paid_once(where: Path | str) -> None:
    givers = [Ledger(where, group_s=0.0) for _ in range(3)]
    givers[0].open_wallet("ann").result(DEADLINE_S)
    for round_ in range(20):
        asked = [giver.pay("ann", "Ann", f"gift-{round_}", "tomato", 1) for giver in givers]
        wait(asked, DEADLINE_S)
        assert sorted(type(one.result()).__name__ for one in asked) == ["Paid", "PaidBefore", "PaidBefore"]
    assert givers[0].open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS - 20
    for giver in givers:
        giver.close()


@pytest.mark.parametrize("price_coins", [-1, -(2**63), PRICE_COINS_MAX + 1, 2**63, 2**200])
def test_a_price_below_nothing_or_beyond_all_measure_is_not_paid(where: Path | str, price_coins: int) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        assert pay(ledger, "ann", "gift-1", price_coins=price_coins) == NotPaid(START_BALANCE_COINS, NO_PRICE)
        assert ledger.reconcile().result(DEADLINE_S).gifts == 0


@pytest.mark.parametrize("coins", [0, -1, -(2**63), TOPUP_COINS_MAX + 1, 2**63, 2**200])
def test_a_top_up_below_one_coin_or_beyond_all_measure_is_refused(where: Path | str, coins: int) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        assert ledger.top_up("ann", "test", "t-1", coins).result(DEADLINE_S) == NotToppedUp(NO_AMOUNT)
        assert ledger.open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS


def test_a_wallet_is_filled_to_its_limit_and_no_further(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        rounds = (WALLET_COINS_MAX - START_BALANCE_COINS) // TOPUP_COINS_MAX
        for number in range(rounds):
            ledger.top_up("ann", "test", f"t-{number}", TOPUP_COINS_MAX)
        rest = WALLET_COINS_MAX - START_BALANCE_COINS - rounds * TOPUP_COINS_MAX
        assert ledger.top_up("ann", "test", "full", rest).result(DEADLINE_S) == ToppedUp(WALLET_COINS_MAX, False)
        assert ledger.top_up("ann", "test", "more", 1).result(DEADLINE_S) == NotToppedUp(WALLET_FULL)


def test_a_top_up_comes_once_by_its_providers_id(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        ledger.open_wallet("bob")
        filled = START_BALANCE_COINS + 500
        assert ledger.top_up("ann", "test", "t-1", 500).result(DEADLINE_S) == ToppedUp(filled, is_repeat=False)
        assert ledger.top_up("ann", "test", "t-1", 500).result(DEADLINE_S) == ToppedUp(filled, is_repeat=True)
        assert ledger.top_up("ann", "test", "t-1", 501).result(DEADLINE_S) == NotToppedUp(OTHER_TOPUP)
        assert ledger.top_up("bob", "test", "t-1", 500).result(DEADLINE_S) == NotToppedUp(OTHER_TOPUP)
        assert ledger.top_up("bob", "other", "t-1", 500).result(DEADLINE_S) == ToppedUp(filled, is_repeat=False)
        assert ledger.top_up("nobody", "test", "t-2", 500).result(DEADLINE_S) == NotToppedUp(NO_WALLET)
        report = ledger.reconcile().result(DEADLINE_S)
        assert report.is_sound
        assert report.topped_up_coins == 1_000


def test_a_room_drains_its_own_gifts_and_hears_of_every_wallet_that_was_filled(where: Path | str) -> None:
    with contextlib.closing(Ledger(where)) as main, contextlib.closing(Ledger(where, room="other")) as other:
        main.open_wallet("ann").result(DEADLINE_S)
        before = main.drain().result(DEADLINE_S)
        pay(main, "ann", "gift-1")
        pay(other, "ann", "gift-2")
        other.top_up("ann", "test", "t-1", 500).result(DEADLINE_S)
        drained = main.drain(before.number).result(DEADLINE_S)
        assert [one.id for one in drained.gifts] == ["gift-1"]
        assert [(one.viewer, one.balance_coins) for one in drained.filled] == [("ann", START_BALANCE_COINS + 490)]
        again = main.drain(drained.number).result(DEADLINE_S)
        assert (again.gifts, again.filled) == ((), ())
        assert [one.id for one in other.drain().result(DEADLINE_S).gifts] == ["gift-2"]


def test_a_cap_counts_what_was_given_and_not_what_was_refunded(where: Path | str) -> None:
    with contextlib.closing(Ledger(where, show="monday")) as ledger:
        ledger.open_wallet("ann")
        ledger.set_rule("ann", Rule(show_coins_max=20))
        assert isinstance(pay(ledger, "ann", "gift-1", price_coins=15), Paid)
        refusal = pay(ledger, "ann", "gift-2", price_coins=6)
        assert isinstance(refusal, NotPaid)
        assert "20 coins in a show" in refusal.reason and "5 of them left" in refusal.reason
        ledger.refund("ann", "gift-1", "sorry")
        assert isinstance(pay(ledger, "ann", "gift-3", price_coins=20), Paid)
    with contextlib.closing(Ledger(where, show="tuesday")) as ledger:  # the next show, the same day
        assert isinstance(pay(ledger, "ann", "gift-4", price_coins=20), Paid)
        ledger.set_rule("ann", replace(Rule(), day_coins_max=45))
        refusal = pay(ledger, "ann", "gift-5", price_coins=6)
        assert isinstance(refusal, NotPaid)
        assert "45 coins a day" in refusal.reason
        assert isinstance(pay(ledger, "ann", "gift-6", price_coins=5), Paid)


def test_a_database_that_dies_under_load_loses_nothing_that_was_answered(postgresql: PrivatePostgresql) -> None:
    url = postgresql.database()
    with contextlib.closing(Ledger(url, group_s=0.0, group_max=5)) as ledger:
        ledger.open_wallet("ann").result(DEADLINE_S)
        answered: set[str] = set()
        doubtful: set[str] = set()
        number = 0
        for _ in range(2):
            asked = {f"gift-{number + at}": pay_later(ledger, f"gift-{number + at}") for at in range(200)}
            number += 200
            next(iter(asked.values())).result(DEADLINE_S)
            postgresql.stop(is_sudden=True)
            postgresql.start()
            for id, future in asked.items():
                (doubtful if future.exception(DEADLINE_S) else answered).add(id)
        held = {one.id for one in ledger.drain().result(DEADLINE_S).gifts}
        assert answered <= held <= answered | doubtful
        assert doubtful, "the database was down while gifts were asked"
        for id in sorted(doubtful):  # a page asks again by the same id: then it is paid, and once in all
            assert isinstance(pay_later(ledger, id).result(DEADLINE_S), Paid | PaidBefore)
        report = ledger.reconcile().result(DEADLINE_S)
        assert report.is_sound
        assert report.gifts == number
        assert ledger.open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS - number


def test_a_database_that_is_not_there_is_told_without_its_password() -> None:
    with pytest.raises(LedgerError, match="start the database") as failed:
        Ledger("postgresql://somebody:a-secret@127.0.0.1:1/books")
    assert "a-secret" not in str(failed.value)


@pytest.mark.parametrize("where", ["mysql://host/books", "ledger.sqlite3", "sqlite:///", "sqlite:ledger"])
def test_a_url_that_is_no_ledgers_is_told_in_a_sentence(where: str) -> None:
    with pytest.raises(LedgerError, match="write sqlite:///file or postgresql:"):
        Ledger(where)


def test_a_file_is_named_by_its_url_too(tmp_path: Path) -> None:
    with contextlib.closing(Ledger(f"sqlite:///{tmp_path}/my%20books.sqlite3")) as ledger:
        ledger.open_wallet("ann").result(DEADLINE_S)
    assert (tmp_path / "my books.sqlite3").is_file()


def run(where: Path | str, change: str) -> None:
    """Change the books behind the ledger's back."""
    if isinstance(where, Path):
        with contextlib.closing(sqlite3.connect(where)) as db:
            db.execute(change)
    else:
        with psycopg.connect(where) as pg:
            pg.execute("SET search_path TO avatar_live")
            pg.execute(change)


def pay(ledger: Ledger, viewer: str, id: str, price_coins: int = 5, gift: str = "tomato") -> Answer:
    return ledger.pay(viewer, viewer.title(), id, gift, price_coins).result(DEADLINE_S)


def pay_later(ledger: Ledger, id: str) -> Future[Answer]:
    return ledger.pay("ann", "Ann", id, "tomato", 1)
