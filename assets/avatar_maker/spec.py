"""What makes one character differ from another: colours, hair, ears, tail, proportions."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True)
class Palette:
    skin: str = "#ffe3d3"
    skin_shade: str = "#f0b2aa"
    blush: str = "#ff8f86"
    hair_root: str = "#27406f"
    hair_mid: str = "#3566a0"
    hair_tip: str = "#63d2d6"
    hair_shine: str = "#a9e4f5"
    hair_shade: str = "#8c8fc4"
    iris_dark: str = "#5a2408"
    iris_mid: str = "#e0731b"
    iris_light: str = "#ffd766"
    lash: str = "#1f1b34"
    brow: str = "#26375f"
    cloth: str = "#fbf6ee"
    cloth_shade: str = "#b6b2d4"
    trim: str = "#ff7f6b"
    trim_dark: str = "#33405f"
    legs: str = "#2b3350"
    shoe: str = "#fff8f0"
    ear_inner: str = "#ffc4c0"


@dataclass(frozen=True)
class Proportions:
    leg: float = 0.52  # hip height, metres
    torso: float = 0.345  # hip to shoulder line
    arm: float = 0.305  # shoulder to wrist
    head: float = 1.0  # scale of the head
    build: float = 1.0  # girth of torso and limbs


@dataclass(frozen=True)
class EyeShape:
    tilt: float = 0.0  # radians, positive lifts the outer corner
    width: float = 1.0
    height: float = 1.0
    iris: float = 1.0


@dataclass(frozen=True)
class CharacterSpec:
    name: str
    palette: Palette = field(default_factory=Palette)
    proportions: Proportions = field(default_factory=Proportions)
    hair_style: Literal["bob", "spiky"] = "bob"
    animal_ears: bool = False
    tail: bool = False
    hair_clip: bool = True
    headset: bool = False
    eyes: EyeShape = EyeShape()
    brow_thickness: float = 1.0
    chest_print: Literal["wave", "paw"] = "wave"


CHARACTERS = {
    "mirai": CharacterSpec(name="Mirai", headset=True),
    "kohaku": CharacterSpec(
        name="Kohaku",
        palette=Palette(
            skin="#f9d3b8",
            skin_shade="#d9957e",
            blush="#f0705f",
            hair_root="#d9722d",
            hair_mid="#f09a45",
            hair_tip="#fff0d8",
            hair_shine="#ffe3a3",
            hair_shade="#c9788a",
            iris_dark="#0c3b44",
            iris_mid="#1fa394",
            iris_light="#a4f5c6",
            lash="#3a1c1a",
            brow="#9a4a1e",
            cloth="#3b4463",
            cloth_shade="#7a78a8",
            trim="#ffc247",
            trim_dark="#f4efe6",
            legs="#6d5a52",
            shoe="#d8503c",
            ear_inner="#fff0dc",
        ),
        proportions=Proportions(leg=0.66, torso=0.37, arm=0.335, head=0.97, build=1.05),
        hair_style="spiky",
        animal_ears=True,
        tail=True,
        hair_clip=False,
        eyes=EyeShape(tilt=0.12, width=1.07, height=0.84, iris=0.93),
        brow_thickness=1.35,
        chest_print="paw",
    ),
}
