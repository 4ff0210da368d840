"""The doctor's findings, and what the examined processes may do to it."""

import json
import socket
from pathlib import Path

import pytest

from avatar_live.app import doctor
from avatar_live.app.doctor import Finding, Findings, Questions, as_table, examine
from avatar_live.app.models import MARK, ensure_models
from avatar_live.app.probes import probe


@pytest.fixture
def questions(tmp_path: Path, unused_tcp_port: int) -> Questions:
    (tmp_path / "web").mkdir()
    (tmp_path / "web" / "index.html").touch()
    folders = (tmp_path / "data", tmp_path / "models", tmp_path / "web")
    return Questions("performance", "off", "mirai", "127.0.0.1", unused_tcp_port, *folders)


def test_everything_is_looked_at_and_told_on_one_line_each(questions: Questions) -> None:
    findings = examine(questions)
    by_name = {finding.name: finding for finding in findings.findings}
    assert set(by_name) == set(doctor._LOOKS)
    for name in ("Python", "OpenGL", "H.264 encoder", "Avatar", "Viewer page", "Port", "Ledger", "Camera"):
        assert by_name[name].level == "ok", by_name[name]
    assert by_name["Models"].level == "warn" and "avatar-live models" in by_name["Models"].todo
    assert json.loads(findings.as_json())["is_well"] is findings.is_well
    for name in by_name:
        assert name in as_table(findings)


def test_what_was_turned_down_is_told_with_the_reason(questions: Questions, tmp_path: Path) -> None:
    (tmp_path / "bad.vrm").write_bytes(b"nothing")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "ledger.sqlite3").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    (tmp_path / "web" / "index.html").unlink()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        asked = Questions(
            "9", "auto", str(tmp_path / "bad.vrm"), "127.0.0.1", port, questions.data_folder, tmp_path, tmp_path / "web"
        )
        (tmp_path / "face.task").write_bytes(b"no model")
        findings = examine(asked)
    failed = {finding.name: finding.found for finding in findings.findings if finding.level == "fail"}
    assert {"Models", "Camera", "Microphone", "Avatar", "Viewer page", "Port", "Ledger"} <= set(failed)
    assert not findings.is_well
    assert "bad.vrm" in failed["Avatar"] and str(port) in failed["Port"]


def test_a_probe_that_is_lost_is_a_finding_and_no_crash() -> None:
    found = probe("nonsense")
    assert not found.works
    assert "usage" in found.found


def test_the_table_tells_the_sentence_and_the_next_step() -> None:
    table = as_table(Findings(False, (Finding("Port", "fail", "It is taken.", "Choose another."),)))
    assert "FAIL  Port" in table and "It is taken. Choose another." in table
    assert table.endswith("mend what says FAIL first.")


def test_models_that_were_checked_once_are_not_fetched_again(tmp_path: Path) -> None:
    told: list[str] = []
    (tmp_path / "face.task").write_bytes(b"12345")
    from avatar_live import __version__

    (tmp_path / MARK).write_text(json.dumps({"version": __version__, "sizes": {"face.task": 5}}))
    ensure_models(tmp_path, lambda what, fraction: told.append(what))
    assert told == []
