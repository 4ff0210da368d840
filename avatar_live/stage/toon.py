"""MToon materials as shader variants and inputs."""

from typing import Final, TypeAlias

from panda3d.core import CullFaceAttrib, NodePath, Texture, Vec3, Vec4

from avatar_live.avatar.model import Material
from avatar_live.stage import layers
from avatar_live.stage.cameras import PLAYER_BITS
from avatar_live.stage.colors import encode
from avatar_live.stage.shaders import load_shader

OUTLINE_LEAST: Final = 1.0  # half pixels: a thinner line would break into dots without anti-aliasing
_NARROWEST: Final = 1e-3  # shading_toony 1 would divide by zero

Input: TypeAlias = Vec3 | Vec4 | Texture | float | int


def dress(
    node: NodePath, material: Material, textures: list[Texture], inputs: dict[str, Input], defines: tuple[str, ...]
) -> None:
    """Give a node the material's surface; `inputs` and `defines` are the vertex shader's."""
    surface, symbols = _surface(material, textures)
    node.set_shader(load_shader("avatar", *defines, *symbols))
    node.set_shader_inputs(**inputs, **surface)
    if material.is_double_sided:
        node.set_two_sided(True)
    if material.alpha_mode == "blend":
        order = material.render_queue_offset - (100 if material.writes_depth_when_transparent else 0)
        layers.draw_blended(node, layers.BLENDED, order, material.writes_depth_when_transparent)


def dress_outline(
    node: NodePath, material: Material, textures: list[Texture], inputs: dict[str, Input], defines: tuple[str, ...]
) -> None:
    """Give a copy of the node's geometry the material's outline: an inverted hull."""
    surface, symbols = _surface(material, textures)
    width = material.outline_width_m
    is_world = material.outline_mode == "world"
    surface["outline_width"] = Vec4(width if is_world else 0.0, 0.0 if is_world else width, OUTLINE_LEAST, 0.0)
    surface["outline_color"] = Vec4(*material.outline_color, material.outline_lighting_mix)
    if material.outline_texture is not None:
        symbols = (*symbols, "OUTLINE_TEXTURE")
        surface["outline_texture"] = textures[material.outline_texture]
    if material.outline_lighting_mix == 0.0 and material.alpha_mode == "opaque":
        symbols = (*symbols, "OUTLINE_FLAT")
        surface["outline_color"] = Vec4(*(encode(value) for value in material.outline_color), 1.0)
    node.set_shader(load_shader("avatar", *defines, *symbols, "OUTLINE"))
    node.set_shader_inputs(**inputs, **surface)
    node.set_attrib(CullFaceAttrib.make(CullFaceAttrib.M_cull_counter_clockwise))
    if material.alpha_mode == "blend":
        layers.draw_blended(node, layers.BLENDED, material.render_queue_offset - 200, writes_depth=False)
    else:
        node.set_bin(layers.OUTLINES, 0)
    node.hide(PLAYER_BITS)  # a player's picture does without them: a quarter of the host's cost


def _surface(material: Material, textures: list[Texture]) -> tuple[dict[str, Input], tuple[str, ...]]:
    """Return the fragment shader's inputs and symbols."""
    edge = max(2.0 - 2.0 * material.shading_toony, _NARROWEST)
    inputs: dict[str, Input] = {
        "base_color": Vec4(*material.base_color),
        "shade_color": Vec3(*material.shade_color),
        "toon": Vec4(material.shading_shift, material.shading_toony, 1.0 / edge, material.alpha_cutoff),
        "uv_transform": Vec4(*material.placing.scale, *material.placing.offset),
    }
    symbols: list[str] = []

    def take(symbol: str, name: str, index: int | None) -> None:
        if index is not None:
            symbols.append(symbol)
            inputs[name] = textures[index]

    take("BASE_TEXTURE", "base_texture", material.base_texture)
    if material.alpha_mode == "mask":
        symbols.append("ALPHA_MASK")
    if material.alpha_mode == "blend":
        symbols.append("ALPHA_BLEND")
    if material.is_double_sided:
        symbols.append("DOUBLE_SIDED")
    if any(material.emissive_color):
        symbols.append("EMISSIVE")
        inputs["emissive_color"] = Vec3(*material.emissive_color)
        take("EMISSIVE_TEXTURE", "emissive_texture", material.emissive_texture)
    if material.shading == "unlit":
        symbols.append("UNLIT")
        return inputs, tuple(symbols)
    if material.shade_texture is not None and material.shade_texture == material.base_texture:
        symbols.append("SHADE_IS_BASE")  # one fetch instead of two, and almost every avatar is made like this
    else:
        take("SHADE_TEXTURE", "shade_texture", material.shade_texture)
    if any(material.matcap_color):
        inputs["matcap_color"] = Vec3(*material.matcap_color)
        take("MATCAP", "matcap_texture", material.matcap_texture)
    if any(material.rim_color):
        symbols.append("RIM")
        inputs["rim_color"] = Vec3(*material.rim_color)
        inputs["rim"] = Vec3(material.rim_fresnel_power, material.rim_lift, material.rim_lighting_mix)
    if "RIM" in symbols or "MATCAP" in symbols:
        take("RIM_TEXTURE", "rim_texture", material.rim_texture)
    return inputs, tuple(symbols)
