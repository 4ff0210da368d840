"""The effects on the stage: tomatoes and their stains, and paper in the air."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.stage import axes, confetti, layers
from avatar_live.stage.colors import srgb
from avatar_live.stage.effects import FLIGHT_S, GOALS_MAX, RAINS_MAX, THROWS_MAX, Effects, Flight, splat, tomato
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.pitch import goal_mouth
from avatar_live.stage.props import attach_prop, attach_veil, fade
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.solids import Solid, ball, join, turn_about
from avatar_live.stage.textures import make_table, refill_table

Doubles = NDArray[np.float64]

PIECES_MAX: Final = RAINS_MAX * confetti.RAIN_PIECES + GOALS_MAX * confetti.BURST_PIECES
_FACE_OFFSET_M: Final = np.array([0.0, 0.105, 0.15])  # of the face's front from the head bone, at the head's usual size
_SPIN_AXIS: Final = np.array([0.8, 0.0, 0.6])


class Spectacle:
    """Hold what effects need on the stage, made once and hidden while unused."""

    def __init__(self, parent: NodePath) -> None:
        self.node: NodePath = parent.attach_new_node("spectacle")
        model = attach_prop(NodePath("models"), "tomato", _tomato(), has_outline=True)
        stain = attach_veil(NodePath("models"), "stain", _stain(), layers.BLENDED, 100)
        self._tomatoes = [model.copy_to(self.node) for _ in range(THROWS_MAX)]
        self._stains = [stain.copy_to(self.node) for _ in range(THROWS_MAX)]
        self._texels = np.zeros((PIECES_MAX, confetti.PIECE_TEXELS, 4), np.float32)
        self._table = make_table("pieces", self._texels.reshape(-1, 4), "dynamic")
        self._paper: NodePath = self.node.attach_new_node(_paper())
        self._paper.set_shader(load_shader("confetti"))
        self._paper.set_shader_input("pieces", self._table)
        self._paper.set_two_sided(True)

    def show(self, effects: Effects, now_s: float, head: Doubles) -> None:
        """Show the effects at this moment; `head` is the head bone's (4, 4) pose on the stage, its scale included."""
        face_m = head[:3, :3] @ _FACE_OFFSET_M + head[:3, 3]
        for index, (thrown, stain) in enumerate(zip(self._tomatoes, self._stains, strict=True)):
            flight = effects.flights[index] if index < len(effects.flights) else None
            self._show_tomato(thrown, flight, now_s, face_m)
            self._show_stain(stain, flight, now_s, head)
        self._show_paper(effects, now_s)

    def _show_tomato(self, node: NodePath, flight: Flight | None, now_s: float, face_m: Doubles) -> None:
        if flight is not None and flight.hit_m is None and now_s - flight.start_s >= FLIGHT_S:
            flight.hit_m = face_m
        placed = tomato(flight, now_s, face_m) if flight is not None else None
        if placed is None:
            node.hide()
            return
        pose = np.eye(4)
        squeeze = np.diag([placed.width, placed.width, placed.depth])
        pose[:3, :3] = squeeze @ turn_about(_SPIN_AXIS, placed.spin_rad)
        pose[:3, 3] = placed.position_m
        axes.place(node, pose)
        node.show()

    def _show_stain(self, node: NodePath, flight: Flight | None, now_s: float, head: Doubles) -> None:
        seen = splat(flight, now_s) if flight is not None else None
        if seen is None:
            node.hide()
            return
        local = np.eye(4)
        local[:3, :3] = np.diag([1.0, 1.0 + 0.35 * seen.drip, 1.0]) @ turn_about(
            np.array([0.0, 0.0, 1.0]), seen.turn_rad
        )
        local[:3, :3] *= seen.size_m
        local[:3, 3] = _FACE_OFFSET_M + np.array([seen.x_m, seen.y_m, 0.0])
        axes.place(node, head @ local)
        fade(node, seen.opacity)
        node.show()

    def _show_paper(self, effects: Effects, now_s: float) -> None:
        sheets = [confetti.rain(rain.seed, now_s - rain.start_s) for rain in effects.rains if now_s >= rain.start_s]
        sheets += [
            confetti.burst(cheer.camp, cheer.seed, now_s - cheer.start_s, goal_mouth(cheer.camp))
            for cheer in effects.cheers
            if now_s >= cheer.start_s
        ]
        if not sheets:
            self._paper.hide()
            return
        pieces = np.concatenate(sheets)
        self._texels[: len(pieces)] = pieces
        refill_table(self._table, self._texels.reshape(-1, 4))
        self._paper.set_instance_count(len(pieces))
        self._paper.show()


