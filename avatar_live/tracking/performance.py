"""A recorded performance: what our own tracker saw in real footage, kept as numbers and played for ever."""

import io
import math
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import BodyReading, FaceReading, HandReading, Readings
from avatar_live.signals.readings import BODY_POINTS, FACE_POINTS, HAND_POINTS, SHAPES

PERFORMANCE: Final = Path(__file__).parents[2] / "assets" / "performance" / "performance.npz"

PARTS: Final = ("face", "body", "left_hand", "right_hand")
_PIXEL_STEP: Final = 1.0 / 16.0
_METRE_STEP: Final = 1.0 / 8192.0
_UNIT_STEP: Final = 1.0 / 255.0

# What zipfile and numpy raise of damaged files, besides OSError and ValueError.
_DAMAGES: Final = (
    KeyError,
    TypeError,
    EOFError,
    OverflowError,
    RuntimeError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
)

Track = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one track: the part it belongs to, the shape of a frame, and the step it is rounded to in the file."""

    part: str
    shape: tuple[int, ...]
    step: float


FIELDS: Final[Mapping[str, Field]] = {
    "face.landmarks": Field("face", (FACE_POINTS, 3), _PIXEL_STEP),
    "face.shapes": Field("face", (SHAPES,), _UNIT_STEP),
    "body.landmarks": Field("body", (BODY_POINTS, 3), _PIXEL_STEP),
    "body.world": Field("body", (BODY_POINTS, 3), _METRE_STEP),
    "body.visibility": Field("body", (BODY_POINTS,), _UNIT_STEP),
    "left_hand.landmarks": Field("left_hand", (HAND_POINTS, 3), _PIXEL_STEP),
    "left_hand.world": Field("left_hand", (HAND_POINTS, 3), _METRE_STEP),
    "left_hand.score": Field("left_hand", (), _UNIT_STEP),
    "right_hand.landmarks": Field("right_hand", (HAND_POINTS, 3), _PIXEL_STEP),
    "right_hand.world": Field("right_hand", (HAND_POINTS, 3), _METRE_STEP),
    "right_hand.score": Field("right_hand", (), _UNIT_STEP),
}


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """Hold `n` frames of readings at `fps`: `tracks` (n, *shape) by the names of `FIELDS`, and which `PARTS` are seen.

    `present` is (n,) by part; where a part is absent its tracks mean nothing.
    """

    fps: float
    width_px: int
    height_px: int
    tracks: Mapping[str, Track]
    present: Mapping[str, NDArray[np.bool_]]

    def __len__(self) -> int:
        return len(self.present["face"])

    def at(self, count: int, captured_s: float) -> Readings:
        """Return frame `count` of the endless repetition, as if it had been captured at `captured_s`."""
        n = count % len(self)
        track = self.tracks
        face = body = None
        if self.present["face"][n]:
            face = FaceReading(track["face.landmarks"][n], track["face.shapes"][n], captured_s)
        if self.present["body"][n]:
            body = BodyReading(
                track["body.landmarks"][n], track["body.world"][n], track["body.visibility"][n], captured_s
            )
        left, right = (
            HandReading(
                track[f"{hand}.landmarks"][n], track[f"{hand}.world"][n], float(track[f"{hand}.score"][n]), captured_s
            )
            if self.present[hand][n]
            else None
            for hand in ("left_hand", "right_hand")
        )
        return Readings(self.width_px, self.height_px, captured_s, face, body, left, right)

    @classmethod
    def of(cls, frames: Sequence[Readings], fps: float) -> Self:
        """Lay readings out as tracks."""
        tracks = {name: np.zeros((len(frames), *field.shape), np.float32) for name, field in FIELDS.items()}
        present = {part: np.zeros(len(frames), np.bool_) for part in PARTS}
        for n, frame in enumerate(frames):
            for part in PARTS:
                present[part][n] = getattr(frame, part) is not None
            for name, field in FIELDS.items():
                if present[field.part][n]:
                    tracks[name][n] = getattr(getattr(frame, field.part), name.split(".")[1])
        return cls(fps, frames[0].width_px, frames[0].height_px, tracks, present)

    def save(self, path: Path) -> None:
        """Write the tracks as differences from frame to frame, which pack well, in the steps of `FIELDS`."""
        arrays: dict[str, NDArray[np.generic]] = {
            "fps": np.asarray(self.fps),
            "size_px": np.asarray([self.width_px, self.height_px]),
        }
        for name, field in FIELDS.items():
            counted = np.rint(self.tracks[name] / field.step).astype(np.int32)
            arrays[name] = np.diff(counted, axis=0, prepend=np.zeros_like(counted[:1])).astype(np.int16)
        for part in PARTS:
            arrays[part] = np.packbits(self.present[part])
        arrays["frames"] = np.asarray(len(self))
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the tracks. Raises OSError, or ValueError where the file is something else."""
        try:
            with path.open("rb") as file, zipfile.ZipFile(file) as archive:
                arrays = {name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()}
            frames = int(arrays["frames"])
            width_px, height_px = (int(side) for side in arrays["size_px"])
            tracks = {
                name: (np.cumsum(arrays[name], axis=0, dtype=np.int32) * field.step).astype(np.float32)
                for name, field in FIELDS.items()
            }
            present = {
                part: np.unpackbits(np.asarray(arrays[part], np.uint8), count=frames).astype(np.bool_) for part in PARTS
            }
            fps = float(arrays["fps"])
        except _DAMAGES as error:
            raise ValueError(f"{path} is not a recorded performance") from error
        is_whole = all(track.shape == (frames, *FIELDS[name].shape) for name, track in tracks.items())
        if not (is_whole and frames > 0 and min(width_px, height_px) > 0 and 0.0 < fps < math.inf):
            raise ValueError(f"{path} is damaged")
        return cls(fps, width_px, height_px, tracks, present)


def _array(data: bytes) -> NDArray[np.generic]:
    array: NDArray[np.generic] = np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
    return array
