"""What expressions do to surfaces: blushes, tears that appear, eyes that move across their picture.

Every bind adds its own way from the file's value: base + sum of (target - base) * weight.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/expressions.md (update algorithm)
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from avatar_live.avatar.model import Avatar, ColorBind, Doubles, Expression, Material, PlacingBind

# Where each colour stands in `_numbers`; the placings follow, offset and scale of each.
_COLORS: Final = {
    "base": slice(0, 4),
    "emissive": slice(4, 7),
    "shade": slice(7, 10),
    "matcap": slice(10, 13),
    "rim": slice(13, 16),
    "outline": slice(16, 19),
}
_PLACINGS: Final = 19


@dataclass(frozen=True, slots=True, eq=False)
class _Moves:
    """Hold how far an expression at 1 moves the numbers of one material, see `_numbers`."""

    material: int
    by: Doubles


class Tints:
    """Weigh the material binds of an avatar's expressions; most avatars have none, and then nothing is computed."""

    def __init__(self, avatar: Avatar) -> None:
        self._materials = avatar.materials
        self._moves = {
            name: moves for name, expression in avatar.expressions.items() if (moves := _moves(expression, avatar))
        }

    def at(self, weights: Mapping[str, float]) -> dict[int, Material]:
        """Return the materials that expressions at these weights change, by their place in the avatar's."""
        totals: dict[int, Doubles] = {}
        for name, moves in self._moves.items():
            weight = weights.get(name, 0.0)
            if weight != 0.0:
                for move in moves:
                    before = totals.get(move.material)
                    totals[move.material] = move.by * weight if before is None else before + move.by * weight
        return {place: _moved(self._materials[place], by) for place, by in totals.items()}


def _moves(expression: Expression, avatar: Avatar) -> tuple[_Moves, ...]:
    totals: dict[int, Doubles] = {}
    binds: tuple[ColorBind | PlacingBind, ...] = (*expression.colors, *expression.placings)
    for bind in binds:
        base = _numbers(avatar.materials[bind.material])
        by = _bound(base, bind) - base
        totals[bind.material] = totals.get(bind.material, 0.0) + by
    return tuple(_Moves(material, by) for material, by in totals.items() if by.any())


def _bound(base: Doubles, bind: ColorBind | PlacingBind) -> Doubles:
    """Return a material's numbers as one bind alone makes them at 1."""
    numbers = base.copy()
    match bind:
        case ColorBind():
            place = _COLORS[bind.part]
            numbers[place] = bind.target[: place.stop - place.start]
        case PlacingBind():
            numbers[_PLACINGS:].reshape(-1, 4)[:] = (*bind.offset, *bind.scale)
    return numbers


def _numbers(material: Material) -> Doubles:
    """Return all that binds can move as one row."""
    placings = (material.placing, *material.placings.values())
    return np.array(
        [
            *material.base_color,
            *material.emissive_color,
            *material.shade_color,
            *material.matcap_color,
            *material.rim_color,
            *material.outline_color,
            *(number for placing in placings for number in (*placing.offset, *placing.scale)),
        ]
    )


def _moved(material: Material, by: Doubles) -> Material:
    numbers = (_numbers(material) + by).tolist()
    r, g, b, a = numbers[_COLORS["base"]]
    placings = [
        replace(placing, offset=(numbers[at], numbers[at + 1]), scale=(numbers[at + 2], numbers[at + 3]))
        for at, placing in zip(
            range(_PLACINGS, len(numbers), 4), (material.placing, *material.placings.values()), strict=True
        )
    ]
    return replace(
        material,
        base_color=(r, g, b, a),
        emissive_color=_color(numbers, "emissive"),
        shade_color=_color(numbers, "shade"),
        matcap_color=_color(numbers, "matcap"),
        rim_color=_color(numbers, "rim"),
        outline_color=_color(numbers, "outline"),
        placing=placings[0],
        placings=dict(zip(material.placings, placings[1:], strict=True)),
    )


def _color(numbers: list[float], part: str) -> tuple[float, float, float]:
    r, g, b = numbers[_COLORS[part]]
    return r, g, b
