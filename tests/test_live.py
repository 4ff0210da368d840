"""live.py on a tiny project of its own: what it makes, what it skips, what it remakes."""

import json
import os
import runpy
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from paces import pace_of
from patience import DEADLINE_S
from running import until
from shared import PROJECT
from stopwatch import Stopwatch
from typer.core import TyperGroup

from avatar_live.app.cli import app

# A build backend inside the project, so that the installation needs no registry: it makes a wheel with one script.
BACKEND = """
import base64, zipfile
from pathlib import Path

def build_editable(folder, config_settings=None, metadata_directory=None):
    name = "avatar_live-0.1-py3-none-any.whl"
    info = "avatar_live-0.1.dist-info/"
    files = {
        "toy.py": "import sys\\ndef main():\\n    print('toy', *sys.argv[1:])\\n",
        info + "METADATA": "Metadata-Version: 2.1\\nName: avatar-live\\nVersion: 0.1\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: toy\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "entry_points.txt": "[console_scripts]\\navatar-live = toy:main\\n",
    }
    files[info + "RECORD"] = "".join(f"{path},,\\n" for path in [*files, info + "RECORD"])
    with zipfile.ZipFile(Path(folder) / name, "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
[project]
name = "avatar-live"
version = "0.1"
"""
PACKAGE = {"name": "toy", "version": "1.0.0", "private": True, "scripts": {"build": "node build.js"}}
BUILD_JS = (
    "const fs = require('fs'); fs.mkdirSync('dist', {recursive: true});"
    "fs.writeFileSync('dist/index.html', fs.readFileSync('page.txt'));"
    "fs.appendFileSync('../builds.txt', 'x')"
)


class Toy:
    """A project like ours with nothing in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(PROJECT / "live.py", folder)
        (folder / "pyproject.toml").write_text(PYPROJECT)
        (folder / ".constraints.txt").write_text("")
        (folder / "backend.py").write_text(BACKEND)
        web = folder / "web"
        web.mkdir()
        (web / "package.json").write_text(json.dumps(PACKAGE))
        lock = {**PACKAGE, "lockfileVersion": 3, "packages": {"": {"name": "toy", "version": "1.0.0"}}}
        (web / "package-lock.json").write_text(json.dumps(lock))
        (web / "build.js").write_text(BUILD_JS)
        (web / "page.txt").write_text("first")

    def start(self, *arguments: str, code: int = 0, path: Path | None = None) -> tuple[str, str]:
        """Run live.py, with programs of `path` first; return what it printed on standard output and standard error."""
        paths = [*([str(path)] if path is not None else []), os.environ["PATH"]]
        done = subprocess.run(
            [sys.executable, "live.py", *arguments],
            cwd=self.folder,
            env={**os.environ, "PATH": os.pathsep.join(paths)},
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout, done.stderr

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start live.py and go on; its output comes through pipes."""
        return subprocess.Popen(
            [sys.executable, "live.py", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def builds(self) -> int:
        """How often the page was built."""
        path = self.folder / "builds.txt"
        return len(path.read_text()) if path.exists() else 0


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Toy]:
    if not shutil.which("npm"):
        pytest.skip("needs a Node of the system's own: fetching one is no business of a test")
    made = Toy(tmp_path_factory.mktemp("toy"))
    made.start("serve", "--first")
    yield made


def test_the_first_start_sets_up_and_becomes_the_program(toy: Toy) -> None:
    assert (toy.folder / ".venv" / "ready.json").exists()
    assert not (toy.folder / ".venv" / "half-made").exists()
    assert (toy.folder / "web" / "dist" / "index.html").read_text() == "first"
    assert toy.builds == 1


def test_a_second_start_only_becomes_the_program_and_is_quick(toy: Toy) -> None:
    seconds = []
    for _ in range(3):
        with Stopwatch() as watch:
            out, err = toy.start("serve", "--camera", "clip.mp4", "a b")
        seconds.append(watch.s)
        assert (out, err) == ("toy serve --camera clip.mp4 a b\n", "")
    assert min(seconds) < 1.0
    assert toy.builds == 1


def test_a_changed_page_is_built_again(toy: Toy) -> None:
    (toy.folder / "web" / "page.txt").write_text("second")
    toy.start("serve")
    assert (toy.folder / "web" / "dist" / "index.html").read_text() == "second"
    assert toy.builds == 2


def test_a_page_whose_build_was_interrupted_is_built_again(toy: Toy) -> None:
    before = toy.builds
    (toy.folder / "web" / "dist" / "ready").unlink()
    toy.start("serve")
    assert toy.builds == before + 1


def test_an_interrupted_installation_is_made_anew(toy: Toy) -> None:
    (toy.folder / ".venv" / "half-made").touch()
    (toy.folder / ".venv" / "leftover").touch()
    out, _ = toy.start("models")
    assert out == "toy models\n"
    assert not (toy.folder / ".venv" / "leftover").exists()


def test_an_installation_whose_python_became_another_one_is_made_anew(toy: Toy) -> None:
    packages = toy.folder / ".venv" / "lib" / f"python3.{sys.version_info[1]}"
    packages.rename(packages.with_name("python3.9"))  # where an upgrade of the system leaves them
    assert toy.start("models")[0] == "toy models\n"


def test_a_disk_that_takes_nothing_is_told_in_a_sentence(toy: Toy) -> None:
    mark = toy.folder / ".venv" / "npm.json"
    mark.unlink(missing_ok=True)
    script = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0));"
        "sys.argv = ['live.py', 'serve']; runpy.run_path('live.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=toy.folder, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr.strip().endswith("cannot be used (File too large): mend that and start again.")


