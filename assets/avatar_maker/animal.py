"""What grows on animals: ears and a tail."""

import numpy as np

from .hair import Hair
from .mesh import Mesh, catmull_rom, grid_triangles, merge, smooth_normals, tube, unit
from .skeleton import Skeleton
from .spec import CharacterSpec
from .swatches import swatch_uv


def animal_ears(head: Hair) -> Mesh:
    """Return two ears that swing."""
    out = []
    for side, s in (("left", 1), ("right", -1)):
        low = 0.0 if head.meshes and head.head.kind == "human" else 0.020  # fur lies closer than hair
        root, tip = np.array([s * 0.070, 0.108 - low, -0.010]), np.array([s * 0.116, 0.232 - low, -0.006])
        bones = head.skeleton.add_spring_chain(
            "ear_" + side, "head", head.world(np.array([root, (root + tip) / 2, tip])), stiffness=2.4, drag=0.5
        )
        fine = head.skeleton.detail.count
        rings, sides = fine(10, 5), fine(14, 6)
        t = np.linspace(0, 1, rings)
        axis, across = unit(tip - root), unit(np.cross(tip - root, (0, 0, 1)))
        front = np.cross(across, axis)
        front = front * np.sign(front[2])
        a = np.linspace(0, 2 * np.pi, sides, endpoint=False)
        width = 0.044 * (1 - t**1.7) ** 0.85 + 0.0006
        depth = 0.028 * (1 - t**2) + 0.0006
        for inner in (False, True):
            k = 0.66 if inner else 1.0
            centre = root + np.outer(t * (0.86 if inner else 1) + (0.05 if inner else 0), tip - root)
            if inner:
                centre = centre + front * (depth * 0.55 + 0.002)[:, None]
            ring = (
                centre[:, None]
                + across * (width[:, None] * k * np.cos(a))[..., None]
                + front
                * (depth[:, None] * (0.5 if inner else 1) * np.sin(a) * np.where(np.sin(a) > 0, 0.55, 1))[..., None]
            )
            p = head.world(ring.reshape(-1, 3))
            tri = grid_triangles(rings, sides, closed=True)
            n = smooth_normals(p, tri)
            if (n * (p - np.repeat(head.world(centre), sides, 0))).sum() < 0:
                tri, n = tri[:, ::-1], -n
            tt = np.repeat(t, sides)
            uv = swatch_uv("ear_inner" if inner else "ear_fur", 1 - tt)
            if not inner:
                uv[tt > 0.70] = swatch_uv("tail_tip")
            out.append(Mesh(p, n, uv, tri, head.skeleton.chain_weights(bones, "head", tt)))
    return merge(out)


def tail(spec: CharacterSpec, skeleton: Skeleton) -> Mesh:
    """Return a bushy tail that swings."""
    hip = spec.proportions.leg
    points = catmull_rom(
        [
            (0, hip - 0.01, -0.075),
            (0.03, hip - 0.055, -0.16),
            (0.10, hip - 0.05, -0.24),
            (0.18, hip + 0.05, -0.25),
            (0.215, hip + 0.17, -0.22),
            (0.20, hip + 0.25, -0.20),
        ],
        20,
    )
    bones = skeleton.add_spring_chain(
        "tail",
        "hips",
        [points[k] for k in (0, 4, 8, 12, 16, 19)],
        stiffness=0.7,
        drag=0.4,
        gravity=0.0,
        radius=0.03,
    )
    t, sides = np.linspace(0, 1, 20), skeleton.detail.count(16, 6)
    radii = 0.012 + 0.052 * np.sin(np.pi * np.clip(t, 0, 1) ** 1.3) ** 0.9
    radii[-1] = 0.002
    mesh = tube(
        points,
        radii,
        skeleton.chain_weights(bones, "hips", t),
        swatch_uv("ear_fur"),
        sides=sides,
        up=(0, 0.3, 1),
    )
    tt = np.concatenate([np.repeat(t, sides), [0, 1]])
    mesh.uvs = swatch_uv("ear_fur", 0.2 + 0 * tt)
    mesh.uvs[tt > 0.66] = swatch_uv("tail_tip")
    return mesh
