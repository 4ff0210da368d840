"""What is behind the host: the room, a colour, a picture, a video or nothing, as everybody's camera sees it.

Players always stand in the room. On software OpenGL the room costs 7.5 ms a frame at 1280x720 and its picture 4.1, so
the room is drawn while the camera moves and its picture, taken once, while the camera rests.
"""

from typing import Final, assert_never

import numpy as np
from panda3d.core import Camera, NodePath, Texture, Vec4

from avatar_live.signals.scene import Backdrop as Choice
from avatar_live.signals.scene import BackdropError, Fill, Footage, Transparent
from avatar_live.signals.scene import Room as InRoom
from avatar_live.stage.cameras import MAIN_BITS
from avatar_live.stage.display import Display
from avatar_live.stage.footage import Projector
from avatar_live.stage.panels import empty_painting
from avatar_live.stage.room import Room
from avatar_live.stage.shots import Framing
from avatar_live.stage.view import Screen

_UNDIMMED_WITH_LAMPS: Final = Vec4(1.0, 1.0, 1.0, 1.0)
_SEED: Final = 3


class Backdrop:
    """Show what was chosen last; footage comes when its first picture is read, and the old backdrop stays till then.

    `fault` says in one sentence why footage that was asked for is not shown; empty when all is well.
    """

    def __init__(self, display: Display, camera: NodePath, room: Room, parent: NodePath) -> None:
        self._display = display
        self._camera = camera
        self._room = room
        self._screen = Screen(parent)
        width_px, height_px = display.main.width_px, display.main.height_px
        self._view = empty_painting(width_px, height_px)
        self._footage = empty_painting(width_px, height_px)
        self._choice: Choice = InRoom()
        self._playing: Projector | None = None
        self._coming: tuple[Footage, Projector] | None = None
        self._seen: tuple[float, ...] | None = None
        self._taken: tuple[float, ...] | None = None
        self.fault = ""
        self._display.main.output.set_clear_color(Vec4(0.0, 0.0, 0.0, 0.0))
        self.flash((0.0, 0.0, 0.0))
        self._enter(self._choice)

    def use(self, choice: Choice) -> None:
        """Change the backdrop."""
        self.fault = ""
        self._cancel()
        if isinstance(choice, Footage):
            size = (self._display.main.width_px, self._display.main.height_px)
            self._coming = (choice, Projector(choice, *size))
        else:
            self._enter(choice)

    def show(self, framing: Framing) -> None:
        """Show this moment, before the picture is drawn; in the room it matters where the camera looks."""
        self._receive()
        if self._playing is not None:
            picture = self._playing.take()
            if isinstance(picture, np.ndarray):
                self._footage.set_ram_image(picture)
        if not isinstance(self._choice, InRoom):
            return
        stands = tuple(framing.numbers.tolist())
        is_resting, self._seen = self._seen in (None, stands), stands
        if stands == self._taken:
            self._rest()
        elif is_resting:
            self._take_view()
            self._taken = stands
            self._rest()
        else:
            self._move()

    def flash(self, color: tuple[float, float, float]) -> None:
        """Add a colour to the room's walls; other backdrops are shown as they are, or no key would fit them."""
        self._room.node.set_shader_input("tint", Vec4(*color, 0.0))
        self._screen.tint(color if isinstance(self._choice, InRoom) else (0.0, 0.0, 0.0))

    def refresh(self) -> None:
        """Take the room's picture again: something in it has changed."""
        self._taken = None

    def close(self) -> None:
        """Stop playing."""
        self._cancel()
        self._stop()

    # --- what is behind -------------------------------------------------------------------------------------------

    def _enter(self, choice: Choice) -> None:
        self._stop()
        self._choice = choice
        self._display.main.output.set_clear_color_active(isinstance(choice, Transparent))
        match choice:
            case InRoom():
                self._taken = None
                self._move()
            case Fill(top, bottom):
                self._room.node.hide(MAIN_BITS)
                self._screen.show(_filled(top, bottom, self._display.main.width_px, self._display.main.height_px))
            case Transparent():
                self._room.node.hide(MAIN_BITS)
                self._screen.hide()
            case Footage():
                self._room.node.hide(MAIN_BITS)
                self._screen.show(self._footage)
            case _:
                assert_never(choice)

    def _receive(self) -> None:
        """Let footage in once its first picture is there."""
        if self._coming is None:
            return
        choice, projector = self._coming
        first = projector.take()
        if isinstance(first, BackdropError):
            self.fault = str(first)
            self._cancel()
        elif first is not None:
            self._coming = None
            self._footage.set_ram_image(first)
            self._enter(choice)
            self._playing = projector

    def _cancel(self) -> None:
        if self._coming is not None:
            self._coming[1].close()
            self._coming = None

    def _stop(self) -> None:
        if self._playing is not None:
            self._playing.close()
            self._playing = None

    # --- the room -------------------------------------------------------------------------------------------------

    def _move(self) -> None:
        self._room.node.show(MAIN_BITS)
        self._screen.hide()

    def _rest(self) -> None:
        self._room.node.hide(MAIN_BITS)
        self._screen.show(self._view)

    def _take_view(self) -> None:
        """Draw the room alone, undimmed and with its lamps in the alpha, and keep the picture."""
        lens: Camera = self._camera.node()
        self._move()
        self._room.node.set_shader_inputs(room_light=_UNDIMMED_WITH_LAMPS, tint=Vec4(0.0))
        lens.set_scene(self._room.node)
        self._display.render()
        lens.set_scene(NodePath())
        self._room.node.clear_shader_input("room_light")
        self._view.set_ram_image(self._display.main.read())


def _filled(top: str, bottom: str, width_px: int, height_px: int) -> Texture:
    """Return a painting of a colour, or of one that runs into another, with a little noise against banding."""
    ends = np.array([[int(color[place : place + 2], 16) for place in (5, 3, 1)] for color in (top, bottom)], float)
    pixels = np.full((height_px, width_px, 4), 255, np.uint8)
    if top == bottom:
        pixels[..., :3] = ends[0]
    else:
        share = np.linspace(0.0, 1.0, height_px)[:, None, None]
        noise = np.random.default_rng(_SEED).random((height_px, width_px, 1))
        pixels[..., :3] = np.minimum(ends[0] + share * (ends[1] - ends[0]) + noise, 255.0)
    painting = empty_painting(width_px, height_px)
    painting.set_ram_image(pixels)
    return painting
