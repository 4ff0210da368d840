"""The measurement of a crowd says what it measured."""

import numpy as np
import pytest

from avatar_live.app.bench.crowd import measure_crowd, walking
from avatar_live.protocol.view import PITCH_HALF_WIDTH


def test_each_number_of_bodies_gets_a_row() -> None:
    figures = measure_crowd(160, 90, frames=3, counts=(1, 40))
    assert figures["size"] == "160x90"
    assert [row["bodies"] for row in figures["crowd"]] == [1, 40]
    assert all(row["python_ms"] > 0.0 for row in figures["crowd"])


def test_those_who_walk_keep_to_the_pitch_and_go_where_they_look() -> None:
    before, after = walking(50, 3.0), walking(50, 3.01)
    for one, other in zip(before, after, strict=True):
        assert abs(one.x) <= 1.0 and abs(one.z) <= PITCH_HALF_WIDTH
        ahead = -np.sin(one.yaw_rad) * (other.x - one.x) - np.cos(one.yaw_rad) * (other.z - one.z)
        assert ahead == pytest.approx(0.4 * 0.01 if one.is_walking else 0.0, rel=0.02)
