"""A video file or GIF that plays for ever at its own pace, as if it were a webcam."""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import av.container
import numpy as np

from avatar_live import clock
from avatar_live.tracking.source import WIDTH_PX_MAX, CameraError, Picture, Pixels, wait_until

FPS_UNKNOWN: Final = 30.0
LATE_S_SKIPPED: Final = 0.1  # frames later than this are passed over
SKIPPED_MAX: Final = 3  # a player still late after passing over so many goes on from there: better slow than in leaps
SHOWN_AGAIN_S: Final = 0.25  # a picture that stays longer is given again, or its person would be taken for gone


class Video:
    """Play a file in a loop; `captured_s` is the time when a frame falls due. Raises CameraError."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise CameraError(f"There is no video at {path}: check the path, or choose a camera by its number.")
        self._path = path
        self._container: av.container.InputContainer | None = None
        self._frames = self._played()
        self._coming: tuple[av.VideoFrame, float] | None = self._next()
        self._shown: Picture | None = None
        self._start_s = clock.now_s()

    @property
    def words(self) -> str:
        return self._path.name

    def read(self, stop: threading.Event) -> Picture:
        frame, at_s = self._coming or self._next()
        self._coming = None
        for _ in range(SKIPPED_MAX):
            if clock.now_s() - (self._start_s + at_s) <= LATE_S_SKIPPED:
                break
            frame, at_s = self._next()
        else:
            self._start_s = clock.now_s() - at_s
        due_s = self._start_s + at_s
        if self._shown is not None and due_s - self._shown.captured_s > SHOWN_AGAIN_S:
            self._coming = frame, at_s
            self._shown = Picture(self._shown.pixels, self._shown.captured_s + SHOWN_AGAIN_S)
        else:
            self._shown = Picture(self._pixels(frame), due_s)
        wait_until(self._shown.captured_s, stop)
        return self._shown

    def close(self) -> None:
        if self._container is not None:
            self._container.close()

    def _pixels(self, frame: av.VideoFrame) -> Pixels:
        """Return the frame upright, scaled as it is converted: a whole 4K picture costs more than its tracking."""
        is_sideways = frame.rotation % 180 != 0  # phones film sideways and say so
        share = min(1.0, WIDTH_PX_MAX / (frame.height if is_sideways else frame.width))
        try:
            pixels = frame.to_ndarray(
                format="rgb24",
                width=max(1, round(frame.width * share)),
                height=max(1, round(frame.height * share)),
                interpolation="AREA",
            )
        except (av.FFmpegError, ValueError) as error:
            raise CameraError(f"{self._path} has pictures in a format that cannot be shown: convert it.") from error
        return np.ascontiguousarray(np.rot90(pixels, frame.rotation // 90), np.uint8)

    def _next(self) -> tuple[av.VideoFrame, float]:
        try:
            return next(self._frames)
        except (av.FFmpegError, OSError, IndexError, StopIteration) as error:
            raise CameraError(
                f"{self._path} cannot be played as a video: choose a file that a video player opens (MP4, MKV, GIF)."
            ) from error

    def _played(self) -> Iterator[tuple[av.VideoFrame, float]]:
        """Yield the frames of round after round, each with its time in seconds since the first of all."""
        round_start_s = 0.0
        while True:
            # Opened anew for every round: not every format can be wound back. Old tags are written in any encoding.
            self._container = av.open(str(self._path), metadata_errors="replace")
            stream = self._container.streams.video[0]
            frame_s = 1.0 / float(stream.average_rate or FPS_UNKNOWN)
            first_s: float | None = None
            at_s, count = 0.0, 0
            for frame in _whole_frames(self._container.decode(stream)):
                if frame.pts is not None:
                    first_s = frame.time if first_s is None else first_s
                    at_s = frame.time - first_s
                elif count:
                    at_s += frame_s
                count += 1
                yield frame, round_start_s + at_s
            self._container.close()
            if count == 0:
                return
            while count == 1:  # a still: there is nothing to open it again for
                round_start_s += SHOWN_AGAIN_S
                yield frame, round_start_s
            round_start_s += at_s + frame_s


def _whole_frames(frames: Iterator[av.VideoFrame]) -> Iterator[av.VideoFrame]:
    """Yield the frames up to the first that cannot be decoded: a file cut short plays as far as it goes."""
    with contextlib.suppress(av.FFmpegError):
        yield from frames
