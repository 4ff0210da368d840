"""Rotation arithmetic: the two code paths, single and many, say the same, and lengths stay one."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from synthetic import angle_between

from avatar_live.motion import quaternions as quat
from avatar_live.motion.skeleton import BONES, other_side

vectors = arrays(np.float64, 3, elements=st.floats(-3.0, 3.0))
rotations = vectors.map(quat.from_rotation_vector)


@given(rotations, rotations, vectors)
def test_one_rotation_and_many_are_turned_alike(a: quat.Doubles, b: quat.Doubles, v: quat.Doubles) -> None:
    np.testing.assert_allclose(quat.multiply(a[None], b[None])[0], quat.multiply(a, b), atol=1e-12)
    np.testing.assert_allclose(quat.rotate(a[None], v[None])[0], quat.rotate(a, v), atol=1e-12)
    np.testing.assert_allclose(quat.from_rotation_vector(v[None])[0], quat.from_rotation_vector(v), atol=1e-12)
    np.testing.assert_allclose(quat.to_rotation_vector(a[None])[0], quat.to_rotation_vector(a), atol=1e-9)
    np.testing.assert_allclose(quat.cross(a[None], v[None])[0], quat.cross(a, v), atol=1e-12)
    np.testing.assert_allclose(quat.normalized(3.0 * a[None])[0], quat.normalized(3.0 * a), atol=1e-12)


@given(rotations, rotations)
def test_a_product_keeps_unit_length_and_its_angle_is_found(a: quat.Doubles, b: quat.Doubles) -> None:
    product = quat.multiply(a, b)
    assert abs(float(product @ product) - 1.0) < 1e-9
    turned_rad = np.linalg.norm(quat.to_rotation_vector(a))
    assert abs(float(angle_between(product, b)) - turned_rad) < 1e-6


@given(rotations)
def test_matrix_and_rotation_vector_come_back(q: quat.Doubles) -> None:
    assert angle_between(quat.from_matrix(quat.to_matrix(q)), q) < 1e-6
    assert angle_between(quat.from_rotation_vector(quat.to_rotation_vector(q)), q) < 1e-6


@given(st.floats(-3.1, 3.1), st.floats(-1.5, 1.5), st.floats(-3.1, 3.1))
def test_yaw_pitch_and_roll_come_back(yaw: float, pitch: float, roll: float) -> None:
    found = quat.yaw_pitch_roll(quat.from_yaw_pitch_roll(yaw, pitch, roll))
    np.testing.assert_allclose(found, (yaw, pitch, roll), atol=1e-5)


@given(vectors, vectors)
def test_the_shortest_turn_reaches_its_goal(a: quat.Doubles, b: quat.Doubles) -> None:
    if min(np.linalg.norm(a), np.linalg.norm(b)) < 1e-3:
        return
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    if a @ b > -0.999:
        np.testing.assert_allclose(quat.rotate(quat.between(a, b), a), b, atol=1e-6)


@given(st.floats(-math.pi, math.pi))
def test_a_folded_angle_has_a_limit_and_no_jump(angle: float) -> None:
    limit = math.radians(110.0)
    assert abs(quat.folded(angle, limit)) <= limit + 1e-12
    step = 1e-4
    if abs(angle) < math.pi - step:
        assert abs(quat.folded(angle + step, limit) - quat.folded(angle, limit)) < 3.0 * step
    assert abs(quat.folded(math.pi - step, limit) - quat.folded(-math.pi + step, limit)) < 6.0 * step


def test_every_bone_has_a_partner_across_the_middle() -> None:
    assert {other_side(bone) for bone in BONES} == set(BONES)
    assert all(other_side(other_side(bone)) == bone for bone in BONES)
