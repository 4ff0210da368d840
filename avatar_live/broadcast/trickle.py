"""Candidates that a peer tells after its offer, as fragments of a session description."""

from aiortc import RTCPeerConnection
from aiortc.sdp import candidate_from_sdp

from avatar_live.broadcast.fragment import CANDIDATE, Fragment, value_of
from avatar_live.broadcast.offer import CANDIDATES_MAX, BroadcastError


class Trickle:
    """Add a peer's later candidates to its connection, as long as they are of the ICE session that it began."""

    def __init__(self, connection: RTCPeerConnection, offer_sdp: str) -> None:
        lines = offer_sdp.splitlines()
        self._connection = connection
        self._credentials = (value_of(lines, "a=ice-ufrag:"), value_of(lines, "a=ice-pwd:"))
        self._known = {line[len(CANDIDATE) :] for line in lines if line.startswith(CANDIDATE)}

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
