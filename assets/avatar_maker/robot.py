"""What a robot is made of: a shell with jointed arms, the frame of its screen, ears with antennas."""

import numpy as np

from .arrays import Floats
from .cloth_pictures import ClothFrame
from .face_shape import HeadShape
from .implicit import capsule, ellipsoid, polygonise, smooth_max, smooth_min
from .mesh import Mesh, catmull_rom, merge, one_bone, tube
from .picture import Picture, mix, shaded
from .skeleton import Skeleton
from .skin_pictures import SCREEN, SCREEN_Y
from .spec import CharacterSpec
from .swatches import swatch_uv
from .torso import Torso

_ANTENNA = ((0.128, 0.020, -0.004), (0.158, 0.074, -0.010), (0.166, 0.130, -0.018), (0.160, 0.178, -0.022))


class Shell:
    """Make one robot's upper body."""

    def __init__(self, torso: Torso) -> None:
        self.torso = torso

    def mesh(self) -> Mesh:
        """Return the shell with shoulders, ribbed arms and cuffs."""
        t = self.torso
        reach = t.wrist + 0.02
        low, high = (-reach, t.hip - 0.02, -0.15 * t.girth), (reach, t.shoulder + 0.05, 0.16 * t.girth)
        return t.dressed(polygonise(self._field, low, high, t.detail.cell(0.0056), t.detail.faces(5200)))

    def _field(self, p: Floats) -> Floats:
        t, g, k = self.torso, self.torso.girth, self.torso.limb
        q = np.column_stack([np.abs(p[:, 0]), p[:, 1], p[:, 2]])
        middle, tall = t.hip + 0.56 * (t.shoulder - t.hip), 0.60 * (t.shoulder - t.hip)
        body = ellipsoid(q, (0, middle, 0.002), np.array((0.118, tall / g, 0.104)) * g)
        body = smooth_max(body, (t.hip + 0.028) - q[:, 1], 0.02)
        collar = smooth_max(
            np.hypot(q[:, 0], q[:, 2] + 0.006) - 0.056, np.abs(q[:, 1] - t.shoulder - 0.004) - 0.011, 0.012
        )
        body = smooth_min(body, collar, 0.008)
        yz = (t.skeleton.arm_level, -0.010)
        root, cuff = t.skeleton.arm_root, t.elbow + 0.030
        ball = np.linalg.norm(q - (root + 0.004, *yz), axis=1) - 0.046 * k
        arm = capsule(q, (root, *yz), (t.wrist - 0.03, *yz), 0.0285 * k, 0.0285 * k)
        fore = capsule(q, (cuff, *yz), (t.wrist - 0.020, *yz), 0.034 * k, 0.050 * k)
        fore = smooth_max(fore, np.maximum(cuff - 0.006 - q[:, 0], q[:, 0] - (t.wrist - 0.012)), 0.010)
        return np.asarray(np.minimum(np.minimum(np.minimum(body, ball), arm), fore))


