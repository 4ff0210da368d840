"""The upper body under the clothes: its girth at each height, how it bends, and the neck."""

import numpy as np

from .arrays import Floats, Surface, Weights
from .cloth_pictures import ClothFrame
from .implicit import capsule, smooth_min, tower
from .mesh import Mesh, blend, smoothstep, tube
from .skeleton import Skeleton
from .spec import CharacterSpec

_ELBOW_M = 0.034  # half of the sleeve that bends


class Torso:
    """Say where one character's upper body is; clothes lie around it."""

    def __init__(self, spec: CharacterSpec, skeleton: Skeleton) -> None:
        self.spec, self.skeleton, self.detail = spec, skeleton, skeleton.detail
        self.shoulder, self.hip = skeleton.shoulder_height, spec.proportions.leg
        self.girth, self.wrist, self.elbow = skeleton.girth, skeleton.wrist, skeleton.elbow
        self.broad = spec.proportions.shoulders * self.girth
        self.limb = spec.proportions.limbs * self.girth
        self.frame = ClothFrame(spec, skeleton)

    def trunk(self, q: Floats, ease: float = 0.0, hem: float = 0.0, neck: float = 1.0) -> Floats:
        """Return distances of points (N, 3) to the trunk, `ease` wider; it ends `hem` above the hip's height."""
        p, g, hip, shoulder = self.spec.proportions, self.girth, self.hip, self.shoulder
        heights = [hip + hem, hip + 0.27 * p.torso, hip + 0.56 * p.torso, shoulder - 0.085]
        heights += [shoulder - 0.040, shoulder - 0.004, shoulder + 0.020]
        wide = np.array(
            [0.094 * p.hips, 0.099 * p.waist, 0.103, 0.099 * p.shoulders**0.8, 0.090 * p.shoulders, 0.066, 0.0]
        )
        wide[-2] = 0.066 * p.shoulders**0.5
        wide[-1] = 0.040 * neck
        deep = np.array([0.082 * p.hips, 0.084 * p.waist, 0.089, 0.083, 0.072, 0.056, 0.040 * neck])
        back = [0, 0, 0, 0, -0.004, -0.006, -0.006]
        return tower(q, heights, wide * g + ease, deep * g + ease, back)

    def sleeve(self, q: Floats, upper: float, fore: float, cuff: float, end: float) -> Floats:
        """Return distances to a sleeve: its radii at the shoulder, the elbow and the cuff, and where it ends."""
        yz = (self.skeleton.arm_level, -0.010)
        start, k = self.arm_start, self.limb
        solid = capsule(q, (start, *yz), (self.elbow, *yz), upper * k, fore * k)
        return smooth_min(solid, capsule(q, (self.elbow, *yz), (end, *yz), fore * k, cuff * k), 0.02)

    @property
    def arm_start(self) -> float:
        """Where the sleeve leaves the trunk, metres from the middle."""
        return self.skeleton.arm_root - 0.010 * self.girth

    def dressed(self, solid: Surface) -> Mesh:
        """Return a piece of cloth, split where the front of its picture meets the back."""
        p, n, tri = solid
        facing, middle = n[tri].mean(1)[:, 2], p[tri].mean(1)[:, 2]
        back = np.where(middle > 0.02, facing < -0.5, facing < 0)  # an edge of an opening in front belongs to it
        used_front, used_back = np.unique(tri[~back]), np.unique(tri[back])
        remap_front, remap_back = np.full(len(p), -1), np.full(len(p), -1)
        remap_front[used_front] = np.arange(len(used_front))
        remap_back[used_back] = len(used_front) + np.arange(len(used_back))
        tri = np.vstack([remap_front[tri[~back]], remap_back[tri[back]]])
        keep = np.concatenate([used_front, used_back])
        is_back = np.concatenate([np.zeros(len(used_front), bool), np.ones(len(used_back), bool)])
        p, n = p[keep], n[keep]
        return Mesh(p, n, self.frame.uv(p, is_back), tri, self.weights(p))

    def weights(self, p: Floats) -> Weights:
        """Return how clothes follow the spine, the shoulders and the arms."""
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
        place = np.interp(y, knots, np.arange(5))
        root = self.skeleton.arm_root
        low = smoothstep(shoulder - 0.135, shoulder - 0.050, y)
        arm = smoothstep(0.6 * root, 1.7 * root, x) * np.maximum(low, smoothstep(1.30 * root, 1.7 * root, x))
        collar = (
            smoothstep(0.02, 0.97 * root, x)
            * smoothstep(shoulder - 0.11, shoulder - 0.03, y)
            * 0.75
            * smoothstep(0.030, -0.01, y - shoulder)
        )
        columns = {
            bone: np.clip(1 - np.abs(place - k), 0, 1) * (1 - arm) * (1 - collar) for k, bone in enumerate(spine)
        }
        bent = smoothstep(self.elbow - _ELBOW_M, self.elbow + _ELBOW_M, x)
        elbow = 2 * np.minimum(bent, 1 - bent)
        for side, sign in (("left", 1), ("right", -1)):
            here = p[:, 0] * sign > 0
            columns[side + "Shoulder"] = collar * (1 - arm) * here
            columns[side + "UpperArm"] = arm * np.clip(1 - 2 * bent, 0, 1) * here
            columns[side + "Elbow"] = arm * elbow * here
            columns[side + "LowerArm"] = arm * np.clip(2 * bent - 1, 0, 1) * here
        return blend(self.skeleton, columns)

    def neck(self) -> Mesh:
        """Return the neck, from inside the clothes to inside the head."""
        shoulder, base = self.shoulder, self.skeleton.head_base
        k = self.spec.proportions.neck
        path = np.array(
            [
                (0, shoulder - 0.03, -0.006),
                (0, shoulder + 0.01, -0.007),
                (0, base - 0.018, -0.008),
                (0, base + 0.008, -0.009),
                (0, base + 0.06, -0.010),
                (0, base + 0.085, -0.010),
            ]
        )
        t = np.array([0, 0.35, 0.62, 0.9, 1.0, 1.0])
        weights = blend(
            self.skeleton,
            {
                "upperChest": np.clip(1 - t * 3, 0, 1),
                "neck": np.interp(t, [0, 0.35, 0.62, 1], [0.2, 1, 0.7, 0]),
                "head": np.interp(t, [0.35, 0.62, 0.9], [0, 0.3, 1]),
            },
        )
        radii = np.array([0.042, 0.034, 0.031, 0.032, 0.034, 0.030]) * k
        mesh = tube(path, radii, weights, (0.5, 0.5), sides=self.detail.count(16, 8))
        y = mesh.positions[:, 1]
        mesh.uvs = np.column_stack([np.full(len(y), 0.5), np.clip((base + 0.020 - y) / 0.10, 0.02, 0.98)])
        return mesh
