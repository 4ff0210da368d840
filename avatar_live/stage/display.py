"""The only file that knows how a machine gives us OpenGL: EGL on Linux, an off-screen window elsewhere.

A bare `GraphicsEngine` draws on the thread that calls `Display.render`; there is no ShowBase and no task manager,
because the latter fails off the main thread.
"""

import sys
from collections.abc import Collection
from functools import cache
from threading import Thread, current_thread
from types import TracebackType
from typing import Any, Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import (
    FrameBufferProperties,
    GraphicsEngine,
    GraphicsOutput,
    GraphicsPipe,
    GraphicsPipeSelection,
    GraphicsStateGuardian,
    RenderAttrib,
    RenderState,
    Texture,
    TransformState,
    WindowProperties,
    load_prc_file_data,
)

GL_MODULE: Final = "p3headlessgl" if sys.platform.startswith("linux") else "pandagl"
INSTALL_HINT: Final = (
    "install it with: apt-get install -y libegl1 libgl1-mesa-dri"
    if sys.platform.startswith("linux")
    else "update the graphics driver"
)
DEPTH_BITS: Final = 24
SAMPLES: Final = 4  # of each pixel where a card draws; the processor pays for every one

_SOFTWARE: Final = ("llvmpipe", "softpipe", "swrast", "swiftshader", "basic render", "gdi generic", "software")

load_prc_file_data(
    "avatar_live stage",
    """
    notify-level error
    notify-level-display fatal
    notify-level-egldisplay fatal
    window-type offscreen
    audio-library-name null
    textures-power-2 none
    gl-version 3 3
    threading-model
    sync-video false
    """,
)


class StageError(Exception):
    """Say in one sentence why nothing can be drawn on this machine and what to do about it."""


class Target:
    """Hold one off-screen picture and the copy of it in main memory.

    `drawn_height_px` is how many rows are drawn: fewer than the picture has, once `use_scale` saved some. `is_smooth`
    says that the driver draws edges without stair-steps.
    """

    def __init__(self, engine: GraphicsEngine, output: GraphicsOutput) -> None:
        self._engine = engine
        self.output = output
        self.width_px: int = output.get_x_size()
        self.height_px: int = output.get_y_size()
        self.drawn_width_px, self.drawn_height_px = self.width_px, self.height_px
        self.is_smooth: bool = output.get_fb_properties().get_multisamples() > 1
        self._copy = Texture("read-back")
        output.add_render_texture(self._copy, GraphicsOutput.RTM_copy_ram, GraphicsOutput.RTP_color)

    def use_scale(self, scale: float) -> None:
        """Draw this share of the width and height from now on, and stretch it to the same picture when it is read."""
        self.drawn_width_px = max(1, round(self.width_px * scale))
        self.drawn_height_px = max(1, round(self.height_px * scale))
        right, top = self.drawn_width_px / self.width_px, self.drawn_height_px / self.height_px
        for number in range(self.output.get_num_display_regions()):
            region = self.output.get_display_region(number)
            if region != self.output.get_overlay_display_region():
                region.set_dimensions(0.0, right, 0.0, top)

    def read(self) -> NDArray[np.uint8]:
        """Return the last picture drawn, BGRA (height, width, 4), top row first, in memory of its own."""
        rows = np.frombuffer(self._copy.get_ram_image(), np.uint8).reshape(self.height_px, self.width_px, 4)
        drawn = rows[: self.drawn_height_px, : self.drawn_width_px]
        small = np.ascontiguousarray(drawn[::-1])  # OpenGL's first row is the bottom one
        if small.shape == rows.shape:
            return small
        return np.asarray(cv2.resize(small, (self.width_px, self.height_px), interpolation=cv2.INTER_LINEAR), np.uint8)

    def rest(self) -> None:
        """Draw nothing from now on."""
        self.output.clear_render_textures()
        self.output.set_active(False)

    def close(self) -> None:
        """Give the buffer back to the driver."""
        self.output.clear_render_textures()
        self.output.remove_all_display_regions()
        self._engine.remove_window(self.output)


