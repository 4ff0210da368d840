"""`bench tracking`: all measurements of this folder, with the official face model where it is, and the registry's."""

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from avatar_live.app.bench.shared import SHARED
from avatar_live.app.bench.tracking.busy import measure_busy
from avatar_live.app.bench.tracking.characters import measure_characters
from avatar_live.app.bench.tracking.costs import measure_costs
from avatar_live.app.bench.tracking.dark import measure_dark
from avatar_live.app.bench.tracking.hands import measure_hands
from avatar_live.app.bench.tracking.head import TexturedHead, portrait, portrait_heads, read_mesh
from avatar_live.app.bench.tracking.lids import measure_lids
from avatar_live.app.bench.tracking.recovery import measure_recovery
from avatar_live.app.bench.tracking.soak import measure_soak
from avatar_live.app.bench.tracking.speech import measure_speech
from avatar_live.app.bench.tracking.takes import measure_takes
from avatar_live.app.bench.tracking.turns import (
    FPS,
    LOOKS,
    known_rotations,
    measure_still,
    measure_swings,
    measure_turns,
)
from avatar_live.app.faults import ShowError
from avatar_live.signals import FaceReading
from avatar_live.tracking.bundle import FACE, HAND, POSE
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models, installed

Report = Callable[[str], None]
Figures = dict[str, Any]

FOOTAGE: Final = SHARED / "footage"
OFFICIAL_FACE: Final = SHARED / "models" / FACE.file_name
MESH: Final = FOOTAGE / "canonical_face_model.obj"

# What is measured by each model, and what does not depend on them.
BY_MODEL: Final = ("head", "characters", "lids", "hands", "dark", "costs")
ONCE: Final = ("speech", "takes", "recovery", "soak")
PARTS: Final = (*BY_MODEL, *ONCE)


def measure_tracking(models_folder: Path, parts: Sequence[str], soak_s: float, report: Report) -> Figures:
    """Return the figures of these parts, ready for JSON; those of the registry's models lie under `registry_only`.

    The official face model is that of the folder, or of the shared test data; where it is nowhere, the figures are the
    installed models'. What needs footage that is absent is left out, and said. Raises ShowError and ModelError.
    """
    with _folders(models_folder) as folders:
        figures: Figures = {"models": installed(next(iter(folders.values()))).origin}
        for name, folder in folders.items():
            own = _by_model(folder, parts, report, name)
            figures |= {"registry_only": own} if name == "registry" and len(folders) > 1 else own
        figures |= _once(next(iter(folders.values())), parts, soak_s, report)
    return figures


def _by_model(folder: Path, parts: Sequence[str], report: Report, name: str) -> Figures:
    models = installed(folder)
    footage = FOOTAGE if FOOTAGE.is_dir() else None
    figures: Figures = {}
    for part in [part for part in BY_MODEL if part in parts]:
        if footage is None and part in ("head", "hands"):
            report(f"{part}: left out, there is no footage at {FOOTAGE}.")
            continue
        report(f"{part}, {name} models ...")
        match part:
            case "head":
                heads = known_heads(models)
                figures |= measure_turns(heads, models, known_rotations())
                figures |= measure_still(heads[0], models) | measure_swings(heads[0], models)
            case "characters":
                figures |= measure_characters(models, known_rotations())
            case "lids":
                figures |= measure_lids(models, footage)
            case "hands":
                assert footage is not None
                figures |= measure_hands(models, footage)
            case "dark":
                figures |= measure_dark(models, footage)
            case "costs":
                figures |= measure_costs(models)
    return figures


def _once(folder: Path, parts: Sequence[str], soak_s: float, report: Report) -> Figures:
    measures: Mapping[str, Callable[[], Figures]] = {
        "speech": measure_speech,
        "takes": measure_takes,
        "recovery": lambda: measure_recovery(folder) | measure_busy(folder),
        "soak": lambda: measure_soak(soak_s, folder, report) if soak_s > 0.0 else {},
    }
    figures: Figures = {}
    for part in [part for part in ONCE if part in parts]:
        report(f"{part} ...")
        figures |= measures[part]()
    return figures


def known_heads(models: Models) -> list[TexturedHead]:
    """Return the heads whose rotations are known. Raises ShowError where the mesh is absent or nobody is seen."""
    if not MESH.exists():
        raise ShowError(f"There is no {MESH}: the heads are modelled on it (AVATAR_LIVE_SHARED names the folder).")
    photo, face = portrait(), None
    with Detectors(models) as detectors:
        for count in range(LOOKS):
            face = detectors.face(photo, count / FPS) or face
    if not isinstance(face, FaceReading):
        raise ShowError("The models do not find the face in the portrait: run `avatar-live models`.")
    return portrait_heads(photo, face.landmarks.astype(np.float64), read_mesh(MESH))


@contextmanager
def _folders(models_folder: Path) -> Iterator[dict[str, Path]]:
    """Yield a folder of models by name: `official` where that face model is at hand, and `registry`."""
    models = installed(models_folder)
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        if models.face_has_shapes:
            yield {"official": models_folder}
        elif not OFFICIAL_FACE.exists():
            yield {"registry": models_folder}
        else:
            beside = Path(place)
            for kind in (POSE, HAND):
                shutil.copyfile(models_folder / kind.file_name, beside / kind.file_name)
            shutil.copyfile(OFFICIAL_FACE, beside / FACE.file_name)
            yield {"official": beside, "registry": models_folder}
