"""Where a surface's pictures lie: KHR_texture_transform after MToon's UV animation, as one affine map.

u to the right and v down, as glTF counts. Positive angles turn coordinates counter-clockwise as seen so.
https://github.com/KhronosGroup/glTF/blob/main/extensions/2.0/Khronos/KHR_texture_transform/README.md
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_materials_mtoon-1.0/README.md (UV Animation)
"""

import math
from typing import Final

from avatar_live.avatar.model import Material, Placing

Row = tuple[float, float, float]
Motion = tuple[float, float, float]

_ROUND_UV: Final = 2.0  # repeated and mirrored pictures are the same again after this
_MASK_STEPS: Final = 255.0  # of an 8-bit mask: after so many rounds every masked point has gone whole rounds, too
_STILL: Final = (0.0, 0.0, 0.0)


def is_moving(material: Material) -> bool:
    """Tell whether the material has a UV animation."""
    return any(material.uv_scroll_per_s) or material.uv_turn_rad_per_s != 0.0


def motion_of(material: Material, now_s: float) -> Motion:
    """Return how far the animation has come: scrolled along u and v, turned in radians."""
    scroll_u, scroll_v = material.uv_scroll_per_s
    return scroll_u * now_s, scroll_v * now_s, material.uv_turn_rad_per_s * now_s


def in_single_precision(motion: Motion) -> Motion:
    """Return the motion without rounds that make no difference under a mask, for a show of any length."""
    scroll_u, scroll_v, turn = motion
    rounds = _ROUND_UV * _MASK_STEPS
    return math.fmod(scroll_u, rounds), math.fmod(scroll_v, rounds), math.fmod(turn, math.tau * _MASK_STEPS)


def rows_of(placing: Placing, motion: Motion = _STILL) -> tuple[Row, Row]:
    """Return two rows that map (u, v, 1) to a picture's coordinates: turned about the middle and scrolled, then placed.

    The spec's order: a picture's own transform comes after the animation. A moving picture leaves whole rounds out, so
    that single precision is enough for a show of any length.
    """
    scroll_u, scroll_v, turn = motion
    cos, sin = math.cos(turn), math.sin(turn)
    moved = (
        (cos, sin, 0.5 - 0.5 * cos - 0.5 * sin + scroll_u),
        (-sin, cos, 0.5 + 0.5 * sin - 0.5 * cos + scroll_v),
    )
    cos, sin = math.cos(placing.rotation_rad), math.sin(placing.rotation_rad)
    (scale_u, scale_v), (offset_u, offset_v) = placing.scale, placing.offset
    rows = ((cos * scale_u, sin * scale_v, offset_u), (-sin * scale_u, cos * scale_v, offset_v))
    return rows if motion == _STILL else (_through(rows[0], moved), _through(rows[1], moved))


def _through(row: Row, moved: tuple[Row, Row]) -> Row:
    first, second = moved
    u, v, shift = (row[0] * a + row[1] * b for a, b in zip(first, second, strict=True))
    return u, v, math.fmod(shift + row[2], _ROUND_UV)
