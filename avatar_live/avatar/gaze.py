"""Where the eyes turn for a gaze: VRM's look-at ranges, on eye bones or as weights of the look expressions.

https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/lookAt.md
"""

import math

import numpy as np

from avatar_live.avatar.model import Doubles, LookAt


def eye_rotations(look_at: LookAt, yaw_rad: float, pitch_rad: float) -> tuple[Doubles, Doubles]:
    """Return the normalised rotations (4,) of the left and the right eye; positive is the avatar's left and up."""
    yaw_deg, pitch_deg = math.degrees(yaw_rad), math.degrees(pitch_rad)
    pitch = _mapped(pitch_deg, look_at.vertical_up if pitch_deg > 0.0 else look_at.vertical_down)
    leftward, rightward = look_at.horizontal_outer, look_at.horizontal_inner
    if yaw_deg < 0.0:
        leftward, rightward = rightward, leftward
    return _turned(_mapped(yaw_deg, leftward), pitch), _turned(_mapped(yaw_deg, rightward), pitch)


def look_weights(look_at: LookAt, yaw_rad: float, pitch_rad: float) -> dict[str, float]:
    """Return the weights of the four look expressions."""
    yaw_deg, pitch_deg = math.degrees(yaw_rad), math.degrees(pitch_rad)
    yaw = _mapped(yaw_deg, look_at.horizontal_outer)
    pitch = _mapped(pitch_deg, look_at.vertical_up if pitch_deg > 0.0 else look_at.vertical_down)
    return {
        "lookLeft": max(yaw, 0.0),
        "lookRight": max(-yaw, 0.0),
        "lookUp": max(pitch, 0.0),
        "lookDown": max(-pitch, 0.0),
    }


def _mapped(angle_deg: float, span: tuple[float, float]) -> float:
    input_max, output = span
    if input_max <= 0.0:
        return 0.0
    return math.copysign(min(abs(angle_deg) / input_max, 1.0) * output, angle_deg)


def _turned(yaw_deg: float, pitch_deg: float) -> Doubles:
    """Return yaw about +Y, then pitch about the turned X; looking up turns about -X."""
    y, x = math.radians(yaw_deg) / 2.0, -math.radians(pitch_deg) / 2.0
    sy, cy, sx, cx = math.sin(y), math.cos(y), math.sin(x), math.cos(x)
    return np.array([cy * sx, sy * cx, -sy * sx, cy * cx])
