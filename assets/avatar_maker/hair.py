"""Hair: tapering clumps laid along a shell around the head, over a cap that hides the scalp."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from .arrays import Floats, Weights
from .face_shape import shell_radius
from .mesh import Mesh, catmull_rom, grid_triangles, merge, one_bone, smooth_normals, smoothstep, tube, unit
from .skeleton import Skeleton
from .spec import CharacterSpec

Strand = tuple[list[str], float, float]  # bones of a chain, and the metres from the crown where it starts and ends

PROFILE = np.array(
    [
        (0, 0.156),
        (0.045, 0.151),
        (0.086, 0.130),
        (0.114, 0.094),
        (0.129, 0.045),
        (0.133, -0.005),
        (0.131, -0.055),
        (0.124, -0.100),
        (0.112, -0.138),
        (0.098, -0.172),
        (0.085, -0.21),
        (0.08, -0.26),
        (0.08, -0.36),
    ]
)
DEEPER, BACK = 1.05, -0.014  # the shell is deeper than wide, and set back
FULL_LENGTH = 0.40  # arc length at v = 1 in the hair picture
CAP = (12, 41)  # rows and columns of the scalp's cover
_arc = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(PROFILE, axis=0), axis=1))])
_radius, _height = PchipInterpolator(_arc, PROFILE[:, 0]), PchipInterpolator(_arc, PROFILE[:, 1])
_fine = np.linspace(0, _arc[-1], 800)


def arc_at(height: ArrayLike) -> Floats:
    """Distance from the crown at which the shell passes this height."""
    return np.asarray(np.interp(-np.asarray(height, float), -_height(_fine), _fine))


def shell(theta: ArrayLike, arc: ArrayLike, out: ArrayLike) -> Floats:
    """Return points at azimuth `theta` (0 front, + left), `arc` metres from the crown, `out` above the shell."""
    around, down, above = (np.asarray(value, float) for value in (theta, arc, out))
    r, y = _radius(down), _height(down)
    slope = unit(
        np.stack([_radius(down + 1e-3) - _radius(down - 1e-3), _height(down + 1e-3) - _height(down - 1e-3)], -1)
    )
    r, y = r - slope[..., 1] * above, y + slope[..., 0] * above
    return np.stack([r * np.sin(around), y, r * np.cos(around) * DEEPER + BACK], -1)


class Hair:
    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.spec, self.skeleton = spec, skeleton
        self.meshes: list[Mesh] = []
        self.rng = np.random.default_rng(3)

    def world(self, p: Floats) -> Floats:
        """Return points of the head (N, 3) in the avatar's space."""
        return np.asarray(p * self.skeleton.head_scale + self.skeleton.head_centre)

    def chain(
        self, name: str, theta: float, high: float, low: float, out: float, joints: int, **swing: float
    ) -> Strand:
        """Add a swinging chain down the shell between two heights."""
        start, end = float(arc_at(high)), float(arc_at(low))
        arcs = np.linspace(start, end, joints + 1)
        points = [self.world(shell(theta, a, out)) for a in arcs]
        bones = self.skeleton.add_spring_chain(name, "head", points, colliders=("head", "neck", "chest"), **swing)
        return bones, start, end

    def clump(
        self,
        theta: float,
        end: float,
        width: float,
        start: float = 0.004,
        root_theta: float | None = None,
        thick: float = 0.012,
        out: tuple[float, float] = (0.0, 0.0),
        chain: Strand | None = None,
        bend: float = 0.0,
        sharp: float = 2.2,
        full: float = 0.35,
        flick: float = 0.0,
        rings: int = 11,
        sides: int = 7,
    ) -> None:
        """One tapering lock. `end` is the height of its tip; `out` its height over the shell, root to
        tip; `bend` swings the tip round the head; `flick` throws the tip outward."""
        t = np.linspace(0, 1, rings)
        arc = start + (arc_at(end) - start) * t
        root_theta = theta if root_theta is None else root_theta
        path_theta = root_theta + (theta - root_theta) * smoothstep(0, 0.7, t) + bend * t**2.2
        w = width * np.where(
            t < full, 0.55 + 0.45 * smoothstep(0, full, t), (1 - (np.clip(t - full, 0, 1) / (1 - full)) ** sharp)
        )
        w = np.maximum(w, 0.0004)
        height = out[0] + (out[1] - out[0]) * t**1.5 + flick * np.clip(t - 0.6, 0, 1) ** 2 / 0.16
        a = np.linspace(0, 2 * np.pi, sides, endpoint=False) + 0.0001
        u, bulge = np.cos(a), np.where(np.sin(a) > 0, np.sin(a), 0.35 * np.sin(a))
        swell = thick * (w / width) ** 0.6
        around = np.clip(w / np.maximum(_radius(arc), 0.012), 0, 0.75)
        p = shell(
            path_theta[:, None] + u[None] * around[:, None],
            np.repeat(arc[:, None], sides, 1),
            height[:, None] + bulge[None] * swell[:, None],
        )
        p = p.reshape(-1, 3)
        triangles = grid_triangles(rings, sides, closed=True)
        normal = smooth_normals(p, triangles)
        radial = unit(p - np.array([0, 0.0, -0.012]))
        if (normal * radial).reshape(rings, sides, 3)[:, np.sin(a) > 0.3].sum() < 0:
            triangles, normal = triangles[:, ::-1], -normal
        outside = np.tile(np.sin(a) > -0.01, rings)[:, None]
        normal = unit(np.where(outside, 0.32 * normal + 0.68 * radial, normal))
        uv = np.column_stack([theta * 0.31 + 0.10 * np.tile(u, rings), np.repeat(arc / FULL_LENGTH, sides)])
        weights = self.weights(np.repeat(arc, sides), chain)
        self.meshes.append(Mesh(self.world(p), normal, uv, triangles, weights))

    def weights(self, arc: Floats, chain: Strand | None) -> Weights:
        if chain is None:
            return one_bone(len(arc), "head", self.skeleton)
        bones, start, end = chain
        return self.skeleton.chain_weights(bones, "head", (arc - start) / (end - start))

    def cap(self) -> None:
        """Cover the scalp."""
        theta = np.linspace(-np.pi, np.pi, CAP[1])
        line = np.interp(
            np.abs(np.degrees(theta)), [0, 45, 62, 80, 100, 180], [0.080, 0.074, 0.050, -0.03, -0.085, -0.10]
        )
        t = np.linspace(0, 1, CAP[0])
        arc = 0.001 + (arc_at(line)[None] - 0.001) * t[:, None]
        d = unit(shell(np.repeat(theta[None], CAP[0], 0), arc, 0.0).reshape(-1, 3))
        p = d * shell_radius(d, 0.007)[:, None]
        triangles = grid_triangles(*CAP)
        normal = unit(p + np.array((0, 0, 0.012)))
        a, b, c = (p[triangles[:, k]] for k in range(3))
        if np.einsum("ij,ij->", np.cross(b - a, c - a), normal[triangles[:, 0]]) < 0:
            triangles = triangles[:, ::-1]
        uv = np.column_stack([np.tile(theta * 0.31, CAP[0]), arc.reshape(-1) / FULL_LENGTH * 0.9])
        self.meshes.append(Mesh(self.world(p), normal, uv, triangles, one_bone(len(p), "head", self.skeleton)))

    def cowlick(self, points: Sequence[tuple[float, float, float]], width: float, name: str) -> None:
        """Add a lock that stands off the crown and swings."""
        path = catmull_rom(points, 11)
        world = self.world(path)
        bones = self.skeleton.add_spring_chain(
            name, "head", [world[0], world[len(path) // 2], world[-1]], stiffness=1.1, drag=0.35
        )
        t = np.linspace(0, 1, len(path))
        radii = width * np.maximum(np.sin(np.pi * np.clip(t * 0.8 + 0.18, 0, 1)), 0.02)
        strand = tube(
            world,
            radii,
            self.skeleton.chain_weights(bones, "head", t),
            (0.3, 0.2),
            sides=7,
            squash=0.45,
            up=(0, 0.2, 1),
        )
        strand.uvs = np.column_stack(
            [np.full(len(strand), 0.3), np.concatenate([np.repeat(0.10 + 0.6 * t, 7), [0.1, 0.7]])]
        )
        self.meshes.append(strand)

    def build(self) -> Mesh:
        """Return the whole hair in the style of the character."""
        self.cap()
        match self.spec.hair_style:
            case "bob":
                self.bob()
            case "spiky":
                self.spiky()
        return merge(self.meshes)

    # ---- styles

    def fringe(self, tips: Sequence[float], spread: float, width: float, chains: Sequence[Strand]) -> None:
        """Locks over the forehead; `tips` heights from the right of the face to the left."""
        n = len(tips)
        for k, tip in enumerate(tips):
            f = k / (n - 1) * 2 - 1
            theta = f * spread
            chain = chains[0] if f < -0.34 else chains[2] if f > 0.34 else chains[1]
            self.clump(
                theta,
                tip,
                width * (1.0 + 0.12 * (k % 2)),
                start=0.012,
                root_theta=theta * 0.55 + 0.10,
                thick=0.010 + 0.003 * (k % 2),
                out=(-0.002 + 0.003 * (k % 2), -0.0085),
                chain=chain,
                bend=0.07 * (1 if k % 2 else -1) + 0.05 * f,
                full=0.45,
                sharp=2.6,
            )

    def fringe_chains(self) -> list[Strand]:
        soft = {"stiffness": 2.2, "drag": 0.5, "radius": 0.008}
        return [
            self.chain(n, t, 0.085, 0.0, 0.0, 2, **soft)
            for n, t in (("fringe_right", -0.6), ("fringe_middle", 0.0), ("fringe_left", 0.6))
        ]

    def bob(self) -> None:
        chains = self.fringe_chains()
        swing = {"stiffness": 0.9, "drag": 0.38, "gravity": 0.05, "radius": 0.016}
        self.fringe([0.010, 0.030, 0.036, 0.018, 0.038, 0.030, 0.004], 0.80, 0.031, chains)
        for k, (theta, tip) in enumerate(
            ((-0.46, 0.044), (-0.17, 0.034), (0.24, 0.026), (0.58, 0.042))
        ):  # upper, thinner
            self.clump(
                theta,
                tip,
                0.017,
                start=0.01,
                root_theta=theta * 0.5 + 0.12,
                thick=0.010,
                out=(0.006, 0.000),
                chain=chains[1],
                bend=0.10 * (-1) ** k,
                sharp=1.9,
            )
        for g, side in ((1, "left"), (-1, "right")):
            lock = self.chain("side_" + side, g * 1.18, 0.0, -0.20, 0.0, 3, **swing)
            self.clump(
                g * 1.21,
                -0.190,
                0.026,
                start=0.02,
                root_theta=g * 0.75,
                thick=0.015,
                out=(0.004, -0.010),
                chain=lock,
                bend=-g * 0.16,
                sharp=3.0,
                full=0.5,
                rings=13,
            )
            self.clump(
                g * 1.04,
                -0.095,
                0.017,
                start=0.02,
                root_theta=g * 0.62,
                thick=0.012,
                out=(0.002, -0.011),
                chain=lock,
                bend=-g * 0.06,
                sharp=2.4,
                full=0.5,
            )
            self.clump(
                g * 1.42,
                -0.165,
                0.034,
                start=0.01,
                root_theta=g * 1.1,
                thick=0.016,
                out=(0.002, -0.004),
                chain=lock,
                bend=-g * 0.05,
                sharp=3.0,
                full=0.55,
                rings=13,
            )
        for name, middle in (("left", 2.05), ("middle", np.pi), ("right", -2.05)):
            back = self.chain("back_" + name, middle, -0.03, -0.17, 0.0, 3, **swing)
            for f in (-0.42, 0.0, 0.42):  # under layer
                self.clump(
                    middle + f * 1.1,
                    -0.168 + 0.01 * self.rng.normal(),
                    0.046,
                    start=0.004,
                    thick=0.015,
                    out=(-0.004, -0.016),
                    chain=back,
                    bend=0.06 * self.rng.normal(),
                    sharp=3.4,
                    full=0.6,
                    rings=10,
                )
            for f in (-0.62, -0.21, 0.21, 0.62):  # top layer
                self.clump(
                    middle + f * 0.95,
                    -0.125 + 0.012 * self.rng.normal(),
                    0.036,
                    start=0.004,
                    thick=0.014,
                    out=(0.003, 0.002),
                    chain=back,
                    bend=0.10 * self.rng.normal(),
                    sharp=2.8,
                    full=0.55,
                    flick=0.010,
                    rings=11,
                )
        self.cowlick(
            [
                (0.004, 0.150, -0.008),
                (0.008, 0.176, -0.004),
                (0.022, 0.196, 0.006),
                (0.044, 0.204, 0.016),
                (0.062, 0.198, 0.022),
                (0.072, 0.184, 0.025),
            ],
            0.0085,
            "cowlick",
        )

    def spiky(self) -> None:
        chains = self.fringe_chains()
        swing = {"stiffness": 1.6, "drag": 0.45, "gravity": 0.02, "radius": 0.014}
        for k, (theta, tip, bend) in enumerate(
            (
                (-0.95, -0.02, 0.1),
                (-0.66, 0.012, 0.12),
                (-0.40, 0.022, 0.16),
                (-0.12, 0.004, 0.30),
                (0.20, 0.014, 0.28),
                (0.48, 0.000, 0.22),
                (0.78, -0.015, 0.10),
            )
        ):
            self.clump(
                theta,
                tip,
                0.031,
                start=0.012,
                root_theta=theta * 0.6 - 0.15,
                thick=0.014,
                out=(0.002 + 0.004 * (k % 2), -0.004),
                chain=chains[k * 3 // 7],
                bend=bend,
                sharp=1.7,
                full=0.35,
                flick=0.004,
            )
        for g, side in ((1, "left"), (-1, "right")):
            lock = self.chain("side_" + side, g * 1.25, 0.03, -0.10, 0.0, 2, **swing)
            self.clump(
                g * 1.14,
                -0.085,
                0.022,
                start=0.02,
                root_theta=g * 0.75,
                thick=0.014,
                out=(0.002, -0.008),
                chain=lock,
                bend=-g * 0.10,
                sharp=1.8,
            )
            self.clump(
                g * 1.45,
                -0.060,
                0.034,
                start=0.01,
                root_theta=g * 1.1,
                thick=0.016,
                out=(0.004, 0.004),
                chain=lock,
                bend=g * 0.10,
                sharp=1.8,
                flick=0.022,
            )
            self.clump(
                g * 1.62,
                -0.020,
                0.034,
                start=0.01,
                root_theta=g * 1.3,
                thick=0.016,
                out=(0.010, 0.012),
                chain=lock,
                bend=g * 0.14,
                sharp=1.6,
                flick=0.026,
            )
        for name, middle in (("left", 2.15), ("middle", np.pi), ("right", -2.15)):
            back = self.chain("back_" + name, middle, -0.01, -0.13, 0.0, 2, **swing)
            for _row, (tip, flick, out, n) in enumerate(
                ((-0.150, 0.004, -0.010, 4), (-0.095, 0.024, 0.002, 4), (-0.035, 0.030, 0.010, 3))
            ):
                for f in np.linspace(-0.5, 0.5, n):
                    self.clump(
                        middle + f * 1.05,
                        tip + 0.012 * self.rng.normal(),
                        0.040,
                        start=0.004,
                        thick=0.016,
                        out=(out * 0.6, out),
                        chain=back,
                        bend=0.16 * self.rng.normal(),
                        sharp=1.8,
                        full=0.45,
                        flick=flick,
                        rings=12,
                    )
        self.cowlick(
            [
                (0.0, 0.148, 0.0),
                (-0.006, 0.170, 0.008),
                (-0.018, 0.186, 0.018),
                (-0.036, 0.190, 0.028),
                (-0.050, 0.182, 0.034),
            ],
            0.0095,
            "cowlick",
        )
