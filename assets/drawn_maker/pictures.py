"""Draw somebody again and again, the head turned as the lesson says."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context

import cv2
import numpy as np
from avatar_maker.build import build
from numpy.typing import NDArray

from avatar_live.avatar import Avatar, Rig
from avatar_live.avatar.model import Posture
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.motion import quaternions as quat
from avatar_live.signals import ARKIT_SHAPES, Pose
from avatar_live.stage.axes import look_at
from avatar_live.stage.studio import Studio

from .recipe import (
    AROUND,
    AWAY_M,
    MOST_RAD,
    NECK_SHARE,
    PICTURES,
    SEED,
    SIDE_PX,
    SOMEBODIES,
    STEP_S,
    STEPS,
    STUDIO_PX,
    TURNING_STEPS,
)
from .somebody import Chance, somebody

Doubles = NDArray[np.float64]
Pixels = NDArray[np.uint8]

_NO_THUMBNAIL = b"\x89PNG\r\n\x1a\n"
_BLINKS = [ARKIT_SHAPES.index(f"eyeBlink{side}") for side in ("Left", "Right")]
_JAW = ARKIT_SHAPES.index("jawOpen")


@dataclass(frozen=True, slots=True, eq=False)
class Portraits:
    """Hold `pictures` (n, SIDE_PX, SIDE_PX, 3) RGB with the eyes' middle in their middle, the heads' rotation vectors
    (n, 3), the colour behind them (n, 3), and who it is (n,)."""

    pictures: Pixels
    turns: Doubles
    behind: Pixels
    who: NDArray[np.int64]

    @classmethod
    def joined(cls, parts: Sequence["Portraits"]) -> "Portraits":
        """Put portraits one after another."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))


def portraits(people: Sequence[int], pictures: int = PICTURES) -> Portraits:
    """Return pictures of these people, who are numbers, drawn by two processes; always the same."""
    with ProcessPoolExecutor(2, get_context("spawn")) as painters:
        return Portraits.joined(list(painters.map(_portraits_of, people, [pictures] * len(people))))


def _portraits_of(who: int, pictures: int) -> Portraits:
    chance = np.random.default_rng((SEED, who))
    spec = somebody(chance, "robot" if who >= SOMEBODIES else None)
    avatar = avatar_from_bytes(build(spec, _NO_THUMBNAIL))
    behind = chance.integers(20, 235, 3)
    with Studio(STUDIO_PX, STUDIO_PX, tuple(behind.tolist())) as studio:
        studio.set_avatar(avatar)
        sitting = Sitting(avatar, studio)
        drawn = [sitting.taken(turn, chance) for turn in _turns(pictures, chance)]
    turns, taken = zip(*((turn, picture) for turn, picture in drawn), strict=True)
    return Portraits(
        np.array(taken), np.array(turns), np.tile(behind.astype(np.uint8), (pictures, 1)), np.full(pictures, who)
    )


class Sitting:
    """Take one picture after another of an avatar, whose hair goes on swinging."""

    def __init__(self, avatar: Avatar, studio: Studio) -> None:
        self._rig, self._studio = Rig(avatar), studio
        self._turn = np.zeros(3)

    def taken(self, turn: Doubles, chance: Chance) -> tuple[Doubles, Pixels]:
        """Return the rotation vector (3,) and the picture with the head turned so, whatever face it makes."""
        posture = self._turned(turn, chance)
        unit_m = float(np.linalg.norm(posture.eyes_m - posture.bones["head"][:3, 3]))
        away_m = chance.uniform(*AWAY_M)
        camera = look_at(posture.eyes_m + np.array([0.0, 0.0, away_m]), posture.eyes_m)
        picture = self._studio.picture(posture, camera, float(2.0 * np.arctan(0.5 * AROUND * unit_m / away_m)))
        return turn, np.asarray(
            cv2.resize(picture[..., :3], (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA), np.uint8
        )

    def _turned(self, turn: Doubles, chance: Chance) -> Posture:
        neck, arms = chance.uniform(*NECK_SHARE), chance.uniform(0.9, 1.35)
        shapes, (yaw_rad, pitch_rad) = _mimicry(chance), _gaze(chance)
        for step in range(STEPS):
            so_far = self._turn + (turn - self._turn) * min(1.0, (step + 1) / TURNING_STEPS)
            bones = {
                "leftUpperArm": quat.about(2, -arms),
                "rightUpperArm": quat.about(2, arms),
                "neck": quat.from_rotation_vector(so_far * neck),
                "head": quat.from_rotation_vector(so_far * (1.0 - neck)),
            }
            pose = Pose(bones, shapes=shapes, gaze_yaw_rad=yaw_rad, gaze_pitch_rad=pitch_rad)
            posture = self._rig.animate(pose, STEP_S)
        self._turn = turn
        return posture


def _turns(count: int, chance: Chance) -> Iterator[Doubles]:
    """Yield rotation vectors (3,): small turns of every kind, large ones about one axis, and large ones about all."""
    most = np.array(MOST_RAD)
    while count:
        kind = chance.random()
        if kind < 0.45:
            angles = 0.34 * most * chance.normal(0.0, 1.0, 3)
        elif kind < 0.67:
            angles = np.eye(3)[chance.integers(3)] * chance.uniform(-1.0, 1.0) * most
        else:
            angles = 0.88 * most * chance.uniform(-1.0, 1.0, 3)
        if (np.abs(angles) <= most).all():
            count -= 1
            yield quat.to_rotation_vector(quat.from_yaw_pitch_roll(*angles.tolist()))


def _mimicry(chance: Chance) -> Doubles:
    """Return (52,) weights: four in ten faces keep still, the others do anything, or shut their eyes, or open their
    mouth."""
    shapes = np.zeros(len(ARKIT_SHAPES))
    if chance.random() < 0.6:
        some = chance.integers(0, len(shapes), chance.integers(1, 7))
        shapes[some] = chance.random(len(some))
        if chance.random() < 0.25:
            shapes[_BLINKS] = chance.random()
        if chance.random() < 0.3:
            shapes[_JAW] = chance.random()
    return shapes


def _gaze(chance: Chance) -> tuple[float, float]:
    """Return yaw and pitch, radians: half of them look ahead."""
    yaw_rad, pitch_rad = chance.normal(0.0, 0.15, 2) if chance.random() < 0.5 else (0.0, 0.0)
    return float(yaw_rad), float(pitch_rad)
