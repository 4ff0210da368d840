"""Pictures and tables of numbers into panda textures."""

from typing import Final, Literal

import cv2
import numpy as np
from numpy.typing import NDArray
from panda3d.core import GeomEnums, SamplerState, Texture

from avatar_live.avatar.model import Texture as Picture

_WRAPS: Final = {"repeat": SamplerState.WM_repeat, "clamp": SamplerState.WM_clamp, "mirror": SamplerState.WM_mirror}


def make_picture(picture: Picture) -> Texture:
    """Return an sRGB texture whose v = 0 is the picture's top row, so glTF's coordinates need no turning."""
    height, width = picture.pixels.shape[:2]
    texture = Texture("picture")
    texture.setup_2d_texture(width, height, Texture.T_unsigned_byte, Texture.F_srgb_alpha)
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


def refill_table(table: Texture, texels: NDArray[np.float32]) -> None:
    """Replace all numbers of a dynamic table."""
    memoryview(table.modify_ram_image()).cast("B")[:] = texels.tobytes()
