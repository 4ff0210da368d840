"""Compare the network with plain geometry on people it has never seen, shape by shape."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES
from avatar_live.tracking.face_net import FaceNet
from avatar_live.tracking.shapes import measured_shapes, on_average_face

from .pairs import Pairs
from .recipe import CORRELATION_MIN, ERROR_GROWTH_MAX, GAIN_MIN, HALVES
from .sides import other_sides
from .variety import Lessons, halves

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]


def held_out(pairs: Pairs, lessons: Lessons, learn: Callable[[Lessons], FaceNet]) -> Floats:
    """Return what a network says of each picture (n, 52) that has learnt from the other half of the people alone."""
    said = np.zeros_like(pairs.weights)
    half = halves(pairs.person)
    for left_out in range(len(HALVES)):
        net = learn(lessons.of(lessons.half != left_out))
        for place in np.flatnonzero(half == left_out):
            said[place] = net.weights(pairs.registry[place])
    return said


def by_geometry(pairs: Pairs) -> Floats:
    """Return what plain geometry says (n, 52)."""
    faces = (on_average_face(landmarks.astype(np.float64)) for landmarks in pairs.registry)
    return np.stack([measured_shapes(face) for face in faces if face is not None])


def correlations(said: Floats, pairs: Pairs) -> Doubles:
    """Return (52,) correlations with the official weights; every person's mean is taken away, as calibration does."""
    one, other = (_without_rest(values, pairs.person) for values in (said, pairs.weights))
    power = np.sqrt((one**2).sum(axis=0) * (other**2).sum(axis=0))
    correlation: Doubles = (one * other).sum(axis=0) / np.maximum(power, 1e-9)
    return correlation


def taken_over(geometry: Floats, network: Floats, pairs: Pairs) -> NDArray[np.bool_]:
    """Return the shapes (52,) that the network reads better, both sides of the face alike."""
    correlation = correlations(network, pairs)
    gain = correlation - correlations(geometry, pairs)
    growth = np.abs(network - pairs.weights).mean(axis=0) - np.abs(geometry - pairs.weights).mean(axis=0)
    taken: NDArray[np.bool_] = (
        (_of_both_sides(gain) > GAIN_MIN)
        & (_of_both_sides(correlation) > CORRELATION_MIN)
        & (_of_both_sides(growth) < ERROR_GROWTH_MAX)
    )
    return taken


def table(geometry: Floats, network: Floats, pairs: Pairs, taken: NDArray[np.bool_]) -> str:
    """Return the report: one line a shape, with correlation and mean error before and after."""
    columns = [correlations(geometry, pairs), correlations(network, pairs)]
    columns += [np.abs(said - pairs.weights).mean(axis=0) for said in (geometry, network)]
    lines = [f"{'shape':<22}{'correlation':>16}{'mean error':>18}"]
    for name, *values, is_taken in zip(ARKIT_SHAPES, *columns, taken, strict=True):
        before, after, error_before, error_after = values
        line = f"{name:<22}{before:7.2f} -> {after:5.2f}   {error_before:6.3f} -> {error_after:.3f}"
        lines.append(f"{line}   {'network' if is_taken else 'geometry'}")
    return "\n".join(lines)


def _of_both_sides(values: Doubles) -> Doubles:
    both: Doubles = 0.5 * (values + values[other_sides()])
    return both


def _without_rest(values: Floats, person: NDArray[np.int64]) -> Doubles:
    centred = values.astype(np.float64)
    for one in np.unique(person):
        centred[person == one] -= centred[person == one].mean(axis=0)
    return centred
