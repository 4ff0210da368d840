"""What a performance is: rotations of VRM humanoid bones and weights of ARKit face shapes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

# ARKit's blend shape locations in alphabetical order, which is also the order MediaPipe reports them in
# (MediaPipe has no tongueOut). https://developer.apple.com/documentation/arkit/arfaceanchor/blendshapelocation
ARKIT_SHAPES: Final = (
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight",
    "eyeSquintLeft", "eyeSquintRight", "eyeWideLeft", "eyeWideRight",
    "jawForward", "jawLeft", "jawOpen", "jawRight",
    "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft", "mouthFrownRight", "mouthFunnel",
    "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker",
    "mouthRight", "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
)  # fmt: skip

_ARM = ("Shoulder", "UpperArm", "LowerArm", "Hand")
_LEG = ("UpperLeg", "LowerLeg", "Foot", "Toes")
_FINGERS = (
    "ThumbMetacarpal", "ThumbProximal", "ThumbDistal",
    "IndexProximal", "IndexIntermediate", "IndexDistal",
    "MiddleProximal", "MiddleIntermediate", "MiddleDistal",
    "RingProximal", "RingIntermediate", "RingDistal",
    "LittleProximal", "LittleIntermediate", "LittleDistal",
)  # fmt: skip

# VRM 1.0 humanoid bone names. https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/humanoid.md
HUMANOID_BONES: Final = (
    "hips", "spine", "chest", "upperChest", "neck", "head", "leftEye", "rightEye", "jaw",
    *(f"{side}{part}" for part in (*_ARM, *_LEG, *_FINGERS) for side in ("left", "right")),
)  # fmt: skip

Quaternion = NDArray[np.float64]  # (4,) x y z w, unit length


@dataclass(frozen=True, slots=True, eq=False)
class Pose:
    """Hold one moment of a performance in the avatar's own space: +Y up, facing +Z, its left hand on +X.

    `rotations` are the VRM normalised local rotations: identity is the T-pose, and a bone's frame is parallel
    to the avatar's whatever the file's rest pose was. Bones not named keep their rest rotation.
    `shapes` is (52,) in the order of `ARKIT_SHAPES`, 0..1. Gaze is relative to the head, positive to the avatar's
    left and up. `expressions` are shown beside the shapes, 0..1 by VRM's names. `hips_offset_m` (3,) moves the whole
    body. `is_tracked` is false while the idle plays. `captured_s` is the camera picture's monotonic time (the frame's
    own time while idling).
    """

    rotations: Mapping[str, Quaternion] = field(default_factory=dict)
    shapes: NDArray[np.float64] = field(default_factory=lambda: np.zeros(len(ARKIT_SHAPES)))
    gaze_yaw_rad: float = 0.0
    gaze_pitch_rad: float = 0.0
    hips_offset_m: NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    is_tracked: bool = False
    captured_s: float = 0.0
    expressions: Mapping[str, float] = field(default_factory=dict)
