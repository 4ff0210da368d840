"""The expressions of a VRM 1.0 file: morph targets, colours and pictures that move together.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/expressions.md
"""

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from avatar_live.avatar.document import GltfMaterial, Part, finite
from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.materials import emissive_strength
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import ColorBind, Expression, PlacingBind

EXPRESSIONS_MAX: Final = 1_024
BINDS_MAX: Final = 65_536  # of all expressions together

ColorPart = Literal["base", "emissive", "shade", "matcap", "rim", "outline"]
Override = Literal["none", "block", "blend"]

_PARTS: Final[dict[str, ColorPart]] = {
    "color": "base",
    "emissionColor": "emissive",
    "shadeColor": "shade",
    "matcapColor": "matcap",
    "rimColor": "rim",
    "outlineColor": "outline",
}


class _MorphBind(Part, frozen=True):
    node: int
    index: int
    weight: float = 1.0


class _ColorBind(Part, frozen=True):
    material: int
    type: str
    target_value: tuple[float, float, float, float]


class _TransformBind(Part, frozen=True):
    material: int
    scale: tuple[float, float] = (1.0, 1.0)
    offset: tuple[float, float] = (0.0, 0.0)


class _Expression(Part, frozen=True):
    morph_target_binds: tuple[_MorphBind, ...] = ()
    material_color_binds: tuple[_ColorBind, ...] = ()
    texture_transform_binds: tuple[_TransformBind, ...] = ()
    is_binary: bool = False
    override_blink: Override = "none"
    override_look_at: Override = "none"
    override_mouth: Override = "none"


class Expressions(Part, frozen=True):
    """Be `expressions` of VRMC_vrm."""

    preset: dict[str, _Expression] = msgspec.field(default_factory=dict)
    custom: dict[str, _Expression] = msgspec.field(default_factory=dict)


def read_expressions(source: Expressions, meshes: Meshes, materials: Sequence[GltfMaterial]) -> dict[str, Expression]:
    """Return the expressions by name, presets before custom ones of the same name. Raises AvatarError.

    Binds to what is not in the file are left out: exporters strip meshes and forget those who speak of them.
    """
    if len(source.preset) + len(source.custom) > EXPRESSIONS_MAX:
        raise AvatarError(f"the avatar has more than {EXPRESSIONS_MAX} expressions; export it with fewer")
    refuse_many_binds(
        sum(
            len(item.morph_target_binds) + len(item.material_color_binds) + len(item.texture_transform_binds)
            for item in (*source.preset.values(), *source.custom.values())
        )
    )
    return {
        name: Expression(
            name,
            _morphs(expression.morph_target_binds, meshes),
            expression.is_binary,
            expression.override_blink,
            expression.override_look_at,
            expression.override_mouth,
            _colors(expression.material_color_binds, materials),
            _placings(expression.texture_transform_binds, materials),
        )
        for name, expression in {**source.custom, **source.preset}.items()
    }


def refuse_many_binds(count: int) -> None:
    """Raise AvatarError where expressions bind more than anyone needs, all together."""
    if count > BINDS_MAX:
        raise AvatarError(f"the avatar's expressions have more than {BINDS_MAX} binds; export it with fewer")


def _morphs(binds: Sequence[_MorphBind], meshes: Meshes) -> tuple[tuple[int, float], ...]:
    out = []
    for bind in binds:
        finite(bind.weight)
        morphs = meshes.morph_ranges.get(bind.node, range(0))
        if 0 <= bind.index < len(morphs):
            out.append((morphs[bind.index], bind.weight))
    return tuple(out)


def _colors(binds: Sequence[_ColorBind], materials: Sequence[GltfMaterial]) -> tuple[ColorBind, ...]:
    out = []
    for bind in binds:
        finite(*bind.target_value)
        part = _PARTS.get(bind.type)
        if part is None or not 0 <= bind.material < len(materials):
            continue
        red, green, blue, alpha = bind.target_value
        # The file's target takes the place of the emissive factor, which the material's strength multiplies.
        strength = emissive_strength(materials[bind.material]) if part == "emissive" else 1.0
        out.append(ColorBind(bind.material, part, (red * strength, green * strength, blue * strength, alpha)))
    return tuple(out)


def _placings(binds: Sequence[_TransformBind], materials: Sequence[GltfMaterial]) -> tuple[PlacingBind, ...]:
    for bind in binds:
        finite(*bind.scale, *bind.offset)
    return tuple(
        PlacingBind(bind.material, bind.scale, bind.offset) for bind in binds if 0 <= bind.material < len(materials)
    )
