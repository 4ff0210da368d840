"""A stand-in for the engine: it sends footage over the outlets' link and makes the keyframes that they want."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from footage import footage
from patience import DEADLINE_S

from avatar_live.channels.link import OUTLETS_LINK, ServerLink
from avatar_live.channels.processes import EngineHello, KeyframeWanted
from avatar_live.signals.encoded import EncodedFrame


def until(is_true: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait for a condition of another process or thread, which wakes nobody here."""
    end_s = time.monotonic() + deadline_s
    while not is_true():
        assert time.monotonic() < end_s, f"not within {deadline_s} s: {what}"
        time.sleep(0.01)


class Stage:
    """Send a show, from now on and at its own pace, to whoever listens; `with` ends it."""

    def __init__(self, folder: Path) -> None:
        self.pictures = 0
        self.wishes = 0
        self._link = ServerLink(folder, EngineHello(160, 90, 30), OUTLETS_LINK)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stage", daemon=True)
        self._thread.start()

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        self._link.close()

    @property
    def is_heard(self) -> bool:
        return self._link.is_connected

    def _run(self) -> None:
        for packet in live_footage(self._wants_keyframe):
            if self._stopped.is_set():
                return
            self._link.send(packet)
            self.pictures += packet.kind == "video" and self._link.is_connected

    def _wants_keyframe(self) -> bool:
        wished = sum(isinstance(message, KeyframeWanted) for message in self._link.receive())
        self.wishes += wished
        return wished > 0


def live_footage(wants_keyframe: Callable[[], bool]) -> Iterator[EncodedFrame]:
    """Yield the packets of an endless show as time goes by."""
    start_s = time.monotonic()
    for packet in footage(float("inf"), start_s, wants_keyframe=wants_keyframe):
        made_s = packet.pts / (90_000 if packet.kind == "video" else 48_000)
        time.sleep(max(0.0, made_s - time.monotonic()))
        yield packet
