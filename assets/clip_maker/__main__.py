"""Make the project's motions: `python -m clip_maker` in assets/ writes them all to assets/clips/."""

import argparse
from pathlib import Path

from avatar_live.mocap.vrma import vrma_of

from .motion import bake
from .motions import MOTIONS

CLIPS = Path(__file__).parent.parent / "clips"
DECIMALS = 5  # so that every processor writes the same bytes

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m clip_maker", description="Make the project's motions.")
    parser.add_argument("--into", type=Path, default=CLIPS, help="folder for the .vrma files (default: assets/clips/)")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    for motion in MOTIONS:
        file = options.into / f"{motion.name}.vrma"
        file.write_bytes(vrma_of(motion.name, bake(motion), generator="avatar_live clip_maker", decimals=DECIMALS))
        print(f"{file}: {file.stat().st_size:,} bytes")
