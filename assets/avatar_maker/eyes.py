"""Eyes: whites, irises, the walls of their openings, lashes and brows."""

import numpy as np
from scipy.optimize import least_squares

from . import face_motion as motion
from .arrays import Floats, Whole
from .face_shape import EYE, lift, skin_normals
from .face_surface import FaceSurface
from .mesh import Mesh, catmull_rom, grid_triangles, merge, one_bone, smoothstep, unit
from .pictures import parts_uv

EYE_RADIUS, IRIS_SIZE = 0.080, (0.0218, 0.0252)


class Eyes:
    """Make both eyes; they turn by bones, which are added to the skeleton here."""

    def __init__(self, face: FaceSurface) -> None:
        self.face = face
        self.eye_balls = {sign: self.eye_ball(sign) for sign in (1, -1)}
        for sign, side in ((1, "left"), (-1, "right")):
            face.skeleton.add_humanoid(side + "Eye", "head", face.to_world(self.eye_balls[sign][0][None])[0])

    def eye_ball(self, sign: int) -> tuple[Floats, Floats]:
        """Centre of a ball whose surface passes just behind the eye opening, and its radius."""
        contour = motion.eye_contour(self.face.eyes, 60) * np.array((sign, 1))
        rim = lift(contour)
        lids = lift(
            np.vstack(
                [
                    EYE * np.array((sign, 1)) + (contour - EYE * np.array((sign, 1))) * k
                    for k in (0.0, 0.3, 0.6, 0.85, 1.0)
                ]
            )
        )
        middle = lift((EYE * np.array((sign, 1)))[None])[0]
        normal = skin_normals(middle[None])[0]

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
            middle = lift((EYE * np.array((sign, 1)))[None])[0]
            p, disc, tri, _ = self.ball_patch(sign, middle, EYE_RADIUS - 0.0022, (0.043, 0.036), 5, 24)
            uv = parts_uv("white", 0.5 + disc[:, 0] * 0.5, 0.5 - disc[:, 1] * 0.5)
            normal = np.tile((0, 0.15, 1.0), (len(p), 1))
            out.append(Mesh(self.face.to_world(p), unit(normal), uv, tri, one_bone(len(p), "head", self.face.skeleton)))

            size = [self.face.eyes.iris * side_m for side_m in IRIS_SIZE]
            gaze = lift(np.array([[sign * (EYE[0] - 0.0006), EYE[1] - 0.0006]]))[0]
            p, disc, tri, (centre, right, up) = self.ball_patch(sign, gaze, EYE_RADIUS, (size[0], size[1]), 4, 32)
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
        count = 36
        contour = motion.eye_contour(self.face.eyes, count)
        xy = np.vstack([contour, EYE + (contour - EYE) * 1.02, EYE + (contour - EYE) * 1.10]) * np.array((sign, 1))
        depth = np.repeat([-0.0002, -0.0040, -0.0120], count)
        tri = grid_triangles(3, count, closed=True)
        top = np.tile(contour[:, 1] > EYE[1] + 0.004, 3)
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

    def lashes(self) -> Mesh:
        """Return upper and lower lashes, their wings, and the crease over the lid."""
        n = 26
        t = np.linspace(0, 1, n)
        upper, lower = motion.eye_contour(self.face.eyes, n, "upper"), motion.eye_contour(self.face.eyes, n, "lower")
        lash = parts_uv("lash", 0.5, 0.5)
        thick = 0.0002 + 0.0052 * smoothstep(0.0, 0.42, t) ** 0.8 + 0.0010 * smoothstep(0.6, 0.92, t)
        thick = thick * (1 - 0.55 * smoothstep(0.86, 1.0, t))
        out = [
            self.face.ribbon(
                upper,
                0.0002 + 0.0006 * smoothstep(0, 0.3, t),
                thick,
                lash,
                0.0013,
                eye_gain=1,
                mouth_gain=0,
                skin=0,
                brow=0,
            )
        ]
        # wing at the outer corner, two small spikes, and the lower lash
        corner = upper[-1]
        for start, tip, wide in (
            ((-0.0026, 0.0040), (0.0086, 0.0052), 0.0024),
            ((-0.0042, 0.0078), (0.0062, 0.0118), 0.0018),
            ((-0.0012, 0.0006), (0.0064, -0.0006), 0.0017),
        ):
            line = catmull_rom([corner + start, corner + (np.add(start, tip)) / 2 + (0.0006, -0.0008), corner + tip], 6)
            taper = wide * (1 - np.linspace(0, 1, 6) ** 1.6)
            out.append(
                self.face.ribbon(line, taper * 0.5, taper * 0.5, lash, 0.0014, eye_gain=1, mouth_gain=0, skin=0, brow=0)
            )
        part = slice(int(n * 0.35), n)
        tl = np.linspace(0, 1, n)[part]
        low = 0.0011 * np.sin(np.pi * np.clip((tl - 0.35) / 0.65, 0, 1)) ** 0.6
        out.append(
            self.face.ribbon(
                lower[part], low * 0.7 + 0.0001, low * 0.5, lash, 0.0012, eye_gain=1, mouth_gain=0, skin=0, brow=0
            )
        )
        # the crease over the lid
        part = slice(6, n - 4)
        tangent = unit(np.gradient(upper, axis=0))
        normal = np.column_stack([-tangent[:, 1], tangent[:, 0]])
        normal *= np.sign((normal * (upper - EYE)).sum(1, keepdims=True))
        crease = (upper + normal * 0.0078)[part]
        thin = 0.00055 * np.sin(np.pi * np.linspace(0, 1, len(crease))) ** 0.5 + 0.00005
        out.append(
            self.face.ribbon(
                crease, thin, thin, parts_uv("crease", 0.5, 0.5), 0.0009, eye_gain=0.4, mouth_gain=0, skin=0, brow=0
            )
        )
        return merge(out)

    def brow_strokes(self) -> Mesh:
        """Return both brows."""
        k = self.face.spec.brow_thickness
        lift_outer = 0.02 * self.face.eyes.tilt
        line = catmull_rom(
            [(0.0215, 0.0165), (0.0350, 0.0225), (0.0520, 0.0242 + lift_outer), (0.0700, 0.0165 + lift_outer)], 16
        )
        t = np.linspace(0, 1, 16)
        w = 0.0026 * k * (np.sin(np.pi * np.clip(t * 0.75 + 0.22, 0, 1)) ** 0.8) * (1 - t**6)
        return self.face.ribbon(
            line, w + 0.0001, w + 0.0001, parts_uv("brow", 0.5, 0.5), 0.0022, eye_gain=0, mouth_gain=0, skin=0, brow=1
        )


def rotate(p: Floats, axis: Floats, angle: float) -> Floats:
    """Return points (N, 3) turned about a unit axis (Rodrigues' formula)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.asarray(p * c + np.cross(axis, p) * s + np.outer(p @ axis, axis) * (1 - c))
