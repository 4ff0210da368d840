"""Packets of other programs, written by other means than ours: python-osc, struct, OpenCV, text."""

import struct
from collections.abc import Mapping, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

Doubles = NDArray[np.float64]

# Epic's order, from the app's own table of names.
EPIC = (
    "EyeBlinkLeft", "EyeLookDownLeft", "EyeLookInLeft", "EyeLookOutLeft", "EyeLookUpLeft", "EyeSquintLeft",
    "EyeWideLeft", "EyeBlinkRight", "EyeLookDownRight", "EyeLookInRight", "EyeLookOutRight", "EyeLookUpRight",
    "EyeSquintRight", "EyeWideRight", "JawForward", "JawLeft", "JawRight", "JawOpen", "MouthClose", "MouthFunnel",
    "MouthPucker", "MouthLeft", "MouthRight", "MouthSmileLeft", "MouthSmileRight", "MouthFrownLeft",
    "MouthFrownRight", "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft", "MouthStretchRight",
    "MouthRollLower", "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper", "MouthPressLeft", "MouthPressRight",
    "MouthLowerDownLeft", "MouthLowerDownRight", "MouthUpperUpLeft", "MouthUpperUpRight", "BrowDownLeft",
    "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft", "BrowOuterUpRight", "CheekPuff", "CheekSquintLeft",
    "CheekSquintRight", "NoseSneerLeft", "NoseSneerRight", "TongueOut", "HeadYaw", "HeadPitch", "HeadRoll",
    "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)  # fmt: skip

# What the maker's page shows as a packet of the first version.
IFACIALMOCAP_SAMPLE = (
    b"mouthSmile_R-0|eyeLookOut_L-0|mouthUpperUp_L-11|eyeWide_R-0|mouthClose-8|mouthPucker-4|eyeLookDown_L-17|"
    b"eyeBlink_L-7|eyeBlink_R-70|eyeLookIn_R-6|eyeLookIn_L-4|eyeLookDown_R-17|jawOpen-12|jawLeft-3|mouthLeft-1|"
    b"browInnerUp-20|tongueOut-0|=head#-21.488958,-6.038993,-6.6019735,-0.030653415,-0.10287084,-0.6584072|"
    b"rightEye#6.0297494,2.4403017,0.25649446|leftEye#6.034903,-1.6660284,-0.17520553|"
)


def osc(address: str, *values: str | float | int) -> bytes:
    builder = OscMessageBuilder(address)
    for value in values:
        builder.add_arg(value)
    return bytes(builder.build().dgram)


def osc_bundle(*messages: tuple[str | float | int, ...]) -> bytes:
    builder = OscBundleBuilder(IMMEDIATELY)
    for address, *values in messages:
        message = OscMessageBuilder(str(address))
        for value in values:
            message.add_arg(value)
        builder.add_content(message.build())
    return bytes(builder.build().dgram)


def live_link(
    values: Mapping[str, float], *, device: str = "AB12-CD", subject: str = "iPhone", version: int = 6
) -> bytes:
    def text(words: str) -> bytes:
        return struct.pack(">i", len(words)) + words.encode()

    floats = [values.get(name, 0.0) for name in EPIC]
    frame = struct.pack(">ifii", 1234, 0.5, 60, 1)
    return bytes([version]) + text("AB12-CD") + text(subject) + frame + struct.pack(">B61f", 61, *floats)


# A face in the person's space, in metres: jaw, chin, bridge and tip of the nose.
FACE_M = np.array(
    [
        (-0.50, 0.28, -0.60), (-0.46, 0.02, -0.60), (-0.25, -0.44, -0.40), (0.0, -0.55, -0.20), (0.25, -0.44, -0.40),
        (0.46, 0.02, -0.60), (0.50, 0.28, -0.60), (0.0, 0.25, -0.10), (0.0, 0.0, 0.0),
    ]
)  # fmt: skip


def open_see_face(
    head: Doubles,
    *,
    size_px: tuple[int, int] = (640, 480),
    is_open: tuple[float, float] = (1.0, 1.0),
    gaze: tuple[float, float] = (0.0, 0.0),
    features: Sequence[float] = (0.0,) * 14,
    is_found: bool = True,
) -> bytes:
    """Film a head turned by the matrix `head` (3, 3) as OpenSeeFace does, rows before columns, and pack its record."""
    width_px, height_px = size_px
    seen = FACE_M @ head.T
    near = width_px / (4.0 - seen[:, 2])
    rows_columns = np.stack((0.5 * height_px - near * seen[:, 1], 0.5 * width_px + near * seen[:, 0]), axis=1)
    camera = np.array([[width_px, 0.0, width_px / 2], [0.0, width_px, height_px / 2], [0.0, 0.0, 1.0]])
    model = FACE_M * (-1.0, 1.0, 1.0)
    _, vector, place = cv2.solvePnP(
        model, rows_columns, camera, np.zeros((4, 1)), np.zeros(3), np.zeros(3), True, cv2.SOLVEPNP_ITERATIVE
    )
    axis = vector.ravel()
    angle = float(np.linalg.norm(axis))
    quaternion = (*(-np.sin(0.5 * angle) * axis / angle), np.cos(0.5 * angle))  # of the inverse
    points = np.zeros((70, 3))
    eyes = np.array([(0.26, 0.28, -0.25), (-0.26, 0.28, -0.25)])  # right and left, in the model's axes
    yaw, pitch = gaze
    forward = 0.08 * np.array([-np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    points[68:70], points[66:68] = eyes, eyes + forward
    return (
        struct.pack("<di2f2fBf", 1.7e9, 0, *size_px, *is_open, is_found, 3.0)
        + struct.pack("<4f3f3f", *quaternion, 170.0, 0.0, 90.0, *place.ravel())
        + struct.pack("<68f", *(0.9,) * 68)
        + struct.pack("<136f", *(100.0,) * 136)
        + struct.pack("<210f", *(points * (1.0, -1.0, -1.0)).ravel())
        + struct.pack("<14f", *features)
    )
