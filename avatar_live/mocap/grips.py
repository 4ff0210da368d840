"""How a hand lies on a mouse, over half a keyboard and around a gamepad, and how it bends the arm that carries it.

Lengths are in arms of the person (shoulder to wrist), from the shoulder of someone who sits upright; axes are the
person's (+X their left, +Y up, +Z towards the camera), with the side's own sign on X: positive is away from the middle.
An avatar's table stands higher before it than a desk before a person: hands lie where they are seen.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import arms, hands
from avatar_live.motion import quaternions as quat

Doubles = NDArray[np.float64]

WRIST, PALM, FINGERS = slice(0, 3), slice(3, 6), slice(6, 6 + hands.ANGLES)
GRIP: Final = 6 + hands.ANGLES  # a grip as one vector

_DESK_Y: Final = -0.13  # of wrists above the table that everybody's camera sees
_KEYS_WRIST: Final = np.array([-0.03, _DESK_Y, 0.80])
_MOUSE_WRIST: Final = np.array([0.14, _DESK_Y - 0.01, 0.80])
_PAD_WRIST: Final = np.array([-0.05, -0.16, 0.66])
_MOUSE_WAY: Final = np.array([0.24, 0.0, 0.15])  # of the hand, while the pointer crosses the screen
_KEYS_WAY: Final = np.array([0.06, 0.012, 0.045])  # of a hand from the middle of its half of the keyboard

# How a hand is turned, in radians: its fingers point forward and so far to the middle, so far down; its thumb is up.
_KEYS_PALM: Final = np.radians([14.0, 2.0, 0.0])
_MOUSE_PALM: Final = np.radians([2.0, 3.0, 8.0])
_PAD_PALM: Final = np.radians([22.0, -4.0, 50.0])

# Spread and three bends of index, middle, ring and little finger, then the thumb's opposition, lift and bend.
_KEYS_FINGERS: Final = np.radians(
    [5.0, 12.0, 26.0, 14.0, 1.0, 10.0, 30.0, 16.0, -2.0, 12.0, 30.0, 16.0, -7.0, 14.0, 26.0, 14.0, 4.0, 8.0, 14.0]
)
_MOUSE_FINGERS: Final = np.radians(
    [5.0, 6.0, 20.0, 12.0, 0.0, 6.0, 20.0, 12.0, -5.0, 14.0, 28.0, 16.0, -12.0, 20.0, 30.0, 18.0, -4.0, 14.0, 14.0]
)
_PAD_FINGERS: Final = np.radians(
    [6.0, 34.0, 46.0, 24.0, 1.0, 56.0, 62.0, 36.0, -2.0, 60.0, 64.0, 38.0, -5.0, 62.0, 62.0, 38.0, 14.0, 2.0, 22.0]
)
_STRIKE: Final = np.radians([0.0, 17.0, 9.0, 4.0])  # of a finger that presses
_STRIKE_WRIST: Final = np.array([0.0, -0.008, 0.0])  # the hand goes with it
_THUMB_WAY: Final = np.radians([[16.0, 0.0, 8.0], [0.0, -14.0, -12.0]])  # across and along a stick
_THUMB_STRIKE: Final = np.radians([6.0, 10.0, 20.0])
_INDEX, _MIDDLE = 0, 1
_THUMB: Final = slice(16, 19)

_UPPER: Final = 0.5  # of the arm; the rest is the lower arm
_SHOULDER: Final = np.array([0.29, 0.75, 0.0])  # from where the spine bends
_ELBOW_HANGS: Final = np.array([0.42, -1.0, -0.1])


@dataclass(frozen=True, slots=True)
class Thumbwork:
    """Say what one hand does on a gamepad: its stick -1..1 to the right and up, its trigger 0..1, what is pressed."""

    stick: tuple[float, float] = (0.0, 0.0)
    trigger: float = 0.0
    is_shoulder_down: bool = False
    is_thumb_down: bool = False


def on_keys(place: tuple[float, float], finger: int | None) -> Doubles:
    """Return the grip (25,) of a hand at `place` (-1..1 outwards, -1..1 away) of its half, one finger striking."""
    wrist = _KEYS_WRIST + (place[0], 0.0, place[1]) * _KEYS_WAY
    return _grip(wrist, _KEYS_PALM, _KEYS_FINGERS) + (_strike(finger) if finger is not None else 0.0)


def on_mouse(right: float, down: float, *, is_index_down: bool, is_middle_down: bool) -> Doubles:
    """Return the right hand's grip (25,) with the pointer at `right` and `down`, 0..1 of the screen."""
    wrist = _MOUSE_WRIST + (right - 0.5, 0.0, 0.5 - down) * _MOUSE_WAY
    grip = _grip(wrist, _MOUSE_PALM, _MOUSE_FINGERS)
    for finger, is_down in ((_INDEX, is_index_down), (_MIDDLE, is_middle_down)):
        if is_down:
            grip[FINGERS] += _strike(finger)[FINGERS]
    return grip


