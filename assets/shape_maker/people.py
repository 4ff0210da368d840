"""Whose faces the network learns from: pictures in the order and pace of a camera, by person."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data

Pixels = NDArray[np.uint8]

SIZE_PX: Final = (640, 480)
STILL_FRAMES: Final = 40  # a photograph is shown so often in a take
ASTRONAUT: Final = "skimage.data.astronaut"


@dataclass(frozen=True, slots=True)
class Clip:
    """Name a file of the footage and its cut-out (left, top, width; 4:3) in pixels, so that the face is large."""

    file: str
    cut: tuple[int, int, int]
    is_there_and_back: bool = False


# The signers stand 2-3 m away: cut out, they sit where a streamer sits.
PEOPLE: Final[Mapping[str, tuple[Clip, ...]]] = {
    "signer 1": (Clip("asl_help.mkv", (160, 0, 320)), Clip("asl_yes.mkv", (160, 0, 320))),
    "signer 2": (Clip("asl_please.mkv", (160, 0, 320)), Clip("asl_thanks.mkv", (160, 0, 320))),
    "signer 3": (Clip("asl_sister.mkv", (150, 0, 320)),),
    "walker": (Clip("head-pose-face-detection-female.gif", (60, 0, 360), is_there_and_back=True),),
    "portrait": (Clip("face1.jpg", (-84, 0, 680)),),
    "astronaut": (Clip(ASTRONAUT, (60, 0, 320)),),
}


def pictures(clip: Clip, footage: Path) -> list[Pixels]:
    """Return the pictures of a clip, each (480, 640, 3) RGB."""
    frames = [np.asarray(data.astronaut(), np.uint8)] if clip.file == ASTRONAUT else _decoded(footage / clip.file)
    left, top, width = clip.cut
    place = SIZE_PX[0] / width * np.array([[1.0, 0.0, -left], [0.0, 1.0, -top]])
    cut = [
        np.asarray(
            cv2.warpAffine(frame, place, SIZE_PX, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE), np.uint8
        )
        for frame in frames
    ]
    if clip.is_there_and_back:
        cut += cut[-2::-1]
    return cut * STILL_FRAMES if len(cut) == 1 else cut


def _decoded(path: Path) -> list[Pixels]:
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="rgb24"), np.uint8) for frame in container.decode(video=0)]
