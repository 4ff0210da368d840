"""Build the small bodies: `python -m body_maker` in assets/ writes bodies/pip.vrm and bodies/crowd.npz."""

import argparse
from pathlib import Path

from .crowd_file import pack_crowd
from .vrm_file import pack_vrm
from .whole import make

BODIES = Path(__file__).parent.parent / "bodies"
COARSE = 0.55  # of the corners: for those who are small in the picture
PIP_WEARS = ("shell", "tuft", "scarf")
PIP_COLORS = {
    "skin": "#ffe0c2",
    "hair": "#7a4a2b",
    "shirt": "#ffb62e",
    "trousers": "#34406e",
    "accent": "#ff5d5d",
    "shoes": "#f4f1ff",
    "ink": "#2a1f3d",
    "white": "#fffaf2",
    "blush": "#ff9f97",
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m body_maker", description="Build the small bodies of viewers.")
    parser.add_argument("--into", type=Path, default=BODIES, help="folder for the files (default: assets/bodies)")
    folder = parser.parse_args().into
    folder.mkdir(parents=True, exist_ok=True)
    whole = make()
    for file, data in (
        (folder / "pip.vrm", pack_vrm(whole, "Pip", PIP_WEARS, PIP_COLORS)),
        (folder / "crowd.npz", pack_crowd({"fine": whole, "coarse": make(COARSE)})),
    ):
        file.write_bytes(data)
        print(f"{file}: {len(data):,} bytes")
