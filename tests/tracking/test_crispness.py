"""A hazy face is shown to the landmark model crisper, a crisp one as it is, and noise is not made stronger."""

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.tracking.crispness import AMOUNT_MAX, FINE_ENOUGH, FINE_SHARE, NOISE_MAX, Crispness
from avatar_live.tracking.source import Pixels

EYES_PX = 80.0
FACE = slice(160, 320), slice(240, 400)  # rows, columns
AROUND = slice(100, 380), slice(180, 460)


def landmarks() -> NDArray[np.float32]:
    """Return (478, 3) points all over the face, with the outer corners of the eyes `EYES_PX` apart."""
    rows, columns = FACE
    chance = np.random.default_rng(1)
    points = chance.uniform((columns.start, rows.start, 0.0), (columns.stop, rows.stop, 0.0), (478, 3))
    points[33], points[263] = (320.0 - 0.5 * EYES_PX, 220.0, 0.0), (320.0 + 0.5 * EYES_PX, 220.0, 0.0)
    return points.astype(np.float32)


def picture(contrast: float, noise: float = 0.0) -> Pixels:
    """Return a wall with a patch of soft spots, a little finer than what is made stronger, where the face is."""
    chance = np.random.default_rng(2)
    spots = cv2.GaussianBlur(chance.normal(0.0, 1.0, (480, 640)), (0, 0), 0.5 * FINE_SHARE * EYES_PX)
    grey = np.full((480, 640), 120.0)
    grey[FACE] += contrast * spots[FACE] / spots[FACE].std()
    coloured = np.repeat(grey[..., None], 3, axis=2) + chance.normal(0.0, noise, (480, 640, 3))
    return np.clip(np.rint(coloured), 0, 255).astype(np.uint8)


def contrast_of(pixels: Pixels) -> float:
    """Return the deviation of the face's grey levels."""
    return float(pixels[FACE].std())


def strength(pixels: Pixels) -> float:
    """Return how many times its contrast a picture's face is shown with."""
    return contrast_of(Crispness().raised(pixels, landmarks())) / contrast_of(pixels)


def test_a_hazy_face_becomes_crisper_and_the_hazier_the_more() -> None:
    hazy, hazier = strength(picture(12.0)), strength(picture(6.0))
    assert 1.1 < hazy < hazier < 1.0 + AMOUNT_MAX


def test_a_crisp_face_is_shown_as_it_is() -> None:
    crisp = picture(3.0 * FINE_ENOUGH)
    assert Crispness().raised(crisp, landmarks()) is crisp


def test_nothing_but_the_face_and_a_little_around_it_changes_and_the_cameras_picture_stays() -> None:
    hazy = picture(6.0, noise=0.5)
    before = hazy.copy()
    crisp = Crispness().raised(hazy, landmarks())
    assert (hazy == before).all() and (crisp[FACE] != before[FACE]).any()
    crisp[AROUND] = before[AROUND]
    assert (crisp == before).all()


def test_the_more_the_camera_grains_a_picture_the_less_is_done_to_it() -> None:
    calm, grained = strength(picture(6.0)), strength(picture(6.0, noise=0.6 * NOISE_MAX))
    assert 1.0 < grained < calm
    noisy = picture(6.0, noise=1.5 * NOISE_MAX)
    assert Crispness().raised(noisy, landmarks()) is noisy


def test_the_strength_follows_the_light_without_a_jump() -> None:
    crispness, points = Crispness(), landmarks()
    hazy, crisp = picture(6.0), picture(3.0 * FINE_ENOUGH)
    shown = [contrast_of(crispness.raised(hazy, points)) for _ in range(8)]
    assert max(shown) == pytest.approx(min(shown), rel=0.02)
    first = contrast_of(crispness.raised(crisp, points))
    assert first > 1.2 * contrast_of(crisp), "one picture does not end it"
    for _ in range(100):
        last = crispness.raised(crisp, points)
    assert last is crisp


def test_a_face_that_was_not_seen_or_has_left_the_picture_is_left_alone() -> None:
    hazy = picture(6.0)
    away = landmarks() + np.float32(1_000.0)
    assert Crispness().raised(hazy, None) is hazy
    assert Crispness().raised(hazy, away) is hazy
    assert Crispness().raised(hazy, -away) is hazy