def _paper() -> NodePath:
    corners = np.array([[-1, -0.6, 0], [1, -0.6, 0], [1, 0.6, 0], [-1, 0.6, 0]], np.float32)
    triangles = np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    return make_node("paper", make_geom({"vertex": corners}, triangles), is_always_drawn=True)


def _tomato() -> Solid:
    """Return a tomato about the origin, in metres."""
    flesh = ball(0.046, srgb("#e8342a", 0.0), 16, 10).scaled(1.0, 0.86, 1.0)
    leaves = [
        ball(0.02, srgb("#3f9b3a", 0.0), 6, 4)
        .scaled(0.45, 0.25, 1.3)
        .moved(0.0, 0.0, 0.018)
        .turned(turn_about(np.array([0.0, 1.0, 0.0]), 2.0 * np.pi * index / 5))
        for index in range(5)
    ]
    stem = ball(0.007, srgb("#2e7a34", 0.0), 6, 4).scaled(1.0, 2.0, 1.0)
    top = join(stem, *leaves).moved(0.0, 0.040, 0.0)
    return join(flesh, top)


def _stain() -> Solid:
    """Return a splash about the origin that faces +Z, of radius one at its longest points."""
    spikes = np.array([1.0, 0.55, 0.8, 0.5, 0.95, 0.6, 0.72, 0.5, 1.0, 0.58, 0.85, 0.52])
    angles = np.linspace(0.0, 2.0 * np.pi, 72, endpoint=False)
    share = angles / (2.0 * np.pi) * len(spikes)
    low = np.floor(share).astype(int)
    blend = (1.0 - np.cos(np.pi * (share - low))) / 2.0
    radius = spikes[low % len(spikes)] * (1.0 - blend) + spikes[(low + 1) % len(spikes)] * blend
    rings = []
    for reach, color, height in ((1.0, srgb("#a5140f", 0.92), 0.0), (0.9, srgb("#e5352b", 0.97), 0.02)):
        rings.append(_star(radius * reach, angles, height, color))
    drops = [
        _star(
            np.full(16, 0.12 - 0.015 * i), np.linspace(0, 2 * np.pi, 16, endpoint=False), 0.0, srgb("#d52a22", 0.95)
        ).moved(1.15 * np.cos(a), 1.15 * np.sin(a), 0.0)
        for i, a in enumerate((0.5, 1.9, 3.4, 4.9))
    ]
    shine = (
        _star(np.full(16, 0.14), np.linspace(0, 2 * np.pi, 16, endpoint=False), 0.04, srgb("#ffb3a8", 0.85))
        .scaled(1.6, 0.7, 1.0)
        .moved(-0.15, 0.22, 0.0)
    )
    return join(*rings, *drops, shine)


def _star(radius: Doubles, angles: Doubles, height: float, color: tuple[float, float, float, float]) -> Solid:
    count = len(angles)
    rim = np.stack([radius * np.cos(angles), radius * np.sin(angles), np.full(count, height)], axis=1)
    spokes = np.arange(count, dtype=np.uint32)
    triangles = np.stack([np.zeros(count, np.uint32), 1 + spokes, 1 + (spokes + 1) % count], axis=1).astype(np.uint32)
    positions = np.concatenate([[[0.0, 0.0, height]], rim])
    return Solid(positions, np.tile([0.0, 0.0, 1.0], (count + 1, 1)), np.tile(color, (count + 1, 1)), triangles)
