"""A head of known shape with a photographed face on it, drawn at any known rotation by plain perspective.

Nothing here knows how a head's rotation is found: a mesh, a photograph, a pinhole camera and a depth buffer. The face
is NASA's portrait of the astronaut Eileen Collins (public domain), which comes inside scikit-image; the mesh is
MediaPipe's canonical face mesh where the shared test data is present, else the portrait's own 478 landmarks, upright.
Around the face the mesh goes on as a skull, so that a turned head keeps its hair and an outline.
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

WIDTH_PX: Final = 640
HEIGHT_PX: Final = 480
FIELD_OF_VIEW_RAD: Final = math.radians(60.0)  # a laptop's webcam, which is not what the solver assumes
DISTANCE_M: Final = 0.55
OVERSAMPLING: Final = 2
BACKGROUND: Final = (96, 104, 112)

# The face's outline, around from the forehead by the person's left ear: `FACE_OVAL` of the mesh's topology.
OVAL: Final = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
    152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
# Rings around the outline: how far out on the portrait, how far out and how far back on the head (shares of its size).
_RINGS: Final = ((1.12, 1.06, 0.10), (1.28, 1.12, 0.30), (1.44, 1.06, 0.55), (1.52, 0.80, 0.80))
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
        at = _rasterised(screen, depth, self.triangles, self.on_photo, width, height)
        drawn = cv2.remap(self.photo, at[..., 0], at[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        drawn[at[..., 0] < 0.0] = BACKGROUND
        return np.asarray(cv2.resize(drawn, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA), np.uint8)


def textured_head(landmarks: Doubles, photo: Pixels, mesh: tuple[Doubles, NDArray[np.int64]]) -> TexturedHead:
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


def read_mesh(path: Path) -> tuple[Doubles, NDArray[np.int64]]:
    """Return the points (468, 3) in metres and the triangles of the canonical face mesh, an .obj file in centimetres."""
    lines = path.read_text().splitlines()
    points = [[0.01 * float(value) for value in line.split()[1:4]] for line in lines if line.startswith("v ")]
    faces = [[int(corner.split("/")[0]) - 1 for corner in line.split()[1:4]] for line in lines if line.startswith("f ")]
    return np.array(points), np.array(faces)


def _rasterised(
    screen: Doubles, depth: Doubles, triangles: NDArray[np.int64], values: Doubles, width: int, height: int
) -> NDArray[np.float32]:
    """Return (height, width, 2) of `values` under every pixel's middle, perspective kept; -1 where there is nothing."""
    nearest = np.full((height, width), np.inf)
    filled = np.full((height, width, 2), -1.0, np.float32)
    for corners in triangles:
        (ax, ay), (bx, by), (cx, cy) = screen[corners]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        left, right = max(0, math.floor(min(ax, bx, cx))), min(width, math.ceil(max(ax, bx, cx)) + 1)
        top, bottom = max(0, math.floor(min(ay, by, cy))), min(height, math.ceil(max(ay, by, cy)) + 1)
        if left >= right or top >= bottom:
            continue
        x, y = np.arange(left, right) + 0.5, np.arange(top, bottom)[:, None] + 0.5
        b = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
        c = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
        a = 1.0 - b - c
        weights = np.stack((a, b, c), axis=-1) / depth[corners]
        near = 1.0 / np.maximum(weights.sum(axis=-1), 1e-12)
        place = nearest[top:bottom, left:right]
        is_seen = (a >= -1e-9) & (b >= -1e-9) & (c >= -1e-9) & (near < place)
        place[is_seen] = near[is_seen]
        filled[top:bottom, left:right][is_seen] = (weights[is_seen] * near[is_seen][:, None]) @ values[corners]
    return filled
