"""Make what tests share importable by its own name, and let no test depend on the machine's pace.

`tests/shared.py` and the modules that the tests of one folder share are found by name from every test; folders need
no `conftest.py` of their own for that. mypy knows modules by name too, so every name exists once.
"""

import gc
import os
import sys
from pathlib import Path

from hypothesis import settings

_HERE = Path(__file__).resolve().parent
for _folder in (_HERE, *sorted(path for path in _HERE.iterdir() if path.is_dir() and path.name != "__pycache__")):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))

# Fixtures: ledgers, the tracker's people, edges elsewhere, the built page, Qt's application; and `--pace`.
pytest_plugins = ["books", "faces", "node_edges", "paces", "pages", "virtual_screen"]

# The same examples every run, so that a change fails its own run and not somebody's next one. AVATAR_LIVE_EXPLORE=5
# tries others, five times as many, to look for what nobody thought of.
_EXPLORE = int(os.environ.get("AVATAR_LIVE_EXPLORE", "0"))
settings.register_profile("avatar_live", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=100 * max(_EXPLORE, 1))
settings.load_profile("explore" if _EXPLORE else "avatar_live")


def pytest_collection_finish() -> None:
    """Spare every later collection of garbage the way through thousands of tests, which live as long as the process."""
    gc.collect()
    gc.freeze()
