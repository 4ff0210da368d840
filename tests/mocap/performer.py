"""A synthetic performance as the senses tell it: somebody who looks around, waves, talks and is moved by a phone."""

import math

import numpy as np
from synthetic import body, face, flat_left_hand, hand, seen

from avatar_live.mocap.replay import Sense, entry_of
from avatar_live.mocap.take import Entry
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, GivenPose, VoiceReading

START_S = 4_321.25  # on the clock of a machine that has run for a while
CAMERA_FPS, VOICE_FPS, PHONE_FPS = 30.0, 50.0, 60.0
SEEN_LATE_S = 0.013  # from the picture to its reading


def senses(seconds: float, *, has_voice: bool = True, has_phone: bool = True) -> list[tuple[float, Sense]]:
    """Return what is said and when, in order."""
    said: list[tuple[float, Sense]] = []
    for frame in range(round(seconds * CAMERA_FPS)):
        at_s = START_S + frame / CAMERA_FPS
        said.append((at_s + SEEN_LATE_S, _looks_around(at_s)))
    if has_voice:
        for frame in range(round(seconds * VOICE_FPS)):
            at_s = START_S + frame / VOICE_FPS
            vowels = np.roll(np.array([0.8, 0.1, 0.0, 0.0, 0.0], np.float32), frame // 10)
            said.append((at_s + 0.002, VoiceReading(vowels, -20.0 - frame % 7, at_s)))
    if has_phone:
        for frame in range(round(seconds * PHONE_FPS)):
            said.append((START_S + frame / PHONE_FPS, _phone(START_S + frame / PHONE_FPS)))
    return sorted(said, key=lambda moment: moment[0])


def entries(seconds: float, *, has_voice: bool = True, has_phone: bool = True) -> list[Entry]:
    """Return the same as entries of a take."""
    said = senses(seconds, has_voice=has_voice, has_phone=has_phone)
    return [entry_of(sense, at_s) for at_s, sense in said]


def _looks_around(at_s: float) -> Sense:
    t = at_s - START_S
    shapes = {"jawOpen": 0.4 + 0.3 * math.sin(9.0 * t), "eyeBlinkLeft": max(0.0, math.sin(3.0 * t)) ** 8}
    looks = face(25.0 * math.sin(2.0 * t), 8.0 * math.sin(3.1 * t), 5.0 * math.sin(1.7 * t), at_s=at_s, shapes=shapes)
    raised = np.array([0.25, 0.05, 0.05]), np.array([0.30 + 0.08 * math.sin(8.0 * t), 0.30, 0.10])
    hanging = np.array([-0.05, -0.27, 0.0]), np.array([-0.06, -0.52, 0.05])
    stands = body(raised, hanging, at_s=at_s)
    waves = hand(flat_left_hand(), stands.landmarks[15].astype(np.float64), at_s=at_s)
    return seen(looks, stands, left_hand=waves)


def _phone(at_s: float) -> Sense:
    rotations = np.tile(np.array([0.0, 0.0, 0.0, 1.0], np.float32), (len(HUMANOID_BONES), 1))
    shapes = np.zeros(len(ARKIT_SHAPES), np.float32)
    shapes[ARKIT_SHAPES.index("tongueOut")] = 0.5 + 0.5 * math.sin(at_s)
    has_shape = shapes > 0.0
    none = np.zeros(len(HUMANOID_BONES), np.bool_)
    zeros = np.zeros(3, np.float32)
    return GivenPose(rotations, none, shapes, has_shape, zeros[:2], False, zeros, False, at_s)
