"""What is worn or grows: drawstrings, headset, hair clips, animal ears, tail."""

import numpy as np

from .cloth_pictures import swatch_uv
from .hair import Hair, arc_at, shell
from .mesh import Mesh, catmull_rom, grid_triangles, merge, one_bone, smooth_normals, tube, unit
from .outfit import Outfit
from .skeleton import Skeleton
from .spec import CharacterSpec


def drawstrings(outfit: Outfit, skeleton: Skeleton) -> Mesh:
    """Return both strings of the hood, which swing."""
    out, shoulder = [], outfit.shoulder
    for side, s in (("left", 1), ("right", -1)):
        heights = [shoulder + 0.000, shoulder - 0.016, shoulder - 0.036, shoulder - 0.058, shoulder - 0.080]
        points = np.array(
            [
                outfit.front_of_hoodie(s * x, y) + np.array((0, 0, 0.003))
                for x, y in zip((0.020, 0.024, 0.026, 0.027, 0.0275), heights, strict=True)
            ]
        )
        points[:, 2] = np.maximum.accumulate(points[::-1, 2])[::-1] * 0.3 + points[:, 2] * 0.7
        path = catmull_rom(points, 12)
        bones = skeleton.add_spring_chain(
            "string_" + side,
            "upperChest",
            [path[0], path[4], path[8], path[11]],
            stiffness=0.6,
            drag=0.35,
            gravity=0.08,
            radius=0.006,
            colliders=("chest",),
        )
        t = np.linspace(0, 1, 12)
        weights = skeleton.chain_weights(bones, "upperChest", t)
        out.append(tube(path, np.full(12, 0.0030), weights, swatch_uv("trim"), sides=7))
        tip = np.array([path[-1], path[-1] - np.array((0, 0.012, -0.0005))])
        out.append(tube(tip, [0.0042, 0.0040], weights[-2:], swatch_uv("metal", 0.2), sides=8))
    return merge(out)


def headset(head: Hair) -> Mesh:
    """Return a streamer's headset: a band over the hair and two cups."""
    out = []
    angle = np.linspace(-0.5 * np.pi - 0.1, 0.5 * np.pi + 0.1, 19)
    band = np.column_stack([0.162 * np.sin(angle), 0.002 + 0.178 * np.cos(angle), np.full(19, -0.012)])
    w = np.repeat(one_bone(1, "head", head.skeleton), 19, 0)
    out.append(tube(head.world(band), np.full(19, 0.0080), w, swatch_uv("pad", 0.3), sides=8, squash=1.7))
    for s in (1, -1):
        for x0, x1, r, name in (
            (0.140, 0.160, 0.041, "pad"),
            (0.157, 0.174, 0.035, "trim"),
            (0.172, 0.177, 0.021, "lace"),
        ):
            n = 5
            t = np.linspace(0, np.pi, n)
            x = (x0 + x1) / 2 - (x1 - x0) / 2 * np.cos(t)
            rr = r * (0.80 + 0.20 * np.sin(t))
            path = np.column_stack([s * x, np.full(n, -0.016), np.full(n, -0.012)])
            path[0, 0], path[-1, 0] = s * (x0 - 1e-4), s * (x1 + 1e-4)
            out.append(tube(head.world(path), rr, w[:n], swatch_uv(name, 0.3), sides=16))
    return merge(out)


def hair_clip(head: Hair) -> Mesh:
    """Return two hair clips over the left temple."""
    out = []
    for k, (theta, high) in enumerate(((0.62, 0.060), (0.70, 0.046))):
        a = [
            shell(
                theta - 0.13 + 0.26 * f,
                arc_at(high + 0.010 * (f - 0.5) * (1 if k else -1)),
                0.0125 + 0.002 * np.sin(np.pi * f),
            )
            for f in np.linspace(0, 1, 6)
        ]
        w = np.repeat(one_bone(1, "head", head.skeleton), 6, 0)
        out.append(
            tube(
                head.world(np.array(a)),
                np.array([0.0030, 0.0042, 0.0044, 0.0044, 0.0042, 0.0030]),
                w,
                swatch_uv("trim", 0.3),
                sides=8,
            )
        )
    return merge(out)


def animal_ears(head: Hair) -> Mesh:
    """Return two ears that swing."""
    out = []
    for side, s in (("left", 1), ("right", -1)):
        root, tip = np.array([s * 0.072, 0.108, -0.010]), np.array([s * 0.118, 0.232, -0.006])
        bones = head.skeleton.add_spring_chain(
            "ear_" + side, "head", head.world(np.array([root, (root + tip) / 2, tip])), stiffness=2.4, drag=0.5
        )
        t, rings, sides = np.linspace(0, 1, 10), 10, 14
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
                uv[tt > 0.72] = swatch_uv("tail_tip")
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
    t = np.linspace(0, 1, 20)
    radii = 0.012 + 0.052 * np.sin(np.pi * np.clip(t, 0, 1) ** 1.3) ** 0.9
    radii[-1] = 0.002
    mesh = tube(
        points,
        radii,
        skeleton.chain_weights(bones, "hips", t),
        swatch_uv("ear_fur"),
        sides=16,
        up=(0, 0.3, 1),
    )
    tt = np.concatenate([np.repeat(t, 16), [0, 1]])
    mesh.uvs = swatch_uv("ear_fur", 0.2 + 0 * tt)
    mesh.uvs[tt > 0.66] = swatch_uv("tail_tip")
    return mesh
