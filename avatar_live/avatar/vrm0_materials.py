"""Surfaces of VRM 0.x (Unity's MToon, colours in sRGB) in the terms of MToon 1.0 (linear).

The conversion is the one that UniVRM's migration documents:
https://github.com/vrm-c/UniVRM/tree/master/Assets/VRM10/Runtime/Migration/Materials
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import msgspec

from avatar_live.avatar.gltf import Extensions, GltfMaterial, Part, decode
from avatar_live.avatar.materials import finite, read_material, to_linear
from avatar_live.avatar.model import Material, Placing
from avatar_live.avatar.textures import TextureReader

AlphaMode = Literal["opaque", "mask", "blend"]

_BLEND_MODES: Final[tuple[AlphaMode, ...]] = ("opaque", "mask", "blend", "blend")
_WITH_DEPTH: Final = 3
_OUTLINE_MODES: Final[tuple[Literal["none", "world", "screen"], ...]] = ("none", "world", "screen")
_UNLIT_SHADERS: Final[dict[str, AlphaMode]] = {
    "VRM/UnlitTexture": "opaque",
    "VRM/UnlitCutout": "mask",
    "VRM/UnlitTransparent": "blend",
    "VRM/UnlitTransparentZWrite": "blend",
}
_QUEUE_OFFSET_MAX: Final = 9


class _Properties(Part, frozen=True):
    shader: str = ""
    render_queue: int = -1
    float_properties: dict[str, float | None] = msgspec.field(default_factory=dict)
    vector_properties: dict[str, tuple[float, ...] | None] = msgspec.field(default_factory=dict)
    texture_properties: dict[str, int | None] = msgspec.field(default_factory=dict)

    def number(self, name: str, otherwise: float) -> float:
        value = self.float_properties.get(name)
        return otherwise if value is None else value

    def rgb(self, name: str, otherwise: tuple[float, float, float]) -> tuple[float, float, float]:
        value = self.vector_properties.get(name)
        if value is None or len(value) < 3:
            return otherwise
        return value[0], value[1], value[2]

    def texture(self, name: str, textures: TextureReader) -> int | None:
        index = self.texture_properties.get(name)
        return None if index is None or index < 0 else textures.place(index)


class _Vrm(Part, frozen=True):
    material_properties: tuple[_Properties, ...] = ()


def read_vrm0_materials(
    extensions: Extensions, sources: Sequence[GltfMaterial], textures: TextureReader
) -> list[Material]:
    """Return the materials in the file's order; decodes the textures they use. Raises AvatarError."""
    properties = decode(extensions["VRM"], _Vrm).material_properties
    offsets = _queue_offsets(properties)
    materials = []
    for number, source in enumerate(sources):
        own = properties[number] if number < len(properties) else _Properties()
        if own.shader == "VRM/MToon":
            materials.append(finite(_mtoon(source.name, own, offsets, textures)))
        else:
            material = read_material(source, textures)
            if own.shader in _UNLIT_SHADERS:
                material = replace(
                    material,
                    shading="unlit",
                    alpha_mode=_UNLIT_SHADERS[own.shader],
                    writes_depth_when_transparent=own.shader.endswith("ZWrite"),
                )
            materials.append(material)
    return materials


def _mtoon(name: str, own: _Properties, offsets: Mapping[tuple[int, int], int], textures: TextureReader) -> Material:
    blend = _mode(own)
    outline = min(max(int(own.number("_OutlineWidthMode", 0.0)), 0), 2)
    color = own.vector_properties.get("_Color") or (1.0, 1.0, 1.0, 1.0)
    alpha = color[3] if len(color) > 3 else 1.0
    base_texture = own.texture("_MainTex", textures)
    matcap = own.texture("_SphereAdd", textures)
    offset, scale = _uv_transform(own.vector_properties.get("_MainTex"))
    shift, toony = _shading(own.number("_ShadeShift", 0.0), own.number("_ShadeToony", 0.9))
    return Material(
        name=name,
        alpha_mode=_BLEND_MODES[blend],
        alpha_cutoff=own.number("_Cutoff", 0.5),
        is_double_sided=own.number("_CullMode", 2.0) != 2.0,
        base_color=(*_linear(own.rgb("_Color", (1.0, 1.0, 1.0))), alpha),
        base_texture=base_texture,
        placing=Placing(offset, scale),
        emissive_color=own.rgb("_EmissionColor", (0.0, 0.0, 0.0)),  # is linear in 0.x already
        emissive_texture=own.texture("_EmissionMap", textures),
        shade_color=_linear(own.rgb("_ShadeColor", (0.97, 0.81, 0.86))),
        # Many 0.x avatars leave the shade texture out and mean the main one.
        shade_texture=base_texture if (shade := own.texture("_ShadeTexture", textures)) is None else shade,
        shading_shift=shift,
        shading_toony=toony,
        gi_equalization=1.0 - own.number("_IndirectLightIntensity", 0.1),
        matcap_color=(1.0, 1.0, 1.0) if matcap is not None else (0.0, 0.0, 0.0),
        matcap_texture=matcap,
        rim_color=_linear(own.rgb("_RimColor", (0.0, 0.0, 0.0))),
        rim_texture=own.texture("_RimTexture", textures),
        rim_fresnel_power=own.number("_RimFresnelPower", 1.0),
        rim_lift=own.number("_RimLift", 0.0),
        outline_mode=_OUTLINE_MODES[outline],
        outline_width_m=own.number("_OutlineWidth", 0.5) * 0.01,  # cm, or hundredths of half the screen's height
        outline_texture=own.texture("_OutlineWidthTexture", textures),
        outline_color=_linear(own.rgb("_OutlineColor", (0.0, 0.0, 0.0))),
        outline_lighting_mix=own.number("_OutlineLightingMix", 1.0) if own.number("_OutlineColorMode", 0.0) else 0.0,
        writes_depth_when_transparent=blend == _WITH_DEPTH,
        render_queue_offset=offsets.get((blend, own.render_queue), 0),
    )


def _mode(own: _Properties) -> int:
    mode = own.number("_BlendMode", 0.0)
    return int(mode) if mode in (0.0, 1.0, 2.0, 3.0) else 0


def _shading(shift: float, toony: float) -> tuple[float, float]:
    """Return MToon 1.0's shift and toony: 0.x gives the ramp's ends, 1.0 its middle and its sharpness."""
    low, high = shift, 1.0 + (shift - 1.0) * toony
    return min(max(-(high + low) / 2.0, -1.0), 1.0), min(max((2.0 - (high - low)) / 2.0, 0.0), 1.0)


def _queue_offsets(properties: Sequence[_Properties]) -> dict[tuple[int, int], int]:
    """Return by (blend mode, queue) the offset that keeps the order of 0.x's absolute render queues."""
    offsets: dict[tuple[int, int], int] = {}
    for blend in (2, _WITH_DEPTH):
        queues = sorted({own.render_queue for own in properties if own.shader == "VRM/MToon" and _mode(own) == blend})
        for number, queue in enumerate(queues):
            place = number if blend == _WITH_DEPTH else number - len(queues) + 1
            offsets[blend, queue] = min(max(place, -_QUEUE_OFFSET_MAX), _QUEUE_OFFSET_MAX)
    return offsets


def _uv_transform(vector: tuple[float, ...] | None) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return offset and scale with v down; Unity has v up."""
    if vector is None or len(vector) < 4:
        return (0.0, 0.0), (1.0, 1.0)
    return (vector[0], 1.0 - vector[1] - vector[3]), (vector[2], vector[3])


def _linear(color: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = to_linear(color)
    return red, green, blue
