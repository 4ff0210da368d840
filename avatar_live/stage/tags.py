"""Name tags over the bodies: painted once when somebody comes, drawn as one instance each, dot for dot.

A tag is a dark pill with the name in the camp's colour. It keeps its size in the picture, whatever the distance, and
fades where its body is small. In a player's own picture whoever is near is named, however many there are.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath, SamplerState, Texture, Vec4
from PIL import Image, ImageDraw

from avatar_live.fonts import font_for, shorten, text_width
from avatar_live.room.text import cleaned
from avatar_live.stage import layers
from avatar_live.stage.crowd import CROWD_MAX
from avatar_live.stage.geometry import make_geom, make_node
from avatar_live.stage.shaders import load_shader

NAME_CHARACTERS_MAX: Final = 18
_TAG_SHARE: Final = 1.0 / 24.0  # of the picture's height
_LEAST_PX: Final = 11.0  # a smaller one cannot be read
_TEXT_SHARE: Final = 0.76  # of the tag's height
_WIDE_MAX: Final = 7.0  # a tag is at most so many times as wide as high
_HEIGHT_M: Final = 1.03  # over the soles, in the body's own size
_COLUMNS: Final = 4
_ROWS: Final = CROWD_MAX // _COLUMNS
_SUPERSAMPLING: Final = 4


class NameTags:
    """Hold the painted names and what draws them; `height_px` is the height of everybody's picture.

    Goes under the crowd's node, whose tables it reads, with the crowd's `defines`.
    """

    def __init__(self, crowd: NodePath, defines: tuple[str, ...], height_px: int) -> None:
        self._high = max(round(height_px * _TAG_SHARE), round(_LEAST_PX))
        self._wide = round(self._high * _WIDE_MAX)
        self._atlas = np.zeros((_ROWS * self._high, _COLUMNS * self._wide, 2), np.uint8)
        self._texture = Texture("names")
        self._texture.setup_2d_texture(
            self._atlas.shape[1], self._atlas.shape[0], Texture.T_unsigned_byte, Texture.F_rg
        )
        self._texture.set_minfilter(SamplerState.FT_linear)  # at half the size that is a fair mean of four dots
        self._texture.set_magfilter(SamplerState.FT_linear)
        self._texture.set_ram_image(self._atlas)
        self._is_painted_anew = False
        corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], np.float32)
        geom = make_geom({"vertex": corners}, np.array([[0, 1, 2], [0, 2, 3]], np.uint32))
        node: NodePath = crowd.attach_new_node(make_node("names", geom, is_always_drawn=True))
        numbers = (
            f"TAG_COLUMNS {_COLUMNS}",
            f"TAG_SHARE {_TAG_SHARE}",
            f"TAG_LEAST {_LEAST_PX}",
            f"TAG_HEIGHT {_HEIGHT_M}",
        )
        node.set_shader(load_shader("tag", *defines, *numbers))
        node.set_shader_input("names", self._texture)
        node.set_shader_input("cell", Vec4(self._wide, self._high, self._atlas.shape[1], self._atlas.shape[0]))
        node.set_two_sided(True)
        layers.draw_blended(node, layers.BLENDED, 50, writes_depth=True)  # nearer names, drawn first, hide others

    def paint(self, row: int, name: str) -> float:
        """Paint a row's name; return its tag's width in dots."""
        text = cleaned(name)[:NAME_CHARACTERS_MAX]
        size = round(self._high * _TEXT_SHARE)
        text = shorten(text, size, self._wide - self._high)
        wide = min(text_width(text, size) + self._high - self._high // 4, self._wide) if text else 0
        top, left = row // _COLUMNS * self._high, row % _COLUMNS * self._wide
        cell = self._atlas[top : top + self._high, left : left + self._wide]
        cell[:] = 0
        if text:
            cell[:, :wide] = self._picture(text, size, wide)
        self._is_painted_anew = True
        return float(wide)

    def show(self) -> None:
        """Bring what was painted to the driver."""
        if self._is_painted_anew:
            self._texture.set_ram_image(self._atlas)
            self._is_painted_anew = False

    def _picture(self, text: str, size: int, wide: int) -> NDArray[np.uint8]:
        """Return a tag (height, wide, 2): how much of each dot the letters cover, and the pill."""
        letters = Image.new("L", (wide, self._high), 0)
        place = ((wide - text_width(text, size)) // 2, self._high // 2)
        ImageDraw.Draw(letters).text(place, text, 255, font_for(text, size), anchor="lm")
        large = (wide * _SUPERSAMPLING, self._high * _SUPERSAMPLING)
        pill = Image.new("L", large, 0)
        ImageDraw.Draw(pill).rounded_rectangle((0, 0, large[0] - 1, large[1] - 1), large[1] // 2, fill=255)
        shrunk = pill.resize((wide, self._high), Image.Resampling.BOX)
        return np.stack([np.asarray(letters), np.asarray(shrunk)], axis=-1)
