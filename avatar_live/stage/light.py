"""The one light set: a key light from the audience's right and above, and a faint violet fill from the room."""

from typing import Final

import numpy as np
from panda3d.core import NodePath, Vec3

_KEY_DIRECTION: Final = np.array([0.25, 0.55, 0.8]) / np.linalg.norm([0.25, 0.55, 0.8])


def light(root: NodePath) -> None:
    """Give everything under `root` the light set; colours are linear."""
    root.set_shader_inputs(
        key_direction=Vec3(*_KEY_DIRECTION),
        key_color=Vec3(1.0, 0.985, 0.965),
        fill_color=Vec3(0.01, 0.01, 0.02),
    )
