"""Limits bound how far a joint swings, in the frame that their specification gives them."""

import dataclasses
import math
from typing import Literal

import numpy as np
import pytest
from hairy import avatar_of, node
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.avatar import Avatar, Rig
from avatar_live.avatar.model import Collider, Doubles, Spring, SpringJoint, SpringLimit
from avatar_live.avatar.springs.limits import Limits
from avatar_live.signals import Pose

UP = np.array([[0.0, 1.0, 0.0]])
QUARTER_ABOUT_Y = (0.0, math.sqrt(0.5), 0.0, math.sqrt(0.5))

_parts = st.floats(-1.0, 1.0)
_directions = (
    st.tuples(_parts, _parts, _parts)
    .map(np.array)
    .filter(lambda v: float(np.linalg.norm(v)) > 0.1)
    .map(lambda v: v / np.linalg.norm(v))
)


def bounded(limit: SpringLimit, direction: Doubles, rest: Doubles = UP) -> Doubles:
    return np.asarray(Limits([limit], rest).bound(direction[None])[0])


def angle_deg(first: Doubles, second: Doubles) -> float:
    return math.degrees(math.acos(max(-1.0, min(1.0, float(first @ second)))))


@given(_directions, _directions, st.floats(1.0, 179.0))
def test_a_cone_bends_what_leaves_it_back_to_its_edge(direction: Doubles, rest: Doubles, limit_deg: float) -> None:
    found = bounded(SpringLimit("cone", math.radians(limit_deg)), direction, rest[None])
    before = angle_deg(direction, rest)
    assert angle_deg(found, rest) == pytest.approx(min(before, limit_deg), abs=1e-3)
    if before <= limit_deg:
        assert found == pytest.approx(direction, abs=1e-6)
    elif before < 179.0:
        assert float(np.cross(rest, direction) @ found) == pytest.approx(0.0, abs=1e-6)  # the shortest way back


@given(_directions, st.floats(1.0, 179.0))
def test_a_hinge_turns_about_its_own_x_alone(direction: Doubles, limit_deg: float) -> None:
    x, y, z = bounded(SpringLimit("hinge", math.radians(limit_deg)), direction)
    assert x == pytest.approx(0.0, abs=1e-9)
    assert abs(math.degrees(math.atan2(z, y))) <= limit_deg + 1e-6


def test_the_rotation_of_a_limit_turns_its_frame() -> None:
    sideways = np.array([math.sin(0.5), math.cos(0.5), 0.0])
    still, turned = (
        bounded(SpringLimit("hinge", 1.0, rotation=rotation), sideways)
        for rotation in ((0.0, 0.0, 0.0, 1.0), QUARTER_ABOUT_Y)
    )
    assert still == pytest.approx([0.0, 1.0, 0.0])
    assert turned == pytest.approx(sideways)


@given(_directions)
def test_a_spherical_limit_bounds_pitch_and_yaw_each(direction: Doubles) -> None:
    x, y, z = bounded(SpringLimit("spherical", pitch_rad=0.6, yaw_rad=0.2), direction)
    assert abs(math.atan2(z, y)) <= 0.6 + 1e-9
    assert abs(math.asin(-x)) <= 0.2 + 1e-9


def lock(kind: Literal["cone", "hinge", "spherical"], collider: Collider | None = None) -> Avatar:
    """Return a head with a limp lock of hair that gravity pulls sideways and forward, limited to 25 degrees."""
    nodes = [node("hips", -1, (0.0, 1.0, 0.0)), node("head", 0, (0.0, 0.5, 0.0)), node("root", 1, (0.0, 0.2, 0.0))]
    nodes += [node("middle", 2, (0.0, -0.1, 0.0)), node("tip", 3, (0.0, -0.1, 0.0))]
    limit = SpringLimit(kind, math.radians(25.0), math.radians(25.0), math.radians(10.0))
    joints = [SpringJoint(number, 0.05, 1.0, (0.8, 0.0, 0.6), 0.4, 0.01, limit) for number in (2, 3, 4)]
    touched = (collider,) if collider else ()
    return avatar_of(nodes, {"hips": 0, "head": 1}, (Spring(tuple(joints), tuple(range(len(touched)))),), touched)


def spans(avatar: Avatar, frames: int = 120) -> Doubles:
    rig = Rig(avatar)
    for _ in range(frames):
        places = rig.animate(Pose(), 1 / 60).palette[1:5, :, 3].astype(np.float64)
    differences = np.diff(places, axis=0)
    differences[0] *= -1.0  # the head carries the root above itself
    return np.asarray(differences / np.linalg.norm(differences, axis=1, keepdims=True))


def test_a_lock_leans_on_its_cone() -> None:
    first, second, third = spans(lock("cone"))
    assert angle_deg(first, second) == pytest.approx(25.0, abs=0.01)
    assert angle_deg(second, third) == pytest.approx(25.0, abs=0.01)


def test_a_hinged_lock_swings_forward_and_not_sideways() -> None:
    _, second, third = spans(lock("hinge"))
    assert second[0] == pytest.approx(0.0, abs=1e-6)
    assert math.degrees(math.atan2(second[2], -second[1])) == pytest.approx(25.0, abs=0.01)
    assert third[0] == pytest.approx(0.0, abs=1e-6)


def test_a_collider_does_not_push_a_joint_past_its_limit() -> None:
    fist = Collider(1, (-0.05, 0.12, 0.0), (-0.05, 0.12, 0.0), 0.12)
    free, pushed = lock("cone"), lock("cone", fist)
    calm = [dataclasses.replace(joint, gravity_power=0.0) for joint in pushed.springs[0].joints]
    pushed = dataclasses.replace(pushed, springs=(dataclasses.replace(pushed.springs[0], joints=tuple(calm)),))
    first, second, _ = spans(pushed)
    assert 20.0 < angle_deg(first, second) <= 25.01
    assert np.isfinite(spans(free)).all()
