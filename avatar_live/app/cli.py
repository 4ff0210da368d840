"""The command line: `avatar-live serve|desktop|edge|doctor|bench|ledger|events|webhooks|models|avatars|export`.

Only the command that is called is loaded, with what it needs: an edge for thousands of lines carries no stage and no
tracking, and `--help` comes at once.
"""

import inspect
import sys
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

from avatar_live.app.faults import ShowError
from avatar_live.app.terminal import say

# The module of each command or group of commands, which has its name there, and how its help begins; the function's own
# docstring tells the rest, such as examples.
COMMANDS: Final = {
    "serve": (
        "avatar_live.app.commands.serve",
        "Go live: print the link for viewers (and its QR code) and stream until Ctrl-C.",
    ),
    "desktop": (
        "avatar_live.app.commands.desktop",
        "Open the streamer's window: preview, camera and avatar, go live, audience, chat and gifts, panic button.",
    ),
    "doctor": (
        "avatar_live.app.commands.doctor",
        "Check what a show needs on this machine and say what to do about what is missing (exit code 1: it would "
        "fail).",
    ),
    "edge": (
        "avatar_live.app.edge",
        "Carry viewers' websockets for a show that runs elsewhere with the same Redis and the same room.",
    ),
    "models": (
        "avatar_live.app.commands.models",
        "Fetch the tracking models if they are missing, check them, and say where they are and where they came from.",
    ),
    "avatars": (
        "avatar_live.app.commands.avatars",
        "List the built-in characters, or read VRM files: what they can do, and what their licence allows.",
    ),
    "export": (
        "avatar_live.app.commands.export",
        "Write a recorded performance for other programs: a VRM animation or a BVH.",
    ),
    "bench": ("avatar_live.app.bench.commands", "Measure this machine, reproducibly."),
    "ledger": ("avatar_live.app.ledger", "Look after wallets and gifts; safe while a show is running."),
    "events": ("avatar_live.app.events", "Try out what games, bots and overlays hear of a running show."),
    "webhooks": ("avatar_live.app.webhooks", "Post a running show's events to programs, as signed CloudEvents."),
}


class _LoadedWhenCalled(TyperGroup):
    """A group whose commands are names and a line of help each until one is called."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, command, rest = super().resolve_command(ctx, args)
        return name, command and load(str(name)), rest


def _app(cls: type[TyperGroup] = TyperGroup) -> typer.Typer:
    return typer.Typer(
        cls=cls,
        help="Turn a webcam into a live 3D show that viewers watch in a browser and play along with.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )


def load(name: str) -> Any:
    """Return a command, or a group of them, with its options."""
    module, line = COMMANDS[name]
    found, alone = getattr(import_module(module), name), _app()
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name, help=line)
    else:
        alone.command(name, help="\n\n".join(filter(None, (line, inspect.getdoc(found)))))(found)
    return typer.main.get_group(alone).commands[name]


app = _app(_LoadedWhenCalled)
for _name, (_, _line) in COMMANDS.items():
    app.command(_name, help=_line)(lambda: None)


def main() -> None:
    """Run the command line; an expected fault is one sentence on standard error and exit code 1."""
    try:
        app(standalone_mode=True)
    except ShowError as error:
        say(str(error))
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
