"""How pictures come back from the GPU: chosen by the driver, because what saves time on one costs time on the other.

Software OpenGL draws in main memory: a copy of BGRA costs 1.1 ms of CPU at 1280x720, the pass below 14. A graphics card
draws far away: there a pass turns the picture into I420, three eighths of the bytes and what the encoder needs, and
what is read is the frame before, which is finished, so nobody waits for the card.

The show's own picture stays BGRA on every driver: its overlays are drawn by the processor. A player's own picture has
none and goes to the encoder as it is read.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import Camera, GraphicsOutput, LVecBase2i, NodePath, Texture, Vec2

from avatar_live.stage.display import Display, Target
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.shaders import load_shader

RING: Final = 2  # one is drawn while the other is read


def fits_i420(width_px: int, height_px: int) -> bool:
    """Return whether a picture of this size can be packed without gaps."""
    return width_px % 8 == 0 and height_px % 4 == 0


class I420Ring:
    """Read a target as I420, (height * 3 / 2, width) uint8 as H.264 encoders take it, one frame late.

    Call `turn` before each `Display.render`. The target is read in no other way from then on.
    """

    def __init__(self, display: Display, target: Target) -> None:
        assert fits_i420(target.width_px, target.height_px), "see `fits_i420`"
        self._display = display
        self._target = target
        picture = Texture("picture")
        target.output.clear_render_textures()
        target.output.add_render_texture(picture, GraphicsOutput.RTM_copy_texture, GraphicsOutput.RTP_color)
        self._screen = _screen()
        self._screen.set_shader_inputs(picture=picture, size=LVecBase2i(target.width_px, target.height_px))
        self._copies = [Texture("i420") for _ in range(RING)]
        self._passes = [self._make_pass(copy) for copy in self._copies]
        self._turns = 0

    def turn(self) -> None:
        """Let the next frame be drawn beside the one that is read next."""
        target = self._target
        share = Vec2(target.drawn_width_px / target.width_px, target.drawn_height_px / target.height_px)
        self._screen.set_shader_input("share", share)
        self._turns += 1
        for number, output in enumerate(self._passes):
            output.set_active(number == self._turns % RING)

    def read(self) -> NDArray[np.uint8] | None:
        """Return the frame before the one just drawn; None when there was none."""
        if self._turns < RING:
            return None
        copy = self._copies[(self._turns + 1) % RING]
        self._display.fetch(copy)
        shape = (self._target.height_px * 3 // 2, self._target.width_px)
        return np.frombuffer(copy.get_ram_image(), np.uint8).reshape(shape).copy()

    def close(self) -> None:
        """Give the passes back to the driver; the target is closed by who made it."""
        for output in self._passes:
            self._display.drop(output)
        self._screen.remove_node()

    def _make_pass(self, copy: Texture) -> GraphicsOutput:
        width_px, height_px = self._target.width_px // 4, self._target.height_px * 3 // 2
        output = self._display.open_output("i420", width_px, height_px, depth_bits=0)
        output.set_sort(self._target.output.get_sort() + 1)
        output.add_render_texture(copy, GraphicsOutput.RTM_copy_texture, GraphicsOutput.RTP_color)
        output.set_clear_color_active(False)
        region = output.make_display_region()
        region.set_camera(self._screen.attach_new_node(Camera("i420")))
        return output


def _screen() -> NodePath:
    corners = np.array([[-1, -1, 0], [3, -1, 0], [-1, 3, 0]], np.float32)
    geom = make_geom({"vertex": corners}, np.array([[0, 1, 2]], np.uint32))
    screen = NodePath("i420")
    screen.attach_new_node(make_node("screen", geom, is_always_drawn=True))
    screen.set_shader(load_shader("i420"))
    screen.set_depth_test(False)
    screen.set_depth_write(False)
    return screen
