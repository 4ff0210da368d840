"""What makes one character differ from another: what it is, colours, proportions, face, hair and clothes.

A number says in its field how far it may go; `CharacterSpec` refuses what lies outside.
"""

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Any, Literal

HeadKind = Literal["human", "fox", "robot"]
HairStyle = Literal["bob", "spiky", "swept", "mane", "none"]
EarKind = Literal["human", "animal", "none"]


def ranged(rest: float, least: float, most: float) -> Any:
    """Return a field of a number that may lie between `least` and `most`."""
    return field(default=rest, metadata={"least": least, "most": most})


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
    shirt: str = "#f4f1ea"
    trim: str = "#ff7f6b"
    trim_dark: str = "#33405f"
    shorts: str = "#33405f"
    legs: str = "#2b3350"
    shoe: str = "#fff8f0"
    ear_inner: str = "#ffc4c0"


@dataclass(frozen=True)
class Proportions:
    leg: float = ranged(0.52, 0.40, 0.95)  # hip height, metres
    torso: float = ranged(0.345, 0.28, 0.56)  # hip to shoulder line
    arm: float = ranged(0.305, 0.25, 0.56)  # shoulder to wrist
    head: float = ranged(1.0, 0.75, 1.2)  # scale of the head
    build: float = ranged(1.0, 0.85, 1.45)  # girth of torso and limbs
    shoulders: float = ranged(1.0, 0.85, 1.4)  # width, as all that follow
    hips: float = ranged(1.0, 0.85, 1.2)
    waist: float = ranged(1.0, 0.8, 1.15)
    limbs: float = ranged(1.0, 0.8, 1.3)
    neck: float = ranged(1.0, 0.85, 1.6)
    neck_length: float = ranged(1.0, 0.6, 1.4)
    hands: float = ranged(1.0, 0.85, 1.35)


@dataclass(frozen=True)
class FaceShape:
    width: float = ranged(1.0, 0.9, 1.12)  # at the cheekbones
    jaw: float = ranged(1.0, 0.85, 1.15)  # width
    chin: float = ranged(1.0, 0.9, 1.2)  # length below the cheeks
    chin_sharpness: float = ranged(1.0, 0.65, 1.35)
    cheeks: float = ranged(1.0, 0.2, 1.8)  # fullness
    nose: float = ranged(1.0, 0.7, 1.9)
    mouth_width: float = ranged(1.0, 0.8, 1.35)
    mouth_rise: float = ranged(0.0, -0.004, 0.006)  # metres
    brow_thickness: float = ranged(1.0, 0.6, 2.4)
    brow_rise: float = ranged(0.0, -0.010, 0.005)  # metres
    brow_slant: float = ranged(0.0, -0.006, 0.006)  # metres that the outer end rises
    ear_size: float = ranged(1.0, 0.7, 1.3)
    ear_point: float = ranged(0.0, 0.0, 1.0)  # 1 is an elf's


@dataclass(frozen=True)
class EyeShape:
    tilt: float = ranged(0.0, -0.1, 0.2)  # radians, positive lifts the outer corner
    width: float = ranged(1.0, 0.8, 1.15)
    height: float = ranged(1.0, 0.5, 1.15)
    spacing: float = ranged(1.0, 0.94, 1.1)
    rise: float = ranged(0.0, -0.006, 0.008)  # metres
    iris: float = ranged(1.0, 0.7, 1.15)
    lashes: float = ranged(1.0, 0.3, 1.3)  # thickness; the wings go below 0.7


@dataclass(frozen=True)
class CharacterSpec:
    name: str
    palette: Palette = field(default_factory=Palette)
    proportions: Proportions = field(default_factory=Proportions)
    face: FaceShape = field(default_factory=FaceShape)
    eyes: EyeShape = field(default_factory=EyeShape)
    head: HeadKind = "human"
    hair_style: HairStyle = "bob"
    ears: EarKind = "human"
    upper: Literal["hoodie", "jacket", "shell"] = "hoodie"
    lower: Literal["shorts", "trousers", "shell"] = "shorts"
    tail: bool = False
    hair_clip: bool = False
    headset: bool = False
    scarf: bool = False
    chest_print: Literal["wave", "paw", "none"] = "none"
    detail: float = ranged(1.0, 0.05, 4.0)  # triangles against those of the shipped file

    def __post_init__(self) -> None:
        for name, number, least, most in ranges(self):
            if not least <= number <= most:
                raise ValueError(f"{self.name}: {name} is {number}; choose {least} to {most}")


def ranges(spec: Any) -> Iterator[tuple[str, float, float, float]]:
    """Name each number of a spec with its bounds, such as ("face.jaw", 1.0, 0.85, 1.15)."""
    for part in fields(spec):
        value = getattr(spec, part.name)
        if is_dataclass(value):
            yield from ((f"{part.name}.{name}", *numbers) for name, *numbers in ranges(value))  # type: ignore[misc]
        elif part.metadata:
            yield part.name, value, *bounds(part)


def bounds(part: "Field[Any]") -> tuple[float, float]:
    """Return how far the number in a field may go."""
    return part.metadata["least"], part.metadata["most"]
