"""Hundreds of small bodies in one draw call, their shadows in another; dark lines are part of their shading.

A body is an instance. What it looks like lies in a row of the table `looks`, written when it is dressed:

    its camp's colour, width of its name tag | a colour for each slot

How it stands lies in the table `stances`, written anew for every picture, `STANCE_TEXELS` an instance:

    place on the stage, row | cosine and sine of its turn times its size, its pose's first texel, its face's
    | parts worn as bits, opacity of its name tag, unused, unused

Its pose lies in the table `poses`: all frames of all motions, which never change, and behind them a place for each
instance that is between two motions. Mixing the few that are costs less here than mixing all in the shader, which on
software OpenGL takes both ways of every branch, for every vertex.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.stage import layers
from avatar_live.stage.bodies import Body, Shape
from avatar_live.stage.colors import srgb
from avatar_live.stage.gaits import FACES, Moment
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.looks import Look
from avatar_live.stage.shaders import load_shader
from avatar_live.stage.textures import make_table, refill_table

Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Rows = NDArray[np.intp]

CROWD_MAX: Final = 256
COARSE_BELOW_M: Final = 0.11  # on the stage for one of a body's metres: smaller bodies have fewer corners
STANCE_TEXELS: Final = 3
_FIRST_SLOT: Final = 1  # in a row of looks
_REACH_M: Final = 0.2  # no body reaches so far behind its middle
_GROUND_REACH_M: Final = 0.27  # of the shadow, in the body's own size
_LINE_PX: Final = 0.9  # where a ball's surface begins to darken, before its edge
_DUCK_M: Final = (0.045, 0.085)  # from a player's eyes: how near the others have ducked, and begin to
_DUCKED: Final = 0.62


class Crowd:
    """Hold what draws the bodies under `parent`; rows are 0 to `CROWD_MAX` - 1."""

    def __init__(self, parent: NodePath, body: Body) -> None:
        self._body = body
        self._looks = np.zeros((CROWD_MAX, _FIRST_SLOT + len(body.slot_names), 4), np.float32)
        self._worn = np.zeros(CROWD_MAX)
        self._stances = np.zeros((CROWD_MAX, STANCE_TEXELS, 4), np.float32)
        joints = body.motions.shape[2]
        self._frames = body.motions.astype(np.float32).reshape(-1, joints, 3, 4)
        self._poses = np.concatenate([self._frames, np.zeros((CROWD_MAX, joints, 3, 4), np.float32)]).astype(np.float16)
        self._poses_table = make_table("poses", self._poses.reshape(-1, 4), "dynamic")
        self._looks_table = make_table("looks", self._looks.reshape(-1, 4), "dynamic")
        self._stances_table = make_table("stances", self._stances.reshape(-1, 4), "dynamic")
        self._is_dressed_anew = False
        self.node: NodePath = parent.attach_new_node("crowd")
        self.node.set_shader_inputs(
            stances=self._stances_table,
            looks=self._looks_table,
            poses=self._poses_table,
            faces=make_table("faces", _face_texels(body), "static"),
        )
        self.defines = (
            f"STANCE_TEXELS {STANCE_TEXELS}",
            f"LOOK_TEXELS {self._looks.shape[1]}",
            f"FACE_VERTICES {len(body.morphs)}",
            f"REACH {_REACH_M}",
            f"GROUND_REACH {_GROUND_REACH_M}",
            f"LINE {_LINE_PX}",
            f"DUCKED {_DUCKED}",
            f"DUCK_FROM {_DUCK_M[0]}",
            f"DUCK_UNTIL {_DUCK_M[1]}",
        )
        self._fine = self._attach_bodies("bodies", body.fine)
        self._coarse = self._attach_bodies("coarse bodies", body.coarse)
        self._attach_ground()
        self.node.hide()

    def dress(self, row: int, look: Look, camp_color: str, tag_width: float) -> None:
        """Give a row its look; `tag_width` is its name tag's in dots."""
        worn = sum(1 << place for place, part in enumerate(self._body.part_names) if part in look.parts)
        self._worn[row] = worn
        self._looks[row, 0] = srgb(camp_color, tag_width)
        self._looks[row, _FIRST_SLOT:] = [_encoded(look.colors[slot]) for slot in self._body.slot_names]
        self._is_dressed_anew = True

    def show(
        self, rows: Rows, places_m: Doubles, turns_rad: Doubles, size: float, moment: Moment, named: Doubles
    ) -> None:
        """Draw N bodies, at most `CROWD_MAX`: `rows` (N,) are their looks, `places_m` (N, 3) their soles' middles,
        `turns_rad` (N,) turn them from +Z to their left, `size` metres of the stage are one of theirs, and `named`
        (N,) is the opacity of their tags."""
        count = len(rows)
        if not count:
            self.node.hide()
            return
        stances = self._stances[:count]
        stances[:, 0, :3], stances[:, 0, 3] = places_m, rows
        stances[:, 1, 0], stances[:, 1, 1] = size * np.cos(turns_rad), size * np.sin(turns_rad)
        stances[:, 1, 2] = self._pose(moment) * (3 * self._frames.shape[1])
        stances[:, 1, 3] = moment.faces * len(self._body.morphs)
        stances[:, 2, 0], stances[:, 2, 1] = self._worn[rows], named
        stances[:] = stances[np.argsort(-places_m[:, 2])]  # the audience's nearest first: they hide others' fragments
        refill_table(self._stances_table, self._stances)
        if self._is_dressed_anew:
            refill_table(self._looks_table, self._looks)
            self._is_dressed_anew = False
        is_large = size >= COARSE_BELOW_M
        drawn, spare = (self._fine, self._coarse) if is_large else (self._coarse, self._fine)
        drawn.show()
        spare.hide()
        self.node.set_instance_count(count)
        self.node.show()

    def _pose(self, moment: Moment) -> Rows:
        """Return the pose (N,) of each body; those between two motions are mixed into places of their own."""
        between = np.flatnonzero(moment.share > 0.0)
        if not len(between):
            return moment.first
        poses = moment.first.copy()
        poses[between] = len(self._frames) + np.arange(len(between))
        share = moment.share[between, None, None, None].astype(np.float32)
        first, second = self._frames[moment.first[between]], self._frames[moment.second[between]]
        self._poses[poses[between]] = first + share * (second - first)
        refill_table(self._poses_table, self._poses)
        return poses

    def _attach_bodies(self, name: str, shape: Shape) -> NodePath:
        columns: dict[str, Floats | NDArray[np.uint16]] = {
            "vertex": shape.positions,
            "normal": shape.normals,
            "joints": np.column_stack([shape.joints, shape.parts, shape.slots]).astype(np.uint16),
        }
        geom = make_geom(columns, shape.triangles.astype(np.uint32))
        node: NodePath = self.node.attach_new_node(make_node(name, geom, is_always_drawn=True))
        node.set_shader(load_shader("crowd", *self.defines))
        return node

    def _attach_ground(self) -> None:
        corners = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1]], np.float32)
        geom = make_geom({"vertex": corners}, np.array([[0, 2, 1], [0, 3, 2]], np.uint32))
        ground: NodePath = self.node.attach_new_node(make_node("shadows", geom, is_always_drawn=True))
        ground.set_shader(load_shader("ground", *self.defines))
        layers.draw_blended(ground, layers.SHADOWS)


def _face_texels(body: Body) -> Floats:
    """Return a texel for each moving vertex of each face: how far it is displaced."""
    texels = np.zeros((len(FACES), len(body.morphs), 4), np.float32)
    texels[..., :3] = np.einsum("fm,vmx->fvx", FACES, body.morphs)
    return texels.reshape(-1, 4)


def _encoded(code: str) -> tuple[float, float, float, float]:
    """Return `#rrggbb` as it stands, sRGB encoded, 0..1."""
    red, green, blue = bytes.fromhex(code[1:])
    return red / 255.0, green / 255.0, blue / 255.0, 1.0
