"""What the avatar does while nobody is seen: live on by itself, stay as it was, or fall asleep.

The crossing from and to a tracked performance is the solver's; what is shown in between is decided here.
"""

import math
from typing import Final

import numpy as np

from avatar_live.motion import quaternions as quat
from avatar_live.motion.bridge import smoothstep
from avatar_live.motion.face import BLINKS
from avatar_live.motion.idle import CHAT_HEAD_S, CHAT_LOOK_S, idle_at, lids_closed
from avatar_live.motion.mirror import Motion
from avatar_live.motion.skeleton import ROW, rows, standing
from avatar_live.signals.presence import LostPolicy

RETURN_S: Final = 0.3
WAKE_S: Final = 0.9  # who slept lifts the head in that time, slowly enough to be a waking and no jerk
SLEEP_AFTER_S: Final = 10.0
EYES_CLOSE_S, HEAD_SINKS_S = 2.5, 5.0
SLEEP_QUIET: Final = 0.75  # of the idle's own swaying and smiling is gone in sleep
CALL_S: Final = CHAT_LOOK_S[1] + 2.0 * CHAT_HEAD_S  # the chat calls again once the last look is over

# Degrees forward (about X) and aside (about Z) at the deepest.
_SUNKEN: Final = {"chest": (2.0, 0.0), "upperChest": (3.0, 0.5), "neck": (11.0, 1.5), "head": (13.0, 3.5)}
_SLEEP: Final = np.zeros((len(ROW), 3))
for _bone, (_forward, _aside) in _SUNKEN.items():
    _SLEEP[ROW[_bone]] = math.radians(_forward), 0.0, math.radians(_aside)


class Absence:
    """Play the policy that the host chose; `chat_side` is 1 where the chat is to the left of who is shown, else -1."""

    def __init__(self, seed: int, chat_side: float) -> None:
        self.policy: LostPolicy = "idle"
        self._seed = seed
        self.chat_side = chat_side
        self._called_s = -math.inf
        self._last: Motion | None = None

    def keep(self, motion: Motion) -> None:
        """Remember what was seen last."""
        self._last = motion

    def call(self, now_s: float) -> None:
        """Have the idle look at the chat now."""
        if now_s - self._called_s > CALL_S:
            self._called_s = now_s

    def return_s(self, lost_s: float) -> float:
        """Return how long the way back to a tracked face takes after `lost_s` without one."""
        return WAKE_S if self.policy == "sleep" and lost_s > SLEEP_AFTER_S else RETURN_S

    def at(self, now_s: float, lost_s: float) -> Motion:
        """Return the motion of this moment, `lost_s` after a face was seen last."""
        if self.policy == "hold" and self._last is not None:
            shapes = self._last.shapes.copy()
            shapes[BLINKS] = lids_closed(now_s, self._seed)
            return Motion(self._last.rotations.copy(), shapes, self._last.gaze, self._last.hips_m)
        idle = idle_at(now_s, self._seed, self.chat_side, self._called_s)
        rotations = standing()
        rotations[rows(*idle.turns)] = np.array(list(idle.turns.values()))
        motion = Motion(rotations, idle.shapes, idle.gaze, idle.hips_m)
        return _asleep(motion, lost_s - SLEEP_AFTER_S) if self.policy == "sleep" else motion


def _asleep(idle: Motion, since_s: float) -> Motion:
    """Return the idle, `since_s` after it began to fall asleep: eyes close, the head sinks, breath alone goes on."""
    closed, sunken = smoothstep(0.0, EYES_CLOSE_S, since_s), smoothstep(0.5, 0.5 + HEAD_SINKS_S, since_s)
    if closed <= 0.0:
        return idle
    awake = 1.0 - SLEEP_QUIET * sunken
    rotations = quat.from_rotation_vector(quat.to_rotation_vector(idle.rotations) * awake + _SLEEP * sunken)
    shapes = idle.shapes * awake
    shapes[BLINKS] = np.maximum(idle.shapes[BLINKS], closed)
    return Motion(rotations, shapes, idle.gaze * (1.0 - closed), idle.hips_m * awake)
