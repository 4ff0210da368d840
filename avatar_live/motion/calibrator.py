"""Measure a face in three steps, each of which may be skipped: look straight ahead, blink twice, move the mouth.

A step takes in readings until it has seen what it asks for. It ends by itself: done, or failed with a sentence for the
host. Nothing here knows what is stored or drawn.
"""

from dataclasses import dataclass
from typing import Final, Literal, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import gaze
from avatar_live.motion import quaternions as quat
from avatar_live.motion.calibration import LID_RISE_MIN, UNCALIBRATED, Ahead, Calibration, Lids, Mouth
from avatar_live.motion.face import BLINKS, raw_weights
from avatar_live.motion.gate import admit
from avatar_live.motion.head import HeadFit, fit_head
from avatar_live.signals import ARKIT_SHAPES, FaceReading, Readings
from avatar_live.signals.presence import CalibrationStep

Doubles = NDArray[np.float64]
Outcome = Literal["idle", "running", "done", "failed"]

AHEAD_S: Final = 2.0
STILL_RAD_MAX: Final = np.radians(6.0)  # who turns further while looking straight begins the two seconds anew
ASIDE_RAD_MAX: Final = np.radians(50.0)  # a face that the camera sees from further aside cannot be measured
GAP_S_MAX: Final = 0.5
STEP_S_MAX: Final = 12.0
BLINKS_WANTED: Final = 2
BLINK_S_MAX: Final = 0.8  # longer is a glance down, however far the lids follow it
BLINK_SHARE_MIN: Final = 0.6  # of the strongest one's rise: lids that a glance down lowers close less
QUIET_PERCENT: Final = 25.0  # of what is seen in a step lies at or below its rest, however long somebody smiles
HELD_SAMPLES: Final = 3  # a peak is what was reached so often: one mistracked picture is none

# Which shapes an expression moves, and by how many raw units, to be taken for one.
_EXPRESSIONS: Final = {"jawOpen": 0.2, "mouthSmile": 0.2, "mouthPucker": 0.2}
_MEMBERS: Final = {
    name: np.array([i for i, shape in enumerate(ARKIT_SHAPES) if shape.startswith(name)]) for name in _EXPRESSIONS
}

_UNSEEN: Final = "The camera did not see your face: sit before it, with light on you, and try again."


@dataclass(frozen=True, slots=True)
class Progress:
    """Say how a step goes: `share` 0..1 of what it wants, and why it failed."""

    outcome: Outcome = "idle"
    share: float = 0.0
    words: str = ""


class Calibrator:
    """Run one step at a time and add what it measured to `calibration`."""

    def __init__(self, calibration: Calibration = UNCALIBRATED) -> None:
        self.calibration = calibration
        self.progress = Progress()
        self._step: _Step | None = None
        self._until_s = 0.0
        self._seen_s: float | None = None

    def start(self, step: CalibrationStep, now_s: float) -> None:
        """Begin a step; one under way is given up."""
        self._step = _STEPS[step]()
        self._until_s, self._seen_s = now_s + STEP_S_MAX, None
        self.progress = Progress("running")

    def stop(self) -> None:
        """Give up the step under way; what was measured before stays."""
        self._step, self.progress = None, Progress()

    def see(self, readings: Readings | None, now_s: float) -> bool:
        """Take the newest readings, which may be old once more; True when `calibration` has changed."""
        if self._step is None:
            return False
        readings = admit(readings)
        face = readings.face if readings is not None else None
        if readings is not None and face is not None and (self._seen_s is None or face.captured_s > self._seen_s):
            fit = fit_head(face, readings.width_px, readings.height_px)
            if fit is not None:
                self._seen_s = face.captured_s
                self._step.see(face, fit)
        share = self._step.share
        if share < 1.0 and now_s < self._until_s:
            self.progress = Progress("running", share)
            return False
        try:
            self.calibration = self._step.result(self.calibration)
        except _NotSeenError as reason:
            self.progress = Progress("failed", share, str(reason) if self._seen_s is not None else _UNSEEN)
            return False
        else:
            self.progress = Progress("done", 1.0)
            return True
        finally:
            self._step = None


class _NotSeenError(Exception):
    """Say what the host did not show."""


class _Step(Protocol):
    @property
    def share(self) -> float:
        """How much of what the step wants was seen, 0..1."""

    def see(self, face: FaceReading, fit: HeadFit) -> None:
        """Take a new reading."""

    def result(self, known: Calibration) -> Calibration:
        """Add what was measured. Raises _NotSeenError."""


class _Ahead:
    """Look straight at the camera for two seconds: the middle of what is seen is what "ahead" means."""

    def __init__(self) -> None:
        self._samples: list[tuple[float, Doubles, Doubles, Doubles, Doubles]] = []

    @property
    def share(self) -> float:
        return min(1.0, (self._samples[-1][0] - self._samples[0][0]) / AHEAD_S) if self._samples else 0.0

    def see(self, face: FaceReading, fit: HeadFit) -> None:
        turn = quat.to_rotation_vector(fit.rotation)
        directions = gaze.measure(face, fit)
        if directions is None or np.linalg.norm(turn) > ASIDE_RAD_MAX:
            self._samples = []
            return
        if self._samples:
            usual = np.mean([sample[1] for sample in self._samples], axis=0)
            is_late = face.captured_s - self._samples[-1][0] > GAP_S_MAX
            if is_late or np.linalg.norm(turn - usual) > STILL_RAD_MAX:
                self._samples = []
        self._samples.append((face.captured_s, turn, directions.mean(axis=0), fit.place_m, raw_weights(face)))

    def result(self, known: Calibration) -> Calibration:
        if self.share < 1.0:
            raise _NotSeenError("You did not look straight ahead for long enough: hold still and try again.")
        # The median leaves out a blink or a glance in between.
        _, turn, direction, place_m, weights = (
            np.median([sample[part] for sample in self._samples], axis=0) for part in range(5)
        )
        shapes = dict(zip(ARKIT_SHAPES, (float(weight) for weight in weights), strict=True))
        ahead = Ahead(_three(turn), (float(direction[0]), float(direction[1])), _three(place_m), shapes)
        return msgspec.structs.replace(known, ahead=ahead)


