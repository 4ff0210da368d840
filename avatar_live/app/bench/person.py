"""A clip of a real person who moves in a known way, made on the spot.

The face is NASA's portrait of the astronaut Eileen Collins (public domain), which comes inside scikit-image. It is
moved, tilted and scaled along sines, so what a tracker should see at any time is known.
"""

import math
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 480
FPS: Final = 30
CLIP_S: Final = 8.0  # whole periods of every motion below, so that the loop has no jump
ROLL_RAD: Final = 0.30
ROLL_PERIOD_S: Final = 2.0
SHIFT_PX: Final = 30.0
SHIFT_PERIOD_S: Final = 4.0
GROWTH: Final = 0.08
GROWTH_PERIOD_S: Final = 8.0

_FACE_IN_PORTRAIT: Final = (222.0, 118.0)
_FACE_IN_CLIP: Final = (320.0, 210.0)
_SCALE: Final = 1.9


def roll_rad(at_s: float) -> float:
    """Return how far the person tilts the head at a time of the clip, positive clockwise in the picture."""
    return ROLL_RAD * math.sin(2.0 * math.pi * at_s / ROLL_PERIOD_S)


def draw_person(portrait: NDArray[np.uint8], at_s: float) -> NDArray[np.uint8]:
    """Return the person at a time of the clip, RGB (480, 640, 3); `portrait` is `skimage.data.astronaut()`."""
    scale = _SCALE * (1.0 + GROWTH * math.sin(2.0 * math.pi * at_s / GROWTH_PERIOD_S))
    turn = cv2.getRotationMatrix2D(_FACE_IN_PORTRAIT, -math.degrees(roll_rad(at_s)), scale)
    shift = SHIFT_PX * math.sin(2.0 * math.pi * at_s / SHIFT_PERIOD_S)
    turn[0, 2] += _FACE_IN_CLIP[0] - _FACE_IN_PORTRAIT[0] + shift
    turn[1, 2] += _FACE_IN_CLIP[1] - _FACE_IN_PORTRAIT[1]
    picture = cv2.warpAffine(
        portrait, turn, (WIDTH_PX, HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return np.asarray(picture, np.uint8)


def make_clip(path: Path, seconds: float = CLIP_S) -> Path:
    """Write the clip as H.264 in MP4 and return its path."""
    from skimage import data

    portrait = data.astronaut()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", FPS, options={"preset": "veryfast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = WIDTH_PX, HEIGHT_PX, "yuv420p"
        for number in range(round(seconds * FPS)):
            picture = av.VideoFrame.from_ndarray(draw_person(portrait, number / FPS), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path
