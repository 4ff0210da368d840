"""Make a face that haze, shadow or a soft lens blurs as crisp as those that landmark models learnt from.

Such a picture hides where a lid ends: on signers 2-3 m away the landmarks call shut eyes half open. It is an unsharp
mask, only around the face of the picture before, and only as strong as the face lacks fine contrast and as the camera's
noise allows. How well the landmarks follow lids that are pulled down in the picture, `bench tracking lids` tells
(`lids_seen_mean`).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.quality import SIDE_PX_MIN, measure_light
from avatar_live.tracking.source import Pixels

Points = NDArray[np.float32]

# Finer than this share of the distance between the outer corners of the eyes is what is made stronger: lids and lashes.
FINE_SHARE: Final = 0.05
# Grey levels, deviation: a face near a camera in a lit room has 11 and more and is shown as it is, one with so little
# as the other is sharpened the most.
FINE_ENOUGH, FINE_LITTLE = 10.0, 6.0
AMOUNT_MIN, AMOUNT_MAX = 0.05, 4.0
NOISE_MAX: Final = 1.2  # grey levels: with so much noise left in it, a picture loses more than it gains
AROUND: Final = 0.25  # of the face's box, on each side, that is sharpened with it
MEASURED_EVERY: Final = 4  # pictures
SETTLING: Final = 0.2  # the share of a new measurement: a strength that jumps would move the landmarks
EYES_PX_MIN: Final = 12.0  # in a smaller face nothing finer can be told from noise
_CORNERS: Final = (33, 263)


class Crispness:
    """Sharpen the face in one picture after another; who was lost from sight is judged anew."""

    def __init__(self) -> None:
        self._amount = 0.0
        self._pictures = 0

    def raised(self, pixels: Pixels, landmarks: Points | None) -> Pixels:
        """Return the picture with the face crisper; `landmarks` (478, 3) are where it was in the picture before."""
        if landmarks is None:
            self._pictures = 0
            return pixels
        eyes_px = float(np.linalg.norm(landmarks[_CORNERS[0], :2] - landmarks[_CORNERS[1], :2]))
        box = _box(landmarks, pixels)
        if eyes_px < EYES_PX_MIN or box is None:
            return pixels
        is_due = self._pictures % MEASURED_EVERY == 0
        self._pictures += 1
        if not is_due and self._amount < AMOUNT_MIN:
            return pixels
        face = pixels[box]
        reach_px = 2 * round(2.0 * FINE_SHARE * eyes_px) + 1
        blurred = np.asarray(cv2.stackBlur(face, (reach_px, reach_px)), np.uint8)
        if is_due:
            self._judge(pixels, face, blurred)
        if self._amount < AMOUNT_MIN:
            return pixels
        crisp = pixels.copy()
        crisp[box] = cv2.addWeighted(face, 1.0 + self._amount, blurred, -self._amount, 0.0)
        return crisp

    def _judge(self, pixels: Pixels, face: Pixels, blurred: Pixels) -> None:
        """Take in how fine the face's contrast and how strong the noise is, and find the strength for both."""
        green = face[..., 1].astype(np.float32) - blurred[..., 1]
        lacking = (FINE_ENOUGH - float(green.std())) / (FINE_ENOUGH - FINE_LITTLE)
        share = SETTLING if self._pictures > MEASURED_EVERY else 1.0
        self._amount += share * (AMOUNT_MAX * min(max(lacking, 0.0), 1.0) - self._amount)
        # When the light goes, this has to go at once: who is lost in the dark is not found again soon.
        calm = 1.0 - measure_light(pixels, None).noise / NOISE_MAX
        self._amount = min(self._amount, AMOUNT_MAX * max(calm, 0.0))


def _box(landmarks: Points, pixels: Pixels) -> tuple[slice, slice] | None:
    """Return rows and columns of the face and a little around it; None where hardly any of it is in the picture."""
    height, width, _ = pixels.shape
    low, high = landmarks[:, :2].min(axis=0), landmarks[:, :2].max(axis=0)
    margin = AROUND * (high - low)
    left, top = np.maximum(low - margin, 0.0).astype(int)
    right, bottom = np.minimum(high + margin, (width, height)).astype(int)
    return (slice(top, bottom), slice(left, right)) if min(right - left, bottom - top) >= SIDE_PX_MIN else None
