"""Bring an avatar to life: a pose goes in, every moving part in VRM's order goes by, a posture comes out.

Order: humanoid, gaze, expressions, constraints, springs, materials, palette.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/README.md (update order)
"""

import math

import numpy as np

from avatar_live.avatar.body import Body, rest_places_m
from avatar_live.avatar.face import Face
from avatar_live.avatar.followers import Followers
from avatar_live.avatar.gaze import eye_rotations, look_weights
from avatar_live.avatar.hierarchy import Hierarchy
from avatar_live.avatar.model import Avatar, Doubles, Floats, Posture
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
        self._hierarchy = Hierarchy(avatar)
        rest_world = self._hierarchy.world(self._translations, self._rotations, self._scales)
        self._inverse_binds = avatar.inverse_binds.astype(np.float64)
        self._body = Body(avatar, rest_world)
        self.rest_places_m = rest_places_m(avatar, rest_world)
        self._eyes = [avatar.humanoid[name] for name in ("leftEye", "rightEye") if name in avatar.humanoid]
        self._turns_eyes = avatar.look_at.by == "bone" and bool(self._eyes)
        self._face = Face(avatar, self._turns_eyes)
        self._tints = Tints(avatar)
        self._followers = Followers(avatar)
        self._springs = Springs(avatar, rest_world)
        self._swung = self._hierarchy.below(self._springs.nodes)
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
        self._followers.follow(rotations, lambda: self._hierarchy.world(translations, rotations, scales))
        world = self._hierarchy.world(translations, rotations, scales)
        swinging = self._springs.nodes
        if len(swinging):
            rotations[swinging] = self._springs.swing(world, _finite(dt_s))
            self._swung.place(world, translations, rotations, scales)
        return Posture(
            palette=self._palette(world),
            morph_weights=shown.morph_weights,
            head=world[self._head],
            eyes_m=self._eyes_m(world),
            bones=dict(zip(self._avatar.humanoid, world[self._bone_nodes], strict=True)),
            materials=self._tints.at(shown.expressions),
        )

    def _palette(self, world: Doubles) -> Floats:
        skins = world[self._avatar.palette_nodes, :3, :] @ self._inverse_binds
        return skins.astype(np.float32)

    def _eyes_m(self, world: Doubles) -> Doubles:
        if self._eyes:
            return np.asarray(world[self._eyes, :3, 3].mean(axis=0))
        return np.asarray((world[self._head] @ np.array([*self._avatar.look_at.offset_m, 1.0]))[:3])


def _finite(value: float, otherwise: float = 0.0) -> float:
    return value if math.isfinite(value) else otherwise
