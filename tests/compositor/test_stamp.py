"""The time code comes back as it was drawn, through an encoder too."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.compositor import draw_stamp
from avatar_live.compositor.stamp import read_stamp


@given(st.integers(0, 2**50), st.sampled_from([(360, 640), (720, 1280)]))
def test_a_stamp_reads_as_it_was_drawn(time_ms: int, size: tuple[int, int]) -> None:
    picture = np.full((*size, 4), 90, np.uint8)
    draw_stamp(picture, time_ms)
    noisy = np.clip(picture.astype(np.int16) + np.random.default_rng(0).integers(-60, 60, picture.shape), 0, 255)
    assert read_stamp(noisy.astype(np.uint8)) == time_ms % 2**32


def test_a_picture_without_a_stamp_has_none() -> None:
    assert read_stamp(np.full((360, 640, 4), 255, np.uint8)) is None
