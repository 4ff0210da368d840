"""From 52 ARKit weights and named expressions to the weights of an avatar's morph targets and expressions.

An avatar that has ARKit's shapes ("perfect sync") is driven by them one to one; any other one by VRM's presets,
mixed from the shapes.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_vrm-1.0/expressions.md
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.avatar.model import Avatar, Doubles, Expression, Floats
from avatar_live.signals import ARKIT_SHAPES

# Fewer ARKit names than this in a file are a coincidence, not a face that ARKit can drive.
ARKIT_SHAPES_MIN: Final = 26

Group = Literal["blink", "look_at", "mouth", "other"]

_GROUPS: Final[dict[str, Group]] = {
    **dict.fromkeys(("blink", "blinkLeft", "blinkRight"), "blink"),
    **dict.fromkeys(("lookUp", "lookDown", "lookLeft", "lookRight"), "look_at"),
    **dict.fromkeys(("aa", "ih", "ou", "ee", "oh"), "mouth"),
}
_GROUP_ORDER: Final[tuple[Group, ...]] = ("blink", "look_at", "mouth", "other")
_PLACE: Final = {name: number for number, name in enumerate(ARKIT_SHAPES)}


@dataclass(frozen=True, slots=True)
class Overrides:
    """Say how much of each group is left, 0..1, while expressions that override it are shown."""

    blink: float = 1.0
    look_at: float = 1.0
    mouth: float = 1.0

    def of(self, group: Group) -> float:
        """Return the share that is left of a group."""
        return float(self.of_all()[_GROUP_ORDER.index(group)])

    def of_all(self) -> Doubles:
        """Return the shares in the groups' order."""
        return np.array((self.blink, self.look_at, self.mouth, 1.0))


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """Hold what a face shows: morph weights (M,), each expression's weight after overrides, what gaze is left."""

    morph_weights: Floats
    expressions: Mapping[str, float]
    gaze: float


class Face:
    """Weigh an avatar's morph targets; `is_arkit` says whether it has ARKit's own shapes."""

    def __init__(self, avatar: Avatar, has_eye_bones: bool) -> None:
        self._expressions = dict(avatar.expressions)
        self._columns = {name: _column(expression, avatar) for name, expression in self._expressions.items()}
        self._weightless = np.zeros(len(avatar.morph_names))
        shapes = _arkit_columns(avatar, self._columns)
        self.is_arkit = len(shapes) >= ARKIT_SHAPES_MIN
        has_look_expressions = any(self._does_something(name) for name in ("lookLeft", "lookUp"))
        self._shape_columns = np.zeros((len(ARKIT_SHAPES), len(avatar.morph_names)))
        self._shape_groups = np.array([_GROUP_ORDER.index(_shape_group(name)) for name in ARKIT_SHAPES])
        for shape, column in shapes.items():
            # Eyes turn once: by their bones or the look expressions, where the avatar has them.
            if not (shape.startswith("eyeLook") and (has_eye_bones or has_look_expressions)):
                self._shape_columns[_PLACE[shape]] = column
        # A shape that is an expression of the file may tint surfaces too: a blush with puffed cheeks.
        self._shape_expressions = _arkit_tints(avatar) if self.is_arkit else {}

    def weigh(self, shapes: Doubles, looks: Mapping[str, float], expressions: Mapping[str, float]) -> Shown:
        """Return what is shown of all that is asked for.

        `shapes` (52,) are ARKit's, `looks` the look expressions' weights, `expressions` what the show adds by name.
        """
        shapes = np.clip(np.nan_to_num(shapes), 0.0, 1.0)
        shown = {} if self.is_arkit else preset_weights(shapes, self._blinks_apart())
        for name, weight in (*looks.items(), *expressions.items()):
            shown[name] = max(shown.get(name, 0.0), weight)
        shown = {
            name: _held(weight, self._expressions[name])
            for name, weight in shown.items()
            if name in self._expressions and weight > 0.0
        }
        overrides = self._overrides(shown)
        seen = {name: self._left(name, weight, overrides) for name, weight in shown.items()}
        total = self._weightless
        if self.is_arkit:
            shapes = shapes * overrides.of_all()[self._shape_groups]
            total = total + shapes @ self._shape_columns
        for name, weight in seen.items():
            total = total + weight * self._columns[name]
        for name, place in self._shape_expressions.items():
            seen[name] = max(seen.get(name, 0.0), float(shapes[place]))
        return Shown(total.astype(np.float32), seen, overrides.look_at)

    def _left(self, name: str, weight: float, overrides: Overrides) -> float:
        left = overrides.of(_GROUPS.get(name, "other"))
        if self._expressions[name].is_binary and left < 1.0:
            return 0.0  # a binary expression is shown whole or not at all
        return weight * left

    def _does_something(self, name: str) -> bool:
        expression = self._expressions.get(name)
        return expression is not None and bool(expression.morphs or expression.colors or expression.placings)

    def _blinks_apart(self) -> bool:
        return all(self._does_something(name) for name in ("blinkLeft", "blinkRight"))

    def _overrides(self, shown: Mapping[str, float]) -> Overrides:
        taken = {"override_blink": 0.0, "override_look_at": 0.0, "override_mouth": 0.0}
        for name, weight in shown.items():
            for override in taken:
                if override == f"override_{_GROUPS.get(name)}":
                    continue  # a group does not override itself
                match getattr(self._expressions[name], override):
                    case "block":
                        taken[override] = 1.0
                    case "blend":
                        taken[override] += weight
        return Overrides(*(1.0 - min(share, 1.0) for share in taken.values()))


