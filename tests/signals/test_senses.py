"""The records in which a voice and other programs' poses cross from the tracker to the engine."""

import numpy as np
import pytest

from avatar_live.signals import (
    ARKIT_SHAPES,
    GIVEN_BYTES,
    HUMANOID_BONES,
    VOICE_BYTES,
    GivenPose,
    VoiceReading,
    given_from_bytes,
    given_to_bytes,
    voice_from_bytes,
    voice_to_bytes,
)


def test_a_voice_comes_back_as_it_was() -> None:
    voice = VoiceReading(np.array([0.1, 0.2, 0.3, 0.4, 0.5], np.float32), -23.5, 7.25)
    back = voice_from_bytes(voice_to_bytes(voice))
    assert (back.vowels == voice.vowels).all()
    assert (back.level_dbfs, back.captured_s) == (-23.5, 7.25)


def test_a_given_pose_comes_back_as_it_was() -> None:
    chance = np.random.default_rng(3)
    given = GivenPose(
        rotations=chance.normal(size=(len(HUMANOID_BONES), 4)).astype(np.float32),
        has_rotation=chance.random(len(HUMANOID_BONES)) < 0.5,
        shapes=chance.random(len(ARKIT_SHAPES)).astype(np.float32),
        has_shape=chance.random(len(ARKIT_SHAPES)) < 0.5,
        gaze_rad=np.array([0.25, -0.5], np.float32),
        has_gaze=True,
        hips_offset_m=np.array([0.5, 0.25, 0.125], np.float32),
        has_hips_offset=False,
        captured_s=12.5,
    )
    back = given_from_bytes(given_to_bytes(given))
    for name in ("rotations", "has_rotation", "shapes", "has_shape", "gaze_rad", "hips_offset_m"):
        assert (getattr(back, name) == getattr(given, name)).all(), name
    assert (back.has_gaze, back.has_hips_offset, back.captured_s) == (True, False, 12.5)


def test_records_of_another_length_are_refused() -> None:
    with pytest.raises(ValueError, match=str(VOICE_BYTES)):
        voice_from_bytes(bytes(VOICE_BYTES - 1))
    with pytest.raises(ValueError, match=str(GIVEN_BYTES)):
        given_from_bytes(bytes(GIVEN_BYTES + 1))
