"""Good light passes untouched; dark and noise are cleaned without ghosts, jumps or surprises."""

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from avatar_live.app.bench.person import draw_person
from avatar_live.app.bench.tracking.dark import SAMPLES, VERY_DARK, exposed_table
from avatar_live.quality.cleaning import FACE_LIGHT, TRIES, TRY_PICTURES, Cleaner
from avatar_live.quality.light_meter import SIDE_PX_MIN, Light, measure_light
from avatar_live.quality.low_light import (
    CALM_BELOW,
    CROSS_PICTURES,
    DARK_BELOW,
    LIT_ABOVE,
    MEASURED_EVERY,
    NOISY_ABOVE,
    LowLight,
    wants_cleaning,
)

Pixels = NDArray[np.uint8]

PORTRAIT = np.asarray(data.astronaut(), np.uint8)
NIGHT = exposed_table(VERY_DARK)


def at_night(pixels: Pixels, seed: int) -> Pixels:
    places = np.random.default_rng(seed).integers(0, SAMPLES, pixels.shape)
    return NIGHT[pixels, places]


def grained(level: float, sigma: float, seed: int, shape: tuple[int, int, int] = (240, 320, 3)) -> Pixels:
    noise = np.random.default_rng(seed).normal(level, sigma, shape)
    return np.clip(np.rint(noise), 0, 255).astype(np.uint8)


def test_a_picture_in_good_light_is_given_back_itself() -> None:
    low_light = LowLight()
    for number in range(30):
        pixels = draw_person(PORTRAIT, number / 30.0)
        assert low_light.look(pixels) is pixels
    assert not low_light.is_on


def test_where_nobody_is_seen_the_pass_comes_on_in_the_picture_after_the_light_went_out() -> None:
    low_light, day, night = LowLight(), grained(150.0, 0.5, 0), grained(20.0, 0.5, 0)
    for _ in range(6):
        assert low_light.look(day) is day
    assert low_light.look(night).mean() > 3.0 * night.mean()


def test_a_person_under_a_lamp_in_a_dark_room_is_not_burnt_out_in_every_picture() -> None:
    """Nobody is known yet: some pictures suit the room and some the lamp, until one shows a face."""
    low_light = LowLight()
    room = np.full((240, 320, 3), 12, np.uint8)
    room[80:130, 140:180] = 150
    lit = [float(low_light.look(room)[90:120, 150:170].mean()) for _ in range(TRY_PICTURES * TRIES)]
    assert sum(level > 250.0 for level in lit) > TRY_PICTURES
    assert sum(100.0 < level < 200.0 for level in lit) >= TRY_PICTURES - 1


def test_a_first_picture_in_the_dark_is_lifted_at_once() -> None:
    low_light = LowLight()
    person = draw_person(PORTRAIT, 0.0)
    cleaned = low_light.look(at_night(person, 0))
    assert low_light.is_on
    assert cleaned.shape == person.shape
    assert cleaned.dtype == np.uint8
    assert cleaned.mean() > 4.0 * at_night(person, 0).mean()


def test_a_still_scene_in_the_dark_loses_its_grain_picture_by_picture() -> None:
    wall, low_light = np.full((240, 320, 3), 120, np.uint8), LowLight()
    grain = [float(low_light.look(at_night(wall, number)).std()) for number in range(10)]
    assert grain[0] > grain[1] > grain[2] > grain[4]
    assert max(grain[6:]) < 0.3 * grain[0]


@pytest.mark.parametrize("shape", [(SIDE_PX_MIN, SIDE_PX_MIN), (121, 203), (480, 641), (97, 640)])
def test_odd_sizes_are_cleaned_as_well(shape: tuple[int, int]) -> None:
    low_light = LowLight()
    for number in range(4):
        night = grained(12.0, 6.0, number, (*shape, 3))
        cleaned = low_light.look(night, (0.0, 0.0, shape[1] - 1.0, shape[0] - 1.0))
        assert cleaned.shape == night.shape
        assert cleaned.mean() > night.mean()


