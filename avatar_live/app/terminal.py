"""What the command line shows: progress, the block with the link and its QR code."""

import io
import sys

import segno
import typer

from avatar_live.app.settings import Settings


def say(text: str) -> None:
    """Print a sentence for people; standard output stays free for results."""
    typer.echo(text, err=True)


class Progress:
    """Show `(what, fraction)` as one moving line on a terminal, and each new `what` as a line elsewhere."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._is_watched = sys.stderr.isatty()
        self._last = ""

    def __call__(self, what: str, fraction: float) -> None:
        if self._is_watched:
            bar = "#" * round(20 * fraction)
            end = "\n" if fraction >= 1.0 else ""
            sys.stderr.write(f"\r  {self._title} [{bar:<20}] {what:<60.60}{end}")
            sys.stderr.flush()
        elif what != self._last:
            say(f"  {self._title}: {what}")
        self._last = what


def live_block(settings: Settings, token: str, event_url: str) -> str:
    """Return what a host needs once the show is on."""
    lines = [
        "",
        f"  {settings.title or 'avatar_live'} is live. Ctrl-C ends the show.",
        "",
        f"  Watch        {settings.link}",
    ]
    if settings.local_link != settings.link:
        lines.append(f"  On this PC   {settings.local_link}")
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
