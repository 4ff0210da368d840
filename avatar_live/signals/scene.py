"""What the streamer chooses to be seen in, as words and as values: the backdrop, the light and the camera's shot."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

LightName = Literal["studio", "warm", "cool", "sunset", "night", "neon"]
LIGHTS: Final[tuple[LightName, ...]] = get_args(LightName)

ShotName = Literal["bust", "close-up", "full", "wide", "handheld"]
SHOTS: Final[tuple[ShotName, ...]] = get_args(ShotName)

CHROMAS: Final = {"green": "#00ff00", "blue": "#0000ff", "magenta": "#ff00ff"}
PICTURE_KINDS: Final = (".png", ".jpg", ".jpeg", ".webp", ".bmp")
VIDEO_KINDS: Final = (".mp4", ".mov", ".mkv", ".webm", ".avi", ".gif")
BACKDROP_WORDS: Final = (
    "use room, a colour such as #223344, gradient:#202040,#6040a0, chroma:green (or blue, magenta), transparent, "
    f"or a picture or video file ({' '.join((*PICTURE_KINDS, *VIDEO_KINDS))})"
)

_COLOR: Final = re.compile(r"#(?:[0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


class BackdropError(ValueError):
    """Say in one sentence why a backdrop cannot be shown and what to do about it."""


@dataclass(frozen=True, slots=True)
class Room:
    """Stand in the built-in room."""


@dataclass(frozen=True, slots=True)
class Fill:
    """Stand before a colour, `#rrggbb`, that runs from `top` to `bottom`; a key colour is one that does not run."""

    top: str
    bottom: str


@dataclass(frozen=True, slots=True)
class Transparent:
    """Stand before nothing: the picture's alpha says where the show is, its colours are premultiplied by it."""


@dataclass(frozen=True, slots=True)
class Footage:
    """Stand before a picture or a looped video."""

    path: Path

    @property
    def is_moving(self) -> bool:
        """Whether the file is a video."""
        return self.path.suffix.lower() in VIDEO_KINDS


Backdrop = Room | Fill | Transparent | Footage


def parse_backdrop(spec: str) -> Backdrop:
    """Return what a streamer's words ask for, files not looked at. Raises BackdropError."""
    kind, _, rest = spec.strip().partition(":")
    if spec.strip() == "room":
        return Room()
    if spec.strip() == "transparent":
        return Transparent()
    if kind == "chroma" and rest in CHROMAS:
        return Fill(CHROMAS[rest], CHROMAS[rest])
    colors = [color.strip() for color in (rest if kind == "gradient" else spec).split(",")]
    if len(colors) == (2 if kind == "gradient" else 1) and all(map(_COLOR.fullmatch, colors)):
        return Fill(_whole(colors[0]), _whole(colors[-1]))
    path = Path(spec)
    if path.suffix.lower() in (*PICTURE_KINDS, *VIDEO_KINDS):
        return Footage(path)
    raise BackdropError(f'"{spec}" is no backdrop: {BACKDROP_WORDS}.')


def _whole(color: str) -> str:
    """Return `#rgb` as `#rrggbb`."""
    digits = color[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(2 * digit for digit in digits))
