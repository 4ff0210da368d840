"""The host's shadow on the floor: soft stains under the feet and the body, which leave the floor when they do.

On software OpenGL a shadow map costs a second drawing of the host; what the floor needs to hold its feet costs 0.1 ms,
and nothing while the camera sees no floor.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.stage import axes, layers
from avatar_live.stage.fit import Fit
from avatar_live.stage.props import attach_veil, fade
from avatar_live.stage.solids import disc

Doubles = NDArray[np.float64]

_INK: Final = (0.004, 0.002, 0.02)
_STAINS: Final = {"leftFoot": (0.13, 0.17, 0.75), "rightFoot": (0.13, 0.17, 0.75), "hips": (0.34, 0.26, 0.5)}
_ANKLE_M: Final = 0.12  # a foot's bone is so high when the sole is on the floor
_FADES_M: Final = 0.45  # a foot so much higher casts none that is seen
_ABOVE_FLOOR_M: Final = 0.004
_TOES_M: Final = 0.04  # the sole's middle is so much before its bone


class HostShadow:
    """Hold the stains."""

    def __init__(self, parent: NodePath) -> None:
        stain = disc(1.0, (*_INK, 1.0), (*_INK, 0.0), 32)
        self._stains = {bone: attach_veil(parent, "host shadow", stain, layers.SHADOWS, -1) for bone in _STAINS}

    def show(self, bones: Mapping[str, Doubles], fit: Fit, floor_m: float) -> None:
        """Lay them under an avatar whose bones (4, 4) are in its own space."""
        for bone, (width_m, depth_m, opacity) in _STAINS.items():
            node = self._stains[bone]
            if bone not in bones:
                node.hide()
                continue
            x, y, z = fit.point(bones[bone][:3, 3])
            lifted_m = max(y - floor_m - _ANKLE_M, 0.0) if bone != "hips" else 0.0
            pose = np.diag([width_m, 1.0, depth_m, 1.0])
            pose[:3, 3] = x, floor_m + _ABOVE_FLOOR_M, z + (0.0 if bone == "hips" else _TOES_M)
            axes.place(node, pose)
            fade(node, opacity * max(1.0 - lifted_m / _FADES_M, 0.0))
            node.show()
