"""Chains swing as the spec says, at any frame rate, and never away."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from shared import PROJECT
from small_vrm import PLACE, Json, small_vrm

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.avatar.springs import STEP_S
from avatar_live.signals import Pose

HAIR = ("Hair1", "Hair2", "Hair3", "HairTip")


def swinging(**joint: object) -> Avatar:
    """Return the small avatar with its hair in the palette and every joint changed alike, without the collider."""

    def change(document: Json) -> None:
        springs = document["extensions"]["VRMC_springBone"]["springs"]
        springs[0]["colliderGroups"] = []
        for source in springs[0]["joints"]:
            source.update(joint)

    return changed(change)


def changed(change: Callable[[Json], None]) -> Avatar:
    file = small_vrm()
    change(file.document)
    file.document["skins"] = [{"joints": [PLACE[name] for name in HAIR]}]
    return avatar_from_bytes(file.pack())


def hair_m(rig: Rig, pose: Pose, dt_s: float, head_scale: float = 1.0) -> Doubles:
    """Return where the four nodes of the hair are (4, 3)."""
    return rig.animate(pose, dt_s, head_scale).palette[:4, :, 3].astype(np.float64)


def turned(yaw_rad: float) -> Pose:
    return Pose({"head": np.array([0.0, math.sin(yaw_rad / 2), 0.0, math.cos(yaw_rad / 2)])})


def test_the_first_frame_gives_no_kick() -> None:
    avatar = swinging(gravityPower=0.0)
    rig = Rig(avatar)
    first = hair_m(rig, turned(0.8), 5.0)
    for _ in range(60):
        assert hair_m(rig, turned(0.8), 1 / 30) == pytest.approx(first, abs=1e-6)


@pytest.mark.parametrize("rate_hz", [60.0, 30.0, 20.0, 15.0])
def test_hair_swings_alike_at_every_frame_rate(rate_hz: float) -> None:
    """A turn of the head in a tenth of a second, then a second at rest, sampled at the frames that all rates share."""

    def path(rate_hz: float) -> Doubles:
        rig = Rig(swinging())
        hair_m(rig, turned(0.0), 0.0)
        shown = []
        for frame in range(1, int(1.2 * rate_hz) + 1):
            at_s = frame / rate_hz
            points = hair_m(rig, turned(0.9 * min(at_s / 0.2, 1.0)), 1.0 / rate_hz)
            if frame % (rate_hz / 5.0) == 0:
                shown.append(points)
        return np.array(shown)

    reference, found = path(60.0), path(rate_hz)
    assert np.ptp(reference[:, 3], axis=0).max() > 0.02  # it does swing
    assert np.abs(found - reference).max() < 0.004


def test_uneven_frames_do_not_shake_the_hair() -> None:
    even, uneven = Rig(swinging()), Rig(swinging())
    hair_m(even, turned(0.0), 0.0), hair_m(uneven, turned(0.0), 0.0)
    at_s = 0.0
    for frame in range(1, 61):
        dt_s = 0.027 if frame % 2 else 2 / 30 - 0.027
        at_s += dt_s
        steady = hair_m(even, turned(0.5 * math.sin(3.0 * frame / 30)), 1 / 30)
        shaken = hair_m(uneven, turned(0.5 * math.sin(3.0 * at_s)), dt_s)
        if frame % 2 == 0:
            assert shaken == pytest.approx(steady, abs=0.004)


def test_bones_keep_their_lengths() -> None:
    rig = Rig(swinging(gravityPower=2.0))
    for frame in range(60):
        points = hair_m(rig, turned(math.sin(frame)), 1 / 30)
        assert np.linalg.norm(np.diff(points, axis=0), axis=1) == pytest.approx([0.1, 0.1, 0.1], abs=1e-6)


def test_gravity_pulls_sideways_where_it_says_so() -> None:
    rig = Rig(swinging(gravityPower=1.0, gravityDir=[1.0, 0.0, 0.0], stiffness=0.0))
    for _ in range(90):
        points = hair_m(rig, Pose(), 1 / 30)
    assert (points[3] - points[0]) / 0.3 == pytest.approx([1.0, 0.0, 0.0], abs=1e-3)


def test_stiffness_brings_the_hair_back() -> None:
    rig = Rig(swinging(gravityPower=0.0))
    rest = hair_m(rig, Pose(), 0.0)
    hair_m(rig, turned(1.0), 1 / 30)
    away = hair_m(rig, Pose(), 1 / 30)
    for _ in range(150):
        back = hair_m(rig, Pose(), 1 / 30)
    assert np.abs(away - rest).max() > 0.005
    assert back == pytest.approx(rest, abs=1e-3)


@pytest.mark.parametrize("shape", ["sphere", "capsule"])
def test_hair_stays_outside_of_colliders(shape: str) -> None:
    def change(document: Json) -> None:
        springs = document["extensions"]["VRMC_springBone"]
        # In the way of hair that gravity pulls forward and down, through the middle of the head.
        body = {
            "offset": [0.0, 0.0, 0.0],
            "radius": 0.08,
            **({"tail": [0.0, -0.3, 0.0]} if shape == "capsule" else {}),
        }
        springs["colliders"] = [{"node": PLACE["Head"], "shape": {shape: body}}]
        for joint in springs["springs"][0]["joints"]:
            joint.update(hitRadius=0.01, gravityPower=1.0, gravityDir=[0.0, -0.7, 0.7], stiffness=0.1)

    rig = Rig(changed(change))
    for _ in range(90):
        posture = rig.animate(Pose(), 1 / 30)
    points = posture.palette[1:4, :, 3].astype(np.float64)
    nearest = np.array([0.0, 1.6, 0.0]) + np.zeros((3, 3))
    if shape == "capsule":
        nearest[:, 1] = np.clip(points[:, 1], 1.3, 1.6)
    distances = np.linalg.norm(points - nearest, axis=1)
    assert distances.min() > 0.09 - 0.01
    assert distances.min() < 0.1  # and one does lean on it


def test_a_collider_of_an_unknown_shape_stops_nothing() -> None:
    def change(document: Json) -> None:
        springs = document["extensions"]["VRMC_springBone"]
        springs["colliders"].insert(0, {"node": PLACE["Head"], "extensions": {"X": {"shape": {"plane": {}}}}})
        springs["colliderGroups"][0]["colliders"] = [0, 1]

    avatar = changed(change)
    assert [collider.radius_m for collider in avatar.colliders] == [0.09]
    assert avatar.springs[0].colliders == (0,)


def test_a_center_that_moves_does_not_drag_the_hair_behind() -> None:
    def centered(document: Json) -> None:
        document["extensions"]["VRMC_springBone"]["springs"][0].update(center=PLACE["Hips"], colliderGroups=[])

    def lag(avatar: Avatar) -> float:
        rig = Rig(avatar)
        rest = hair_m(rig, Pose(), 0.0)
        for frame in range(1, 20):
            offset = np.array([0.05 * frame, 0.0, 0.0])
            points = hair_m(rig, Pose(hips_offset_m=offset), 1 / 30)
        return float(np.abs(points - rest - offset).max())

    assert lag(changed(centered)) < 0.02 < lag(swinging())


def test_a_head_scaled_to_nothing_breaks_nothing() -> None:
    def centered(document: Json) -> None:
        document["extensions"]["VRMC_springBone"]["springs"][0].update(center=PLACE["Head"])

    rig = Rig(changed(centered))
    for head_scale in (1.0, 0.0, 0.0, 1.0, 1.0):
        for dt_s in (1 / 30, 0.0):
            assert np.isfinite(rig.animate(Pose(), dt_s, head_scale).palette).all()


def test_a_giant_heads_hair_grows_with_it() -> None:
    rig = Rig(swinging())
    hair_m(rig, Pose(), 0.0)
    for _ in range(90):
        points = hair_m(rig, Pose(), 1 / 30, head_scale=2.0)
    assert np.linalg.norm(np.diff(points, axis=0), axis=1) == pytest.approx([0.2, 0.2, 0.2], abs=1e-5)
    assert points[3] - points[0] == pytest.approx([0.0, -0.6, 0.0], abs=0.01)


def test_a_pause_does_not_throw_the_hair() -> None:
    rig = Rig(swinging())
    rest = hair_m(rig, Pose(), 0.0)
    assert hair_m(rig, Pose(), 3600.0) == pytest.approx(rest, abs=0.01)
    assert hair_m(rig, Pose(), -1.0) == pytest.approx(rest, abs=0.01)


def test_steps_are_carried_over_when_frames_are_shorter() -> None:
    fast, even = Rig(swinging()), Rig(swinging())
    hair_m(fast, turned(0.0), 0.0), hair_m(even, turned(0.0), 0.0)
    for frame in range(1, 31):
        for quarter in (0.75, 0.5, 0.25, 0.0):
            points = hair_m(fast, turned(0.02 * (frame - quarter)), STEP_S / 4.0)
        assert points == pytest.approx(hair_m(even, turned(0.02 * frame), STEP_S), abs=0.002)


def test_the_characters_own_hair_hangs_still_after_a_while() -> None:
    avatar = read_avatar(PROJECT / "assets" / "mirai.vrm")
    rig = Rig(avatar)
    for _ in range(240):
        before = rig.animate(Pose(), 1 / 30).palette
    assert np.abs(rig.animate(Pose(), 1 / 30).palette - before).max() < 2e-3
