"""Build the project's characters: `python -m avatar_maker` in assets/ builds them all, beside this package."""

import argparse
from dataclasses import replace
from pathlib import Path

from .build import build
from .characters import CHARACTERS

THUMBNAILS = Path(__file__).parent / "thumbnails"
ASSETS = Path(__file__).parent.parent

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m avatar_maker", description="Build the project's characters.")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"which of {', '.join(CHARACTERS)}; all if none is named"
    )
    parser.add_argument("--into", type=Path, default=ASSETS, help="folder for the .vrm files (default: assets/)")
    parser.add_argument("--detail", type=float, default=1.0, help="triangles against those of the shipped files")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in CHARACTERS]
    if unknown:
        parser.error(f"there is no character {unknown[0]!r}; choose from {', '.join(CHARACTERS)}")
    for name in options.names or CHARACTERS:
        file = options.into / f"{name}.vrm"
        spec = replace(CHARACTERS[name], detail=options.detail)
        file.write_bytes(build(spec, (THUMBNAILS / f"{name}.png").read_bytes()))
        print(f"{file}: {file.stat().st_size:,} bytes")
