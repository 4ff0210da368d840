"""A BVH that we write, read by a parser that knows nothing of ours, puts every joint where the pose puts it."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from performer import entries

from avatar_live.avatar.quaternions import axes_of
from avatar_live.mocap.body import BODY, body_with
from avatar_live.mocap.bvh import NAMES, bvh_of, unrolled, zxy_angles
from avatar_live.mocap.curves import curves_of
from avatar_live.mocap.replay import performed
from avatar_live.motion import Solver
from avatar_live.signals import HUMANOID_BONES, Pose

Doubles = NDArray[np.float64]
NEAR_CM = 0.1  # a millimetre


@dataclass
class Parsed:
    """Hold what a BVH says: joints by name with parent, offset and channels, and the frames."""

    parents: dict[str, str] = field(default_factory=dict)
    offsets: dict[str, list[float]] = field(default_factory=dict)
    channels: dict[str, list[str]] = field(default_factory=dict)
    tips: int = 0
    frame_s: float = 0.0
    frames: list[list[float]] = field(default_factory=list)

    def places_cm(self, frame: int) -> dict[str, Doubles]:
        """Return where every joint is, channel after channel as the file orders them."""
        numbers = iter(self.frames[frame])
        world: dict[str, Doubles] = {}
        for name, channels in self.channels.items():
            local = np.eye(4)
            local[:3, 3] = self.offsets[name]
            for channel in channels:
                value, axis = next(numbers), "XYZ".index(channel[0])
                step = np.eye(4)
                if channel.endswith("position"):
                    step[axis, 3] = value
                else:
                    one, two = (axis + 1) % 3, (axis + 2) % 3
                    step[one, one] = step[two, two] = math.cos(math.radians(value))
                    step[two, one] = math.sin(math.radians(value))
                    step[one, two] = -step[two, one]
                local = local @ step
            world[name] = world[self.parents[name]] @ local if name in self.parents else local
        assert next(numbers, None) is None
        return {name: matrix[:3, 3] for name, matrix in world.items()}


def parsed(text: str) -> Parsed:
    told, stack, is_tip = Parsed(), [""], False
    lines = iter(text.splitlines())
    assert next(lines) == "HIERARCHY"
    for line in lines:
        words = line.split()
        match words:
            case ["ROOT" | "JOINT", name]:
                if stack[-1]:
                    told.parents[name] = stack[-1]
                stack.append(name)
            case ["End", "Site"]:
                is_tip = True
                told.tips += 1
                stack.append("tip")
            case ["OFFSET", *numbers]:
                if not is_tip:
                    told.offsets[stack[-1]] = [float(number) for number in numbers]
            case ["CHANNELS", count, *names]:
                assert int(count) == len(names)
                told.channels[stack[-1]] = names
            case ["{"]:
                pass
            case ["}"]:
                stack.pop()
                is_tip = False
            case ["MOTION"]:
                break
            case _:
                raise AssertionError(line)
    frames = int(next(lines).removeprefix("Frames:"))
    told.frame_s = float(next(lines).removeprefix("Frame Time:"))
    told.frames = [[float(number) for number in line.split()] for line in lines]
    assert len(told.frames) == frames and stack == [""]
    return told


def places_cm(pose: Pose) -> dict[str, Doubles]:
    """Return where the pose's own rotations put the joints of the body, by the names in the file."""
    turns: dict[str, Doubles] = {}
    places: dict[str, Doubles] = {}
    for bone, joint in body_with(pose.rotations).items():
        turn = axes_of(np.asarray(pose.rotations.get(bone, (0.0, 0.0, 0.0, 1.0)), np.float64))
        offset = np.array(joint.place_m) * 100.0
        if joint.parent is None:
            places[bone], turns[bone] = offset + pose.hips_offset_m * 100.0, turn
        else:
            places[bone] = places[joint.parent] + turns[joint.parent] @ offset
            turns[bone] = turns[joint.parent] @ turn
    return {NAMES[bone]: place for bone, place in places.items()}


