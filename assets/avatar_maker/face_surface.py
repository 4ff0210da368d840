"""Everything on the head lies on its skin and moves with it: pieces, strokes, and how far each vertex goes."""

from collections.abc import Callable, Mapping
from typing import Literal, Unpack

import numpy as np
from numpy.typing import ArrayLike

from . import face_motion as motion
from . import face_points
from .arrays import Floats, Whole
from .face_shape import HeadShape
from .mesh import Mesh, grid_triangles, merge, one_bone, unit
from .skeleton import Skeleton
from .spec import CharacterSpec

Rows = Whole  # which of a piece's vertices
STILL_M = 1e-6  # what moves less is left where it is
UPON = {"mouthClose": "jawOpen"}  # this shape only ever comes with that one, and must fit on top of it


class FaceSurface:
    """Place pieces on one character's head."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.spec, self.skeleton, self.head = spec, skeleton, HeadShape(spec)

    def to_world(self, p: Floats) -> Floats:
        """Return points of the head (N, 3) in the avatar's space."""
        return np.asarray(p * self.skeleton.head_scale + self.skeleton.head_centre)

    def part(
        self,
        xy: Floats,
        triangles: Whole,
        uvs: Floats,
        offset: ArrayLike,
        attach: Literal["surface", "depth"] = "surface",
        bone: str = "head",
        normals: Floats | None = None,
        extra: Mapping[str, Floats] | None = None,
        **gains: Unpack[face_points.Gains],
    ) -> Mesh:
        """A piece that lives on the face and moves with it. `offset` is its height over the skin."""
        points = face_points.locate(xy, self.head, **gains)
        rest = motion.at_rest(points)
        height = np.broadcast_to(np.asarray(offset, float), len(xy))

        def place(move: Floats, rows: Rows) -> Floats:
            flat = xy[rows] + move[:, :2]
            if attach == "depth":
                surface = self.head.lift(flat)
                surface[:, 2] += height[rows] + move[:, 2]
                return np.asarray(surface + move[:, 3:])
            return np.asarray(self.head.project(self.head.lift(flat), height[rows] + move[:, 2]) + move[:, 3:])

        moves = with_extra(motion.motions(points), extra)
        neutral, morphs = displaced(place, rest, moves, self.skeleton.head_scale)
        if normals is None:
            normals = self.head.skin_normals(neutral)
        return Mesh(self.to_world(neutral), normals, uvs, triangles, one_bone(len(xy), bone, self.skeleton), morphs)

    def ribbon(
        self,
        line: Floats,
        width_in: Floats,
        width_out: Floats,
        uv: Floats,
        offset: float,
        mirrored: bool = True,
        **gains: Unpack[face_points.Gains],
    ) -> Mesh:
        """A tapering stroke along `line`, widths given per point to either side; both face halves."""
        out = []
        tangent = unit(np.gradient(line, axis=0))
        side = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        a, b = line - side * np.asarray(width_in)[:, None], line + side * np.asarray(width_out)[:, None]
        for sign in (1, -1) if mirrored else (1,):
            xy = np.stack([a, line, b], 1).reshape(-1, 2) * np.array((sign, 1))
            triangles = grid_triangles(len(line), 3)
            p = self.head.lift(xy)
            u, v = (p[triangles[:, corner], :2] - p[triangles[:, 0], :2] for corner in (1, 2))
            if (u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]).sum() < 0:
                triangles = triangles[:, ::-1]
            out.append(self.part(xy, triangles, np.tile(uv, (len(xy), 1)), offset, **gains))
        return merge(out)


def displaced(
    place: Callable[[Floats, Rows], Floats], rest: Floats, moves: Mapping[str, Floats], scale: float
) -> tuple[Floats, dict[str, Floats]]:
    """Return the neutral points (N, 3) and each shape's displacements, of the points that its motion moves at all.

    `place` puts the named rows where a motion (n, 6) takes them; `rest` is the motion to the neutral pose.
    """
    neutral = place(rest, np.arange(len(rest)))
    rows = {name: np.flatnonzero(np.abs(move).max(1) > STILL_M) for name, move in moves.items()}
    under = {name: rest[here] + (moves[UPON[name]][here] if name in UPON else 0.0) for name, here in rows.items()}
    names = [name for name, here in rows.items() if len(here)]
    if not names:
        return neutral, {}
    at_once = np.concatenate([under[name] + moves[name][rows[name]] for name in names])  # one search for all is faster
    ends = np.cumsum([len(rows[name]) for name in names])
    placed = np.split(place(at_once, np.concatenate([rows[name] for name in names])), ends[:-1])
    morphs = {}
    for name, there in zip(names, placed, strict=True):
        here = rows[name]
        start = place(under[name], here) if name in UPON else neutral[here]
        morphs[name] = np.zeros_like(neutral)
        morphs[name][here] = (there - start) * scale
    return neutral, morphs


def with_extra(moves: Mapping[str, Floats], extra: Mapping[str, Floats] | None) -> dict[str, Floats]:
    """Return the motions with a piece's own ones added."""
    return {name: move + extra[name] if extra and name in extra else move for name, move in moves.items()}


def facing_front(xy: Floats, triangles: Whole) -> Whole:
    """Return the triangles, each turned to face +Z."""
    triangles = np.asarray(triangles).copy()
    a, b, c = (xy[triangles[:, k]] for k in range(3))
    u, v = b - a, c - a
    flip = u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] < 0
    triangles[flip] = triangles[flip][:, ::-1]
    return triangles