class Display:
    """Own the graphics engine and its buffers; every call comes from one thread, which need not be the main one.

    `samples` are taken of each pixel, by default as many as suit the driver. Raises `StageError` when the machine has
    no usable OpenGL.
    """

    def __init__(self, width_px: int, height_px: int, module: str = GL_MODULE, samples: int | None = None) -> None:
        pipe = _open_pipe(module, current_thread())
        if pipe is None or not pipe.is_valid():
            raise StageError(f"OpenGL is missing on this machine ({module} found no display); {INSTALL_HINT}.")
        self._pipe = pipe
        self._engine = GraphicsEngine()
        self._host: Any = None
        self._samples = 0
        try:
            self.main = self.make_target("main", width_px, height_px)
            self._host = self.main.output
            self._samples = (0 if is_software(self.driver) else SAMPLES) if samples is None else samples
            if self._samples > 1:  # the first buffer is EGL's own, which takes no more than one of a pixel
                self.main.rest()
                self.main = self.make_target("main", width_px, height_px)
        except StageError:
            self._engine.remove_all_windows()
            raise

    @property
    def gsg(self) -> GraphicsStateGuardian:
        """The driver's state, shared by all targets."""
        return self.main.output.get_gsg()

    @property
    def driver(self) -> str:
        """OpenGL's name for what draws."""
        return str(self.gsg.get_driver_renderer())

    def make_target(self, name: str, width_px: int, height_px: int) -> Target:
        """Open an off-screen picture that shares textures and geometry with the main one."""
        return Target(self._engine, self.open_output(name, width_px, height_px, samples=self._samples))

    def open_output(
        self, name: str, width_px: int, height_px: int, depth_bits: int = DEPTH_BITS, samples: int = 0
    ) -> GraphicsOutput:
        """Open an off-screen buffer that is not copied anywhere."""
        wanted = FrameBufferProperties()
        wanted.set_rgba_bits(8, 8, 8, 8)
        wanted.set_depth_bits(depth_bits)
        wanted.set_multisamples(samples)
        return self._open(name, width_px, height_px, wanted, 0)

    def open_depth(self, name: str, side_px: int) -> GraphicsOutput:
        """Open a square off-screen buffer of depth alone, drawn before the pictures that read it."""
        wanted = FrameBufferProperties()
        wanted.set_depth_bits(DEPTH_BITS)
        return self._open(name, side_px, side_px, wanted, -1)

    def fetch(self, texture: Texture) -> None:
        """Copy a texture that was drawn into to main memory."""
        self._engine.extract_texture_data(texture, self.gsg)

    def drop(self, output: GraphicsOutput) -> None:
        """Give a buffer back to the driver."""
        output.clear_render_textures()
        output.remove_all_display_regions()
        self._engine.remove_window(output)

    def render(self, without: Collection[GraphicsOutput] = ()) -> None:
        """Draw every active target, but for those named, and copy it to main memory."""
        resting = [output for output in without if output.is_active()]
        for output in resting:
            output.set_active(False)
        self._engine.render_frame()
        for output in resting:
            output.set_active(True)
        for states in (TransformState, RenderState, RenderAttrib):
            states.garbage_collect()  # a task of ShowBase's otherwise; without it every moved node leaks a state

    def close(self) -> None:
        """Close all targets and free what the driver holds."""
        self._engine.remove_all_windows()

    def _open(
        self, name: str, width_px: int, height_px: int, wanted: FrameBufferProperties, sort: int
    ) -> GraphicsOutput:
        size = WindowProperties.size(width_px, height_px)
        sharing = (self._host.get_gsg(), self._host) if self._host else ()
        how = GraphicsPipe.BF_refuse_window
        output = self._engine.make_output(self._pipe, name, sort, wanted, size, how, *sharing)
        if output is None or not output.is_valid():
            raise StageError(f"OpenGL gives no off-screen picture of {width_px}x{height_px} pixels; {INSTALL_HINT}.")
        return output

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@cache
def _open_pipe(module: str, thread: Thread) -> GraphicsPipe | None:
    """Return a thread's way to OpenGL, None without the module.

    It is never closed: a process has one EGL display whatever asks for it, and a panda pipe that dies ends it for all.
    Every other display would go on with no OpenGL behind it, its picture frozen, and what shaders it compiles would be
    marked as broken for good, in later displays too, which draw such surfaces white. Each thread has its own, because
    only the thread that opens a pipe is told to speak OpenGL with EGL.
    """
    return GraphicsPipeSelection.get_global_ptr().make_module_pipe(module)


def is_software(renderer: str) -> bool:
    """Return whether OpenGL's name for its renderer tells that the processor draws."""
    return any(name in renderer.lower() for name in _SOFTWARE)
