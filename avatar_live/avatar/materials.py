"""The surfaces of a file: VRMC_materials_mtoon, KHR_materials_unlit, or glTF's own metal and roughness.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_materials_mtoon-1.0/README.md
"""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import numpy as np

from avatar_live.avatar.document import NUMBER_MAX, GltfMaterial, Part, TextureInfo, decode
from avatar_live.avatar.glb import damaged
from avatar_live.avatar.model import Material, Placing
from avatar_live.avatar.textures import TextureReader

Rgb = tuple[float, float, float]
AlphaMode = Literal["opaque", "mask", "blend"]

ALPHA_MODES: Final[dict[str, AlphaMode]] = {"OPAQUE": "opaque", "MASK": "mask", "BLEND": "blend"}
OUTLINE_MODES: Final[dict[str, Literal["none", "world", "screen"]]] = {
    "none": "none",
    "worldCoordinates": "world",
    "screenCoordinates": "screen",
}
QUEUE_OFFSET_MAX: Final = 9


class _Transform(Part, frozen=True):
    offset: tuple[float, float] = (0.0, 0.0)
    scale: tuple[float, float] = (1.0, 1.0)
    rotation: float = 0.0
    tex_coord: int | None = None


class _EmissiveStrength(Part, frozen=True):
    emissive_strength: float = 1.0


class _EmissiveMultiplier(Part, frozen=True):
    emissive_multiplier: float = 1.0


class _Mtoon(Part, frozen=True):
    transparent_with_z_write: bool = False
    render_queue_offset_number: int = 0
    shade_color_factor: Rgb = (0.0, 0.0, 0.0)
    shade_multiply_texture: TextureInfo | None = None
    shading_shift_factor: float = 0.0
    shading_shift_texture: TextureInfo | None = None
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
    uv_animation_mask_texture: TextureInfo | None = None
    uv_animation_scroll_x_speed_factor: float = 0.0
    uv_animation_scroll_y_speed_factor: float = 0.0
    uv_animation_rotation_speed_factor: float = 0.0


class _Slots:
    """Give a material's pictures their places and remember those that lie differently from the base picture."""

    def __init__(self, textures: TextureReader, base: TextureInfo | None) -> None:
        self._textures = textures
        self.placing = _placing(base)
        self.differing: dict[str, Placing] = {}

    def place(self, field: str, info: TextureInfo | None) -> int | None:
        if info is None:
            return None
        placing = _placing(info)
        if placing != self.placing and field != "matcap_texture":  # a matcap is looked up by the normal, not by uv
            self.differing[field] = placing
        return self._textures.place(info.index)


def read_material(source: GltfMaterial, textures: TextureReader) -> Material:
    """Return one material; decodes the textures it uses. Raises AvatarError."""
    pbr = source.pbr_metallic_roughness
    slots = _Slots(textures, pbr.base_color_texture)
    shading: Literal["mtoon", "unlit", "pbr"] = "unlit" if "KHR_materials_unlit" in source.extensions else "pbr"
    m = _Mtoon()
    if "VRMC_materials_mtoon" in source.extensions:
        shading, m = "mtoon", decode(source.extensions["VRMC_materials_mtoon"], _Mtoon)
    alpha_mode = ALPHA_MODES.get(source.alpha_mode, "opaque")
    material = Material(
        name=source.name,
        shading=shading,
        alpha_mode=alpha_mode,
        alpha_cutoff=source.alpha_cutoff,
        is_double_sided=source.double_sided,
        base_color=pbr.base_color_factor,
        base_texture=slots.place("base_texture", pbr.base_color_texture),
        placing=slots.placing,
        normal_texture=slots.place("normal_texture", source.normal_texture),
        normal_scale=1.0 if source.normal_texture is None else source.normal_texture.scale,
        emissive_color=_scaled(source.emissive_factor, emissive_strength(source)),
        emissive_texture=slots.place("emissive_texture", source.emissive_texture),
        metallic=pbr.metallic_factor,
        roughness=pbr.roughness_factor,
        metallic_roughness_texture=slots.place("metallic_roughness_texture", pbr.metallic_roughness_texture),
        shade_color=m.shade_color_factor,
        shade_texture=slots.place("shade_texture", m.shade_multiply_texture),
        shading_shift=m.shading_shift_factor,
        shading_shift_texture=slots.place("shading_shift_texture", m.shading_shift_texture),
        shading_shift_texture_scale=1.0 if m.shading_shift_texture is None else m.shading_shift_texture.scale,
        shading_toony=m.shading_toony_factor,
        gi_equalization=m.gi_equalization_factor,
        matcap_color=m.matcap_factor,
        matcap_texture=slots.place("matcap_texture", m.matcap_texture),
        rim_color=m.parametric_rim_color_factor,
        rim_texture=slots.place("rim_texture", m.rim_multiply_texture),
        rim_lighting_mix=m.rim_lighting_mix_factor,
        rim_fresnel_power=m.parametric_rim_fresnel_power_factor,
        rim_lift=m.parametric_rim_lift_factor,
        outline_mode=OUTLINE_MODES.get(m.outline_width_mode, "none"),
        # MToon 1.0 counts screen outlines in the screen's height, the model in half of it.
        outline_width_m=m.outline_width_factor * (2.0 if m.outline_width_mode == "screenCoordinates" else 1.0),
        outline_texture=slots.place("outline_texture", m.outline_width_multiply_texture),
        outline_color=m.outline_color_factor,
        outline_lighting_mix=m.outline_lighting_mix_factor,
        uv_scroll_per_s=(m.uv_animation_scroll_x_speed_factor, m.uv_animation_scroll_y_speed_factor),
        uv_turn_rad_per_s=m.uv_animation_rotation_speed_factor,
        uv_mask_texture=slots.place("uv_mask_texture", m.uv_animation_mask_texture),
        writes_depth_when_transparent=m.transparent_with_z_write,
        render_queue_offset=_queue_offset(m, alpha_mode),
        placings=slots.differing,
    )
    return finite(material)


