"""Make `tests/shared.py` and its neighbours importable from every test, and let no test depend on the machine's pace."""

import sys
from pathlib import Path

from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

settings.register_profile("avatar_live", deadline=None)
settings.load_profile("avatar_live")
