"""The benches of the ledger in short: their figures are there, and nothing is lost by a kill or a power cut."""

import contextlib
import os
import random
import sqlite3
import sys
from pathlib import Path

import pytest

from avatar_live.app.bench.crash import PARTS, WRONG, measure_crash
from avatar_live.app.bench.ledger import measure_ledger
from avatar_live.app.bench.power_cut import CUT_WRONG, disk_after, measure_power_cuts, recording
from avatar_live.app.bench.private_postgresql import has_postgresql

NO_PLAY = pytest.mark.skipif(sys.platform != "linux", reason="SQLite's functions are reached on Linux alone")


def silent(_: str) -> None:
    pass


def test_the_ledger_is_measured_beside_postgresql() -> None:
    figures = measure_ledger(gifts=400, batch=50, rounds=1, report=silent)
    assert figures["gifts_per_second"] > 0
    assert (figures["ratio_to_postgresql"] is None) is not has_postgresql()
    assert 0.0 < figures["commit_ms_p50"] <= figures["commit_ms_p99"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_of_every_part_loses_and_doubles_nothing() -> None:
    figures = measure_crash(kills=len(PARTS), seed=3, report=silent)
    assert [figures[f"kills_{part}"] for part in PARTS] == [1] * len(PARTS)
    assert figures["gifts"] > figures["gifts_of_the_game"] > 0
    assert {name: figures[name] for name in WRONG} == dict.fromkeys(WRONG, 0)


@NO_PLAY
def test_no_power_cut_loses_a_gift_that_was_answered() -> None:
    figures = measure_power_cuts(cuts=12, gifts=1_000, seed=3, report=silent)
    assert figures["cut_gifts"] >= 1_000
    assert {name: figures[name] for name in CUT_WRONG} == dict.fromkeys(CUT_WRONG, 0)


@NO_PLAY
@pytest.mark.parametrize(("mode", "is_lost"), [("FULL", False), ("NORMAL", True)])
def test_a_power_cut_loses_what_a_database_has_not_synced(tmp_path: Path, mode: str, is_lost: bool) -> None:
    path = tmp_path / "some.sqlite3"
    with recording() as happenings, contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {mode}")
        db.execute("CREATE TABLE paid (id INTEGER PRIMARY KEY, note TEXT)")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for number in range(30):
            db.execute("INSERT INTO paid VALUES (?, ?)", (number, "x" * 200))
        files = disk_after(happenings, random.Random(1))
    (tmp_path / "after").mkdir()
    for name, data in files.items():
        (tmp_path / "after" / Path(name).name).write_bytes(data)
    with contextlib.closing(sqlite3.connect(tmp_path / "after" / path.name)) as db:
        (count,) = db.execute("SELECT count(*) FROM paid").fetchone()
    assert (count < 30) is is_lost