def test_a_picture_too_small_to_judge_is_left_alone() -> None:
    night = grained(12.0, 6.0, 0, (SIDE_PX_MIN - 1, 200, 3))
    assert LowLight().look(night) is night


def test_the_size_may_change_on_the_way() -> None:
    low_light = LowLight()
    for number, shape in enumerate([(240, 320, 3), (240, 320, 3), (120, 160, 3), (240, 320, 3)]):
        cleaned = low_light.look(grained(12.0, 6.0, number, shape), (40.0, 30.0, 110.0, 100.0))
        assert cleaned.shape == shape
        assert 60.0 < cleaned.mean() < 200.0


@pytest.mark.parametrize("face", [(-500.0, -500.0, -400.0, -400.0), (900.0, 900.0, 950.0, 990.0), (5.0, 5.0, 5.0, 5.0)])
def test_a_face_that_is_not_in_the_picture_does_no_harm(face: tuple[float, float, float, float]) -> None:
    low_light = LowLight()
    for number in range(3):
        cleaned = low_light.look(grained(12.0, 6.0, number), face)
        assert 60.0 < cleaned.mean() < 200.0


def test_between_its_limits_the_pass_stays_as_it_is() -> None:
    for level in np.linspace(DARK_BELOW, LIT_ABOVE, 5)[1:-1]:
        assert not wants_cleaning(Light(float(level), 0.0), is_on=False)
        assert wants_cleaning(Light(float(level), 0.0), is_on=True)
    for noise in np.linspace(CALM_BELOW, NOISY_ABOVE, 5)[1:-1]:
        assert not wants_cleaning(Light(150.0, float(noise)), is_on=False)
        assert wants_cleaning(Light(150.0, float(noise)), is_on=True)
    assert wants_cleaning(Light(DARK_BELOW - 1.0, 0.0), is_on=False)
    assert not wants_cleaning(Light(LIT_ABOVE + 1.0, 0.0), is_on=True)
    assert wants_cleaning(Light(150.0, NOISY_ABOVE + 0.1), is_on=False)


def test_a_flickering_light_between_the_limits_does_not_flicker_the_pass() -> None:
    low_light = LowLight()
    for number in range(60):
        low_light.look(grained(DARK_BELOW + 5.0 if number % 2 else LIT_ABOVE - 5.0, 0.5, number))
        assert not low_light.is_on


def test_the_pass_crosses_in_and_out_and_no_picture_jumps() -> None:
    """Lights go out and on again: the pictures that are looked at change by no more than a step of the cross."""
    low_light, face = LowLight(), (100.0, 60.0, 200.0, 160.0)
    day, night = grained(150.0, 0.5, 0), grained(30.0, 0.5, 0)
    low_light.look(day, face)
    means = []
    for _ in range(60):
        means.append(float(low_light.look(night, face).mean()))
    assert low_light.is_on
    assert means[0] == pytest.approx(night.mean())
    assert means[-1] == pytest.approx(FACE_LIGHT**0.5 * 255.0, abs=12.0)
    assert np.abs(np.diff(means)).max() < 1.5 * (means[-1] - means[0]) / CROSS_PICTURES
    for _ in range(MEASURED_EVERY * 12 + CROSS_PICTURES):
        last = low_light.look(day, face)
    assert last is day


def test_a_hand_that_passes_leaves_no_ghost() -> None:
    """A bright bar goes over a dark wall; where it was a picture ago there must be wall, as in a picture alone."""
    cleaner, height, width = Cleaner(320, 240), 240, 320
    random = np.random.default_rng(3)
    for number in range(TRY_PICTURES * (TRIES - 1) - 1):
        scene = np.full((height, width, 3), 12.0)
        left = 20 + 12 * number
        scene[60:180, left : left + 30] = 40.0
        cleaned = cleaner.clean(np.clip(scene + random.normal(0.0, 3.0, scene.shape), 0, 255).astype(np.uint8), None)
        if number < 5:
            continue
        wall = float(cleaned[70:170, 2:12].mean())
        bar = float(cleaned[70:170, left + 4 : left + 26].mean())
        just_left = float(cleaned[70:170, left - 12 : left - 4].mean())
        assert bar - wall > 60.0
        assert just_left - wall < 0.1 * (bar - wall)


