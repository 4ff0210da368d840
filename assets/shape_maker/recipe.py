"""The numbers that decide what comes out, and their fingerprint, by which a stale file is told from a fresh one."""

import hashlib
from typing import Final

from .mimicry import GAZE_MM_MAX, JAW_MM_MAX, LID_LEAST, MUSCLES
from .people import PEOPLE, STILL_FRAMES
from .teacher import TAKEN

SEED: Final = 20260

# Pictures
WARPED_TAKES: Final = 3
GRIMACE_FRAMES: Final = 10  # from one grimace to the next, a third of a second: quick, but not between two pictures

# Faces imagined from these
IMAGINED: Final = 20_000
GRIMACED: Final = 0.85  # of the faces
TWICE: Final = 0.4
STRETCH: Final = 0.04  # of a face's width, height and depth, between people
BUMPS: Final = 6  # noses, cheeks and chins that differ
BUMP_MM: Final = 2.0
BUMP_REACH_MM: Final = 22.0
TURN_DEG: Final = (8.0, 13.0, 8.0)  # pitch, yaw, roll: how far heads turn, as a standard deviation

# Network
HIDDEN: Final = (256, 128)
EPOCHS: Final = 20
BATCH: Final = 256
RATE: Final = 2e-3
DECAY: Final = 1e-2
NOISE: Final = 0.05  # of what a coordinate varies: what one tracker sees elsewhere than the other
SPREAD_MIN: Final = 0.03  # a weight that varies less is mostly noise

# Trial: each half of the people is read by a network that has learnt from the other half alone.
HALVES: Final = (("signer 1", "walker", "portrait"), ("signer 2", "signer 3", "astronaut"))
# The network takes a shape over from geometry for this much more correlation, if there is enough of it, and unless it
# sees what is not there: the mean error may grow by no more than this.
GAIN_MIN: Final = 0.06
CORRELATION_MIN: Final = 0.25
ERROR_GROWTH_MAX: Final = 0.03


def fingerprint() -> str:
    """Return a hash of whose faces, which grimaces and which numbers the network is made of."""
    faces = (PEOPLE, STILL_FRAMES, MUSCLES, GAZE_MM_MAX, JAW_MM_MAX, LID_LEAST, SEED, WARPED_TAKES, GRIMACE_FRAMES)
    further = (IMAGINED, GRIMACED, TWICE, STRETCH, BUMPS, BUMP_MM, BUMP_REACH_MM, TURN_DEG)
    network = (TAKEN, HIDDEN, EPOCHS, BATCH, RATE, DECAY, NOISE, SPREAD_MIN)
    trial = (HALVES, GAIN_MIN, CORRELATION_MIN, ERROR_GROWTH_MAX)
    return hashlib.sha256(repr((faces, further, network, trial)).encode()).hexdigest()
