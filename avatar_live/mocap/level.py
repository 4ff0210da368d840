"""Level a head that another program's camera saw: a phone rarely stands at the height of the eyes."""

from dataclasses import replace

import numpy as np

from avatar_live.mocap.part import Part, turned_head
from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import Level


def levelled(level: Level, part: Part, now_s: float) -> Part:
    """Return the part with what `level` has learnt of the camera's height taken out of its head."""
    if "neck" not in part.rotations or "head" not in part.rotations:
        return part
    neck, head = (np.array(part.rotations[bone]) for bone in ("neck", "head"))
    turns = turned_head(level.see(quat.multiply(neck, head), now_s))
    return replace(part, rotations={**part.rotations, **turns})
