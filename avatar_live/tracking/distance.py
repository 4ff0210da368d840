"""The far-away mode: whose face is small is looked for in a square around the body's head."""

from typing import Final

import numpy as np

from avatar_live.signals import BodyReading, FaceReading
from avatar_live.tracking.regions import Region, face_height_px, head_region

# A face's height as a share of the picture's longer side: MediaPipe's face detector is at home above .15 and lost
# below .07.
FAR_BELOW, NEAR_ABOVE = 0.13, 0.17
MISSING_S: Final = 0.3  # a face that is missing this long from a picture with a body in it is looked for at its head
BODY_AGE_S_MAX: Final = 0.5
HEAD_SEEN_MIN: Final = 0.5
BESIDE_MAX: Final = 0.6  # of the head's square, by which a face may lie beside the body's head and still be its own

_NOSE: Final = 0


class Distance:
    """Decide, picture by picture, whether the face is looked for in the whole picture or around the body's head."""

    def __init__(self) -> None:
        self._is_far = False
        self._region: Region | None = None
        self._body: BodyReading | None = None
        self._face_s: float | None = None

    def meet(self, body: BodyReading | None) -> None:
        """Take in the newest body."""
        self._body = body

    def region(self, captured_s: float) -> tuple[Region | None, bool]:
        """Return the square to look in, None for the whole picture, and whether it differs from the last one."""
        head = self._head(captured_s) if self._is_far else None
        if head is not None and self._region is not None and self._region.is_near(head):
            head = self._region  # landmarks are followed from picture to picture, so the square stays if it can
        is_new = head is not self._region
        self._region = head
        return head, is_new

    def is_own(self, face: FaceReading) -> bool:
        """Tell whether a face that was found is the body's: a face printed on its shirt, or behind it, is not."""
        head = self._head(face.captured_s)
        if head is None or self._body is None or self._body.visibility[_NOSE] < HEAD_SEEN_MIN:
            return True
        middle = face.landmarks[:, :2].mean(axis=0)
        return float(np.abs(middle - head.centre).max()) < BESIDE_MAX * head.side_px

    def learn(self, face: FaceReading | None, captured_s: float, longer_px: int) -> None:
        """Take in what was found, and come nearer or go farther for the next picture."""
        if face is None:
            if self._face_s is None:
                self._face_s = captured_s
            self._is_far |= captured_s - self._face_s > MISSING_S and self._head(captured_s) is not None
            return
        self._face_s = face.captured_s
        self._is_far = face_height_px(face) < (NEAR_ABOVE if self._is_far else FAR_BELOW) * longer_px

    def _head(self, captured_s: float) -> Region | None:
        body = self._body
        return head_region(body) if body is not None and captured_s - body.captured_s <= BODY_AGE_S_MAX else None
