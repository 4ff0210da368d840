"""Files made to prove spring bones behave as their names say, in numbers."""

import dataclasses

import numpy as np
import pytest
from hairy import avatar_of
from shared import shared_data
from spring_reference import ReferenceSprings, tip_nodes

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.gltf import Gltf
from avatar_live.avatar.model import Doubles
from avatar_live.avatar.nodes import read_skeleton
from avatar_live.avatar.quaternions import matrices
from avatar_live.avatar.springs import Springs
from avatar_live.avatar.vrm_springs import read_springs
from avatar_live.signals import Pose

FRAMES = 180


def conformance(name: str) -> Avatar:
    """Return an avatar of the conformance files with all its nodes in the palette."""
    avatar = read_avatar(shared_data("avatars", "vrm1", f"{name}.vrm"))
    return dataclasses.replace(
        avatar,
        palette_nodes=np.arange(len(avatar.nodes), dtype=np.int32),
        inverse_binds=np.tile(np.eye(4, dtype=np.float32), (len(avatar.nodes), 1, 1)),
    )


def about(axis: int, angle_rad: float) -> Doubles:
    rotation = np.zeros(4)
    rotation[axis], rotation[3] = np.sin(angle_rad / 2.0), np.cos(angle_rad / 2.0)
    return rotation


def shaken(avatar: Avatar, swing_rad: float) -> Doubles:
    """Return the nodes' places (frames, nodes, 3) while the head rolls from side to side."""
    rig = Rig(avatar)
    return np.array(
        [
            rig.animate(Pose({"head": about(2, swing_rad * np.sin(frame / 6.0))}), 1 / 60 if frame else 0.0).palette[
                ..., 3
            ]
            for frame in range(FRAMES)
        ],
        np.float64,
    )


def chain_of(avatar: Avatar) -> list[int]:
    return [joint.node for joint in avatar.springs[0].joints]


@pytest.mark.parametrize(
    "name",
    [
        "smoke_spring",
        "swing_springbone_stiffness_0p8",
        "springbone_collider_capsule_x0p02_r0p1",
        "springbone_extended_plane_pmed",
    ],
)
def test_the_files_swing_as_the_reference_says(name: str) -> None:
    avatar = conformance(name)
    reference, head = ReferenceSprings(avatar), avatar.humanoid["head"]
    expected = [reference.tips()]
    for frame in range(1, FRAMES):
        reference.rotations[head] = about(2, 0.5 * np.sin(frame / 6.0))
        reference.step(1 / 60)
        expected.append(reference.tips())
    found = shaken(avatar, 0.5)[:, tip_nodes(avatar)]
    assert np.abs(found - np.array(expected)).max() < 1e-4


def test_a_stiffer_chain_lags_less() -> None:
    lags = []
    for name in ("smoke_spring", "swing_springbone_stiffness_0p8"):
        avatar = conformance(name)
        places = shaken(avatar, 0.5)
        loose = places[:, chain_of(avatar)[-1]]
        rigid = shaken(dataclasses.replace(avatar, springs=()), 0.5)[:, chain_of(avatar)[-1]]
        lags.append(float(np.linalg.norm(loose - rigid, axis=1).max()))
    assert 0.0 < lags[1] < 0.9 * lags[0]


def test_a_capsule_moves_the_chain_aside() -> None:
    """Its middle line is 0.02 m to the left of the chain at the lower end, so the chain goes to the right."""
    free, stopped = conformance("smoke_spring"), conformance("springbone_collider_capsule_x0p02_r0p1")
    tips = [shaken(avatar, 0.0)[-1, chain_of(avatar)[-1]] for avatar in (free, stopped)]
    assert tips[1][0] < tips[0][0] - 0.05


def test_a_plane_keeps_the_chain_on_its_side() -> None:
    """A nudge makes up its mind which way to bend; then the tails lie on the plane, as far as the length lets them."""
    avatar = conformance("springbone_extended_plane_pmed")
    head, tails = avatar.humanoid["head"], chain_of(avatar)[1:]
    places = shaken(avatar, 0.02)
    for frame in range(30, FRAMES):
        roll_rad = 0.02 * np.sin(frame / 6.0)
        normal = np.array([-np.sin(roll_rad), np.cos(roll_rad), 0.0])
        heights = (places[frame, tails] - places[frame, head]) @ normal + 0.08
        assert heights == pytest.approx(np.full(3, 0.02), abs=0.002)  # the joints' hit radius


