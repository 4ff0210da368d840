"""What is not drawn: people on film, and their photographed faces on turned heads, cut out as a drawn head would be;
and photographs without anybody."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from shape_maker.people import PEOPLE, Clip
from shape_maker.people import pictures as frames
from skimage import data

from avatar_live.app.bench.tracking.head import (
    BACKGROUND,
    FIELD_OF_VIEW_RAD,
    HEIGHT_PX,
    WIDTH_PX,
    Mesh,
    read_mesh,
    textured_head,
)
from avatar_live.motion import quaternions as quat
from avatar_live.motion.head import fit_head
from avatar_live.signals import FaceReading
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.drawn import CUT_M, head_cut
from avatar_live.tracking.drawn_net import HeadCut
from avatar_live.tracking.models import Models

from .recipe import AROUND, AWAY_M, CUT, FILMED, HEAD_GROWTH, KEPT, MODELLED, MOST_RAD, PHOTOS, SEED, SIDE_PX, TURNED

Pixels = NDArray[np.uint8]

FPS = 30.0


def filmed(footage: Path, models: Models, people: Sequence[str] = FILMED) -> Pixels:
    """Return (n, SIDE_PX, SIDE_PX, 4) RGB pictures of people's heads, and 255 where the head is. Raises OSError,
    ModelError."""
    mesh, chance = read_mesh(footage / "canonical_face_model.obj"), np.random.default_rng(SEED)
    heads: list[Pixels] = []
    for clip in [clip for person in people for clip in PEOPLE[person]]:
        seen = list(_seen(clip, footage, models))
        heads += [_as_filmed(frame, face) for frame, face in seen]
        for frame, face in seen[:: -(-len(seen) // MODELLED)]:
            heads += _modelled(frame, face, mesh, chance)
    return np.array(heads, np.uint8)


def photos() -> list[Pixels]:
    """Return photographs that come with scikit-image, of things and a cat."""
    return [np.asarray(getattr(data, name)(), np.uint8) for name in PHOTOS]


def _seen(clip: Clip, footage: Path, models: Models) -> Iterator[tuple[Pixels, FaceReading]]:
    """Yield `KEPT` pictures of a clip, or fewer, with the face in them."""
    shown = frames(clip, footage)
    with Detectors(models) as detectors:
        for count, frame in enumerate(shown):
            face = detectors.face(frame, count / FPS)
            if face is not None and count % -(-len(shown) // KEPT) == 0:
                yield frame, face


def _as_filmed(frame: Pixels, face: FaceReading) -> Pixels:
    height, width, _ = frame.shape
    fit = fit_head(face, width, height)
    assert fit is not None, "a face in these clips is large enough"
    outline = cv2.convexHull(np.ascontiguousarray(face.landmarks[:, :2], np.float32)).reshape(-1, 2)
    outline = outline.mean(axis=0) + HEAD_GROWTH * (outline - outline.mean(axis=0))
    head = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(head, np.rint(outline).astype(np.int32), 255)
    return _cut(np.dstack([frame, head]), head_cut(fit, width, height))


def _modelled(frame: Pixels, face: FaceReading, mesh: Mesh, chance: np.random.Generator) -> Iterator[Pixels]:
    """Yield `TURNED` pictures of a head with this face on it, turned by chance."""
    head = textured_head(face.landmarks.astype(np.float64), frame, mesh)
    for _ in range(TURNED):
        away_m = float(chance.uniform(*AWAY_M))
        rotation = quat.to_matrix(quat.from_yaw_pitch_roll(*(0.8 * chance.uniform(-1.0, 1.0, 3) * MOST_RAD).tolist()))
        picture = head.draw(rotation, (0.0, 0.0, -away_m))
        is_head = (picture != BACKGROUND).any(axis=2)
        px_per_m = 0.5 * WIDTH_PX / np.tan(0.5 * FIELD_OF_VIEW_RAD) / away_m
        cut = HeadCut(0.5 * WIDTH_PX, 0.5 * HEIGHT_PX, CUT_M * float(px_per_m), 0.0)
        yield _cut(np.dstack([picture, np.where(is_head, 255, 0).astype(np.uint8)]), cut)


def _cut(picture: Pixels, cut: HeadCut) -> Pixels:
    """Return what lies around a cut, upright as it is in the picture."""
    enlarged = SIDE_PX / (cut.side_px * AROUND / CUT)
    middle = 0.5 * SIDE_PX
    place = np.array([[enlarged, 0.0, middle - enlarged * cut.x_px], [0.0, enlarged, middle - enlarged * cut.y_px]])
    return np.asarray(
        cv2.warpAffine(picture, place, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )
