"""Run npm in `web/`, and build the viewer page and the JavaScript SDK once for all tests."""

import shutil
import subprocess
from pathlib import Path

import pytest
from shared import PROJECT

WEB = PROJECT / "web"


def npm(*arguments: str) -> None:
    """Run npm in `web/`; skip the test where there is none, fail with what npm said."""
    program = shutil.which("npm")
    if program is None:
        pytest.skip("needs Node.js with npm")
    if not (WEB / "node_modules").is_dir():
        pytest.skip("needs the page's packages: run npm ci in web/")
    done = subprocess.run([program, *arguments], cwd=WEB, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def built_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the viewer page, for servers to show."""
    folder = tmp_path_factory.mktemp("built") / "page"
    npm("exec", "--", "vite", "build", "--logLevel", "error", "--emptyOutDir", "--outDir", str(folder))
    return folder


@pytest.fixture(scope="session")
def built_sdk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the SDK alone."""
    folder = tmp_path_factory.mktemp("built") / "sdk"
    npm("exec", "--", "vite", "build", "sdk", "--logLevel", "error", "--outDir", str(folder))
    return folder
