"""Stickers on the host's head: pictures drawn by us on sheets bent like the head, which follow it and peel off."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, Texture, Vec4

from avatar_live.protocol.cues import STICKERS, Sticker, StickerName
from avatar_live.stage import axes, layers
from avatar_live.stage.curves import overshoot, smooth
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.host import Host
from avatar_live.stage.panels import make_painting
from avatar_live.stage.props import fade
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.sticker_pictures import draw_sticker

Doubles = NDArray[np.float64]

STICKERS_MAX: Final = 5
STICKER_S: Final = 12.0
_SLAP_S: Final = 0.22
_PEEL_S: Final = 0.7
_GRID: Final = 10

# Half the width and height of each picture, and where its middle is from the eyes' middle, in the skull's radii.
_SIZES: Final[dict[StickerName, tuple[float, float]]] = {
    "star": (0.34, 0.34),
    "heart": (0.33, 0.33),
    "glasses": (0.80, 0.32),
    "moustache": (0.46, 0.20),
}
_FIXED_PLACES: Final[dict[StickerName, tuple[float, float]]] = {"glasses": (0.0, 0.02), "moustache": (0.0, -0.35)}
_FREE_PLACES: Final = ((0.56, -0.36), (-0.56, -0.36), (0.62, 0.5), (-0.62, 0.5), (0.0, 0.74))
_AIMS: Final = 3  # a sheet that lies farther out than the skull would be seen lower; so often its way out is mended


@dataclass(slots=True, eq=False)
class Stuck:
    """Follow one sticker: the head's frame of its middle (4, 4) is found when the host is first seen with it."""

    picture: StickerName
    place: tuple[float, float]
    turn_rad: float
    start_s: float
    local: Doubles | None = None
    size: tuple[float, float] = (0.0, 0.0)


class Stickers:
    """Hold the sticker sheets, made once and hidden while unused."""

    def __init__(self, parent: NodePath) -> None:
        self.stuck: list[Stuck] = []
        self.node: NodePath = parent.attach_new_node("stickers")
        self._paintings: dict[StickerName, Texture] = {name: make_painting(draw_sticker(name)) for name in STICKERS}
        self._sheets = [self._make_sheet(index) for index in range(STICKERS_MAX)]

    def add(self, cue: Sticker, now_s: float) -> None:
        """Slap a sticker on; one that lies where the new one comes goes, and so does the oldest of too many."""
        random = np.random.default_rng(cue.seed)
        taken = {stuck.place for stuck in self.stuck}
        free = [place for place in _FREE_PLACES if place not in taken] or list(_FREE_PLACES)
        place = _FIXED_PLACES.get(cue.picture, free[int(random.integers(len(free)))])
        turn_rad = 0.0 if cue.picture in _FIXED_PLACES else float(random.uniform(-0.35, 0.35))
        others = [stuck for stuck in self.stuck if stuck.place != place]
        self.stuck = [*others, Stuck(cue.picture, place, turn_rad, now_s)][-STICKERS_MAX:]

    def forget_places(self) -> None:
        """Find the places of all stickers anew, for another head."""
        for stuck in self.stuck:
            stuck.local = None

    def rehearse(self, host: Host) -> None:
        """Let the driver meet the sheets and their pictures, none of them opaque."""
        for sheet, painting in zip(self._sheets, self._paintings.values(), strict=False):
            axes.place(sheet, host.head @ np.diag([0.01, 0.01, 0.01, 1.0]))
            sheet.set_shader_inputs(base_texture=painting, bend=Vec4(0.0))
            fade(sheet, 0.0)
            sheet.show()

    def show(self, host: Host, now_s: float) -> None:
        """Show the stickers on the head as it is now."""
        self.stuck = [stuck for stuck in self.stuck if now_s - stuck.start_s < STICKER_S]
        for index, sheet in enumerate(self._sheets):
            if index >= len(self.stuck):
                sheet.hide()
                continue
            stuck = self.stuck[index]
            if stuck.local is None:
                _stick(stuck, host)
            assert stuck.local is not None
            pose, opacity = _pose(stuck, now_s)
            axes.place(sheet, host.head @ pose)
            sheet.set_shader_input("base_texture", self._paintings[stuck.picture])
            width, height = stuck.size
            round_m = 2.0 * host.skull.radius_m
            left_s = stuck.start_s + STICKER_S - now_s
            peel = smooth(1.0 - left_s / _PEEL_S)
            sheet.set_shader_input("bend", Vec4(width**2 / round_m, height**2 / round_m, peel * height, 0.0))
            fade(sheet, opacity)
            sheet.show()

    def _make_sheet(self, order: int) -> NodePath:
        steps = np.linspace(-1.0, 1.0, _GRID + 1, dtype=np.float32)
        x, y = np.meshgrid(steps, steps)
        corners = np.stack([x, y, np.zeros_like(x)], axis=-1).reshape(-1, 3)
        uvs = np.stack([(x + 1.0) / 2.0, (1.0 - y) / 2.0], axis=-1).reshape(-1, 2)
        first = (np.arange(_GRID)[:, None] * (_GRID + 1) + np.arange(_GRID)).ravel()
        quads = np.stack([first, first + 1, first + _GRID + 2, first + _GRID + 1], axis=1)
        triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.uint32)
        node: NodePath = self.node.attach_new_node(
            make_node("sticker", make_geom({"vertex": corners, "texcoord": uvs}, triangles))
        )
        node.set_shader(load_shader("sticker"))
        node.set_two_sided(True)
        layers.draw_blended(node, layers.BLENDED, 110 + order)
        node.hide()
        return node


