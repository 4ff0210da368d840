"""A time code in the picture, for measuring how late a viewer sees it: big black and white cells that survive H.264.

`STAMP_BITS` cells from the top left corner, most significant first: 32 bits of milliseconds since the Unix epoch
(modulo 2**32) and 8 bits of check sum (the sum of the four bytes). A cell is 1/48 of the width, square.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

STAMP_BITS: Final = 40
CELLS_ACROSS: Final = 48


def draw_stamp(picture: NDArray[np.uint8], time_ms: int) -> None:
    """Draw the time code into a BGRA picture in place."""
    time_ms &= 0xFFFF_FFFF
    code = time_ms << 8 | sum(time_ms.to_bytes(4, "big")) & 0xFF
    cell = picture.shape[1] // CELLS_ACROSS
    bits = np.array([code >> (STAMP_BITS - 1 - place) & 1 for place in range(STAMP_BITS)], np.uint8)
    picture[:cell, : cell * STAMP_BITS, :3] = np.repeat(bits * 255, cell)[None, :, None]


def read_stamp(picture: NDArray[np.uint8]) -> int | None:
    """Return the time code of a picture in milliseconds, or None when there is none or its check sum is wrong."""
    cell = picture.shape[1] // CELLS_ACROSS
    middles = np.arange(STAMP_BITS) * cell + cell // 2
    bits = picture[cell // 2, middles, :3].mean(axis=1) > 127
    code = int("".join("1" if bit else "0" for bit in bits), 2)
    time_ms, check = code >> 8, code & 0xFF
    return time_ms if check == sum(time_ms.to_bytes(4, "big")) & 0xFF else None
