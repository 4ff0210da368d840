"""What a host reads once the show is on: the links, the tokens, and the QR code for phones."""

import io
import sys

import segno

from avatar_live.app.settings import Settings


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
