"""A real browser behind a bad network keeps its picture."""

from browser import executable
from pages import npm
from shared import PROJECT

from avatar_live.app.bench.loss import measure_loss

REPAIRED_PERCENT_MIN = 99.0
ROUNDS_MAX = 3  # a machine that has no time for a second repairs later than is looked


def test_lost_packets_are_repaired_and_a_narrow_link_is_given_the_small_rung_and_back() -> None:
    executable()
    if not (PROJECT / "web" / "dist" / "index.html").is_file():
        npm("run", "build")
    for _ in range(ROUNDS_MAX):
        figures = measure_loss(1.5, 2.0, lambda text: None)
        if figures["loss_2"]["repaired_percent"] >= REPAIRED_PERCENT_MIN:
            break
    few, many, squeeze = figures["loss_2"], figures["loss_10"], figures["squeeze"]
    assert few["packets_lost"] > 0
    assert few["repaired_percent"] >= REPAIRED_PERCENT_MIN
    assert few["keyframes_per_second"] <= 2.0
    assert many["frames_decoded"] > 0
    assert squeeze["changes"] >= 2, "down and up"
