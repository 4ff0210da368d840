"""Candidates that a peer tells after its offer, as a fragment of a session description (RFC 8840)."""

from dataclasses import dataclass
from typing import Final

from aiortc import RTCPeerConnection
from aiortc.sdp import candidate_from_sdp

from avatar_live.broadcast.offer import CANDIDATES_MAX, BroadcastError, is_costly

FRAGMENT_BYTES_MAX: Final = 16 * 1024
_CANDIDATE: Final = "a=candidate:"


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
    username, password = _value(lines, "a=ice-ufrag:"), _value(lines, "a=ice-pwd:")
    if len(text.encode()) > FRAGMENT_BYTES_MAX:
        raise BroadcastError(413, f"The fragment is longer than {FRAGMENT_BYTES_MAX // 1024} KB.")
    if not username or not password:
        raise BroadcastError(400, "The body is no SDP fragment: it must hold a=ice-ufrag and a=ice-pwd.")
    useful = [line for line in lines if line.startswith(_CANDIDATE) and not is_costly(line)]
    return Fragment(username, password, tuple(line[len(_CANDIDATE) :] for line in useful))


class Trickle:
    """Add a peer's later candidates to its connection, as long as they are of the ICE session that it began."""

    def __init__(self, connection: RTCPeerConnection, offer_sdp: str) -> None:
        lines = offer_sdp.splitlines()
        self._connection = connection
        self._credentials = (_value(lines, "a=ice-ufrag:"), _value(lines, "a=ice-pwd:"))
        self._known = {line[len(_CANDIDATE) :] for line in lines if line.startswith(_CANDIDATE)}

    async def add(self, fragment: Fragment) -> None:
        """Add the candidates. Raises BroadcastError: 422 for an ICE restart, which aiortc cannot do."""
        if (fragment.username, fragment.password) != self._credentials:
            raise BroadcastError(422, "ICE is not restarted here: end this session and send a new offer.")
        for text in fragment.candidates:
            if text in self._known or len(self._known) >= CANDIDATES_MAX:
                continue
            self._known.add(text)
            try:
                candidate = candidate_from_sdp(text)
                candidate.sdpMLineIndex = 0  # everything is bundled with the first section
                await self._connection.addIceCandidate(candidate)
            except (AssertionError, IndexError, ValueError) as failure:
                raise BroadcastError(400, "One of the candidates cannot be read.") from failure


def _value(lines: list[str], name: str) -> str:
    return next((line[len(name) :].strip() for line in lines if line.startswith(name)), "")