def test_limits_of_thirty_degrees_are_kept_while_the_head_shakes() -> None:
    avatar = conformance("springbone_extended_isphere_anglelimit_30")
    angles = []
    rig = Rig(avatar)
    for frame in range(FRAMES):
        pose = Pose({"head": about(2, 1.2 * np.sin(frame / 4.0))})
        posture = rig.animate(pose, 1 / 60 if frame else 0.0)
        chain = chain_of(avatar)
        spans = np.diff(posture.palette[[avatar.humanoid["head"], *chain], :, 3], axis=0)
        spans = spans / np.linalg.norm(spans, axis=1, keepdims=True)
        cosines = np.einsum("ni,ni->n", spans[1:], spans[:-1])
        angles.append(np.degrees(np.arccos(np.clip(cosines, -1.0, 1.0))))
    assert np.max(angles) <= 30.0 + 0.1
    assert np.max(angles) > 29.0


class Scene:
    """Play a file of bare nodes, whose chain hangs still while its collider moves."""

    def __init__(self, name: str) -> None:
        gltf = Gltf(shared_data("avatars", "gltf", f"{name}.gltf").read_bytes())
        skeleton = read_skeleton(gltf, is_turned=False)
        springs, colliders = read_springs(gltf.document.extensions, skeleton)
        self.avatar = avatar_of(list(skeleton.nodes), {}, springs, colliders)
        self.collider = colliders[0]
        self.springs = Springs(self.avatar, self.worlds())
        self.springs.swing(self.worlds(), 0.0)

    def worlds(self, collider_at: Doubles | None = None, rotations: Doubles | None = None) -> Doubles:
        nodes = self.avatar.nodes
        places = np.array([node.translation for node in nodes])
        if collider_at is not None:
            places[self.collider.node] = collider_at
        turns = np.array([node.rotation for node in nodes])
        if rotations is not None:
            turns[self.springs.nodes] = rotations
        worlds = matrices(places, turns, np.array([node.scale for node in nodes]))
        for number, node in enumerate(nodes):
            if node.parent >= 0:
                worlds[number] = worlds[node.parent] @ worlds[number]
        return worlds

    def tails(self, collider_at: Doubles) -> Doubles:
        """Return where the tails rest (n, 3) after the collider went to a place in a second."""
        start = self.avatar.nodes[self.collider.node].translation
        for frame in range(1, 181):
            at = start + (collider_at - start) * min(frame / 60.0, 1.0)
            rotations = self.springs.swing(self.worlds(at), 1 / 60)
        worlds = self.worlds(collider_at, rotations)
        return np.asarray(worlds[[joint.node for joint in self.avatar.springs[0].joints[1:]], :3, 3])


def test_a_sphere_that_comes_pushes_the_chain_away() -> None:
    scene = Scene("three-vrm-springbone-sphere-collider")
    at = np.array([0.45, 1.0, 0.0])
    tails = scene.tails(at)
    reach = 0.5 + 0.25  # the file's radius, whatever the scale of its node, and the joints' own
    assert np.linalg.norm(tails - at, axis=1).min() == pytest.approx(reach, abs=0.03)
    assert tails[:, 0].min() < -0.2


def test_a_chain_stays_inside_a_sphere_that_rises() -> None:
    scene = Scene("three-vrm-springbone-inside-collider")
    at = np.array([0.1, 1.6, 0.0])  # the chain hangs from 2.0 down to 0.0
    tails = scene.tails(at)
    assert np.linalg.norm(tails - at, axis=1).max() < 1.25 - 0.25 + 0.03
    still = Scene("three-vrm-springbone-inside-collider")
    assert np.abs(still.tails(np.array([0.0, 1.0, 0.0]))[:, 0]).max() < 1e-6  # and hangs straight where it has room


def test_a_plane_that_comes_sweeps_the_chain_along() -> None:
    scene = Scene("three-vrm-springbone-plane-collider")
    tails = scene.tails(np.array([0.1, 1.0, 0.0]))
    assert tails[:, 0].min() > 0.1 + 0.25 - 0.02  # the plane looks along +X, a quarter of a metre from the joints
