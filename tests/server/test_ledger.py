"""The ledger: coins are conserved, a gift is paid once, and a full disk costs nobody anything."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import wait
from pathlib import Path

import pytest
from patience import DEADLINE_S

from avatar_live.clock import wall_s
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.server.ledger import GROUP_MAX, Answer, Ledger, LedgerError, NotPaid, Paid, PaidBefore
from avatar_live.server.ledger.ledger import NOT_CLOSED
from avatar_live.server.ledger.requests import Rule
from avatar_live.server.ledger.settle import OTHER_GIFT


@pytest.fixture
def ledger(where: Path | str) -> Iterator[Ledger]:
    opened = Ledger(where)
    yield opened
    assert opened.reconcile().result(DEADLINE_S).is_sound
    opened.close()


def test_a_new_wallet_opens_with_its_coins_once(ledger: Ledger) -> None:
    assert not ledger.has_wallet("ann").result(DEADLINE_S)
    assert ledger.open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS
    assert pay(ledger, "ann", "gift-1", price_coins=100) == Paid(START_BALANCE_COINS - 100)
    assert ledger.open_wallet("ann").result(DEADLINE_S) == START_BALANCE_COINS - 100


def test_the_same_gift_twice_is_paid_once(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    both = [ledger.pay("ann", "Ann", "gift-1", "tomato", 5) for _ in range(2)]
    assert [one.result(DEADLINE_S) for one in both] == [
        Paid(START_BALANCE_COINS - 5),
        PaidBefore("committed", START_BALANCE_COINS - 5, ""),
    ]


def test_the_same_id_for_another_gift_is_refused(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    pay(ledger, "ann", "gift-1")
    answer = ledger.pay("ann", "Ann", "gift-1", "confetti", 20).result(DEADLINE_S)
    assert answer == NotPaid(START_BALANCE_COINS - 5, OTHER_GIFT)


def test_an_id_belongs_to_its_viewer_so_that_nobody_can_take_anothers(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    ledger.open_wallet("bob")
    assert pay(ledger, "bob", "gift-1", price_coins=7) == Paid(START_BALANCE_COINS - 7)
    assert pay(ledger, "ann", "gift-1", price_coins=5) == Paid(START_BALANCE_COINS - 5)
    assert ledger.refund("ann", "gift-1", "sorry").result(DEADLINE_S) == START_BALANCE_COINS
    assert pay(ledger, "bob", "gift-1") == PaidBefore("committed", START_BALANCE_COINS - 7, "")


def test_an_obstacle_refuses_a_new_gift_and_not_one_that_is_paid(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    pay(ledger, "ann", "gift-1")
    assert pay(ledger, "ann", "gift-2", obstacle="no stage") == NotPaid(START_BALANCE_COINS - 5, "no stage")
    assert isinstance(pay(ledger, "ann", "gift-1", obstacle="no stage"), PaidBefore)


def test_a_wallet_is_emptied_to_the_last_coin_and_no_further(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    assert pay(ledger, "ann", "gift-1", price_coins=START_BALANCE_COINS) == Paid(0)
    answer = pay(ledger, "ann", "gift-2", price_coins=1)
    assert isinstance(answer, NotPaid)
    assert answer.balance_coins == 0


def test_nobody_pays_without_a_wallet(ledger: Ledger) -> None:
    assert isinstance(pay(ledger, "nobody", "gift-1"), NotPaid)


def test_a_refund_comes_once_and_not_after_the_gift_is_done(ledger: Ledger) -> None:
    ledger.open_wallet("ann")
    pay(ledger, "ann", "gift-1", price_coins=100)
    assert ledger.refund("ann", "gift-1", "sorry").result(DEADLINE_S) == START_BALANCE_COINS
    assert ledger.refund("ann", "gift-1", "sorry").result(DEADLINE_S) is None
    assert pay(ledger, "ann", "gift-1", price_coins=100) == PaidBefore("refunded", START_BALANCE_COINS, "sorry")
    pay(ledger, "ann", "gift-2", price_coins=100)
    ledger.mark("ann", "gift-2", "playing")
    ledger.mark("ann", "gift-2", "done")
    assert ledger.refund("ann", "gift-2", "sorry").result(DEADLINE_S) is None
    ledger.mark("ann", "gift-1", "done")
    assert isinstance(answer := pay(ledger, "ann", "gift-1", price_coins=100), PaidBefore)
    assert answer.state == "refunded"


def test_what_games_sold_and_did_in_this_show_is_counted_for_each_viewer(where: Path | str) -> None:
    with contextlib.closing(Ledger(where, show="yesterday")) as ledger:
        ledger.open_wallet("ann")
        ledger.pay("ann", "Ann", "gift-0", "castle/ghost", 1)
        ledger.mark("ann", "gift-0", "done").result(DEADLINE_S)
    with contextlib.closing(Ledger(where, show="today")) as ledger:
        for number, gift in enumerate(["castle/ghost", "castle/ghost", "castle/fog", "castle/fog", "tomato"]):
            ledger.pay("ann", "Ann", f"gift-{number + 1}", gift, 1)
        for number in (1, 2, 3, 5):
            ledger.mark("ann", f"gift-{number}", "done")
        ledger.refund("ann", "gift-4", "sorry").result(DEADLINE_S)
        sales = ledger.sales().result(DEADLINE_S)
    assert sorted((one.viewer, one.gift, one.count) for one in sales) == [
        ("ann", "castle/fog", 1),
        ("ann", "castle/ghost", 2),
    ]
    assert all(abs(one.wall_s - wall_s()) < DEADLINE_S for one in sales)


def test_what_is_not_finished_is_there_after_opening_again(where: Path | str) -> None:
    first = Ledger(where)
    first.open_wallet("ann")
    for number in range(4):
        pay(first, "ann", f"gift-{number}")
    first.mark("ann", "gift-0", "done")
    first.mark("ann", "gift-1", "playing")
    first.refund("ann", "gift-2", "sorry")
    first.close()
    second = Ledger(where)
    left = second.drain().result(DEADLINE_S)
    assert [one.id for one in left.gifts] == ["gift-1", "gift-3"]
    pay(second, "ann", "gift-4")
    assert [one.id for one in second.drain(left.number).result(DEADLINE_S).gifts] == ["gift-4"]
    second.close()


def test_requests_that_wait_together_share_a_transaction(ledger: Ledger) -> None:
    ledger.open_wallet("ann").result(DEADLINE_S)
    before = ledger.commits
    answers = [ledger.pay("ann", "Ann", f"gift-{number}", "tomato", 1) for number in range(GROUP_MAX)]
    wait(answers, DEADLINE_S)
    assert all(isinstance(one.result(), Paid) for one in answers)
    assert ledger.commits - before < GROUP_MAX / 4


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_a_request_that_nobody_thought_of_is_answered_and_takes_no_other_with_it(
    where: Path | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal_of(rule: Rule, price_coins: int, *_: float) -> str:
        if price_coins == 13:
            raise OverflowError("timestamp out of range")
        return ""

    monkeypatch.setattr("avatar_live.server.ledger.settle.refusal_of", refusal_of)
    with contextlib.closing(Ledger(where)) as ledger:
        ledger.open_wallet("ann")
        asked = [ledger.pay("ann", "Ann", f"gift-{price}", "tomato", price) for price in (5, 13, 7)]
        wait(asked, DEADLINE_S)
        assert [one.exception() is None for one in asked] == [True, False, True]
        with pytest.raises(LedgerError, match="not paid and nothing is lost"):
            asked[1].result()
        assert pay(ledger, "ann", "late", price_coins=1) == Paid(START_BALANCE_COINS - 13)
        assert ledger.reconcile().result(DEADLINE_S).is_sound


def test_a_report_that_stumbles_leaves_nobody_waiting(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken, pytest.raises(IndexError):
        broken.setattr("avatar_live.server.ledger.ledger.house_coins", lambda _: [].pop())
        ledger.house_coins().result(DEADLINE_S)
    assert ledger.house_coins().result(DEADLINE_S) == 0


def test_books_that_do_not_answer_keep_nobody_from_ending_and_hold_what_was_answered(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avatar_live.server.ledger.ledger.CLOSE_S_MAX", 0.05)
    ledger = Ledger(tmp_path / "ledger.sqlite3")
    ledger.open_wallet("ann").result(DEADLINE_S)
    assert isinstance(pay(ledger, "ann", "gift-1"), Paid)
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        late = ledger.pay("ann", "Ann", "gift-2", "tomato", 5)
        ledger.close()
        ledger.close()
        assert not late.done()
    assert [record.getMessage() for record in caplog.records] == [NOT_CLOSED]
    assert isinstance(late.result(DEADLINE_S), Paid)  # where the disk is back before the process has ended
    with contextlib.closing(Ledger(tmp_path / "ledger.sqlite3")) as again:
        assert isinstance(pay(again, "ann", "gift-1"), PaidBefore)
        assert again.reconcile().result(DEADLINE_S).is_sound


def test_the_ledger_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    with contextlib.closing(Ledger(tmp_path / "data" / "ledger.sqlite3")) as ledger:
        ledger.open_wallet("ann").result(DEADLINE_S)
        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert len(modes) == 3
    assert set(modes.values()) == {0o600}


def test_a_full_disk_refuses_in_a_sentence_takes_nothing_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    full = Ledger(tmp_path / "ledger.sqlite3", pages_max=16)
    paid = 0
    with pytest.raises(LedgerError, match="not paid and nothing is lost"):
        for number in range(10_000):
            full.open_wallet(f"viewer-{number}").result(DEADLINE_S)
            assert isinstance(pay(full, f"viewer-{number}", f"gift-{number}"), Paid)
            paid += 1
    assert paid > 0
    assert isinstance(pay(full, "viewer-0", "gift-0"), PaidBefore), "what only reads is answered"
    together = [full.pay("viewer-0", "Ann", f"late-{number}", "tomato", 5) for number in range(20)]
    wait(together, DEADLINE_S)
    failed = sum(one.exception() is not None for one in together)
    assert failed > 0
    report = full.reconcile().result(DEADLINE_S)
    assert report.is_sound
    assert report.gifts == paid + len(together) - failed
    full.close()
    roomy = Ledger(tmp_path / "ledger.sqlite3")
    late = [pay(roomy, "viewer-0", f"late-{number}") for number in range(20)]
    assert sum(isinstance(one, Paid) for one in late) == failed
    assert roomy.reconcile().result(DEADLINE_S).is_sound
    roomy.close()


def test_a_file_that_is_no_ledger_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(tmp_path / "ledger.sqlite3")


def test_a_ledger_of_another_version_is_left_alone(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "ledger.sqlite3")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(LedgerError, match="another version"):
        Ledger(tmp_path / "ledger.sqlite3")


def test_a_book_that_was_tampered_with_is_found(tmp_path: Path) -> None:
    first = Ledger(tmp_path / "ledger.sqlite3")
    first.open_wallet("ann").result(DEADLINE_S)
    first.close()
    db = sqlite3.connect(tmp_path / "ledger.sqlite3")
    with db:
        db.execute("UPDATE account SET balance_coins = balance_coins + 1 WHERE name = 'wallet:ann'")
    db.close()
    second = Ledger(tmp_path / "ledger.sqlite3")
    report = second.reconcile().result(DEADLINE_S)
    assert not report.is_sound
    assert report.accounts_wrong == ("wallet:ann",)
    second.close()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    giver = (
        "import sys, pathlib\n"
        "from avatar_live.server.ledger import Ledger\n"
        "ledger = Ledger(pathlib.Path(sys.argv[1]))\n"
        "ledger.open_wallet('ann').result()\n"
        "for number in range(1_000_000):\n"
        "    ledger.pay('ann', 'Ann', f'gift-{number}', 'tomato', 0).result()\n"
        "    print(number, flush=True)\n"
    )
    path = tmp_path / "ledger.sqlite3"
    process = subprocess.Popen([sys.executable, "-c", giver, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    answered = [int(process.stdout.readline()) for _ in range(50)][-1]
    process.send_signal(signal.SIGKILL)
    answered = max([answered, *(int(line) for line in process.stdout if line.endswith("\n"))])
    process.stdout.close()
    process.wait()
    after = Ledger(path)
    report = after.reconcile().result(DEADLINE_S)
    assert report.is_sound
    assert report.gifts in (answered + 1, answered + 2), "at most the one that was on its way"
    after.close()


def pay(ledger: Ledger, viewer: str, id: str, price_coins: int = 5, obstacle: str = "") -> Answer:
    return ledger.pay(viewer, viewer.title(), id, "tomato", price_coins, obstacle).result(DEADLINE_S)
