"""What a viewer's offer must hold before aiortc sees it."""

import contextlib
from collections.abc import Iterator
from typing import Final

OFFER_BYTES_MAX: Final = 64 * 1024
CANDIDATES_MAX: Final = 64  # of one peer in all: each is an address that we send checks to
_CANDIDATE: Final = "a=candidate:"


class BroadcastError(Exception):
    """Refuse a viewer: an HTTP status, one sentence, and when to come back if that may help."""

    def __init__(self, status: int, sentence: str, retry_after_s: int | None = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence
        self.retry_after_s = retry_after_s


@contextlib.contextmanager
def answerable(needs: str) -> Iterator[None]:
    """Turn what goes wrong while an offer is answered into a BroadcastError; `needs` says what it must hold."""
    try:
        yield
    except OSError as failure:
        raise BroadcastError(503, "Every UDP port that may be used is taken: try again later.", 5) from failure
    except Exception as failure:
        # aiortc's parser raises whatever the line that it stumbled over makes Python raise.
        raise BroadcastError(
            406, f"The offer cannot be answered: it must be bundled, with rtcp-mux, {needs}."
        ) from failure


def checked_offer(sdp: str) -> str:
    """Return the offer without the candidates that would only cost time. Raises BroadcastError.

    Names ending in .local are another machine's mDNS names, and candidates over TCP are not spoken here; the browser
    reaches us at our own candidates in any case, and its address is learned from its first check (RFC 8445, 7.3.1.3).
    The end-of-candidates mark goes too, since a list that we shortened would end the search at once. Of very many
    candidates the first `CANDIDATES_MAX` are kept: checks go to each of them, and none of them need be the peer's.
    """
    if len(sdp.encode()) > OFFER_BYTES_MAX:
        raise BroadcastError(413, f"The offer is longer than {OFFER_BYTES_MAX // 1024} KB.")
    lines = sdp.splitlines()
    if not lines or lines[0].strip() != "v=0":
        raise BroadcastError(400, "The body is not a session description: send an SDP offer that begins with v=0.")
    kinds = [line[2:].split(" ")[0] for line in lines if line.startswith("m=")]
    if any(kinds.count(kind) > 1 for kind in kinds) or not set(kinds) <= {"audio", "video", "application"}:
        raise BroadcastError(406, "The offer must hold at most one audio, one video and one data section.")
    if "video" not in kinds:
        raise BroadcastError(406, "The offer has no video: add a transceiver for video with direction recvonly.")
    useful = [line for line in lines if not is_costly(line)]
    surplus = set([at for at, line in enumerate(useful) if line.startswith(_CANDIDATE)][CANDIDATES_MAX:])
    return "".join(f"{line}\r\n" for at, line in enumerate(useful) if at not in surplus)


def is_costly(line: str) -> bool:
    """Say whether a line of a description holds a candidate that would only cost time."""
    if line.startswith("a=end-of-candidates"):
        return True
    if not line.startswith(_CANDIDATE):
        return False
    fields = line.split()
    return len(fields) < 6 or fields[2].lower() != "udp" or fields[4].endswith(".local")
