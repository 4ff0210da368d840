"""Pictures and tables of numbers into panda textures."""

from collections.abc import Sequence
from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import GeomEnums, SamplerState, Texture

from avatar_live.avatar.model import Texture as Picture

_WRAPS: Final = {"repeat": SamplerState.WM_repeat, "clamp": SamplerState.WM_clamp, "mirror": SamplerState.WM_mirror}


class Pictures:
    """Hold an avatar's pictures on the GPU: each that is asked for, once as colours and once as numbers."""

    def __init__(self, pictures: Sequence[Picture]) -> None:
        self._pictures = pictures
        self._made: dict[tuple[int, bool], Texture] = {}

    def get(self, index: int, is_color: bool) -> Texture:
        """Return a picture's texture; `is_color` when shaders are to read linear light from its sRGB."""
        key = (index, is_color)
        if key not in self._made:
            self._made[key] = make_picture(self._pictures[index], is_color)
        return self._made[key]


def make_picture(picture: Picture, is_color: bool = True) -> Texture:
    """Return a texture whose v = 0 is the picture's top row, so glTF's coordinates need no turning."""
    height, width = picture.pixels.shape[:2]
    texture = Texture("picture")
    layout = Texture.F_srgb_alpha if is_color else Texture.F_rgba8
    texture.setup_2d_texture(width, height, Texture.T_unsigned_byte, layout)
    texture.set_ram_image(cv2.cvtColor(picture.pixels, cv2.COLOR_RGBA2BGRA))  # panda keeps 2D textures as BGRA
    texture.set_wrap_u(_WRAPS[picture.wrap_u])
    texture.set_wrap_v(_WRAPS[picture.wrap_v])
    smooth = SamplerState.FT_linear_mipmap_nearest  # trilinear looks the same here and costs 1.2 ms a frame more
    texture.set_minfilter(smooth if picture.is_smooth else SamplerState.FT_nearest)
    texture.set_magfilter(SamplerState.FT_linear if picture.is_smooth else SamplerState.FT_nearest)
    texture.set_keep_ram_image(False)
    return texture


def make_table(
    name: str, texels: NDArray[np.float32] | NDArray[np.float16], usage: Literal["static", "dynamic"]
) -> Texture:
    """Return a buffer texture of (N, 4) numbers, read in shaders by `texelFetch`; single or half precision."""
    is_half = texels.dtype == np.float16
    table = Texture(name)
    table.setup_buffer_texture(
        len(texels),
        Texture.T_half_float if is_half else Texture.T_float,
        Texture.F_rgba16 if is_half else Texture.F_rgba32,
        GeomEnums.UH_static if usage == "static" else GeomEnums.UH_dynamic,
    )
    table.set_ram_image(np.ascontiguousarray(texels))
    return table


def refill_table(table: Texture, texels: NDArray[np.float32] | NDArray[np.float16]) -> None:
    """Replace all numbers of a dynamic table."""
    memoryview(table.modify_ram_image()).cast("B")[:] = texels.tobytes()
