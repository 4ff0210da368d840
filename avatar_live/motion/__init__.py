"""Motion: what a tracker read becomes what an avatar does.

    readings -> head, face, gaze, torso, stance -> crossing with the idle -> legs, arms, hands
             -> breath -> mirror -> pose

Start reading at `solver.Solver.solve`. Everything below it works in the person's space; `mirror.py` turns that into
the avatar's.
"""

from avatar_live.motion.solver import Solver

__all__ = ["Solver"]
