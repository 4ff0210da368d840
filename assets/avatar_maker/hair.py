"""Hair: tapering clumps laid along a shell around the head, over a cap that hides the scalp."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import PchipInterpolator

from .arrays import Floats, Weights
from .face_shape import HeadShape
from .hair_pictures import LOCKS, hair_uv
from .mesh import Mesh, catmull_rom, grid_triangles, one_bone, smooth_normals, smoothstep, tube, unit
from .skeleton import Skeleton

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
OWN_SHAPE = 0.5  # how much of a lock's own roundness its light shows, the rest is the whole head's
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
    """Lay locks on one head; `meshes` are those laid so far."""

    def __init__(self, skeleton: Skeleton, head: HeadShape) -> None:
        self.skeleton, self.head, self.detail = skeleton, head, skeleton.detail
        self.meshes: list[Mesh] = []
        self.laid = 0
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
        puff: float = 0.0,
        rings: int = 11,
        sides: int = 8,
        is_under: bool = False,
    ) -> None:
        """One tapering lock. `end` is the height of its tip; `out` its height over the shell, root to
        tip; `bend` swings the tip round the head; `flick` throws the tip outward, `puff` its middle."""
        rings, sides = self.detail.count(rings, 4), self.detail.count(sides, 3)
        t = np.linspace(0, 1, rings)
        arc = start + (arc_at(end) - start) * t
        root_theta = theta if root_theta is None else root_theta
        path_theta = root_theta + (theta - root_theta) * smoothstep(0, 0.7, t) + bend * t**2.2
        w = width * np.where(
            t < full, 0.55 + 0.45 * smoothstep(0, full, t), (1 - (np.clip(t - full, 0, 1) / (1 - full)) ** sharp)
        )
        w = np.maximum(w, 0.0004)
        height = out[0] + (out[1] - out[0]) * t**1.5 + flick * np.clip(t - 0.6, 0, 1) ** 2 / 0.16
        height = height + puff * np.sin(np.pi * t**0.8)
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
        normal = unit(np.where(outside, OWN_SHAPE * normal + (1 - OWN_SHAPE) * radial, normal))
        self.laid += 1
        lock = LOCKS - 1 if is_under else self.laid % (LOCKS - 1)
        across = np.where(np.sin(a) > -0.01, 0.5 - 0.5 * u, np.where(u < 0, 1.0, 0.0))
        uv = hair_uv(lock, np.tile(across, rings), np.repeat(arc / FULL_LENGTH, sides))
        weights = self.weights(np.repeat(arc, sides), chain)
        self.meshes.append(Mesh(self.world(p), normal, uv, triangles, weights))

    def weights(self, arc: Floats, chain: Strand | None) -> Weights:
        if chain is None:
            return one_bone(len(arc), "head", self.skeleton)
        bones, start, end = chain
        return self.skeleton.chain_weights(bones, "head", (arc - start) / (end - start))

    def cap(self) -> None:
        """Cover the scalp."""
        rows, columns = self.detail.count(CAP[0], 5), self.detail.count(CAP[1], 13)
        theta = np.linspace(-np.pi, np.pi, columns)
        line = np.interp(
            np.abs(np.degrees(theta)), [0, 45, 62, 80, 100, 180], [0.080, 0.074, 0.050, -0.03, -0.085, -0.10]
        )
        t = np.linspace(0, 1, rows)
        arc = 0.001 + (arc_at(line)[None] - 0.001) * t[:, None]
        d = unit(shell(np.repeat(theta[None], rows, 0), arc, 0.0).reshape(-1, 3))
        p = d * self.head.shell_radius(d, 0.007)[:, None]
        triangles = grid_triangles(rows, columns)
        normal = unit(p + np.array((0, 0, 0.012)))
        a, b, c = (p[triangles[:, k]] for k in range(3))
        if np.einsum("ij,ij->", np.cross(b - a, c - a), normal[triangles[:, 0]]) < 0:
            triangles = triangles[:, ::-1]
        across = np.tile(0.5 + 0.3 * np.sin(9 * theta), rows)
        uv = hair_uv(LOCKS - 1, across, arc.reshape(-1) / FULL_LENGTH * 0.9)
        self.meshes.append(Mesh(self.world(p), normal, uv, triangles, one_bone(len(p), "head", self.skeleton)))

    def cowlick(
        self,
        points: Sequence[tuple[float, float, float]],
        width: float,
        name: str,
        down: tuple[float, float] = (0.10, 0.70),
    ) -> None:
        """Add a lock that stands off the head and swings; `down` says how far down the picture its root and tip lie."""
        path = catmull_rom(points, 11)
        world = self.world(path)
        bones = self.skeleton.add_spring_chain(
            name, "head", [world[0], world[len(path) // 2], world[-1]], stiffness=1.1, drag=0.35
        )
        t, sides = np.linspace(0, 1, len(path)), self.detail.count(7, 4)
        radii = width * np.maximum(np.sin(np.pi * np.clip(t * 0.8 + 0.18, 0, 1)), 0.02)
        strand = tube(
            world,
            radii,
            self.skeleton.chain_weights(bones, "head", t),
            (0.3, 0.2),
            sides=sides,
            squash=0.45,
            up=(0, 0.2, 1),
        )
        strand.uvs = hair_uv(1, 0.4, np.concatenate([np.repeat(down[0] + (down[1] - down[0]) * t, sides), down]))
        self.meshes.append(strand)
