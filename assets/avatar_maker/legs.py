"""Shorts, legs with socks, and shoes."""

from collections.abc import Sequence

import numpy as np

from .arrays import Floats, Surface, Weights
from .cloth_pictures import swatch_uv
from .implicit import capsule, ellipsoid, polygonise, smooth_min, tower
from .mesh import Mesh, blend, cut_level, merge, smoothstep, split_regions
from .skeleton import Skeleton
from .spec import CharacterSpec


def lower_body(spec: CharacterSpec, skeleton: Skeleton) -> Mesh:
    """Return shorts, legs and shoes."""
    body = _LowerBody(spec, skeleton)
    return merge([body.shorts(), body.legs(), body.shoes()])


class _LowerBody:
    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.skeleton, self.hip, self.girth = skeleton, spec.proportions.leg, spec.proportions.build

    def leg_weights(self, p: Floats, hip_line: float) -> Weights:
        at = self.skeleton.at
        columns = {"hips": smoothstep(hip_line - 0.055, hip_line + 0.01, p[:, 1])}
        knee, ankle = at("leftLowerLeg")[1], at("leftFoot")[1]
        shin = smoothstep(knee + 0.03, knee - 0.03, p[:, 1])
        foot = smoothstep(ankle + 0.022, ankle - 0.012, p[:, 1])
        toes = smoothstep(0.040, 0.078, p[:, 2]) * foot
        for side, sign in (("left", 1), ("right", -1)):
            here = smoothstep(-0.012, 0.012, p[:, 0] * sign) * (1 - columns["hips"])
            columns[side + "UpperLeg"] = here * (1 - shin)
            columns[side + "LowerLeg"] = here * shin * (1 - foot)
            columns[side + "Foot"] = here * shin * foot * (1 - toes)
            columns[side + "Toes"] = here * shin * foot * toes
        return blend(self.skeleton, columns)

    def shorts(self) -> Mesh:
        hip, g = self.hip, self.girth

        def field(p: Floats) -> Floats:
            q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
            waist = ellipsoid(q, (0, hip + 0.012, -0.002), (0.093 * g, 0.060, 0.078 * g))
            leg = capsule(q, (0.050 * g, hip - 0.01, 0), (0.060 * g, hip - 0.105, 0.002), 0.049 * g, 0.056 * g)
            leg = np.maximum(leg, (hip - 0.112) - q[:, 1])
            return smooth_min(waist, leg, 0.03)

        solid = polygonise(field, (-0.15, hip - 0.14, -0.12), (0.15, hip + 0.08, 0.12), 0.006, 800)
        return self.banded(solid, [(hip - 0.098, "trim"), (hip + 1, "shorts")], hip - 0.012)

    def banded(self, solid: Surface, bands: Sequence[tuple[float, str]], hip_line: float) -> Mesh:
        """A leg piece in level bands of colour: [(upper border, swatch), ...] from the ground up."""
        for border, _ in bands[:-1]:
            solid = cut_level(solid, border)
        middle = solid[0][solid[2]].mean(1)[:, 1]
        region = np.searchsorted([border for border, _ in bands], middle)
        p, n, tri, region = split_regions(solid, region)
        fall = 1 - (p[:, 1] - p[:, 1].min()) / np.ptp(p[:, 1])
        uv = np.zeros((len(p), 2))
        for k, (_, name) in enumerate(bands):
            uv[region == k] = swatch_uv(name, fall[region == k])
        return Mesh(p, n, uv, tri, self.leg_weights(p, hip_line))

    def legs(self) -> Mesh:
        at, g = self.skeleton.at, self.girth
        hip, knee, ankle = at("leftUpperLeg"), at("leftLowerLeg"), at("leftFoot")

        def field(p: Floats) -> Floats:
            q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
            heights = [0.03, ankle[1], ankle[1] + 0.5 * (knee[1] - ankle[1]), knee[1], hip[1]]
            girths = np.array([0.025, 0.026, 0.0335, 0.0335, 0.046]) * g
            return tower(
                q - np.array((hip[0] + 0.004, 0, 0)), heights, girths, girths, [-0.012, -0.012, -0.004, 0.003, 0]
            )

        top = self.hip - 0.05
        solid = polygonise(field, (-0.13, 0.035, -0.08), (0.13, top, 0.08), 0.006, 420)
        sock = self.hip - 0.150
        return self.banded(
            solid, [(sock - 0.022, "legs"), (sock - 0.014, "trim"), (sock, "legs"), (9, "thigh")], self.hip + 0.2
        )

    def shoes(self) -> Mesh:
        foot = self.skeleton.at("leftFoot")

        def upper(p: Floats) -> Floats:
            q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]]) - np.array((foot[0], 0, 0))
            solid = ellipsoid(q, (0.002, 0.036, 0.045), (0.040, 0.034, 0.056))
            solid = smooth_min(solid, ellipsoid(q, (0, 0.040, -0.010), (0.036, 0.040, 0.042)), 0.03)
            solid = smooth_min(solid, capsule(q, (0, 0.06, -0.012), (0, 0.098, -0.012), 0.032, 0.036), 0.02)
            return np.asarray(np.maximum(solid, np.maximum(0.010 - q[:, 1], q[:, 1] - 0.100)))

        def sole(p: Floats) -> Floats:
            q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]]) - np.array((foot[0], 0, 0))
            flat = np.minimum(
                np.hypot(q[:, 0] / 0.043, (q[:, 2] - 0.044) / 0.062),
                np.hypot(q[:, 0] / 0.039, (q[:, 2] + 0.012) / 0.046),
            )
            side = (
                smooth_min(flat, np.maximum(np.abs(q[:, 0]) / 0.040, np.abs(q[:, 2] - 0.018) / 0.03), 0.2) - 1
            ) * 0.04
            return np.asarray(np.maximum(side, np.abs(q[:, 1] - 0.011) - 0.0105))

        out = []
        for field, bands, count in ((upper, [(0.086, "shoe"), (9, "trim_dark")], 560), (sole, [(9, "sole")], 300)):
            solid = polygonise(field, (-0.13, -0.01, -0.08), (0.13, 0.12, 0.13), 0.005, count)
            out.append(self.banded(solid, bands, self.hip + 0.2))
        return merge(out)
