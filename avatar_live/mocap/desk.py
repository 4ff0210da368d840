"""A host without a camera: the head follows the pointer, and the hands do what mouse, keyboard and gamepad do.

Keys arrive as how many of each half of the keyboard are down; which finger strikes, and where, is drawn from a count.
What the hands show tells nobody what was typed.
"""

import math
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.mocap import grips
from avatar_live.mocap.grips import Thumbwork
from avatar_live.mocap.part import NECK_SHARE, Part, Turn
from avatar_live.mocap.spring import Spring
from avatar_live.motion import quaternions as quat
from avatar_live.motion.arms import LEFT, RIGHT, Side
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.idle import breathe
from avatar_live.motion.limbs import ARM_BONES
from avatar_live.motion.skeleton import BONES, rows, standing

Doubles = NDArray[np.float64]

HEAD_YAW_RAD_MAX: Final = math.radians(25.0)
HEAD_PITCH_RAD_MAX: Final = math.radians(15.0)
LOOK_YAW_RAD_MAX: Final = math.radians(33.0)  # of head and eyes together, at the screen's edge
LOOK_PITCH_RAD_MAX: Final = math.radians(20.0)
HEAD_SHARE: Final = 0.75  # of a look; the eyes do the rest
_HEAD_RAD_MAX: Final = np.array([HEAD_YAW_RAD_MAX, HEAD_PITCH_RAD_MAX, HEAD_YAW_RAD_MAX])
EYE_RAD_MAX: Final = math.radians(20.0)
TORSO_SHARE: Final = np.array([0.16, 0.10, 0.06])  # of the head's yaw and pitch, and of its yaw as a roll
LEAN_RAD: Final = math.radians(4.0)  # towards the table
PLAY_YAW_RAD: Final = math.radians(7.0)  # who steers goes along
PLAY_ROLL_RAD: Final = math.radians(5.0)

HEAD_STIFFNESS, TORSO_STIFFNESS, EYE_STIFFNESS = 7.0, 4.0, 45.0  # rad/s; a saccade takes a tenth of a second
GRIP_STIFFNESS: Final = np.repeat((11.0, 11.0, 38.0), (3, 3, grips.GRIP - 6))  # wrist, palm, fingers

STRIKE_S: Final = 0.12  # a key is struck at least so long, however short it was down
AT_KEYS_S: Final = 0.5  # a hand that just typed does not go back to the mouse for a touch of it
WANDER_S: Final = 1.2  # then a hand is back over the middle of its half
EASE_S, EASED_S = 3.0, 4.5  # without any input: the look comes back to the viewers, the fingers relax
LOOK_GONE_S: Final = 6.0  # then head and eyes are nobody's: an idle that looks around is more alive than a stare
GONE_S: Final = 20.0  # and at last the hands are

POINTER_STILL: Final = 0.002  # of the screen
STICK_STILL: Final = 0.2
STEP_S_MAX: Final = 0.1

_TRUNK: Final = rows("spine", "chest", "upperChest", "neck", "head")
_SPINE_SHARES: Final = np.array([[0.35], [0.35], [0.30]])
_LIMBS: Final = {side: rows(*(f"{side.name}{bone}" for bone in ARM_BONES)) for side in (LEFT, RIGHT)}


@dataclass(frozen=True, slots=True)
class Pointer:
    """Say where the pointer is, 0..1 from the screen's left and top, and which of its buttons are down."""

    right: float
    down: float
    is_first_down: bool = False
    is_second_down: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """Say how many keys of each half of the keyboard are down, and nothing about which."""

    left: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Pad:
    """Say what the hands do on a gamepad."""

    left: Thumbwork = field(default_factory=Thumbwork)
    right: Thumbwork = field(default_factory=Thumbwork)


@dataclass(frozen=True, slots=True)
class DeskSeen:
    """Hold what the devices on the desk say now; one that is absent or not asked for is None."""

    pointer: Pointer | None = None
    keys: Keys | None = None
    pad: Pad | None = None


