"""Follow one arm with its hand from readings that come and go; what is not seen rests at the side."""

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import arms, hands
from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import Bridge
from avatar_live.motion.filters import Glide, OneEuro, Smoothing
from avatar_live.signals import BodyReading, HandReading, Readings

Doubles = NDArray[np.float64]

ARM_BONES = ("Shoulder", "UpperArm", "LowerArm", "Hand", *hands.HAND_BONES)

STALE_S = 0.5
DEPTH_TRUST = 0.85  # seen depth is exaggerated and noisy; the rest of the arm's length goes into the elbow's bend
PLANE_SMOOTHING = Smoothing(cutoff_hz_min=1.5, opening=8.0)
DEPTH_SMOOTHING = Smoothing(cutoff_hz_min=0.8, opening=4.0)
WRIST_SMOOTHING = Smoothing(cutoff_hz_min=1.5, opening=1.5, speed_max=9.0)
FINGER_SMOOTHING = Smoothing(cutoff_hz_min=2.0, opening=1.5, speed_max=14.0)
TWIST_RAD_S_MAX = 6.0  # an arm that straightens loses its hinge within a frame, and must not spin back to rest in it
LENGTH_MEMORY = 0.05  # share of a new reading in the bones' lengths
APPEARS, VANISHES = 0.55, 0.35  # confidence at which an arm starts and stops to be followed
CONFIDENCE_S = 0.08
RAISE_S, LOWER_S = 0.25, 0.6  # time to cross to and from a seen arm or hand
HAND_SCORE_MIN = 0.5
HAND_FROM_WRIST_MAX = 0.6  # in shoulder widths of the picture; a hand further away is not this arm's
OUTSIDE_MAX = 0.04  # share of the picture by which a wrist may lie outside it

_POINTS = {"left": (11, 13, 15), "right": (12, 14, 16)}
_TO_PERSON = np.array([1.0, -1.0, -1.0])


class Limb:
    """Follow one side's arm and hand."""

    def __init__(self, side: arms.Side) -> None:
        self._side = side
        self._bridge = Bridge()
        self._plane, self._depth = OneEuro(PLANE_SMOOTHING), OneEuro(DEPTH_SMOOTHING)
        self._wrist, self._fingers = OneEuro(WRIST_SMOOTHING), OneEuro(FINGER_SMOOTHING)
        self._twist_rad: float | None = None
        self._confidence = 0.0
        self._is_arm_seen = self._is_hand_seen = False
        self._bones_m: Doubles | None = None
        self._points: Doubles | None = None
        self._body: BodyReading | None = None
        self._hand: tuple[HandReading, Doubles] | None = None  # and its palm
        # Body and hands take turns before the tracker, so each is read several drawn frames apart.
        self._gliding_points, self._gliding_palm, self._gliding_fingers = Glide(), Glide(), Glide()

    def at(self, readings: Readings | None, chest: Doubles, now_s: float, dt_s: float) -> Doubles:
        """Return local rotations (19, 4) in the order of `ARM_BONES` on a chest turned by `chest`."""
        self._look_at_arm(readings, now_s, dt_s)
        self._look_at_hand(readings, now_s)
        turns = self._seen(chest, dt_s) if self._is_arm_seen else resting(self._side)
        return quat.normalized(self._bridge.cross(turns, np.zeros(0), dt_s)[0])

    def _look_at_arm(self, readings: Readings | None, now_s: float, dt_s: float) -> None:
        body = readings.body if readings is not None else None
        points = None
        if readings is not None and body is not None and now_s - body.captured_s <= STALE_S:
            is_new = self._body is None or body.captured_s != self._body.captured_s
            points = _arm_points(body, self._side) if is_new else self._points
            self._body = body
            if points is not None and is_new:
                if not self._is_arm_seen:
                    self._gliding_points = Glide()
                self._gliding_points.see(_with_lengths(points), body.captured_s)
                lengths = np.linalg.norm(np.stack((points[0], points[1] - points[0])), axis=1)
                old = self._bones_m if self._bones_m is not None else lengths
                self._bones_m = old + LENGTH_MEMORY * (lengths - old)
        self._points = points if points is not None else self._points
        sure = 0.0
        if points is not None and readings is not None and body is not None:
            sure = _confidence(readings, body, self._side)
            if self._own_hand(readings, body, now_s) is not None:
                sure = 1.0  # a hand that is seen is the better witness of its wrist
        self._confidence += (sure - self._confidence) * min(1.0, max(dt_s, 0.0) / CONFIDENCE_S)
        is_seen = self._confidence > (VANISHES if self._is_arm_seen else APPEARS) and self._points is not None
        if is_seen != self._is_arm_seen:
            self._is_arm_seen = is_seen
            self._plane, self._depth = OneEuro(PLANE_SMOOTHING), OneEuro(DEPTH_SMOOTHING)
            self._twist_rad = None
            self._bridge.start(RAISE_S if is_seen else LOWER_S)

    def _look_at_hand(self, readings: Readings | None, now_s: float) -> None:
        hand = None
        if readings is not None and self._body is not None and self._is_arm_seen:
            hand = self._own_hand(readings, self._body, now_s)
        is_seen = hand is not None
        if hand is not None and (self._hand is None or hand.captured_s != self._hand[0].captured_s):
            points = hand.world.astype(np.float64) * _TO_PERSON
            palm = hands.palm_rotation(points, self._side)
            if palm is None:
                is_seen = False
            else:
                if not self._is_hand_seen:
                    self._gliding_palm, self._gliding_fingers = Glide(), Glide()
                elif self._hand is not None and palm @ self._hand[1] < 0.0:
                    palm = -palm  # the same rotation, on the near side of the one before
                self._hand = hand, palm
                self._gliding_palm.see(palm, hand.captured_s)
                self._gliding_fingers.see(hands.finger_angles(points, palm, self._side), hand.captured_s)
        if is_seen != self._is_hand_seen:
            self._is_hand_seen = is_seen
            self._wrist, self._fingers = OneEuro(WRIST_SMOOTHING), OneEuro(FINGER_SMOOTHING)
            if self._is_arm_seen:
                self._bridge.start(RAISE_S if is_seen else LOWER_S)

    def _own_hand(self, readings: Readings, body: BodyReading, now_s: float) -> HandReading | None:
        """Return this side's fresh hand, if it is where this arm's wrist is."""
        hand = readings.left_hand if self._side is arms.LEFT else readings.right_hand
        if hand is None or now_s - hand.captured_s > STALE_S or hand.score < HAND_SCORE_MIN:
            return None
        pixels = body.landmarks
        width_px = float(np.linalg.norm(pixels[11, :2] - pixels[12, :2]))
        away_px = float(np.linalg.norm(hand.landmarks[0, :2] - pixels[_POINTS[self._side.name][2], :2]))
        return hand if away_px <= HAND_FROM_WRIST_MAX * max(width_px, 1.0) else None

    def _seen(self, chest: Doubles, dt_s: float) -> Doubles:
        assert self._bones_m is not None
        expected = _in_arc(self._gliding_points.step(dt_s))
        points = np.empty((2, 3))
        points[:, :2] = self._plane.step(expected[:, :2], dt_s)
        points[:, 2] = DEPTH_TRUST * self._depth.step(expected[:, 2], dt_s)
        wrist_m = arms.keep_off_body(self._side, points[1])
        upper, lower = arms.place_elbow(wrist_m, points[0], float(self._bones_m[0]), float(self._bones_m[1]))
        twist_rad, change_rad = arms.elbow_twist(self._side, upper, lower, chest), TWIST_RAD_S_MAX * dt_s
        if self._twist_rad is None:
            self._twist_rad = twist_rad
        self._twist_rad = min(max(twist_rad, self._twist_rad - change_rad), self._twist_rad + change_rad)
        arm = arms.turn_arm(self._side, upper, lower, chest, self._twist_rad)
        turns = np.empty((len(ARM_BONES), 4))
        turns[0], turns[1], turns[2], turns[3] = arm.shoulder, arm.upper, arm.lower, quat.IDENTITY
        if not self._is_hand_seen:
            turns[4:] = hands.turn_fingers(hands.relaxed_fingers(), self._side)
            return turns
        palm = quat.normalized(self._gliding_palm.step(dt_s))
        wrist = hands.wrist_angles(quat.multiply(quat.inverse(arm.lower_in_space), palm))
        forearm_turn, turns[3] = hands.turn_wrist(self._wrist.step(wrist, dt_s))
        turns[2] = quat.multiply(arm.lower, forearm_turn)
        turns[4:] = hands.turn_fingers(self._fingers.step(self._gliding_fingers.step(dt_s), dt_s), self._side)
        return turns


