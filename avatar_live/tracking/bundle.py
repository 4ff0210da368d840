"""Model bundles (`.task` files): stored zips of `.tflite` members, recognised by what is inside them.

A bundle with the wrong model inside can hang the process that opens it, so its members' tensor shapes are compared
with the known ones before MediaPipe sees the file.
"""

import hashlib
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from avatar_live.tracking.tflite import Tensors, silent_blendshapes, tensors

BLENDSHAPES: Final = "face_blendshapes.tflite"
ALIGNMENT_BYTES: Final = 4
# An extra field whose payload is only padding, as Android's zipalign writes it.
_PADDING_FIELD: Final = struct.Struct("<HH")
_PADDING_ID: Final = 0xD935
_LOCAL_HEADER_BYTES: Final = 30  # before the name
_UNIX: Final = 3  # the zip format's number, written on every platform alike


class ModelError(Exception):
    """Say in one sentence which tracking model is wrong or missing and what to do next."""


@dataclass(frozen=True, slots=True)
class BundleKind:
    """Name a bundle's file and, for each member, the tensors that are accepted in it."""

    name: str
    file_name: str
    members: Mapping[str, tuple[Tensors, ...]]


def _image(size_px: int, *outputs: tuple[int, ...]) -> Tensors:
    return Tensors(((1, size_px, size_px, 3),), outputs)


FACE: Final = BundleKind(
    "face",
    "face_landmarker.task",
    {
        "face_detector.tflite": (_image(128, (1, 896, 16), (1, 896, 1)),),
        "face_landmarks_detector.tflite": (
            _image(256, (1, 1, 1, 1434), (1, 1, 1, 1), (1, 1)),  # the official one
            _image(192, (1, 1, 1, 1434), (1, 1, 1, 1)),  # the attention model with its heads merged
        ),
        BLENDSHAPES: (Tensors(((1, 146, 2),), ((52,),)),),
    },
)
POSE: Final = BundleKind(
    "pose",
    "pose_landmarker.task",
    {
        "pose_detector.tflite": (_image(224, (1, 2254, 12), (1, 2254, 1)),),
        "pose_landmarks_detector.tflite": (_image(256, (1, 195), (1, 1), (1, 256, 256, 1), (1, 64, 64, 39), (1, 117)),),
    },
)
HAND: Final = BundleKind(
    "hand",
    "hand_landmarker.task",
    {
        "hand_detector.tflite": (_image(192, (1, 2016, 18), (1, 2016, 1)),),
        "hand_landmarks_detector.tflite": (_image(224, (1, 63), (1, 1), (1, 1), (1, 63)),),
    },
)
KINDS: Final = (FACE, POSE, HAND)


def write_bundle(path: Path, members: Mapping[str, bytes]) -> None:
    """Write a bundle whose bytes depend on the members alone: stored, aligned, without a date."""
    with path.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as bundle:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.create_system = _UNIX
            padding = -(file.tell() + _LOCAL_HEADER_BYTES + len(name) + _PADDING_FIELD.size) % ALIGNMENT_BYTES
            info.extra = _PADDING_FIELD.pack(_PADDING_ID, padding) + bytes(padding)
            bundle.writestr(info, data)


def check_bundle(path: Path, kind: BundleKind) -> None:
    """Read the whole bundle and compare its tensors. Raises ModelError when it is not a bundle of this kind."""
    try:
        with zipfile.ZipFile(path) as bundle:
            missing = [name for name in kind.members if name not in bundle.namelist()]
            if missing:
                raise ModelError(
                    f"{path} is not a {kind.name} model: it has no {missing[0]} inside. "
                    "Delete it, and the right one is fetched at the next start."
                )
            for name, accepted in kind.members.items():
                found = tensors(bundle.read(name))
                if found not in accepted:
                    raise ModelError(
                        f"{path} is not a {kind.name} model that fits: {name} has the tensors {_text(found)}, "
                        f"not {_text(accepted[0])}. Delete it, and the right one is fetched at the next start."
                    )
    except OSError as error:
        raise ModelError(f"The {kind.name} model {path} cannot be read: {error.strerror or error}.") from error
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise ModelError(
            f"The {kind.name} model {path} is damaged or not a model bundle ({error}). "
            "Delete it, and the right one is fetched at the next start."
        ) from error


def kind_of(path: Path) -> BundleKind:
    """Return which bundle a file is. Raises ModelError when it is none."""
    try:
        with zipfile.ZipFile(path) as bundle:
            names = set(bundle.namelist())
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error.strerror or error}.") from error
    except zipfile.BadZipFile as error:
        raise ModelError(f"{path} is not a model bundle: name a .task file, or a folder of them.") from error
    for kind in KINDS:
        if names >= set(kind.members):
            check_bundle(path, kind)
            return kind
    raise ModelError(f"{path} holds no face, pose or hand model: name a MediaPipe landmarker .task file.")


def has_blendshapes(path: Path) -> bool:
    """Tell whether a checked face bundle knows expressions, or only zeros in their place."""
    with zipfile.ZipFile(path) as bundle:
        return bundle.read(BLENDSHAPES) != silent_blendshapes()


def sha256_of(path: Path) -> str:
    """Return a file's SHA-256 as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _text(shapes: Tensors) -> str:
    inputs, outputs = (" ".join(str(list(shape)) for shape in side) for side in (shapes.inputs, shapes.outputs))
    return f"{inputs} -> {outputs}"
