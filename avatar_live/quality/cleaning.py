"""Average pictures over time in linear light, blur what stays grained, and put the exposure right.

Each block of the picture has its own count of pictures in the average. A block that moved starts anew, and so does
not leave a ghost. A face would start anew all the time, so the average is first carried along with it.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.quality.alignment import farthest_px, find_motion
from avatar_live.quality.light_meter import LEVEL_PERCENTILE, Box, Pixels, percentile

BLOCK_PX: Final = 8
BLOCK_SAMPLES: Final = BLOCK_PX * BLOCK_PX // 2  # see `_block_means`
PICTURES_MAX: Final = 6.0  # in an average; its noise is that of eleven pictures, as old ones fade and do not drop out
# A difference to the average, in units of what noise alone makes: below the first a block stands still, above the
# second it moved.
STILL_BELOW, MOVED_ABOVE = 1.4, 2.4
CALM_PERCENTILE: Final = 40.0  # as much of the picture is taken to stand still
LAMP_MAX: Final = 1.25  # a lamp that flickers or fades moves nothing; one that is switched starts all blocks anew
NOISE_RISE, NOISE_FALL = 0.3, 0.05  # dark cameras give each picture twice: then every second difference is too small
# The blur grows with the noise that the average leaves at the face, told as a part of the light: where there is none it
# would only cost sharpness.
NARROW_PX, WIDE_PX = (3, 3), (5, 5)  # kernels
NARROW_BELOW_PX: Final = 0.85
SIGMA_PX_MIN, SIGMA_PX_MAX = 0.4, 2.5
# A wider blur is made at half the size, where the kernel above still holds it; halving and doubling blur as well.
COARSE_ABOVE_PX: Final = 1.25
HALVING_VARIANCE_PX: Final = 0.75
GRAIN_MAX: Final = 0.65  # asks for all of it
FACE_MARGIN: Final = 0.15  # of the face's box, on each side
FACE_SIDE_PX_MIN: Final = 32
STILL_PX: Final = 0.1  # a face that moved less is not worth the sharpness
# A larger region is carried by whole pixels: half a pixel is little of a large face, and costs three times as much.
FINE_PX_MAX: Final = 240 * 240

# Linear. A face is put a little above middle grey; where none is known yet it is likely darker than the wall behind it.
FACE_LIGHT, SCENE_LIGHT = 0.2, 0.35
GAIN_MAX: Final = 60.0
GAIN_SETTLING: Final = 0.2
# A face that a lamp lights in a dark room would be burnt out with the room's exposure, and never found: every third try
# leaves the exposure as it is.
TRY_PICTURES, TRIES = 5, 3
_DARKEST: Final = 1e-3

Plane = NDArray[np.float32]


def _linear_of_srgb() -> Plane:
    value = np.arange(256) / 255.0
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


_LINEAR: Final = _linear_of_srgb()
_NEIGHBOURS: Final = np.ones((3, 3), np.uint8)


class Cleaner:
    """Clean one picture after another of one size; the buffers are made once."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.size = (width_px, height_px)
        self._grid = (-(-width_px // BLOCK_PX), -(-height_px // BLOCK_PX))
        shape, grid = (height_px, width_px, 3), (self._grid[1], self._grid[0])
        self._average = np.zeros(shape, np.float32)
        self._work, self._weights = np.empty(shape, np.float32), np.empty(shape, np.float32)
        self._cleaned = np.empty(shape, np.uint8)
        self._blocks = np.zeros((*grid, 3), np.float32)  # the average's block means
        self._count = np.zeros(grid, np.float32)
        self._noise: float | None = None  # variance of a block's mean per light
        self._gain: float | None = None
        self._faceless = 0  # pictures since a face was known

    def clean(self, pixels: Pixels, face: Box | None) -> Pixels:
        """Return the cleaned picture, overwritten by the next; `face` is where one was in the picture before."""
        light = self._work
        cv2.LUT(pixels, _LINEAR, dst=light)
        if face is not None and self._gain is not None:
            self._carry(face)
        blocks = _block_means(light, self._grid)
        self._count_pictures(blocks)
        share = 1.0 / self._count
        self._blocks += share[..., None] * (blocks - self._blocks)
        _mix(self._average, light, self._whole(share), out=self._average)
        self._blur(face)
        return self._expose(face)

    def _carry(self, face: Box) -> None:
        """Move the part of the average that shows the face to where the face is now, which is in `_work`."""
        region = self._region(face)
        if region is None:
            return
        rows, columns = region
        before, now = self._average[rows, columns], self._work[rows, columns]
        height, width, _ = before.shape
        motion = find_motion(before, now)
        if motion is None or farthest_px(motion, width, height) < STILL_PX:
            return
        how = cv2.INTER_LINEAR if width * height <= FINE_PX_MAX else cv2.INTER_NEAREST
        carried = self._weights[rows, columns]
        cv2.warpAffine(before, motion, (width, height), dst=carried, flags=how, borderMode=cv2.BORDER_REPLICATE)
        before[:] = carried
        grid = (width // BLOCK_PX, height // BLOCK_PX)
        self._blocks[_in_blocks(rows), _in_blocks(columns)] = _block_means(before, grid)

    def _region(self, face: Box) -> tuple[slice, slice] | None:
        """Return the rows and columns of whole blocks around a face, inside the picture."""
        left, top, right, bottom = face
        width, height = (side // BLOCK_PX * BLOCK_PX for side in self.size)
        columns = _widened(left, right, width)
        rows = _widened(top, bottom, height)
        is_large = min(rows.stop - rows.start, columns.stop - columns.start) >= FACE_SIDE_PX_MIN
        return (rows, columns) if is_large else None

    def _count_pictures(self, blocks: Plane) -> None:
        """Count one more picture in each block's average, and start anew where it moved."""
        if self._gain is None:
            self._count[:] = 1.0
            return
        now, before = (percentile(plane[..., 1], 50.0) + _DARKEST for plane in (blocks, self._blocks))
        lamp = np.float32(now / before)
        if not 1.0 / LAMP_MAX < lamp < LAMP_MAX:
            self._count[:] = 1.0
            return
        level = cv2.blur(self._blocks, (3, 3)) + np.float32(_DARKEST)
        change = cv2.blur(((blocks - lamp * self._blocks) ** 2 / level).mean(2), (3, 3)) / (1.0 + 1.0 / self._count)
        calm = percentile(change, CALM_PERCENTILE)
        if self._noise is None:
            self._noise = calm
        self._noise += (NOISE_RISE if calm > self._noise else NOISE_FALL) * (calm - self._noise)
        distance = np.sqrt(change / max(self._noise, 1e-9))
        moved = np.clip((distance - STILL_BELOW) / (MOVED_ABOVE - STILL_BELOW), 0.0, 1.0)
        moved = cv2.dilate(moved.astype(np.float32), _NEIGHBOURS)
        longer = np.minimum(self._count + 1.0, PICTURES_MAX)
        self._count[:] = longer + moved * (1.0 - longer)

    def _blur(self, face: Box | None) -> None:
        """Leave in `_work` the average, blurred."""
        level, count = (_seen(plane, face) for plane in (self._blocks[..., 1], self._count))
        grain = float(np.sqrt(BLOCK_SAMPLES * (self._noise or 0.0) / ((level + _DARKEST) * count)))
        sigma_px = SIGMA_PX_MIN + (SIGMA_PX_MAX - SIGMA_PX_MIN) * min(grain / GRAIN_MAX, 1.0)
        if sigma_px <= COARSE_ABOVE_PX:
            kernel = NARROW_PX if sigma_px < NARROW_BELOW_PX else WIDE_PX
            cv2.GaussianBlur(self._average, kernel, sigma_px, dst=self._work)
            return
        width, height = self.size
        half = cv2.resize(self._average, ((width + 1) // 2, (height + 1) // 2), interpolation=cv2.INTER_LINEAR)
        half = cv2.GaussianBlur(half, WIDE_PX, float(np.sqrt(sigma_px**2 - HALVING_VARIANCE_PX)) / 2.0)
        cv2.resize(half, self.size, dst=self._work, interpolation=cv2.INTER_LINEAR)

    def _expose(self, face: Box | None) -> Pixels:
        """Return `_work` with the face or the scene as bright as it should be; light is added and never taken away."""
        self._gain = self._gain_for(face)
        # The root is sRGB's curve to within ten grey levels, and a sixth of its cost.
        cv2.sqrt(self._work, dst=self._work)
        cv2.convertScaleAbs(self._work, dst=self._cleaned, alpha=255.0 * float(np.sqrt(self._gain)))
        return self._cleaned

    def _gain_for(self, face: Box | None) -> float:
        """Return what the light is multiplied by: for a face it goes slowly, while none is known it is tried out."""
        light = max(_seen(self._blocks[..., 1], face), 1e-4)
        if face is None:
            self._faceless += 1
            is_plain = self._faceless // TRY_PICTURES % TRIES == TRIES - 1
            return 1.0 if is_plain else float(np.clip(SCENE_LIGHT / light, 1.0, GAIN_MAX))
        self._faceless = 0
        wanted = float(np.clip(FACE_LIGHT / light, 1.0, GAIN_MAX))
        before = wanted if self._gain is None else self._gain
        return float(before * (wanted / before) ** GAIN_SETTLING)

    def _whole(self, values: Plane) -> Plane:
        """Return a value per block as one per pixel and channel."""
        plane = values.astype(np.float32)
        cv2.resize(cv2.merge((plane, plane, plane)), self.size, dst=self._weights, interpolation=cv2.INTER_LINEAR)
        return self._weights


def _mix(base: Plane, spent: Plane, share: Plane, out: Plane) -> None:
    """Write `base + share * (spent - base)` to `out`, which may be either; `spent` is used up."""
    cv2.subtract(spent, base, dst=spent)
    cv2.multiply(spent, share, dst=spent)
    cv2.add(base, spent, dst=out)


def _block_means(light: Plane, grid: tuple[int, int]) -> Plane:
    """Return the mean of each block, from every other row: that is enough and costs half."""
    return np.asarray(cv2.resize(light[::2], grid, interpolation=cv2.INTER_AREA), np.float32)


def _widened(low: float, high: float, side: int) -> slice:
    margin = FACE_MARGIN * (high - low)
    first = int((low - margin) // BLOCK_PX) * BLOCK_PX
    last = int(-(-(high + margin) // BLOCK_PX)) * BLOCK_PX
    return slice(min(max(first, 0), side), min(max(last, 0), side))


def _in_blocks(pixels: slice) -> slice:
    return slice(pixels.start // BLOCK_PX, pixels.stop // BLOCK_PX)


def _seen(blocks: Plane, face: Box | None) -> float:
    """Return the mean over the blocks of a face, or where none is known what the brighter part of the scene has."""
    if face is not None:
        left, top, right, bottom = (max(int(side // BLOCK_PX), 0) for side in face)
        part = blocks[top : bottom + 1, left : right + 1]
        if part.size:
            return float(part.mean())
    return percentile(blocks, LEVEL_PERCENTILE)
