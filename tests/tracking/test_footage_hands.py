"""Hands of real people are found, and none are found on real people who show none."""

from collections.abc import Callable, Iterable
from itertools import islice

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageSequence
from shared import shared_data
from skimage import data

from avatar_live.app.bench.tracking.hands import hands_found, shows_hands
from avatar_live.signals import Readings
from avatar_live.tracking.costs import Costs
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.film import pictures_of
from avatar_live.tracking.models import Models
from avatar_live.tracking.source import Picture
from avatar_live.tracking.tracker import Tracker

Pixels = NDArray[np.uint8]
FRAME_S = 1.0 / 30.0


def tracked(models: Models, pictures: Iterable[Pixels]) -> list[Readings]:
    """Return the readings of a film of 30 pictures a second, with a turn taken at each."""
    with Detectors(models) as detectors:
        tracker = Tracker(detectors, Costs(), now_s=lambda: 0.0, cpu_s=lambda: 0.0)
        return [
            list(tracker.readings(Picture(np.ascontiguousarray(pixels), 1.0 + number * FRAME_S)))[-1]
            for number, pixels in enumerate(pictures)
        ]


def hands_in(found: list[Readings]) -> int:
    return sum((r.left_hand is not None) + (r.right_hand is not None) for r in found)


def test_skin_says_the_same_as_the_eye_about_where_a_hand_is_to_be_seen() -> None:
    """Below the shoulders of a man in long sleeves skin is hands; the wall's share of the colour never changes."""
    skin = []
    for picture in pictures_of(shared_data("footage", "asl_sister.mkv")):
        light, red, blue = np.moveaxis(cv2.cvtColor(picture.pixels[210:], cv2.COLOR_RGB2YCrCb), -1, 0)
        skin.append(int(((light > 70) & (red > 140) & (blue < 122)).sum()))
    has_hands = [shows_hands("asl_sister", number) for number in range(len(skin))]
    shown, hidden = (
        [count for count, has in zip(skin, has_hands, strict=True) if has is wanted] for wanted in (True, False)
    )
    assert len(hidden) == 23
    assert min(shown) > max(hidden)


@pytest.mark.parametrize("clip", ["asl_please.mkv", "asl_yes.mkv"])
def test_the_hands_of_people_two_metres_away_are_found(clip: str, installed_models: Models) -> None:
    """The bar of three quarters stands for each clip; `bench tracking` measures all of them."""
    found = hands_found(installed_models, shared_data("footage", clip))
    assert found.one >= 0.75
    assert found.face == 1.0


def test_a_woman_who_turns_her_head_shows_no_hands(installed_models: Models) -> None:
    clip = Image.open(shared_data("footage", "head-pose-face-detection-female.gif"))
    with clip:
        pictures = [np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(clip) for _ in range(2)]
    found = tracked(installed_models, pictures)
    assert sum(r.face is not None for r in found) > 0.8 * len(found)
    assert hands_in(found) == 0


def test_an_astronaut_shows_no_hands(portrait: Callable[..., Pixels], installed_models: Models) -> None:
    pictures = [portrait(8.0 * float(np.sin(number / 9.0)), float(number % 20)) for number in range(45)]
    assert hands_in(tracked(installed_models, pictures)) == 0


def test_a_face_too_small_for_the_whole_picture_is_found_at_the_bodys_head(installed_models: Models) -> None:
    """The astronaut three metres away: her face is 36 of 640 pixels high."""
    photo = np.asarray(data.astronaut(), np.uint8)
    small = np.asarray(Image.fromarray(photo).resize((164, 164), Image.Resampling.LANCZOS), np.uint8)
    far = np.full((480, 640, 3), 70, np.uint8)
    far[316:480, 240:404] = small
    found = tracked(installed_models, [far] * 40)
    assert found[0].face is None
    assert all(r.face is not None for r in found[25:])
    face = found[-1].face
    assert face is not None
    eyes = face.landmarks[[33, 263], :2].mean(axis=0)
    np.testing.assert_allclose(eyes, (240.0 + 0.32 * 221.0, 316.0 + 0.32 * 100.0), atol=8.0)


def test_a_face_printed_on_a_shirt_is_not_taken_for_the_persons(installed_models: Models) -> None:
    """A man with a skull on his pullover, farther away: the skull is all that the whole picture's detector finds."""
    film = pictures_of(shared_data("footage", "asl_yes.mkv"))
    pictures = []
    for picture in islice(film, 40):
        small = np.asarray(Image.fromarray(picture.pixels).resize((384, 288), Image.Resampling.BOX), np.uint8)
        pictures.append(np.pad(small, ((96, 96), (128, 128), (0, 0)), mode="edge"))
    found = tracked(installed_models, pictures)
    for readings in found[20:]:
        assert readings.face is not None and readings.body is not None
        nose_px = readings.body.landmarks[0, :2]
        assert np.linalg.norm(readings.face.landmarks[1, :2] - nose_px) < 15.0
