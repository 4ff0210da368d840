"""Eyes: whites, irises, and the walls of their openings."""

import numpy as np
from scipy.optimize import least_squares

from . import face_points
from .arrays import Floats, Whole
from .face_surface import FaceSurface
from .mesh import Mesh, grid_triangles, merge, one_bone, unit
from .pictures import parts_uv

EYE_RADIUS, IRIS_SIZE = 0.080, (0.0218, 0.0252)


class Eyes:
    """Make both eyes; they turn by bones, which are added to the skeleton here."""

    def __init__(self, face: FaceSurface) -> None:
        self.face, self.head = face, face.head
        self.detail = face.skeleton.detail
        self.eye_balls = {sign: self.eye_ball(sign) for sign in (1, -1)}
        for sign, side in ((1, "left"), (-1, "right")):
            face.skeleton.add_humanoid(side + "Eye", "head", face.to_world(self.eye_balls[sign][0][None])[0])

    def eye_ball(self, sign: int) -> tuple[Floats, Floats]:
        """Centre of a ball whose surface passes just behind the eye opening, and its radius."""
        eye = self.head.eye * np.array((sign, 1))
        contour = face_points.eye_contour(self.head, 60) * np.array((sign, 1))
        rim = self.head.lift(contour)
        lids = self.head.lift(np.vstack([eye + (contour - eye) * k for k in (0.0, 0.3, 0.6, 0.85, 1.0)]))
        middle = self.head.lift(eye[None])[0]
        normal = self.head.skin_normals(middle[None])[0]

        def gaps(p: Floats, centre: Floats) -> Floats:
            return np.asarray(np.linalg.norm(p - centre, axis=1) - EYE_RADIUS)

        # Follow the rim evenly. Rounded: where the search ends depends on the last bits.
        centre = np.round(least_squares(lambda c: gaps(rim, c) - 0.001, middle - normal * EYE_RADIUS).x, 7)
        axis = unit(middle - centre)
        return centre - axis * max(0.0, 0.0010 - gaps(lids, centre).min()), axis  # room for the closing lids

    def ball_patch(
        self, sign: int, toward: Floats, radius: float, size: tuple[float, float], rings: int, sides: int
    ) -> tuple[Floats, Floats, Whole, tuple[Floats, Floats, Floats]]:
        """A round patch of the eye ball: positions, flat disc coordinates, triangles, axes."""
        centre, _ = self.eye_balls[sign]
        forward = unit(toward - centre)
        right = unit(np.cross((0, 1, 0), forward))
        up = np.cross(forward, right)
        angle = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        disc = np.concatenate(
            [[(0, 0)]] + [np.column_stack([np.cos(angle), np.sin(angle)]) * r for r in np.linspace(0, 1, rings + 1)[1:]]
        )
        flat = disc * size
        deep = np.sqrt(np.maximum(radius**2 - (flat**2).sum(1), 0))
        p = centre + flat[:, :1] * right + flat[:, 1:] * up + deep[:, None] * forward
        fan = [[0, 1 + k, 1 + (k + 1) % sides] for k in range(sides)]
        rest = grid_triangles(rings, sides, closed=True) + 1
        triangles = np.vstack([fan, rest])
        a, b, c = (p[triangles[:, k]] for k in range(3))
        flip = np.cross(b - a, c - a) @ forward < 0
        triangles[flip] = triangles[flip][:, ::-1]
        return p, disc, triangles, (centre, right, up)

    def eyes(self) -> Mesh:
        """Return whites, irises and the walls of the openings."""
        out = []
        for sign, side in ((1, "Left"), (-1, "Right")):
            middle = self.head.lift((self.head.eye * np.array((sign, 1)))[None])[0]
            p, disc, tri, _ = self.ball_patch(
                sign, middle, EYE_RADIUS - 0.0022, (0.043, 0.036), self.detail.count(5), self.detail.count(24, 8)
            )
            uv = parts_uv("white", 0.5 + disc[:, 0] * 0.5, 0.5 - disc[:, 1] * 0.5)
            normal = np.tile((0, 0.15, 1.0), (len(p), 1))
            out.append(Mesh(self.face.to_world(p), unit(normal), uv, tri, one_bone(len(p), "head", self.face.skeleton)))

            size = [self.head.eyes.iris * side_m for side_m in IRIS_SIZE]
            gaze = self.head.lift(np.array([[sign * (self.head.eye[0] - 0.0006), self.head.eye[1] - 0.0006]]))[0]
            p, disc, tri, (centre, right, up) = self.ball_patch(
                sign, gaze, EYE_RADIUS, (size[0], size[1]), self.detail.count(4), self.detail.count(32, 10)
            )
            uv = parts_uv("iris" + side, 0.5 + disc[:, 0] * 0.49, 0.5 - disc[:, 1] * 0.49)
            turn = {
                "eyeLookUp": (right, -0.068),
                "eyeLookDown": (right, 0.075),
                "eyeLookIn": (up, -sign * 0.105),
                "eyeLookOut": (up, sign * 0.100),
            }
            morphs = {}
            for name, (axis, angle) in turn.items():
                morphs[name + side] = rotate(p - centre, axis, angle) + centre - p
            morphs["irisSmall"] = (p[:1] - p) * 0.26 + unit(p[:1] - centre) * -0.0003
            morphs = {k: v * self.face.skeleton.head_scale for k, v in morphs.items()}
            out.append(
                Mesh(
                    self.face.to_world(p),
                    unit(np.tile((0, 0.15, 1.0), (len(p), 1))),
                    uv,
                    tri,
                    one_bone(len(p), side.lower() + "Eye", self.face.skeleton),
                    morphs,
                )
            )
            out.append(self.eye_wall(sign))
        return merge(out)

    def eye_wall(self, sign: int) -> Mesh:
        """The rim of the opening drawn back to the eye ball, so that nothing shows between them."""
        count = self.detail.count(36)
        contour = face_points.eye_contour(self.head, count)
        xy = np.vstack(
            [
                contour,
                self.head.eye + (contour - self.head.eye) * 1.02,
                self.head.eye + (contour - self.head.eye) * 1.10,
            ]
        ) * np.array((sign, 1))
        depth = np.repeat([-0.0002, -0.0040, -0.0120], count)
        tri = grid_triangles(3, count, closed=True)
        top = np.tile(contour[:, 1] > self.head.eye[1] + 0.004, 3)
        uv = parts_uv("white", np.full(len(xy), 0.5), np.where(top, 0.1, 0.40))
        part = self.face.part(
            xy,
            tri,
            uv,
            depth,
            attach="depth",
            normals=np.tile((0, 0.15, 0.99), (len(xy), 1)),
            eye_gain=1,
            mouth_gain=0,
            skin=0,
            brow=0,
        )
        a, b, c = (part.positions[tri[:, k]] for k in range(3))
        inward = part.positions.mean(0) - (a + b + c) / 3
        inward[:, 2] = 0
        flip = np.einsum("ij,ij->i", np.cross(b - a, c - a), inward) < 0
        part.triangles = tri.copy()
        part.triangles[flip] = tri[flip][:, ::-1]
        return part


def rotate(p: Floats, axis: Floats, angle: float) -> Floats:
    """Return points (N, 3) turned about a unit axis (Rodrigues' formula)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(p * c + np.cross(axis, p) * s + np.outer(p @ axis, axis) * (1 - c))