def uv_set(source: GltfMaterial) -> int:
    """Return which of a mesh's sets of texture coordinates the base picture lies on. Raises AvatarError."""
    info = source.pbr_metallic_roughness.base_color_texture
    if info is None:
        return 0
    transform = info.extensions.get("KHR_texture_transform")
    own = None if transform is None else decode(transform, _Transform).tex_coord
    return info.tex_coord if own is None else own


def emissive_strength(source: GltfMaterial) -> float:
    """Return by what the file multiplies a material's emissive colour. Raises AvatarError.

    KHR_materials_emissive_strength, or VRMC_materials_hdr_emissiveMultiplier, which it replaced.
    """
    if "KHR_materials_emissive_strength" in source.extensions:
        return decode(source.extensions["KHR_materials_emissive_strength"], _EmissiveStrength).emissive_strength
    if "VRMC_materials_hdr_emissiveMultiplier" in source.extensions:
        extension = source.extensions["VRMC_materials_hdr_emissiveMultiplier"]
        return decode(extension, _EmissiveMultiplier).emissive_multiplier
    return 1.0


def finite(material: Material) -> Material:
    """Return the material when all its numbers are finite and none is past NUMBER_MAX. Raises AvatarError."""
    for name in Material.__slots__:
        numbers = _numbers(getattr(material, name))
        if not all(abs(number) <= NUMBER_MAX for number in numbers if isinstance(number, float)):  # false for NaN, too
            raise damaged(f"material {material.name!r} has a {name} that is not finite or far too large")
    return material


def to_linear(color: Iterable[float]) -> tuple[float, ...]:
    """Return colour parts in linear light from sRGB (IEC 61966-2-1); alpha is the caller's to leave out."""
    values = np.asarray(tuple(color), np.float64)
    linear = np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0.0) + 0.055) / 1.055) ** 2.4)
    return tuple(linear.tolist())


def _numbers(value: object) -> Iterable[object]:
    if isinstance(value, Placing):
        return (*value.offset, *value.scale, value.rotation_rad)
    if isinstance(value, Mapping):
        return [number for item in value.values() for number in _numbers(item)]
    return value if isinstance(value, tuple) else (value,)


def _queue_offset(source: _Mtoon, alpha_mode: AlphaMode) -> int:
    """Return the offset within what the specification allows: behind for plain blending, before for z-write."""
    if alpha_mode != "blend":
        return 0
    low, high = (0, QUEUE_OFFSET_MAX) if source.transparent_with_z_write else (-QUEUE_OFFSET_MAX, 0)
    return min(max(source.render_queue_offset_number, low), high)


def _scaled(color: Rgb, factor: float) -> Rgb:
    red, green, blue = color
    return red * factor, green * factor, blue * factor


def _placing(info: TextureInfo | None) -> Placing:
    if info is None or "KHR_texture_transform" not in info.extensions:
        return Placing()
    transform = decode(info.extensions["KHR_texture_transform"], _Transform)
    return Placing(transform.offset, transform.scale, transform.rotation)
