"""How bright a picture is and how much it is grained, from a sixteenth of its pixels."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (height, width, 3) RGB
Box = tuple[float, float, float, float]  # left, top, right, bottom in pixels

STEP_PX: Final = 4  # one sample in so many pixels, across and down
GAP_PX: Final = 2  # of the four pixels that are compared; neighbours would hide the grain that a codec has smeared
BLOCK_SAMPLES: Final = 8  # a block is as many samples wide and high
SIDE_PX_MIN: Final = STEP_PX * BLOCK_SAMPLES + GAP_PX
CRUSHED, BURNT = 2.0, 245.0  # mean grey levels of blocks whose grain is cut off
# Blocks without edges or cloth are rare; they are the calmest ones.
CALM_PERCENTILE: Final = 20.0
# Where no face is known: the wall behind a person is often darker than the person, a lamp always brighter.
LEVEL_PERCENTILE: Final = 75.0
# sigma of one pixel from the mean of |a - b - c + d| over four pixels of normal noise
_SIGMA_OF_MEAN: Final = float(np.sqrt(np.pi / 2.0)) / 2.0


@dataclass(frozen=True, slots=True)
class Light:
    """Tell the `level` of the face or scene, and the `noise` (sigma) of one pixel where it is calm, both 0..255."""

    level: float
    noise: float


def measure_light(pixels: Pixels, face: Box | None) -> Light:
    """Return the light of a picture of at least `SIDE_PX_MIN` pixels each way."""
    green = pixels[..., 1]  # the channel that a sensor samples most often
    first, second = slice(0, -GAP_PX, STEP_PX), slice(GAP_PX, None, STEP_PX)
    corner = green[first, first].astype(np.int16)
    detail = np.abs(corner - green[first, second] - green[second, first] + green[second, second])
    levels, details = _block_means(corner), _block_means(detail)
    is_whole = (levels > CRUSHED) & (levels < BURNT)
    noise = percentile(details[is_whole], CALM_PERCENTILE) * _SIGMA_OF_MEAN if is_whole.any() else 0.0
    on_face = corner[:0] if face is None else corner[_samples_of(face)]
    level = float(on_face.mean()) if on_face.size else percentile(levels, LEVEL_PERCENTILE)
    return Light(level, noise)


def percentile(values: NDArray[np.float32], percent: float) -> float:
    """Return a percentile without numpy's interpolation, which costs more than finding it."""
    place = int(percent / 100.0 * (values.size - 1))
    return float(np.partition(values.reshape(-1), place)[place])


def _block_means(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    rows, columns = (side // BLOCK_SAMPLES for side in samples.shape)
    whole = samples[: rows * BLOCK_SAMPLES, : columns * BLOCK_SAMPLES]
    means: NDArray[np.float32] = whole.reshape(rows, BLOCK_SAMPLES, columns, BLOCK_SAMPLES).mean((1, 3), np.float32)
    return means


def _samples_of(face: Box) -> tuple[slice, slice]:
    """Return the rows and columns of samples inside a face."""
    left, top, right, bottom = (max(round(side / STEP_PX), 0) for side in face)
    return slice(top, bottom), slice(left, right)
