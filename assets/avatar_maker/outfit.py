"""Hoodie and bare skin."""

import numpy as np

from .arrays import Floats, Weights
from .cloth_pictures import hoodie_uv
from .hands import hands
from .implicit import capsule, ellipsoid, polygonise, smooth_min, tower
from .mesh import Mesh, blend, merge, smoothstep, tube
from .skeleton import Skeleton
from .spec import CharacterSpec


class Outfit:
    """Dress the upper body of one character."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.spec, self.skeleton = spec, skeleton
        self.shoulder, self.hip = skeleton.shoulder_height, spec.proportions.leg
        self.girth, self.wrist = spec.proportions.build, skeleton.wrist

    def hoodie_field(self, p: Floats) -> Floats:
        shoulder, hip, g = self.shoulder, self.hip, self.girth
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        heights = [
            hip - 0.010,
            hip + 0.020,
            hip + 0.046,
            hip + 0.085,
            shoulder - 0.150,
            shoulder - 0.085,
            shoulder - 0.040,
            shoulder - 0.004,
            shoulder + 0.020,
        ]
        body = tower(
            q,
            heights,
            np.array([0.096, 0.098, 0.112, 0.115, 0.108, 0.099, 0.090, 0.066, 0.040]) * g,
            np.array([0.082, 0.084, 0.096, 0.097, 0.091, 0.083, 0.072, 0.056, 0.040]) * g,
            [0, 0, 0, 0, 0, 0, -0.004, -0.006, -0.006],
        )
        yz = (shoulder - 0.020, -0.010)
        start, elbow, cuff = 0.078 * g, 0.088 * g + self.spec.proportions.arm * 0.5, self.wrist - 0.036
        sleeve = capsule(q, (start, *yz), (elbow, *yz), 0.046 * g, 0.046 * g)
        sleeve = smooth_min(sleeve, capsule(q, (elbow, *yz), (cuff - 0.022, *yz), 0.046 * g, 0.047 * g), 0.02)
        rib = capsule(q, (cuff, *yz), (self.wrist - 0.010, *yz), 0.031 * g, 0.028 * g)
        rib = np.maximum(rib, q[:, 0] - (self.wrist - 0.002))
        sleeve = smooth_min(sleeve, rib, 0.010)
        return smooth_min(body, sleeve, 0.045)

    def hood_field(self, p: Floats) -> Floats:
        shoulder = self.shoulder
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        angle = np.linspace(0, np.pi, 11)
        rise = (1 - np.cos(angle)) / 2
        ring = np.column_stack(
            [0.066 * np.sin(angle), shoulder + 0.004 + 0.034 * rise, -0.008 + 0.062 * np.cos(angle) - 0.020 * rise]
        )
        radius = 0.0185 + 0.015 * rise
        solid = np.full(len(q), 1.0)
        for a, b, ra, rb in zip(ring[:-1], ring[1:], radius[:-1], radius[1:], strict=True):
            solid = np.minimum(solid, capsule(q, a, b, ra, rb))
        bag = ellipsoid(q, (0, shoulder - 0.030, -0.092), (0.078, 0.064, 0.034))
        solid = smooth_min(solid, bag, 0.03)
        hollow = ellipsoid(q, (0, shoulder + 0.050, -0.012), (0.047, 0.055, 0.044))
        return -smooth_min(-solid, hollow, 0.012)

    def hoodie(self) -> Mesh:
        """Return the hoodie, split where the front of its picture meets the back, and its hood."""
        shoulder, hip = self.shoulder, self.hip
        reach = self.wrist + 0.02
        p, n, tri = polygonise(
            self.hoodie_field, (-reach, hip - 0.03, -0.15), (reach, shoulder + 0.09, 0.13), 0.0062, 3800
        )
        face = n[tri].mean(1)
        back = face[:, 2] < 0
        used_front, used_back = np.unique(tri[~back]), np.unique(tri[back])
        remap_front, remap_back = np.full(len(p), -1), np.full(len(p), -1)
        remap_front[used_front] = np.arange(len(used_front))
        remap_back[used_back] = len(used_front) + np.arange(len(used_back))
        tri = np.vstack([remap_front[tri[~back]], remap_back[tri[back]]])
        keep = np.concatenate([used_front, used_back])
        is_back = np.concatenate([np.zeros(len(used_front), bool), np.ones(len(used_back), bool)])
        p, n = p[keep], n[keep]
        uv = hoodie_uv(p, shoulder, is_back)
        return merge([Mesh(p, n, uv, tri, self.torso_weights(p)), self.hood()])

    def hood(self) -> Mesh:
        shoulder = self.shoulder
        p, n, tri = polygonise(
            self.hood_field, (-0.13, shoulder - 0.12, -0.16), (0.13, shoulder + 0.10, 0.10), 0.0045, 1100
        )
        plain = np.column_stack(
            [p[:, 0], np.full(len(p), shoulder - 0.060), p[:, 2]]
        )  # an unprinted level of the picture
        weights = self.torso_weights(
            np.column_stack([p[:, 0] * 0.3, np.clip(p[:, 1], shoulder - 0.03, shoulder + 0.02), p[:, 2]])
        )
        return Mesh(p, n, hoodie_uv(plain * np.array((0.3, 1, 1)), shoulder, np.ones(len(p), bool)), tri, weights)

    def torso_weights(self, p: Floats) -> Weights:
        at, shoulder = self.skeleton.at, self.shoulder
        x, y = np.abs(p[:, 0]), p[:, 1]
        spine = ["hips", "spine", "chest", "upperChest", "neck"]
        knots = [
            at("hips")[1] + 0.01,
            at("spine")[1] + 0.02,
            at("chest")[1] + 0.02,
            at("upperChest")[1] + 0.03,
            shoulder + 0.055,
        ]
        trunk = {b: np.zeros(len(p)) for b in spine}
        place = np.interp(y, knots, np.arange(5))
        for k, b in enumerate(spine):
            trunk[b] = np.clip(1 - np.abs(place - k), 0, 1)
        g = self.girth
        low = smoothstep(shoulder - 0.135, shoulder - 0.050, y)
        arm = smoothstep(0.052 * g, 0.150 * g, x) * np.maximum(low, smoothstep(0.115 * g, 0.15 * g, x))
        collar = (
            smoothstep(0.02, 0.085 * g, x)
            * smoothstep(shoulder - 0.11, shoulder - 0.03, y)
            * 0.75
            * smoothstep(0.030, -0.01, y - shoulder)
        )
        elbow = 0.088 * g + self.spec.proportions.arm * 0.5
        fore = smoothstep(elbow - 0.028, elbow + 0.028, x)
        columns = {b: w * (1 - arm) * (1 - collar) for b, w in trunk.items()}
        for side, sign in (("left", 1), ("right", -1)):
            here = p[:, 0] * sign > 0
            columns[side + "Shoulder"] = collar * (1 - arm) * here
            columns[side + "UpperArm"] = arm * (1 - fore) * here
            columns[side + "LowerArm"] = arm * fore * here
        return blend(self.skeleton, columns)

    def neck(self) -> Mesh:
        shoulder, base = self.shoulder, self.skeleton.head_base
        path = np.array(
            [
                (0, shoulder - 0.03, -0.006),
                (0, shoulder + 0.01, -0.007),
                (0, base - 0.018, -0.006),
                (0, base + 0.008, -0.003),
                (0, base + 0.05, -0.002),
            ]
        )
        t = np.array([0, 0.35, 0.62, 0.9, 1.0])
        weights = blend(
            self.skeleton,
            {
                "upperChest": np.clip(1 - t * 3, 0, 1),
                "neck": np.interp(t, [0, 0.35, 0.62, 1], [0.2, 1, 0.7, 0]),
                "head": np.interp(t, [0.35, 0.62, 0.9], [0, 0.3, 1]),
            },
        )
        mesh = tube(path, [0.042, 0.034, 0.031, 0.033, 0.036], weights, (0.5, 0.5), sides=16)
        y = mesh.positions[:, 1]
        mesh.uvs = np.column_stack([np.full(len(y), 0.5), np.clip((base + 0.012 - y) / 0.10, 0.02, 0.98)])
        return mesh

    def skin(self) -> Mesh:
        """Return the skin that the clothes leave bare: neck and hands."""
        return merge([self.neck(), hands(self.skeleton)])

    def front_of_hoodie(self, x: float, y: float) -> Floats:
        """Return the point of the hoodie's front seen at (x, y)."""
        p = np.array([[x, y, 0.16]])
        for _ in range(60):
            p[:, 2] -= 0.8 * self.hoodie_field(p)
        return np.asarray(p[0])
