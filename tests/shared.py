"""Find the real avatars, footage and models that tests may use and the project does not ship."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("AVATAR_LIVE_SHARED", PROJECT.parent / "shared" / "data"))


def shared_data(*parts: str) -> Path:
    """Return the path of a shared file; skip the test, with the reason, where it is absent."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs {'/'.join(parts)} of the shared test data (set AVATAR_LIVE_SHARED)")
    return path
