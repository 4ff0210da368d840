"""Which of the hands seen is the person's left one."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

import numpy as np

from avatar_live.signals import BodyReading, HandReading

LEFT_WRIST: Final = 15  # of the 33 body points
RIGHT_WRIST: Final = 16
LEFT_SHOULDER: Final = 11
RIGHT_SHOULDER: Final = 12
BODY_AGE_S_MAX: Final = 0.5
LABEL_WEIGHT: Final = 0.5  # a contradicted label weighs as much as half a shoulder's width of distance
FAR: Final = 1.0  # shoulder widths; a hand farther from a wrist than this is no worse than one much farther


@dataclass(frozen=True, slots=True)
class SeenHand:
    """Hold a hand and what the model takes it for."""

    reading: HandReading
    is_left: bool


def assign_sides(seen: Sequence[SeenHand], body: BodyReading | None) -> tuple[HandReading | None, HandReading | None]:
    """Return the left and the right hand: the assignment that contradicts wrists and labels least."""
    if not seen:
        return None, None
    choices = permutations([*seen[:2], None], 2)
    best = min(
        (pair for pair in choices if sum(hand is not None for hand in pair) == min(2, len(seen))),
        key=lambda pair: sum(_cost(hand, is_left, body) for hand, is_left in zip(pair, (True, False), strict=True)),
    )
    left, right = (hand.reading if hand is not None else None for hand in best)
    return left, right


def _cost(hand: SeenHand | None, is_left: bool, body: BodyReading | None) -> float:
    if hand is None:
        return 0.0
    cost = LABEL_WEIGHT * hand.reading.score * (hand.is_left != is_left)
    wrist = LEFT_WRIST if is_left else RIGHT_WRIST
    if body is None or hand.reading.captured_s - body.captured_s > BODY_AGE_S_MAX:
        return cost
    # A wrist that is out of sight counts too: its guessed place is far from a hand that belongs to the other one.
    points = body.landmarks[:, :2]
    shoulders_px = float(np.linalg.norm(points[LEFT_SHOULDER] - points[RIGHT_SHOULDER]))
    distance_px = float(np.linalg.norm(hand.reading.landmarks[0, :2] - points[wrist]))
    return cost + min(FAR, distance_px / max(shoulders_px, 1.0))
