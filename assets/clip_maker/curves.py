"""Curves through key values: they rest at their turning points and never swing past a key.

Slopes are those of F. N. Fritsch and J. Butland, "A method for constructing local monotone piecewise cubic
interpolants", SIAM J. Sci. Stat. Comput. 5 (1984): the harmonic mean of the neighbours' slopes, zero where they differ
in sign.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def sample(keys: Sequence[tuple[float, float]], times: Floats, period_s: float | None) -> Floats:
    """Return the curve through (time, value) keys at times (n,); with a period it closes, else its ends hold still."""
    at, values = (np.array(column, np.float64) for column in zip(*sorted(keys), strict=True))
    if period_s is not None:
        at = np.concatenate([at - period_s, at, at + period_s])
        values = np.tile(values, 3)
        times = times % period_s
    if len(at) == 1:
        return np.full(len(times), values[0])
    slopes = _slopes(at, values)
    times = np.clip(times, at[0], at[-1])
    left = np.clip(np.searchsorted(at, times, side="right") - 1, 0, len(at) - 2)
    span = at[left + 1] - at[left]
    t = (times - at[left]) / span
    square, cube = t * t, t * t * t
    return np.asarray(
        (2 * cube - 3 * square + 1) * values[left]
        + (cube - 2 * square + t) * span * slopes[left]
        + (3 * square - 2 * cube) * values[left + 1]
        + (cube - square) * span * slopes[left + 1]
    )


def _slopes(at: Floats, values: Floats) -> Floats:
    spans = np.diff(at)
    rises = np.diff(values) / spans
    slopes = np.zeros(len(at))
    before, after = rises[:-1], rises[1:]
    is_passing = before * after > 0.0
    first, second = 2 * spans[1:] + spans[:-1], spans[1:] + 2 * spans[:-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (first + second) / (first / before + second / after)
    slopes[1:-1] = np.where(is_passing, mean, 0.0)
    return slopes
