"""The page that runs three-vrm (`web/peer`), built when it is first needed and no part of what viewers get."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import PROJECT

_SOURCES: Final = PROJECT / "web" / "peer"
_BUILT: Final = PROJECT / "build" / "peer"


def build_page() -> Path:
    """Build the page where its sources changed and return its folder.

    Raises ShowError when Node or the page's packages are missing.
    """
    web = _SOURCES.parent
    sources = [*sorted(path for path in _SOURCES.iterdir() if path.is_file()), web / "package-lock.json"]
    digest = hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in sources)).hexdigest()
    mark = _BUILT / "ready"
    if mark.exists() and mark.read_text(encoding="utf-8") == digest:
        return _BUILT
    npm = shutil.which("npm", path=_path())
    if npm is None:
        raise ShowError(
            "Comparing with three-vrm needs Node.js 20.19 or newer with npm: start the measurement with "
            "`python3 live.py bench`, which brings it along."
        )
    if not (web / "node_modules" / "@pixiv" / "three-vrm").is_dir():
        raise ShowError("Comparing with three-vrm needs the page's packages: run `npm ci` in web/ and try again.")
    done = subprocess.run(
        [npm, "run", "build-peer"],
        cwd=web,
        env={**os.environ, "PATH": _path()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise ShowError(f"The page with three-vrm was not built: {(done.stdout + done.stderr).strip()[-600:]}")
    mark.write_text(digest, encoding="utf-8")
    return _BUILT


def _path() -> str:
    """Return the PATH with this Python's own programs first, where `live.py` puts a Node if there was none."""
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
