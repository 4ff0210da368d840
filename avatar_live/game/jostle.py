"""Players who overlap are pushed away from each other, each half of the way, pair by pair in the order of entering.

A grid finds who may touch whom, so that a full pitch does not look at every pair: its cells are as wide as two players
who touch, and hold those whose turn is still to come.
"""

import math
from typing import Final

from avatar_live.protocol.view import PITCH_HALF_WIDTH

PLAYER_RADIUS: Final = 0.06
REACH_X: Final = 1.0 - PLAYER_RADIUS
REACH_Z: Final = PITCH_HALF_WIDTH - PLAYER_RADIUS
_TOUCH: Final = 2 * PLAYER_RADIUS
_MAYBE: Final = _TOUCH * _TOUCH * (1.0 + 1e-9)  # squared, and a little more than can be lost by rounding
_PER_CELL: Final = (1.0 - 1e-9) / _TOUCH  # so that rounding puts nobody who touches two cells away
_MIDDLE_X: Final = _PER_CELL + 1.0  # in cells, from the first one's edge
_MIDDLE_Z: Final = PITCH_HALF_WIDTH * _PER_CELL + 1.0
_COLUMNS: Final = int(2.0 / _TOUCH) + 3  # with one beyond each end, where nobody ever is
_ROWS: Final = int(2.0 * PITCH_HALF_WIDTH / _TOUCH) + 3


def kept_on_pitch(x: float, z: float) -> tuple[float, float]:
    """Return the nearest place where a player can stand."""
    if -REACH_X <= x <= REACH_X and -REACH_Z <= z <= REACH_Z:
        return x, z
    return min(max(x, -REACH_X), REACH_X), min(max(z, -REACH_Z), REACH_Z)


def apart(xs: list[float], zs: list[float]) -> None:
    """Move who overlaps; all stand on the pitch before and after."""
    if len(xs) < 2:
        return
    cells: list[list[int]] = [[] for _ in range(_COLUMNS * _ROWS)]
    cell_of = [_cell(x, z) for x, z in zip(xs, zs, strict=True)]
    for number, cell in enumerate(cell_of):
        cells[cell].append(number)
    for i, cell in enumerate(cell_of):
        cells[cell].remove(i)
        x, z = xs[i], zs[i]
        others = _near(cells, cell)
        while others:
            for k in others:
                to_x, to_z = xs[k] - x, zs[k] - z
                if to_x * to_x + to_z * to_z > _MAYBE:
                    continue
                distance = math.hypot(to_x, to_z)
                half = (_TOUCH - distance) / 2
                if half <= 0.0:
                    continue
                normal_x, normal_z = (1.0, 0.0) if distance < 1e-9 else (to_x / distance, to_z / distance)
                other_x, other_z = xs[k], zs[k] = kept_on_pitch(xs[k] + normal_x * half, zs[k] + normal_z * half)
                now = _cell(other_x, other_z)
                if now != cell_of[k]:
                    cells[cell_of[k]].remove(k)
                    cells[now].append(k)
                    cell_of[k] = now
                x, z = kept_on_pitch(x - normal_x * half, z - normal_z * half)
                now = _cell(x, z)
                if now != cell:  # others are near by now; those up to `k` have had their turn
                    cell = now
                    others = [one for one in _near(cells, cell) if one > k]
                    break
            else:
                break
        xs[i], zs[i] = x, z


def _cell(x: float, z: float) -> int:
    return int(x * _PER_CELL + _MIDDLE_X) + int(z * _PER_CELL + _MIDDLE_Z) * _COLUMNS


def _near(cells: list[list[int]], cell: int) -> list[int]:
    """Return who stands in a cell or beside it, in order."""
    above, below = cell - _COLUMNS, cell + _COLUMNS
    found = (
        cells[above - 1] + cells[above] + cells[above + 1]
        + cells[cell - 1] + cells[cell] + cells[cell + 1]
        + cells[below - 1] + cells[below] + cells[below + 1]
    )  # fmt: skip
    found.sort()
    return found
