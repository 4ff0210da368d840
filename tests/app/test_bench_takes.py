"""A take is small and costs next to nothing."""

from avatar_live.app.bench.tracking.takes import measure_takes


def test_a_take_of_a_whole_person_is_small_and_cheap() -> None:
    figures = measure_takes(seconds=6.0)
    assert 3.0 < figures["take_mb_per_minute"] < 9.0
    assert figures["take_cpu_percent"] < 2.0
