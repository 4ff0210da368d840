"""The names by which programs call the shapes of a face: ARKit's in every spelling, VRM 0.x's and VRM 1.0's presets."""

from collections.abc import Mapping
from typing import Final

from avatar_live.mocap.part import Part, gaze_of_looks, without_looks
from avatar_live.motion.gaze import WITNESS_RAD
from avatar_live.signals import ARKIT_SHAPES


def _spellings(shape: str) -> tuple[str, ...]:
    """Return a shape's spellings in lower case: "Left" at its end may be "_L"."""
    for word, letter in (("Left", "_l"), ("Right", "_r")):
        if shape.endswith(word) and shape not in ("jawLeft", "jawRight", "mouthLeft", "mouthRight"):
            return shape.casefold(), (shape.removesuffix(word) + letter).casefold()
    return (shape.casefold(),)


_ARKIT: Final = {spelling: shape for shape in ARKIT_SHAPES for spelling in _spellings(shape)}


def _both(**weights: float) -> dict[str, float]:
    return {f"{shape}{side}": weight for shape, weight in weights.items() for side in ("Left", "Right")}


# The mixture is our own: what comes out of `avatar.face.preset_weights` for it is nearly the preset alone.
_VOWELS: Final[dict[str, dict[str, float]]] = {
    "aa": {"jawOpen": 0.8},
    "ih": {"jawOpen": 0.2, **_both(mouthStretch=0.9)},
    "ou": {"jawOpen": 0.1, "mouthPucker": 1.0},
    "ee": {"jawOpen": 0.6, **_both(mouthSmile=0.7, mouthStretch=0.3)},
    "oh": {"jawOpen": 0.5, "mouthFunnel": 0.9},
}
_MOODS: Final[dict[str, dict[str, float]]] = {
    "happy": _both(mouthSmile=0.9, cheekSquint=0.5),
    "angry": _both(browDown=0.9, noseSneer=0.3),
    "sad": {"browInnerUp": 0.8, **_both(mouthFrown=0.8)},
    "relaxed": _both(mouthSmile=0.6, eyeSquint=0.4),
    "surprised": {"browInnerUp": 0.8, "jawOpen": 0.2, **_both(browOuterUp=0.8, eyeWide=0.8)},
}
_LIDS: Final[dict[str, dict[str, float]]] = {
    "blink": _both(eyeBlink=1.0),
    "blinkleft": {"eyeBlinkLeft": 1.0},
    "blinkright": {"eyeBlinkRight": 1.0},
}
_LOOKS: Final = {"lookleft": (1.0, 0.0), "lookright": (-1.0, 0.0), "lookup": (0.0, 1.0), "lookdown": (0.0, -1.0)}
_VRM0: Final = {
    "a": "aa", "i": "ih", "u": "ou", "e": "ee", "o": "oh", "joy": "happy", "sorrow": "sad", "fun": "relaxed",
    "blink_l": "blinkleft", "blink_r": "blinkright",
}  # fmt: skip
_MOUTH: Final = tuple(
    shape for shape in ARKIT_SHAPES if shape.startswith(("jaw", "mouth", "tongue")) or shape == "cheekPuff"
)


def is_known(name: str) -> bool:
    """Tell whether `part_of` finds something in this name."""
    plain = _plain(name)
    return plain in _ARKIT or plain in _VOWELS or plain in _MOODS or plain in _LIDS or plain in _LOOKS


def arkit_shape(name: str) -> str | None:
    """Return the ARKit shape that a name stands for, in any spelling."""
    return _ARKIT.get(name.casefold())


def part_of(weights: Mapping[str, float]) -> Part:
    """Return the face that weights, by any of the names, come to.

    A program that names ARKit's shapes means those: the vowels and blinks that it sends beside them are the same face
    once more. Who names a vowel gives the whole mouth.
    """
    arkit = {shape: weight for name, weight in weights.items() if (shape := arkit_shape(name)) is not None}
    presets = {plain: weight for name, weight in weights.items() if (plain := _plain(name)) not in _ARKIT}
    shapes = without_looks(arkit)
    shown = {**_MOODS} if arkit else {**_VOWELS, **_MOODS, **_LIDS}
    if not arkit and any(name in _VOWELS for name in presets):
        shapes |= dict.fromkeys(_MOUTH, 0.0)
    for name, weight in presets.items():
        for shape, share in shown.get(name, {}).items():
            shapes[shape] = min(shapes.get(shape, 0.0) + share * min(max(weight, 0.0), 1.0), 1.0)
    return Part(shapes=shapes, gaze_rad=_gaze(arkit, presets))


def _gaze(arkit: Mapping[str, float], presets: Mapping[str, float]) -> tuple[float, float] | None:
    if any(name.startswith("eyeLook") for name in arkit):
        return gaze_of_looks(arkit)
    looks = [(way, min(max(presets[name], 0.0), 1.0)) for name, way in _LOOKS.items() if name in presets]
    if not looks:
        return None
    return (
        float(WITNESS_RAD[0]) * sum(way[0] * weight for way, weight in looks),
        float(WITNESS_RAD[1]) * sum(way[1] * weight for way, weight in looks),
    )


def _plain(name: str) -> str:
    plain = name.casefold()
    return _VRM0.get(plain, plain)
