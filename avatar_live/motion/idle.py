"""Keep the avatar alive: breath under everything, and, while nobody is tracked, blinks, glances and swaying.

Everything is a function of the time and a seed, so that two runs show the same and a restart shows no jump.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.skeleton import BONES, ROW
from avatar_live.signals import ARKIT_SHAPES

Doubles = NDArray[np.float64]

BREATH_S = 3.9  # about 15 a minute, an adult at rest
BREATH_M = 0.002
BLINK_SLOT_S = 3.7  # one blink at a random moment of each slot: people blink 15 to 20 times a minute
BLINK_AGAIN_SHARE, BLINK_AGAIN_S = 0.18, 0.34
LID_CLOSES_S, LID_STAYS_S, LID_OPENS_S = 0.07, 0.03, 0.14
GLANCE_SLOT_S, GLANCE_MOVE_S = 1.3, 0.045  # a saccade of a few degrees takes about 40 ms
GLANCE_HOME_SHARE = 0.45
GLANCE_YAW_RAD, GLANCE_PITCH_RAD = math.radians(9.0), math.radians(5.0)
# The page shows the chat beside the picture, at the viewer's right, newest lines at the bottom. Who reads looks for two
# seconds; the eyes jump there and the head comes after.
CHAT_YAW_RAD, CHAT_PITCH_RAD = math.radians(17.0), math.radians(-7.0)
CHAT_SLOT_S, CHAT_SHARE, CHAT_LOOK_S = 8.0, 0.6, (1.3, 2.5)
CHAT_HEAD_STARTS_S, CHAT_HEAD_S, CHAT_HEAD_SHARE = 0.06, 0.45, 0.4
SWAY_S, SWAY_M, SWAY_ROLL_RAD = 10.7, 0.014, math.radians(1.4)
LEG_M = 0.85
SMILE = 0.12

_BLINKS: Final = [ARKIT_SHAPES.index("eyeBlinkLeft"), ARKIT_SHAPES.index("eyeBlinkRight")]
_SMILES: Final = [ARKIT_SHAPES.index("mouthSmileLeft"), ARKIT_SHAPES.index("mouthSmileRight")]

# Degrees about X (positive bends forward) and Z that a full breath in adds to each bone; neck and head take back what
# the chest does, so that the eyes stay level, and the upper arms what the collar bones do.
_BREATH: Final = {
    "spine": (-0.4, 0.0), "chest": (-0.9, 0.0), "upperChest": (-0.7, 0.0), "neck": (1.3, 0.0), "head": (0.7, 0.0),
    "leftShoulder": (0.0, 1.1), "rightShoulder": (0.0, -1.1),
    "leftUpperArm": (0.0, -0.7), "rightUpperArm": (0.0, 0.7),
}  # fmt: skip
_BREATH_VECTORS: Final = np.zeros((len(BONES), 3))
for _bone, (_forward, _aside) in _BREATH.items():
    _BREATH_VECTORS[ROW[_bone]] = math.radians(_forward), 0.0, math.radians(_aside)


@dataclass(frozen=True, slots=True, eq=False)
class Idle:
    """Hold a moment of idling: the trunk's and legs' `turns` by bone, `shapes` (52,), `gaze` (2,), `hips_m` (3,)."""

    turns: dict[str, Doubles]
    shapes: Doubles
    gaze: Doubles
    hips_m: Doubles


def breathe(rotations: Doubles, now_s: float) -> Doubles:
    """Add the breath of this moment to local rotations (bones, 4)."""
    return quat.multiply(rotations, quat.from_rotation_vector(_BREATH_VECTORS * breath(now_s)))


def breath(now_s: float) -> float:
    """Return the lungs' filling, -1..1; in is quicker than out, and no two breaths are equally long."""
    phase = 2.0 * math.pi * (now_s / BREATH_S + 0.07 * math.sin(2.0 * math.pi * now_s / 23.0))
    return math.sin(phase + 0.35 * math.sin(phase))


def idle_at(now_s: float, seed: int, chat_side: float = 1.0, called_s: float = -math.inf) -> Idle:
    """Return what to show at `now_s` while nobody is tracked.

    `chat_side` is 1 where the chat is to the left of who idles, else -1; at `called_s` the chat called for a look.
    """
    shapes = np.zeros(len(ARKIT_SHAPES))
    shapes[_BLINKS] = lids_closed(now_s, seed)
    shapes[_SMILES] = SMILE
    shift = math.tanh(1.6 * _wander(now_s, SWAY_S, seed))
    aside_m, roll = SWAY_M * shift, SWAY_ROLL_RAD * shift
    yaw = math.radians(4.5) * _wander(now_s, 6.1, seed + 1)
    pitch = math.radians(2.2) * _wander(now_s, 7.9, seed + 2)
    tilt = math.radians(2.0) * _wander(now_s, 9.3, seed + 3)
    # The eyes give back what the head's own wandering takes from the viewer.
    gaze = glance(now_s, seed) - (0.6 * yaw, -0.6 * pitch)
    eyes, head = chat_look(now_s, seed, called_s)
    chat = np.array([chat_side * CHAT_YAW_RAD, CHAT_PITCH_RAD])
    gaze = gaze * (1.0 - 0.7 * eyes) + chat * (eyes - CHAT_HEAD_SHARE * head)
    yaw, pitch = yaw + CHAT_HEAD_SHARE * head * float(chat[0]), pitch - CHAT_HEAD_SHARE * head * CHAT_PITCH_RAD
    leg = quat.about(2, -aside_m / LEG_M - roll)
    turns = {
        "hips": quat.about(2, roll),
        "spine": quat.from_yaw_pitch_roll(0.15 * yaw, 0.0, -0.9 * roll),
        "chest": quat.from_yaw_pitch_roll(0.15 * yaw, 0.1 * pitch, -0.5 * roll),
        "upperChest": quat.from_yaw_pitch_roll(0.1 * yaw, 0.1 * pitch, 0.1 * tilt),
        "neck": quat.from_yaw_pitch_roll(0.3 * yaw, 0.4 * pitch, 0.4 * tilt),
        "head": quat.from_yaw_pitch_roll(0.3 * yaw, 0.4 * pitch, 0.5 * tilt + 0.4 * roll),
        "leftUpperLeg": leg,
        "rightUpperLeg": leg,
        "leftFoot": quat.about(2, aside_m / LEG_M),
        "rightFoot": quat.about(2, aside_m / LEG_M),
    }
    return Idle(turns, shapes, gaze, np.array([aside_m, 0.0, 0.0]))


