"""Turn raw face shape weights into weights that rest at 0 and reach 1.

A tracker's raw weights rest anywhere up to .5 (eyes of someone who looks down at a screen) and peak between .3 and .9,
differently for every face. So every shape has a rest, which follows a low quantile of what is seen, and a peak, which
follows the highest; both move quickly in the first seconds and then hardly, so that a long smile stays a smile.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.calibration import CALM, UNCALIBRATED, Calibration
from avatar_live.motion.filters import OneEuro, Smoothing
from avatar_live.signals import ARKIT_SHAPES, FaceReading

Doubles = NDArray[np.float64]

# 1/s. Steps up for samples above and down for samples below settle at the quantile rise / (rise + fall): 8 % of the
# time a shape is below its rest. Falling is quick, since a rest that is too high hides expressions.
REST_RISE, REST_FALL = 0.008, 0.09
REST_MAX = 0.5
WARM_UP_S = 2.0  # a streamer faces the camera calmly when tracking starts
WARM_UP_FACTOR = 25.0  # for rising
PEAK_RISE_S = 0.3
PEAK_FALL_S = 180.0
SPAN_SHARE_MIN = 0.5  # a peak that nobody measured may lie so much below what faces usually reach
NOISE = 0.04  # raw units above the rest that still count as rest
LID_SLACK = 0.14  # of an open eye's height: so much lower it still counts as open
LID_SLACK_OF_SPAN_MAX = 0.5  # eyes that are seen to move little keep half of it
MOUTH_SMOOTHING = Smoothing(cutoff_hz_min=4.0, opening=4.0)
BROW_SMOOTHING = Smoothing(cutoff_hz_min=1.5, opening=4.0)
LID_SHUT = 0.8  # a lid that is so far down is shut
# The lids' way is bent: eyes that are a little lowered are shown less so, and nearly shut ones as shut. With the slack
# who reads the chat does not look sleepy, and the avatar's lids follow filmed ones to a correlation of .95 and more.
LID_BEND = 1.5
LID_REST_RISE = 0.03  # lids rest where they are a third of the time: a lowered gaze soon counts as open
LID_REST_MAX = 0.75  # narrow eyes, or lids over a gaze that is on the keyboard, rest higher than any expression
WINK_STARTS, WINK_ENDS = 0.55, 0.30  # difference between the lids
WINK_AFTER_S = 0.09  # two lids that blink are seldom read alike on their way
TOGETHER_SHARE = 0.7  # of a difference between the eyes' squints is noise: people squint with both
JOIN_S = 0.10  # time in which two lids join or part
HIDDEN_EYE_STARTS_RAD, HIDDEN_EYE_ENDS_RAD = 0.35, 0.60  # 20 to 34 degrees of yaw: the far eye can no longer be trusted
# Height over width of an eye that is wide open. The opening is measured on the landmarks, in depth, too, so that a
# turned head changes nothing. It follows the eye-aspect ratio of filmed people to .98 and more; the tracker's own blink
# weights do to .76.
APERTURE_WIDE = 0.34
# Upper and lower lid, and the corners, of the left eye and of the right one.
_LID_PAIRS: Final = np.array([[(387, 373), (386, 374), (385, 380)], [(160, 144), (159, 145), (158, 153)]])
_LID_CORNERS: Final = np.array([(263, 362), (33, 133)])
TINY_PX = 1e-6


# Highest raw weights seen on tracked faces; shapes that the tracker hardly moves keep a wide span, since what they
# show is mostly noise.
_PEAKS: Final = {
    "browDown": 0.55, "browInnerUp": 0.65, "browOuterUp": 0.6, "eyeBlink": 0.75, "eyeSquint": 0.7, "eyeWide": 0.4,
    "jawOpen": 0.65, "jawLeft": 0.35, "jawRight": 0.35, "mouthClose": 0.35, "mouthFrown": 0.45, "mouthFunnel": 0.45,
    "mouthLowerDown": 0.6, "mouthPress": 0.6, "mouthPucker": 0.8, "mouthSmile": 0.75, "mouthStretch": 0.5,
    "mouthUpperUp": 0.65, "mouthShrug": 0.9,
}  # fmt: skip
PEAK_DEFAULT = 0.6


def _indices(*prefixes: str) -> NDArray[np.intp]:
    return np.array([i for i, name in enumerate(ARKIT_SHAPES) if name.startswith(prefixes)])


def _peak(shape: str) -> float:
    return next((peak for prefix, peak in _PEAKS.items() if shape.startswith(prefix)), PEAK_DEFAULT)


_PEAK_PRIOR: Final = np.array([_peak(name) for name in ARKIT_SHAPES])
_REST_RISE: Final = np.array([LID_REST_RISE if name.startswith("eyeBlink") else REST_RISE for name in ARKIT_SHAPES])
_REST_MAX: Final = np.array([LID_REST_MAX if name.startswith("eyeBlink") else REST_MAX for name in ARKIT_SHAPES])
_SLACK: Final = np.array([LID_SLACK if name.startswith("eyeBlink") else 0.0 for name in ARKIT_SHAPES])
_MOUTH: Final = _indices("jaw", "mouth", "cheekPuff", "tongue")
_BROWS: Final = _indices("brow", "cheekSquint", "noseSneer", "eyeSquint", "eyeWide")
_EYE_LOOK: Final = _indices("eyeLook")
BLINKS: Final = _indices("eyeBlink")
_SQUINT: Final = _indices("eyeSquint")
_WIDE: Final = _indices("eyeWide")
_MOUTH_CLOSE, _JAW_OPEN = ARKIT_SHAPES.index("mouthClose"), ARKIT_SHAPES.index("jawOpen")


class Ranges:
    """Learn where each shape rests and peaks, and stretch raw weights (52,) to 0..1.

    What a calibration knows is where the learning starts, and it goes on `CALM` times more slowly from there.
    """

    def __init__(self, calibration: Calibration = UNCALIBRATED) -> None:
        rest, peak = _measured(calibration)
        self._has_rest, self._has_peak = ~np.isnan(rest), ~np.isnan(peak)
        self._home_rest = np.where(self._has_rest, rest, 0.0)
        self._home_peak = np.where(self._has_peak, peak, _PEAK_PRIOR)
        # Between a rest and a peak that were both measured, the span is what they say, give or take what both drift.
        self._span_min = np.where(
            self._has_peak,
            SPAN_SHARE_MIN * np.maximum(self._home_peak - self._home_rest, 2.0 * NOISE),
            SPAN_SHARE_MIN * _PEAK_PRIOR,
        )
        self._rest: Doubles | None = None
        self._peak = self._home_peak.copy()
        self._age_s = 0.0

    def learn(self, raw: Doubles, dt_s: float) -> None:
        """Take raw weights that held for `dt_s`."""
        if self._rest is None:
            self._rest = np.where(self._has_rest, self._home_rest, np.minimum(raw, 0.5 * _REST_MAX))
        hurry = np.where(self._has_rest, 1.0 / CALM, WARM_UP_FACTOR if self._age_s < WARM_UP_S else 1.0)
        fall = np.where(self._has_rest, REST_FALL / CALM, REST_FALL)
        self._age_s += dt_s
        # Never past the sample itself, so that a still face has a still rest.
        step = np.clip(raw - self._rest, -fall * dt_s, _REST_RISE * hurry * dt_s)
        self._rest = np.clip(self._rest + step, 0.0, np.maximum(_REST_MAX, self._home_rest))
        above = np.maximum(raw - self._peak, 0.0)
        rise_s = np.where(self._has_peak, PEAK_RISE_S * CALM * CALM, PEAK_RISE_S)
        self._peak = self._peak + above * np.minimum(1.0, dt_s / rise_s)
        self._peak = self._peak + (self._home_peak - self._peak) * min(1.0, dt_s / PEAK_FALL_S)

    def stretch(self, raw: Doubles) -> Doubles:
        """Return weights 0..1."""
        rest = self._rest if self._rest is not None else self._home_rest
        span = np.maximum(self._peak - rest, self._span_min + NOISE)
        slack = np.maximum(NOISE, np.minimum(_SLACK * (1.0 - rest), LID_SLACK_OF_SPAN_MAX * span))
        weights: Doubles = np.clip((raw - rest - slack) / (span - slack), 0.0, 1.0)
        return weights


def _measured(calibration: Calibration) -> tuple[Doubles, Doubles]:
    """Return the rest and the peak of each shape (52,); what was not measured is not a number."""
    rest, peak = np.full(len(ARKIT_SHAPES), np.nan), np.full(len(ARKIT_SHAPES), np.nan)
    known = (
        calibration.ahead.shapes if calibration.ahead else {},
        calibration.mouth.peaks if calibration.mouth else {},
    )
    for values, weights in zip((rest, peak), known, strict=True):
        for name, weight in weights.items():
            if name in ARKIT_SHAPES:
                values[ARKIT_SHAPES.index(name)] = weight
    if calibration.lids is not None:
        rest[BLINKS], peak[BLINKS] = calibration.lids.opened, calibration.lids.closed
    return rest, peak


def raw_weights(face: FaceReading) -> Doubles:
    """Return the raw weights (52,) that ranges are about: the tracker's, and for the lids how far they have closed."""
    raw = np.clip(face.shapes.astype(np.float64), 0.0, 1.0)
    raw[BLINKS] = np.clip(1.0 - apertures(face) / APERTURE_WIDE, 0.0, 1.0)
    return raw


