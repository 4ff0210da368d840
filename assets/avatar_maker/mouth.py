"""The mouth: lip line, cavity, teeth and tongue."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from . import face_motion as motion
from . import face_points
from .arrays import Floats, Whole
from .face_surface import FaceSurface, Rows, displaced, facing_front, with_extra
from .mesh import Mesh, grid_triangles, merge, one_bone, smoothstep, unit
from .pictures import parts_uv


class Mouth:
    """Make what lies in and around the opening of the mouth."""

    def __init__(self, face: FaceSurface) -> None:
        self.face = face

    def mouth(self) -> Mesh:
        """Return the lip line, the cavity, teeth and tongue."""
        out = []
        head, detail = self.face.head, self.face.skeleton.detail
        count = 2 * detail.count(20)
        contour = face_points.mouth_contour(head, count)
        # lip line: a stroke around the opening; closed lips join its halves into one line
        a = np.linspace(0, 2 * np.pi, count, endpoint=False)
        top = np.sin(a) >= -1e-9
        normal = unit((contour - head.mouth) / head.mouth_half**2)
        width = (
            np.where(top, 0.00085, 0.00055) * (0.55 + 0.45 * np.abs(np.sin(a))) * (2.0 if head.kind == "robot" else 1.0)
        )
        near = 0.0011 * (np.abs(np.cos(a)) ** 8)
        outer = contour + normal * width[:, None] + np.column_stack([np.sign(np.cos(a)) * near, 0 * near])
        inner = contour - normal * 0.0004
        xy = np.vstack([inner, outer])
        tri = grid_triangles(2, count, closed=True)
        points_uv = np.tile(parts_uv("lip", 0.5, 0.5), (len(xy), 1))
        out.append(
            self.face.part(xy, facing_front(xy, tri), points_uv, 0.0007, eye_gain=0, mouth_gain=1, skin=0, brow=0)
        )
        # cavity: the contour drawn back into the head
        layers = [(1.02, -0.0010), (1.12, -0.0060), (1.10, -0.018), (1.0, -0.026)]
        xy = np.vstack([head.mouth + (contour - head.mouth) * k for k, _ in layers])
        depth = np.repeat([d for _, d in layers], count)
        tri = grid_triangles(len(layers), count, closed=True)
        last = count * (len(layers) - 1)
        across = [(last + k, last + k + 1, last + count - k - 1) for k in range(count // 2)]
        across += [(last + k, last + count - k - 1, last + (count - k) % count) for k in range(1, count // 2)]
        part = self.inner_part(xy, np.vstack([contour] * len(layers)), np.vstack([tri, across]), "cavity", depth, None)
        part.uvs = parts_uv("cavity", np.full(len(xy), 0.5), np.repeat(np.linspace(0.05, 0.95, len(layers)), count))
        part.triangles = self.facing_viewer(part, np.vstack([tri, across]), tunnel=len(tri))
        out.append(part)
        # upper teeth: a band hanging behind the upper lip
        s = np.linspace(-0.78, 0.78, 13)
        edge = head.mouth + head.mouth_half * np.column_stack([s, np.sqrt(1 - s**2)])
        xy = np.vstack(
            [
                edge + np.array((0, 0.0020)),
                edge + np.array((0, -0.0001)),
                edge - np.column_stack([0 * s, 0.0032 * (1 - np.abs(s) ** 4 * 0.7)]),
            ]
        )
        near_top = np.vstack([edge] * 3)
        out.append(self.inner_part(xy, near_top, grid_triangles(3, 13), "teeth", (-0.0035, -0.0038, -0.0042), 13))
        # tongue: a soft dome lying on the lower lip's side
        rows, cols = 9, 11
        grid = np.meshgrid(np.linspace(0, 1, rows), np.linspace(-1, 1, cols), indexing="ij")
        v, u = grid[0].ravel(), grid[1].ravel()
        span = 0.0098 * np.sqrt(np.clip(1 - np.clip((v - 0.45) / 0.55, 0, 1) ** 3.6, 0, 1)) + 0.0001
        xy = np.column_stack([u * span, head.mouth[1] - 0.0042 + 0.0060 * (1 - u**2) * (1 - 0.5 * v) - 0.0012 * v])
        anchor = np.column_stack([u * 0.010, head.mouth[1] - head.mouth_half[1] * np.sqrt(1 - (u * 0.54) ** 2)])
        depth = -0.024 + 0.0175 * v
        droop = np.column_stack(
            [
                0 * v,
                0 * v,
                0 * v,
                0 * v,
                -0.0185 * np.clip((v - 0.35) / 0.65, 0, 1) ** 1.3,
                0.0215 * smoothstep(0.0, 0.62, v),
            ]
        )
        tri = facing_front(xy + np.column_stack([0 * v, -0.01 * v]), grid_triangles(rows, cols))
        part = self.inner_part(xy, anchor, tri, "tongue", depth, None, extra={"tongueOut": droop}, follow=0.82)
        part.normals = unit(np.column_stack([u * 0.6, 0.75 + 0 * u, 0.6 + 0 * u]))
        out.append(part)
        return merge(out)

    def facing_viewer(self, part: Mesh, triangles: Whole, tunnel: int) -> Whole:
        """Turns the cavity's walls (the first `tunnel` triangles) inward and its back toward the front."""
        p = part.positions + part.morphs["jawOpen"]
        a, b, c = (p[triangles[:, k]] for k in range(3))
        facing = np.cross(b - a, c - a)
        wanted = p.mean(0) - (a + b + c) / 3
        wanted[:, 2] = 0
        wanted[tunnel:] = (0, 0, 1)
        flip = np.einsum("ij,ij->i", facing, wanted) < 0
        triangles = triangles.copy()
        triangles[flip] = triangles[flip][:, ::-1]
        return triangles

    def inner_part(
        self,
        xy: Floats,
        anchor: Floats,
        tri: Whole,
        swatch: str,
        depth: ArrayLike,
        columns: int | None,
        extra: Mapping[str, Floats] | None = None,
        follow: float = 1.0,
    ) -> Mesh:
        """Something inside the mouth: each vertex follows the lip point named in `anchor`."""
        head = self.face.head
        depths = np.repeat(depth, columns) if columns else np.asarray(depth, float)
        located = face_points.locate(anchor, self.face.head, eye_gain=0, mouth_gain=follow, skin=0, brow=0)
        located.mouth_gain[:] = follow
        rest = motion.at_rest(located)

        def place(move: Floats, rows: Rows) -> Floats:
            flat = xy[rows] + move[:, :2]
            surface = head.lift(np.column_stack([flat[:, 0], np.maximum(flat[:, 1], head.chin_y + 0.010)]))
            return np.asarray(np.column_stack([flat, surface[:, 2] + depths[rows] + move[:, 2]]) + move[:, 3:])

        moves = with_extra(motion.motions(located), extra)
        neutral, morphs = displaced(place, rest, moves, self.face.skeleton.head_scale)
        n = len(xy)
        uv = parts_uv(swatch, 0.5 + np.zeros(n), np.linspace(0.1, 0.9, n))
        return Mesh(
            self.face.to_world(neutral),
            np.tile((0, 0.2, 0.98), (n, 1)),
            uv,
            facing_front(xy, tri),
            one_bone(n, "head", self.face.skeleton),
            morphs,
        )
