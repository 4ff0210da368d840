"""The small network of ours that sees how a drawn head is turned: the product of `assets/drawn_maker`.

It looks at a piece of the picture with the face in its middle, upright; how to cut it out, `HeadCut` knows.
"""

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.tracking.net_file import opened_net, save_net
from avatar_live.tracking.source import Pixels

DRAWN_NET: Final = Path(__file__).parents[2] / "assets" / "models" / "drawn_heads.npz"

SIDE_PX: Final = 96

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]

_STEP_MAX: Final = 0.5  # of half a side, and of a logarithm: what is no head must not lead far away
_FINER: Final = 2  # a piece is cut out so much finer and then averaged, or what is large in the picture would flicker


@dataclass(frozen=True, slots=True)
class HeadLook:
    """Hold what a look at a cut told: how the head is turned against it (radians), where its eyes are (in half sides of
    the cut, right and down from its middle), how much larger than expected it is (logarithm), and whether it is drawn
    (log odds)."""

    yaw_rad: float
    pitch_rad: float
    roll_rad: float
    right: float
    down: float
    larger: float
    drawn: float


@dataclass(frozen=True, slots=True)
class HeadCut:
    """Say which piece of a picture is looked at: around `x_px` and `y_px`, `side_px` wide, its upper edge turned
    anticlockwise by `roll_rad`."""

    x_px: float
    y_px: float
    side_px: float
    roll_rad: float

    def of(self, pixels: Pixels) -> Pixels:
        """Return the piece (SIDE_PX, SIDE_PX, 3), upright."""
        side = _FINER * SIDE_PX
        place = cv2.getRotationMatrix2D((self.x_px, self.y_px), -math.degrees(self.roll_rad), side / self.side_px)
        place[:, 2] += np.array([0.5 * (side - 1.0) - self.x_px, 0.5 * (side - 1.0) - self.y_px])
        piece = cv2.warpAffine(pixels, place, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(piece, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8)

    def rotation(self, look: HeadLook) -> Doubles:
        """Return how the head is turned against the picture: a quaternion (4,)."""
        seen = quat.from_yaw_pitch_roll(look.yaw_rad, look.pitch_rad, look.roll_rad)
        return quat.multiply(quat.about(2, self.roll_rad), seen)

    def better(self, look: HeadLook) -> Self:
        """Return the cut that this look asks for: the eyes in its middle, the head upright and as large as expected."""
        along, across = 0.5 * self.side_px * math.cos(self.roll_rad), 0.5 * self.side_px * math.sin(self.roll_rad)
        right, down, larger = (min(max(step, -_STEP_MAX), _STEP_MAX) for step in (look.right, look.down, look.larger))
        return type(self)(
            x_px=self.x_px + right * along + down * across,
            y_px=self.y_px - right * across + down * along,
            side_px=self.side_px * math.exp(larger),
            roll_rad=float(quat.yaw_pitch_roll(self.rotation(look))[2]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Convolution:
    """Hold `kernels` (side * side * channels in, channels out), `offsets` (channels out,), the `stride`, and whether
    what comes in is added to what goes out."""

    kernels: Floats
    offsets: Floats
    stride: int
    adds: bool

    def __call__(self, picture: Floats) -> Floats:
        """Return (height / stride, width / stride, channels out), never negative where nothing is added."""
        height, width, channels = picture.shape
        side = round((len(self.kernels) / channels) ** 0.5)
        before = side // 2
        padded = np.zeros((height + side - 1, width + side - 1, channels), np.float32)
        padded[before : before + height, before : before + width] = picture
        shifted = [
            padded[row : row + height : self.stride, column : column + width : self.stride]
            for row in range(side)
            for column in range(side)
        ]
        sums = np.maximum(np.concatenate(shifted, axis=2) @ self.kernels + self.offsets, 0.0)
        return np.asarray(picture + sums if self.adds else sums, np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class DrawnNet:
    """Hold the convolutions, and then layers of (out, in) and (out,)."""

    convolutions: tuple[Convolution, ...]
    layers: tuple[tuple[Floats, Floats], ...]

    def look(self, cut: Pixels) -> HeadLook:
        """Return what is to be seen in a cut (SIDE_PX, SIDE_PX, 3) RGB."""
        values = cut.astype(np.float32) / 127.5 - 1.0
        for convolution in self.convolutions:
            values = convolution(values)
        values = values.reshape(-1)
        *hidden, (slopes, offsets) = self.layers
        for slope, offset in hidden:
            values = np.maximum(slope @ values + offset, 0.0)
        return HeadLook(*(slopes @ values + offsets).tolist())

    def save(self, path: Path, recipe: str) -> None:
        """Write the network with the fingerprint of what it was made by; the same bytes for the same network."""
        arrays: dict[str, NDArray[np.generic]] = {
            "strides": np.array([one.stride for one in self.convolutions], np.int8),
            "adds": np.array([one.adds for one in self.convolutions]),
        }
        for place, one in enumerate(self.convolutions):
            arrays[f"kernels {place}"] = one.kernels.astype(np.float16)
            arrays[f"shifts {place}"] = one.offsets.astype(np.float16)
        save_net(path, recipe, arrays, self.layers)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the network. Raises ModelError when the file is missing or another one."""
        with opened_net(path) as (file, layers):
            convolutions = tuple(
                Convolution(
                    file[f"kernels {place}"].astype(np.float32),
                    file[f"shifts {place}"].astype(np.float32),
                    int(stride),
                    bool(adds),
                )
                for place, (stride, adds) in enumerate(zip(file["strides"], file["adds"], strict=True))
            )
            return cls(convolutions, layers)


@functools.cache
def drawn_net() -> DrawnNet:
    """Return the network that comes with this program, read once. Raises ModelError."""
    return DrawnNet.load(DRAWN_NET)
