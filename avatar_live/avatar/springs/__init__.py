"""Hair, ears and cloth that swing: VRMC_springBone 1.0's Verlet chains, at a rate of their own.

    chains, what swings -> levels, what is computed at once -> body, what carries it -> swing, a step of all chains

Start reading at `swing.Springs.swing`.
https://github.com/vrm-c/vrm-specification/blob/master/specification/VRMC_springBone-1.0/README.md
"""

from avatar_live.avatar.springs.swing import STEP_S, Springs

__all__ = ["STEP_S", "Springs"]
