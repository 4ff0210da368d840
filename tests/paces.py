"""Sort the tests, file by file, by those with whom they may share the machine; `live.py test` runs all six at once.

- hurried: shows pictures, plays sound or measures, and looks closely at a clock; what fails is run once more, alone
- looking: waits for what browsers, players and platforms get to see
- asking: waits for what the server answers, and for its databases
- patient: waits for other processes, sockets and windows
- drawing: only computes pictures, or reads them, and takes what the others leave of the machine
- unhurried: only computes other things, in the same way
"""

import re
from pathlib import Path

import pytest

_FOLDERS = {
    "looking": ("inlets", "network", "outlets", "web"),
    "asking": ("client", "server"),
    "patient": ("app", "bridges", "broadcast", "channels", "deploy", "desktop", "edge", "engine", "security"),
    "drawing": ("compositor", "encoder", "quality", "stage", "tracking"),
    "unhurried": ("assets", "avatar", "game", "mocap", "motion", "protocol", "room", "signals", "sound"),
}
PACES = ("hurried", *_FOLDERS)
_COMPUTING = ("drawing", "unhurried")  # without a clock: files that read one are hurried
_CLOCKS = re.compile(r"^(import|from) (time|threading|asyncio)\b|\bclock\b", re.MULTILINE)
# What is otherwise than its folder; a clock tells some of these when to give up, or how long the processor was theirs.
_FILES = {
    "app/test_bench_crowd.py": "drawing",
    "app/test_bench_dark.py": "drawing",
    "app/test_bench_money.py": "patient",
    "app/test_export.py": "unhurried",
    "app/test_likeness.py": "drawing",
    "assets/test_face_net.py": "unhurried",
    "broadcast/test_browser.py": "hurried",
    "chain/test_bench_render.py": "drawing",
    "mocap/test_take.py": "unhurried",
    "server/test_ledger_machine.py": "unhurried",
    "stage/test_backdrop_files.py": "drawing",
    "stage/test_scene_picture.py": "drawing",
    "stage/test_stage_life.py": "drawing",
    "test_live.py": "patient",
    "tracking/test_growth.py": "drawing",
}
_HERE = Path(__file__).resolve().parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one run take the tests of one pace."""
    parser.addoption("--pace", choices=PACES, help="run only the tests of this pace")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the files of other paces unread."""
    wanted = config.getoption("pace")
    is_test = collection_path.name.startswith("test_") and collection_path.suffix == ".py"
    return True if wanted and is_test and pace_of(collection_path) != wanted else None


def pace_of(path: Path) -> str:
    """Return the pace of a file's tests."""
    name = path.relative_to(_HERE).as_posix()
    if name in _FILES:
        return _FILES[name]
    folder = name.partition("/")[0]
    pace = next((pace for pace, folders in _FOLDERS.items() if folder in folders), "hurried")
    if pace in _COMPUTING and _CLOCKS.search(path.read_text(encoding="utf-8")):
        return "hurried"
    return "hurried" if path.name.startswith("test_bench") else pace
