"""Several programs at once: each region is the first fresh source's, in the streamer's order."""

import numpy as np
import pytest

from avatar_live.mocap.mix import FRESH_S, REGIONS, Told, mixed
from avatar_live.mocap.part import Part
from avatar_live.signals import ARKIT_SHAPES, HUMANOID_BONES, GivenPose

ALL = frozenset(REGIONS)
RIGHT, OVER = (0.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)
BODY = Part(
    {name: RIGHT for name in HUMANOID_BONES if name not in ("leftEye", "rightEye", "jaw")},
    {"jawOpen": 0.1, "browInnerUp": 0.1},
    (0.1, 0.1),
    (1.0, 0.0, 0.0),
)
PHONE = Part({"neck": OVER, "head": OVER}, {"jawOpen": 0.9, "browInnerUp": 0.9}, (0.5, 0.5))


def turn(given: GivenPose, bone: str) -> list[float]:
    row = HUMANOID_BONES.index(bone)
    assert given.has_rotation[row]
    return [float(number) for number in given.rotations[row]]


def weight(given: GivenPose, shape: str) -> float:
    assert given.has_shape[ARKIT_SHAPES.index(shape)]
    return float(given.shapes[ARKIT_SHAPES.index(shape)])


def test_the_order_decides_region_by_region() -> None:
    given = mixed([Told(PHONE, 9.9, ALL), Told(BODY, 10.0, ALL)], 10.0)
    assert turn(given, "head") == list(OVER) and turn(given, "leftHand") == list(RIGHT)
    assert weight(given, "jawOpen") == pytest.approx(0.9)
    assert given.gaze_rad[0] == pytest.approx(0.5) and given.hips_offset_m[0] == 1.0
    assert given.captured_s == 10.0, "the newest of what is used"
    other = mixed([Told(BODY, 10.0, ALL), Told(PHONE, 9.9, ALL)], 10.0)
    assert turn(other, "head") == list(RIGHT) and weight(other, "jawOpen") == pytest.approx(0.1)


def test_a_source_moves_only_what_it_may() -> None:
    given = mixed([Told(PHONE, 1.0, frozenset({"mouth"})), Told(BODY, 1.0, ALL - {"legs", "torso"})], 1.0)
    assert weight(given, "jawOpen") == pytest.approx(0.9) and weight(given, "browInnerUp") == pytest.approx(0.1)
    assert turn(given, "head") == list(RIGHT)
    assert not given.has_rotation[HUMANOID_BONES.index("leftFoot")] and not given.has_hips_offset
    assert not given.has_rotation[HUMANOID_BONES.index("spine")]


def test_a_silent_source_gives_way_and_comes_back() -> None:
    body = Told(BODY, 10.0, ALL)
    assert weight(mixed([Told(PHONE, 10.0 - FRESH_S, ALL), body], 10.0), "jawOpen") == pytest.approx(0.9)
    assert weight(mixed([Told(PHONE, 9.99 - FRESH_S, ALL), body], 10.0), "jawOpen") == pytest.approx(0.1)
    nobody = mixed([Told(PHONE, 1.0, ALL)], 10.0)
    assert not nobody.has_rotation.any() and not nobody.has_shape.any() and not nobody.has_gaze
    assert np.isfinite(nobody.rotations).all()


def test_every_bone_and_shape_is_of_one_region() -> None:
    for region in REGIONS:
        given = mixed([Told(BODY, 1.0, frozenset({region}))], 1.0)
        rest = mixed([Told(BODY, 1.0, ALL - {region})], 1.0)
        assert not (given.has_rotation & rest.has_rotation).any()
        assert (given.has_rotation | rest.has_rotation).sum() == len(BODY.rotations)
        assert not (given.has_shape & rest.has_shape).any()
