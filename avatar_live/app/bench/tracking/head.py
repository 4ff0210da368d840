"""A head of known shape with a photographed face on it, drawn at any known rotation by plain perspective.

Nothing here knows how a rotation is found: a mesh, a photograph, a pinhole camera. The face is NASA's portrait of
the astronaut Eileen Collins (public domain), which comes inside scikit-image, and twice more the same with one half
mirrored onto the other: three people, of whom two are as symmetric as their mesh. That is MediaPipe's canonical face
mesh, whose upright position is where zero degrees are. Around the face the mesh goes on as a skull, so that a turned
head keeps its hair and an outline.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.tracking.source import Pixels

Doubles = NDArray[np.float64]
Mesh = tuple[Doubles, NDArray[np.int64]]  # points (n, 3) in metres, triangles (m, 3)

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 480
FIELD_OF_VIEW_RAD: Final = math.radians(60.0)  # a laptop's webcam, which is not what the solver assumes
DISTANCE_M: Final = 0.55
OVERSAMPLING: Final = 2
MIDDLE_M: Final = 1e-6  # points nearer to the plane between the halves belong to both
NOWHERE: Final = -100.0  # on a photo: outside it
BACKGROUND: Final = (96, 104, 112)

# The face's outline, around from the forehead by the person's left ear: `FACE_OVAL` of the mesh's topology.
OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# Rings around the outline: how far out on the portrait, how far out and how far back on the head (shares of its size).
_RINGS: Final = ((1.12, 1.06, 0.10), (1.28, 1.12, 0.30), (1.44, 1.06, 0.55), (1.52, 0.80, 0.80))
_SUBPIXEL_BITS = 4
_AREA_MIN = 1e-9
_LEFT_EYE_OUTER, _RIGHT_EYE_OUTER = 263, 33


@dataclass(frozen=True, slots=True, eq=False)
class TexturedHead:
    """Hold `points_m` (n, 3) around the middle between the outer corners of the eyes (+X the person's left, +Y up, +Z
    out of the face), `triangles` (m, 3) and where each point lies on the `photo`, (n, 2) in its pixels."""

    points_m: Doubles
    triangles: NDArray[np.int64]
    on_photo: Doubles
    photo: Pixels

    def draw(self, rotation: Doubles, place_m: tuple[float, float, float] = (0.0, 0.0, -DISTANCE_M)) -> Pixels:
        """Return the picture (480, 640, 3) RGB of the head turned by `rotation` (3, 3) about its own origin."""
        width, height = WIDTH_PX * OVERSAMPLING, HEIGHT_PX * OVERSAMPLING
        focal_px = 0.5 * width / math.tan(0.5 * FIELD_OF_VIEW_RAD)
        turned = self.points_m @ rotation.T + place_m
        depth = -turned[:, 2]
        screen = np.stack(
            (0.5 * width + focal_px * turned[:, 0] / depth, 0.5 * height - focal_px * turned[:, 1] / depth), axis=1
        )
        x, y = _rasterised(screen, depth, self.triangles, self.on_photo, width, height)
        drawn = cv2.remap(self.photo, x, y, cv2.INTER_LINEAR, borderValue=BACKGROUND)
        return np.asarray(cv2.resize(drawn, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def portrait_heads(photo: Pixels, landmarks: Doubles, mesh: Mesh) -> list[TexturedHead]:
    """Return the portrait's head and the two that consist of one of its halves each."""
    points, _ = mesh
    partners = ((points[:, None] * (-1.0, 1.0, 1.0) - points[None]) ** 2).sum(axis=2).argmin(axis=1)
    heads = [textured_head(landmarks, photo, mesh)]
    for side in (1.0, -1.0):
        halved = landmarks[: len(points)].copy()
        is_replaced = side * points[:, 0] > MIDDLE_M
        halved[is_replaced] = landmarks[partners[is_replaced]]
        heads.append(textured_head(halved, photo, mesh))
    return heads


