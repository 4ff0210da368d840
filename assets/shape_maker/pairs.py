"""Let both face models look at the same pictures: the registry's landmarks beside the official ones and weights."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import FaceReading
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import Models

from .mimicry import Grimace, between, grimace, on_picture
from .people import PEOPLE, SIZE_PX, Pixels, pictures
from .recipe import GRIMACE_FRAMES, SEED, WARPED_TAKES

Floats = NDArray[np.float32]

FPS: Final = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Hold n pictures as numbers: both models' landmarks (n, 478, 3) in pixels, official weights (n, 52), and who (n,).

    `person` counts through `PEOPLE`; `is_warped` (n,) tells pulled faces from untouched footage.
    """

    registry: Floats
    official: Floats
    weights: Floats
    person: NDArray[np.int64]
    is_warped: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.person)


def watch(
    footage: Path, models: Models, official_face: Path, people: Sequence[str] = tuple(PEOPLE), *, step: int = 1
) -> Pairs:
    """Show every `step`-th picture of these people to both models, untouched and pulling faces. Raises ModelError."""
    theirs = replace(models, face=official_face, face_has_shapes=True)
    seen: list[tuple[FaceReading, FaceReading, int, bool]] = []
    with Detectors(models) as own, Detectors(theirs) as official:
        look = _Look(own, official)
        for number, clip in ((tuple(PEOPLE).index(name), clip) for name in people for clip in PEOPLE[name]):
            plain = pictures(clip, footage)[::step]
            calm = list(look(plain))
            seen += [(*pair, number, False) for pair in calm if pair is not None]
            for take in range(WARPED_TAKES):
                acted = look(_acted(plain, calm, np.random.default_rng((SEED, number, take))))
                seen += [(*pair, number, True) for pair in acted if pair is not None]
    return Pairs(
        np.stack([own.landmarks for own, _, _, _ in seen]),
        np.stack([other.landmarks for _, other, _, _ in seen]),
        np.stack([other.shapes for _, other, _, _ in seen]),
        np.array([person for _, _, person, _ in seen]),
        np.array([is_warped for _, _, _, is_warped in seen]),
    )


class _Look:
    """Show takes to two trackers, each take anew: between two of them they see nobody."""

    def __init__(self, own: Detectors, official: Detectors) -> None:
        self._own, self._official = own, official
        self._now_s = 0.0

    def __call__(self, shown: Iterable[Pixels]) -> Iterator[tuple[FaceReading, FaceReading] | None]:
        self._at_once(np.zeros((SIZE_PX[1], SIZE_PX[0], 3), np.uint8))
        for pixels in shown:
            yield self._at_once(pixels)

    def _at_once(self, pixels: Pixels) -> tuple[FaceReading, FaceReading] | None:
        self._now_s += 1.0 / FPS
        one, other = self._own.face(pixels, self._now_s), self._official.face(pixels, self._now_s)
        return (one, other) if one is not None and other is not None else None


def _acted(
    plain: Sequence[Pixels], calm: Sequence[tuple[FaceReading, FaceReading] | None], random: np.random.Generator
) -> Iterator[Pixels]:
    """Yield the pictures with grimaces that flow into each other, in another light, tilted, nearer or further."""
    light, contrast = random.uniform(-25.0, 25.0), random.uniform(0.75, 1.2)
    place = cv2.getRotationMatrix2D((320.0, 240.0), random.uniform(-15.0, 15.0), random.uniform(0.75, 1.15))
    place[0, 2] += random.uniform(-30.0, 30.0)
    place[1, 2] += random.uniform(-30.0, 30.0)
    now, following = grimace(random), grimace(random)
    for count, (pixels, pair) in enumerate(zip(plain, calm, strict=True)):
        if count % GRIMACE_FRAMES == 0:
            now, following = following, grimace(random)
        if pair is None:
            continue
        pulled: Grimace = between(now, following, (count % GRIMACE_FRAMES) / GRIMACE_FRAMES)
        warped = on_picture(pixels, pair[1].landmarks.astype(np.float64), pulled)
        lit = np.clip(contrast * warped.astype(np.float32) + light, 0.0, 255.0).astype(np.uint8)
        yield np.asarray(cv2.warpAffine(lit, place, SIZE_PX, borderMode=cv2.BORDER_REPLICATE), np.uint8)
