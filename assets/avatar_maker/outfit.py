"""The hoodie and its hood."""

import numpy as np

from .arrays import Floats
from .implicit import capsule, ellipsoid, polygonise, smooth_max, smooth_min
from .mesh import Mesh, merge, unit
from .torso import Torso


class Hoodie:
    """Dress one character's upper body in a hoodie."""

    def __init__(self, torso: Torso) -> None:
        self.torso = torso

    def mesh(self) -> Mesh:
        """Return the hoodie with its hood."""
        t = self.torso
        reach = t.wrist + 0.02
        low, high = (-reach, t.hip - 0.04, -0.17 * t.girth), (reach, t.shoulder + 0.09, 0.15 * t.girth)
        solid = polygonise(self.field, low, high, t.detail.cell(0.0062), t.detail.faces(4200))
        return merge([t.dressed(solid), self._hood()])

    def field(self, p: Floats) -> Floats:
        """Return distances (N,) to the hoodie without its hood."""
        t, k = self.torso, self.torso.limb
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        body = t.trunk(q, 0.008, 0.030, 0.5)
        gathered = ellipsoid(q, (0, t.hip + 0.058, 0.002), np.array((0.114, 0.052, 0.098)) * t.girth)
        body = smooth_min(body, gathered, 0.03)
        body = smooth_min(body, smooth_max(t.trunk(q, 0.010, -0.012), q[:, 1] - (t.hip + 0.034), 0.004), 0.006)
        cuff = t.wrist - 0.036
        sleeve = t.sleeve(q, 0.046, 0.046, 0.048, cuff - 0.022)
        yz = (t.skeleton.arm_level, -0.010)
        rib = capsule(q, (cuff, *yz), (t.wrist - 0.010, *yz), 0.031 * k, 0.028 * k)
        rib = np.maximum(rib, q[:, 0] - (t.wrist - 0.002))
        return smooth_min(body, smooth_min(sleeve, rib, 0.010), 0.045)

    def front(self, xy: Floats) -> Floats:
        """Return the points of the front seen at (N, 2)."""
        p = np.column_stack([xy, np.full(len(xy), 0.2)])
        for _ in range(60):
            p[:, 2] -= 0.8 * self.field(p)
        return p

    def _hood_field(self, p: Floats) -> Floats:
        t = self.torso
        shoulder, k = t.shoulder, t.spec.proportions.neck
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        angle = np.linspace(0, np.pi, 11)
        rise = (1 - np.cos(angle)) / 2
        ring = np.column_stack(
            [
                0.066 * k * np.sin(angle),
                shoulder + 0.004 + 0.034 * rise,
                -0.008 + 0.062 * k * np.cos(angle) - 0.020 * rise,
            ]
        )
        radius = 0.0185 + 0.015 * rise
        solid = np.full(len(q), 1.0)
        for a, b, ra, rb in zip(ring[:-1], ring[1:], radius[:-1], radius[1:], strict=True):
            solid = np.minimum(solid, capsule(q, a, b, ra, rb))
        bag = ellipsoid(q, (0, shoulder - 0.030, -0.092 * t.girth), (0.078, 0.064, 0.034))
        solid = smooth_min(solid, bag, 0.03)
        hollow = ellipsoid(q, (0, shoulder + 0.050, -0.012), (0.047 * k, 0.055, 0.044 * k))
        return -smooth_min(-solid, hollow, 0.012)

    def _hood(self) -> Mesh:
        t = self.torso
        low, high = (-0.14, t.shoulder - 0.12, -0.20), (0.14, t.shoulder + 0.10, 0.11)
        p, n, tri = polygonise(self._hood_field, low, high, t.detail.cell(0.0045), t.detail.faces(1300))
        weights = t.weights(
            np.column_stack([p[:, 0] * 0.3, np.clip(p[:, 1], t.shoulder - 0.03, t.shoulder + 0.02), p[:, 2]])
        )
        level = unit((p - (0, 0, -0.012)) * (1, 0, 1))
        inside = -(n * level).sum(1) + 0.35 * n[:, 1] - 0.42
        return Mesh(p, n, t.frame.between(inside), tri, weights)
