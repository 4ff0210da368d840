"""One stream in the sizes that are watched: the full picture always, the small one while somebody needs it."""

import contextlib
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.encoder.kinds import KINDS, X264, Kind
from avatar_live.encoder.planes import Shrinker, small_size
from avatar_live.encoder.thread import EncoderThread
from avatar_live.encoder.video import EncoderError
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ, EncodedFrame

FULL: Final = 0
SMALL: Final = 1
SMALL_FPS_MAX: Final = 30
# 550 kbit/s at 640x360: with sound and headers it leaves air on a network of 800.
SMALL_BITRATE_BPS_PER_PIXEL: Final = 2.4
SMALL_BITRATE_BPS_MIN: Final = 150_000
_FULL_SHARE_MAX: Final = 0.6  # of the full rung's bitrate: a small rung that costs as much helps nobody


class Renditions:
    """Encode each picture once a rung, in a thread each, from I420 made once: the full rung's thread makes it and the
    small picture of it. That costs the full rung 0.2 ms a picture of 1280x720, and nothing while the small one is off.

    The small rung begins with a keyframe and takes at most `SMALL_FPS_MAX` pictures a second. Raises EncoderError as
    `VideoEncoder` does; a small rung that fails ends alone, and is tried again when it is next asked for.
    """

    def __init__(
        self,
        stream: str,
        width_px: int,
        height_px: int,
        fps: int,
        bitrate_bps: int,
        send: Callable[[EncodedFrame], None],
        kind: Kind = KINDS[X264],
    ) -> None:
        self._stream, self._fps, self._send, self._kind = stream, fps, send, kind
        self._small_size = small_size(width_px, height_px)
        self._small_bitrate_bps = small_bitrate_bps(*self._small_size, bitrate_bps)
        self._full = EncoderThread(stream, width_px, height_px, fps, bitrate_bps, send, FULL, kind)
        self._small: EncoderThread | None = None

    def put(self, pixels: NDArray[np.uint8], captured_s: float, pts_90khz: int) -> None:
        """Offer a picture to every rung, as `EncoderThread.put` does."""
        self._full.put(pixels, captured_s, pts_90khz)

    def use_small(self, is_wanted: bool) -> None:
        """Make the small rung from the next picture on, or end it."""
        if is_wanted and self._small is None:
            fps = min(self._fps, SMALL_FPS_MAX)
            bitrate_bps = self._small_bitrate_bps
            small = EncoderThread(self._stream, *self._small_size, fps, bitrate_bps, self._send, SMALL, self._kind)
            self._small = small
            self._full.use_below(_Stair(small, Shrinker(*self._small_size), VIDEO_CLOCK_HZ // fps))
        elif not is_wanted and self._small is not None:
            self._full.use_below(None)
            self._small.close()
            self._small = None

    def want_keyframe(self, rung: int = FULL) -> None:
        """Ask one rung for a keyframe; one that is not made needs none."""
        if (encoder := self._of(rung)) is not None:
            encoder.want_keyframe()

    def use_bitrate(self, rung: int, bitrate_bps: int) -> None:
        """Spend this much on a rung from its next picture on, at most what it began with."""
        if (encoder := self._of(rung)) is not None:
            encoder.use_bitrate(bitrate_bps)

    def figures(self) -> dict[str, float]:
        """Return the full rung's figures, and the small one's with `small_` before them while it is made."""
        figures = self._full.figures()
        if self._small is not None:
            figures |= {f"small_{name}": figure for name, figure in self._small.figures().items()}
        return figures

    def close(self) -> None:
        """Stop every rung."""
        self.use_small(False)
        self._full.close()

    def _of(self, rung: int) -> EncoderThread | None:
        return {FULL: self._full, SMALL: self._small}.get(rung)


def small_bitrate_bps(width_px: int, height_px: int, full_bitrate_bps: int) -> int:
    """Return what is spent on a small rung of this size, below a full one of that bitrate."""
    wanted_bps = max(SMALL_BITRATE_BPS_MIN, int(width_px * height_px * SMALL_BITRATE_BPS_PER_PIXEL))
    return min(wanted_bps, int(full_bitrate_bps * _FULL_SHARE_MAX))


class _Stair:
    """Hand pictures from the full rung down to the small one: smaller, and no more of them than it takes."""

    def __init__(self, small: EncoderThread, shrinker: Shrinker, period_ticks: int) -> None:
        self._small = small
        self._shrinker = shrinker
        self._gap_ticks = period_ticks * 3 // 4  # pictures are never exactly a period apart
        self._last_pts: int | None = None

    def __call__(self, planes: NDArray[np.uint8], captured_s: float, pts_90khz: int) -> None:
        if self._last_pts is not None and pts_90khz - self._last_pts < self._gap_ticks:
            return
        self._last_pts = pts_90khz
        with contextlib.suppress(EncoderError):  # the full rung goes on
            self._small.put(self._shrinker.shrink(planes), captured_s, pts_90khz)