def apertures(face: FaceReading) -> Doubles:
    """Return height over width of the left and the right eye's opening (2,)."""
    points = face.landmarks.astype(np.float64)
    lids = np.linalg.norm(np.diff(points[_LID_PAIRS], axis=2)[:, :, 0], axis=-1).mean(axis=1)
    widths = np.linalg.norm(np.diff(points[_LID_CORNERS], axis=1)[:, 0], axis=-1)
    return np.asarray(lids / np.maximum(widths, TINY_PX), np.float64)


class FaceShapes:
    """Turn face readings into the 52 weights of a pose."""

    def __init__(self) -> None:
        self._ranges = Ranges()
        self._mouth = OneEuro(MOUTH_SMOOTHING)
        self._brows = OneEuro(BROW_SMOOTHING)
        self._weights = np.zeros(len(ARKIT_SHAPES))
        self._seen_s: float | None = None
        self._parted = 0.0  # 0 lids joined, 1 each on its own
        self._apart_s = 0.0
        self._is_winking = False

    def restart(self) -> None:
        """Forget the moment, keep what was learnt about the face."""
        self._mouth, self._brows = OneEuro(MOUTH_SMOOTHING), OneEuro(BROW_SMOOTHING)
        self._seen_s, self._parted, self._apart_s, self._is_winking = None, 0.0, 0.0, False

    def use_calibration(self, calibration: Calibration) -> None:
        """Learn anew, from what was calibrated."""
        self._ranges = Ranges(calibration)

    def see(self, face: FaceReading, yaw_rad: float) -> None:
        """Take a new reading of a head turned by `yaw_rad` (positive to the person's left)."""
        raw = raw_weights(face)
        passed_s = min(max(face.captured_s - self._seen_s, 0.0), 0.2) if self._seen_s is not None else 0.0
        if abs(yaw_rad) < HIDDEN_EYE_STARTS_RAD:
            self._ranges.learn(raw, passed_s)
        self._seen_s = face.captured_s
        self._weights = self._ranges.stretch(raw)

    def at(self, yaw_rad: float, dt_s: float) -> Doubles:
        """Return the weights (52,) to show; the eyes' direction travels as gaze, so the eyeLook shapes are zero."""
        weights: Doubles = self._weights.copy()
        for pair in (BLINKS, _SQUINT, _WIDE):
            weights[pair] = follow_visible_eye(weights[pair], yaw_rad)
        weights[_SQUINT] += TOGETHER_SHARE * (weights[_SQUINT].mean() - weights[_SQUINT])
        weights[BLINKS] = self._lids(weights[BLINKS], dt_s)
        weights[_MOUTH] = self._mouth.step(weights[_MOUTH], dt_s)
        weights[_BROWS] = self._brows.step(weights[_BROWS], dt_s)
        weights[_EYE_LOOK] = 0.0
        # The shape takes back what the open jaw parted: with more of it than that, lips would turn inside out.
        weights[_MOUTH_CLOSE] = min(weights[_MOUTH_CLOSE], weights[_JAW_OPEN])
        return weights

    def _lids(self, closed: Doubles, dt_s: float) -> Doubles:
        """Join the lids unless one eye winks, and show what is nearly shut as shut and what is nearly open as open."""
        difference = abs(float(closed[0] - closed[1]))
        is_apart = difference > (WINK_ENDS if self._is_winking else WINK_STARTS)
        self._apart_s = self._apart_s + max(dt_s, 0.0) if is_apart else 0.0
        self._is_winking = self._apart_s > WINK_AFTER_S
        change = max(dt_s, 0.0) / JOIN_S
        self._parted = min(1.0, max(0.0, self._parted + (change if self._is_winking else -change)))
        lids = closed.mean() + (closed - closed.mean()) * self._parted
        return np.asarray(np.clip(lids / LID_SHUT, 0.0, 1.0) ** LID_BEND, np.float64)


def follow_visible_eye(left_right: Doubles, yaw_rad: float) -> Doubles:
    """Let the eye that a turned head hides do what the other one does."""
    hidden = smoothstep(HIDDEN_EYE_STARTS_RAD, HIDDEN_EYE_ENDS_RAD, abs(yaw_rad))
    visible = float(left_right[1] if yaw_rad > 0.0 else left_right[0])
    return left_right + (visible - left_right) * hidden
