"""Which pages may open a line: a browser tells where a page comes from, a program tells nothing."""

from collections.abc import Collection
from urllib.parse import urlsplit

from avatar_live.edge.socket import Handshake


def is_from_here(handshake: Handshake, others: Collection[str] = ()) -> bool:
    """Say whether a line is opened by a program, by a page of this very host and port, or by one of `others`.

    `others` are host and port of pages as browsers write them, such as "show.example:8080".
    """
    origin = handshake.headers.get("origin")
    if origin is None:
        return True
    try:
        place = urlsplit(origin).netloc.lower()
    except ValueError:  # "http://[": no browser writes that
        return False
    return place == handshake.headers.get("host", "").lower() or place in others