class _Blink:
    """Blink twice: the raw weights of open lids and of closed ones, for each eye."""

    def __init__(self) -> None:
        self._seen: list[Doubles] = []
        self._seen_s: list[float] = []

    @property
    def share(self) -> float:
        return min(1.0, len(self._blinks()) / BLINKS_WANTED)

    def see(self, face: FaceReading, fit: HeadFit) -> None:
        self._seen.append(raw_weights(face)[BLINKS])
        self._seen_s.append(face.captured_s)

    def result(self, known: Calibration) -> Calibration:
        blinks = self._blinks()
        if not blinks:
            raise _NotSeenError("No blink was seen: face the camera, close both eyes fully, and try again.")
        seen = np.array(self._seen)
        # The weakest blink still closes the avatar's eyes: between two pictures, a quick one is never seen at its end.
        closed = np.min([seen[span.begin : span.end].max(axis=0) for span in blinks], axis=0)
        is_between = np.ones(len(seen), np.bool_)
        for span in self._rises():
            is_between[span.begin : span.end] = False
        opened = np.percentile(seen[is_between], QUIET_PERCENT, axis=0)  # a glance down in between is not open
        if (closed < opened + LID_RISE_MIN).any():
            raise _NotSeenError("One eye stayed open: blink with both, facing the camera, and try again.")
        lids = Lids((float(opened[0]), float(opened[1])), (float(closed[0]), float(closed[1])))
        return msgspec.structs.replace(known, lids=lids)

    def _blinks(self) -> list["Span"]:
        rises = [span for span in self._rises() if span.is_over and self._took_s(span) <= BLINK_S_MAX]
        enough = BLINK_SHARE_MIN * max((span.rise for span in rises), default=0.0)
        return [span for span in rises if span.rise >= enough]

    def _took_s(self, span: "Span") -> float:
        return self._seen_s[span.end] - self._seen_s[span.begin]

    def _rises(self) -> list["Span"]:
        return spans([float(pair.mean()) for pair in self._seen], LID_RISE_MIN)


class _Mouth:
    """Open the mouth wide, smile, purse the lips: how far each goes. Who leaves one out keeps its usual range."""

    def __init__(self) -> None:
        self._seen: list[Doubles] = []

    @property
    def share(self) -> float:
        ended = sum(any(span.is_over for span in self._spans(name)) for name in _EXPRESSIONS)
        return ended / len(_EXPRESSIONS)

    def see(self, face: FaceReading, fit: HeadFit) -> None:
        self._seen.append(raw_weights(face))

    def result(self, known: Calibration) -> Calibration:
        seen = np.array(self._seen)
        peaks: dict[str, float] = {}
        for name, members in _MEMBERS.items():
            shown = [seen[span.begin : span.end, members] for span in self._spans(name)]
            shown = [values for values in shown if len(values) >= HELD_SAMPLES]
            if shown:
                highest = np.max([np.sort(values, axis=0)[-HELD_SAMPLES] for values in shown], axis=0)
                peaks |= {ARKIT_SHAPES[i]: float(peak) for i, peak in zip(members, highest, strict=True)}
        if not peaks:
            raise _NotSeenError("Your mouth hardly moved: open it wide, smile broadly, and try again.")
        return msgspec.structs.replace(known, mouth=Mouth(peaks))

    def _spans(self, name: str) -> list["Span"]:
        return spans([float(weights[_MEMBERS[name]].mean()) for weights in self._seen], _EXPRESSIONS[name])


_STEPS: Final[dict[CalibrationStep, type[_Ahead] | type[_Blink] | type[_Mouth]]] = {
    "ahead": _Ahead,
    "blink": _Blink,
    "mouth": _Mouth,
}


@dataclass(frozen=True, slots=True)
class Span:
    """Name the samples `begin`..`end` in which a value stood above its rest; `is_over` when it came back."""

    begin: int
    end: int
    rise: float
    is_over: bool


def spans(values: list[float], rise_min: float) -> list[Span]:
    """Return when the values rose from their rest by `rise_min` and until they had lost half of their rise."""
    if not values:
        return []
    rest = float(np.percentile(values, QUIET_PERCENT))
    found: list[Span] = []
    begin, peak = -1, 0.0
    for at, value in enumerate(values):
        if begin < 0 and value > rest + rise_min:
            begin, peak = at, value
        elif begin >= 0:
            peak = max(peak, value)
            if value < rest + 0.5 * (peak - rest):
                found.append(Span(begin, at, peak - rest, is_over=True))
                begin = -1
    if begin >= 0:
        found.append(Span(begin, len(values), peak - rest, is_over=False))
    return found


def _three(vector: Doubles) -> tuple[float, float, float]:
    x, y, z = (float(part) for part in vector)
    return x, y, z
