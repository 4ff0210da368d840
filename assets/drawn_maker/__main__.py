"""Train the network of drawn heads: `python -m drawn_maker DATA_FOLDER` in assets/.

DATA_FOLDER holds `footage/` as `assets/LICENSE.md` describes it: people who are not drawn.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from avatar_live.tracking.drawn_net import DRAWN_NET, DrawnNet
from avatar_live.tracking.models import ModelError, default_folder, installed

from .filmed import filmed, photos
from .lessons import Classroom, cut_out
from .network import train
from .pictures import Portraits, portraits
from .recipe import FINE, HELD_OUT, ROBOTS, ROUGH, SEED, SOMEBODIES, fingerprint

SHOWN_EVERY = 3  # pictures of who is held out


def main() -> None:
    """Draw, learn, report on who was left out, and write the file."""
    parser = argparse.ArgumentParser(prog="python -m drawn_maker", description="Train the network of drawn heads.")
    parser.add_argument("data", type=Path, help="folder with footage/")
    options = parser.parse_args()
    try:
        people = filmed(options.data / "footage", installed(default_folder()))
    except (ModelError, OSError) as error:
        sys.exit(f"The network cannot be trained: {error}")
    drawn = portraits(range(SOMEBODIES + ROBOTS))
    classroom = Classroom(drawn, people, photos())
    is_held_out = drawn.who % HELD_OUT == 0
    for epoch, net in enumerate(train(classroom, np.flatnonzero(~is_held_out)), 1):
        print(f"{epoch}: {_report(net, drawn, np.flatnonzero(is_held_out)[::SHOWN_EVERY])}", flush=True)
    net.save(DRAWN_NET, fingerprint())
    print(
        f"{DRAWN_NET}: {DRAWN_NET.stat().st_size:,} bytes, from {len(drawn.who)} drawn and {len(people)} filmed heads"
    )


def _report(net: DrawnNet, drawn: Portraits, places: np.typing.NDArray[np.int64]) -> str:
    """Return the mean errors in degrees of yaw, pitch and roll of people left out, in good cuts and in rough ones."""
    words = []
    for name, errors in (("good cuts", FINE), ("rough cuts", ROUGH)):
        chance = np.random.default_rng(SEED)
        missed = []
        for place in places:
            cut, facts = cut_out(drawn.pictures[place], drawn.turns[place], errors, chance)
            look = net.look(cut)
            missed.append(np.abs(facts[:3] - (look.yaw_rad, look.pitch_rad, look.roll_rad)))
        words.append(f"{name} {np.degrees(np.mean(missed, axis=0)).round(2).tolist()}")
    return ", ".join(words)


if __name__ == "__main__":
    main()
