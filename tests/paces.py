"""Sort the tests, file by file, by those with whom they may share the machine; `live.py test` runs all four at once.

- hurried: shows pictures, plays sound or measures, and looks closely at a clock
- looking: waits for what browsers, players and platforms get to see
- patient: waits for processes, sockets and databases
- unhurried: only computes, and takes what the others leave of the machine
"""

import re
from pathlib import Path

import pytest

PACES = ("hurried", "looking", "patient", "unhurried")
_HERE = Path(__file__).resolve().parent
_COMPUTING = frozenset(
    {"assets", "avatar", "compositor", "encoder", "game", "mocap", "motion"}
    | {"protocol", "quality", "room", "signals", "sound", "stage", "tracking"}
)
_COMPUTING_ELSEWHERE = frozenset(
    {"app/test_bench_crowd.py", "app/test_bench_dark.py", "app/test_export.py", "app/test_likeness.py"}
    | {"chain/test_bench_render.py", "server/test_ledger_machine.py"}
)
_LOOKING = frozenset({"client", "desktop", "inlets", "network", "outlets", "web"})
_PATIENT = frozenset({"app", "bridges", "broadcast", "channels", "deploy", "edge", "engine", "security", "server"})
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
    if is_free or name in _COMPUTING_ELSEWHERE:
        return "unhurried"
    if path.name.startswith("test_bench") or name == "broadcast/test_browser.py":
        return "hurried"
    return "looking" if folder in _LOOKING else "patient" if folder in _PATIENT else "hurried"
