"""The command line: help worth reading, one sentence for every expected fault, never a traceback."""

import contextlib
import io
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from patience import DEADLINE_S

from avatar_live.app import cli

ENVIRONMENT = {"COLUMNS": "200", "NO_COLOR": "1", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    returncode: int
    stdout: str
    stderr: str


def run(*arguments: str) -> Done:
    """Run a command in this process: most of a process of its own is imports."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        patch.setattr(sys, "argv", ["avatar-live", *arguments])
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        try:
            cli.main()
        except SystemExit as end:
            return Done(int(end.code or 0), stdout.getvalue(), stderr.getvalue())
    return Done(0, stdout.getvalue(), stderr.getvalue())


def run_alone(*arguments: str) -> Done:
    """Run a command as a person does."""
    command = [sys.executable, "-m", "avatar_live.app.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, env=ENVIRONMENT)
    return Done(done.returncode, done.stdout, done.stderr)


def test_help_names_every_command() -> None:
    done = run_alone("--help")
    assert done.returncode == 0
    for command in ("serve", "desktop", "doctor", "bench", "models", "avatars", "export"):
        assert f" {command} " in done.stdout


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_the_help_of_a_command_begins_with_its_line_and_says_it_once(name: str) -> None:
    _, line = cli.COMMANDS[name]
    told = cli.load(name).help
    assert told.startswith(line) and told.count(line) == 1


def test_the_help_of_a_command_goes_on_with_its_examples() -> None:
    assert cli.load("export").help.split("\n\n")[1].startswith("Example: [b]avatar-live export ")


MODULES_OF = """
import contextlib, sys
from avatar_live.app import cli
sys.argv = ["avatar-live", *sys.argv[1:]]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    cli.main()
print(*sys.modules)
"""


def modules_of(*arguments: str) -> set[str]:
    """Return what a process of its own has loaded at the end of a command."""
    command = [sys.executable, "-c", MODULES_OF, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=DEADLINE_S, env=ENVIRONMENT, check=True)
    return set(done.stdout.split())


def test_an_edge_of_its_own_loads_what_carries_lines_and_nothing_of_a_show() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        modules = modules_of("edge", "--redis", "redis://127.0.0.1:1/0", "--host", "127.0.0.1", "--port", port)
    assert "avatar_live.edge.node_process" in modules
    foreign = ("numpy", "cv2", "panda3d", "mediapipe", "aiortc", "av", "litestar", "httpx", "PySide6")
    assert not modules & {*foreign, "sqlite3", "segno", "avatar_live.app.settings", "avatar_live.app.options"}


def test_help_loads_no_command() -> None:
    modules = modules_of("--help")
    assert not modules & {module for module, _ in cli.COMMANDS.values()} and "numpy" not in modules


def test_the_help_of_serve_explains_the_options() -> None:
    done = run("serve", "-h")
    for word in (
        "--camera",
        "--avatar",
        "--port",
        "--host",
        "--size",
        "--title",
        "--no-open",
        "--input",
        "--vmc-out",
        "8080",
        "clip.mp4",
    ):
        assert word in done.stdout
    for word in ("--when-lost", "--profile", "--calibrate", "--music", "--speak"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["serve", "--camera", "no-such.mp4"], 'There is no camera or video "no-such.mp4"'),
        (["serve", "--avatar", "nobody"], 'There is no avatar "nobody"'),
        (["serve", "--size", "big", "--avatar", "AVATAR"], '"big" is not a size'),
        (["serve", "--avatar", "NO_AVATAR"], "Cannot use no.vrm"),
        (["avatars", "NO_AVATAR"], "Cannot use no.vrm"),
        (["models", "no-such.task", "--models-folder", "FOLDER"], "no-such.task"),
        (["serve", "--avatar", "AVATAR", "--light", "dim"], 'There is no light "dim": use studio, warm, '),
        (["serve", "--avatar", "AVATAR", "--shot", "selfie"], 'There is no shot "selfie": use bust, close-up, '),
        (["serve", "--avatar", "AVATAR", "--backdrop", "beach"], '"beach" is no backdrop: use room, a colour such as'),
        (["serve", "--avatar", "AVATAR", "--backdrop", "gone.mp4"], "There is no video at"),
        (["export", "gone.take", "out.vrma"], "Cannot read gone.take: No such file or directory"),
        (["export", "gone.take", "out.fbx"], '"out.fbx" is neither a .vrma nor a .bvh file'),
        (["serve", "--avatar", "AVATAR", "--record", "NO_AVATAR"], "no.vrm cannot be made"),
        (["serve", "--avatar", "AVATAR", "--when-lost", "vanish"], "use idle, hold or sleep"),
        (["serve", "--avatar", "AVATAR", "--profile", "../me"], '"../me" cannot be the name of a profile'),
        (
            ["serve", "--avatar", "AVATAR", "--input", "vmc", "-i", "webcam"],
            'There is no input "webcam": write it like vmc',
        ),
        (["serve", "--avatar", "AVATAR", "--vmc-out", "here"], '"here" is nowhere to send to'),
        (
            ["serve", "--avatar", "AVATAR", "--publish", "twitch"],
            "an address looks like rtmp://live.example.com/app/KEY",
        ),
        (["serve", "--avatar", "AVATAR", "--record-video", "NO_AVATAR"], "no.vrm cannot be made"),
        (["serve", "--avatar", "AVATAR", "--music", "gone.mp3"], 'There is no music "gone.mp3"'),
        (
            ["serve", "--avatar", "AVATAR", "--music-volume", "20"],
            "A level of 20 dB cannot be set: use -60 (off) to 12",
        ),
        (["serve", "--avatar", "AVATAR", "--speak", "chat"], '"chat" cannot be spoken: use off, gifts or names'),
        (["serve", "--avatar", "AVATAR", "--trusted-proxy", "caddy"], '"caddy" is no address of a proxy'),
        (
            ["serve", "--avatar", "AVATAR", "--publish", "https://a.example/whip schlüssel"],
            "Copy it again from where you got it",
        ),
    ],
)
def test_an_expected_fault_is_one_sentence(arguments: list[str], words: str, tmp_path: Path) -> None:
    (tmp_path / "no.vrm").write_bytes(b"this is no avatar")
    names = {"NO_AVATAR": str(tmp_path / "no.vrm"), "FOLDER": str(tmp_path / "models")}
    if "AVATAR" in arguments:
        names["AVATAR"] = str(first_avatar())
    done = run(*(names.get(argument, argument) for argument in arguments))
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_a_fault_ends_the_process_with_one_sentence() -> None:
    done = run_alone("desktop")
    assert (done.returncode, done.stdout) == (1, "")
    assert "No window can be opened here: start `python3 live.py serve`" in done.stderr
    assert "Traceback" not in done.stderr


def first_avatar() -> Path:
    from avatar_live.app.settings import builtin_avatars

    found = builtin_avatars()
    assert found, "a character comes with the program"
    return next(iter(found.values()))


def test_the_built_in_characters_are_listed() -> None:
    done = run("avatars")
    assert done.returncode == 0
    assert "mirai" in done.stdout and "humanoid bones" in done.stdout
