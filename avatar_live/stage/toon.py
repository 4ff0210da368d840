"""Materials as shader variants and inputs: MToon 1.0, unlit, and glTF's own.

A variant has only what its material uses, because fragments are what a picture costs. All numbers are arrays that the
shader reads each time it draws: what an expression or the time changes is written into them and nothing else happens.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from panda3d.core import CullFaceAttrib, NodePath, PTA_LVecBase3f, PTA_LVecBase4f, Texture, Vec3, Vec4

from avatar_live.avatar.model import Material
from avatar_live.stage import layers
from avatar_live.stage.cameras import PLAYER_BITS
from avatar_live.stage.colors import encode
from avatar_live.stage.placing import in_single_precision, is_moving, motion_of, rows_of
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.textures import Pictures

OUTLINE_LEAST: Final = 1.0  # half pixels: a thinner line would break into dots without anti-aliasing
_NARROWEST: Final = 1e-3  # shading_toony 1 and a rim's power 0 would divide by zero
_WITH_DEPTH: Final = -100  # blended surfaces that write depth come before those that do not, whatever their offsets
_BLENDED_OUTLINE: Final = -200

Part: TypeAlias = Literal["base", "emissive", "shade", "matcap", "rim", "outline"]
Input: TypeAlias = PTA_LVecBase3f | PTA_LVecBase4f | Texture


@dataclass(frozen=True, slots=True)
class _Slot:
    """Name a picture's place on a surface; `is_color` when the file keeps it in sRGB."""

    field: str
    is_color: bool = True

    @property
    def symbol(self) -> str:
        return self.field.upper()

    @property
    def placing(self) -> str:
        return self.field.replace("_texture", "_placing")


_BASE: Final = _Slot("base_texture")
_NORMAL: Final = _Slot("normal_texture", is_color=False)
_SHADE: Final = _Slot("shade_texture")
_SHIFT: Final = _Slot("shading_shift_texture", is_color=False)
_MATCAP: Final = _Slot("matcap_texture")
_RIM: Final = _Slot("rim_texture")
_EMISSIVE: Final = _Slot("emissive_texture")
_METALLIC: Final = _Slot("metallic_roughness_texture", is_color=False)
_OUTLINE: Final = _Slot("outline_texture", is_color=False)
_MASK: Final = _Slot("uv_mask_texture", is_color=False)


