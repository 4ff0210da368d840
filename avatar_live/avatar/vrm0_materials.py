"""Surfaces of VRM 0.x (Unity's MToon, colours in sRGB) in the terms of MToon 1.0 (linear).

The conversion is the one that UniVRM's migration documents:
https://github.com/vrm-c/UniVRM/tree/master/Assets/VRM10/Runtime/Migration/Materials
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

import msgspec

from avatar_live.avatar.document import Extensions, GltfMaterial, Part, decode
from avatar_live.avatar.materials import QUEUE_OFFSET_MAX, AlphaMode, Rgb, finite, read_material, to_linear
from avatar_live.avatar.model import Material, Placing
from avatar_live.avatar.textures import TextureReader

_BLEND_MODES: Final[tuple[AlphaMode, ...]] = ("opaque", "mask", "blend", "blend")
_WITH_DEPTH: Final = 3
_OUTLINE_MODES: Final[dict[float, Literal["world", "screen"]]] = {1.0: "world", 2.0: "screen"}
_QUEUES: Final = {2: 3000, _WITH_DEPTH: 2501}  # where Unity draws a blend mode unless told otherwise
_UNLIT_SHADERS: Final[dict[str, AlphaMode]] = {
    "Unlit/Color": "opaque",
    "Unlit/Texture": "opaque",
    "Unlit/Transparent Cutout": "mask",
    "Unlit/Transparent": "blend",
    "VRM/UnlitTexture": "opaque",
    "VRM/UnlitCutout": "mask",
    "VRM/UnlitTransparent": "blend",
    "VRM/UnlitTransparentZWrite": "blend",
}
_PLAIN_SHADER: Final = "VRM_USE_GLTFSHADER"
_LINEAR_EMISSION_SINCE: Final = (0, 107, 0)  # older UniVRM wrote the emission of plain materials in sRGB


class _Properties(Part, frozen=True):
    shader: str = ""
    render_queue: int = -1
    float_properties: dict[str, float | None] = msgspec.field(default_factory=dict)
    vector_properties: dict[str, tuple[float, ...] | None] = msgspec.field(default_factory=dict)
    texture_properties: dict[str, int | None] = msgspec.field(default_factory=dict)

    def number(self, name: str, otherwise: float) -> float:
        value = self.float_properties.get(name)
        return otherwise if value is None else value

    def rgb(self, name: str, otherwise: Rgb) -> Rgb:
        value = self.vector_properties.get(name)
        if value is None or len(value) < 3:
            return otherwise
        return value[0], value[1], value[2]

    def texture(self, name: str, textures: TextureReader) -> int | None:
        index = self.texture_properties.get(name)
        return None if index is None or index < 0 else textures.place(index)

    @property
    def queue(self) -> int:
        """Return where Unity draws it; -1 in the file stands for its blend mode's own place."""
        return self.render_queue if self.render_queue >= 0 else _QUEUES.get(_mode(self), 2000)


class _Vrm(Part, frozen=True):
    exporter_version: str = ""
    material_properties: tuple[_Properties, ...] = ()


def read_vrm0_materials(
    extensions: Extensions, sources: Sequence[GltfMaterial], textures: TextureReader
) -> list[Material]:
    """Return the materials in the file's order; decodes the textures they use. Raises AvatarError."""
    vrm = decode(extensions["VRM"], _Vrm)
    properties = vrm.material_properties
    offsets = _queue_offsets(properties)
    is_emission_srgb = _wrote_srgb_emission(vrm.exporter_version)
    materials = []
    for number, source in enumerate(sources):
        own = properties[number] if number < len(properties) else _Properties()
        if own.shader == "VRM/MToon":
            materials.append(finite(_mtoon(source.name, own, offsets, textures)))
            continue
        material = read_material(source, textures)
        if own.shader in _UNLIT_SHADERS:
            material = _unlit(material, own, textures)
        elif own.shader == _PLAIN_SHADER and is_emission_srgb:
            material = replace(material, emissive_color=linear(material.emissive_color))
        materials.append(finite(material))
    return materials


def linear(color: Rgb) -> Rgb:
    """Return an sRGB colour in linear light."""
    red, green, blue = to_linear(color)
    return red, green, blue


def flipped(offset: tuple[float, float], scale: tuple[float, float]) -> Placing:
    """Return Unity's offset and scale of a picture, which count v upwards, as glTF's, which count it down."""
    return Placing((offset[0], 1.0 - offset[1] - scale[1]), scale)


def _mtoon(name: str, own: _Properties, offsets: Mapping[tuple[int, int], int], textures: TextureReader) -> Material:
    blend = _mode(own)
    color = own.vector_properties.get("_Color") or (1.0, 1.0, 1.0, 1.0)
    alpha = color[3] if len(color) > 3 else 1.0
    base_texture = own.texture("_MainTex", textures)
    matcap = own.texture("_SphereAdd", textures)
    shift, toony = _shading(own.number("_ShadeShift", 0.0), own.number("_ShadeToony", 0.9))
    return Material(
        name=name,
        alpha_mode=_BLEND_MODES[blend],
        alpha_cutoff=own.number("_Cutoff", 0.5),
        is_double_sided=own.number("_CullMode", 2.0) != 2.0,
        base_color=(*linear(own.rgb("_Color", (1.0, 1.0, 1.0))), alpha),
        base_texture=base_texture,
        placing=_placing(own),
        normal_texture=own.texture("_BumpMap", textures),
        normal_scale=own.number("_BumpScale", 1.0),
        emissive_color=own.rgb("_EmissionColor", (0.0, 0.0, 0.0)),  # is linear in 0.x already
        emissive_texture=own.texture("_EmissionMap", textures),
        shade_color=linear(own.rgb("_ShadeColor", (0.97, 0.81, 0.86))),
        # Many 0.x avatars leave the shade texture out and mean the main one.
        shade_texture=base_texture if (shade := own.texture("_ShadeTexture", textures)) is None else shade,
        shading_shift=shift,
        shading_toony=toony,
        gi_equalization=min(max(1.0 - own.number("_IndirectLightIntensity", 0.1), 0.0), 1.0),
        matcap_color=(1.0, 1.0, 1.0) if matcap is not None else (0.0, 0.0, 0.0),
        matcap_texture=matcap,
        rim_color=linear(own.rgb("_RimColor", (0.0, 0.0, 0.0))),
        rim_texture=own.texture("_RimTexture", textures),
        rim_lighting_mix=1.0,  # whatever 0.x says: its unlit rims shine in the dark
        rim_fresnel_power=own.number("_RimFresnelPower", 1.0),
        rim_lift=own.number("_RimLift", 0.0),
        outline_mode=_OUTLINE_MODES.get(own.number("_OutlineWidthMode", 0.0), "none"),
        outline_width_m=own.number("_OutlineWidth", 0.5) * 0.01,  # cm, or hundredths of half the screen's height
        outline_texture=own.texture("_OutlineWidthTexture", textures),
        outline_color=linear(own.rgb("_OutlineColor", (0.0, 0.0, 0.0))),
        outline_lighting_mix=own.number("_OutlineLightingMix", 1.0) if own.number("_OutlineColorMode", 0.0) else 0.0,
        uv_scroll_per_s=(own.number("_UvAnimScrollX", 0.0), -own.number("_UvAnimScrollY", 0.0)),
        uv_turn_rad_per_s=own.number("_UvAnimRotation", 0.0) * math.tau,  # turns a second in 0.x
        uv_mask_texture=own.texture("_UvAnimMaskTexture", textures),
        writes_depth_when_transparent=blend == _WITH_DEPTH,
        render_queue_offset=offsets.get((blend, own.queue), 0),
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
        queues = sorted({own.queue for own in properties if own.shader == "VRM/MToon" and _mode(own) == blend})
        for number, queue in enumerate(queues):
            place = number if blend == _WITH_DEPTH else number - len(queues) + 1
            offsets[blend, queue] = min(max(place, -QUEUE_OFFSET_MAX), QUEUE_OFFSET_MAX)
    return offsets


def _placing(own: _Properties) -> Placing:
    """Return how the main picture lies; 0.x lays all others of the material like it."""
    vector = own.vector_properties.get("_MainTex")
    if vector is None or len(vector) < 4:
        return Placing()
    return flipped((vector[0], vector[1]), (vector[2], vector[3]))


def _unlit(material: Material, own: _Properties, textures: TextureReader) -> Material:
    """Return a material of UniVRM's first years, which told only the VRM extension that it is unlit."""
    alpha_mode = _UNLIT_SHADERS[own.shader]
    texture = own.texture("_MainTex", textures)
    if texture is not None:
        material = replace(material, base_texture=texture, placing=_placing(own), placings={})
    return replace(
        material,
        shading="unlit",
        alpha_mode=alpha_mode,
        alpha_cutoff=own.number("_Cutoff", material.alpha_cutoff) if alpha_mode == "mask" else material.alpha_cutoff,
        writes_depth_when_transparent=own.shader.endswith("ZWrite"),
    )


def _wrote_srgb_emission(exporter: str) -> bool:
    version = re.match(r"UniVRM-(\d{1,4})\.(\d{1,4})\.(\d{1,4})", exporter)
    return version is not None and tuple(int(part) for part in version.groups()) < _LINEAR_EMISSION_SINCE
