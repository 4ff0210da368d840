"""The pitch on its table: painted top, two goals and the ball."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.protocol.view import BALL_RADIUS, GameView
from avatar_live.stage import axes, layers
from avatar_live.stage.colors import srgb
from avatar_live.stage.paintings import Paintings
from avatar_live.stage.panels import hang, make_painting
from avatar_live.stage.props import attach_prop, attach_veil, tint
from avatar_live.stage.scenery import TABLE_SIZE, paint_pitch
from avatar_live.stage.solids import Solid, ball, box, disc, join, slab, tube, turn_about
from avatar_live.stage.table import on_table, placed

CAMP_COLORS: Final = {"red": "#ff3d55", "blue": "#2f7dff"}
GOAL_X: Final = {"red": -1.0, "blue": 1.0}  # each camp's own goal, which the other attacks
_GOAL_HALF_WIDTH: Final = 0.22
_GOAL_HEIGHT: Final = 0.26
_TABLE_THICKNESS: Final = 0.12
_ROLL_AXIS: Final = np.array([0.0, 0.0, 1.0])


class Pitch:
    """Hold the table; `show` puts the ball where the game has it."""

    def __init__(self, parent: NodePath, paintings: Paintings) -> None:
        self.node: NodePath = parent.attach_new_node("pitch")
        width, depth = TABLE_SIZE
        top = hang(
            self.node,
            make_painting(paintings.get(paint_pitch)),
            (-width / 2, 0.0, depth / 2),
            (width / 2, 0.0, depth / 2),
            np.array([0.0, 0.0, -depth]),
        )
        axes.place(top, placed(0.0, 0.0))
        self._top = top
        tint(top, (0.0, 0.0, 0.0))
        body = slab((width + 0.04, _TABLE_THICKNESS, depth + 0.04), srgb("#3a2f7a"), 0.03)
        strip = slab((width + 0.01, 0.02, 0.02), srgb("#8f7bff"), 0.008).moved(0.0, 0.0, depth / 2 + 0.022)
        axes.place(attach_prop(self.node, "table", body), placed(0.0, 0.0, -_TABLE_THICKNESS / 2 - 0.003))
        self._legs = attach_prop(self.node, "legs", _legs(width, depth))
        self.stand_on(0.0)
        edge = attach_prop(self.node, "edge", strip)
        axes.place(edge, placed(0.0, 0.0, -_TABLE_THICKNESS / 2))
        tint(edge, (1.0, 1.0, 1.0), 1.2)
        self._goals = {camp: attach_prop(self.node, "goal", _goal(camp), has_outline=True) for camp in GOAL_X}
        for camp, x in GOAL_X.items():
            axes.place(self._goals[camp], placed(x, 0.0))
        self._ball = attach_prop(self.node, "ball", _beach_ball(), has_outline=True)
        shadow = disc(BALL_RADIUS * 1.15, (0.0, 0.0, 0.02, 0.65), (0.0, 0.0, 0.02, 0.0))
        self._shadow = attach_veil(self.node, "shadow", shadow, layers.SHADOWS)

    def stand_on(self, floor_m: float) -> None:
        """Let the table stand on a floor at this height."""
        pose = placed(0.0, 0.0, -_TABLE_THICKNESS)
        pose[1, 1] = pose[1, 3] - floor_m
        axes.place(self._legs, pose)

    def show(self, game: GameView, flash: dict[str, float]) -> None:
        """Put the ball in its place and light the goals: `flash` says how brightly each camp celebrates."""
        turn = turn_about(_ROLL_AXIS, game.ball_turn_rad)
        axes.place(self._ball, placed(game.ball_x, game.ball_z, BALL_RADIUS, turn))
        axes.place(self._shadow, placed(game.ball_x, game.ball_z, 0.004))
        for camp, goal in self._goals.items():
            tint(goal, (1.0, 1.0, 1.0), 0.25 + 2.5 * flash["blue" if camp == "red" else "red"])


def goal_mouth(scorer: str) -> NDArray[np.float64]:
    """Return where (3,) on the stage a goal of this camp falls."""
    return on_table(GOAL_X["blue" if scorer == "red" else "red"], 0.0, 0.12)


def _legs(width: float, depth: float) -> Solid:
    """Return the table's two side panels, one unit high, below the origin; between them the host's legs are seen."""
    panel = box((0.05, 1.0, depth - 0.24), srgb("#2c2362"))
    foot = box((0.09, 0.02, depth - 0.16), srgb("#8f7bff")).moved(0.0, -0.49, 0.0)
    side = join(panel, foot).moved(0.0, -0.5, 0.0)
    return join(side.moved(-width / 2 + 0.16, 0.0, 0.0), side.moved(width / 2 - 0.16, 0.0, 0.0))


def _goal(camp: str) -> Solid:
    """Return an arch that stands across the pitch, with a net of bars behind it."""
    angles = np.linspace(0.0, np.pi, 15)
    corner = 0.07
    half, high = _GOAL_HALF_WIDTH, _GOAL_HEIGHT
    arc_low = np.stack(
        [np.zeros(8), high - corner + corner * np.sin(angles[:8]), -half + corner - corner * np.cos(angles[:8])]
    )
    arc_high = np.stack(
        [np.zeros(8), high - corner + corner * np.sin(angles[7:]), half - corner - corner * np.cos(angles[7:])]
    )
    path = np.concatenate([[[0.0, 0.0, -half]], arc_low.T, arc_high.T, [[0.0, 0.0, half]]])
    color = srgb(CAMP_COLORS[camp], 0.0)
    across = np.array([1.0, 0.0, 0.0])
    outward = GOAL_X[camp]
    net = [
        tube(
            np.array([[0.0, high - 0.02, z], [0.07 * outward, high * 0.5, z], [0.09 * outward, 0.0, z]]),
            np.array([0.0, 0.0, 1.0]),
            0.005,
            srgb("#e8e8ff", 0.0),
            5,
        )
        for z in np.linspace(-half + 0.05, half - 0.05, 7)
    ]
    rails = [
        tube(
            np.array([[0.02 + x * outward, y, -half], [0.02 + x * outward, y, half]]),
            np.array([1.0, 0.0, 0.0]),
            0.005,
            srgb("#e8e8ff", 0.0),
            5,
        )
        for x, y in ((0.045, high * 0.62), (0.065, high * 0.3))
    ]
    return join(tube(path, across, 0.022, color), *net, *rails)


def _beach_ball() -> Solid:
    """Return the ball, its wedges standing askew so that every roll is seen."""
    smooth = ball(BALL_RADIUS, srgb("#ffffff", 0.0), 24, 12)
    corners = smooth.triangles.ravel()  # unshared, so that wedges have hard edges
    positions, normals = smooth.positions[corners], smooth.normals[corners]
    middles = positions.reshape(-1, 3, 3).mean(axis=1)
    wedge = np.floor((np.arctan2(middles[:, 0], middles[:, 2]) / (2 * np.pi) % 1.0) * 6).astype(int) % 6
    palette = np.array([srgb(code, 0.0) for code in ("#fffaf0", "#ff8a3d", "#fffaf0", "#ffd23f", "#fffaf0", "#35c9b4")])
    colors = palette[wedge]
    colors[np.abs(middles[:, 1]) > 0.95 * BALL_RADIUS] = srgb("#ff5d73", 0.0)
    triangles = np.arange(len(corners), dtype=np.uint32).reshape(-1, 3)
    whole = Solid(positions, normals, np.repeat(colors, 3, axis=0), triangles)
    return whole.turned(turn_about(np.array([1.0, 0.0, 0.0]), 1.05)).turned(turn_about(np.array([0.0, 1.0, 0.0]), 0.5))
