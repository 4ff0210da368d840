"""iFacialMocap (an app for the iPhone) and what imitates it: one line of text a moment.

`name-value|...|=head#rx,ry,rz,x,y,z|rightEye#rx,ry,rz|leftEye#rx,ry,rz|`: weights in percent, angles in degrees about
ARKit's axes, which are the person's. The second version puts `&` between name and value. The phone sends after it was
greeted. https://www.ifacialmocap.com/for-developer/ (the signs: its sample's eyes against its eyeLook weights).
"""

import math
from typing import Final

from avatar_live.mocap.expressions import arkit_shape
from avatar_live.mocap.part import PacketError, Part, checked, gaze_of_looks, turned_head, without_looks
from avatar_live.motion import quaternions as quat

PORT: Final = 49_983
GREETING: Final = b"iFacialMocap_sahuasouryya9218sauhuiayeta91555dy3719"
ITEMS_MAX: Final = 256
_NO_FACE: Final = "trackingstatus"


def parse(data: bytes) -> Part | None:
    """Return the face of a packet, None when the phone sees none. Raises PacketError."""
    try:
        items = data.decode().split("|", ITEMS_MAX + 1)
    except UnicodeDecodeError as error:
        raise PacketError("not a text") from error
    if len(items) > ITEMS_MAX:
        raise PacketError(f"more than {ITEMS_MAX} values")
    shapes: dict[str, float] = {}
    angles: dict[str, list[float]] = {}
    for item in items:
        name, mark, numbers = item.strip().lstrip("=").partition("#")
        if mark:
            if name in ("head", "leftEye", "rightEye"):
                angles[name] = _numbers(numbers.split(","))
            continue
        name, _, percent = name.partition("&" if "&" in name else "-")
        if name.casefold() == _NO_FACE and percent.strip() == "0":
            return None
        if (shape := arkit_shape(name)) is not None:
            (shapes[shape],) = _numbers([percent])
    if not shapes and not angles:
        raise PacketError("neither a shape nor an angle")
    return _part({shape: weight / 100.0 for shape, weight in shapes.items()}, angles)


def _part(shapes: dict[str, float], angles: dict[str, list[float]]) -> Part:
    turns = {name: [math.radians(degrees) for degrees in _three(values)] for name, values in angles.items()}
    head = turns.get("head")
    eyes = [turns[eye] for eye in ("leftEye", "rightEye") if eye in turns]
    gaze_rad: tuple[float, float] | None = None
    if eyes:
        gaze_rad = sum(eye[1] for eye in eyes) / len(eyes), -sum(eye[0] for eye in eyes) / len(eyes)
    elif any(shape.startswith("eyeLook") for shape in shapes):
        gaze_rad = gaze_of_looks(shapes)
    return Part(
        rotations=turned_head(quat.from_yaw_pitch_roll(head[1], head[0], head[2])) if head is not None else {},
        shapes=without_looks(shapes),
        gaze_rad=gaze_rad,
    )


def _three(values: list[float]) -> list[float]:
    if len(values) < 3:
        raise PacketError("fewer than three angles")
    return values[:3]


def _numbers(texts: list[str]) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError as error:
        raise PacketError("a value that is no number") from error
    checked(numbers)
    return numbers
