"""The surfaces of a file in the terms of MToon 1.0, from VRMC_materials_mtoon, KHR_materials_unlit or plain PBR.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_materials_mtoon-1.0/README.md
"""

import math
from collections.abc import Iterable
from typing import Final, Literal

import numpy as np

from avatar_live.avatar.glb import damaged
from avatar_live.avatar.gltf import GltfMaterial, Part, TextureInfo, decode
from avatar_live.avatar.model import Material, Placing
from avatar_live.avatar.textures import TextureReader

Rgb = tuple[float, float, float]

ALPHA_MODES: Final[dict[str, Literal["opaque", "mask", "blend"]]] = {
    "OPAQUE": "opaque",
    "MASK": "mask",
    "BLEND": "blend",
}
OUTLINE_MODES: Final[dict[str, Literal["none", "world", "screen"]]] = {
    "none": "none",
    "worldCoordinates": "world",
    "screenCoordinates": "screen",
}
# A surface made for physically based light has no shade colour: this share of its own colour looks like soft skin.
_PBR_SHADE: Final = 0.72
_PBR_TOONY: Final = 0.5


class _Transform(Part, frozen=True):
    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation: float = 0.0


class _EmissiveStrength(Part, frozen=True):
    emissive_strength: float = 1.0


class _Mtoon(Part, frozen=True):
    transparent_with_z_write: bool = False
    render_queue_offset_number: int = 0
    shade_color_factor: Rgb = (0.0, 0.0, 0.0)
    shade_multiply_texture: TextureInfo | None = None
    shading_shift_factor: float = 0.0
    shading_toony_factor: float = 0.9
    gi_equalization_factor: float = 0.9
    matcap_factor: Rgb = (1.0, 1.0, 1.0)
    matcap_texture: TextureInfo | None = None
    parametric_rim_color_factor: Rgb = (0.0, 0.0, 0.0)
    rim_multiply_texture: TextureInfo | None = None
    rim_lighting_mix_factor: float = 1.0
    parametric_rim_fresnel_power_factor: float = 5.0
    parametric_rim_lift_factor: float = 0.0
    outline_width_mode: str = "none"
    outline_width_factor: float = 0.0
    outline_width_multiply_texture: TextureInfo | None = None
    outline_color_factor: Rgb = (0.0, 0.0, 0.0)
    outline_lighting_mix_factor: float = 1.0


def read_material(source: GltfMaterial, textures: TextureReader) -> Material:
    """Return one material; decodes the textures it uses. Raises AvatarError."""
    pbr = source.pbr_metallic_roughness
    base_texture = _place(pbr.base_color_texture, textures)
    strength = _EmissiveStrength()
    if "KHR_materials_emissive_strength" in source.extensions:
        strength = decode(source.extensions["KHR_materials_emissive_strength"], _EmissiveStrength)
    mtoon, is_unlit = None, "KHR_materials_unlit" in source.extensions
    if "VRMC_materials_mtoon" in source.extensions:
        mtoon = decode(source.extensions["VRMC_materials_mtoon"], _Mtoon)
    elif not is_unlit:
        red, green, blue, _ = pbr.base_color_factor
        mtoon = _Mtoon(
            shade_color_factor=_scaled((red, green, blue), _PBR_SHADE),
            shade_multiply_texture=pbr.base_color_texture,
            shading_toony_factor=_PBR_TOONY,
        )
    m = mtoon or _Mtoon()
    material = Material(
        name=source.name,
        shading="mtoon" if mtoon is not None else "unlit",
        alpha_mode=ALPHA_MODES.get(source.alpha_mode, "opaque"),
        alpha_cutoff=source.alpha_cutoff,
        is_double_sided=source.double_sided,
        base_color=pbr.base_color_factor,
        base_texture=base_texture,
        placing=_placing(pbr.base_color_texture),
        emissive_color=_scaled(source.emissive_factor, strength.emissive_strength),
        emissive_texture=_place(source.emissive_texture, textures),
        shade_color=m.shade_color_factor,
        shade_texture=_place(m.shade_multiply_texture, textures),
        shading_shift=m.shading_shift_factor,
        shading_toony=m.shading_toony_factor,
        gi_equalization=m.gi_equalization_factor,
        matcap_color=m.matcap_factor,
        matcap_texture=_place(m.matcap_texture, textures),
        rim_color=m.parametric_rim_color_factor,
        rim_texture=_place(m.rim_multiply_texture, textures),
        rim_lighting_mix=m.rim_lighting_mix_factor,
        rim_fresnel_power=m.parametric_rim_fresnel_power_factor,
        rim_lift=m.parametric_rim_lift_factor,
        outline_mode=OUTLINE_MODES.get(m.outline_width_mode, "none"),
        # MToon 1.0 counts screen outlines in the screen's height, the model in half of it.
        outline_width_m=m.outline_width_factor * (2.0 if m.outline_width_mode == "screenCoordinates" else 1.0),
        outline_texture=_place(m.outline_width_multiply_texture, textures),
        outline_color=m.outline_color_factor,
        outline_lighting_mix=m.outline_lighting_mix_factor,
        writes_depth_when_transparent=m.transparent_with_z_write,
        render_queue_offset=m.render_queue_offset_number,
    )
    return finite(material)


def finite(material: Material) -> Material:
    """Return the material when all its numbers are finite. Raises AvatarError."""
    for name in Material.__slots__:
        value = getattr(material, name)
        if isinstance(value, Placing):
            value = (*value.offset, *value.scale, value.rotation_rad)
        numbers: Iterable[object] = value if isinstance(value, tuple) else (value,)
        if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
            raise damaged(f"material {material.name!r} has a {name} that is not finite")
    return material


def to_linear(color: Iterable[float]) -> tuple[float, ...]:
    """Return colour parts in linear light from sRGB (IEC 61966-2-1); alpha is the caller's to leave out."""
    values = np.asarray(tuple(color), np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0.0) + 0.055) / 1.055) ** 2.4)
    return tuple(linear.tolist())


def _scaled(color: Rgb, factor: float) -> Rgb:
    red, green, blue = color
    return red * factor, green * factor, blue * factor


def _place(info: TextureInfo | None, textures: TextureReader) -> int | None:
    return None if info is None else textures.place(info.index)


def _placing(info: TextureInfo | None) -> Placing:
    if info is None or "KHR_texture_transform" not in info.extensions:
        return Placing()
    transform = decode(info.extensions["KHR_texture_transform"], _Transform)
    return Placing(transform.offset, transform.scale, transform.rotation)
