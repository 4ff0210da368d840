"""An avatar alone before a plain background, as it is measured and compared: no set, no effects, any camera."""

from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, Vec4

from avatar_live.avatar.model import Avatar, Posture
from avatar_live.stage import axes
from avatar_live.stage.cameras import MAIN_BIT, film
from avatar_live.stage.display import Display
from avatar_live.stage.fit import Fit
from avatar_live.stage.light import light
from avatar_live.stage.puppet import Puppet

Doubles = NDArray[np.float64]


class Studio:
    """Take pictures of an avatar in its own space, as large as it is. Raises `StageError`.

    `background` is what is seen where the avatar is not, 0..255 as it stands in the picture.
    """

    def __init__(self, width_px: int, height_px: int, background: tuple[int, int, int] = (0, 255, 0)) -> None:
        self._display = Display(width_px, height_px)
        self._root = NodePath("studio")
        light(self._root)
        self._puppet: Puppet | None = None
        self._fov_rad = 0.0
        self._camera = NodePath("no camera yet")
        self._background = Vec4(*(channel / 255.0 for channel in background), 1.0)

    def set_avatar(self, avatar: Avatar) -> None:
        """Bring an avatar on, in place of the one before."""
        if self._puppet is not None:
            self._puppet.close()
        self._puppet = Puppet(avatar, Fit(), self._root)

    def picture(
        self, posture: Posture, camera: Doubles, fov_vertical_rad: float, now_s: float = 0.0
    ) -> NDArray[np.uint8]:
        """Return RGBA (height, width, 4), top row first, from a camera at a (4, 4) pose that looks along -Z."""
        drawn = self.draw(posture, camera, fov_vertical_rad, now_s)
        return np.asarray(cv2.cvtColor(drawn, cv2.COLOR_BGRA2RGBA), np.uint8)

    def draw(self, posture: Posture, camera: Doubles, fov_vertical_rad: float, now_s: float = 0.0) -> NDArray[np.uint8]:
        """Return the same as BGRA, which is how the show's encoder takes it."""
        assert self._puppet is not None, "bring an avatar on first"
        self._aim(camera, fov_vertical_rad)
        self._puppet.pose(posture, now_s)
        self._display.render()
        return self._display.main.read()

    def close(self) -> None:
        """Free what the driver holds."""
        if self._puppet is not None:
            self._puppet.close()
        self._root.remove_node()
        self._display.close()

    def _aim(self, camera: Doubles, fov_vertical_rad: float) -> None:
        if fov_vertical_rad != self._fov_rad:
            self._fov_rad = fov_vertical_rad
            output = self._display.main.output
            output.remove_all_display_regions()
            self._camera = film(self._display.main, self._root, fov_vertical_rad, MAIN_BIT)
            output.set_clear_color(self._background)
            output.set_clear_color_active(True)
        axes.place(self._camera, camera)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
