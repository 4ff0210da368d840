"""The one light set: a key light from the audience's right and above, and a faint violet fill from the room."""

import math
from typing import Final

from panda3d.core import NodePath, Vec3

_TOWARDS_KEY: Final = (0.25, 0.55, 0.8)

KEY_DIRECTION: Final = tuple(part / math.hypot(*_TOWARDS_KEY) for part in _TOWARDS_KEY)  # from a surface to the light
KEY_COLOR: Final = (1.0, 0.985, 0.965)
FILL_COLOR: Final = (0.01, 0.01, 0.02)


def light(root: NodePath) -> None:
    """Give everything under `root` the light set; colours are linear."""
    root.set_shader_inputs(key_direction=Vec3(*KEY_DIRECTION), key_color=Vec3(*KEY_COLOR), fill_color=Vec3(*FILL_COLOR))
