"""A real browser behind a bad network keeps its picture."""

import pytest
from browser import executable
from pages import npm
from shared import PROJECT

from avatar_live.app.bench.loss import measure_loss


@pytest.mark.timeout(240)
def test_lost_packets_are_repaired_and_a_narrow_link_is_given_the_small_rung_and_back() -> None:
    executable()
    if not (PROJECT / "web" / "dist" / "index.html").is_file():
        npm("run", "build")
    figures = measure_loss(1.5, 2.0, lambda text: None)
    few, many, squeeze = figures["loss_2"], figures["loss_10"], figures["squeeze"]
    assert few["packets_lost"] > 0
    assert few["repaired_percent"] >= 99.0
    assert few["keyframes_per_second"] <= 2.0
    assert many["frames_decoded"] > 0
    assert squeeze["changes"] >= 2, "down and up"
