"""Shorts or trousers, legs with socks, and shoes."""

from collections.abc import Callable, Sequence

import numpy as np

from .arrays import Field, Floats, Surface, Weights
from .implicit import capsule, ellipsoid, polygonise, smooth_max, smooth_min, tower
from .mesh import Mesh, blend, cut_level, merge, smoothstep, split_regions
from .skeleton import Skeleton
from .spec import CharacterSpec
from .swatches import swatch_uv

Bands = Sequence[tuple[float, str]]  # upper border and swatch, from the ground up
_NO_HIPS_M = 0.2  # over the hips: nothing so low follows them


class LowerBody:
    """Dress one character's lower body."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        p = spec.proportions
        self.spec, self.skeleton, self.detail = spec, skeleton, skeleton.detail
        self.hip, self.girth = p.leg, p.build
        self.limb = p.build * p.limbs
        self.leg_x = float(skeleton.at("leftUpperLeg")[0])
        self.knee, self.ankle = float(skeleton.at("leftLowerLeg")[1]), float(skeleton.at("leftFoot")[1])

    def mesh(self) -> Mesh:
        """Return what the character wears below the waist, with the legs."""
        match self.spec.lower:
            case "shorts":
                return merge([self._shorts(), self._legs(), *self._shoes()])
            case "trousers":
                return merge([self._trousers(), *self._shoes()])
            case "shell":
                return merge([*self._struts(), *self._boots()])

    def weights(self, p: Floats, hip_line: float) -> Weights:
        """Return how points follow hips and legs."""
        columns = {"hips": smoothstep(hip_line - 0.055, hip_line + 0.01, p[:, 1])}
        bent = smoothstep(self.knee + 0.045, self.knee - 0.045, p[:, 1])
        foot = smoothstep(self.ankle + 0.022, self.ankle - 0.012, p[:, 1])
        toes = smoothstep(0.040, 0.078, p[:, 2]) * foot
        for side, sign in (("left", 1), ("right", -1)):
            here = smoothstep(-0.012, 0.012, p[:, 0] * sign) * (1 - columns["hips"])
            columns[side + "UpperLeg"] = here * np.clip(1 - 2 * bent, 0, 1)
            columns[side + "Knee"] = here * 2 * np.minimum(bent, 1 - bent)
            columns[side + "LowerLeg"] = here * np.clip(2 * bent - 1, 0, 1) * (1 - foot)
            columns[side + "Foot"] = here * foot * (1 - toes)
            columns[side + "Toes"] = here * foot * toes
        return blend(self.skeleton, columns)

    def _solid(self, field: Field, low: Floats, high: Floats, cell: float, count: int) -> Surface:
        """Polygonise a field of one leg, which is the same on both sides."""

        def both(p: Floats) -> Floats:
            return field(np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]]))

        return polygonise(both, low, high, self.detail.cell(cell), self.detail.faces(count))

    def _banded(self, solid: Surface, bands: Bands, hip_line: float) -> Mesh:
        """Return a piece in level bands of colour."""
        for border, _ in bands[:-1]:
            solid = cut_level(solid, border)
        middle = solid[0][solid[2]].mean(1)[:, 1]
        region = np.searchsorted([border for border, _ in bands], middle)
        p, n, tri, region = split_regions(solid, region)
        fall = 1 - (p[:, 1] - p[:, 1].min()) / np.ptp(p[:, 1])
        uv = np.zeros((len(p), 2))
        for k, (_, name) in enumerate(bands):
            uv[region == k] = swatch_uv(name, fall[region == k])
        return Mesh(p, n, uv, tri, self.weights(p, hip_line))

    def _leg(self, q: Floats, ease: float = 0.0) -> Floats:
        """Return distances to a leg: thigh, knee, a calf set back, ankle."""
        y = [0.03, self.ankle, 0.35, 0.68, 1.0, 1.35, 0.0]
        y[2:6] = [self.ankle + (self.knee - self.ankle) * t for t in y[2:6]]
        y[6] = self.hip - 0.012
        wide = np.array([0.024, 0.0245, 0.0290, 0.0360, 0.0335, 0.0385, 0.0490]) * self.limb + ease
        deep = np.array([0.025, 0.0265, 0.0310, 0.0385, 0.0345, 0.0400, 0.0510]) * self.limb + ease
        back = [-0.012, -0.012, -0.013, -0.011, 0.002, 0.002, 0.0]
        return tower(q - (self.leg_x, 0, 0), y, wide, deep, back)

    def _seat(self, q: Floats, ease: float = 0.0) -> Floats:
        radii = np.array((0.093 * self.spec.proportions.hips, 0.060, 0.078)) * (self.girth, 1, self.girth) + ease
        return ellipsoid(q, (0, self.hip + 0.012, -0.002), radii)

    def _shorts(self) -> Mesh:
        hip, x, k = self.hip, self.leg_x, self.limb

        def field(q: Floats) -> Floats:
            leg = capsule(q, (0.95 * x, hip - 0.01, 0), (1.14 * x, hip - 0.108, 0.002), 0.049 * k, 0.0535 * k)
            leg = smooth_max(leg, (hip - 0.116) - q[:, 1], 0.004)
            hem = smooth_max(leg - 0.0022, q[:, 1] - (hip - 0.100), 0.002)
            hollow = ellipsoid(q, (1.15 * x, hip - 0.118, 0.002), np.array((0.0475, 0.020, 0.0475)) * k)
            return -smooth_min(-smooth_min(smooth_min(self._seat(q), leg, 0.03), hem, 0.002), hollow, 0.004)

        wide = 0.16 * self.girth
        low, high = np.array((-wide, hip - 0.14, -wide)), np.array((wide, hip + 0.08, wide))
        return self._banded(
            self._solid(field, low, high, 0.0055, 1100), [(hip - 0.100, "trim"), (9, "shorts")], hip - 0.012
        )

    def _trousers(self) -> Mesh:
        hip, x, k = self.hip, self.leg_x, self.limb
        hem = 0.072

        def field(q: Floats) -> Floats:
            heights = [hem, 0.35 * self.knee, self.knee, 1.32 * self.knee, hip - 0.012]
            girths = np.array([0.0400, 0.0385, 0.0400, 0.0430, 0.0475]) * k
            back = [-0.010, -0.012, -0.002, 0.0, 0.0]
            leg = tower(q - (x, 0, 0), heights, girths, girths * 1.05, back)
            creases = 0.0022 * np.sin(2 * np.pi * (q[:, 1] - hem) / 0.028 + 3 * q[:, 2] / 0.05)
            leg = leg + creases * smoothstep(hem + 0.075, hem + 0.010, q[:, 1])  # cloth that rests on the shoe
            bends = 0.0018 * np.sin(2 * np.pi * (q[:, 1] - self.knee) / 0.034 + 2 * q[:, 0] / 0.05)
            leg = leg + bends * np.exp(-(((q[:, 1] - self.knee) / 0.035) ** 2))
            return smooth_min(self._seat(q, -0.001), leg, 0.04)

        wide = 0.17 * self.girth
        low, high = np.array((-wide, hem - 0.02, -wide)), np.array((wide, hip + 0.085, wide))
        solid = self._solid(field, low, high, 0.0065, 2600)
        return self._banded(solid, [(hem + 0.012, "trim_dark"), (hip + 0.035, "shorts"), (9, "trim_dark")], hip - 0.012)

    def _legs(self) -> Mesh:
        top, sock = self.hip - 0.05, self.hip - 0.155

        def field(q: Floats) -> Floats:
            return self._leg(q) - 0.0026 * smoothstep(sock + 0.002, sock - 0.003, q[:, 1])

        wide = self.leg_x + 0.075 * self.limb
        low, high = np.array((-wide, 0.035, -0.09 * self.limb)), np.array((wide, top, 0.09 * self.limb))
        bands = [(sock - 0.026, "legs"), (sock - 0.012, "trim"), (sock, "legs"), (9, "thigh")]
        return self._banded(self._solid(field, low, high, 0.0058, 1100), bands, self.hip + _NO_HIPS_M)

    def _shoes(self) -> list[Mesh]:
        """Return sneakers: the upper with its collar, a sole that turns up at the toe, a cap and laces."""
        foot = self.skeleton.at("leftFoot") * (1, 0, 0)
        k = 0.5 + 0.5 * self.limb

        def at(field: Callable[[Floats], Floats]) -> Field:
            return lambda q: k * field((q - foot) / k)

        def upper(q: Floats) -> Floats:
            solid = ellipsoid(q, (0.001, 0.030, 0.056), (0.0375, 0.032, 0.050))
            solid = smooth_min(solid, ellipsoid(q, (0, 0.040, -0.008), (0.0345, 0.042, 0.042)), 0.030)
            solid = smooth_min(solid, ellipsoid(q, (0, 0.062, 0.020), (0.024, 0.024, 0.038)), 0.020)
            solid = smooth_min(solid, capsule(q, (0, 0.06, -0.012), (0, 0.100, -0.014), 0.031, 0.0345), 0.018)
            return smooth_max(solid, np.maximum(0.012 - q[:, 1], q[:, 1] - 0.102), 0.004)

        def sole(q: Floats) -> Floats:
            flat = smooth_min(
                (np.hypot(q[:, 0] / 0.0415, (q[:, 2] - 0.050) / 0.060) - 1) * 0.041,
                (np.hypot(q[:, 0] / 0.0380, (q[:, 2] + 0.010) / 0.048) - 1) * 0.038,
                0.030,
            )
            turned = 0.010 * smoothstep(0.060, 0.115, q[:, 2])
            return smooth_max(flat, np.abs(q[:, 1] - 0.012 - turned) - 0.0125, 0.008)

        def cap(q: Floats) -> Floats:
            return smooth_max(upper(q) - 0.0020, 0.074 + 4 * q[:, 0] ** 2 - q[:, 2], 0.002)

        def laces(q: Floats) -> Floats:
            along = 0.6 * (q[:, 2] - 0.026) - 0.8 * (q[:, 1] - 0.086)  # down the instep
            bars = np.abs(np.mod(along, 0.0125) - 0.00625) - 0.0030
            ends = np.maximum(np.abs(q[:, 0]) - 0.0165, np.abs(along - 0.0185) - 0.0190)
            return smooth_max(upper(q) - 0.0030, np.maximum(bars, np.maximum(ends, 0.05 - q[:, 1])), 0.002)

        wide = foot[0] + 0.055 * k
        low, high = np.array((-wide, -0.01, -0.075 * k)), np.array((wide, 0.12, 0.14 * k))
        pieces: list[tuple[Callable[[Floats], Floats], Bands, int, float]] = [
            (upper, [(0.088 * k, "shoe"), (9, "trim_dark")], 1000, 0.0042),
            (sole, [(0.008, "trim"), (9, "sole" if self.spec.lower == "shorts" else "lace")], 560, 0.0042),
            (cap, [(9, "lace")], 420, 0.0036),
            (laces, [(9, "lace")], 420, 0.0026),
        ]
        return [
            self._banded(self._solid(at(field), low, high, cell, count), bands, self.hip + _NO_HIPS_M)
            for field, bands, count, cell in pieces
        ]

    def _struts(self) -> list[Mesh]:
        """Return a robot's pelvis and its legs, dark, which reach into the boots."""
        hip, x, k = self.hip, self.leg_x, self.limb

        def pelvis(q: Floats) -> Floats:
            return smooth_max(self._seat(q, -0.002), (hip - 0.034) - q[:, 1], 0.02)

        def strut(q: Floats) -> Floats:
            y = [0.05, self.knee, hip - 0.01]
            return tower(q - (x, 0, 0), y, np.full(3, 0.030 * k), np.full(3, 0.030 * k))

        rings = [(self.knee - 0.006, "legs"), (self.knee + 0.006, "lamp"), (9.0, "legs")]
        wide = 0.13 * self.girth
        low, high = np.array((-wide, 0.03, -wide)), np.array((wide, hip + 0.08, wide))
        return [
            self._banded(self._solid(pelvis, low, high, 0.006, 500), [(9, "shorts")], hip - 0.03),
            self._banded(self._solid(strut, low, high, 0.0050, 500), rings, hip + 0.02),
        ]

    def _boots(self) -> list[Mesh]:
        """Return a robot's boots: a shell over the shin with a lit ring, and a round foot."""
        x, k, top = self.leg_x, self.limb, 0.80 * self.knee

        def boot(q: Floats) -> Floats:
            y = [0.03, 0.10, 0.6 * top, top]
            shin = tower(
                q - (x, 0, 0), y, np.array([0.046, 0.041, 0.044, 0.050]) * k, np.array([0.046, 0.042, 0.046, 0.052]) * k
            )
            foot = ellipsoid(q, (x, 0.030, 0.026), np.array((0.056, 0.052, 0.082)) * k)
            return smooth_max(smooth_min(shin, foot, 0.03), 0.002 - q[:, 1], 0.010)

        wide = x + 0.075 * k
        low, high = np.array((-wide, -0.01, -0.08 * k)), np.array((wide, top + 0.03, 0.13 * k))
        bands = [(0.016, "trim_dark"), (top - 0.026, "shoe"), (top - 0.010, "lamp"), (9, "shoe")]
        return [self._banded(self._solid(boot, low, high, 0.0055, 1400), bands, self.hip + _NO_HIPS_M)]
