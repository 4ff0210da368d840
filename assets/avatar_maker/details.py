"""What is worn: drawstrings, headset, hair clips, scarf."""

import numpy as np

from .arrays import Floats
from .hair import Hair, arc_at, shell
from .implicit import polygonise
from .mesh import Mesh, blend, catmull_rom, merge, one_bone, smoothstep, tube
from .outfit import Hoodie
from .skeleton import Skeleton
from .spec import CharacterSpec
from .swatches import swatch_uv


def drawstrings(hoodie: Hoodie, skeleton: Skeleton) -> Mesh:
    """Return both strings of the hood, which swing."""
    out = []
    fall = np.array([(0.020, 0.000), (0.024, -0.016), (0.026, -0.036), (0.027, -0.058), (0.0275, -0.080)])
    for side, s in (("left", 1), ("right", -1)):
        places = np.column_stack([s * fall[:, 0], skeleton.shoulder_height + fall[:, 1]])
        points = hoodie.front(places)
        points[:, 2] += 0.003
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
        out.append(tube(path, np.full(12, 0.0030), weights, swatch_uv("trim"), sides=skeleton.detail.count(7, 4)))
        tip = np.array([path[-1], path[-1] - np.array((0, 0.012, -0.0005))])
        out.append(
            tube(tip, [0.0042, 0.0040], weights[-2:], swatch_uv("metal", 0.2), sides=skeleton.detail.count(8, 4))
        )
    return merge(out)


def headset(head: Hair) -> Mesh:
    """Return a streamer's headset: a band over the hair and two cups."""
    out, fine = [], head.skeleton.detail.count
    angle = np.linspace(-0.5 * np.pi - 0.1, 0.5 * np.pi + 0.1, 19)
    band = np.column_stack([0.150 * np.sin(angle), 0.002 + 0.168 * np.cos(angle), np.full(19, -0.012)])
    w = np.repeat(one_bone(1, "head", head.skeleton), 19, 0)
    out.append(tube(head.world(band), np.full(19, 0.0080), w, swatch_uv("pad", 0.3), sides=fine(8, 5), squash=1.7))
    for s in (1, -1):
        for x0, x1, r, name in (
            (0.126, 0.152, 0.043, "pad"),
            (0.148, 0.166, 0.036, "trim"),
            (0.164, 0.169, 0.022, "lace"),
        ):
            n = fine(7, 5)
            t = np.linspace(0, np.pi, n)
            x = (x0 + x1) / 2 - (x1 - x0) / 2 * np.cos(t)
            rr = r * (0.80 + 0.20 * np.sin(t))
            path = np.column_stack([s * x, np.full(n, -0.016), np.full(n, -0.012)])
            path[0, 0], path[-1, 0] = s * (x0 - 1e-4), s * (x1 + 1e-4)
            out.append(tube(head.world(path), rr, w[:n], swatch_uv(name, 0.3), sides=fine(20, 8)))
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
                sides=head.skeleton.detail.count(8, 4),
            )
        )
    return merge(out)


def scarf(spec: CharacterSpec, skeleton: Skeleton) -> Mesh:
    """Return a scarf: a soft ring about the neck and an end that hangs from its knot and swings."""
    shoulder, k = skeleton.shoulder_height, spec.proportions.neck * spec.proportions.build**0.5
    high = 0.5 * (shoulder + 0.012 + skeleton.head_base - 0.020)

    def ring(p: Floats) -> Floats:
        turn = np.arctan2(p[:, 0], p[:, 2])
        level = p[:, 1] - high + 0.010 * np.cos(turn)
        away = np.hypot(p[:, 0], (p[:, 2] + 0.004) / 1.04) - 0.058 * k
        folds = 0.0030 * np.sin(3 * turn + 150 * level)
        return np.asarray((np.hypot(away / 0.021, level / 0.027) - 1) * 0.021 + folds)

    wide = 0.10 * k
    low, top = (-wide, high - 0.055, -wide), (wide, high + 0.055, wide)
    p, n, tri = polygonise(ring, low, top, skeleton.detail.cell(0.0044), skeleton.detail.faces(1300))
    weights = blend(
        skeleton,
        {"upperChest": smoothstep(0.02, -0.02, p[:, 1] - high), "neck": smoothstep(-0.02, 0.02, p[:, 1] - high)},
    )
    out = [Mesh(p, n, swatch_uv("trim", np.full(len(p), 0.5)), tri, weights)]
    fall = np.array([(0.030, 0.0, 0.062), (0.042, -0.055, 0.104), (0.047, -0.115, 0.122), (0.048, -0.180, 0.128)])
    stem = catmull_rom(fall * (k, 1, 1.02 * spec.proportions.build) + (0, high - 0.004, 0), 12)
    bones = skeleton.add_spring_chain(
        "scarf",
        "upperChest",
        stem[[0, 4, 8, 11]],
        stiffness=0.7,
        drag=0.4,
        gravity=0.10,
        radius=0.012,
        colliders=("chest",),
    )
    t, sides = np.linspace(0, 1, 12), skeleton.detail.count(12, 6)
    radii = 0.020 + 0.010 * t
    radii[-1] = 0.026
    end = tube(stem, radii, skeleton.chain_weights(bones, "upperChest", t), swatch_uv("trim"), sides=sides, squash=0.30)
    stripe = tube(
        stem[8:10],
        radii[8:10] + 0.0016,
        skeleton.chain_weights(bones, "upperChest", t)[8:10],
        swatch_uv("lace"),
        sides=sides,
        squash=0.36,
    )
    knot = tube(
        stem[0]
        + np.array([(-0.020, 0.006, 0.002), (-0.008, 0.002, 0.010), (0.010, -0.002, 0.011), (0.022, -0.004, 0.004)])
        * k,
        [0.006, 0.020, 0.020, 0.006],
        np.repeat(blend(skeleton, {"upperChest": np.ones(1)}), 4, 0),
        swatch_uv("trim"),
        sides=sides,
    )
    return merge([*out, end, stripe, knot])
