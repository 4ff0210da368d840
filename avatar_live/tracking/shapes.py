"""The 52 weights worked out of the landmarks alone, where the face model itself knows no expressions.

The landmarks are laid over a face of average shape first, so that the head's turn, distance and place fall away; then
distances on it are measured in millimetres and put into straight lines. Slopes and offsets were fitted by least squares
to the weights of MediaPipe's official model on 555 frames of six people, mouths opened and lids closed by warping their
pictures included, and then rounded. Correlation with the official weights there, left/right: blink .83/.93, jawOpen
.92, smile .94/.96, upper lip .90/.85, lower lip .66/.71, squint .78/.69, look down .85, look aside .77-.84, inner brow
.76, press .79/.51; brows up outside, pucker and frown hardly move in that footage and follow geometry. What a network
reads better on people that it has not seen is left to `face_net`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.motion.template import LANDMARKS, TEMPLATE_M
from avatar_live.signals import ARKIT_SHAPES
from avatar_live.tracking.face_net import face_net

Doubles = NDArray[np.float64]
Measures = dict[str, float]

SCALE_MIN: Final = 1e-6

# The person's left first: outer and inner corner, upper and lower lid, iris, brow (inner, middle, outer), mouth corner.
_SIDES: Final = (
    ("Left", 263, 362, (387, 386, 385), (373, 374, 380), 473, (336, 285), (334, 282), (300, 276), 291),
    ("Right", 33, 133, (160, 159, 158), (144, 145, 153), 468, (107, 55), (105, 52), (70, 46), 61),
)
_EYE_CORNERS: Final = (33, 133, 362, 263)
_NOSE_TIP, _UNDER_NOSE, _CHIN = 1, 2, 152
_UPPER_LIP_INSIDE, _LOWER_LIP_INSIDE, _UPPER_LIP_OUTSIDE, _LOWER_LIP_OUTSIDE = 13, 14, 0, 17
_GAP_ABOVE, _GAP_BELOW = (13, 82, 312), (14, 87, 317)

# shape -> offset, slope of each measure; one line for both sides of the face
_SIDED: Final[dict[str, tuple[float, Measures]]] = {
    "eyeBlink": (0.83, {"lid_above": -0.12, "eye_open": -0.35}),
    "eyeWide": (-1.05, {"lid_above": 0.14}),
    "eyeSquint": (0.77, {"lid_below": -0.14}),
    "browDown": (1.90, {"brow_middle": -0.09}),
    "browOuterUp": (-1.16, {"brow_outer": 0.08}),
    "mouthSmile": (-1.22, {"mouth_width": 0.028, "corner_up": 0.032}),
    "mouthFrown": (-0.10, {"corner_up": -0.07}),
    "mouthUpperUp": (0.11, {"upper_lip": -0.045, "mouth_width": 0.020, "lip_to_nose": 0.012}),
    "mouthLowerDown": (-0.08, {"gap": 0.015, "lower_lip": -0.008, "chin": -0.009, "mouth_width": 0.012}),
    "mouthPress": (0.90, {"upper_lip_thick": -0.10, "gap": -0.05}),
}
_MIDDLE: Final[dict[str, tuple[float, Measures]]] = {
    "jawOpen": (0.13, {"gap": 0.0140, "lower_lip": 0.0080, "mouth_width": -0.0078}),
    "browInnerUp": (-1.80, {"brow_inner": 0.10}),
    "mouthLeft": (-0.18, {"mouth_left": 0.06}),
    "mouthRight": (-0.18, {"mouth_left": -0.06}),
}
# Narrow lips pucker while they touch and make a funnel when they part (the mouth's widths in mm, the gaps in mm).
_NARROW_FROM, _NARROW_TO = 47.0, 33.0
_PARTED_FROM, _PARTED_TO = 3.0, 14.0
# The irises against the corners of their eyes, in widths of the eye, both eyes together; the lids follow the gaze.
_LOOK_LEFT: Final = (0.06, {"iris_left": 2.2})
_LOOK_UP: Final = (-0.85, {"iris_up": 2.5, "lids_above": 0.065})


def shapes_from_landmarks(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return (52,) weights 0..1 in the order of `ARKIT_SHAPES` for (478, 3) landmarks in pixels.

    Landmarks without extent or with values that are not numbers give zeros. Raises ModelError where the network that
    comes with the program is missing.
    """
    face = on_average_face(landmarks.astype(np.float64))
    if face is None:
        return np.zeros(len(ARKIT_SHAPES), np.float32)
    net = face_net()
    return np.where(net.is_better, net.weights(landmarks), measured_shapes(face))


