"""What the command line shows: sentences, progress, and how the outlets do."""

import shutil
import sys
from collections.abc import Sequence

import typer

from avatar_live.channels.processes import OutletState


def say(text: str) -> None:
    """Print a sentence for people; standard output stays free for results."""
    typer.echo(text, err=True)


class Progress:
    """Show `(what, fraction)` as one moving line on a terminal, and each new `what` as a line elsewhere.

    A sentence that does not fit beside the bar gets a line of its own, which stays.
    """

    def __init__(self, title: str) -> None:
        self._title = title
        self._is_watched = sys.stderr.isatty()
        self._last = ("", False)

    def __call__(self, what: str, fraction: float) -> None:
        columns = shutil.get_terminal_size().columns - 1
        line = f"  {self._title} [{'#' * round(16 * fraction):<16}] {what}"
        is_done = fraction >= 1.0
        if not self._is_watched or len(line) > columns:
            if what != self._last[0]:
                clear = f"\r{'':<{columns}}\r" if self._is_watched else ""
                say(f"{clear}  {self._title}: {what}")
        elif not is_done or self._last != (what, True):
            sys.stderr.write(f"\r{line:<{columns}}" + ("\n" if is_done else ""))
            sys.stderr.flush()
        self._last = (what, is_done)


class OutletLines:
    """Tell of each outlet what changed since the last look."""

    def __init__(self) -> None:
        self._told: tuple[str, ...] = ()

    def news(self, states: Sequence[OutletState]) -> list[str]:
        """Return a line for every outlet that does otherwise now."""
        lines = tuple(outlet_line(state) for state in states)
        news = [line for line in lines if line not in self._told]
        self._told = lines
        return news


def outlet_line(state: OutletState) -> str:
    """Return how an outlet does, without the seconds that go by."""
    words = f": {state.words}" if state.words else ""
    return f"  {state.label:<12} {state.state}{words}"