class Desk:
    """Follow the devices of one desk; who asks more often sees smoother movements, and the same ones."""

    def __init__(self) -> None:
        self._pointed: Pointer | None = None
        self._now_s = 0.0
        self._used_s = {"pointer": -math.inf, "keys": -math.inf, "right keys": -math.inf, "pad": -math.inf}
        self._typists = {LEFT: _Typist(1), RIGHT: _Typist(2)}
        self._head = Spring(np.zeros(3), HEAD_STIFFNESS)
        self._eyes = Spring(np.zeros(2), EYE_STIFFNESS)
        self._torso = Spring(np.zeros(3), TORSO_STIFFNESS)
        self._hands: dict[Side, Spring] = {}

    def at(self, seen: DeskSeen, now_s: float) -> Part | None:
        """Return the pose of this moment, or None while no device was touched for a while."""
        dt_s = min(max(now_s - self._now_s, 0.0), STEP_S_MAX)
        self._now_s = now_s
        self._notice(seen, now_s)
        quiet_s = now_s - max(self._used_s.values())
        if quiet_s > GONE_S:
            self._hands = {}
            return None
        return self._posed(seen, quiet_s, now_s, dt_s)

    def _notice(self, seen: DeskSeen, now_s: float) -> None:
        """Find out which devices are in use."""
        for side, typist in self._typists.items():
            if seen.keys is not None and typist.hear(getattr(seen.keys, side.name), now_s):
                self._used_s["keys"] = now_s
                if side is RIGHT:
                    self._used_s["right keys"] = now_s
        if seen.pointer is not None and _is_other(self._pointed, seen.pointer):
            if self._pointed is not None:  # the first look at a pointer is no movement of it
                self._used_s["pointer"] = now_s
            self._pointed = seen.pointer
        if seen.pad is not None and _is_playing(seen.pad):
            self._used_s["pad"] = now_s

    def _posed(self, seen: DeskSeen, quiet_s: float, now_s: float, dt_s: float) -> Part:
        rotations = standing()
        given: list[int] = []
        ease = smoothstep(EASE_S, EASED_S, quiet_s)
        is_playing = self._used_s["pad"] > max(self._used_s["pointer"], self._used_s["keys"])
        is_looking = (seen.pointer is not None or seen.pad is not None) and quiet_s < LOOK_GONE_S
        share = (1.0 - ease) if is_looking else 0.0
        head, gaze, torso = self._faced(share * _look(seen, is_playing), share * LEAN_RAD, dt_s)
        chest = quat.from_yaw_pitch_roll(*torso)
        if is_looking:
            rotations[_TRUNK] = _trunk(head, chest)
            given.extend(_TRUNK)
        for side, goal in self._held(seen, is_playing).items():
            goal = goal + ease * (grips.at_ease(goal) - goal)
            if side not in self._hands:
                self._hands[side] = Spring(goal, GRIP_STIFFNESS)
            rotations[_LIMBS[side]] = grips.turn_limb(side, self._hands[side].step(goal, dt_s), chest)
            given.extend(_LIMBS[side])
        rotations = quat.normalized(breathe(rotations, now_s))
        return Part(
            rotations={BONES[row]: _turn(rotations[row]) for row in given},
            gaze_rad=(float(gaze[0]), float(gaze[1])) if is_looking else None,
        )

    def _faced(self, look: Doubles, lean_rad: float, dt_s: float) -> tuple[Doubles, Doubles, Doubles]:
        """Return head (yaw, pitch, roll), gaze in it (yaw, pitch up) and torso (yaw, pitch, roll), all in radians.

        The eyes are there first, the head follows and takes most of the way from them, the torso comes last.
        """
        goal = np.clip(look * (HEAD_SHARE, -HEAD_SHARE, 1.0), -_HEAD_RAD_MAX, _HEAD_RAD_MAX)
        head = self._head.step(goal, dt_s)
        eyes = self._eyes.step(look[:2], dt_s) - (head[0], -head[1])
        torso = self._torso.step(goal[[0, 1, 0]] * TORSO_SHARE + (0.0, lean_rad, look[2]), dt_s)
        return head, np.clip(eyes, -EYE_RAD_MAX, EYE_RAD_MAX), torso

    def _held(self, seen: DeskSeen, is_playing: bool) -> dict[Side, Doubles]:
        """Return the grips that the hands go to; a hand of which no device tells has none."""
        if is_playing and seen.pad is not None:
            return {LEFT: grips.on_pad(LEFT, seen.pad.left), RIGHT: grips.on_pad(RIGHT, seen.pad.right)}
        held: dict[Side, Doubles] = {}
        if seen.keys is not None:
            held = {side: typist.grip(self._now_s) for side, typist in self._typists.items()}
        is_right_typing = self._used_s["right keys"] + AT_KEYS_S > self._used_s["pointer"]
        if seen.pointer is not None and not is_right_typing:
            held[RIGHT] = grips.on_mouse(
                seen.pointer.right,
                seen.pointer.down,
                is_index_down=seen.pointer.is_first_down,
                is_middle_down=seen.pointer.is_second_down,
            )
        return held


