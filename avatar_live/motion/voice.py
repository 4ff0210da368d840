"""Let a voice move the mouth where the camera cannot: while nobody is tracked, behind a hand, or seen shut in speech.

The camera leads otherwise: it sees the smile in the word. Between the two the mouth crosses from one to the other, and
never adds them up: a jaw that both open opens once.
"""

import bisect
import math
from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.bridge import smoothstep
from avatar_live.signals import ARKIT_SHAPES, VOWELS, HandReading, Readings, VoiceReading

Doubles = NDArray[np.float64]

STALE_S = 0.3  # the microphone was unplugged, or its program hangs: fifty readings a second are usual
KEPT_S = 0.6  # of what was said, so that a picture that is older than the newest sound gets the mouth of its own time
TAKES_S, GIVES_S = 0.12, 0.25  # the voice takes the mouth over within a syllable and gives it back within a word
HEARD_MIN, HEARD_FULL = 0.08, 0.25  # how far the loudest of the last syllables opens the mouth
LOUD_MIN, LOUD_FULL = 0.35, 0.55  # so loud that lips that seem shut cannot be
SHUT_FULL, SHUT_MAX = 0.06, 0.16  # of the camera's widest of late
PAUSE_S = 0.5  # until a loud or wide moment is half forgotten: lips that meet for an m are no shut mouth
AWAY_STARTS_RAD, AWAY_ENDS_RAD = math.radians(50.0), math.radians(70.0)  # a turned head hides its mouth
HAND_STALE_S = 0.5
COVER_POINTS_MIN = 4  # of a hand's 21, over the mouth
COVER_REACH = 0.9  # of the mouth's width, from its middle

# What each vowel does to the lips; the five of them sum to at most 1.
_SHAPES: Final = {
    "aa": {"jawOpen": 0.8, "mouthStretch": 0.15, "mouthLowerDown": 0.1},
    "ih": {"jawOpen": 0.22, "mouthStretch": 0.75, "mouthLowerDown": 0.25},
    "ou": {"jawOpen": 0.14, "mouthPucker": 0.8, "mouthFunnel": 0.25},
    "ee": {"jawOpen": 0.32, "mouthStretch": 0.4, "mouthSmile": 0.4, "mouthUpperUp": 0.25, "mouthLowerDown": 0.25},
    "oh": {"jawOpen": 0.46, "mouthFunnel": 0.8, "mouthPucker": 0.1},
}


def _row(weights: dict[str, float]) -> Doubles:
    return np.array([weights.get(name.removesuffix("Left").removesuffix("Right"), 0.0) for name in ARKIT_SHAPES])


_LIPS: Final = np.array([_row(_SHAPES[vowel]) for vowel in VOWELS])
_SMILES: Final = np.array([name.startswith("mouthSmile") for name in ARKIT_SHAPES])
_MOVED: Final = (_LIPS.any(axis=0) & ~_SMILES) | np.array(
    [name in ("mouthClose", "mouthPressLeft", "mouthPressRight") for name in ARKIT_SHAPES]
)
_WIDE: Final = np.array([ARKIT_SHAPES.index(name) for name in ("jawOpen", "mouthFunnel", "mouthPucker")])

_MOUTH_CORNERS: Final = (61, 291)
_LIPS_INNER: Final = (13, 14)


