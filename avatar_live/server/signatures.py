"""Sign and check webhooks as Standard Webhooks says: HMAC-SHA256 over `id.timestamp.body`.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Final

TOLERANCE_S: Final = 300.0  # of the clocks, and of a message on its way
ID_CHARACTERS_MAX: Final = 128
_PREFIX: Final = "whsec_"
_VERSION: Final = "v1"


class SignatureError(Exception):
    """Say in one sentence why a message is not taken for its sender's."""


def new_secret() -> str:
    """Return a fresh secret for two sides to share."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()


def signed_headers(secret: str, id: str, at_s: float, body: bytes) -> dict[str, str]:
    """Return the headers that say who sent `body` and when. Raises SignatureError for a secret that is none."""
    at = str(int(at_s))
    return {"webhook-id": id, "webhook-timestamp": at, "webhook-signature": _signature(secret, id, at, body)}


def checked_id(secret: str, headers: Mapping[str, str], body: bytes, now_s: float) -> str:
    """Return the id of a message, which stays the same when it is sent again. Raises SignatureError."""
    id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    offered = headers.get("webhook-signature", "").split()
    if not (0 < len(id) <= ID_CHARACTERS_MAX and at.isdecimal() and len(at) < 16 and offered):
        raise SignatureError("Send the headers webhook-id, webhook-timestamp and webhook-signature.")
    expected = _signature(secret, id, at, body).encode()
    if not any(hmac.compare_digest(one.encode(), expected) for one in offered):  # several while a secret changes
        raise SignatureError("The signature does not fit this message and the provider's secret.")
    if abs(now_s - int(at)) > TOLERANCE_S:
        raise SignatureError(f"The message is more than {TOLERANCE_S:.0f} s old, or from the future.")
    return id


def _signature(secret: str, id: str, at: str, body: bytes) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error as error:
        raise SignatureError("The provider's secret is none.") from error
    digest = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return f"{_VERSION},{base64.b64encode(digest).decode()}"
