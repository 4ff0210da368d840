"""Overlays cover what they should, when they should, and nothing else."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from avatar_live.compositor import Overlay, compose
from avatar_live.compositor.overlay import BANNER_S, BANNERS_WAITING_MAX, panic_card
from avatar_live.compositor.sprite import blend, sprite_of


def grey(height: int = 360, width: int = 640) -> NDArray[np.uint8]:
    return np.full((height, width, 4), 128, np.uint8)


def test_the_stage_keeps_its_own_picture() -> None:
    drawn = grey()
    overlay = Overlay("Mirai")
    composed = compose(drawn, overlay, 0.0)
    assert (drawn == 128).all()
    assert not (composed == 128).all()


@pytest.mark.parametrize("title", ["", "Mirai live"])
@pytest.mark.parametrize("credit", ["Godette by SirRichard94 (CC BY 4.0)", "a" * 80])
def test_who_made_the_avatar_stands_in_the_picture_beside_everything_else(title: str, credit: str) -> None:
    without = compose(grey(), Overlay(title), 0.0)
    credited = compose(grey(), Overlay(title, credit), 0.0)
    rows, columns = np.nonzero((credited != without).any(axis=2))
    assert len(rows) > 1_000
    assert rows.min() > 250 and columns.max() < 640 - 100  # low, and left of the score
    covered = (without != 128).any(axis=2)
    assert not covered[rows, columns].any()


def test_an_upright_picture_tells_the_whole_credit_and_the_whole_banner() -> None:
    credits = ("Godette by SirRichard94 (CC BY 4.0)", "Godette by SirRichard94 (CC BY 3.0)")
    first, second = (compose(grey(640, 360), Overlay("", credit), 0.0) for credit in credits)
    assert (first != second).any()
    pictures = []
    for words in ("Somebody: Giant head", "Somebody: Giant hero"):
        overlay = Overlay("")
        overlay.show_banner(words, "giant_head")
        compose(grey(640, 360), overlay, 0.0)
        pictures.append(compose(grey(640, 360), overlay, 1.0))
    assert (pictures[0] != pictures[1]).any()


def test_the_panic_cards_words_fit_an_upright_picture() -> None:
    _, columns = np.nonzero((panic_card(360, 640)[..., :3] > 200).all(axis=2))
    assert 20 < columns.min() < columns.max() < 340


def test_a_banner_shows_for_its_time_and_the_next_follows() -> None:
    overlay = Overlay("")
    overlay.show_banner("Ana sent a Tomato", "tomato")
    overlay.show_banner("Bob sent Confetti", "confetti")
    compose(grey(), overlay, 10.0)
    without = compose(grey(), Overlay(""), 11.0)
    first = compose(grey(), overlay, 11.0)
    assert (first != without).any(axis=2).sum() > 2_000
    compose(grey(), overlay, 10.0 + BANNER_S)
    second = compose(grey(), overlay, 11.0 + BANNER_S)
    assert (second != without).any() and (second != first).any()
    compose(grey(), overlay, 10.0 + 2 * BANNER_S)
    assert (compose(grey(), overlay, 11.0 + 2 * BANNER_S) == without).all()


def test_a_storm_of_banners_keeps_the_newest() -> None:
    overlay = Overlay("")
    for number in range(BANNERS_WAITING_MAX + 1):
        overlay.show_banner(f"gift {number}", "tomato")
    banner = overlay.banner_at(0.0)
    assert banner is not None and banner[0] == "gift 1"


def test_the_panic_card_lets_nothing_of_the_stage_through() -> None:
    overlay = Overlay("Mirai")
    overlay.show_banner("Ana sent a Tomato", "tomato")
    overlay.is_panic = True
    noise = np.random.default_rng(1).integers(0, 256, (360, 640, 4), np.uint8)
    assert (compose(noise, overlay, 0.0) == compose(grey(), overlay, 5.0)).all()


def test_a_sprite_outside_the_picture_is_cut_and_half_opacity_is_half() -> None:
    sprite = sprite_of(Image.new("RGBA", (10, 10), (255, 0, 0, 255)))
    picture = np.zeros((8, 8, 4), np.uint8)
    blend(picture, sprite, -5, -5)
    assert (picture[:5, :5, 2] == 255).all() and not picture[5:].any() and not picture[:, 5:].any()
    blend(picture, sprite, 20, 20)
    half = np.full((10, 10, 4), 100, np.uint8)
    blend(half, sprite, 0, 0, 0.5)
    assert abs(int(half[5, 5, 2]) - 178) <= 2 and abs(int(half[5, 5, 0]) - 50) <= 2
