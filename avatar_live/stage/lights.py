"""Light sets to choose from, and the smooth change from one to another."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, Vec3, Vec4

from avatar_live.signals.scene import LightName
from avatar_live.stage.light import FILL_COLOR, KEY_COLOR, KEY_DIRECTION

Doubles = NDArray[np.float64]

CHANGE_S: Final = 1.2


@dataclass(frozen=True, slots=True, eq=False)
class LightSet:
    """Hold a light: `key_direction` (3,) from a surface to the lamp, unit; linear `key_color` and `fill_color` (3,);
    `room` (3,), by how much the room's paint is dimmed; its own lamps are not."""

    key_direction: Doubles
    key_color: Doubles
    fill_color: Doubles
    room: Doubles


def _light_set(towards: tuple[float, ...], key: tuple[float, ...], fill: tuple[float, ...], *room: float) -> LightSet:
    direction = np.array(towards)
    return LightSet(direction / np.linalg.norm(direction), np.array(key), np.array(fill), np.array(room))


LIGHT_SETS: Final[dict[LightName, LightSet]] = {
    "studio": _light_set(KEY_DIRECTION, KEY_COLOR, FILL_COLOR, 1.0, 1.0, 1.0),
    "warm": _light_set((0.35, 0.6, 0.75), (1.0, 0.86, 0.68), (0.05, 0.026, 0.012), 1.1, 0.92, 0.78),
    "cool": _light_set((-0.3, 0.6, 0.75), (0.80, 0.91, 1.0), (0.02, 0.035, 0.06), 0.78, 0.95, 1.12),
    "sunset": _light_set((-0.85, 0.3, 0.55), (1.0, 0.70, 0.48), (0.08, 0.045, 0.10), 1.05, 0.66, 0.62),
    "night": _light_set((-0.55, 0.75, 0.45), (0.40, 0.47, 0.70), (0.035, 0.04, 0.09), 0.36, 0.42, 0.62),
    "neon": _light_set((0.95, 0.25, 0.35), (1.0, 0.52, 0.84), (0.02, 0.15, 0.26), 0.46, 0.36, 0.66),
}


class Lights:
    """Light everything under `root` by the light set `now`; what is chosen comes smoothly, before the first picture at
    once."""

    def __init__(self, root: NodePath) -> None:
        self._root = root
        self.now = self._from = self._to = LIGHT_SETS["studio"]
        self._since_s: float | None = None
        self._is_shown = self._is_changing = False
        self._shine(self._to)

    def use(self, name: LightName) -> None:
        """Change to a light set."""
        self._from, self._to, self._since_s, self._is_changing = self.now, LIGHT_SETS[name], None, True

    def show(self, now_s: float) -> None:
        """Light this moment."""
        if self._is_changing:
            self._since_s = now_s if self._since_s is None else self._since_s
            share = min((now_s - self._since_s) / CHANGE_S, 1.0) if self._is_shown else 1.0
            self._is_changing = share < 1.0
            self._shine(between(self._from, self._to, share * share * (3.0 - 2.0 * share)))
        self._is_shown = True

    def _shine(self, light: LightSet) -> None:
        self.now = light
        self._root.set_shader_inputs(
            key_direction=Vec3(*light.key_direction),
            key_color=Vec3(*light.key_color),
            fill_color=Vec3(*light.fill_color),
            room_light=Vec4(*light.room, 0.0),
        )


def between(first: LightSet, second: LightSet, share: float) -> LightSet:
    """Return the light `share` of the way from the first to the second."""
    if share >= 1.0:
        return second
    direction = first.key_direction + share * (second.key_direction - first.key_direction)
    return LightSet(
        direction / np.linalg.norm(direction),
        first.key_color + share * (second.key_color - first.key_color),
        first.fill_color + share * (second.fill_color - first.fill_color),
        first.room + share * (second.room - first.room),
    )
