"""The head as a smooth solid, in head-local metres (origin mid-head, +Z the face), and where the face lies on it."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from .arrays import Floats
from .implicit import capsule, ellipsoid, gradient, smooth_max, smooth_min
from .mesh import smoothstep, unit
from .spec import CharacterSpec

EYE: Final = (0.0475, -0.026)  # centre of the left eye opening of the plainest face, seen from the front
MOUTH_Y: Final = -0.0865
MOUTH_HALF_WIDTH: Final = 0.0185
MOUTH_HALF_HEIGHT: Final = 0.0060
CHIN_FROM: Final = -0.055  # height below which a longer chin stretches the face
_STILL_M = 1e-11  # a search that moves less has arrived


class HeadShape:
    """Hold one character's head; distances are right near its skin and never too long by more than a fifth."""

    def __init__(self, spec: CharacterSpec) -> None:
        self.kind, self.face, self.eyes = spec.head, spec.face, spec.eyes
        self.eye = np.array([EYE[0] * spec.eyes.spacing, EYE[1] + spec.eyes.rise])
        mouth_y = CHIN_FROM + (MOUTH_Y - CHIN_FROM) * spec.face.chin + spec.face.mouth_rise
        self.mouth = np.array([0.0, mouth_y + (0.009 if self.kind == "robot" else 0.0)])
        self.mouth_half = np.array([MOUTH_HALF_WIDTH * spec.face.mouth_width, MOUTH_HALF_HEIGHT])
        self.opening = 0.62 if self.kind == "robot" else 1.0  # how far the mouth opens, against a plain one
        self.chin_y = CHIN_FROM + (-0.122 - CHIN_FROM) * spec.face.chin

    def soft_skull(self, p: Floats) -> Floats:
        """Return distances (N,) to the head without nose and sockets; its slope gives clean toon shading."""
        if self.kind == "robot":
            return _superellipsoid(p - np.array((0, -0.012, 0)), (0.128, 0.104, 0.106), 3.2)
        q = self._plain(p)
        sharp = self.face.chin_sharpness
        cranium = ellipsoid(q, (0, 0.028, -0.012), (0.110, 0.106, 0.114))
        face = ellipsoid(q, (0, -0.040, 0.012), (0.0955, 0.080, 0.081))
        chin = ellipsoid(q, (0, -0.100, 0.046), (0.024 / sharp**1.5, 0.024 + 0.003 * sharp, 0.038))
        solid = smooth_min(smooth_min(cranium, face, 0.05), chin, 0.05)
        solid = smooth_max(solid, _under_jaw(q), 0.030)
        if self.kind == "fox":
            muzzle = ellipsoid(p, (0, self.mouth[1] + 0.012, 0.078), (0.040, 0.029, 0.042))
            solid = smooth_min(solid, muzzle, 0.030)
        return solid

    def skull(self, p: Floats) -> Floats:
        """Return distances (N,) to the head with nose, eye sockets, cheeks and lips."""
        solid = self.soft_skull(p)
        if self.kind == "robot":
            return solid
        x, y, z = np.abs(p[..., 0]), p[..., 1], p[..., 2]
        front = np.clip(z / 0.05, 0, 1)

        def bump(cx: float, cy: float, sx: float, sy: float) -> Floats:
            return np.exp(-(((x - cx) / sx) ** 2) - ((y - cy) / sy) ** 2) * front

        solid = solid + 0.0018 * bump(self.eye[0] - 0.0015, self.eye[1] + 0.010, 0.026, 0.022)  # eye sockets
        solid = solid - 0.0030 * self.face.cheeks * bump(0.056, -0.070, 0.024, 0.020)
        solid = solid - 0.0016 * bump(0.0, self.mouth[1] + 0.0005, 0.022, 0.012)  # lips
        if self.kind == "fox":
            return solid
        size = self.face.nose
        root, tip = (0, -0.036 + 0.014 * (size - 1), 0.0865), (0, -0.056, 0.0925 + 0.0045 * (size - 1))
        nose = capsule(p, root, tip, 0.003 * size**0.5, 0.0052 * size**0.4)
        return smooth_min(solid, nose, 0.013)

    def lift(self, xy: Floats, depth: float = 0.0) -> Floats:
        """Front-view (x, y) to the point of the face seen there, `depth` in front of it."""
        p = np.column_stack([xy[:, 0], xy[:, 1], np.full(len(xy), 0.2)])
        for _ in range(70):
            nearer = np.maximum(p[:, 2] - 0.8 * self.skull(p), 0.0)
            still = np.abs(nearer - p[:, 2]).max() < _STILL_M
            p[:, 2] = nearer
            if still:
                break
        p[:, 2] += depth
        return p

    def project(self, p: Floats, offset: ArrayLike) -> Floats:
        """Nearest points at signed distance `offset` from the skin."""
        p, height = p.copy(), np.asarray(offset, float)
        for _ in range(6):
            slope = gradient(self.skull, p)
            p -= ((self.skull(p) - height) / np.maximum((slope**2).sum(1), 0.3))[:, None] * slope
        return p

    def skin_normals(self, p: Floats) -> Floats:
        """Mostly the soft skull's slope: shading without creases, with a hint of the nose."""
        return unit(0.85 * unit(gradient(self.soft_skull, p, 4e-3)) + 0.15 * unit(gradient(self.skull, p)))

    def shell_radius(self, direction: Floats, offset: float = 0.0) -> Floats:
        """Distance from the origin to the skull (no nose) along unit directions."""
        r = np.full(len(direction), 0.2)
        for _ in range(60):
            step = 0.8 * (self.soft_skull(direction * r[:, None]) - offset)
            r -= step
            if np.abs(step).max() < _STILL_M:
                break
        return r

    def from_plane(self, q: Floats) -> Floats:
        """Folds what `to_plane` unfolded back onto the skin."""
        angle = np.linalg.norm(q, axis=1)
        d = np.column_stack([unit(q) * np.sin(angle)[:, None], np.cos(angle)])
        r = np.full(len(d), 0.2)
        for _ in range(60):
            step = 0.8 * self.skull(d * r[:, None])
            r -= step
            if np.abs(step).max() < _STILL_M:
                break
        return np.asarray(d * r[:, None])

    def _plain(self, p: Floats) -> Floats:
        """Return where points (N, 3) of this head lie on the plainest one, which is narrower or wider, not longer."""
        face, y = self.face, p[..., 1]
        at_jaw = smoothstep(-0.045, -0.100, y)
        at_cheeks = smoothstep(0.055, -0.020, y) * (1 - at_jaw)
        wide = 1 + (face.width * (1 + 0.015 * (face.cheeks - 1)) - 1) * at_cheeks + (face.jaw - 1) * at_jaw
        below = np.minimum(y - CHIN_FROM, 0.0)
        return np.stack([p[..., 0] / wide, y - below * (1 - 1 / face.chin), p[..., 2]], -1)


def to_plane(p: Floats) -> Floats:
    """Unfolds the head around its front: angle from +Z as distance from the middle."""
    d = unit(p)
    angle = np.arccos(np.clip(d[:, 2], -1, 1))
    return unit(d[:, :2]) * angle[:, None]


def _under_jaw(p: Floats) -> Floats:
    """Cut the head below the line from the chin to the ear."""
    slope = np.array((0.0, -0.894, -0.447))
    return np.asarray((p - np.array((0.0, -0.1215, 0.062))) @ slope)


def _superellipsoid(p: Floats, radii: tuple[float, float, float], power: float) -> Floats:
    q = np.abs(p / np.array(radii))
    return np.asarray(((q**power).sum(-1) ** (1 / power) - 1) * min(radii))
