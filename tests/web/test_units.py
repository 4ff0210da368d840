"""The page's own unit tests pass and its sources are typed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from shared import PROJECT

WEB = PROJECT / "web"


def npm(*arguments: str) -> None:
    """Run npm in `web/`; a failure shows what npm said."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip("needs Node.js with npm")
    if not Path(WEB, "node_modules").is_dir():
        pytest.skip("needs the page's packages: run npm ci in web/")
    done = subprocess.run([program, *arguments], cwd=WEB, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_unit_tests_pass() -> None:
    npm("test")


def test_the_pages_types_hold() -> None:
    npm("run", "check")


def test_the_lock_file_names_no_address_to_fetch_from() -> None:
    assert '"resolved"' not in (WEB / "package-lock.json").read_text(encoding="utf-8")