def resting(side: arms.Side) -> Doubles:
    """Return the local rotations (19, 4) of an arm hanging loosely with a relaxed hand."""
    turns = np.empty((len(ARM_BONES), 4))
    turns[0], turns[1], turns[2] = arms.resting_arm(side)
    turns[3] = quat.IDENTITY
    turns[4:] = hands.turn_fingers(hands.relaxed_fingers(), side)
    return turns


def _arm_points(body: BodyReading, side: arms.Side) -> Doubles | None:
    """Return elbow and wrist (2, 3) in the person's space, metres from the shoulder; None when they have no extent."""
    shoulder, elbow, wrist = (body.world[i].astype(np.float64) * _TO_PERSON for i in _POINTS[side.name])
    points = np.stack((elbow - shoulder, wrist - shoulder))
    lengths = np.linalg.norm(np.stack((points[0], points[1] - points[0])), axis=1)
    return points if bool((lengths > 0.02).all()) else None


def _with_lengths(points: Doubles) -> Doubles:
    """Append to each point (n, 3) its distance from the shoulder."""
    return np.column_stack((points, np.linalg.norm(points, axis=1)))


def _in_arc(between: Doubles) -> Doubles:
    """Return points (n, 3) at the appended distance: halfway through a swing, an arm is as long as at its ends."""
    straight = np.linalg.norm(between[:, :3], axis=1, keepdims=True)
    points: Doubles = between[:, :3] * (between[:, 3:] / np.maximum(straight, quat.TINY))
    return points


def _confidence(readings: Readings, body: BodyReading, side: arms.Side) -> float:
    """Return how sure it is, 0..1, that the wrist is seen and inside the picture."""
    shoulder, _, wrist = _POINTS[side.name]
    inside = np.abs(body.landmarks[wrist, :2] / (max(readings.width_px, 1), max(readings.height_px, 1)) - 0.5)
    if not bool((inside <= 0.5 + OUTSIDE_MAX).all()):
        return 0.0
    sure = min(float(body.visibility[shoulder]), float(body.visibility[wrist]))
    return min(max(sure, 0.0), 1.0)
