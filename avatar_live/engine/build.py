"""What the solver has to know of an avatar's body, so that its feet stand on its own floor."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from avatar_live.avatar.model import Doubles
from avatar_live.motion.legs import ADULT, Build

_LEG: Final = ("UpperLeg", "LowerLeg", "Foot")
_MIRROR: Final = np.array([-1.0, 1.0, 1.0])
BONE_M_MIN: Final = 1e-3  # a shorter one has no direction


def build_of(places_m: Mapping[str, Doubles]) -> Build:
    """Return an avatar's build from `Rig.rest_places_m`; one that lacks a leg has an adult's, which moves nothing."""
    if any(f"{side}{bone}" not in places_m for side in ("left", "right") for bone in _LEG):
        return ADULT
    steps = [0.5 * (places_m[f"left{bone}"] + _MIRROR * places_m[f"right{bone}"]) for bone in _LEG]
    hips, hip, knee, ankle = np.cumsum([places_m["hips"], *steps], axis=0)
    build = Build(hips, hip, knee, ankle)
    is_sound = np.isfinite([hips, hip, knee, ankle]).all() and min(build.upper_m, build.lower_m) > BONE_M_MIN
    return build if is_sound else ADULT