def test_a_lamp_that_fades_is_not_taken_for_noise_and_blurs_nothing() -> None:
    """The edge of a card is as sharp after the light went down over a second as where it was always down."""
    random = np.random.default_rng(4)
    card = np.full((240, 320, 3), 0.2)
    card[:, 160:] = 0.6

    def last_of(lights: list[float]) -> Pixels:
        cleaner = Cleaner(320, 240)
        for light in lights:
            noisy = np.clip(card * light + random.normal(0.0, 1.0, card.shape), 0, 255)
            cleaned = cleaner.clean(np.rint(noisy).astype(np.uint8), None)
        return cleaned

    def edge_px(pixels: Pixels) -> float:
        profile = pixels[..., 1].mean(0)
        low, high = profile[:100].mean(), profile[220:].mean()
        risen = (profile - low) / (high - low)
        return float((risen[140:180] * (1.0 - risen[140:180])).sum())

    steady = last_of([60.0] * 40)
    faded = last_of([*np.linspace(240.0, 60.0, 30).tolist(), *[60.0] * 6])
    assert edge_px(faded) < 1.3 * edge_px(steady)


def test_a_lamp_that_is_switched_leaves_no_afterglow() -> None:
    cleaner = Cleaner(320, 240)
    for number in range(TRY_PICTURES - 2):
        cleaner.clean(grained(200.0, 2.0, number), None)
    gone = cleaner.clean(grained(30.0, 2.0, 10), None)
    alone = Cleaner(320, 240).clean(grained(30.0, 2.0, 10), None)
    assert gone.mean() == pytest.approx(alone.mean(), abs=6.0)


def test_a_face_that_moves_keeps_its_average() -> None:
    """Told where the face is, the pass carries its average along: less grain than where every picture starts anew."""
    face = (200.0, 90.0, 440.0, 330.0)
    told, untold = LowLight(), LowLight()
    for number in range(12):
        day = draw_person(PORTRAIT, number / 30.0)
        carried = told.look(at_night(day, number), face).astype(float)
        anew = untold.look(at_night(day, number)).astype(float)
    rows, columns = slice(150, 270), slice(260, 380)
    errors = []
    for picture in (carried, anew):
        shown, true = picture[rows, columns].ravel(), day[rows, columns].astype(float).ravel()
        gain, offset = np.polyfit(shown, true, 1)
        errors.append(float(np.abs(gain * shown + offset - true).mean()))
    assert errors[0] < 0.85 * errors[1]


def test_the_light_on_the_face_counts_and_not_the_window_behind_it() -> None:
    pixels = np.full((240, 320, 3), 230, np.uint8)
    pixels[80:200, 120:220] = 20
    assert not wants_cleaning(measure_light(pixels, None), is_on=False)
    assert wants_cleaning(measure_light(pixels, (130.0, 90.0, 200.0, 180.0)), is_on=False)


@pytest.mark.parametrize("sigma", [2.0, 5.0, 9.0])
def test_noise_is_measured_where_the_picture_is_calm(sigma: float) -> None:
    person = draw_person(PORTRAIT, 0.5).astype(float)
    noise = np.random.default_rng(1).normal(0.0, sigma, person.shape)
    measured = measure_light(np.clip(np.rint(person + noise), 0, 255).astype(np.uint8), None).noise
    assert measured == pytest.approx(sigma, rel=0.15)


def test_a_picture_without_any_light_stays_black_and_breaks_nothing() -> None:
    low_light, black = LowLight(), np.zeros((240, 320, 3), np.uint8)
    for _ in range(5):
        assert low_light.look(black, (100.0, 60.0, 200.0, 160.0)).max() == 0


def test_the_buffers_are_made_once() -> None:
    low_light = LowLight()
    first, second = (low_light.look(grained(12.0, 6.0, number)) for number in range(2))
    assert first is second
