"""Imagine faces: features between two people's and beyond, grimaces, turned heads, and what the official model says."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.tracking.shapes import on_average_face

from .mimicry import grimace, on_landmarks
from .pairs import Pairs
from .people import PEOPLE
from .recipe import BUMP_MM, BUMP_REACH_MM, BUMPS, GRIMACED, HALVES, IMAGINED, SEED, STRETCH, TURN_DEG, TWICE
from .teacher import Teacher

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

TO_PICTURE = np.array([1.0, -1.0, 1.0])  # y goes down there


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Hold n faces (n, 478, 3) as a picture shows them, the weights to learn (n, 52), and the half of the people (n,).

    `half` counts through `HALVES`.
    """

    faces: Floats
    weights: Floats
    half: NDArray[np.int64]

    def of(self, chosen: NDArray[np.bool_]) -> "Lessons":
        """Return the chosen (n,) ones."""
        return Lessons(self.faces[chosen], self.weights[chosen], self.half[chosen])


def halves(person: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the half (n,) of each person (n,)."""
    names = tuple(PEOPLE)
    return np.array([next(half for half, who in enumerate(HALVES) if names[one] in who) for one in person])


def lessons(pairs: Pairs, teacher: Teacher, count: int = IMAGINED) -> Lessons:
    """Return the faces of the pictures and `count` imagined ones, with what the teacher says of each.

    Faces are those of the registry's model, and the teacher judges the very same landmarks: where the two models see a
    face differently, the network would learn six people's differences by heart.
    """
    laid = np.stack([_laid(landmarks) for landmarks in pairs.registry])
    imagined = _imagined(laid, pairs.person, count)
    faces = np.concatenate([imagined, pairs.registry])
    half = np.concatenate([np.arange(count) % len(HALVES), halves(pairs.person)])
    return Lessons(faces, np.stack([teacher.weights(face.astype(np.float64)) for face in faces]), half)


def _imagined(laid: Floats, person: NDArray[np.int64], count: int) -> Floats:
    """Return (count, 478, 3) faces, in turn of one half of the people and of the other."""
    random = np.random.default_rng(SEED)
    people = np.unique(person)
    frames = {one: np.flatnonzero(person == one) for one in people}
    mean = {one: laid[frames[one]].mean(axis=0) for one in people}
    by_half = [people[halves(people) == half] for half in range(len(HALVES))]
    faces = np.empty((count, *laid.shape[1:]), np.float32)
    for number in range(count):
        one, other = random.choice(by_half[number % len(HALVES)], 2)
        face = laid[random.choice(frames[one])] + random.uniform() * (mean[other] - mean[one]).astype(np.float64)
        for share in (GRIMACED, TWICE):
            if random.random() < share:
                face = on_landmarks(face, grimace(random))
        turn, _ = cv2.Rodrigues(np.deg2rad(random.normal(0.0, TURN_DEG)))
        faces[number] = (_with_other_features(face, random) @ turn.T) * TO_PICTURE
    return faces


def _laid(landmarks: Floats) -> Floats:
    face = on_average_face(landmarks.astype(np.float64))
    assert face is not None
    return face.astype(np.float32)


def _with_other_features(face: Doubles, random: np.random.Generator) -> Doubles:
    """Return the face a little wider or longer, with another nose, cheeks or chin."""
    stretch = 1.0 + STRETCH * random.normal(0.0, 1.0, 3)
    places = random.uniform((-60.0, -90.0), (60.0, 40.0), (BUMPS, 2))
    shifts = random.normal(0.0, BUMP_MM, (BUMPS, 3))
    away = ((face[:, None, :2] - places) ** 2).sum(axis=2)
    moved: Doubles = face * stretch + np.exp(-away / (2.0 * BUMP_REACH_MM**2)) @ shifts
    return moved
