"""The key light's shadows on the host: chin on neck, hair on face, arms on body, from one small depth picture.

Drawing the host a second time is what it costs: 5 ms a picture on software OpenGL, where it is drawn for every third
frame only, nothing to speak of on a graphics card. A show that cannot keep pace gives it up first.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    BitMask32,
    Camera,
    ColorWriteAttrib,
    CS_yup_right,
    GraphicsOutput,
    LMatrix4f,
    NodePath,
    OrthographicLens,
    SamplerState,
    Texture,
    Vec4,
)

from avatar_live.stage import axes
from avatar_live.stage.display import Display, is_software
from avatar_live.stage.shaders import load_shader

Doubles = NDArray[np.float64]

SHADOWED: Final = "SHADOWED"  # the symbol with which the avatar's shader reads the shadows
SIDE_PX: Final = 1024
SOFTWARE_SIDE_PX: Final = 512
SOFTWARE_EVERY: Final = 3  # frames: a tenth of a second late is seen by nobody
_CASTS: Final = "casts"
_BITS: Final = BitMask32.bit(24)
_HALF_M: Final = 0.54  # of the square that the lamp looks at: head and upper body
_MIDDLE_M: Final = np.array([0.0, 0.98, 0.03])
_GROWS_M: Final = 0.15  # a giant head grows upwards
_AWAY_M: Final = 3.0
_REACH_M: Final = 1.4  # before and behind the middle
_OVERRIDE: Final = 100


class KeyShadow:
    """Hold the lamp's view of the host for everything under `root`; `is_on` may change at any time."""

    def __init__(self, display: Display, root: NodePath) -> None:
        draws_slowly = is_software(display.driver)
        self._every = SOFTWARE_EVERY if draws_slowly else 1
        self._frame = 0
        self._root = root
        self._depth = _depth_texture(SOFTWARE_SIDE_PX if draws_slowly else SIDE_PX)
        self._nothing = _depth_texture(1)
        self._nothing.set_ram_image(np.full(1, np.iinfo(np.uint32).max, np.uint32))
        self.output = display.open_depth("shadow", self._depth.get_x_size())
        self.output.add_render_texture(self._depth, GraphicsOutput.RTM_bind_or_copy, GraphicsOutput.RTP_depth)
        self._lens = OrthographicLens()
        self._lens.set_coordinate_system(CS_yup_right)
        self._lens.set_near_far(_AWAY_M - _REACH_M, _AWAY_M + _REACH_M)
        camera = Camera("lamp", self._lens)
        camera.set_camera_mask(_BITS)
        camera.set_tag_state_key(_CASTS)
        camera.set_scene(NodePath("nobody"))
        self._camera: NodePath = root.attach_new_node(camera)
        region = self.output.make_display_region()
        region.set_camera(self._camera)
        region.set_clear_depth_active(True)
        self._is_on = True
        self._aimed: tuple[float, ...] = ()
        self._aim(np.array([0.0, 0.0, 1.0]), 1.0)
        self.use(True)

    def use(self, is_on: bool) -> None:
        """Shadow the host, or leave it all in the light."""
        self._is_on = is_on
        self.output.set_active(is_on)
        self._root.set_shader_input("shadow_map", self._depth if is_on else self._nothing)

    def look_at(self, host: NodePath) -> None:
        """Draw this host and nothing else."""
        self._camera.node().set_scene(host)

    def cast(self, node: NodePath, defines: tuple[str, ...]) -> None:
        """Let a part of the host, whose vertex shader has these symbols, throw its shadow."""
        name = " ".join(defines)
        state = NodePath(name)
        state.set_shader(load_shader("shadow", *defines), _OVERRIDE)
        state.set_attrib(ColorWriteAttrib.make(ColorWriteAttrib.C_off), _OVERRIDE)
        self._camera.node().set_tag_state(name, state.get_state())
        node.set_tag(_CASTS, name)

    def spare(self, node: NodePath) -> None:
        """Let a part of the host throw none: a line around it, a veil over it."""
        node.hide(_BITS)

    def show(self, towards_lamp: Doubles, head_scale: float) -> None:
        """Look from where the lamp is (3,), unit, before the picture of this moment is drawn."""
        if not self._is_on:
            return
        self._frame += 1
        is_due = self._frame % self._every == 0 or self._frame == 1
        self.output.set_active(is_due)
        if is_due:
            self._aim(towards_lamp, max(head_scale, 1.0))

    def _aim(self, towards_lamp: Doubles, head_scale: float) -> None:
        aimed = (*towards_lamp.tolist(), head_scale)
        if aimed == self._aimed:
            return  # an input of everything makes everything's state anew
        self._aimed = aimed
        half_m = _HALF_M * head_scale
        middle = _MIDDLE_M + np.array([0.0, _GROWS_M * (head_scale - 1.0), 0.0])
        pose = axes.look_at(middle + _AWAY_M * towards_lamp, middle)
        axes.place(self._camera, pose)
        self._lens.set_film_size(2.0 * half_m, 2.0 * half_m)
        self._root.set_shader_input("shadow_matrix", _matrix(pose, half_m))


def _matrix(pose: Doubles, half_m: float) -> LMatrix4f:
    """Return the way from the stage to the lamp's picture, 0..1 in all three."""
    clip = np.diag([1.0 / half_m, 1.0 / half_m, -1.0 / _REACH_M, 1.0])
    clip[2, 3] = -_AWAY_M / _REACH_M
    unit = np.diag([0.5, 0.5, 0.5, 1.0])
    unit[:3, 3] = 0.5
    matrix = unit @ clip @ np.linalg.inv(pose)
    return LMatrix4f(*matrix.T.ravel().tolist())


def _depth_texture(side_px: int) -> Texture:
    texture = Texture("shadow map")
    texture.setup_2d_texture(side_px, side_px, Texture.T_unsigned_int, Texture.F_depth_component24)
    texture.set_minfilter(SamplerState.FT_shadow)
    texture.set_magfilter(SamplerState.FT_shadow)
    texture.set_wrap_u(SamplerState.WM_border_color)
    texture.set_wrap_v(SamplerState.WM_border_color)
    texture.set_border_color(Vec4(1.0))
    return texture
