"""Sort the tests, file by file, by those with whom they may share the machine; `live.py test` runs all three at once.

- unhurried: only computes, and takes what the others leave of the machine
- patient: mostly waits, for processes, sockets and databases, and does not mind to wait longer
- hurried: shows pictures, plays sound or measures, and is watched closely
"""

import re
from pathlib import Path

import pytest

PACES = ("unhurried", "patient", "hurried")
_HERE = Path(__file__).resolve().parent
_COMPUTING = frozenset(
    {"assets", "avatar", "compositor", "encoder", "game", "mocap", "motion"}
    | {"protocol", "quality", "room", "signals", "sound", "stage", "tracking"}
)
_PATIENT = frozenset({"bridges", "channels", "client", "deploy", "desktop", "edge", "outlets", "security", "server"})
_CLOCKS = re.compile(r"^(import|from) (time|threading|subprocess|asyncio)\b|\bclock\b", re.MULTILINE)


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
    folder = path.relative_to(_HERE).parts[0]
    if folder in _PATIENT:
        return "patient"
    is_computing = folder in _COMPUTING and not _CLOCKS.search(path.read_text(encoding="utf-8"))
    return "unhurried" if is_computing else "hurried"
