"""One stream and everybody who watches it: one encode, one packet object, many senders.

A faster sender (packets cut once, headers and encryption per viewer) would take the place of the tracks below this
file; nothing above would notice.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Protocol

import av

from avatar_live.broadcast.queues import Parcel
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, EncodedFrame

KEYFRAME_GAP_S: Final = 0.5
_VIDEO_TIME_BASE: Final = Fraction(1, VIDEO_CLOCK_HZ)
_AUDIO_TIME_BASE: Final = Fraction(1, AUDIO_CLOCK_HZ)


class Watcher(Protocol):
    """Take what is published; `put` returns False for a frame that this watcher cannot take or that is not for it."""

    def put(self, parcel: Parcel) -> bool: ...

    @property
    def needs_keyframe_of(self) -> int | None: ...


@dataclass(slots=True)
class _Asks:
    """Remember of one rung when a keyframe was asked for, and whether one is still wanted."""

    asked_s: float | None = None
    is_wanted: bool = False


class Fanout:
    """Give each frame of one stream to its watchers, and ask for a keyframe of a rung as long as one of them needs it.

    The first ask goes out at once, the next of that rung not before `KEYFRAME_GAP_S`: an ask that got lost on its way
    to an encoder that was just restarting is repeated, and a crowd that joins together asks once.
    """

    def __init__(self, want_keyframe: Callable[[int], None]) -> None:
        self._want_keyframe = want_keyframe
        self._asks: defaultdict[int, _Asks] = defaultdict(_Asks)
        self.watchers: dict[str, Watcher] = {}
        self.keyframes_asked = 0

    def publish(self, frame: EncodedFrame, now_s: float) -> int:
        """Offer the frame to every watcher and return how many took it."""
        if frame.kind == "video" and frame.is_keyframe:
            self._asks[frame.rung].is_wanted = False
        if not self.watchers:
            return 0
        packet = av.Packet(frame.data)
        packet.pts = frame.pts
        packet.time_base = _VIDEO_TIME_BASE if frame.kind == "video" else _AUDIO_TIME_BASE
        parcel = Parcel(frame, packet, now_s)
        taken = sum(watcher.put(parcel) for watcher in self.watchers.values())
        if frame.kind == "video":
            needed = {watcher.needs_keyframe_of for watcher in self.watchers.values()}
            needed.update(rung for rung, asks in self._asks.items() if asks.is_wanted)
            for rung in needed:
                if rung is not None:
                    self.want_keyframe(rung, now_s)
        return taken

    def want_keyframe(self, rung: int, now_s: float) -> None:
        """Ask for a keyframe now, or with a later frame when one was asked for just now."""
        asks = self._asks[rung]
        asks.is_wanted = True
        if asks.asked_s is None or now_s - asks.asked_s >= KEYFRAME_GAP_S:
            asks.asked_s = now_s
            self.keyframes_asked += 1
            self._want_keyframe(rung)
