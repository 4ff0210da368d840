"""Fingers of a hand whose every joint is known: each curls by itself and by degrees, and none past its limit."""

import math

import numpy as np
import pytest

from avatar_live.motion import arms, hands
from avatar_live.motion import quaternions as quat

CURLS = (0.0, 0.25, 0.5, 0.75, 1.0)
FINGERS = ("Thumb", *hands.FINGERS)
MIRROR_X = np.array([-1.0, 1.0, 1.0])

# A left hand in the T-pose: fingers along +X, palm down, thumb's side forward; knuckles, bones, spread in degrees.
KNUCKLES_M = {"Index": (0.090, 0.0, 0.025), "Middle": (0.092, 0.002, 0.003), "Ring": (0.086, 0.0, -0.018),
              "Little": (0.078, -0.003, -0.037)}  # fmt: skip
BONES_M = {"Index": (0.040, 0.024, 0.020), "Middle": (0.045, 0.028, 0.021), "Ring": (0.041, 0.026, 0.021),
           "Little": (0.032, 0.019, 0.018)}  # fmt: skip
SPREAD_DEG = {"Index": 8.0, "Middle": 1.0, "Ring": -6.0, "Little": -14.0}
FULL_DEG = (85.0, 100.0, 60.0)  # what each joint of a finger bends in a fist
THUMB_BONES_M = (0.045, 0.033, 0.027)


def posed_hand(curls: dict[str, float], side: arms.Side) -> np.ndarray:
    """Return the 21 points of a hand, by forward kinematics."""
    points = np.zeros((21, 3))
    for number, finger in enumerate(hands.FINGERS):
        place = np.array(KNUCKLES_M[finger])
        turn = quat.about(1, -math.radians(SPREAD_DEG[finger]))
        points[5 + 4 * number] = place
        for joint in range(3):
            turn = quat.multiply(turn, quat.about(2, -math.radians(FULL_DEG[joint] * curls.get(finger, 0.0))))
            place = place + quat.rotate(turn, np.array([BONES_M[finger][joint], 0.0, 0.0]))
            points[6 + 4 * number + joint] = place
    place = np.array([0.022, -0.008, 0.022])
    points[1] = place
    curl = curls.get("Thumb", 0.0)
    turn = quat.multiply(quat.about(1, -math.radians(42.0 - 12.0 * curl)), quat.about(2, -math.radians(15.0)))
    for joint, bend_deg in enumerate((0.0, 12.0 + 48.0 * curl, 8.0 + 72.0 * curl)):
        turn = quat.multiply(turn, quat.about(1, math.radians(bend_deg)))
        place = place + quat.rotate(turn, np.array([THUMB_BONES_M[joint], 0.0, 0.0]))
        points[2 + joint] = place
    return points if side is arms.LEFT else points * MIRROR_X


def bends(points: np.ndarray, side: arms.Side) -> dict[str, float]:
    """Return how far each finger of the avatar is bent, its joints together, in radians."""
    palm = hands.palm_rotation(points, side)
    assert palm is not None
    turns = quat.to_rotation_vector(hands.turn_fingers(hands.finger_angles(points, palm, side), side))
    found = {"Thumb": float(side.sign * turns[1:3, 1].sum())}
    for number, finger in enumerate(hands.FINGERS):
        found[finger] = float(-side.sign * turns[3 + 3 * number : 6 + 3 * number, 2].sum())
    return found


@pytest.mark.parametrize("side", [arms.LEFT, arms.RIGHT])
@pytest.mark.parametrize("finger", FINGERS)
@pytest.mark.parametrize("turn", [quat.IDENTITY, quat.from_yaw_pitch_roll(0.7, -0.9, 1.2)], ids=["T", "turned"])
def test_each_finger_curls_by_degrees_and_alone(finger: str, side: arms.Side, turn: np.ndarray) -> None:
    shown = [bends(quat.rotate(turn, posed_hand({finger: curl}, side)), side) for curl in CURLS]
    own = np.array([bend[finger] for bend in shown])
    assert (np.diff(own) > math.radians(8.0 if finger == "Thumb" else 30.0)).all(), np.degrees(own)
    for other in FINGERS:
        if other != finger:
            assert np.ptp([bend[other] for bend in shown]) < math.radians(6.0), other


@pytest.mark.parametrize("side", [arms.LEFT, arms.RIGHT])
def test_fingers_bend_as_far_as_they_are_bent(side: arms.Side) -> None:
    shown = bends(posed_hand(dict.fromkeys(hands.FINGERS, 0.5), side), side)
    for finger in hands.FINGERS:
        assert shown[finger] == pytest.approx(math.radians(0.5 * sum(FULL_DEG)), abs=math.radians(8.0))


@pytest.mark.parametrize("side", [arms.LEFT, arms.RIGHT])
def test_a_finger_between_the_others_keeps_its_place_in_the_order(side: arms.Side) -> None:
    """A hand that counts: the more a finger is curled, the more it is shown curled."""
    curls = {"Index": 0.0, "Middle": 0.3, "Ring": 0.6, "Little": 0.9}
    shown = bends(posed_hand(curls, side), side)
    assert sorted(curls, key=lambda finger: shown[finger]) == list(curls)


@pytest.mark.parametrize("side", [arms.LEFT, arms.RIGHT])
@pytest.mark.parametrize("curl", [1.5, 2.5, -1.0])
def test_no_joint_goes_where_no_joint_goes(curl: float, side: arms.Side) -> None:
    points = posed_hand(dict.fromkeys(FINGERS, curl), side)
    palm = hands.palm_rotation(points, side)
    assert palm is not None
    angles = hands.finger_angles(points, palm, side)
    fingers = np.degrees(angles[:16].reshape(4, 4))
    assert (np.abs(fingers[:, 0]) <= 18.01).all()
    assert (fingers[:, 1] >= -15.01).all() and (fingers[:, 1] <= 90.01).all()
    assert (fingers[:, 2:] >= -0.01).all() and (fingers[:, 2] <= 105.01).all() and (fingers[:, 3] <= 70.01).all()
    opposition, lift, bend = np.degrees(angles[16:])
    assert -25.01 <= opposition <= 35.01 and -20.01 <= lift <= 50.01 and -10.01 <= bend <= 70.01
