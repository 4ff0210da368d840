"""The head's skin with real openings for eyes and mouth."""

import numpy as np
from scipy.spatial import Delaunay
from skimage.measure import points_in_poly

from . import face_motion as motion
from .arrays import Floats
from .face_shape import from_plane, lift, project, skin_normals, to_plane
from .face_surface import FaceSurface, Rows, displaced
from .mesh import Mesh, one_bone, smoothstep, unit
from .pictures import FACE_SPAN

RING_DISTANCES = (0.0, 0.0014, 0.0036, 0.0070, 0.0112)


def face_skin(face: FaceSurface) -> Mesh:
    """Return the head's skin with openings for eyes and mouth, and how it moves."""
    eye = motion.eye_contour(face.eyes, 44)
    mouth = motion.mouth_contour(40)
    rings, holes = [], []
    for contour in (eye, eye * np.array((-1, 1)), mouth):
        around = unit(np.roll(contour, -1, 0) - np.roll(contour, 1, 0))
        normal = np.column_stack([around[:, 1], -around[:, 0]])
        if ((contour - contour.mean(0)) * normal).sum() < 0:
            normal = -normal
        rings += [contour + normal * d for d in RING_DISTANCES]
        holes.append(contour)
    ring_points = to_plane(lift(np.vstack(rings)))
    nose = np.array(
        [
            (0, -0.056),
            (0, -0.050),
            (0.004, -0.058),
            (-0.004, -0.058),
            (0.0075, -0.054),
            (-0.0075, -0.054),
            (0, -0.062),
            (0.006, -0.063),
            (-0.006, -0.063),
            (0, -0.044),
            (0.005, -0.047),
            (-0.005, -0.047),
        ]
    )
    ring_points = np.vstack([ring_points, to_plane(lift(nose))])
    step = 0.106
    gx, gy = np.meshgrid(np.arange(-26, 27) * step, np.arange(-30, 31) * step * 0.866)
    gx = gx + (np.arange(-30, 31) % 2)[:, None] * step / 2
    background = np.column_stack([gx.ravel(), gy.ravel()])
    size = np.linalg.norm(background, axis=1)
    background = background[(size < 2.15) & (size > 1e-6)]
    gap = np.linalg.norm(background[:, None] - ring_points[None], axis=2).min(1)
    inside = np.zeros(len(background), bool)
    front = from_plane(background)
    for hole in holes:
        inside |= points_in_poly(front[:, :2], hole) & (front[:, 2] > 0)
    background = background[(gap > 0.060) & ~inside]
    # Rounded, so that the last bits of one processor's arithmetic do not decide which triangles are made.
    plane = np.round(np.vstack([ring_points, background]), 7)
    design = from_plane(plane)
    triangles = Delaunay(plane).simplices
    centre = design[triangles].mean(1)
    drop = np.zeros(len(triangles), bool)
    for hole in holes:
        drop |= points_in_poly(centre[:, :2], hole) & (centre[:, 2] > 0)
    triangles = triangles[~drop]
    a, b, c = (design[triangles[:, k]] for k in range(3))
    flip = np.einsum("ij,ij->i", np.cross(b - a, c - a), centre[~drop]) < 0
    triangles[flip] = triangles[flip][:, ::-1]

    points = motion.locate(design[:, :2], face.eyes)
    facing = smoothstep(-0.02, 0.02, design[:, 2])
    for key in (1, -1):
        points.eye[key].gain = points.eye[key].gain * facing
    points.mouth_gain, points.skin, points.brow = points.mouth_gain * facing, facing, points.brow * facing

    near = np.maximum(points.mouth_gain, np.maximum(points.eye[1].gain, points.eye[-1].gain))
    frontal = smoothstep(0.30, 0.55, skin_normals(design)[:, 2]) * facing * smoothstep(0.0, 0.2, near)

    def place(move: Floats, rows: Rows) -> Floats:
        moved = design[rows] + np.column_stack([move[:, :2], np.zeros(len(move))])
        moved[:, 2] += (lift(moved[:, :2])[:, 2] - moved[:, 2]) * frontal[rows]
        return np.asarray(project(moved, move[:, 2]) + move[:, 3:])

    moves = motion.motions(points, face.eyes)
    neutral, morphs = displaced(place, motion.at_rest(points), moves, face.skeleton.head_scale)
    uv = np.column_stack([0.5 + neutral[:, 0] / FACE_SPAN, 0.5 - neutral[:, 1] / FACE_SPAN])
    weights = one_bone(len(design), "head", face.skeleton)
    return Mesh(face.to_world(neutral), skin_normals(neutral), uv, triangles, weights, morphs)