def test_a_show_goes_on_without_a_wish_that_cannot_be_installed(tmp_path: Path) -> None:
    toy = Toy(tmp_path)
    live = (PROJECT / "live.py").read_text()
    wish = '"libportaudio.so.2": "libportaudio2"'
    assert wish in live
    (tmp_path / "live.py").write_text(live.replace(wish, '"libnowhere.so.2": "nowhere"'))
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, does in (("apt-get", 'case "$*" in *nowhere*) exit 100;; esac'), ("sudo", 'shift; exec "$@"')):
        (programs / name).write_text(f"#!/bin/sh\n{does}\n")
        (programs / name).chmod(0o755)
    out, err = toy.start("models", path=programs)
    assert out == "toy models\n"
    assert "nowhere" in err and "cannot be installed: a show goes on without." in err


def test_a_start_waits_for_what_a_killed_one_left_running(toy: Toy) -> None:
    good = (toy.folder / "backend.py").read_text()
    holding = "import time\nPath('began').touch()\nwhile not Path('go').exists(): time.sleep(0.05)\n"
    (toy.folder / "backend.py").write_text(f"{good}\n{holding}")
    (toy.folder / "pyproject.toml").write_text(PYPROJECT + "description = 'held'\n")
    with toy.begin("models") as killed:
        until((toy.folder / "began").exists, "the installation began")
        killed.kill()
    with toy.begin("models") as second:
        assert second.stderr is not None and second.stdout is not None
        assert "waiting for it to end" in second.stderr.readline()
        (toy.folder / "backend.py").write_text(good)
        (toy.folder / "go").touch()
        assert second.stdout.read() == "toy models\n"


def test_a_failing_installation_shows_why_and_the_next_start_tries_again(toy: Toy) -> None:
    good = (toy.folder / "backend.py").read_text()
    (toy.folder / "pyproject.toml").write_text(PYPROJECT + "description = 'changed'\n")
    (toy.folder / "backend.py").write_text("raise RuntimeError('the mirror is gone')\n")
    out, err = toy.start("models", code=1)
    assert "the mirror is gone" in err
    assert "Traceback" not in out and err.rstrip().endswith("The same command tries again.")
    (toy.folder / "backend.py").write_text(good)
    assert toy.start("models")[0] == "toy models\n"


def test_a_checkout_that_is_not_whole_is_told_in_a_sentence(toy: Toy) -> None:
    lock = toy.folder / "web" / "package-lock.json"
    text = lock.read_text()
    lock.unlink()
    _, err = toy.start("serve", code=1)
    lock.write_text(text)
    assert "package-lock.json cannot be read: this checkout is not whole" in err


