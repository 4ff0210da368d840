"""Hand a part of the picture over from the body to the face and the hands, so that each is looked for where it is.

MediaPipe's detectors shrink every picture to 128 or 192 pixels: the hand of somebody who stands 2 m away is 8 of
them. A square around it, cut out where the body's wrist is, shows it as large as a hand close to the camera.
Measured on people 2-3 m away (hands found in the pictures of five clips): whole picture 55-97 %, MediaPipe's own
HolisticLandmarker 66-100 % at 65 ms a picture, squares 78-99 % at 29 ms. Faces of 30-45 pixels: whole picture
0-36 %, Holistic and squares 100 %, squares at the cost of the whole picture.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import BodyReading, FaceReading
from avatar_live.tracking.source import Pixels

Points = NDArray[np.float32]

HEAD_SIDE_M: Final = 0.5
HEAD_PX: Final = 256  # a square is shown to the face's landmarker this large
HAND_SIDE_M: Final = 0.42
HAND_SIDE_M_MIN: Final = 0.30  # hands that are close together get smaller squares, with less of the other in them
HAND_APART: Final = 1.5  # a square's side in distances between the two hands
KNUCKLES_SHARE: Final = 0.7  # from the wrist to the knuckles, and a little on from the elbow: the middle of a hand
FOREARM_SHARE: Final = 0.1
MOVED_MAX: Final = 0.12  # of its side, by which the head may leave the middle of its square before it is cut anew
GROWN_MAX: Final = 1.25
PX_PER_M_MIN: Final = 20.0  # a smaller body has no readable hands or face

WRIST_SEEN_MIN: Final = 0.5

LEFT_WRIST, RIGHT_WRIST = 15, 16
_HEAD: Final = slice(0, 11)
_TORSO: Final = (11, 12, 23, 24)
_ARMS: Final = ((13, LEFT_WRIST, (17, 19)), (14, RIGHT_WRIST, (18, 20)))  # elbow, wrist, knuckles of little and index
_TOP, _CHIN = 10, 152  # of the face mesh


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Name a square of the picture by its `centre` (2,) and its side, in pixels."""

    centre: Points
    side_px: float

    def cut(self, pixels: Pixels, size_px: int) -> Pixels:
        """Return the square (size_px, size_px, 3); what lies outside the picture is black."""
        scale = size_px / self.side_px
        x, y = 0.5 * size_px - scale * self.centre
        place = np.array([[scale, 0.0, x], [0.0, scale, y]])
        smooth = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_LINEAR
        return np.asarray(cv2.warpAffine(pixels, place, (size_px, size_px), flags=smooth), np.uint8)

    def to_picture(self, points: Points, size_px: int) -> Points:
        """Return points (n, 3) of the cut square in the picture's pixels; z keeps the scale of x."""
        scale = self.side_px / size_px
        there = points * np.float32(scale)
        there[:, :2] += self.centre - 0.5 * self.side_px
        return there

    def from_picture(self, points: Points, size_px: int) -> Points:
        """Return points (n, 2) of the picture in the cut square's pixels."""
        there: Points = (points - self.centre + np.float32(0.5 * self.side_px)) * np.float32(size_px / self.side_px)
        return there

    def is_near(self, other: "Region") -> bool:
        """Tell whether the other square shows about the same, so that this one may stay where it is."""
        moved_px = float(np.linalg.norm(other.centre - self.centre))
        return moved_px < MOVED_MAX * self.side_px and 1.0 / GROWN_MAX < other.side_px / self.side_px < GROWN_MAX


def px_per_m(body: BodyReading) -> float:
    """Return the picture's scale at the torso."""
    pixels, metres = (points[_TORSO, :2] - points[_TORSO, :2].mean(axis=0) for points in (body.landmarks, body.world))
    return float(np.linalg.norm(pixels)) / max(float(np.linalg.norm(metres)), 0.05)


def head_region(body: BodyReading) -> Region | None:
    """Return a square around the body's head, or None where the body is too small."""
    scale = px_per_m(body)
    if scale < PX_PER_M_MIN:
        return None
    return Region(body.landmarks[_HEAD, :2].mean(axis=0), HEAD_SIDE_M * scale)


def hand_regions(body: BodyReading, width_px: int, height_px: int) -> tuple[Region | None, Region | None]:
    """Return squares around the left and the right hand; None for one whose wrist is outside the picture."""
    scale = px_per_m(body)
    if scale < PX_PER_M_MIN:
        return None, None
    points = body.landmarks[:, :2]
    centres = [
        points[wrist]
        + KNUCKLES_SHARE * (points[list(knuckles)].mean(axis=0) - points[wrist])
        + FOREARM_SHARE * (points[wrist] - points[elbow])
        for elbow, wrist, knuckles in _ARMS
    ]
    apart_px = HAND_APART * float(np.linalg.norm(centres[0] - centres[1]))
    side_px = min(HAND_SIDE_M * scale, max(HAND_SIDE_M_MIN * scale, apart_px))
    left, right = (
        Region(centre, side_px) if _is_inside(point, width_px, height_px) else None
        for centre, point in zip(centres, (points[LEFT_WRIST], points[RIGHT_WRIST]), strict=True)
    )
    return left, right


def has_wrist(body: BodyReading, width_px: int, height_px: int) -> bool:
    """Tell whether a wrist that is seen lies in the picture."""
    return any(
        body.visibility[wrist] >= WRIST_SEEN_MIN and _is_inside(body.landmarks[wrist, :2], width_px, height_px)
        for wrist in (LEFT_WRIST, RIGHT_WRIST)
    )


def face_height_px(face: FaceReading) -> float:
    """Return the distance from the forehead to the chin."""
    return float(np.linalg.norm(face.landmarks[_TOP, :2] - face.landmarks[_CHIN, :2]))


def _is_inside(point: Points, width_px: int, height_px: int) -> bool:
    return bool(((point >= 0.0) & (point <= (width_px, height_px))).all())