def preset_weights(shapes: Doubles, blinks_apart: bool) -> dict[str, float]:
    """Return the weights of VRM's presets that come nearest to ARKit's shapes (52,).

    The mixture is our own, judged by eye: rounded lips make `ou` or, with an open jaw, `oh`; spread lips make `ih` or,
    raised, `ee`; what is left of the open jaw is `aa`. The five vowels never sum to more than one.
    """
    value = {name: float(shapes[number]) for name, number in _PLACE.items()}

    def both(name: str) -> float:
        return (value[f"{name}Left"] + value[f"{name}Right"]) / 2.0

    jaw, smile = value["jawOpen"], both("mouthSmile")
    spread = max(both("mouthStretch"), both("mouthDimple"))
    vowels = {
        "ou": value["mouthPucker"] * (1.0 - 0.6 * jaw),
        "oh": max(value["mouthFunnel"], value["mouthPucker"] * jaw),
        "ih": spread * (0.3 + 0.7 * jaw),
        "ee": smile * jaw,
    }
    vowels["aa"] = max(jaw * 1.2 - 0.8 * sum(vowels.values()), 0.0)
    crowd = max(sum(vowels.values()), 1.0)
    weights = {name: weight / crowd for name, weight in vowels.items()}

    raised = max(value["browInnerUp"], both("browOuterUp"))
    frown, lowered, wide = both("mouthFrown"), both("browDown"), both("eyeWide")
    moods = {
        "happy": 0.6 * _ramp(smile, 0.3, 0.9),
        "angry": 0.7 * _ramp(lowered, 0.3, 0.9) * (1.0 - smile),
        "sad": 0.7 * max(_ramp(frown, 0.25, 0.8), _ramp(value["browInnerUp"] - both("browOuterUp"), 0.4, 0.9)),
        "surprised": 0.8 * _ramp(min(raised, wide * 1.5), 0.3, 0.9),
    }
    crowd = max(sum(moods.values()), 1.0)
    weights.update({name: mood / crowd for name, mood in moods.items()})
    if blinks_apart:
        weights["blinkLeft"], weights["blinkRight"] = value["eyeBlinkLeft"], value["eyeBlinkRight"]
    else:
        weights["blink"] = both("eyeBlink")
    return weights


def _ramp(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _held(weight: float, expression: Expression) -> float:
    if expression.is_binary:
        return 1.0 if weight > 0.5 else 0.0
    return min(weight, 1.0)


def _column(expression: Expression, avatar: Avatar) -> Doubles:
    column = np.zeros(len(avatar.morph_names))
    for place, weight in expression.morphs:
        column[place] += weight
    return column


def _arkit_columns(avatar: Avatar, columns: Mapping[str, Doubles]) -> dict[str, NDArray[np.float64]]:
    """Return the morph weights (M,) of each ARKit shape that the avatar has as an expression or as a morph target."""
    found: dict[str, NDArray[np.float64]] = {}
    wanted = {_plain(name): name for name in ARKIT_SHAPES}
    for name, column in columns.items():
        shape = wanted.get(_plain(name))
        if shape is not None and column.any():
            found.setdefault(shape, column)
    by_expression = frozenset(found)
    for place, name in enumerate(avatar.morph_names):
        shape = wanted.get(_plain(name))
        if shape is not None and shape not in by_expression:
            found.setdefault(shape, np.zeros(len(avatar.morph_names)))[place] = 1.0
    return found


def _arkit_tints(avatar: Avatar) -> dict[str, int]:
    """Return the expressions that stand for an ARKit shape and bind materials, with the shape's place."""
    wanted = {_plain(name): place for name, place in _PLACE.items()}
    return {
        name: wanted[_plain(name)]
        for name, expression in avatar.expressions.items()
        if (expression.colors or expression.placings) and _plain(name) in wanted
    }


def _plain(name: str) -> str:
    """Return a shape's name without what exporters change: case, a prefix up to a dot, _L and _R for the sides."""
    last = name.rsplit(".", 1)[-1]
    last = re.sub(r"_l$", "left", re.sub(r"_r$", "right", last.casefold()))
    return last.replace("_", "")


def _shape_group(shape: str) -> Group:
    if shape.startswith("eyeLook"):
        return "look_at"
    if shape.startswith(("eyeBlink", "eyeSquint", "eyeWide")):
        return "blink"
    if shape.startswith(("mouth", "jaw", "tongue")):
        return "mouth"
    return "other"