def _stick(stuck: Stuck, host: Host) -> None:
    """Find where on this head the sticker lies: by the eyes, on the outermost of what is under it, hair too."""
    skull = host.skull
    eyes = host.in_head(host.eyes_m)
    half_width, half_height = (half * skull.radius_m for half in _SIZES[stuck.picture])
    aim = eyes + np.array([*stuck.place, 0.0]) * skull.radius_m - skull.center
    height, outward = skull.radius_m, aim
    for _ in range(_AIMS):
        aim[2] = math.sqrt(max(height**2 - aim[0] ** 2 - aim[1] ** 2, (0.5 * height) ** 2))
        outward = aim / np.linalg.norm(aim)
        height = skull.height(outward, 0.9 * half_width) + 0.02 * skull.radius_m
    stuck.size = (half_width, half_height)
    stuck.local = np.eye(4)
    stuck.local[:3, :3] = axes.facing(outward)
    stuck.local[:3, 3] = skull.center + outward * height


def _pose(stuck: Stuck, now_s: float) -> tuple[Doubles, float]:
    """Return how a sticker lies in the head's frame (4, 4), and its opacity: slapped on, then peeled off."""
    assert stuck.local is not None
    age_s = now_s - stuck.start_s
    grown = 1.0 + 0.9 * (1.0 - overshoot(age_s / _SLAP_S)) if age_s < _SLAP_S else 1.0
    gone = smooth((age_s - STICKER_S + _PEEL_S) / _PEEL_S)
    turn_rad = stuck.turn_rad + 0.5 * gone
    width, height = stuck.size[0] * grown, stuck.size[1] * grown
    sine, cosine = math.sin(turn_rad), math.cos(turn_rad)
    local = np.eye(4)
    local[:2, :2] = np.array([[cosine, -sine], [sine, cosine]]) @ np.diag([width, height])
    local[:3, 3] = (0.0, -0.8 * gone * stuck.size[1], (grown - 1.0) * stuck.size[0])
    pose: Doubles = stuck.local @ local
    return pose, min(1.0, age_s / (0.4 * _SLAP_S)) * (1.0 - gone)
