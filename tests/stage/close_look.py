"""A studio with a camera two metres before a wall of squares, and the colours that it sees."""

import numpy as np
from flat_avatar import flat_avatar, square, standing
from numpy.typing import NDArray

from avatar_live.avatar.model import Material, Posture, Texture
from avatar_live.stage.axes import look_at
from avatar_live.stage.studio import Studio

Picture = NDArray[np.uint8]
Color = tuple[int, int, int]

WIDTH_PX, HEIGHT_PX = 320, 240
BACKGROUND: Color = (0, 255, 0)
FOV_RAD = float(np.radians(24.0))
CAMERA = look_at(np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 0.0]))
PLACES = tuple((x, y) for y in (1.1, 0.9) for x in (-0.4, -0.2, 0.0, 0.2, 0.4))
PX_PER_M = HEIGHT_PX / 2 / (2.0 * np.tan(FOV_RAD / 2))  # of the wall


def look(studio: Studio, posture: Posture | None = None, now_s: float = 0.0) -> Picture:
    """Return what the camera sees."""
    return studio.picture(posture or standing(), CAMERA, FOV_RAD, now_s)


def hang(studio: Studio, materials: list[Material], textures: list[Texture] | None = None) -> None:
    """Hang one square for each material."""
    squares = [square(number, *PLACES[number]) for number in range(len(materials))]
    studio.set_avatar(flat_avatar(squares, materials, textures))


def color_at(picture: Picture, x_m: float, y_m: float, radius_px: int = 1) -> Color:
    """Return the mean colour around a point of the wall."""
    column, row = round(WIDTH_PX / 2 + x_m * PX_PER_M), round(HEIGHT_PX / 2 - (y_m - 1.0) * PX_PER_M)
    patch = picture[row - radius_px : row + radius_px + 1, column - radius_px : column + radius_px + 1, :3]
    red, green, blue = np.rint(patch.reshape(-1, 3).mean(axis=0)).astype(int).tolist()
    return red, green, blue


def colors(picture: Picture, count: int) -> list[Color]:
    """Return the colour in the middle of each square."""
    return [color_at(picture, *PLACES[number]) for number in range(count)]


def flat(color: tuple[int, int, int, int], side_px: int = 4) -> Texture:
    """Return a picture of one colour."""
    return Texture(np.full((side_px, side_px, 4), color, np.uint8))


def encoded(linear: float) -> float:
    """Return linear light as it stands in a picture, 0..255 (sRGB, IEC 61966-2-1)."""
    return 255.0 * (12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055)