def shell_picture(spec: CharacterSpec, frame: ClothFrame) -> bytes:
    """Return the picture of a robot's shell: panels with seams, dark ribs, lit rings and a lit mark."""
    p, skeleton = spec.palette, frame.skeleton
    seam = mix(p.cloth, p.cloth_shade, 0.8)

    def side(pic: Picture, is_back: bool) -> None:
        middle = frame.hip + 0.52 * (frame.shoulder - frame.hip)
        pic.box(-0.2, frame.hip - 0.1, 0.2, frame.hip + 0.062, colour=p.trim)
        pic.box(-0.2, frame.hip + 0.062, 0.2, frame.hip + 0.070, colour=p.trim_dark)
        belly = (0.062, 0.052) if not is_back else (0.070, 0.060)
        for grow, colour in ((0.006, seam), (0.004, p.trim_dark), (0.0, "#1a2340")):
            w, h = belly[0] + grow, belly[1] + grow
            pic.rounded(-w, middle + h, w, middle - h, 0.030 + grow, colour=colour)
        for n, tall in enumerate((0.30, 0.62, 0.95, 0.55, 0.80, 0.38)):
            x, high = (n - 2.5) * 0.0165, tall * 0.034
            pic.rounded(
                x - 0.0050,
                middle - high,
                x + 0.0050,
                middle + high,
                0.005,
                colour=p.iris_light if n % 2 else p.iris_mid,
            )
        pic.box(-0.057, frame.shoulder - 0.006, 0.057, frame.shoulder + 0.05, colour=p.trim_dark)
        for g in (1, -1):
            ball, cuff = skeleton.arm_root + 0.042, skeleton.elbow + 0.022
            for a, b, colour in (
                (ball, cuff, p.legs),
                (ball - 0.004, ball, p.trim),
                (cuff + 0.004, cuff + 0.010, seam),
                (frame.wrist - 0.040, frame.wrist - 0.030, p.iris_light),
                (frame.wrist - 0.022, 0.8, p.trim),
            ):
                pic.box(min(g * a, g * b), frame.shoulder - 0.2, max(g * a, g * b), frame.shoulder + 0.1, colour=colour)
            for x in np.arange(ball + 0.006, cuff - 0.004, 0.0105):
                pic.line(
                    [(g * x, frame.shoulder - 0.2), (g * x, frame.shoulder + 0.1)],
                    colour=shaded(p.legs, p.cloth_shade),
                    width=0.0042,
                )

    return frame.painted(spec, side, {"hood": p.trim, "lining": p.trim_dark})


def screen_frame(head: HeadShape, skeleton: Skeleton) -> Mesh:
    """Return the frame around a robot's screen."""
    w, h, corner = SCREEN
    turn = np.linspace(0, 2 * np.pi, skeleton.detail.count(64, 24), endpoint=False)
    out = np.column_stack([np.cos(turn), np.sin(turn)])
    xy = np.sign(out) * ((w - corner, h - corner) * (np.abs(out) > 1e-9)) + corner * out + (0, SCREEN_Y)
    path = head.lift(np.vstack([xy, xy[:1]]), 0.0005) * skeleton.head_scale + skeleton.head_centre
    weights = one_bone(len(path), "head", skeleton)
    return tube(path, np.full(len(path), 0.0042), weights, swatch_uv("trim_dark"), sides=skeleton.detail.count(8, 5))


def antennas(skeleton: Skeleton) -> Mesh:
    """Return round ears with a lamp and an antenna each, which swings."""
    out = []
    fine = skeleton.detail.count(18, 8)

    def world(points: Floats) -> Floats:
        return np.asarray(points * skeleton.head_scale + skeleton.head_centre)

    for side, s in (("left", 1), ("right", -1)):
        for x0, x1, r, name in (
            (0.116, 0.140, 0.046, "trim"),
            (0.134, 0.149, 0.034, "trim_dark"),
            (0.146, 0.152, 0.022, "lamp"),
        ):
            turn = np.linspace(0, np.pi, 6)
            x = (x0 + x1) / 2 - (x1 - x0) / 2 * np.cos(turn)
            path = np.column_stack([s * x, np.full(6, -0.012), np.full(6, -0.004)])
            weights = one_bone(6, "head", skeleton)
            out.append(tube(world(path), r * (0.80 + 0.20 * np.sin(turn)), weights, swatch_uv(name, 0.3), sides=fine))
        stem = world(np.array(_ANTENNA) * (s, 1, 1))
        bones = skeleton.add_spring_chain("antenna_" + side, "head", stem, stiffness=1.6, drag=0.28, radius=0.01)
        along = np.linspace(0, 1, 10)
        path = catmull_rom(stem, 10)
        weights = skeleton.chain_weights(bones, "head", along)
        out.append(
            tube(path, 0.0048 - 0.002 * along, weights, swatch_uv("trim_dark"), sides=skeleton.detail.count(8, 5))
        )
        turn = np.linspace(0, np.pi, 9)
        ball = stem[-1] - np.column_stack([0 * turn, 0.0135 * np.cos(turn), 0 * turn])
        radii = np.maximum(0.0135 * np.sin(turn), 0.0004)
        out.append(tube(ball, radii, np.repeat(weights[-1:], 9, 0), swatch_uv("lamp", 0.1), sides=fine))
    return merge(out)
