"""One thread that encodes one stream, so that drawing the next picture does not wait for it."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels import Latest
from avatar_live.clock import now_s
from avatar_live.encoder.kinds import KINDS, X264, Kind
from avatar_live.encoder.video import EncoderError, VideoEncoder
from avatar_live.signals.encoded import EncodedFrame

KEYFRAME_GAP_S: Final = 0.5  # at most two keyframes a second, however many viewers ask
FIGURES_S: Final = 2.0  # figures speak of so much of the past

Below = Callable[[NDArray[np.uint8], float, int], None]  # an I420 picture, when it was captured, its 90 kHz time


@dataclass(frozen=True, slots=True, eq=False)
class _Picture:
    pixels: NDArray[np.uint8]
    captured_s: float
    pts_90khz: int


class _End:
    pass


class EncoderThread:
    """Encode the newest picture put into it and hand each frame to `send`, which runs in this thread.

    A picture that the encoder did not get to is replaced and counted. The pixels are not copied: a caller that has
    put a picture must not write into it again, so it puts a fresh array every time.

    Raises EncoderError as `VideoEncoder` does.
    """

    def __init__(
        self,
        stream: str,
        width_px: int,
        height_px: int,
        fps: int,
        bitrate_bps: int,
        send: Callable[[EncodedFrame], None],
        rung: int = 0,
        kind: Kind = KINDS[X264],
    ) -> None:
        self._encoder = VideoEncoder(stream, width_px, height_px, fps, bitrate_bps, rung, kind)
        self._send = send
        self._below: Below | None = None
        self._bitrate_bps = bitrate_bps
        self._pictures: Latest[_Picture | _End] = Latest()
        self._keyframe_wanted = threading.Event()
        self._figures_lock = threading.Lock()
        self._recent: deque[tuple[float, float, int]] = deque()  # encoded at, took ms, bytes
        self._failure: Exception | None = None
        self._is_closed = False
        self._thread = threading.Thread(
            target=self._run, name=f"encode-{stream}{f'-{rung}' if rung else ''}", daemon=True
        )
        self._thread.start()

    def put(self, pixels: NDArray[np.uint8], captured_s: float, pts_90khz: int) -> None:
        """Offer `pixels`, BGRA (height, width, 4) uint8 or I420 (height * 3 / 2, width).

        Raises EncoderError when the thread has failed.
        """
        if self._failure is not None:
            raise EncoderError(f"The video encoder stopped: {self._failure}") from self._failure
        if not self._is_closed:
            self._pictures.put(_Picture(pixels, captured_s, pts_90khz))

    def want_keyframe(self) -> None:
        """Make the next picture a keyframe; within `KEYFRAME_GAP_S` of the last asked one, the first after that."""
        self._keyframe_wanted.set()

    def use_bitrate(self, bitrate_bps: int) -> None:
        """Spend this much from the next picture on, as `VideoEncoder.use_bitrate` does."""
        self._bitrate_bps = bitrate_bps

    def use_below(self, below: Below | None) -> None:
        """Hand every picture, once it is I420, to `below` too, in this thread and before it is encoded; None ends it.

        The picture is good during the call alone.
        """
        self._below = below

    @property
    def dropped(self) -> int:
        """Return how many pictures were replaced before they were encoded."""
        return self._pictures.replaced

    def figures(self) -> dict[str, float]:
        """Return fps, encode_ms (mean), bitrate_bps over the last two seconds, and dropped since the start."""
        now = now_s()
        with self._figures_lock:
            recent = [entry for entry in self._recent if now - entry[0] <= FIGURES_S]
        return {
            "fps": len(recent) / FIGURES_S,
            "encode_ms": sum(took_ms for _, took_ms, _ in recent) / max(len(recent), 1),
            "bitrate_bps": sum(size for _, _, size in recent) * 8 / FIGURES_S,
            "dropped": float(self.dropped),
        }

    def close(self) -> None:
        """Stop the thread after the picture it is at, and let go of the encoder. A second call does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        self._pictures.put(_End())
        self._thread.join()
        self._encoder.close()

    def _run(self) -> None:
        try:
            last_asked_s = -KEYFRAME_GAP_S
            bitrate_bps = self._bitrate_bps
            while isinstance(picture := self._pictures.take(), _Picture) and not self._is_closed:
                started_s = now_s()
                wants_keyframe = self._keyframe_wanted.is_set() and started_s - last_asked_s >= KEYFRAME_GAP_S
                if wants_keyframe:
                    self._keyframe_wanted.clear()
                    last_asked_s = started_s
                planes = self._encoder.pack(picture.pixels)
                if (below := self._below) is not None:
                    below(planes, picture.captured_s, picture.pts_90khz)
                if self._bitrate_bps != bitrate_bps:
                    bitrate_bps = self._bitrate_bps
                    self._encoder.use_bitrate(bitrate_bps)
                frame = self._encoder.encode(
                    planes, picture.captured_s, picture.pts_90khz, wants_keyframe=wants_keyframe
                )
                self._note(started_s, len(frame.data))
                self._send(frame)
        except Exception as failure:
            self._failure = failure  # spoken by the next `put`, in the thread that can act on it

    def _note(self, started_s: float, size: int) -> None:
        ended_s = now_s()
        with self._figures_lock:
            self._recent.append((ended_s, (ended_s - started_s) * 1e3, size))
            while ended_s - self._recent[0][0] > FIGURES_S:
                self._recent.popleft()
