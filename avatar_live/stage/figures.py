"""The players' characters on the pitch: one small figure in two camp colours, shared by all."""

import zlib
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.protocol.view import PlayerView
from avatar_live.stage import axes, layers
from avatar_live.stage.colors import srgb
from avatar_live.stage.pitch import CAMP_COLORS
from avatar_live.stage.props import attach_prop, attach_veil, tint
from avatar_live.stage.solids import Solid, ball, capsule, disc, join, turn_about
from avatar_live.stage.table import placed

FIGURES_MAX: Final = 16
EYE_HEIGHT: Final = 0.24  # pitch units above the pitch
_STEP_HZ: Final = 2.4
_UP: Final = np.array([0.0, 1.0, 0.0])
_AHEAD: Final = np.array([0.0, 0.0, -1.0])


class Figures:
    """Hold the figures that are in the game."""

    def __init__(self, parent: NodePath) -> None:
        self.node: NodePath = parent.attach_new_node("figures")
        self._model = attach_prop(NodePath("models"), "figure", _figure(), has_outline=True)
        shadow = disc(0.12, (0.0, 0.0, 0.02, 0.6), (0.0, 0.0, 0.02, 0.0))
        self._shadow = attach_veil(NodePath("models"), "shadow", shadow, layers.SHADOWS)
        self._standing: dict[str, tuple[NodePath, NodePath]] = {}

    def show(self, players: Sequence[PlayerView], now_s: float) -> None:
        """Place every player's figure, the first `FIGURES_MAX` of them, and remove those that left."""
        present = {player.id: player for player in players[:FIGURES_MAX]}
        for left in self._standing.keys() - present.keys():
            for node in self._standing.pop(left):
                node.remove_node()
        for name, player in present.items():
            if name not in self._standing:
                self._standing[name] = (self._model.copy_to(self.node), self._shadow.copy_to(self.node))
            figure, shadow = self._standing[name]
            lift, sway_rad = bob(player, now_s)
            turn = turn_about(_UP, player.yaw_rad) @ turn_about(_AHEAD, sway_rad)
            axes.place(figure, placed(player.x, player.z, lift, turn))
            axes.place(shadow, placed(player.x, player.z, 0.005))
            red, green, blue, _ = srgb(CAMP_COLORS[player.camp])
            tint(figure, (red, green, blue), 0.12)

    def figure(self, player: str) -> NodePath | None:
        """Return a player's own figure, shadow not included, or None when it is not on the pitch."""
        standing = self._standing.get(player)
        return standing[0] if standing else None


def bob(player: PlayerView, now_s: float) -> tuple[float, float]:
    """Return how high (pitch units) and how far aside (radians) a walking figure sways."""
    if not player.is_walking:
        return 0.0, 0.0
    phase = 2.0 * np.pi * (_STEP_HZ * now_s + zlib.crc32(player.id.encode()) % 64 / 64)
    return 0.022 * abs(float(np.sin(phase))), 0.11 * float(np.sin(phase))


def eyes(player: PlayerView, now_s: float) -> NDArray[np.float64]:
    """Return where (3,) on the stage a player's eyes are."""
    lift, _ = bob(player, now_s)
    point: NDArray[np.float64] = placed(player.x, player.z, EYE_HEIGHT + 0.4 * lift)[:3, 3]
    return point


def _figure() -> Solid:
    """Return a round little player in pitch units, looking along -Z; paint with alpha 1 takes the camp's colour."""
    shirt, cream, ink = srgb("#ffffff", 1.0), srgb("#ffe6cf", 0.0), srgb("#241b3f", 0.0)
    limbs = []
    for side in (-1.0, 1.0):
        lean = turn_about(np.array([0.0, 0.0, 1.0]), 0.45 * side)
        limbs.append(capsule(0.024, 0.06, shirt, 8, 4).turned(lean).moved(0.088 * side, 0.105, 0.0))
        limbs.append(ball(0.026, cream, 8, 4).moved(0.108 * side, 0.065, 0.0))
        limbs.append(ball(0.036, ink, 8, 4).scaled(1.0, 0.7, 1.35).moved(0.036 * side, 0.024, -0.008))
        limbs.append(ball(0.016, ink, 8, 4).scaled(0.85, 1.4, 0.6).moved(0.032 * side, 0.222, -0.077))
    body = capsule(0.07, 0.05, shirt, 12, 6).moved(0.0, 0.1, 0.0)
    belt = capsule(0.0715, 0.006, srgb("#ffffff", 0.0), 12, 6).scaled(1.0, 0.32, 1.0).moved(0.0, 0.075, 0.0)
    head = ball(0.085, cream, 14, 8).moved(0.0, 0.215, 0.0)
    tilt = turn_about(np.array([1.0, 0.0, 0.0]), 0.28)
    cap = ball(0.091, shirt, 14, 8).scaled(1.0, 0.72, 1.0).turned(tilt).moved(0.0, 0.248, 0.012)
    knob = ball(0.02, srgb("#ffffff", 0.0), 8, 4).moved(0.0, 0.318, 0.03)
    return join(body, belt, head, cap, knob, *limbs)