class Surface:
    """Dress nodes in a material and keep them up to date; `changing` are the parts that expressions may colour."""

    def __init__(self, material: Material, pictures: Pictures, changing: Iterable[Part] = ()) -> None:
        self._material = self._shown = material
        self._changing = frozenset(changing)
        self._slots = self._used_slots()
        self._is_moving = is_moving(material)
        self._symbols = self._surface_symbols()
        self._inputs: dict[str, Input] = {
            slot.field: pictures.get(_index(material, slot), slot.is_color)
            for slot in self._slots
            if slot.symbol in self._symbols or slot in (_OUTLINE, _MASK)
        }
        self._numbers = {name: PTA_LVecBase4f.empty_array(1) for name in _numbers(material)}
        self._placings = {
            name: PTA_LVecBase3f.empty_array(2) for name in ("uv_placing", *(slot.placing for slot in self._slots))
        }
        self._motion = PTA_LVecBase4f.empty_array(1)
        self._seconds = 0.0
        self._write_numbers()
        self._write_placings()

    @property
    def has_outline(self) -> bool:
        """Tell whether the surface has a line around it."""
        return self._material.outline_mode != "none" and self._material.outline_width_m > 0.0

    @property
    def is_blended(self) -> bool:
        """Tell whether one sees through the surface."""
        return self._material.alpha_mode == "blend"

    def dress(self, node: NodePath, inputs: dict[str, Texture], defines: tuple[str, ...]) -> None:
        """Give a node this surface; `inputs` and `defines` are the vertex shader's."""
        material = self._material
        node.set_shader(load_shader("avatar", *defines, *self._symbols))
        node.set_shader_inputs(**inputs, **self._all_inputs())
        if material.is_double_sided:
            node.set_two_sided(True)
        if material.alpha_mode == "mask":
            node.set_bin(layers.MASKED, 0)
        if material.alpha_mode == "blend":
            layers.draw_blended(node, layers.BLENDED, self._order, material.writes_depth_when_transparent)

    def dress_outline(self, node: NodePath, inputs: dict[str, Texture], defines: tuple[str, ...]) -> None:
        """Give a copy of the node's geometry this surface's outline: an inverted hull."""
        material = self._material
        symbols = [symbol for symbol in self._symbols if symbol != "DOUBLE_SIDED"]
        if _OUTLINE in self._slots:
            symbols.append(_OUTLINE.symbol)
        if self._is_outline_flat:
            symbols.append("OUTLINE_FLAT")
        node.set_shader(load_shader("avatar", *defines, *symbols, "OUTLINE"))
        node.set_shader_inputs(**inputs, **self._all_inputs())
        node.set_attrib(CullFaceAttrib.make(CullFaceAttrib.M_cull_counter_clockwise))
        if material.alpha_mode == "blend":
            # The surface's depth keeps its hull from showing through it; without depth the hull has to come before.
            has_depth = material.writes_depth_when_transparent
            order = self._order if has_depth else material.render_queue_offset + _BLENDED_OUTLINE
            layers.draw_blended(node, layers.BLENDED, order, has_depth)
        else:
            node.set_bin(layers.OUTLINES, 0)
        node.hide(PLAYER_BITS)  # a player's picture does without them: a quarter of the host's cost

    def take(self, material: Material) -> None:
        """Show what an expression makes of the material; seen in the next picture."""
        if material is not self._shown:
            self._shown = material
            self._write_numbers()
            self._write_placings()

    def restore(self) -> None:
        """Show the material as the file has it."""
        self.take(self._material)

    def run(self, now_s: float) -> None:
        """Move the pictures to where the UV animation has them at this time."""
        if self._is_moving:
            self._seconds = now_s
            self._write_placings()

    @property
    def _order(self) -> int:
        material = self._material
        return material.render_queue_offset + (_WITH_DEPTH if material.writes_depth_when_transparent else 0)

    @property
    def _is_outline_flat(self) -> bool:
        material = self._material
        return material.outline_lighting_mix == 0.0 and material.alpha_mode == "opaque"

    def _used_slots(self) -> tuple[_Slot, ...]:
        material, shown = self._material, [_BASE]
        if material.shading != "unlit":
            shown += [_NORMAL, _EMISSIVE] if self._glows("emissive") else [_NORMAL]
        if material.shading == "pbr":
            shown += [_METALLIC]
        if material.shading == "mtoon":
            shown += [_SHADE, _SHIFT]
            has_matcap = self._glows("matcap") and material.matcap_texture is not None
            shown += [_MATCAP] if has_matcap else []
            shown += [_RIM] if has_matcap or self._glows("rim") else []
        shown += [_OUTLINE] if self.has_outline else []
        shown += [_MASK] if is_moving(material) else []
        return tuple(slot for slot in shown if _index(material, slot) >= 0)

    def _glows(self, part: Literal["emissive", "matcap", "rim"]) -> bool:
        """Tell whether a colour that is added is ever other than black."""
        return part in self._changing or any(getattr(self._material, f"{part}_color"))

    def _surface_symbols(self) -> tuple[str, ...]:
        material = self._material
        symbols = [slot.symbol for slot in self._slots if slot not in (_OUTLINE, _MASK)]
        if any(slot.field in material.placings for slot in self._slots) or _MASK in self._slots:
            symbols.append("UV_BY_SLOT")
        if _MASK in self._slots:
            symbols.append("UV_MASK")
        if material.alpha_mode != "opaque":
            symbols.append("ALPHA_MASK" if material.alpha_mode == "mask" else "ALPHA_BLEND")
        if material.is_double_sided:
            symbols.append("DOUBLE_SIDED")
        if material.shading == "unlit":
            return (*symbols, "UNLIT")
        symbols += ["EMISSIVE"] if self._glows("emissive") else []
        if material.shading == "pbr":
            return (*symbols, "PBR")
        has_same_place = _SHADE.field not in material.placings
        if _SHADE in self._slots and material.shade_texture == material.base_texture and has_same_place:
            symbols.remove(_SHADE.symbol)
            symbols.append("SHADE_IS_BASE")  # one fetch instead of two, and almost every avatar is made like this
        symbols += ["RIM"] if self._glows("rim") else []
        return tuple(symbols)

    def _all_inputs(self) -> dict[str, Input]:
        return {**self._inputs, **self._numbers, **self._placings, "uv_motion": self._motion}

    def _write_numbers(self) -> None:
        for name, value in _numbers(self._shown).items():
            self._numbers[name][0] = value
        if self._is_outline_flat:
            color = Vec4(*(encode(value) for value in self._shown.outline_color), 1.0)
            self._numbers["outline_color"][0] = color

    def _write_placings(self) -> None:
        material = self._shown
        motion = motion_of(material, self._seconds)
        if _MASK in self._slots:  # how far a point moves is the mask's to say, so the shader moves it
            self._motion[0] = Vec4(*in_single_precision(motion), 0.0)
            motion = (0.0, 0.0, 0.0)
        for name, rows in self._placings.items():
            placing = material.placings.get(name.replace("_placing", "_texture"), material.placing)
            still = name == _MASK.placing
            for number, row in enumerate(rows_of(placing, (0.0, 0.0, 0.0) if still else motion)):
                rows[number] = Vec3(*row)


def _index(material: Material, slot: _Slot) -> int:
    index = getattr(material, slot.field)
    return -1 if index is None else int(index)


def _numbers(material: Material) -> dict[str, Vec4]:
    """Return the shader's numbers by name."""
    edge = max(2.0 - 2.0 * material.shading_toony, _NARROWEST)
    width = material.outline_width_m
    is_world = material.outline_mode == "world"
    return {
        "base_color": Vec4(*material.base_color),
        "shade_color": Vec4(*material.shade_color, material.shading_shift_texture_scale),
        "toon": Vec4(material.shading_shift, material.shading_toony, 1.0 / edge, material.alpha_cutoff),
        "emissive_color": Vec4(*material.emissive_color, material.normal_scale),
        "matcap_color": Vec4(*material.matcap_color, material.rim_lighting_mix),
        "rim_color": Vec4(*material.rim_color, 0.0),
        "rim": Vec4(max(material.rim_fresnel_power, _NARROWEST), material.rim_lift, 0.0, 0.0),
        "metal": Vec4(material.metallic, material.roughness, 0.0, 0.0),
        "outline_width": Vec4(width if is_world else 0.0, 0.0 if is_world else width, OUTLINE_LEAST, 0.0),
        "outline_color": Vec4(*material.outline_color, material.outline_lighting_mix),
    }