def assert_same_places(text: str, poses: list[Pose]) -> None:
    told = parsed(text)
    assert len(told.frames) == len(poses)
    for frame in range(0, len(poses), max(1, len(poses) // 12)):
        expected = places_cm(poses[frame])
        for name, place in told.places_cm(frame).items():
            assert np.linalg.norm(place - expected[name]) < NEAR_CM, f"{name} in frame {frame}"


def test_a_performance_puts_every_joint_where_the_pose_does() -> None:
    poses = list(performed(entries(2.0), Solver(), 60.0))
    text = bvh_of(curves_of(poses, 60.0))
    assert_same_places(text, poses)
    told = parsed(text)
    assert told.frame_s == pytest.approx(1.0 / 60.0, abs=1e-7)
    assert set(told.offsets) == {NAMES[bone] for bone in BODY}
    assert told.tips == 13  # ten fingers, two feet, one head
    assert told.channels["Hips"][3:] == told.channels["Head"] == ["Zrotation", "Xrotation", "Yrotation"]


def test_every_bone_turned_any_way_is_written() -> None:
    dice = np.random.default_rng(3)
    poses = []
    for _ in range(30):
        turns = dice.normal(size=(len(HUMANOID_BONES), 4))
        turns /= np.linalg.norm(turns, axis=1, keepdims=True)
        offset_m = dice.normal(size=3)
        poses.append(Pose(dict(zip(HUMANOID_BONES, turns, strict=True)), hips_offset_m=offset_m))
    text = bvh_of(curves_of(poses, 30.0))
    assert_same_places(text, poses)
    assert set(parsed(text).offsets) == {NAMES[bone] for bone in HUMANOID_BONES}


def test_a_single_still_moment_is_a_file_too() -> None:
    pose = Pose({"leftUpperLeg": np.array([-math.sin(0.3), 0.0, 0.0, math.cos(0.3)])})
    assert_same_places(bvh_of(curves_of([pose], 30.0)), [pose])


def test_the_t_pose_has_the_sizes_that_are_documented() -> None:
    at_rest = parsed(bvh_of(curves_of([Pose(), Pose()], 30.0))).places_cm(0)
    assert at_rest["Hips"] == pytest.approx([0.0, 95.0, 0.0])
    assert at_rest["LeftArm"][1] == pytest.approx(137.0)
    assert at_rest["LeftHand"] - at_rest["LeftArm"] == pytest.approx([51.0, 0.0, 0.0], abs=1e-9)
    assert at_rest["RightHand"] - at_rest["RightArm"] == pytest.approx([-51.0, 0.0, 0.0], abs=1e-9)
    assert at_rest["LeftFoot"][1] == pytest.approx(8.0)


angles = st.one_of(st.floats(-math.pi, math.pi), st.sampled_from([0.0, math.pi / 2.0, -math.pi / 2.0, math.pi]))


def matrix(z: float, x: float, y: float) -> Doubles:
    (sz, sx, sy), (cz, cx, cy) = np.sin([z, x, y]), np.cos([z, x, y])
    about_z = np.array([[cz, -sz, 0.0], [sz, cz, 0.0], [0.0, 0.0, 1.0]])
    about_x = np.array([[1.0, 0.0, 0.0], [0.0, cx, -sx], [0.0, sx, cx]])
    about_y = np.array([[cy, 0.0, sy], [0.0, 1.0, 0.0], [-sy, 0.0, cy]])
    return np.asarray(about_z @ about_x @ about_y)


@given(angles, angles, angles)
def test_angles_are_the_rotation_they_came_from(z: float, x: float, y: float) -> None:
    turned = matrix(z, x, y)
    assert matrix(*zxy_angles(turned)) == pytest.approx(turned, abs=1e-4)


@given(st.lists(st.tuples(angles, angles, angles), min_size=1, max_size=12))
def test_angles_that_run_on_are_still_the_rotations(drawn: list[tuple[float, float, float]]) -> None:
    turned = np.array([matrix(*triple) for triple in drawn])
    for triple, rotation in zip(unrolled(zxy_angles(turned)), turned, strict=True):
        assert matrix(*triple) == pytest.approx(rotation, abs=1e-4)


def test_somebody_who_spins_is_told_without_jumps() -> None:
    poses = [
        Pose({"hips": np.array([0.0, math.sin(turn / 2.0), 0.0, math.cos(turn / 2.0)])})
        for turn in np.radians(np.arange(0.0, 1_440.0, 7.0))
    ]
    told = np.array(parsed(bvh_of(curves_of(poses, 30.0))).frames)
    assert np.abs(np.diff(told, axis=0)).max() < 7.01
    assert told[-1].max() > 1_400.0
