"""Pictures and videos on their way behind the host: read beside the show, on a thread of their own."""

import contextlib
import os
import struct
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from avatar_live import clock
from avatar_live.channels import Latest
from avatar_live.signals.scene import BackdropError, Footage

Pixels = NDArray[np.uint8]  # BGRA (height, width, 4)

PICTURE_PIXELS_MAX: Final = 64_000_000
PICTURE_SIDE_PX_ENOUGH: Final = 1920  # what is larger is shrunk early: as it is, it would hold the show up to copy it
PICTURE_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF")  # whatever the name says; others may run programs
FPS_MAX: Final = 30.0  # as the show; more would be decoded for nobody
FPS_UNKNOWN: Final = 25.0
LATE_S_MAX: Final = 0.5  # a machine that is so late plays on from there, slower, instead of running after the clock

# What Pillow raises of broken files.
_UNREADABLE: Final = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    EOFError,
    NotImplementedError,
    struct.error,
)


class Projector:
    """Give the pictures of one footage, covering `width_px` by `height_px`; the newest one waits to be taken."""

    def __init__(self, footage: Footage, width_px: int, height_px: int) -> None:
        self._size = (width_px, height_px)
        self._shown: Latest[Pixels | BackdropError] = Latest()
        self._stop = threading.Event()
        play = self._play if footage.is_moving else self._hang
        self._thread = threading.Thread(target=self._run, args=(play, footage.path), name="footage", daemon=True)
        self._thread.start()

    def take(self) -> Pixels | BackdropError | None:
        """Return the newest picture or why there is none, once; else None. Does not wait."""
        return self._shown.take(0)

    def close(self) -> None:
        """Stop playing; the thread ends after the picture it is at."""
        self._stop.set()

    def _run(self, play: Callable[[Path], None], path: Path) -> None:
        try:
            play(path)
        except BackdropError as error:
            self._shown.put(error)

    def _hang(self, path: Path) -> None:
        self._shown.put(covering(read_picture(path), *self._size))

    def _play(self, path: Path) -> None:
        due_s = clock.now_s()
        for picture, lasts_s in loop(path, self._stop):
            self._shown.put(covering(picture, *self._size))
            due_s = max(due_s + lasts_s, clock.now_s() - LATE_S_MAX)
            if self._stop.wait(max(due_s - clock.now_s(), 0.0)):
                return


def check_footage(footage: Footage) -> None:
    """Read a picture, or the first one of a video. Raises BackdropError when it cannot be shown."""
    if footage.is_moving:
        with contextlib.closing(loop(footage.path, threading.Event())) as pictures:
            next(pictures)
    else:
        read_picture(footage.path)


def read_picture(path: Path) -> Pixels:
    """Return a picture file as BGR (height, width, 3), the right way up. Raises BackdropError."""
    if not _is_file(path):
        raise BackdropError(f"There is no picture at {path}: check the path.")
    try:
        with Image.open(path, formats=PICTURE_FORMATS) as image:
            width, height = image.size
            is_small = width * height <= PICTURE_PIXELS_MAX
            image.draft(None, (PICTURE_SIDE_PX_ENOUGH, PICTURE_SIDE_PX_ENOUGH))  # of a JPEG no more is decoded
            picture = ImageOps.exif_transpose(image).convert("RGBA") if is_small else None
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except _UNREADABLE as error:
        raise BackdropError(f"{path.name} is not a picture that can be read: save it as PNG or JPEG.") from error
    if picture is None:
        raise _too_large(path, f" ({width}x{height})")
    if (share := min(picture.size) // PICTURE_SIDE_PX_ENOUGH) > 1:
        picture = picture.reduce(share)
    ground = Image.new("RGBA", picture.size, (0, 0, 0, 255))
    ground.alpha_composite(picture)
    return np.ascontiguousarray(np.asarray(ground)[..., 2::-1])


def _is_file(path: Path) -> bool:
    """Say whether this is a file with an end, and neither a pipe, a device nor an address."""
    return os.path.isfile(path)  # noqa: PTH113  (a path's own raises when the name is too long)


def _too_large(path: Path, size: str = "") -> BackdropError:
    return BackdropError(f"{path.name} has too many pixels for a backdrop{size}: make it smaller, such as 1920x1080.")


def loop(path: Path, stop: threading.Event) -> Generator[tuple[Pixels, float], None, None]:
    """Yield a video's pictures, BGR (height, width, 3), and how long each lasts in seconds, over and over.

    Raises BackdropError when there is none.
    """
    if not _is_file(path):
        raise BackdropError(f"There is no video at {path}: check the path.")
    video = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        fps = video.get(cv2.CAP_PROP_FPS) or FPS_UNKNOWN
        every = max(1, round(fps / FPS_MAX))
        grabbed = shown = 0
        while not stop.is_set():
            if not video.grab():
                if shown == 0:
                    raise BackdropError(f"{path.name} is not a video that can be read: save it as MP4 (H.264).")
                grabbed = shown = 0
                video.release()
                video.open(str(path), cv2.CAP_FFMPEG)  # seeking back fails for some kinds, opening again for none
                continue
            if grabbed % every == 0:  # the first one too: a still GIF has no other
                found, picture = video.retrieve()
                if found:
                    shown += 1
                    yield np.asarray(picture, np.uint8), every / fps
            grabbed += 1
    finally:
        video.release()


def covering(picture: Pixels, width_px: int, height_px: int) -> Pixels:
    """Return the middle of a BGR picture as large as can be, BGRA (height_px, width_px, 4): nothing is distorted."""
    height, width = picture.shape[:2]
    scale = max(width_px / width, height_px / height)
    part_width, part_height = min(width, round(width_px / scale)), min(height, round(height_px / scale))
    left, top = (width - part_width) // 2, (height - part_height) // 2
    part = picture[top : top + part_height, left : left + part_width]
    if part.shape[:2] != (height_px, width_px):
        how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        part = np.asarray(cv2.resize(part, (width_px, height_px), interpolation=how), np.uint8)
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_BGR2BGRA), np.uint8)
