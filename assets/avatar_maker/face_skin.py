"""The head's skin with real openings for eyes and mouth."""

import numpy as np
from scipy.spatial import Delaunay
from skimage.measure import points_in_poly

from . import face_motion as motion
from . import face_points
from .arrays import Flags, Floats, Whole
from .face_shape import to_plane
from .face_surface import FaceSurface, Rows, displaced
from .mesh import Mesh, one_bone, smoothstep, unit
from .pictures import FACE_SPAN

HAIRLINE_RAD = 2.15  # from the front; farther back hair covers the head
SLIDE_M = 0.012  # how much deeper a point may come to lie as it slides over the face
PICTURE_ENDS_M = -0.025  # what lies farther back than this is plain
PLAIN = (0.02, 0.5)
RING_DISTANCES = (0.0, 0.0014, 0.0036, 0.0070, 0.0112)


def face_skin(face: FaceSurface) -> Mesh:
    """Return the head's skin with openings for eyes and mouth, and how it moves."""
    head, detail = face.head, face.skeleton.detail
    eye = face_points.eye_contour(head, detail.count(44))
    mouth = face_points.mouth_contour(head, detail.count(40))
    rings, holes = [], []
    for contour in (eye, eye * np.array((-1, 1)), mouth):
        around = unit(np.roll(contour, -1, 0) - np.roll(contour, 1, 0))
        normal = np.column_stack([around[:, 1], -around[:, 0]])
        if ((contour - contour.mean(0)) * normal).sum() < 0:
            normal = -normal
        rings += [contour + normal * d for d in RING_DISTANCES]
        holes.append(contour)
    ring_points = to_plane(head.lift(np.vstack(rings)))
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
    ring_points = np.vstack([ring_points, to_plane(head.lift(nose))])
    step = detail.cell(0.096)
    columns, rows = (np.arange(-n, n + 1) for n in (int(2.76 / step), int(3.18 / step)))
    gx, gy = np.meshgrid(columns * step, rows * step * 0.866)
    gx = gx + (rows % 2)[:, None] * step / 2
    background = np.column_stack([gx.ravel(), gy.ravel()])
    size = np.linalg.norm(background, axis=1)
    background = background[(size < HAIRLINE_RAD) & (size > 1e-6)]
    is_bare = face.spec.hair_style in ("none", "mane")
    if is_bare:
        background = np.vstack([background, _behind(detail.count(14, 6))])
    gap = np.linalg.norm(background[:, None] - ring_points[None], axis=2).min(1)
    inside = np.zeros(len(background), bool)
    front = head.from_plane(background)
    for hole in holes:
        inside |= points_in_poly(front[:, :2], hole) & (front[:, 2] > 0)
    background = background[(gap > 0.57 * step) & ~inside]
    # Rounded, so that the last bits of one processor's arithmetic do not decide which triangles are made.
    plane = np.round(np.vstack([ring_points, background]), 7)
    design = head.from_plane(plane)
    unfolded = Delaunay(plane[:-1] if is_bare else plane)
    triangles = unfolded.simplices
    if is_bare:
        rim = unfolded.convex_hull
        triangles = np.vstack([triangles, np.column_stack([rim, np.full(len(rim), len(plane) - 1)])])
    centre = design[triangles].mean(1)
    drop = np.zeros(len(triangles), bool)
    for hole in holes:
        drop |= points_in_poly(centre[:, :2], hole) & (centre[:, 2] > 0)
    triangles = triangles[~drop]
    a, b, c = (design[triangles[:, k]] for k in range(3))
    flip = np.einsum("ij,ij->i", np.cross(b - a, c - a), centre[~drop]) < 0
    triangles[flip] = triangles[flip][:, ::-1]

    points = face_points.locate(design[:, :2], head)
    facing = smoothstep(-0.02, 0.02, design[:, 2])
    for key in (1, -1):
        points.eye[key].gain = points.eye[key].gain * facing
    points.mouth_gain, points.skin, points.brow = points.mouth_gain * facing, facing, points.brow * facing

    if head.kind == "robot":  # a shell keeps its shape
        points.skin, points.brow = np.zeros(len(design)), np.zeros(len(design))

    near = np.maximum(points.mouth_gain, np.maximum(points.eye[1].gain, points.eye[-1].gain))
    frontal = smoothstep(0.30, 0.55, head.skin_normals(design)[:, 2]) * facing * smoothstep(0.0, 0.2, near)

    def place(move: Floats, rows: Rows) -> Floats:
        moved = design[rows] + np.column_stack([move[:, :2], np.zeros(len(move))])
        deeper = np.clip(head.lift(moved[:, :2])[:, 2] - moved[:, 2], -SLIDE_M, SLIDE_M)  # not past the chin's edge
        moved[:, 2] += deeper * frontal[rows]
        return np.asarray(head.project(moved, move[:, 2]) + move[:, 3:])

    moves = motion.motions(points)
    neutral, morphs = displaced(place, motion.at_rest(points), moves, face.skeleton.head_scale)
    uv = np.column_stack([0.5 + neutral[:, 0] / FACE_SPAN, 0.5 - neutral[:, 1] / FACE_SPAN])
    triangles, source, is_behind = _apart(triangles, design[triangles].mean(1)[:, 2] < PICTURE_ENDS_M)
    uv = np.where(is_behind[:, None], PLAIN, uv[source])
    morphs = {name: moved[source] for name, moved in morphs.items()}
    weights = one_bone(len(source), "head", face.skeleton)
    normals = head.skin_normals(neutral)
    return Mesh(face.to_world(neutral)[source], normals[source], uv, triangles, weights, morphs)


def _apart(triangles: Whole, is_behind: Flags) -> tuple[Whole, Whole, Flags]:
    """Return triangles that share no vertex between front and back, and each vertex's source and side."""
    keys, corners = np.unique(triangles * 2 + is_behind[:, None], return_inverse=True)
    return corners.reshape(-1, 3), keys // 2, keys % 2 == 1


def _behind(rings: int) -> Floats:
    """Return points of the plane that go on to the back of the head, ever fewer to a ring, and last the hindmost."""
    radii = np.linspace(HAIRLINE_RAD + 0.14, 2.95, rings)
    out = []
    for radius in radii:
        count = max(12, round(48 * np.sin(radius)))
        turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
        out.append(radius * np.column_stack([np.cos(turn), np.sin(turn)]))
    return np.vstack([*out, [(3.13, 0.0)]])
