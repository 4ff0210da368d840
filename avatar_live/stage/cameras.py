"""A camera of the scene onto a target."""

from typing import Final

from panda3d.core import AntialiasAttrib, BitMask32, Camera, NodePath, Vec4

from avatar_live.stage import axes, shots
from avatar_live.stage.display import Target

PLAYERS_MAX: Final = 4
MAIN_BIT: Final = 0
FIRST_PLAYER_BIT: Final = 1
MAIN_BITS: Final = BitMask32.bit(MAIN_BIT)
NOBODY: Final = -1  # the row of a camera that is nobody's eyes
PLAYER_BITS: Final = BitMask32.range(FIRST_PLAYER_BIT, PLAYERS_MAX)


def film(target: Target, root: NodePath, fov_vertical_rad: float, mask_bit: int) -> NodePath:
    """Point a new camera of the scene at a target; nodes hidden from `mask_bit` are hidden from it alone."""
    aspect = target.width_px / target.height_px
    camera = Camera("camera", axes.make_lens(fov_vertical_rad, aspect, shots.NEAR_M, shots.FAR_M))
    camera.set_camera_mask(BitMask32.bit(mask_bit))
    node: NodePath = root.attach_new_node(camera)
    see_as(node, target)
    region = target.output.make_display_region()
    region.set_camera(node)
    region.set_clear_depth_active(True)
    target.output.set_clear_color_active(False)  # the room covers every pixel
    return node


def see_as(camera: NodePath, target: Target, own: int = NOBODY) -> None:
    """Let a camera see what the wearer of this row of the crowd sees: everybody but that one."""
    state = NodePath("view")
    state.set_shader_input("view", Vec4(1.0 / target.drawn_height_px, target.width_px / target.height_px, 0.0, 0.0))
    state.set_shader_input("own", float(own))
    if target.is_smooth:
        state.set_antialias(AntialiasAttrib.M_multisample)
    camera.node().set_initial_state(state.get_state())