def on_pad(side: arms.Side, work: Thumbwork) -> Doubles:
    """Return the grip (25,) of a hand that holds its half of a gamepad."""
    fingers = _PAD_FINGERS.copy()
    across, along = -side.sign * work.stick[0], work.stick[1]  # across is towards the middle of the pad
    fingers[_THUMB] += across * _THUMB_WAY[0] + along * _THUMB_WAY[1]
    if work.is_thumb_down:
        fingers[_THUMB] += _THUMB_STRIKE
    fingers[: 4 * (_INDEX + 1)] += _STRIKE * max(work.trigger, float(work.is_shoulder_down))
    return _grip(_PAD_WRIST, _PAD_PALM, fingers)


def at_ease(grip: Doubles) -> Doubles:
    """Return the grip of a hand that stays where it is and does nothing."""
    eased = grip.copy()
    eased[FINGERS] = 0.5 * (grip[FINGERS] + hands.relaxed_fingers())
    return eased


def turn_limb(side: arms.Side, grip: Doubles, chest: Doubles) -> Doubles:
    """Return local rotations (19, 4) of arm and fingers, in the order of `limbs.ARM_BONES`, on a leaning chest."""
    outwards = np.array([side.sign, 1.0, 1.0])
    shoulder = _SHOULDER * outwards
    wrist = grip[WRIST] * outwards + shoulder - quat.rotate(chest, shoulder)
    upper, lower = arms.place_elbow(wrist, _ELBOW_HANGS * outwards, _UPPER, 1.0 - _UPPER)
    arm = arms.turn_arm(side, upper, lower, chest, arms.elbow_twist(side, upper, lower, chest))
    bent = hands.wrist_angles(quat.multiply(quat.inverse(arm.lower_in_space), _palm_in_space(side, grip[PALM])))
    forearm_turn, hand = hands.turn_wrist(bent)
    turns = np.empty((4 + len(hands.HAND_BONES), 4))
    turns[0], turns[1], turns[2], turns[3] = arm.shoulder, arm.upper, quat.multiply(arm.lower, forearm_turn), hand
    turns[4:] = hands.turn_fingers(grip[FINGERS], side)
    return turns


def _palm_in_space(side: arms.Side, palm: Doubles) -> Doubles:
    """Return the hand's rotation in space; the T-pose's hand points along its arm, palm down and thumb forward."""
    inward, down, thumb_up = (float(angle) for angle in palm)
    forward = quat.about(1, -side.sign * (0.5 * math.pi + inward))
    return quat.multiply(quat.multiply(forward, quat.about(2, -side.sign * down)), quat.about(0, -thumb_up))


def _grip(wrist: Doubles, palm: Doubles, fingers: Doubles) -> Doubles:
    return np.concatenate((wrist, palm, fingers))


def _strike(finger: int) -> Doubles:
    """Return what a pressing finger adds to a grip."""
    added = np.zeros(GRIP)
    added[WRIST] = _STRIKE_WRIST
    added[FINGERS][4 * finger : 4 * finger + 4] = _STRIKE
    return added
