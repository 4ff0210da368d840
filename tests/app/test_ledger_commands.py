"""The operator's commands for coins: what they print, what they change, and that a spreadsheet runs nothing."""

import contextlib
import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from avatar_live.app.cli import app
from avatar_live.app.faults import ShowError
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.server.ledger import LEDGER_FILE, Ledger, NotPaid

ANN = "aaaa1111-the-number-of-ann"
BOB = "aaaa2222-the-number-of-bob"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with contextlib.closing(Ledger(tmp_path / LEDGER_FILE, show="monday")) as ledger:
        for viewer in (ANN, BOB):
            ledger.open_wallet(viewer)
        ledger.pay(ANN, "=HYPERLINK(1)", "gift-1", "rose", 10)
        ledger.pay(ANN, "Ann", "gift-2", "fireworks", 300)
        ledger.pay(BOB, "Bob", "gift-3", "rose", 10)
        ledger.mark(ANN, "gift-1", "done")
        ledger.refund(ANN, "gift-2", "The stage stopped.").result()
    return tmp_path


def test_check_counts_the_coins_and_fails_where_they_do_not_add_up(folder: Path) -> None:
    told = run(folder, "check", "--json")
    assert told.exit_code == 0
    figures = json.loads(told.stdout)
    assert (figures["is_sound"], figures["wallets"], figures["gifts"], figures["unfinished"]) == (True, 2, 3, 1)
    assert (figures["wallets_coins"], figures["house_coins"]) == (2 * START_BALANCE_COINS - 20, 20)
    with contextlib.closing(sqlite3.connect(folder / LEDGER_FILE)) as db, db:
        db.execute("UPDATE account SET balance_coins = balance_coins + 1 WHERE kind = 'wallet'")
    told = run(folder, "check", "--json")
    assert told.exit_code == 1
    assert len(json.loads(told.stdout)["accounts_wrong"]) == 2


def test_wallets_are_found_by_the_name_of_the_last_gift(folder: Path) -> None:
    assert ANN in run(folder, "wallets").stdout and BOB in run(folder, "wallets").stdout
    found = run(folder, "wallets", "bo").stdout
    assert BOB in found and ANN not in found


def test_revenue_is_what_was_given_and_not_refunded(folder: Path) -> None:
    run(folder, "topup", ANN, "500")
    rows = {row["of"]: row for row in json.loads(run(folder, "revenue", "--by", "gift", "--json").stdout)}
    assert rows["fireworks"]["kept_coins"] == 0 and rows["fireworks"]["refunded_coins"] == 300
    assert (rows["rose"]["gifts"], rows["rose"]["kept_coins"]) == (2, 20)
    (day,) = json.loads(run(folder, "revenue", "--json").stdout)
    assert (day["gifts"], day["given_coins"], day["kept_coins"], day["topped_up_coins"]) == (3, 320, 20, 500)
    assert [row["of"] for row in json.loads(run(folder, "revenue", "--by", "show", "--json").stdout)] == ["monday"]
    assert "rose" in run(folder, "revenue", "--by", "gift").stdout
    with pytest.raises(ShowError, match="not by"):
        run(folder, "revenue", "--by", "moon")


def test_csv_is_read_by_a_spreadsheet_and_runs_nothing_there(folder: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(folder, "csv").stdout)))
    assert [row["id"] for row in rows] == ["gift-1", "gift-2", "gift-3"]
    assert rows[0]["name"] == "'=HYPERLINK(1)"
    assert (rows[1]["state"], rows[1]["price_coins"], rows[1]["wallet"]) == ("refunded", "300", ANN)
    assert [row["count"] for row in rows] == ["1", "1", "1"]
    run(folder, "topup", BOB, "25", "--id", "t-1")
    (topup,) = csv.DictReader(io.StringIO(run(folder, "csv", "topups").stdout))
    assert (topup["provider"], topup["id"], topup["coins"]) == ("operator", "t-1", "25")
    entries = list(csv.DictReader(io.StringIO(run(folder, "csv", "entries").stdout)))
    assert sum(int(row["coins"]) for row in entries) == 0
    with pytest.raises(ShowError, match="no table"):
        run(folder, "csv", "moons")


def test_a_top_up_names_a_wallet_by_enough_of_its_number_and_comes_once(folder: Path) -> None:
    assert run(folder, "topup", "aaaa11", "500", "--id", "t-1").stdout == "1,490 coins.\n"
    assert "already" in run(folder, "topup", ANN, "500", "--id", "t-1").stdout
    for beginning in ("aaaa", "nobody-here"):
        with pytest.raises(ShowError, match="write more of the number"):
            run(folder, "topup", beginning, "500")
    with pytest.raises(ShowError, match="nothing was added"):
        run(folder, "topup", ANN, "0")


def test_a_limit_holds_for_one_or_for_everybody(folder: Path) -> None:
    assert "15 coins a show" in run(folder, "limit", ANN, "--show", "15").stdout
    assert "adults alone" in run(folder, "limit", "everybody", "--adult").stdout
    with contextlib.closing(Ledger(folder / LEDGER_FILE, show="monday")) as ledger:
        refused = ledger.pay(ANN, "Ann", "gift-9", "rose", 10).result()
        assert isinstance(refused, NotPaid) and "adults" in refused.reason
    run(folder, "limit", "everybody")
    with contextlib.closing(Ledger(folder / LEDGER_FILE, show="monday")) as ledger:
        refused = ledger.pay(ANN, "Ann", "gift-9", "rose", 10).result()
        assert isinstance(refused, NotPaid) and "5 of them left" in refused.reason
    assert "nothing before" in run(folder, "limit", BOB, "--cool-off", "24").stdout


def test_a_providers_secret_is_made_once_and_read_by_its_owner_alone(folder: Path) -> None:
    first = run(folder, "provider", "shop").stdout
    assert first.startswith("whsec_") and run(folder, "provider", "shop").stdout == first
    with pytest.raises(ShowError, match="small letters"):
        run(folder, "provider", "../shop")


def test_nothing_is_made_where_there_is_no_ledger_to_read(tmp_path: Path) -> None:
    with pytest.raises(ShowError, match="There is no ledger"):
        run(tmp_path, "check")
    assert not list(tmp_path.iterdir())


def test_buying_from_a_show_that_does_not_run_is_told_in_a_sentence(folder: Path) -> None:
    with pytest.raises(ShowError, match="did not take it"):
        run(folder, "buy", ANN, "5", "--url", "http://127.0.0.1:1")


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(app, ["ledger", *words, "--data-folder", str(folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
