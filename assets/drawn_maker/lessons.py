"""One lesson: a piece cut out of a picture as a tracker would, spoilt as cameras do, and what is to be said of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.motion import quaternions as quat
from avatar_live.tracking.drawn_net import HeadCut

from .pictures import Portraits
from .recipe import (
    AFAR_PX,
    AFAR_SHARE,
    AROUND,
    ASTRAY,
    BEHIND_SHARE,
    CUT,
    CUT_SHARES,
    FILMED_SHARE,
    FINE,
    ROUGH,
    SCENERY_SHARE,
    SIDE_PX,
)

Chance = np.random.Generator
Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]
Pixels = NDArray[np.uint8]

FACTS = 7  # yaw, pitch, roll, place right and down, size, whether it is drawn

_MIDDLE = 0.5 * (SIDE_PX - 1.0)
_ERRORS = (FINE, ROUGH, ASTRAY)


@dataclass(frozen=True, slots=True, eq=False)
class Classroom:
    """Hold what lessons are cut from: portraits, filmed heads (m, SIDE_PX, SIDE_PX, 4), RGB and where the head is, and
    photographs."""

    portraits: Portraits
    filmed: Pixels
    photos: Sequence[Pixels]

    def lesson(self, place: int, chance: Chance) -> tuple[Pixels, Floats]:
        """Return a cut and its facts (FACTS,), of the portrait at `place` or of what is none."""
        if chance.random() < FILMED_SHARE:
            return _spoilt(self._not_drawn(chance), chance), np.zeros(FACTS, np.float32)
        picture, turn = self._elsewhere(place, chance), self.portraits.turns[place]
        if chance.random() < 0.5:
            picture, turn = np.ascontiguousarray(picture[:, ::-1]), turn * (1.0, -1.0, -1.0)
        cut, facts = cut_out(picture, turn, _ERRORS[int(chance.choice(len(_ERRORS), p=CUT_SHARES))], chance)
        return _spoilt(cut, chance), facts

    def _not_drawn(self, chance: Chance) -> Pixels:
        if chance.random() < SCENERY_SHARE:
            picture = _piece(self.photos, chance)
        else:
            head = self.filmed[int(chance.integers(len(self.filmed)))]
            picture = _flattered(np.ascontiguousarray(head[..., :3]), chance)
            if chance.random() < BEHIND_SHARE:
                picture = self._before_a_scene(picture, head[..., 3] < 128, chance)
        if chance.random() < 0.5:
            picture = np.ascontiguousarray(picture[:, ::-1])
        return cut_out(picture, np.zeros(3), ROUGH, chance)[0]

    def _elsewhere(self, place: int, chance: Chance) -> Pixels:
        """Return the portrait with something else behind it, or as it is."""
        picture = np.array(self.portraits.pictures[place])
        if chance.random() >= BEHIND_SHARE:
            return picture
        return self._before_a_scene(picture, (picture == self.portraits.behind[place]).all(axis=2), chance)

    def _before_a_scene(self, picture: Pixels, is_behind: NDArray[np.bool_], chance: Chance) -> Pixels:
        """Return the picture with a colour, clouds or a photograph where `is_behind` (SIDE_PX, SIDE_PX) says so."""
        kind = chance.integers(3)
        if kind == 0:
            scene = np.broadcast_to(chance.integers(0, 256, 3).astype(np.uint8), picture.shape)
        elif kind == 1:
            clouds = _clouds(int(chance.integers(2, 9)), SIDE_PX, 3, (0.0, 255.0), chance)
            scene = np.clip(clouds, 0.0, 255.0).astype(np.uint8)
        else:
            scene = _piece(self.photos, chance)
        return np.where(is_behind[..., None], scene, picture).astype(np.uint8)


def cut_out(
    picture: Pixels, turn: Doubles, errors: tuple[float, float, float], chance: Chance
) -> tuple[Pixels, Floats]:
    """Return a cut of a head turned by the vector `turn` (3,), as wrong as `errors` are as standard deviations of roll,
    place and size, and what is to be said of it (FACTS,)."""
    rotation = quat.from_rotation_vector(turn)
    roll_error, right, down, larger = (np.array(errors)[[0, 1, 1, 2]] * chance.normal(size=4)).tolist()
    roll = float(quat.yaw_pitch_roll(rotation)[2]) + roll_error
    side_px = SIDE_PX * CUT / AROUND * math.exp(-larger)
    along, across = 0.5 * side_px * math.cos(roll), 0.5 * side_px * math.sin(roll)
    cut = HeadCut(_MIDDLE - right * along - down * across, _MIDDLE + right * across - down * along, side_px, roll)
    seen = quat.yaw_pitch_roll(quat.multiply(quat.about(2, -roll), rotation))
    return cut.of(picture), np.array([*seen, right, down, larger, 1.0], np.float32)


def _flattered(picture: Pixels, chance: Chance) -> Pixels:
    """Return a filmed face as cameras and their software like to show it: smoothed, in fewer colours, in others."""
    if chance.random() < 0.4:
        picture = np.asarray(cv2.bilateralFilter(picture, 9, chance.uniform(20.0, 120.0), chance.uniform(3.0, 9.0)))
    if chance.random() < 0.2:
        picture = np.asarray(cv2.medianBlur(picture, int(chance.choice([3, 5, 7]))))
    if chance.random() < 0.2:
        step = int(chance.integers(8, 48))
        picture = (picture // step * step + step // 2).astype(np.uint8)
    if chance.random() < 0.3:
        grey = picture.mean(axis=2, keepdims=True)
        picture = np.clip(grey + (picture - grey) * chance.uniform(0.0, 2.5), 0.0, 255.0).astype(np.uint8)
    return np.asarray(picture, np.uint8)


def _piece(photos: Sequence[Pixels], chance: Chance) -> Pixels:
    photo = photos[int(chance.integers(len(photos)))]
    row, column = (int(chance.integers(side - SIDE_PX)) for side in photo.shape[:2])
    return np.asarray(photo[row : row + SIDE_PX, column : column + SIDE_PX], np.uint8)


def _clouds(count: int, side: int, channels: int, between: tuple[float, float], chance: Chance) -> Floats:
    """Return (side, side, channels) of values that go over softly into each other."""
    few = chance.uniform(*between, (count, count, channels)).astype(np.float32)
    soft = np.asarray(cv2.resize(few, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
    return soft.reshape(side, side, channels)


def _spoilt(cut: Pixels, chance: Chance) -> Pixels:
    """Return the cut as another lens, another light and another camera would show it."""
    if chance.random() < AFAR_SHARE:
        few = int(chance.integers(*AFAR_PX))
        afar = cv2.resize(cut, (few, few), interpolation=cv2.INTER_AREA)
        cut = np.asarray(cv2.resize(afar, cut.shape[:2], interpolation=cv2.INTER_CUBIC), np.uint8)
    if chance.random() < 0.4:
        cut = np.asarray(cv2.GaussianBlur(cut, (0, 0), chance.uniform(0.3, 1.2)), np.uint8)
    light = cut.astype(np.float32) / 255.0
    if chance.random() < 0.5:
        light **= np.float32(chance.uniform(0.6, 1.6))
    if chance.random() < 0.6:
        light *= chance.uniform(0.75, 1.2, 3).astype(np.float32)
    if chance.random() < 0.4:
        light *= _clouds(2, len(cut), 1, (0.6, 1.2), chance)
    if chance.random() < 0.5:
        light += chance.normal(0.0, chance.uniform(0.0, 0.04), light.shape).astype(np.float32)
    spoilt = np.asarray(255.0 * np.clip(light, 0.0, 1.0), np.uint8)
    if chance.random() < 0.25:
        _, packed = cv2.imencode(".jpg", spoilt, [cv2.IMWRITE_JPEG_QUALITY, int(chance.integers(40, 95))])
        spoilt = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)
    return spoilt