def measured_shapes(face: Doubles) -> NDArray[np.float32]:
    """Return (52,) weights 0..1 by geometry alone for (478, 3) landmarks laid over the average face, in mm."""
    weights = dict.fromkeys(ARKIT_SHAPES, 0.0)
    middle, sides = _measures(face)
    for name, line in _MIDDLE.items():
        weights[name] = _value(line, middle)
    for side, own in sides.items():
        for name, line in _SIDED.items():
            weights[name + side] = _value(line, middle | own)
    narrow = _ramp(middle["mouth_width"], _NARROW_FROM, _NARROW_TO)
    parted = _ramp(middle["gap"], _PARTED_FROM, _PARTED_TO)
    weights["mouthPucker"], weights["mouthFunnel"] = narrow * (1.0 - parted), narrow * parted
    left, up = _value(_LOOK_LEFT, middle), _value(_LOOK_UP, middle)
    weights["eyeLookOutLeft"] = weights["eyeLookInRight"] = left
    weights["eyeLookInLeft"] = weights["eyeLookOutRight"] = -left
    weights["eyeLookUpLeft"] = weights["eyeLookUpRight"] = up
    weights["eyeLookDownLeft"] = weights["eyeLookDownRight"] = -up
    return np.clip(np.fromiter((weights[name] for name in ARKIT_SHAPES), np.float32, len(ARKIT_SHAPES)), 0.0, 1.0)


def on_average_face(landmarks: Doubles) -> Doubles | None:
    """Turn, scale and shift (n, 3) landmarks onto the average face (Umeyama 1991); mm, +X the person's left, +Y up."""
    points = landmarks * (1.0, -1.0, -1.0)
    if not np.isfinite(points).all():
        return None
    template = 1000.0 * TEMPLATE_M
    centre, target = points[LANDMARKS].mean(axis=0), template.mean(axis=0)
    spread = points[LANDMARKS] - centre
    squares = float((spread * spread).sum())
    if squares < SCALE_MIN:
        return None
    left, stretch, right = np.linalg.svd((template - target).T @ spread)
    handed = np.array([1.0, 1.0, np.sign(np.linalg.det(left @ right))])
    scale = float((stretch * handed).sum()) / squares
    on_face: Doubles = scale * (points - centre) @ ((left * handed) @ right).T + target
    return on_face


def _measures(face: Doubles) -> tuple[Measures, dict[str, Measures]]:
    """Return what is measured once and, by side, what is measured on each side; mm, except where named otherwise."""
    height = face[:, 1]

    def apart(one: int, other: int) -> float:
        return float(np.linalg.norm(face[one] - face[other]))

    sides: dict[str, Measures] = {}
    iris_left = iris_up = 0.0
    for side, outer, inner, upper, lower, iris, _, brow_middle, brow_outer, corner in _SIDES:
        width = max(apart(outer, inner), SCALE_MIN)
        eye = 0.5 * (face[outer] + face[inner])
        sides[side] = {
            "eye_open": sum(apart(a, b) for a, b in zip(upper, lower, strict=True)) / (3.0 * width),  # eye widths
            "lid_above": float(height[list(upper)].mean() - eye[1]),
            "lid_below": float(eye[1] - height[list(lower)].mean()),
            "brow_middle": float(height[list(brow_middle)].mean() - eye[1]),
            "brow_outer": float(height[list(brow_outer)].mean() - eye[1]),
            "corner_up": float(height[corner] - 0.5 * (height[_UPPER_LIP_INSIDE] + height[_LOWER_LIP_INSIDE])),
        }
        iris_left += float(face[iris, 0] - eye[0]) / width
        iris_up += float(face[iris, 1] - eye[1]) / width
    brows_inner = [point for entry in _SIDES for point in entry[6]]
    middle = {
        "gap": sum(apart(a, b) for a, b in zip(_GAP_ABOVE, _GAP_BELOW, strict=True)) / 3.0,
        "mouth_width": apart(_SIDES[0][-1], _SIDES[1][-1]),
        "mouth_left": float(0.5 * (face[_SIDES[0][-1], 0] + face[_SIDES[1][-1], 0])),
        "upper_lip": float(height[_NOSE_TIP] - height[_UPPER_LIP_INSIDE]),
        "lower_lip": float(height[_NOSE_TIP] - height[_LOWER_LIP_INSIDE]),
        "lip_to_nose": float(height[_UNDER_NOSE] - height[_UPPER_LIP_OUTSIDE]),
        "chin": float(height[_LOWER_LIP_OUTSIDE] - height[_CHIN]),
        "upper_lip_thick": apart(_UPPER_LIP_OUTSIDE, _UPPER_LIP_INSIDE),
        "brow_inner": float(height[brows_inner].mean() - height[list(_EYE_CORNERS)].mean()),
        "iris_left": iris_left,
        "iris_up": iris_up,
        "lids_above": 0.5 * (sides["Left"]["lid_above"] + sides["Right"]["lid_above"]),
    }
    return middle, sides


def _value(line: tuple[float, Measures], measures: Measures) -> float:
    offset, slopes = line
    return offset + sum(slope * measures[name] for name, slope in slopes.items())


def _ramp(value: float, at_0: float, at_1: float) -> float:
    return float(np.clip((value - at_0) / (at_1 - at_0), 0.0, 1.0))