@pytest.mark.parametrize(
    ("pretence", "words"),
    [
        ("sys.version_info = (3, 9, 0, 'final', 0)", "needs Python 3.11 to 3.14 (this is 3.9)"),
        ("sys.version_info = (3, 99, 0, 'final', 0)", "needs Python 3.11 to 3.14 (this is 3.99)"),
        ("sys.platform = 'darwin'; os.uname = lambda: os.uname_result(('', '', '', '', 'x86_64'))", "Apple silicon"),
    ],
)
def test_a_machine_without_packages_gets_one_sentence(pretence: str, words: str, tmp_path: Path) -> None:
    script = (
        f"import os, runpy, sys; {pretence}; sys.argv = ['live.py', 'check'];"
        "runpy.run_path('live.py', run_name='__main__')"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    assert done.returncode == 1
    assert done.stderr.strip().count("\n") == 0
    assert words in done.stderr


def test_the_help_of_a_command_asks_for_no_more_than_the_packages(toy: Toy) -> None:
    assert toy.start("bench", "--help")[0] == "toy bench --help\n"
    assert "test" not in json.loads((toy.folder / ".venv" / "ready.json").read_text())["extras"]


def test_a_command_that_is_none_is_told_before_anything_is_set_up(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "live.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "live.py", "stream"], cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert done.returncode == 1 and 'There is no command "stream": use one of serve, ' in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["live.py"]


def test_live_py_knows_the_commands_of_the_program() -> None:
    commands = typer.main.get_command(app)
    assert isinstance(commands, TyperGroup)
    assert set(runpy.run_path(str(PROJECT / "live.py"))["COMMANDS"]) == set(commands.commands)


def test_help_needs_no_set_up(tmp_path: Path) -> None:
    shutil.copy(PROJECT / "live.py", tmp_path)
    done = subprocess.run(
        [sys.executable, "live.py", "--help"], cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE_S
    )
    assert done.returncode == 0 and "python3 live.py test" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["live.py"]


def test_what_runs_beside_is_told_whole_at_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    run_beside = runpy.run_path(str(PROJECT / "live.py"))["run_beside"]
    said = "import sys; print('2 passed'); sys.exit(3)"
    with run_beside("beside", [sys.executable, "-c", said], os.environ) as ended:
        name, is_passed, seconds = ended()
    assert (name, is_passed) == ("beside", False) and seconds > 0.0
    assert "2 passed" in capsys.readouterr().out


def test_of_each_that_runs_beside_its_own_time_is_told_however_late_it_is_asked(tmp_path: Path) -> None:
    run_beside = runpy.run_path(str(PROJECT / "live.py"))["run_beside"]
    path = f"from pathlib import Path; path = Path({str(tmp_path / 'over')!r})\n"
    after = "import time\nwhile not path.exists(): time.sleep(0.05)\ntime.sleep(1.0)"
    with (
        run_beside("first", [sys.executable, "-c", path + "path.touch()"], os.environ) as first,
        run_beside("second", [sys.executable, "-c", path + after], os.environ) as second,
    ):
        assert second()[2] > first()[2]


def test_what_runs_beside_ends_with_what_it_runs_beside() -> None:
    run_beside = runpy.run_path(str(PROJECT / "live.py"))["run_beside"]
    started_s = time.monotonic()
    with (
        pytest.raises(KeyboardInterrupt),
        run_beside("beside", [sys.executable, "-c", "import time; time.sleep(60)"], os.environ),
    ):
        raise KeyboardInterrupt
    assert time.monotonic() - started_s < 30.0


@pytest.mark.parametrize(("endings", "is_passed"), [((1, 0), True), ((1, 1), False), ((0,), True), ((-9, 5), False)])
def test_what_fails_beside_the_others_is_run_once_more_when_they_have_ended(
    tmp_path: Path, endings: tuple[int, ...], is_passed: bool
) -> None:
    """Have a pretended pytest end in these ways, and write down how it was called."""
    run_hurried = runpy.run_path(str(PROJECT / "live.py"))["run_hurried"]
    log, left = tmp_path / "log", tmp_path / "endings"
    left.write_text("\n".join(map(str, endings)))
    code = (
        "import os, pathlib, sys\n"
        f"log, left = pathlib.Path({str(log)!r}), pathlib.Path({str(left)!r})\n"
        "log.open('a').write(' '.join(sys.argv[1:]) + '\\n')\n"
        "first, *rest = left.read_text().split()\n"
        "left.write_text(' '.join(rest))\n"
        "os.kill(os.getpid(), 9) if first == '-9' else sys.exit(int(first))\n"
    )
    run_hurried.__globals__["PYTEST"] = (sys.executable, "-c", code)

    def beside() -> tuple[str, bool, float]:
        with log.open("a") as told:
            told.write("beside\n")
        return "beside", True, 1.0

    (name, passed, _), other = run_hurried({**os.environ, "TMPDIR": str(tmp_path)}, [beside])
    assert (passed, other) == (is_passed, ("beside", True, 1.0))
    assert name == ("pytest" if endings[0] == 0 else "pytest, alone")
    first, *later = log.read_text().splitlines()
    assert first == f"--pace hurried -o cache_dir={tmp_path}/failed"
    assert later == ["beside", f"{first} --last-failed --last-failed-no-failures none"][: len(endings)]


def test_every_test_runs_at_one_of_the_paces_that_are_run() -> None:
    live = runpy.run_path(str(PROJECT / "live.py"))
    assert {pace_of(path) for path in (PROJECT / "tests").rglob("test_*.py")} == {live["HURRIED"], *live["BESIDE"]}


def test_what_tests_write_is_gone_afterwards() -> None:
    with runpy.run_path(str(PROJECT / "live.py"))["scratch_folder"]() as folder:
        (folder / "something").mkdir()
        assert folder.stat().st_mode & 0o5 == 0o5, "a database of another user gets in"
    assert not folder.exists()
