"""Make `tests/shared.py`, and what the tests of one folder share, importable by its own name.

Folders need no `conftest.py` of their own for that: mypy knows modules by name, so every name exists once.
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
for _folder in (_HERE, *sorted(path for path in _HERE.iterdir() if path.is_dir() and path.name != "__pycache__")):
    if str(_folder) not in sys.path:
        sys.path.append(str(_folder))
