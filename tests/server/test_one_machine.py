"""A show of one machine is spared what only larger ones, or few, need."""

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from patience import DEADLINE_S
from ports import free_port

from avatar_live.channels.processes import EdgePlan, ServerPlan

WEBRTC = {"aiortc", "aioice", "av", "cryptography", "pylibsrtp"}
OF_A_FEW_SHOWS = {"redis", "psycopg", "httpx", "jwt"}
OF_OTHER_PROCESSES = {"numpy", "mediapipe", "panda3d", "PySide6"}
OF_ANOTHER_API = {"pydantic", "attr"}
OF_THE_SERVER = {"litestar", "uvicorn", "h11", "sqlite3"}


def loaded(module: str, plan: ServerPlan | EdgePlan) -> set[str]:
    """Return what a process has loaded that starts as planned and, nobody being there to order otherwise, ends."""
    program = f"import sys; from {module}.__main__ import main; assert main(sys.argv[1:]) == 0; print(*sys.modules)"
    command = [sys.executable, "-c", program, msgspec.json.encode(plan).decode()]
    told = subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=DEADLINE_S
    )
    return {name.partition(".")[0] for name in told.stdout.split()}


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir()
    return folder


def test_a_server_whose_picture_nobody_watches_loads_the_room_alone(tmp_path: Path, run_folder: Path) -> None:
    plan = ServerPlan(str(run_folder), str(tmp_path / "data"), str(tmp_path / "web"), port=0)
    heavy = WEBRTC | OF_A_FEW_SHOWS | OF_OTHER_PROCESSES | OF_ANOTHER_API
    assert loaded("avatar_live.server", plan) & (heavy | {"litestar"}) == {"litestar"}


def test_an_edge_loads_what_lines_need_alone(run_folder: Path) -> None:
    heavy = WEBRTC | OF_A_FEW_SHOWS | OF_OTHER_PROCESSES | OF_ANOTHER_API | OF_THE_SERVER
    plan = EdgePlan(str(run_folder), 1, port=free_port())
    assert loaded("avatar_live.edge", plan) & (heavy | {"websockets"}) == {"websockets"}
