"""The one light set: a key light from the audience's right, a soft fill, and a coloured light behind each shoulder."""

import numpy as np
from panda3d.core import NodePath, Vec3

KEY_DIRECTION = np.array([0.25, 0.55, 0.8]) / np.linalg.norm([0.25, 0.55, 0.8])
_LEFT_DIRECTION = np.array([-0.87, 0.15, -0.42]) / np.linalg.norm([-0.87, 0.15, -0.42])
_RIGHT_DIRECTION = np.array([0.87, 0.15, -0.42]) / np.linalg.norm([0.87, 0.15, -0.42])


def light(root: NodePath) -> None:
    """Give everything under `root` the light set; colours are linear."""
    root.set_shader_inputs(
        key_direction=Vec3(*KEY_DIRECTION),
        key_color=Vec3(1.0, 0.985, 0.965),
        fill_color=Vec3(0.01, 0.01, 0.02),
        left_direction=Vec3(*_LEFT_DIRECTION),
        left_color=Vec3(0.05, 0.35, 0.55),
        right_direction=Vec3(*_RIGHT_DIRECTION),
        right_color=Vec3(0.55, 0.12, 0.38),
    )
