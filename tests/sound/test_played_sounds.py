"""Sounds begin at their sample, from their side, and never too many at once."""

import numpy as np
import pytest

from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.effects import AHEAD_S_MAX, AT_ONCE_MAX, LATE_S_MAX, Effects, Play
from avatar_live.sound.level import Samples


def click() -> Samples:
    sound = np.zeros((1_500, 2), np.float32)
    sound[0] = sound[-1] = 0.5
    return sound


def rendered(effects: Effects, packets: int) -> Samples:
    silence: Samples = np.zeros((PACKET_SAMPLES, 2), np.float32)
    parts = [effects.render(number * PACKET_S) for number in range(packets)]
    return np.concatenate([silence if part is None else part for part in parts])


@pytest.mark.parametrize("at_s", [0.0, 0.01, 0.0199, 0.02, 0.1234])
def test_a_sound_begins_at_its_sample_and_is_played_to_its_end(at_s: float) -> None:
    effects = Effects({"click": click()})
    assert effects.start(Play("click", at_s), 0.0)
    first = round(at_s * AUDIO_CLOCK_HZ)
    assert np.flatnonzero(rendered(effects, 12)[:, 0]).tolist() == [first, first + 1_499]
    assert effects.render(1.0) is None


def test_what_comes_a_little_late_is_played_at_once_and_what_comes_too_late_never() -> None:
    effects = Effects({"click": click()})
    assert effects.start(Play("click", -LATE_S_MAX), 0.0)
    assert not effects.start(Play("click", -LATE_S_MAX - 0.01), 0.0)
    assert not effects.start(Play("click", AHEAD_S_MAX + 0.01), 0.0)
    assert not effects.start(Play("unknown", 0.0), 0.0)
    assert np.flatnonzero(rendered(effects, 3)[:, 0]).tolist() == [0, 1_499]


def test_a_sound_comes_from_its_side_as_loud_as_from_the_middle() -> None:
    powers = []
    for pan in (-1.0, -0.5, 0.0, 0.7, 1.0, 5.0):
        effects = Effects({"click": click()})
        effects.start(Play("click", 0.0, pan), 0.0)
        left, right = rendered(effects, 1)[0].tolist()
        assert (left < right) == (pan > 0.0) or pan == 0.0
        powers.append(left**2 + right**2)
    assert powers == pytest.approx([0.5] * 6)


def test_a_level_is_kept() -> None:
    effects = Effects({"click": click()})
    effects.start(Play("click", 0.0, level_db=-6.0), 0.0)
    assert rendered(effects, 1)[0, 0] == pytest.approx(0.25, rel=0.01)


def test_the_same_sound_at_the_same_moment_is_heard_once() -> None:
    effects = Effects({"click": click()})
    assert effects.start(Play("click", 0.1), 0.0)
    assert not effects.start(Play("click", 0.12), 0.0)
    assert effects.start(Play("click", 0.2), 0.0)


def test_the_oldest_makes_room_at_the_limit() -> None:
    effects = Effects({"click": click()})
    for number in range(AT_ONCE_MAX + 1):
        effects.start(Play("click", number * 0.1), 0.0)
    heard = np.flatnonzero(rendered(effects, 200)[:, 0])
    assert len(heard) == 2 * AT_ONCE_MAX
    assert heard[0] == round(0.1 * AUDIO_CLOCK_HZ)
