"""Follow a head that is drawn: an avatar's, in a clip or before the camera. The host says so (`--drawn`).

The landmark models were made for people: they lay a person's mesh on a drawn face, 2.5 to 4.5 degrees off about each
axis on average (`bench tracking characters`), and lose it when it turns. So a network of ours sees how such a head is
turned. The landmarks are turned with it, and where there are none any more, the last ones are.

The network also tells drawn heads from filmed ones. It is asked only where a head was lost, and not for everybody: a
face in too much light looks drawn to it, and would be turned away.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import HeadFit, fit_head
from avatar_live.signals import FaceReading
from avatar_live.tracking.drawn_net import DrawnNet, HeadCut, HeadLook, drawn_net
from avatar_live.tracking.source import Pixels

Doubles = NDArray[np.float64]
Points = NDArray[np.float32]

CUT_M: Final = 0.203  # what the solver takes for so wide is cut out: a face and the hair around it
# Looks at one picture, each from a better cut, until the next would be hardly any better: by radians, half sides, or as
# a logarithm of the size. A cut that is further off than the last of these is none of a head.
LOOKS_MAX: Final = 6
HARDLY: Final = 0.03
ASTRAY: Final = 0.12
AROUND: Final = (1.0, 1.05, 1.0 / 1.05)  # sizes of the cuts over which the rotation is averaged
DRAWN_MIN: Final = 2.0  # log odds: so sure it has to be of a head that nobody else sees
LOST_S: Final = 1.0  # where a head was before is no place to look for it
LAID_ROUNDS: Final = 3


class DrawnHeads:
    """Turn the landmarks of a drawn head to where it looks, and follow it where there are none. Raises ModelError."""

    def __init__(self) -> None:
        self._net = drawn_net()
        self._last: tuple[FaceReading, HeadCut] | None = None

    def seen(self, face: FaceReading | None, pixels: Pixels, captured_s: float) -> FaceReading | None:
        """Return the face with its landmarks turned, or the last one, moved to where the head has gone in the picture
        (height, width, 3); None where no head is to be seen."""
        if self._last is not None and not 0.0 <= captured_s - self._last[0].captured_s <= LOST_S:
            self._last = None
        height, width, _ = pixels.shape
        fit = fit_head(face, width, height) if face is not None else None
        if face is not None and fit is not None:
            cut, look = self._settled(pixels, head_cut(fit, width, height))
            if off_by(cut, look) < ASTRAY:
                return self._laid(face, cut, look, pixels)
        if self._last is None:
            return None
        last, before = self._last
        cut, look = self._settled(pixels, before)
        if off_by(cut, look) >= ASTRAY or look.drawn < DRAWN_MIN:
            return None
        moved = last.landmarks - np.array([before.x_px, before.y_px, 0.0], np.float32)
        moved = moved * np.float32(cut.side_px / before.side_px) + np.array([cut.x_px, cut.y_px, 0.0], np.float32)
        return self._laid(FaceReading(moved, last.shapes, captured_s), cut, look, pixels)

    def _settled(self, pixels: Pixels, cut: HeadCut) -> tuple[HeadCut, HeadLook]:
        """Return the best cut that is found from this one, and what is to be seen in it."""
        look = self._net.look(cut.of(pixels))
        for _ in range(LOOKS_MAX - 1):
            cut = cut.better(look)
            look = both_ways(self._net, cut.of(pixels))
            if off_by(cut, look) < HARDLY:
                break
        return cut, look

    def _laid(self, face: FaceReading, cut: HeadCut, look: HeadLook, pixels: Pixels) -> FaceReading:
        height, width, _ = pixels.shape
        turned = replace(face, landmarks=as_turned(face, self._rotation(pixels, cut, look), width, height))
        self._last = turned, cut
        return turned

    def _rotation(self, pixels: Pixels, cut: HeadCut, look: HeadLook) -> Doubles:
        """Return the mean of how the head is turned by this look and by others at larger and smaller cuts."""
        turns = [cut.rotation(look)]
        for size in AROUND[1:]:
            other = replace(cut, side_px=cut.side_px * size)
            turns.append(other.rotation(both_ways(self._net, other.of(pixels))))
        turn = quat.from_rotation_vector(
            np.mean([quat.to_rotation_vector(quat.multiply(one, quat.inverse(turns[0]))) for one in turns], axis=0)
        )
        return quat.multiply(turn, turns[0])


def off_by(cut: HeadCut, look: HeadLook) -> float:
    """Return how far a cut is from the best one, in the units of `HARDLY`."""
    roll_rad = math.remainder(cut.better(look).roll_rad - cut.roll_rad, 2.0 * math.pi)
    return max(abs(roll_rad), abs(look.right), abs(look.down), abs(look.larger))


def head_cut(fit: HeadFit, width_px: int, height_px: int) -> HeadCut:
    """Return where the head is that landmarks tell of, in a picture of this size."""
    return HeadCut(
        x_px=0.5 * width_px + float(fit.place_m[0]) * fit.px_per_m,
        y_px=0.5 * height_px - float(fit.place_m[1]) * fit.px_per_m,
        side_px=CUT_M * fit.px_per_m,
        roll_rad=float(quat.yaw_pitch_roll(fit.rotation)[2]),
    )


def both_ways(net: DrawnNet, piece: Pixels) -> HeadLook:
    """Return the mean of what the network sees in a cut and in its mirror image."""
    one, other = net.look(piece), net.look(np.ascontiguousarray(piece[:, ::-1]))
    return HeadLook(
        yaw_rad=0.5 * (one.yaw_rad - other.yaw_rad),
        pitch_rad=0.5 * (one.pitch_rad + other.pitch_rad),
        roll_rad=0.5 * (one.roll_rad - other.roll_rad),
        right=0.5 * (one.right - other.right),
        down=0.5 * (one.down + other.down),
        larger=0.5 * (one.larger + other.larger),
        drawn=0.5 * (one.drawn + other.drawn),
    )


def as_turned(face: FaceReading, rotation: Doubles, width_px: int, height_px: int) -> Points:
    """Return the landmarks (478, 3) turned about their middle, so that the solver reads `rotation` (4,) from them."""
    upright = face.landmarks.astype(np.float64) * (1.0, -1.0, -1.0)
    middle = upright.mean(axis=0)
    for _ in range(LAID_ROUNDS):
        landmarks = np.asarray(upright * (1.0, -1.0, -1.0), np.float32)
        fit = fit_head(replace(face, landmarks=landmarks), width_px, height_px)
        if fit is None:
            break
        missing = quat.to_matrix(quat.multiply(rotation, quat.inverse(fit.rotation)))
        upright = middle + (upright - middle) @ missing.T
    return np.asarray(upright * (1.0, -1.0, -1.0), np.float32)
