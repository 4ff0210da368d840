"""A recorded performance: what our own tracker saw in real footage, kept as numbers and played for ever."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import BodyReading, FaceReading, HandReading, Readings
from avatar_live.signals.readings import BODY_POINTS, FACE_POINTS, HAND_POINTS, SHAPES

PERFORMANCE: Final = Path(__file__).parents[2] / "assets" / "performance" / "performance.npz"

_PIXEL_STEP: Final = 1.0 / 16.0
_METRE_STEP: Final = 1.0 / 8192.0
_UNIT_STEP: Final = 1.0 / 255.0
# What each track is counted in; a track that moves is stored as differences from frame to frame, which pack well.
_MOVING: Final = {
    "face": _PIXEL_STEP,
    "body": _PIXEL_STEP,
    "body_world": _METRE_STEP,
    "hands": _PIXEL_STEP,
    "hands_world": _METRE_STEP,
}
_UNIT: Final = ("shapes", "visibility", "scores")

Track = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """Hold `n` frames of readings as tracks; parts that are absent are zero.

    `face` (n, 478, 3) px, `shapes` (n, 52), `body` (n, 33, 3) px, `body_world` (n, 33, 3) m, `visibility` (n, 33),
    `hands` (n, 2, 21, 3) px, left first, `hands_world` (n, 2, 21, 3) m, `scores` (n, 2), and `present` (n, 4): face,
    body, left and right hand.
    """

    fps: float
    width_px: int
    height_px: int
    face: Track
    shapes: Track
    body: Track
    body_world: Track
    visibility: Track
    hands: Track
    hands_world: Track
    scores: Track
    present: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.face)

    def at(self, count: int, captured_s: float) -> Readings:
        """Return frame `count` of the endless repetition, as if it had been captured at `captured_s`."""
        n = count % len(self)
        has_face, has_body, *has_hand = self.present[n]
        left, right = (
            HandReading(self.hands[n, side], self.hands_world[n, side], float(self.scores[n, side]), captured_s)
            if has_hand[side]
            else None
            for side in (0, 1)
        )
        return Readings(
            self.width_px,
            self.height_px,
            captured_s,
            FaceReading(self.face[n], self.shapes[n], captured_s) if has_face else None,
            BodyReading(self.body[n], self.body_world[n], self.visibility[n], captured_s) if has_body else None,
            left,
            right,
        )

    @classmethod
    def of(cls, frames: list[Readings], fps: float) -> Self:
        """Lay readings out as tracks."""
        count = len(frames)
        own = cls(
            fps,
            frames[0].width_px,
            frames[0].height_px,
            np.zeros((count, FACE_POINTS, 3), np.float32),
            np.zeros((count, SHAPES), np.float32),
            np.zeros((count, BODY_POINTS, 3), np.float32),
            np.zeros((count, BODY_POINTS, 3), np.float32),
            np.zeros((count, BODY_POINTS), np.float32),
            np.zeros((count, 2, HAND_POINTS, 3), np.float32),
            np.zeros((count, 2, HAND_POINTS, 3), np.float32),
            np.zeros((count, 2), np.float32),
            np.zeros((count, 4), np.bool_),
        )
        for n, frame in enumerate(frames):
            hands = (frame.left_hand, frame.right_hand)
            own.present[n] = [part is not None for part in (frame.face, frame.body, *hands)]
            if frame.face is not None:
                own.face[n], own.shapes[n] = frame.face.landmarks, frame.face.shapes
            if frame.body is not None:
                own.body[n], own.body_world[n] = frame.body.landmarks, frame.body.world
                own.visibility[n] = frame.body.visibility
            for side, hand in enumerate(hands):
                if hand is not None:
                    own.hands[n, side], own.hands_world[n, side] = hand.landmarks, hand.world
                    own.scores[n, side] = hand.score
        return own

    def save(self, path: Path) -> None:
        """Write the tracks, rounded to 1/16 of a pixel, 1/8 of a millimetre and 1/255."""
        arrays: dict[str, NDArray[np.generic]] = {}
        for field in fields(self):
            value = np.asarray(getattr(self, field.name))
            if field.name in _MOVING:
                counted = np.rint(value / _MOVING[field.name]).astype(np.int32)
                value = np.diff(counted, axis=0, prepend=np.zeros_like(counted[:1])).astype(np.int16)
            elif field.name in _UNIT:
                value = np.rint(np.clip(value, 0.0, 1.0) / _UNIT_STEP).astype(np.uint8)
            arrays[field.name] = value
        with path.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the tracks. Raises OSError, KeyError or ValueError where that is impossible."""
        with np.load(path, allow_pickle=False) as arrays:
            values = {field.name: arrays[field.name] for field in fields(cls)}
        for name, step in _MOVING.items():
            values[name] = (np.cumsum(values[name], axis=0, dtype=np.int32) * step).astype(np.float32)
        for name in _UNIT:
            values[name] = (values[name] * _UNIT_STEP).astype(np.float32)
        return cls(
            **(
                values
                | {
                    "fps": float(values["fps"]),
                    "width_px": int(values["width_px"]),
                    "height_px": int(values["height_px"]),
                }
            )
        )
