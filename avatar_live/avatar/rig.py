"""Bring an avatar to life: a pose goes in, every moving part in VRM's order goes by, a posture comes out.

Order: humanoid, gaze, expressions, constraints, springs, materials, palette.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/README.md (update order)
"""

import math

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.body import Body
from avatar_live.avatar.face import Face
from avatar_live.avatar.followers import Followers
from avatar_live.avatar.gaze import eye_rotations, look_weights
from avatar_live.avatar.model import Avatar, Doubles, Floats, Posture
from avatar_live.avatar.quaternions import axes_of, matrices
from avatar_live.avatar.springs import Springs
from avatar_live.avatar.tints import Tints
from avatar_live.signals import Pose


class Rig:
    """Animate one avatar; it remembers only how its springs swing."""

    def __init__(self, avatar: Avatar) -> None:
        self._avatar = avatar
        self._translations = np.array([node.translation for node in avatar.nodes])
        self._rotations = np.array([node.rotation for node in avatar.nodes])
        self._scales = np.array([node.scale for node in avatar.nodes])
        self._levels = _levels(avatar)
        rest_world = self._world(self._translations, self._rotations, self._scales)
        self._inverse_binds = avatar.inverse_binds.astype(np.float64)
        self._body = Body(avatar, rest_world)
        self._eyes = [avatar.humanoid[name] for name in ("leftEye", "rightEye") if name in avatar.humanoid]
        self._turns_eyes = avatar.look_at.by == "bone" and bool(self._eyes)
        self._face = Face(avatar, self._turns_eyes)
        self._tints = Tints(avatar)
        self._followers = Followers(avatar)
        self._springs = Springs(avatar, rest_world)
        swung = _below(avatar, self._springs.nodes)
        self._swung = np.flatnonzero(swung)
        self._swung_levels = [(nodes[swung[nodes]], parents[swung[nodes]]) for nodes, parents in self._levels]
        self._swung_levels = [level for level in self._swung_levels if len(level[0])]
        self._head = avatar.humanoid["head"]
        self._bone_nodes = np.array(list(avatar.humanoid.values()), np.int64)

    def animate(self, pose: Pose, dt_s: float, head_scale: float = 1.0) -> Posture:
        """Return the posture `dt_s` after the last one; the first one puts the springs at rest.

        `head_scale` sizes the head about its own joint with all that hangs on it. Numbers that are not finite count as
        rest.
        """
        yaw_rad, pitch_rad = _finite(pose.gaze_yaw_rad), _finite(pose.gaze_pitch_rad)
        look_at = self._avatar.look_at
        looks = {} if self._turns_eyes else look_weights(look_at, yaw_rad, pitch_rad)
        shown = self._face.weigh(pose.shapes, looks, pose.expressions)
        eyes: dict[str, Doubles] = {}
        if self._turns_eyes:
            left, right = eye_rotations(look_at, yaw_rad * shown.gaze, pitch_rad * shown.gaze)
            eyes = {"leftEye": left, "rightEye": right}

        translations, rotations, scales = self._translations.copy(), self._rotations.copy(), self._scales.copy()
        self._body.bend(pose, eyes, translations, rotations)
        scales[self._head] *= max(_finite(head_scale, 1.0), 0.0)
        self._followers.follow(rotations, lambda: self._world(translations, rotations, scales))
        world = self._world(translations, rotations, scales)
        swinging = self._springs.nodes
        if len(swinging):
            turns = self._springs.swing(world, _finite(dt_s))
            world[self._swung] = matrices(translations[self._swung], rotations[self._swung], scales[self._swung])
            world[swinging, :3, :3] = axes_of(turns) * scales[swinging, None, :]
            _chain(world, self._swung_levels)
        return Posture(
            palette=self._palette(world),
            morph_weights=shown.morph_weights,
            head=world[self._head],
            eyes_m=self._eyes_m(world),
            bones=dict(zip(self._avatar.humanoid, world[self._bone_nodes], strict=True)),
            materials=self._tints.at(shown.expressions),
        )

    def _world(self, translations: Doubles, rotations: Doubles, scales: Doubles) -> Doubles:
        world = matrices(translations, rotations, scales)
        _chain(world, self._levels)
        return world

    def _palette(self, world: Doubles) -> Floats:
        skins = world[self._avatar.palette_nodes, :3, :] @ self._inverse_binds
        return skins.astype(np.float32)

    def _eyes_m(self, world: Doubles) -> Doubles:
        if self._eyes:
            return np.asarray(world[self._eyes, :3, 3].mean(axis=0))
        return np.asarray((world[self._head] @ np.array([*self._avatar.look_at.offset_m, 1.0]))[:3])


_Levels = list[tuple[NDArray[np.int64], NDArray[np.int64]]]  # nodes and their parents, level by level


def _chain(world: Doubles, levels: _Levels) -> None:
    """Turn local matrices (N, 4, 4) into the avatar's space, from the top down."""
    for nodes, parents in levels:
        world[nodes] = world[parents] @ world[nodes]


def _below(avatar: Avatar, roots: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which nodes (N,) are roots or hang from one."""
    hangs = np.zeros(len(avatar.nodes), bool)
    hangs[roots] = True
    for number, node in enumerate(avatar.nodes):  # parents come before children
        hangs[number] |= node.parent >= 0 and bool(hangs[node.parent])
    return hangs


def _levels(avatar: Avatar) -> _Levels:
    """Return for each depth below the roots the nodes there and their parents."""
    depths: list[int] = []
    for node in avatar.nodes:
        depths.append(depths[node.parent] + 1 if node.parent >= 0 else 0)
    by_depth = np.array(depths)
    parents = np.array([node.parent for node in avatar.nodes], np.int64)
    return [
        (nodes, parents[nodes])
        for nodes in (np.flatnonzero(by_depth == depth) for depth in range(1, max(depths, default=0) + 1))
    ]


def _finite(value: float, otherwise: float = 0.0) -> float:
    return value if math.isfinite(value) else otherwise
