"""The numbers that decide what comes out, and their fingerprint, by which a stale file is told from a fresh one."""

import hashlib
from typing import Final

from shape_maker.people import PEOPLE

from avatar_live.tracking.drawn import CUT_M

SEED: Final = 20262

# Who is not drawn. The others of the footage and the astronaut are shown to the network only when it is measured.
FILMED: Final = ("signer 1", "signer 2", "walker", "portrait")
KEPT: Final = 60  # pictures of each clip
MODELLED, TURNED = 4, 24  # of these, so many heads are modelled, and each is turned so often
HEAD_GROWTH: Final = 1.35  # from a face's outline to the head's

# Pictures
SOMEBODIES: Final = 400
ROBOTS: Final = 80  # further ones: few of the others are, and a face on a screen is unlike any other
PICTURES: Final = 56  # of each
SIDE_PX: Final = 160
STUDIO_PX: Final = 256
# How wide a piece is that is looked at, and a picture of the lessons around it: times the way from a character's head
# joint up to its eyes. Where the landmarks of a drawn head are laid on, the solver takes that way for 78 mm.
CUT, AROUND = 2.6, 3.8
AWAY_M: Final = (0.42, 1.0)
MOST_RAD: Final = (0.85, 0.68, 0.85)  # yaw, pitch, roll
NECK_SHARE: Final = (0.3, 0.7)
STEPS, STEP_S, TURNING_STEPS = 14, 1.0 / 12.0, 6  # the hair comes to rest, or nearly

# Lessons
HELD_OUT: Final = 16  # every so many-eth somebody is kept for the report
FINE: Final = (0.03, 0.025, 0.03)  # a cut's error: roll in radians, place in half sides, size as a logarithm
ROUGH: Final = (0.16, 0.14, 0.12)  # the same before the first look
ASTRAY: Final = (0.6, 0.28, 0.2)  # the same where the landmarks are wrong altogether
CUT_SHARES: Final = (0.55, 0.33, 0.12)  # of the lessons: fine, rough, astray
FILMED_SHARE: Final = 1.0 / 6.0  # of the lessons
SCENERY_SHARE: Final = 0.2  # of these: no face at all
BEHIND_SHARE: Final = 0.75  # of what is filmed and what is drawn has something else put behind it
AFAR_SHARE: Final = 0.2  # of the lessons are seen from so far away that there are only
AFAR_PX: Final = (24, 80)  # pixels
PHOTOS: Final = ("chelsea", "coffee", "rocket")  # of scikit-image: cat, cup and rocket

# Network: channels out, side, stride, whether what comes in is added
CONVOLUTIONS: Final = (
    (24, 5, 2, False), (32, 3, 2, False), (32, 3, 1, True), (48, 3, 2, False), (48, 3, 1, True),
    (64, 3, 2, False), (64, 3, 1, True), (64, 3, 1, False),
)  # fmt: skip
HIDDEN: Final = 128
EPOCHS: Final = 26
BATCH: Final = 128
RATE: Final = 3e-3
DECAY: Final = 2e-2
CARE: Final = (1.0, 1.0, 2.0, 0.4, 0.4, 0.4)  # for yaw, pitch, roll, place right and down, size
SOFT: Final = 0.02  # below this error (radians) its square counts
DRAWN_CARE: Final = 0.15


def fingerprint() -> str:
    """Return a hash of who is drawn, who is filmed and which numbers the network is made of."""
    pictures = (SEED, SOMEBODIES, ROBOTS, PICTURES, SIDE_PX, STUDIO_PX, CUT, AROUND, AWAY_M, MOST_RAD, NECK_SHARE)
    lessons = (
        STEPS,
        STEP_S,
        TURNING_STEPS,
        HELD_OUT,
        FINE,
        ROUGH,
        ASTRAY,
        CUT_SHARES,
        FILMED_SHARE,
        SCENERY_SHARE,
        BEHIND_SHARE,
        AFAR_SHARE,
        AFAR_PX,
        PHOTOS,
    )
    network = (CONVOLUTIONS, HIDDEN, EPOCHS, BATCH, RATE, DECAY, CARE, SOFT, DRAWN_CARE)
    filmed = ([PEOPLE[name] for name in FILMED], KEPT, MODELLED, TURNED, HEAD_GROWTH, CUT_M)
    return hashlib.sha256(repr((pictures, lessons, network, filmed)).encode()).hexdigest()
