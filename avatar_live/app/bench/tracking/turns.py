"""How well a head is followed: rendered heads at known rotations, one that keeps still, one that swings like a sine.

Every picture goes the way of the show: detectors, solver (which has looked at the head straight ahead for two seconds,
as a streamer does), and the bones of the pose from the hips to the head, multiplied.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.head import HEIGHT_PX, WIDTH_PX, TexturedHead
from avatar_live.motion import Solver
from avatar_live.motion import quaternions as quat
from avatar_live.motion.calibrator import AHEAD_S, Calibrator
from avatar_live.signals import FaceReading, Pose, Readings
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Pixels

Doubles = NDArray[np.float64]

FPS: Final = 30.0
LATE_S: Final = 0.03  # from the picture to the moment that is drawn: half a camera period and the face's tracking
LOOKS: Final = 6  # the landmark model finds its region from its last result: so many looks until it stands
# Who is not found ahead looks around once, and ahead again after each: a drawn head is found more easily from one side.
LOOKED_AROUND_DEG: Final = ((10.0, 0.0, 0.0), (0.0, 15.0, 0.0), (-10.0, 0.0, 0.0), (0.0, -15.0, 0.0))
SHOWN_S: Final = 0.8  # of each rotation, so that the way there has been forgotten
AXES: Final = ("yaw", "pitch", "roll")
SWEEPS_DEG: Final = (40.0, 30.0, 40.0)
STEP_DEG: Final = 10.0
MIXED: Final = 16
MIXED_DEG: Final = (30.0, 20.0, 30.0)
NOISE_SIGMA: Final = 3.0
STILL_S: Final = 6.0
SWING_DEG: Final = 15.0
SWINGS_HZ: Final = (0.5, 1.0, 2.0)
SWING_S: Final = 4.0
SETTLED_S: Final = 0.5


class Head(Protocol):
    """Know a head at any rotation."""

    def draw(self, rotation: Doubles) -> Pixels:
        """Return the picture (480, 640, 3) RGB of the head turned by `rotation` (3, 3) about its eyes, which the camera
        looks at."""


@dataclass(frozen=True, slots=True, eq=False)
class Turns:
    """Hold known rotations (n, 3) and what was shown for them (n, 3), yaw, pitch and roll in degrees; no numbers where
    no face was found."""

    known_deg: Doubles
    shown_deg: Doubles

    @property
    def found(self) -> "Turns":
        """Those in which a face was found."""
        is_found = np.isfinite(self.shown_deg).all(axis=1)
        return Turns(self.known_deg[is_found], self.shown_deg[is_found])

    @property
    def mae_deg(self) -> Doubles:
        """The mean absolute error of each axis (3,)."""
        error: Doubles = np.abs(self.shown_deg - self.known_deg).mean(axis=0)
        return error

    @property
    def gains(self) -> Doubles:
        """How much of a turn about one axis alone is shown (3,): the slope of a straight line; no number where fewer
        than three such turns are known."""
        slopes = np.full(3, np.nan)
        for axis in range(3):
            alone = (np.delete(self.known_deg, axis, axis=1) == 0.0).all(axis=1)
            if np.count_nonzero(alone) >= 3:
                slopes[axis] = np.polyfit(self.known_deg[alone, axis], self.shown_deg[alone, axis], 1)[0]
        return slopes


def known_rotations(step_deg: float = STEP_DEG, mixed: int = MIXED) -> Doubles:
    """Return (n, 3) degrees: each axis alone from end to end, and rotations about all three."""
    rows = [(0.0, 0.0, 0.0)]
    for axis, most in enumerate(SWEEPS_DEG):
        for angle in np.arange(-most, most + 1e-9, step_deg):
            if angle:
                rows.append(tuple(float(angle) if place == axis else 0.0 for place in range(3)))  # type: ignore[arg-type]
    chance = np.random.default_rng(1)
    rows += [tuple(chance.uniform(-1.0, 1.0, 3) * MIXED_DEG) for _ in range(mixed)]
    return np.array(rows)


def measure_turns(heads: Sequence[TexturedHead], models: Models, rotations_deg: Doubles) -> dict[str, float]:
    """Return `yaw_mae_deg`, `pitch_mae_deg`, `roll_mae_deg`, `gain_min` and `gain_max`, means over the heads."""
    turns = [turns_of(head, models, rotations_deg) for head in heads]
    errors = np.mean([one.mae_deg for one in turns], axis=0)
    gains = np.mean([one.gains for one in turns], axis=0)
    figures = {f"{axis}_mae_deg": round(float(error), 3) for axis, error in zip(AXES, errors, strict=True)}
    return figures | {"gain_min": round(float(gains.min()), 4), "gain_max": round(float(gains.max()), 4)}


def turns_of(head: Head, models: Models, rotations_deg: Doubles, *, drawn: bool = False) -> Turns:
    """Return what is shown for each rotation of a head, a person's or a drawn one."""
    solver = calibrated(head, models, drawn=drawn)
    shown = np.full(rotations_deg.shape, np.nan)
    with Detectors(models, drawn=drawn) as detectors:
        at_s = 0.0
        for place, angles in enumerate(rotations_deg):
            picture = head.draw(rotation_of(angles))
            face: FaceReading | None = None
            for _ in range(LOOKS):
                at_s += 1.0 / FPS
                face = detectors.face(picture, at_s)
            if face is None:
                continue
            for _ in range(round(SHOWN_S * FPS)):
                at_s += 1.0 / FPS
                readings = Readings(WIDTH_PX, HEIGHT_PX, at_s, replace(face, captured_s=at_s))
                pose = solver.solve(readings, at_s + LATE_S, 1.0 / FPS)
            shown[place] = head_deg(pose)
    return Turns(rotations_deg, shown)