class _Typist:
    """Type with one hand: it hears how many keys are down, and draws from a count which finger strikes, and where."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._down = self._count = 0
        self._struck_s = -math.inf

    def hear(self, down: int, now_s: float) -> bool:
        """Take in how many keys are down; true while there are any: who holds a key is not idle."""
        self._count += down > self._down
        self._down = down
        if down > 0:
            self._struck_s = now_s
        return down > 0

    def grip(self, now_s: float) -> Doubles:
        """Return the grip (25,) over the keys."""
        since_s = now_s - self._struck_s
        stays = 1.0 - smoothstep(STRIKE_S, WANDER_S, since_s)
        # Multiples of irrational numbers spread evenly and never repeat (Weyl): the golden ratio's, pi's and e's.
        across, along, finger = ((self._seed + self._count) * step % 1.0 for step in (0.618034, 0.141593, 0.718282))
        place = (stays * (2.0 * across - 1.0), stays * (2.0 * along - 1.0))
        return grips.on_keys(place, int(4.0 * finger) if since_s < STRIKE_S else None)


def _look(seen: DeskSeen, is_playing: bool) -> Doubles:
    """Return where the host looks, yaw to the left and pitch up, and how far it rolls along, in radians."""
    if is_playing and seen.pad is not None:
        left, right = seen.pad.left.stick, seen.pad.right.stick
        steer = 0.5 * (left[0] + right[0])
        return np.array([-PLAY_YAW_RAD * steer, 0.5 * PLAY_YAW_RAD * right[1], PLAY_ROLL_RAD * steer])
    if seen.pointer is None:
        return np.zeros(3)
    across, down = (min(max(2.0 * place - 1.0, -1.0), 1.0) for place in (seen.pointer.right, seen.pointer.down))
    return np.array([-LOOK_YAW_RAD_MAX * across, -LOOK_PITCH_RAD_MAX * down, 0.0])


def _trunk(head: Doubles, torso: Doubles) -> Doubles:
    """Return local rotations (5, 4) of `_TRUNK` for a head turned in space on a torso turned in space."""
    lean = quat.to_rotation_vector(torso)
    on_torso = quat.to_rotation_vector(quat.multiply(quat.inverse(torso), quat.from_yaw_pitch_roll(*head)))
    turns = np.concatenate((lean * _SPINE_SHARES, on_torso * np.array([[NECK_SHARE], [1.0 - NECK_SHARE]])))
    return quat.from_rotation_vector(turns)


def _turn(rotation: Doubles) -> Turn:
    x, y, z, w = rotation.tolist()
    return x, y, z, w


def _is_other(before: Pointer | None, after: Pointer) -> bool:
    """Say whether the pointer was used: it moved, or a button is down."""
    moved = math.inf if before is None else max(abs(after.right - before.right), abs(after.down - before.down))
    return after.is_first_down or after.is_second_down or moved > POINTER_STILL


def _is_playing(pad: Pad) -> bool:
    return any(
        max(abs(work.stick[0]), abs(work.stick[1]), work.trigger) > STICK_STILL
        or work.is_shoulder_down
        or work.is_thumb_down
        for work in (pad.left, pad.right)
    )
