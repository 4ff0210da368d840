"""The record that crosses from the tracker to the engine."""

import numpy as np
import pytest

from avatar_live.signals import (
    ARKIT_SHAPES,
    HUMANOID_BONES,
    READINGS_BYTES,
    BodyReading,
    FaceReading,
    HandReading,
    Readings,
    readings_from_bytes,
    readings_to_bytes,
)


def floats(*shape: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def test_a_record_comes_back_as_it_was() -> None:
    face = FaceReading(floats(478, 3), floats(52), 1.5)
    body = BodyReading(floats(33, 3), floats(33, 3), floats(33), 1.25)
    hand = HandReading(floats(21, 3), floats(21, 3), 0.9, 1.0)
    back = readings_from_bytes(readings_to_bytes(Readings(640, 480, 2.0, face, body, None, hand)))
    assert (back.width_px, back.height_px, back.captured_s) == (640, 480, 2.0)
    assert back.left_hand is None and back.face is not None and back.body is not None and back.right_hand is not None
    assert (back.face.landmarks == face.landmarks).all() and (back.face.shapes == face.shapes).all()
    assert (back.body.world == body.world).all() and (back.body.visibility == body.visibility).all()
    assert (back.right_hand.landmarks == hand.landmarks).all() and back.right_hand.captured_s == 1.0


def test_an_empty_record_has_no_parts() -> None:
    back = readings_from_bytes(readings_to_bytes(Readings(640, 480, 2.0)))
    assert [back.face, back.body, back.left_hand, back.right_hand] == [None] * 4


def test_a_record_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match=str(READINGS_BYTES)):
        readings_from_bytes(b"\0" * (READINGS_BYTES - 1))


def test_the_fields_own_names_are_complete() -> None:
    assert len(set(ARKIT_SHAPES)) == 52 and list(ARKIT_SHAPES[:-1]) == sorted(ARKIT_SHAPES[:-1])
    assert len(set(HUMANOID_BONES)) == 55