def portrait() -> Pixels:
    """Return the photograph (600, 800, 3) RGB: the astronaut's head and shoulders."""
    from skimage import data

    photo = cv2.resize(np.asarray(data.astronaut(), np.uint8), (1024, 1024), interpolation=cv2.INTER_CUBIC)
    return np.ascontiguousarray(photo[:600, 140:940], np.uint8)


def textured_head(landmarks: Doubles, photo: Pixels, mesh: Mesh) -> TexturedHead:
    """Return the head whose face is the mesh, (n, 3) metres and (m, 3), painted with a photo's (478, 3) landmarks."""
    points, triangles = mesh
    points = points - 0.5 * (points[_LEFT_EYE_OUTER] + points[_RIGHT_EYE_OUTER])
    on_photo = landmarks[: len(points), :2]
    rings, ring_photo, size = [points], [on_photo], float(np.ptp(points[list(OVAL), 1]))
    oval, oval_photo = points[list(OVAL)], on_photo[list(OVAL)]
    middle, middle_photo = oval.mean(axis=0), oval_photo.mean(axis=0)
    edges, before = [triangles], np.array(OVAL)
    for out_photo, out, back in _RINGS:
        ring = middle + (oval - middle) * out
        ring[:, 2] = oval[:, 2] - back * size
        start = sum(len(part) for part in rings)
        after = start + np.arange(len(OVAL))
        rings.append(ring)
        ring_photo.append(middle_photo + (oval_photo - middle_photo) * out_photo)
        ahead, following = np.roll(before, -1), np.roll(after, -1)
        edges += [np.stack((before, ahead, after), axis=1), np.stack((ahead, following, after), axis=1)]
        before = after
    return TexturedHead(np.concatenate(rings), np.concatenate(edges), np.concatenate(ring_photo), photo)


def read_mesh(path: Path) -> Mesh:
    """Return the points (468, 3) and the triangles of the canonical face mesh, an .obj file in centimetres."""
    lines = path.read_text().splitlines()
    points = [[0.01 * float(value) for value in line.split()[1:4]] for line in lines if line.startswith("v ")]
    faces = [[int(corner.split("/")[0]) - 1 for corner in line.split()[1:4]] for line in lines if line.startswith("f ")]
    return np.array(points), np.array(faces)


def _rasterised(
    screen: Doubles, depth: Doubles, triangles: NDArray[np.int64], values: Doubles, width: int, height: int
) -> NDArray[np.float32]:
    """Return (2, height, width) of `values` under every pixel's middle, with perspective; else `NOWHERE`."""
    owners = np.full((height, width), -1, np.int32)
    corners = np.rint((screen[triangles] - 0.5) * (1 << _SUBPIXEL_BITS)).astype(np.int32)
    # From the back to the front: the triangles are small and none pierces another.
    for number in np.argsort(-depth[triangles].mean(axis=1)).tolist():
        cv2.fillConvexPoly(owners, corners[number], number, shift=_SUBPIXEL_BITS)
    rows, columns = np.nonzero(owners >= 0)
    owned = triangles[owners[rows, columns]]
    (a, b, c), point = np.moveaxis(screen[owned], 1, 0), np.stack((columns, rows), axis=1) + 0.5
    area = _cross(b - a, c - a)
    weight_b, weight_c = _cross(point - a, c - a) / area, _cross(b - a, point - a) / area
    weights = np.stack((1.0 - weight_b - weight_c, weight_b, weight_c), axis=1) / depth[owned]
    filled = np.full((2, height, width), NOWHERE, np.float32)
    filled[:, rows, columns] = np.einsum("pk,pkv->vp", weights / weights.sum(axis=1, keepdims=True), values[owned])
    return filled


def _cross(one: Doubles, other: Doubles) -> Doubles:
    """Return the z (n,) of the cross product of vectors (n, 2); never zero."""
    z = one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0]
    return np.where(np.abs(z) < _AREA_MIN, _AREA_MIN, z)
