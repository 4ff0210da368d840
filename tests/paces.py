"""Sort the tests, file by file, by those with whom they may share the machine; `live.py test` runs all five at once.

- hurried: shows pictures, plays sound or measures, and looks closely at a clock
- looking: waits for what browsers, players and platforms get to see
- asking: waits for what the server answers, and for its databases
- patient: waits for other processes, sockets and windows
- unhurried: only computes, and takes what the others leave of the machine
"""

import re
from pathlib import Path

import pytest

PACES = ("hurried", "looking", "asking", "patient", "unhurried")
_HERE = Path(__file__).resolve().parent
_COMPUTING = frozenset(
    {"assets", "avatar", "compositor", "encoder", "game", "mocap", "motion"}
    | {"protocol", "quality", "room", "signals", "sound", "stage", "tracking"}
)
# A clock tells these only when to give up, or how long the processor was theirs.
_COMPUTING_TOO = frozenset(
    {"app/test_bench_crowd.py", "app/test_bench_dark.py", "app/test_export.py", "app/test_likeness.py"}
    | {"assets/test_face_net.py", "chain/test_bench_render.py", "mocap/test_take.py", "server/test_ledger_machine.py"}
    | {"stage/test_backdrop_files.py", "stage/test_scene_picture.py", "stage/test_stage_life.py"}
)
_LOOKING = frozenset({"inlets", "network", "outlets", "web"})
_ASKING = frozenset({"client", "server"})
_PATIENT = frozenset({"app", "bridges", "broadcast", "channels", "deploy", "desktop", "edge", "engine", "security"})
_PATIENT_TOO = frozenset({"app/test_bench_money.py", "test_live.py"})
_CLOCKS = re.compile(r"^(import|from) (time|threading|asyncio)\b|\bclock\b", re.MULTILINE)


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
    folder = name.partition("/")[0]
    is_free = folder in _COMPUTING and not _CLOCKS.search(path.read_text(encoding="utf-8"))
    if is_free or name in _COMPUTING_TOO:
        return "unhurried"
    if name in _PATIENT_TOO:
        return "patient"
    if path.name.startswith("test_bench") or name == "broadcast/test_browser.py":
        return "hurried"
    beside = {"looking": _LOOKING, "asking": _ASKING, "patient": _PATIENT}
    return next((pace for pace, folders in beside.items() if folder in folders), "hurried")
