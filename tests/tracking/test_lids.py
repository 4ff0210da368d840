"""Lids of a photographed person that are pulled down in the picture: what the models see, and what the avatar shows."""

import numpy as np
import pytest
from shared import shared_data

from avatar_live.app.bench.tracking.lids import CLIPS, blinking, closed_share, cut_clip, lids_of, portrait_clip
from avatar_live.tracking.models import Models

CORRELATION_MIN = 0.95
OPEN_MAX = 0.125  # of people 2-3 m away, with either face model


def test_lids_are_pulled_down_and_up_again_once_a_period() -> None:
    shares = np.array([closed_share(number / 30.0) for number in range(36)])
    assert shares[0] == 0.0 and shares.max() == 1.0 and shares[-1] == 0.0
    assert (np.diff(shares[shares.argmax() :]) <= 0.0).all()


def test_an_avatars_lids_follow_a_photographed_persons(installed_models: Models) -> None:
    row = lids_of(blinking(list(portrait_clip()), installed_models))
    assert row["correlation"] >= CORRELATION_MIN
    assert row["closed_min"] >= 0.9 and row["open_max"] <= 0.1
    assert row["difference_max"] <= 0.05


@pytest.mark.parametrize("clip", CLIPS)
def test_an_avatars_lids_follow_a_filmed_persons(clip: str, installed_models: Models) -> None:
    pictures = cut_clip(shared_data("footage", f"{clip}.mkv"), *CLIPS[clip])
    row = lids_of(blinking(pictures, installed_models))
    assert row["correlation"] >= CORRELATION_MIN
    assert row["closed_min"] >= 0.9 and row["open_max"] <= OPEN_MAX
    assert row["difference_max"] <= 0.05
