"""What is mixed, how loud each part is, and what steps back."""

import numpy as np
import pytest

from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals.sound import SoundLevels
from avatar_live.sound.duck import DUCKED, HOLD_PACKETS, Duck
from avatar_live.sound.effects import Play
from avatar_live.sound.level import OFF_DB, SILENT_DBFS, TOP_DB, Fader, Samples, dbfs_of, gain_of
from avatar_live.sound.limiter import CEILING, DELAY_SAMPLES
from avatar_live.sound.mixer import Mixer, Parts


def steady(level: float) -> Samples:
    return np.full((PACKET_SAMPLES, 2), level, np.float32)


def test_a_faders_ends_are_off_and_twelve_decibels() -> None:
    assert gain_of(OFF_DB) == 0.0 < gain_of(OFF_DB + 0.1)
    assert gain_of(0.0) == 1.0
    assert gain_of(TOP_DB + 50.0) == gain_of(TOP_DB) == pytest.approx(3.98, abs=0.01)


def test_a_moved_fader_takes_a_packet_and_no_step() -> None:
    fader = Fader(1.0)
    heard = np.concatenate([fader.at(steady(0.5), gain) for gain in (1.0, 0.0, 0.0, 0.5)])
    assert np.abs(np.diff(heard[:, 0])).max() < 0.001
    assert heard[PACKET_SAMPLES - 1, 0] == 0.5 and not heard[2 * PACKET_SAMPLES : 3 * PACKET_SAMPLES].any()
    assert heard[-1, 0] == pytest.approx(0.25)


def test_loudness_is_that_of_the_mean_power() -> None:
    assert dbfs_of(steady(0.1)) == pytest.approx(-20.0, abs=0.01)
    assert dbfs_of(steady(0.0)) == SILENT_DBFS


def test_music_steps_back_gently_under_words_waits_for_a_pause_and_returns() -> None:
    duck = Duck()
    gains = [duck.gain(-20.0) for _ in range(50)] + [duck.gain(-90.0) for _ in range(200)]
    assert gains[0] > 0.8 and np.abs(np.diff(gains)).max() < 0.16
    assert gains[49] == pytest.approx(DUCKED, abs=0.01)
    assert gains[50 + HOLD_PACKETS - 2] == pytest.approx(DUCKED, abs=0.01)
    assert gains[-1] == 1.0


def test_parts_are_added_at_the_hosts_levels() -> None:
    mixer = Mixer({"hum": np.tile(steady(0.1), (50, 1))}, SoundLevels(sounds_db=-6.0, music_db=-12.0))
    mixer.effects.start(Play("hum", 0.0), 0.0)
    for number in range(10):
        heard = mixer.mix(Parts(music=steady(0.2)), number * PACKET_S)
    assert heard[-1] / 32_767 == pytest.approx([0.1 * gain_of(-6.0) + 0.2 * gain_of(-12.0)] * 2, rel=0.001)
    assert mixer.loudness_dbfs == pytest.approx(20 * np.log10(heard[-1, 0] / 32_767), abs=0.1)


def test_a_guest_has_a_fader_and_music_steps_back_for_it() -> None:
    mixer = Mixer({}, SoundLevels(guest_db=-6.0, music_db=0.0))
    for number in range(50):
        heard = mixer.mix(Parts(music=steady(0.1), guest=steady(0.4)), number * PACKET_S)
    assert heard[-1] / 32_767 == pytest.approx([0.4 * gain_of(-6.0) + 0.1 * DUCKED] * 2, rel=0.01)


def test_all_at_once_is_not_too_loud() -> None:
    mixer = Mixer({}, SoundLevels(music_db=12.0, speech_db=12.0, microphone_db=12.0))
    loud = steady(1.0)
    peaks = [np.abs(mixer.mix(Parts(loud, loud, loud, loud), number * PACKET_S)).max() for number in range(20)]
    assert max(peaks) <= round(CEILING * 32_767)


def test_silence_is_exact_and_a_muted_microphone_is_silence() -> None:
    mixer = Mixer({}, SoundLevels(is_muted=True))
    for number in range(3):
        assert not mixer.mix(Parts(voice=steady(0.5)), number * PACKET_S)[DELAY_SAMPLES:].any() or number == 0
    assert not mixer.mix(Parts(), 1.0).any() and not mixer.mix(Parts(), 1.0).any()
    assert mixer.loudness_dbfs == SILENT_DBFS
