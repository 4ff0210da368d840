"""What the command line shows: progress, the block with the link and its QR code."""

import io
import shutil
import sys
from collections.abc import Sequence

import segno
import typer

from avatar_live.app.settings import Settings
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


def live_block(settings: Settings, token: str, event_url: str, guest_token: str = "") -> str:
    """Return what a host needs once the show is on."""
    lines = [
        "",
        f"  {settings.title or 'avatar_live'} is live. Ctrl-C ends the show.",
        "",
        f"  Watch        {settings.link}",
    ]
    if settings.watch_link != settings.link:
        lines.append(f"  On this PC   {settings.watch_link}")
    if guest_token:
        lines.append(f"  Guests       {settings.guest_link} by WHIP, bearer token {guest_token}")
    lines += [f"  Event API    {event_url}?token={token}", ""]
    if code := qr_code(settings.link):
        lines += [*(f"    {line}" for line in code.splitlines()), ""]
    return "\n".join(lines)


def qr_code(link: str) -> str:
    """Return the link as a QR code of half blocks, or nothing where the terminal has no such characters."""
    try:
        "▀▄█".encode(sys.stderr.encoding or "ascii")
    except UnicodeEncodeError:
        return ""
    drawn = io.StringIO()
    segno.make(link, error="l").terminal(drawn, border=2, compact=True)
    return drawn.getvalue()
