"""The blend shape groups of a VRM 0.x file as expressions of VRM 1.0.

The names and the kinds of binds change as UniVRM's migration documents it:
https://github.com/vrm-c/UniVRM/blob/master/Assets/VRM10/Runtime/Migration/MigrationVrmExpression.cs
"""

from collections.abc import Sequence
from typing import Final

from avatar_live.avatar.document import GltfNode, Part, finite
from avatar_live.avatar.glb import AvatarError
from avatar_live.avatar.meshes import Meshes
from avatar_live.avatar.model import ColorBind, Expression, Material, Placing, PlacingBind
from avatar_live.avatar.vrm0_materials import flipped, linear
from avatar_live.avatar.vrm_expressions import EXPRESSIONS_MAX, ColorPart, refuse_many_binds

_PRESETS: Final = {
    "a": "aa",
    "i": "ih",
    "u": "ou",
    "e": "ee",
    "o": "oh",
    "joy": "happy",
    "sorrow": "sad",
    "fun": "relaxed",
    "blink_l": "blinkLeft",
    "blink_r": "blinkRight",
    "lookup": "lookUp",
    "lookdown": "lookDown",
    "lookleft": "lookLeft",
    "lookright": "lookRight",
    **{name: name for name in ("neutral", "angry", "blink")},
}
_COLORS: Final[dict[str, ColorPart]] = {
    "_Color": "base",
    "_EmissionColor": "emissive",
    "_ShadeColor": "shade",
    "_RimColor": "rim",
    "_OutlineColor": "outline",
}
_PLACINGS: Final = ("_MainTex_ST", "_MainTex_ST_S", "_MainTex_ST_T")


class _Bind(Part, frozen=True):
    mesh: int
    index: int
    weight: float = 100.0


class _Value(Part, frozen=True):
    material_name: str = ""
    property_name: str = ""
    target_value: tuple[float, ...] = ()


class _Group(Part, frozen=True):
    name: str = ""
    preset_name: str | None = None
    binds: tuple[_Bind, ...] | None = None
    material_values: tuple[_Value, ...] | None = None
    is_binary: bool = False


class BlendShapes(Part, frozen=True):
    """Be `blendShapeMaster` of the VRM extension."""

    blend_shape_groups: tuple[_Group, ...] = ()


def read_expressions0(
    source: BlendShapes, sources: Sequence[GltfNode], meshes: Meshes, materials: Sequence[Material]
) -> dict[str, Expression]:
    """Return the expressions by their name in 1.0; the first of a name counts. Raises AvatarError."""
    groups = source.blend_shape_groups
    if len(groups) > EXPRESSIONS_MAX:
        raise AvatarError(f"the avatar has more than {EXPRESSIONS_MAX} expressions; export it with fewer")
    ranges: dict[int, list[range]] = {}
    for node, morphs in meshes.morph_ranges.items():
        mesh = sources[node].mesh
        if mesh is not None:
            ranges.setdefault(mesh, []).append(morphs)
    named: dict[str, list[int]] = {}
    for place, material in enumerate(materials):
        named.setdefault(material.name, []).append(place)
    refuse_many_binds(
        sum(len(ranges.get(bind.mesh, ())) for group in groups for bind in group.binds or ())
        + sum(len(named.get(value.material_name, ())) for group in groups for value in group.material_values or ())
    )
    expressions: dict[str, Expression] = {}
    for group in groups:
        binds: list[tuple[int, float]] = []
        for bind in group.binds or ():
            finite(bind.weight)
            for morphs in ranges.get(bind.mesh, ()):
                if 0 <= bind.index < len(morphs):
                    binds.append((morphs[bind.index], bind.weight / 100.0))
        name = _PRESETS.get((group.preset_name or "").casefold(), group.name)
        if name.casefold() == "surprised":  # a preset of 1.0 that 0.x files have under its name
            name = "surprised"
        colors, placings = _material_binds(group.material_values or (), named, materials)
        expression = Expression(name, tuple(binds), group.is_binary, colors=colors, placings=placings)
        expressions.setdefault(name, expression)
    return expressions


def _material_binds(
    values: Sequence[_Value], named: dict[str, list[int]], materials: Sequence[Material]
) -> tuple[tuple[ColorBind, ...], tuple[PlacingBind, ...]]:
    colors: list[ColorBind] = []
    placings: list[PlacingBind] = []
    for value in values:
        finite(*value.target_value)
        if len(value.target_value) < 4:
            continue
        red, green, blue, alpha = value.target_value[:4]
        for place in named.get(value.material_name, ()):
            if value.property_name in _COLORS:
                part = _COLORS[value.property_name]
                color = (red, green, blue) if part == "emissive" else linear((red, green, blue))
                colors.append(ColorBind(place, part, (*color, alpha)))
            elif value.property_name in _PLACINGS:
                target = flipped((blue, alpha), (red, green))  # such a target is scale x y, offset x y
                placings.append(_placing_bind(place, value.property_name, target, materials[place].placing))
    return tuple(colors), tuple(placings)


def _placing_bind(place: int, name: str, target: Placing, own: Placing) -> PlacingBind:
    """Return the bind; "_S" moves the picture sideways alone, "_T" up and down alone."""
    across = own if name.endswith("_T") else target
    down = own if name.endswith("_S") else target
    return PlacingBind(place, (across.scale[0], down.scale[1]), (across.offset[0], down.offset[1]))
