"""A fragment of a session description (RFC 8840): what a peer tells of its candidates after its offer."""

from dataclasses import dataclass
from typing import Final

from avatar_live.broadcast.offer import BroadcastError, is_costly

FRAGMENT_BYTES_MAX: Final = 16 * 1024
CANDIDATE: Final = "a=candidate:"


@dataclass(frozen=True, slots=True)
class Fragment:
    """Hold the credentials of the ICE session that a fragment belongs to, and the candidates that we can use."""

    username: str
    password: str
    candidates: tuple[str, ...]


def parse_fragment(text: str) -> Fragment:
    """Read a fragment. Raises BroadcastError for what is none.

    Its end-of-candidates mark is left out: a peer is found by its first check, also when none of its candidates was.
    """
    lines = text.splitlines()
    username, password = value_of(lines, "a=ice-ufrag:"), value_of(lines, "a=ice-pwd:")
    if len(text.encode()) > FRAGMENT_BYTES_MAX:
        raise BroadcastError(413, f"The fragment is longer than {FRAGMENT_BYTES_MAX // 1024} KB.")
    if not username or not password:
        raise BroadcastError(400, "The body is no SDP fragment: it must hold a=ice-ufrag and a=ice-pwd.")
    useful = [line for line in lines if line.startswith(CANDIDATE) and not is_costly(line)]
    return Fragment(username, password, tuple(line[len(CANDIDATE) :] for line in useful))


def value_of(lines: list[str], name: str) -> str:
    """Return what stands behind a name in a description; empty when it is not there."""
    return next((line[len(name) :].strip() for line in lines if line.startswith(name)), "")
