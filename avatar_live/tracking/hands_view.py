"""Both wrists' squares side by side in one picture, so that one call finds both hands, each as large as it can be."""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import BodyReading, HandReading
from avatar_live.tracking.regions import LEFT_WRIST, RIGHT_WRIST, Region, hand_regions
from avatar_live.tracking.source import Pixels

Points = NDArray[np.float32]

SQUARE_PX: Final = 224  # what the hand's landmark model sees
COVER: Final = (118, 118, 118)
COVERED_S_MAX: Final = 0.4
_WRISTS: Final = (LEFT_WRIST, RIGHT_WRIST)


class HandsView:
    """Show the left wrist's square beside the right one's, and lead what is found in them back to the picture.

    Hands that touch are in each other's squares. A hand that was found in the other one's square is covered there, or
    it would be followed twice and the other hand not at all.
    """

    def __init__(self) -> None:
        self.pixels: Pixels = np.zeros((SQUARE_PX, 2 * SQUARE_PX, 3), np.uint8)
        self._regions: tuple[Region | None, Region | None] = (None, None)
        self._wrists: Points = np.zeros((2, 2), np.float32)
        self._strayed_s = [float("-inf"), float("-inf")]
        self._hands: tuple[HandReading | None, HandReading | None] = (None, None)
        self._captured_s = 0.0

    def show(self, pixels: Pixels, body: BodyReading, captured_s: float) -> bool:
        """Draw the view of a picture; false where neither wrist is in the picture."""
        height, width, _ = pixels.shape
        self._regions, self._captured_s = hand_regions(body, width, height), captured_s
        self._wrists = body.landmarks[_WRISTS, :2]
        for place, region in enumerate(self._regions):
            square = self.pixels[:, place * SQUARE_PX : (place + 1) * SQUARE_PX]
            square[:] = region.cut(pixels, SQUARE_PX) if region is not None else 0
            other = self._hands[1 - place]
            if region is not None and other is not None and captured_s - self._strayed_s[place] <= COVERED_S_MAX:
                outline = cv2.convexHull(region.from_picture(other.landmarks[:, :2], SQUARE_PX).astype(np.int32))
                # OpenCV draws into contiguous pictures only.
                self.pixels[:, place * SQUARE_PX : (place + 1) * SQUARE_PX] = cv2.fillConvexPoly(
                    square.copy(), outline, COVER
                )
        return self._regions != (None, None)

    def in_picture(self, landmarks: Points) -> Points | None:
        """Return a hand's points (21, 3) in the picture's pixels; None for one in the black beside the picture."""
        place = int(landmarks[:, 0].mean() >= SQUARE_PX)
        region = self._regions[place]
        if region is None:
            return None
        landmarks = landmarks - np.asarray((place * SQUARE_PX, 0, 0), np.float32)
        landmarks = region.to_picture(landmarks, SQUARE_PX)
        away_px = np.linalg.norm(self._wrists - landmarks[0, :2], axis=1)
        if self._regions[1 - place] is not None and away_px[1 - place] < away_px[place]:
            self._strayed_s[place] = self._captured_s
        return landmarks

    def meet(self, hands: tuple[HandReading | None, HandReading | None]) -> None:
        """Take in the hands that were made of what was found."""
        self._hands = hands
