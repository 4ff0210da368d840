"""Keep what is no hand out of the readings: ears and chins, things of a hand's shape, one hand found twice."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from avatar_live.signals import BodyReading, FaceReading, HandReading
from avatar_live.tracking.regions import LEFT_WRIST, RIGHT_WRIST, WRIST_SEEN_MIN, face_height_px, px_per_m
from avatar_live.tracking.sides import SeenHand, assign_sides

SCORE_MIN: Final = 0.5
HAND_M: Final = 0.18  # from the wrist to the tips, and about a face from forehead to chin
# A fist seen from its end measures a third of a flat hand; one held out to the camera is three times nearer than the
# face.
SPAN_MIN, SPAN_MAX = 0.3, 3.0
# Mean distance in spans between the points of two readings of one hand. Two hands that lie in each other are two: their
# fingers point different ways.
SAME_MAX: Final = 0.3
AGE_S_MAX: Final = 0.5
WRIST_M_MAX: Final = 0.25  # from the body's wrist to the hand's, which both lag behind an arm that moves
LOOKS_AGAIN_S_MAX: Final = 0.4  # a second look at a doubtful hand comes within this
HELD_S_MAX: Final = 0.25  # a hand that one look misses, blurred or behind the other one, is still there
MOVED_MAX: Final = 1.5  # spans that a doubtful hand may have moved between two looks

Pair = tuple[HandReading | None, HandReading | None]


class HandSieve:
    """Let through the hands that a body's wrist vouches for, and others once they are seen twice."""

    def __init__(self) -> None:
        self._doubtful: list[HandReading | None] = [None, None]
        self._held: list[HandReading | None] = [None, None]

    def admit(
        self, seen: Sequence[SeenHand], face: FaceReading | None, body: BodyReading | None, captured_s: float
    ) -> Pair:
        """Return the person's own left and right hand among those seen in the look of `captured_s`."""
        left, right = assign_sides(_apart(_sized(seen, face, body)), body)
        found = (self._sure(0, left, LEFT_WRIST, face, body), self._sure(1, right, RIGHT_WRIST, face, body))
        self._held = [
            hand or (held if held is not None and captured_s - held.captured_s <= HELD_S_MAX else None)
            for hand, held in zip(found, self._held, strict=True)
        ]
        return self._held[0], self._held[1]

    def _sure(
        self, place: int, hand: HandReading | None, wrist: int, face: FaceReading | None, body: BodyReading | None
    ) -> HandReading | None:
        before, self._doubtful[place] = self._doubtful[place], hand
        if hand is None:
            return None
        if body is not None and _is_fresh(body, hand) and body.visibility[wrist] >= WRIST_SEEN_MIN:
            away_px = float(np.linalg.norm(hand.landmarks[0, :2] - body.landmarks[wrist, :2]))
            return hand if away_px <= WRIST_M_MAX * px_per_m(body) else None
        if face is not None and _is_fresh(face, hand) and _is_on(face, hand):
            return None
        return hand if before is not None and _is_again(before, hand) else None


def _sized(seen: Sequence[SeenHand], face: FaceReading | None, body: BodyReading | None) -> list[SeenHand]:
    """Return the hands that score and are as large as this person's can be."""
    hands = []
    for one in seen:
        usual_px = 0.0
        if body is not None and _is_fresh(body, one.reading):
            usual_px = HAND_M * px_per_m(body)
        elif face is not None and _is_fresh(face, one.reading):
            usual_px = face_height_px(face)
        is_possible = usual_px == 0.0 or SPAN_MIN * usual_px <= span_px(one.reading) <= SPAN_MAX * usual_px
        if is_possible and one.reading.score >= SCORE_MIN:
            hands.append(one)
    return hands


def _apart(hands: Sequence[SeenHand]) -> list[SeenHand]:
    """Return each hand once, the surer of two readings of it."""
    kept: list[SeenHand] = []
    for one in sorted(hands, key=lambda hand: -hand.reading.score):
        if not any(_is_same(one.reading, other.reading) for other in kept):
            kept.append(one)
    return kept


def span_px(hand: HandReading) -> float:
    """Return the longer side of the box around a hand."""
    return float(np.ptp(hand.landmarks[:, :2], axis=0).max())


def _is_same(one: HandReading, other: HandReading) -> bool:
    apart_px = float(np.linalg.norm(one.landmarks[:, :2] - other.landmarks[:, :2], axis=1).mean())
    return apart_px <= SAME_MAX * max(span_px(one), span_px(other))


def _apart_px(one: HandReading, other: HandReading) -> float:
    return float(np.linalg.norm(one.landmarks[:, :2].mean(axis=0) - other.landmarks[:, :2].mean(axis=0)))


def _is_again(before: HandReading, hand: HandReading) -> bool:
    passed_s = hand.captured_s - before.captured_s
    return 0.0 < passed_s <= LOOKS_AGAIN_S_MAX and _apart_px(before, hand) <= MOVED_MAX * span_px(hand)


def _is_on(face: FaceReading, hand: HandReading) -> bool:
    """Tell whether a hand's middle lies within the box around a face."""
    points = face.landmarks[:, :2]
    middle = hand.landmarks[:, :2].mean(axis=0)
    return bool(((middle >= points.min(axis=0)) & (middle <= points.max(axis=0))).all())


def _is_fresh(part: FaceReading | BodyReading, hand: HandReading) -> bool:
    return abs(hand.captured_s - part.captured_s) <= AGE_S_MAX
