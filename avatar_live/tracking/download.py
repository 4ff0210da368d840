"""Fetch one file of known size and hash over HTTP, going on where an earlier try stopped."""

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Final

from avatar_live.tracking.bundle import ModelError, sha256_of

CONNECT_S: Final = 3.5  # for the name, the connection and the first byte of the answer together
STALL_S: Final = 15.0
CHUNK_BYTES: Final = 65_536

Report = Callable[[str, float], None]


class NoInternetError(ModelError):
    """Say that the address does not answer."""


def fetch(url: str, path: Path, *, size: int, sha256: str, report: Report, connect_s: float = CONNECT_S) -> None:
    """Put the file at `path`, which appears only when it is whole and right.

    Raises NoInternetError when the address does not answer within `connect_s` or the transfer breaks (what came is
    kept in `<path>.part`), and ModelError when the file is another one than expected.
    """
    part = path.with_name(path.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    if have < size:
        _fetch_rest(url, part, have, size, report, connect_s)
    if part.stat().st_size != size or sha256_of(part) != sha256:
        part.unlink()
        raise ModelError(f"{url} is not the file this program was made for: its size or SHA-256 differs.")
    part.replace(path)


def _fetch_rest(url: str, part: Path, have: int, size: int, report: Report, connect_s: float) -> None:
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})  # noqa: S310
    try:
        with _opened(request, connect_s) as answer, part.open("ab") as file:
            if have and answer.status != http.client.PARTIAL_CONTENT:
                file.truncate(0)
                have = 0
            while have <= size and (data := answer.read(CHUNK_BYTES)):
                file.write(data)
                have += len(data)
                report(f"downloading {part.stem}", min(1.0, have / size))
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise NoInternetError(f"{part.stem} could not be fetched from {request.host} ({reason}).") from error
    if have < size:
        raise NoInternetError(f"{part.stem} broke off after {have} of {size} bytes; the next start goes on from there.")


def _opened(request: urllib.request.Request, connect_s: float) -> http.client.HTTPResponse:
    """Open in a thread of its own, because a name lookup has no timeout."""
    answers: list[http.client.HTTPResponse | OSError] = []
    lock = threading.Lock()
    is_late = False

    def attempt() -> None:
        try:
            answer: http.client.HTTPResponse | OSError = urllib.request.urlopen(request, timeout=STALL_S)  # noqa: S310
        except OSError as error:
            answer = error
        with lock:
            if is_late and not isinstance(answer, OSError):
                answer.close()
            answers.append(answer)

    thread = threading.Thread(target=attempt, name="connect", daemon=True)
    thread.start()
    thread.join(connect_s)
    with lock:
        is_late = not answers
    if is_late:
        raise TimeoutError(f"no answer within {connect_s:g} s")
    if isinstance(answers[0], OSError):
        raise answers[0]
    return answers[0]