def lids_closed(now_s: float, seed: int) -> float:
    """Return how far both lids are closed, 0..1."""
    slot = math.floor(now_s / BLINK_SLOT_S)
    return max(_blink_of(slot, now_s, seed), _blink_of(slot - 1, now_s, seed))


def glance(now_s: float, seed: int) -> Doubles:
    """Return the gaze (yaw, pitch) in radians: small quick jumps between rests, often back to the viewer."""
    slot = math.floor(now_s / GLANCE_SLOT_S)
    starts_s = (slot + 0.6 * _chance(seed, slot, 11)) * GLANCE_SLOT_S
    moved = smoothstep(0.0, GLANCE_MOVE_S, now_s - starts_s)
    before, after = _glance_of(slot - 1, seed), _glance_of(slot, seed)
    return before + (after - before) * moved


def chat_look(now_s: float, seed: int, called_s: float = -math.inf) -> tuple[float, float]:
    """Return how far the eyes and the head are turned to the chat, 0..1 each: now and then, and when it calls."""
    slot = math.floor(now_s / CHAT_SLOT_S)
    eyes, head = _look(now_s - called_s, CHAT_LOOK_S[1])
    if _chance(seed, slot, 41) < CHAT_SHARE:
        lasts_s = CHAT_LOOK_S[0] + (CHAT_LOOK_S[1] - CHAT_LOOK_S[0]) * _chance(seed, slot, 42)
        free_s = CHAT_SLOT_S - CHAT_LOOK_S[1] - CHAT_HEAD_STARTS_S - CHAT_HEAD_S  # a look ends within its slot
        by_chance = _look(now_s - slot * CHAT_SLOT_S - free_s * _chance(seed, slot, 43), lasts_s)
        eyes, head = max(eyes, by_chance[0]), max(head, by_chance[1])
    return eyes, head


def _look(since_s: float, lasts_s: float) -> tuple[float, float]:
    """Return how far the eyes and the head have gone somewhere and come back, 0..1 each."""
    eyes, head = (
        smoothstep(starts_s, starts_s + takes_s, since_s) - smoothstep(starts_s, starts_s + takes_s, since_s - lasts_s)
        for starts_s, takes_s in ((0.0, GLANCE_MOVE_S), (CHAT_HEAD_STARTS_S, CHAT_HEAD_S))
    )
    return eyes, head


def _blink_of(slot: int, now_s: float, seed: int) -> float:
    starts_s = (slot + 0.85 * _chance(seed, slot, 21)) * BLINK_SLOT_S
    closed = _lid(now_s - starts_s)
    if _chance(seed, slot, 22) < BLINK_AGAIN_SHARE:
        closed = max(closed, _lid(now_s - starts_s - BLINK_AGAIN_S))
    return closed


def _lid(since_s: float) -> float:
    closing = smoothstep(0.0, LID_CLOSES_S, since_s)
    opening = smoothstep(0.0, LID_OPENS_S, since_s - LID_CLOSES_S - LID_STAYS_S)
    return closing - opening


def _glance_of(slot: int, seed: int) -> Doubles:
    if _chance(seed, slot, 31) < GLANCE_HOME_SHARE:
        return np.zeros(2)
    aside, up = 2.0 * _chance(seed, slot, 32) - 1.0, 2.0 * _chance(seed, slot, 33) - 1.0
    return np.array([GLANCE_YAW_RAD * aside, GLANCE_PITCH_RAD * up])


def _wander(now_s: float, period_s: float, seed: int) -> float:
    """Return -1..1 that drifts and never visibly repeats: two sines whose periods have the golden ratio."""
    turn = 2.0 * math.pi * now_s / period_s
    first, second = 2.0 * math.pi * _chance(seed, 0, 1), 2.0 * math.pi * _chance(seed, 0, 2)
    return 0.6 * math.sin(turn + first) + 0.4 * math.sin(turn / 1.618 + second)


def _chance(seed: int, slot: int, purpose: int) -> float:
    """Return a number in 0..1 fixed by its arguments: the mixing of SplitMix64 (Steele, Lea, Flood 2014)."""
    mask = (1 << 64) - 1
    z = (seed * 0x9E3779B97F4A7C15 + slot * 0xD1342543DE82EF95 + purpose * 0x2545F4914F6CDD1D) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return (z ^ (z >> 31)) / 2.0**64
