"""A payment provider for trying things out: it signs and posts as a real one does, and no money moves."""

import urllib.error
import urllib.request
import uuid
from typing import Final

import msgspec

from avatar_live import clock
from avatar_live.server.providers import Purchase, Receipt
from avatar_live.server.signatures import signed_headers

NAME: Final = "test"
ANSWER_S_MAX: Final = 10.0


def buy(url: str, secret: str, viewer: str, coins: int, id: str = "") -> Receipt:
    """Tell the show at `url` that a viewer bought coins. Raises OSError with what the show says against it."""
    if not url.startswith(("http://", "https://")):
        raise OSError(f'"{url}" is no address of a show.')
    body = msgspec.json.encode(Purchase(viewer, coins))
    headers = {
        "content-type": "application/json",
        **signed_headers(secret, id or str(uuid.uuid4()), clock.wall_s(), body),
    }
    request = urllib.request.Request(f"{url.rstrip('/')}/api/topup/{NAME}", body, headers)  # noqa: S310  (checked above)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S_MAX) as answer:  # noqa: S310
            return msgspec.json.decode(answer.read(), type=Receipt)
    except urllib.error.HTTPError as error:
        with error:
            raise OSError(error.read().decode(errors="replace")) from error
