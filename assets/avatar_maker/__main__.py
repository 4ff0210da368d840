"""Build the project's characters: `python -m avatar_maker` in assets/ builds them all, beside this package."""

import argparse
from dataclasses import fields
from pathlib import Path

from .characters import CHARACTERS
from .spec import CharacterSpec, bounds
from .variants import build_character

ASSETS = Path(__file__).parent.parent

if __name__ == "__main__":
    (least, most) = next(bounds(part) for part in fields(CharacterSpec) if part.name == "detail")
    parser = argparse.ArgumentParser(prog="python -m avatar_maker", description="Build the project's characters.")
    parser.add_argument(
        "names", nargs="*", metavar="name", help=f"which of {', '.join(CHARACTERS)}; all if none is named"
    )
    parser.add_argument("--into", type=Path, default=ASSETS, help="folder for the .vrm files (default: assets/)")
    parser.add_argument(
        "--detail",
        type=float,
        default=1.0,
        metavar="N",
        help=f"triangles against the shipped files, {least} to {most}: 1.35 makes about 40,000, 0.05 about 4,000",
    )
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in CHARACTERS]
    if unknown:
        parser.error(f"there is no character {unknown[0]!r}; choose from {', '.join(CHARACTERS)}")
    if not least <= options.detail <= most:
        parser.error(f"a detail of {options.detail:g} cannot be made; choose {least} to {most}")
    if options.detail != 1.0 and options.into.resolve() == ASSETS:
        parser.error("only the shipped detail belongs in assets/; name another folder with --into")
    for name in options.names or CHARACTERS:
        file = options.into / f"{name}.vrm"
        file.write_bytes(build_character(name, options.detail))
        print(f"{file}: {file.stat().st_size:,} bytes")
