"""Characters that nobody has seen: every number of a spec by chance, colours as people and as fairy tales have them."""

import colorsys
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np
from avatar_maker.spec import (
    CharacterSpec,
    EarKind,
    EyeShape,
    FaceShape,
    HairStyle,
    HeadKind,
    Palette,
    Proportions,
    bounds,
)

Chance = np.random.Generator
Kind = TypeVar("Kind", bound=str)
Part = TypeVar("Part")

_HEADS: dict[HeadKind, float] = {"human": 0.8, "fox": 0.12, "robot": 0.08}
_HAIR: dict[HeadKind, dict[HairStyle, float]] = {
    "human": {"bob": 0.34, "spiky": 0.3, "swept": 0.28, "mane": 0.04, "none": 0.04},
    "fox": {"bob": 0.05, "spiky": 0.1, "swept": 0.1, "mane": 0.65, "none": 0.1},
    "robot": {"none": 1.0},
}
_HUMAN_SKIN = 0.85  # of the humans have a person's skin, the others any


def somebody(chance: Chance, head: HeadKind | None = None) -> CharacterSpec:
    """Return a character by chance, none of the shipped ones, of any kind or of this one."""
    by_chance = _one_of(_HEADS, chance)
    head = head or by_chance
    ears: EarKind = "none" if head == "robot" else "animal" if head == "fox" or chance.random() < 0.25 else "human"
    return CharacterSpec(
        name="Somebody",
        palette=_palette(head, chance),
        proportions=_spread(Proportions, 0.7, chance),
        face=_spread(FaceShape, 0.9, chance),
        eyes=_spread(EyeShape, 0.9, chance),
        head=head,
        hair_style=_one_of(_HAIR[head], chance),
        ears=ears,
        upper="shell" if head == "robot" else "hoodie" if chance.random() < 0.5 else "jacket",
        lower="shell" if head == "robot" else "shorts",
        hair_clip=bool(chance.random() < 0.3),
        headset=bool(head == "human" and chance.random() < 0.35),
        scarf=bool(chance.random() < 0.2),
        detail=0.5,
    )


def _one_of(shares: dict[Kind, float], chance: Chance) -> Kind:
    kinds = list(shares)
    return kinds[int(chance.choice(len(kinds), p=list(shares.values())))]


def _spread(kind: type[Part], share: float, chance: Chance) -> Part:
    """Return numbers anywhere within `share` of the way from rest to their bounds."""
    numbers = {}
    for field in fields(kind):  # type: ignore[arg-type]
        least, most = bounds(field)
        rest: Any = field.default
        way = share * chance.uniform(-1.0, 1.0)
        numbers[field.name] = rest + way * (most - rest if way > 0.0 else rest - least)
    return kind(**numbers)


def _palette(head: HeadKind, chance: Chance) -> Palette:
    if head == "human" and chance.random() < _HUMAN_SKIN:
        skin = chance.uniform(0.03, 0.09), chance.uniform(0.06, 0.5), 1.0 - 0.55 * chance.random() ** 2
    else:
        skin = chance.random(), chance.uniform(0.0, 0.5), chance.uniform(0.5, 1.0)
    hair = chance.random(), chance.uniform(0.0, 0.9), chance.uniform(0.12, 1.0)
    iris_hue, iris_depth = chance.random(), chance.uniform(0.2, 1.0)
    return Palette(
        skin=_colour(*skin),
        skin_shade=_colour(skin[0] - 0.03, skin[1] + 0.15, 0.85 * skin[2]),
        blush=_colour(chance.uniform(-0.05, 0.05), chance.uniform(0.3, 0.6), skin[2]),
        hair_root=_colour(hair[0], hair[1], 0.7 * hair[2]),
        hair_mid=_colour(hair[0] + 0.03 * chance.normal(), hair[1], 0.9 * hair[2]),
        hair_tip=_colour(
            hair[0] + 0.12 * chance.normal(), hair[1] * chance.uniform(0.2, 1.1), hair[2] * chance.uniform(0.9, 1.5)
        ),
        hair_shine=_colour(hair[0], 0.5 * hair[1], 1.2 * hair[2] + 0.1),
        hair_shade=_colour(hair[0] + 0.6, 0.2, chance.uniform(0.6, 0.9)),
        iris_dark=_colour(iris_hue, iris_depth, 0.35),
        iris_mid=_colour(iris_hue, 0.9 * iris_depth, 0.8),
        iris_light=_colour(iris_hue + 0.05 * chance.normal(), 0.6 * iris_depth, 1.0),
        lash=_colour(chance.random(), chance.uniform(0.0, 0.5), chance.uniform(0.08, 0.3)),
        brow=_colour(hair[0], hair[1], hair[2] * chance.uniform(0.4, 0.9)),
        cloth=_colour(chance.random(), chance.uniform(0.0, 0.8), chance.uniform(0.15, 1.0)),
        shirt=_colour(chance.random(), chance.uniform(0.0, 0.3), chance.uniform(0.5, 1.0)),
        trim=_colour(chance.random(), chance.uniform(0.2, 0.9), chance.uniform(0.3, 1.0)),
        trim_dark=_colour(chance.random(), chance.uniform(0.0, 0.6), chance.uniform(0.1, 1.0)),
    )


def _colour(hue: float, depth: float, light: float) -> str:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1.0, min(max(depth, 0.0), 1.0), min(max(light, 0.0), 1.0))
    return f"#{round(255 * red):02x}{round(255 * green):02x}{round(255 * blue):02x}"
