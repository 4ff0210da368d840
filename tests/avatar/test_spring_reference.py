"""The fast springs are the specification's: equal at 60 Hz, and the same motion at every other rate and scale."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from hairy import avatar_of, long_haired, node
from shared import PROJECT
from spring_reference import ReferenceSprings, tip_nodes

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.model import Collider, Doubles, Spring, SpringJoint, SpringLimit
from avatar_live.avatar.springs.chains import DEPTH_MAX
from avatar_live.signals import Pose

SECONDS = 3.0
CHAIN_SHARE_MAX = 0.02


def shaking(time_s: float) -> tuple[float, Doubles]:
    """Return the head's yaw in radians and the hips' way in metres."""
    return 0.8 * np.sin(5.0 * time_s), np.array([0.1 * np.sin(3.0 * time_s), 0.05 * np.sin(7.0 * time_s), 0.0])


def turned(yaw_rad: float) -> Doubles:
    return np.array([0.0, np.sin(yaw_rad / 2.0), 0.0, np.cos(yaw_rad / 2.0)])


def chain(
    *colliders: Collider,
    scale: float = 1.0,
    center: int | None = None,
    skews: Mapping[int, tuple[float, float, float]] | None = None,
) -> Avatar:
    """Return hips, a head, and a lock of four swinging joints before it, in metres once scaled; `skews` by node."""
    span = 0.1 / scale
    nodes = [node("hips", -1, (0.0, 1.0, 0.0)), node("head", 0, (0.0, 0.5, 0.0), scale)]
    places = [(0.0, 0.2 / scale, 0.05 / scale), *[(0.0, -0.8 * span, 0.6 * span)] * 4]
    for number, place in enumerate(places):
        nodes.append(node(f"hair {number}", 1 + number, place))
    for at, skew in (skews or {}).items():
        nodes[at] = replace(nodes[at], scale=np.array(skew))
    joints = tuple(
        SpringJoint(2 + number, 0.6, 0.4, (0.3, -0.9, 0.1), drag=0.3, hit_radius_m=0.02) for number in range(5)
    )
    spring = Spring(joints, tuple(range(len(colliders))), center)
    return avatar_of(nodes, {"hips": 0, "head": 1}, (spring,), colliders)


SPHERE = Collider(1, (0.0, 0.1, 0.15), (0.0, 0.1, 0.15), 0.1)
CAPSULE = Collider(0, (-0.2, 0.5, 0.2), (0.2, 0.5, 0.2), 0.08)
INSIDE = Collider(1, (0.0, 0.1, 0.1), (0.0, 0.1, 0.1), 0.2, is_inside=True)
INSIDE_CAPSULE = Collider(1, (0.0, 0.3, 0.1), (0.0, -0.1, 0.1), 0.12, is_inside=True)
PLANE = Collider(0, (0.0, 0.45, 0.0), (0.0, 0.45, 0.0), 0.0, normal=(0.0, 0.8, 0.6))

CASES = {
    "free": chain(),
    "sphere": chain(SPHERE),
    "capsule": chain(CAPSULE),
    "inside sphere": chain(INSIDE),
    "inside capsule": chain(INSIDE_CAPSULE),
    "plane": chain(PLANE),
    "all": chain(SPHERE, CAPSULE, PLANE, INSIDE),
    "center": chain(center=0),
    "center at the head": chain(SPHERE, center=1),
    "small node": chain(SPHERE, scale=0.01),
    "large node": chain(scale=40.0),
    "uneven head": chain(SPHERE, skews={1: (1.0, 1.3, 0.8)}),
    "uneven joint": chain(skews={3: (0.9, 1.2, 1.0)}),
    "mirrored head": chain(SPHERE, skews={1: (-1.0, 1.0, 1.0)}),
    "long hair": long_haired(),
}


def length_m(avatar: Avatar) -> float:
    """Return the length of the longest chain."""
    rest = Rig(avatar).animate(Pose(), 0.0).palette[:, :, 3]
    chains = [[joint.node for joint in spring.joints] for spring in avatar.springs]
    return max(float(np.linalg.norm(np.diff(rest[nodes], axis=0), axis=1).sum()) for nodes in chains)


def played(avatar: Avatar, rate_hz: float, seconds: float = SECONDS) -> Doubles:
    """Return where the tips are (frames, n, 3) while the body moves from rest."""
    rig, tips, frames = Rig(avatar), tip_nodes(avatar), round(seconds * rate_hz)
    shown = []
    for frame in range(frames + 1):
        yaw_rad, way_m = shaking(frame / rate_hz)
        pose = Pose({"head": turned(yaw_rad)}, hips_offset_m=way_m)
        shown.append(rig.animate(pose, 1.0 / rate_hz if frame else 0.0).palette[tips, :, 3])
    return np.array(shown, np.float64)


def referred(avatar: Avatar, rate_hz: float, seconds: float = SECONDS) -> Doubles:
    reference = ReferenceSprings(avatar)
    head, hips = avatar.humanoid["head"], avatar.humanoid["hips"]
    rest = reference.translations[hips]
    shown = [reference.tips()]
    for frame in range(1, round(seconds * rate_hz) + 1):
        yaw_rad, way_m = shaking(frame / rate_hz)
        reference.rotations[head] = turned(yaw_rad)
        reference.translations[hips] = rest + way_m
        reference.step(1.0 / rate_hz)
        shown.append(reference.tips())
    return np.array(shown)


@pytest.mark.parametrize("case", CASES)
def test_springs_at_60_hz_are_the_reference(case: str) -> None:
    avatar = CASES[case]
    seconds = 0.2 if case == "long hair" else SECONDS  # the reference is slow
    found, expected = played(avatar, 60.0, seconds), referred(avatar, 60.0, seconds)
    assert np.ptp(expected, axis=0).max() > 0.05  # they do swing
    assert np.abs(found - expected).max() < 1e-4 * length_m(avatar)


@pytest.mark.parametrize("case", ["free", "all", "center", "large node", "long hair"])
@pytest.mark.parametrize("rate_hz", [15.0, 30.0, 144.0])
def test_the_same_motion_ends_alike_at_every_rate(case: str, rate_hz: float) -> None:
    avatar = CASES[case]
    ends = [played(avatar, rate)[-1] for rate in (60.0, rate_hz)]
    assert np.linalg.norm(ends[1] - ends[0], axis=1).max() <= CHAIN_SHARE_MAX * length_m(avatar)


def test_the_reference_itself_depends_on_the_rate() -> None:
    """Which is why the springs have a rate of their own."""
    free = CASES["free"]
    ends = [referred(free, rate)[-1] for rate in (60.0, 30.0)]
    assert np.linalg.norm(ends[1] - ends[0], axis=1).max() > CHAIN_SHARE_MAX * length_m(free)


def test_our_characters_swing_as_the_reference_says() -> None:
    mirai = read_avatar(PROJECT / "assets" / "mirai.vrm")
    bare = replace(
        mirai,
        palette_nodes=np.arange(len(mirai.nodes), dtype=np.int32),
        inverse_binds=np.tile(np.eye(4, dtype=np.float32), (len(mirai.nodes), 1, 1)),
    )
    found, expected = played(bare, 60.0, 0.4)[-1], referred(bare, 60.0, 0.4)[-1]
    assert np.linalg.norm(found - expected, axis=1).max() < 1e-3 * length_m(bare)


def test_a_collider_on_a_lock_pushes_the_other_lock() -> None:
    """The one that is pushed is computed after the one that pushes, whatever their order in the file is."""
    base = chain()
    nodes = [*base.nodes, node("ribbon", 1, (0.0, 0.15, 0.2)), node("ribbon end", 7, (0.0, -0.2, 0.0))]
    carried = Collider(3, (0.0, 0.0, 0.05), (0.0, 0.0, 0.05), 0.1)
    ribbon = Spring((SpringJoint(7, 0.2, 0.5, drag=0.2), SpringJoint(8)), (0,))
    lock = replace(base.springs[0], colliders=())
    avatar = avatar_of(nodes, dict(base.humanoid), (ribbon, lock), (carried,))
    assert np.abs(played(avatar, 60.0) - referred(avatar, 60.0)).max() < 1e-4


def test_chains_that_wait_for_each_other_still_swing() -> None:
    base = chain()
    nodes = [*base.nodes, node("ribbon", 1, (0.0, 0.15, 0.2)), node("ribbon end", 7, (0.0, -0.2, 0.0))]
    colliders = (Collider(2, (0.0, 0.0, 0.05), (0.0, 0.0, 0.05), 0.05), Collider(7, (0.0, 0.0, 0.0), (0.0,) * 3, 0.05))
    ribbon = Spring((SpringJoint(7, 0.2, 0.5, drag=0.2), SpringJoint(8)), (0,))
    lock = replace(base.springs[0], colliders=(1,))
    found = played(avatar_of(nodes, dict(base.humanoid), (ribbon, lock), colliders), 60.0)
    assert np.isfinite(found).all()
    assert np.ptp(found, axis=0).max() > 0.02


@pytest.mark.parametrize("case", ["free", "sphere", "center", "all"])
def test_a_leap_of_the_body_does_not_throw_its_hair(case: str) -> None:
    avatar = CASES[case]
    rig, tips = Rig(avatar), tip_nodes(avatar)
    for _ in range(120):
        before = rig.animate(Pose(), 1 / 60).palette[tips, :, 3]
    far = np.array([30.0, 0.0, -8.0])
    for _ in range(40):
        after = rig.animate(Pose(hips_offset_m=far), 1 / 60).palette[tips, :, 3]
        assert after - far == pytest.approx(before, abs=2e-3)


def test_hair_of_a_body_that_turned_during_a_pause_hangs_as_before() -> None:
    avatar = CASES["center"]
    rig, tips = Rig(avatar), tip_nodes(avatar)
    for _ in range(300):
        before = rig.animate(Pose(), 1 / 60)
    after = rig.animate(Pose({"head": turned(2.0)}, hips_offset_m=np.array([0.3, 0.0, 0.0])), 60.0)
    shapes = []
    for posture in (before, after):
        points = np.column_stack([posture.palette[tips, :, 3], np.ones(len(tips))])
        shapes.append(points @ np.linalg.inv(posture.head).T)
    assert shapes[1] == pytest.approx(shapes[0], abs=0.05 * length_m(avatar))


@pytest.mark.parametrize("case", ["free", "sphere", "long hair"])
def test_a_head_that_grows_takes_its_hair_along(case: str) -> None:
    """A giant head is a gift that comes in a third of a second: the hair keeps its shape while it does."""
    avatar = CASES[case]
    rig, tips = Rig(avatar), tip_nodes(avatar)
    for _ in range(240):
        rest = rig.animate(Pose(), 1 / 60)
    origin = rest.head[:3, 3]
    shape = rest.palette[tips, :, 3] - origin
    for frame in range(90):
        scale = 1.0 + 1.5 * min(frame / 20.0, 1.0)
        posture = rig.animate(Pose(), 1 / 60, scale)
        assert (posture.palette[tips, :, 3] - origin) / scale == pytest.approx(shape, abs=0.03)


def test_a_chain_longer_than_any_hair_is_stiff_at_its_end() -> None:
    nodes = [node("hips", -1), node("head", 0)]
    nodes += [node(f"link {number}", 1 + number, (0.01, 0.0, 0.0)) for number in range(DEPTH_MAX + 5)]
    joints = tuple(SpringJoint(2 + number, 0.1, 1.0) for number in range(DEPTH_MAX + 5))
    rig = Rig(avatar_of(nodes, {"hips": 0, "head": 1}, (Spring(joints, ()),)))
    for _ in range(30):
        places = rig.animate(Pose(), 1 / 60).palette[2:, :, 3].astype(np.float64)
    spans = np.diff(places, axis=0)
    turns = np.linalg.norm(np.diff(spans, axis=0), axis=1)
    assert (turns[: DEPTH_MAX - 1] > 1e-6).any()
    assert turns[DEPTH_MAX:] == pytest.approx(np.zeros(len(turns) - DEPTH_MAX), abs=1e-6)


def test_numbers_beyond_reason_break_nothing() -> None:
    """A file may say anything that is finite; what cannot be computed hangs at rest."""
    dice = np.random.default_rng(5)

    def any_number() -> float:
        return float(dice.choice([0.0, 1e-30, -1.0, 1.0, 1e30, -1e30, 1e308, 3.4e38]))

    def anywhere() -> tuple[float, float, float]:
        return any_number(), any_number(), any_number()

    for _ in range(60):
        colliders = [
            Collider(int(dice.integers(7)), anywhere(), anywhere(), any_number(), bool(dice.integers(2)), normal)
            for normal in (None, (0.0, 1.0, 0.0), None)
        ]
        avatar = chain(*colliders, center=(None, 0, 1)[int(dice.integers(3))])
        limit = SpringLimit("cone", 0.3) if dice.integers(2) else None
        joints = [
            replace(
                joint,
                stiffness=any_number(),
                gravity_power=any_number(),
                gravity_direction=anywhere(),
                drag=any_number(),
                hit_radius_m=any_number(),
                limit=limit,
            )
            for joint in avatar.springs[0].joints
        ]
        rig = Rig(replace(avatar, springs=(replace(avatar.springs[0], joints=tuple(joints)),)))
        for frame in range(5):
            pose = Pose({"head": turned(0.3 * frame)})
            posture = rig.animate(pose, (1 / 30, 1 / 144, 0.0)[frame % 3], (1.0, 2.5, 0.0)[frame % 3])
            assert np.isfinite(posture.palette).all()