def measure_still(head: TexturedHead, models: Models, seconds: float = STILL_S) -> dict[str, float]:
    """Return `jitter_yaw_deg`, `jitter_pitch_deg` and `jitter_roll_deg`: the deviations that camera noise makes."""
    chance = np.random.default_rng(2)
    still = head.draw(np.eye(3)).astype(np.float64)
    pictures = (
        np.clip(np.rint(still + chance.normal(0.0, NOISE_SIGMA, still.shape)), 0, 255).astype(np.uint8)
        for _ in range(round(seconds * FPS))
    )
    shown = np.array([head_deg(pose) for pose, _ in _played(pictures, calibrated(head, models), models)])
    deviations = shown[round(SETTLED_S * FPS) :].std(axis=0)
    return {f"jitter_{axis}_deg": round(float(value), 3) for axis, value in zip(AXES, deviations, strict=True)}


def measure_swings(
    head: TexturedHead, models: Models, swings_hz: Sequence[float] = SWINGS_HZ, axes: Sequence[int] = (0, 1, 2)
) -> dict[str, float]:
    """Return `lag_ms`, the longest, and `swing_gain_min` and `swing_gain_max` of a head that swings about each axis."""
    lags_ms, gains = [], []
    for axis in axes:
        for frequency_hz in swings_hz:
            lag_ms, gain = _swing(head, models, axis, frequency_hz)
            lags_ms.append(lag_ms)
            gains.append(gain)
    return {
        "lag_ms": round(max(lags_ms), 1),
        "swing_gain_min": round(min(gains), 3),
        "swing_gain_max": round(max(gains), 3),
    }


def calibrated(head: Head, models: Models, *, drawn: bool = False) -> Solver:
    """Return a solver that has measured this head looking into the camera, if it is found there, be it after a turn or
    two: who sees that nobody follows moves."""
    calibrator = Calibrator()
    calibrator.start("ahead", 0.0)
    face: FaceReading | None = None
    with Detectors(models, drawn=drawn) as detectors:
        ahead, at_s = head.draw(np.eye(3)), 0.0
        for turn_deg in (None, *LOOKED_AROUND_DEG):
            turned = () if turn_deg is None else (head.draw(rotation_of(np.array(turn_deg))),)
            for picture in (*turned, ahead):
                face = None
                for _ in range(LOOKS):
                    face = detectors.face(picture, at_s) or face
                    at_s += 1.0 / FPS
            if face is not None:
                break
    if face is None:
        return Solver(mirror=False)
    for count in range(round((AHEAD_S + 1.0) * FPS)):
        at_s = count / FPS
        calibrator.see(Readings(WIDTH_PX, HEIGHT_PX, at_s, replace(face, captured_s=at_s)), at_s)
    assert calibrator.progress.outcome == "done", calibrator.progress.words
    solver = Solver(mirror=False)
    solver.use_calibration(calibrator.calibration)
    return solver


def rotation_of(angles_deg: Doubles) -> Doubles:
    """Return the rotation (3, 3) of yaw, pitch and roll in degrees."""
    return quat.to_matrix(quat.from_yaw_pitch_roll(*(math.radians(float(angle)) for angle in angles_deg)))


def head_deg(pose: Pose) -> Doubles:
    """Return yaw, pitch and roll of the avatar's head in degrees: all that turns between the hips and it."""
    whole = quat.IDENTITY
    for bone in ("hips", "spine", "chest", "upperChest", "neck", "head"):
        whole = quat.multiply(whole, pose.rotations[bone])
    return np.degrees(quat.yaw_pitch_roll(whole))


def _swing(head: TexturedHead, models: Models, axis: int, frequency_hz: float) -> tuple[float, float]:
    """Return the lag in milliseconds and the gain of one swing about one axis."""
    turn = 2.0 * math.pi * frequency_hz
    rest_s = 1.0

    def angles(at_s: float) -> Doubles:
        known = np.zeros(3)
        known[axis] = SWING_DEG * math.sin(turn * max(0.0, at_s - rest_s))
        return known

    pictures = (head.draw(rotation_of(angles(count / FPS))) for count in range(round((rest_s + SWING_S) * FPS)))
    shown, when_s = [], []
    for pose, now_s in _played(pictures, calibrated(head, models), models):
        if now_s > rest_s + SETTLED_S:
            shown.append(head_deg(pose)[axis])
            when_s.append(now_s - rest_s)
    time_s = np.array(when_s)
    waves = np.stack((np.sin(turn * time_s), np.cos(turn * time_s), np.ones_like(time_s)), axis=1)
    (in_phase, ahead, _), *_ = np.linalg.lstsq(waves, np.array(shown), rcond=None)
    return -1000.0 * math.atan2(ahead, in_phase) / turn, math.hypot(in_phase, ahead) / SWING_DEG


def _played(pictures: Iterable[Pixels], solver: Solver, models: Models) -> Iterator[tuple[Pose, float]]:
    """Yield the pose that is drawn for each picture of a camera, and when."""
    with Detectors(models) as detectors:
        for count, picture in enumerate(pictures):
            at_s = count / FPS
            readings = Readings(WIDTH_PX, HEIGHT_PX, at_s, detectors.face(picture, at_s))
            yield solver.solve(readings, at_s + LATE_S, 1.0 / FPS), at_s + LATE_S