class SpokenMouth:
    """Mix a voice into the mouth, frame by frame."""

    def __init__(self) -> None:
        self._said: deque[VoiceReading] = deque()
        self._share = 0.0  # of the mouth that is the voice's
        self._loud = self._wide = 0.0  # the most of late

    def over(
        self,
        shapes: Doubles,
        voice: VoiceReading | None,
        hidden: float,
        shown_s: float,
        now_s: float,
        dt_s: float,
    ) -> Doubles:
        """Return the shapes (52,) with what the voice adds.

        `hidden` (0..1) is how little the camera sees of the mouth, 1 while nobody is tracked. `shown_s` is the captured
        time of the frame: viewers hear the sound of that moment with it.
        """
        self._hear(voice, now_s)
        vowels = self._vowels_at(shown_s)
        is_fresh = bool(self._said) and now_s - self._said[-1].captured_s <= STALE_S
        left = 0.5 ** (dt_s / PAUSE_S)
        self._loud = max(float(vowels.sum()) if is_fresh else 0.0, self._loud * left)
        self._wide = max(float(shapes[_WIDE].max()), self._wide * left)
        goal = self._goal(hidden) if is_fresh else 0.0
        step = dt_s / (TAKES_S if goal > self._share else GIVES_S)
        self._share += min(max(goal - self._share, -step), step)
        if self._share == 0.0:
            return shapes
        spoken = vowels @ _LIPS
        mixed = np.where(_MOVED, shapes + (spoken - shapes) * self._share, shapes)
        # A smile stays a smile while its owner speaks.
        mixed[_SMILES] = np.maximum(shapes[_SMILES], spoken[_SMILES] * self._share)
        return mixed

    def _hear(self, voice: VoiceReading | None, now_s: float) -> None:
        if voice is None or not (np.isfinite(voice.vowels).all() and math.isfinite(voice.captured_s)):
            return
        if self._said and voice.captured_s < self._said[-1].captured_s:
            self._said.clear()  # another microphone, or a clock that was set
        if not self._said or voice.captured_s > self._said[-1].captured_s:
            self._said.append(voice)
        while self._said[0].captured_s < now_s - KEPT_S and len(self._said) > 1:
            self._said.popleft()

    def _vowels_at(self, shown_s: float) -> Doubles:
        """Return the vowels (5,) of a moment, between the two readings around it."""
        if not self._said:
            return np.zeros(len(VOWELS))
        times_s = [said.captured_s for said in self._said]
        after = min(max(bisect.bisect_left(times_s, shown_s), 1), len(times_s) - 1)
        if len(times_s) == 1:
            return _held(self._said[0])
        before, later = self._said[after - 1], self._said[after]
        share = min(max((shown_s - before.captured_s) / (later.captured_s - before.captured_s), 0.0), 1.0)
        return _held(before) + (_held(later) - _held(before)) * share

    def _goal(self, hidden: float) -> float:
        """Return how much of the mouth ought to be the voice's."""
        if hidden > 0.0:
            hidden *= smoothstep(HEARD_MIN, HEARD_FULL, self._loud)
        unseen = smoothstep(LOUD_MIN, LOUD_FULL, self._loud) * (1.0 - smoothstep(SHUT_FULL, SHUT_MAX, self._wide))
        return max(hidden, unseen)


def hidden_mouth(readings: Readings | None, yaw_rad: float, now_s: float) -> float:
    """Return how little of a tracked face's mouth is seen, 0..1: it is turned away, or a hand is before it."""
    away = smoothstep(AWAY_STARTS_RAD, AWAY_ENDS_RAD, abs(yaw_rad))
    if readings is None or readings.face is None:
        return away
    points = readings.face.landmarks[:, :2]
    corner, other = points[_MOUTH_CORNERS[0]], points[_MOUTH_CORNERS[1]]
    middle = points[list(_LIPS_INNER)].mean(axis=0)
    reach = COVER_REACH * float(np.hypot(*(corner - other)))
    hands = (readings.left_hand, readings.right_hand)
    return 1.0 if any(_covers(hand, middle, reach, now_s) for hand in hands if hand is not None) else away


def _covers(hand: HandReading, middle: NDArray[np.float32], reach: float, now_s: float) -> bool:
    if now_s - hand.captured_s > HAND_STALE_S:
        return False
    away = np.hypot(*(hand.landmarks[:, :2] - middle).T)
    return int((away < reach).sum()) >= COVER_POINTS_MIN


def _held(voice: VoiceReading) -> Doubles:
    vowels = np.clip(voice.vowels.astype(np.float64), 0.0, 1.0)
    return vowels / max(float(vowels.sum()), 1.0)
