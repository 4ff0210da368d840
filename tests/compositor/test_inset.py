"""A guest's picture keeps its shape, stays in the picture and stands where the host put it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.compositor.inset import draw_inset, inset_of
from avatar_live.signals.layer import PLACES, Layer, LayerError, parse_layer

WIDTH_PX, HEIGHT_PX = 640, 360


@given(
    st.integers(1, 300), st.integers(1, 300), st.sampled_from(PLACES), st.floats(0.05, 1.0),
    st.sampled_from([(640, 360), (360, 640), (64, 64)]),
)  # fmt: skip
def test_a_guest_of_any_shape_stands_whole_in_any_picture(
    wide: int, tall: int, place: str, size: float, frame: tuple[int, int]
) -> None:
    picture = np.zeros((frame[1], frame[0], 4), np.uint8)
    inset = inset_of(np.full((tall, wide, 4), 200, np.uint8), Layer(place, size), *frame)
    draw_inset(picture, inset)  # raises where it does not fit
    shape = inset.pixels.shape
    assert shape[0] <= frame[1] and shape[1] <= frame[0]
    assert (picture[..., 3] == 255).sum() == shape[0] * shape[1]
    if min(shape[:2]) > 20:
        assert abs(shape[1] / shape[0] / (wide / tall) - 1.0) < 0.06


@pytest.mark.parametrize(
    ("place", "left", "top"),
    [("top-left", 0, 0), ("top-right", 1, 0), ("bottom-left", 0, 1), ("bottom-right", 1, 1)],
)
def test_a_corner_is_a_corner(place: str, left: int, top: int) -> None:
    picture = np.zeros((HEIGHT_PX, WIDTH_PX, 4), np.uint8)
    draw_inset(picture, inset_of(np.full((90, 160, 4), 200, np.uint8), Layer(place, 0.3), WIDTH_PX, HEIGHT_PX))
    rows, columns = np.nonzero(picture[..., 3])
    assert (columns.mean() > WIDTH_PX / 2) == left and (rows.mean() > HEIGHT_PX / 2) == top
    assert rows.max() < HEIGHT_PX * 5 / 6, "the overlay's signs stand below"


def test_a_place_is_read_with_its_size() -> None:
    assert parse_layer("top-right:40") == Layer("top-right", 0.4)
    assert parse_layer(" Full ") == Layer("full", 1.0)
    assert parse_layer("center:5") == Layer("center", 0.05)
    assert parse_layer("off") is None and parse_layer("") is None


@pytest.mark.parametrize("text", ["middle", "top-right:", "top-right:4", "top-right:101", "top-right:-5", "full:1e1"])
def test_what_is_no_place_is_told(text: str) -> None:
    with pytest.raises(LayerError):
        parse_layer(text)
