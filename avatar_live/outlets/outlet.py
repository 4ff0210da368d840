"""One outlet: a thread that opens its sink, feeds it, and tries again when it falls."""

import logging
import math
import threading
from collections.abc import Callable
from traceback import format_tb
from typing import Final

import msgspec

from avatar_live import clock
from avatar_live.channels.processes import OutletStanding, OutletState
from avatar_live.outlets.backlog import Backlog
from avatar_live.outlets.retry import Retry, fell, lived
from avatar_live.outlets.sink import Fault, FaultKind, Sink, SinkError
from avatar_live.outlets.target import Target
from avatar_live.outlets.timeline import Stamped

LOOK_S: Final = 0.5  # between two looks at whether to stop, while nothing comes
SILENT_S_MAX: Final = 3.0  # a stage that gives nothing for so long is being started again
LABEL_BYTES_MAX: Final = 64  # as JSON: eight outlets and their words share the health
WORDS_BYTES_MAX: Final = 208

_STANDINGS: Final[dict[FaultKind, OutletStanding]] = {
    "final": "failed",
    "full": "disk full",
    "passing": "retrying",
}
logger = logging.getLogger(__name__)

Open = Callable[[], Sink]


class Outlet:
    """Bring the show to one target. `open_sink` connects, and may block for seconds; it raises SinkError."""

    def __init__(self, target: Target, open_sink: Open) -> None:
        self.target = target
        self._open_sink = open_sink
        self._backlog = Backlog()
        self._stopped = threading.Event()
        self._retry = Retry()
        self._last_put_s = clock.now_s()
        self._frames = 0
        # A daemon, as all threads that native code may hold: the process ends without them.
        self._thread = threading.Thread(target=self._run, name=f"outlet-{target.kind}", daemon=True)
        self._thread.start()

    def put(self, stamped: Stamped, now_s: float) -> None:
        """Offer a packet."""
        self._last_put_s = now_s
        self._backlog.put(stamped)

    @property
    def needs_keyframe(self) -> bool:
        """Whether nothing can leave before a keyframe comes."""
        return self._backlog.needs_keyframe

    @property
    def wants_regular_keyframes(self) -> bool:
        """Whether its viewers join, or its segments begin, only at keyframes that nobody asks for."""
        return self.target.kind in ("rtmp", "hls") and self._retry.live_since_s is not None

    def state(self, now_s: float) -> OutletState:
        """Return how it does, for people."""
        retry, fault = self._retry, self._retry.fault
        state: OutletStanding = "connecting"
        words, wait_s = "", 0.0
        if fault is not None:
            wait_s = max(0.0, retry.due_s - now_s) if math.isfinite(retry.due_s) else 0.0
            words = fault.words
            state = _STANDINGS[fault.kind]
        elif retry.live_since_s is not None:
            state = "live"
            if now_s - self._last_put_s > SILENT_S_MAX:
                words = "The stage gives no picture just now."
        return OutletState(
            self.target.kind,
            fitting(self.target.label, LABEL_BYTES_MAX),
            state,
            fitting(words, WORDS_BYTES_MAX),
            wait_s,
            self._frames,
            self._backlog.dropped,
            0.0 if retry.live_since_s is None else now_s - retry.live_since_s,
        )

    def ask_to_stop(self) -> None:
        """Let it finish; `join` waits for that."""
        self._stopped.set()
        self._backlog.interrupt()

    def join(self, timeout_s: float) -> bool:
        """Wait for its end; False when it did not come in time."""
        self._thread.join(max(timeout_s, 0.0))
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopped.is_set() and not self._retry.is_over:
            try:
                self._live_once()
            except SinkError as error:
                self._fall(error.fault)
            except Exception as error:
                # Native libraries have faults that nobody has met yet. The message is left out: it may hold a key.
                logger.error(
                    "%s: %s\n%s", self.target.label, type(error).__name__, "".join(format_tb(error.__traceback__))
                )
                self._fall(Fault(f"{self.target.label} failed for a reason of our own ({type(error).__name__})."))

    def _fall(self, fault: Fault) -> None:
        self._retry = fell(self._retry, fault, clock.now_s())
        self._stopped.wait(max(0.0, min(self._retry.due_s - clock.now_s(), threading.TIMEOUT_MAX)))

    def _live_once(self) -> None:
        sink = self._open_sink()
        try:
            self._backlog.open()
            while not self._stopped.is_set():
                stamped = self._backlog.take(LOOK_S)
                if stamped is None:
                    continue
                sink.write(stamped)
                self._frames += stamped.frame.kind == "video"
                if self._retry.live_since_s is None:
                    self._retry = lived(self._retry, clock.now_s())
        finally:
            self._backlog.close()
            sink.close()


def fitting(text: str, bytes_max: int) -> str:
    """Return the beginning of a text that is no longer than this as JSON."""
    while len(msgspec.json.encode(text)) > bytes_max:
        text = text[:-1]
    return text
