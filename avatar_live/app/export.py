"""`export`: perform a take frame by frame and write what the avatar did for other programs."""

from collections import deque
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from avatar_live.app.faults import ShowError
from avatar_live.mocap import bvh, vrma
from avatar_live.mocap.curves import Curves, FaceKind, curves_of
from avatar_live.mocap.replay import performed
from avatar_live.mocap.take import TakeError
from avatar_live.motion import Solver
from avatar_live.tracking.takes import read_take

FPS_MIN, FPS_MAX = 1.0, 240.0
MOMENTS_MAX: Final = 36_000  # ten minutes at 60 a second, which is what the reader of .vrma files reads
_FACES: Final[dict[str, FaceKind]] = {"arkit": "arkit", "vrm": "vrm"}


@dataclass(frozen=True, slots=True)
class Export:
    """Choose how often and from where to where the performance is sampled, and what it is told as."""

    fps: float = 60.0
    start_s: float = 0.0
    seconds: float | None = None
    is_mirrored: bool = True
    face: str = "arkit"


def export_take(take: Path, out: Path, export: Export) -> str:
    """Write the take as `out`, a .vrma or .bvh file, and return what was written. Raises ShowError."""
    kind = out.suffix.lower()
    if kind not in (vrma.SUFFIX, bvh.SUFFIX):
        raise ShowError(f'"{out}" is neither a .vrma nor a .bvh file: give it one of these endings.')
    curves = _performed(take, export)
    data = vrma.vrma_of(out.stem, curves) if kind == vrma.SUFFIX else bvh.bvh_of(curves).encode()
    try:
        scratch = out.with_name(f"{out.name}.part")
        scratch.write_bytes(data)
        scratch.replace(out)
    except OSError as error:
        raise ShowError(
            f"{out} cannot be written ({error.strerror or error}): free some space, or choose another place."
        ) from error
    return f"{out}: {_told(curves, export, kind)}, {len(data) / 1e6:.1f} MB"


def _performed(take: Path, export: Export) -> Curves:
    if not FPS_MIN <= export.fps <= FPS_MAX:
        raise ShowError(f"--fps {export.fps:g} is no pace for a motion: use {FPS_MIN:.0f} to {FPS_MAX:.0f}.")
    if export.face not in _FACES:
        raise ShowError(f'There is no face "{export.face}": use arkit or vrm.')
    if export.seconds is not None and not export.seconds > 0.0:
        raise ShowError("There is nothing in no seconds: use --seconds 10, or leave it out.")
    nothing = ShowError(f"{take.name} has nothing there: choose an earlier --start, or another take.")
    try:
        left_s = _length_s(take) - export.start_s
        if not left_s >= 0.0:  # nor is a start that is not a number
            raise nothing
        wanted_s = left_s if export.seconds is None else min(export.seconds, left_s)
        if wanted_s * export.fps > MOMENTS_MAX:
            raise ShowError(
                f"{take.name} is longer than {MOMENTS_MAX / export.fps / 60.0:.3g} minutes at --fps {export.fps:g}: "
                "export a part of it with --start and --seconds, or fewer moments with a lower --fps."
            )
        poses = performed(read_take(take), Solver(export.is_mirrored), export.fps)
        first = round(export.start_s * export.fps)
        moments = None if export.seconds is None else first + max(1, round(wanted_s * export.fps))
        curves = curves_of(islice(poses, first, moments), export.fps, _FACES[export.face])
    except TakeError as error:
        raise ShowError(str(error)) from error
    if len(curves.times_s) == 0:
        raise nothing
    return curves


def _length_s(take: Path) -> float:
    """Return how long the take is; less than nothing when nothing is in it."""
    entries = read_take(take)
    first = next(entries, None)
    if first is None:
        return -1.0
    (last,) = deque(entries, maxlen=1) or (first,)
    return last.at_s - first.at_s


def _told(curves: Curves, export: Export, kind: str) -> str:
    words = [
        f"{len(curves.times_s) / export.fps:.1f} s at {export.fps:g} a second, {len(curves.rotations)} bones moved"
    ]
    if kind == vrma.SUFFIX:
        words.append(f"{len(curves.expressions)} expressions")
    return ", ".join(words)
