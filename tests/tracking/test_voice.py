"""The gate, the limit and the clock of a microphone, in numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES
from avatar_live.tracking.voice import CEILING, GAP_S, HOLD_PACKETS, Loudness, SampleClock, in_stereo


def wave(peak: float) -> NDArray[np.int16]:
    samples = peak * 32_767 * np.sin(np.arange(PACKET_SAMPLES) * 2 * np.pi * 500 / 48_000)
    return np.repeat(samples[:, None], CHANNELS, axis=1).astype(np.int16)


def test_a_quiet_room_is_exact_silence_and_speech_passes_unchanged() -> None:
    loudness = Loudness()
    assert not loudness.level(wave(0.002)).any()
    loudness.level(wave(0.2))
    assert np.abs(loudness.level(wave(0.2)).astype(int) - wave(0.2)).max() <= 1


def test_the_pause_between_two_words_stays_open_and_a_long_one_fades_out() -> None:
    loudness = Loudness()
    loudness.level(wave(0.2))
    for _ in range(HOLD_PACKETS - 1):
        assert loudness.level(wave(0.001)).any()
    fading = loudness.level(wave(0.001))
    assert not fading[PACKET_SAMPLES // 2 :].any()
    assert not loudness.level(wave(0.001)).any()


def test_a_gate_that_is_open_stays_open_for_what_would_not_open_it() -> None:
    loudness, middle = Loudness(), wave(0.0045)  # -50 dBFS
    assert not loudness.level(middle).any()
    loudness.level(wave(0.2))
    for _ in range(3 * HOLD_PACKETS):
        assert loudness.level(middle).any()


def test_the_gate_opens_without_a_click() -> None:
    opened = Loudness().level(wave(0.2)).astype(int)
    assert opened[0].tolist() == [0, 0]
    steps = np.abs(np.diff(opened, axis=0)).max()
    assert steps <= np.abs(np.diff(wave(0.2).astype(int), axis=0)).max() * 1.05


def test_loud_sound_stays_under_the_ceiling_and_what_follows_recovers() -> None:
    loudness = Loudness()
    for _ in range(5):
        loud = loudness.level(wave(1.0))
        assert np.abs(loud.astype(int)).max() <= round(CEILING * 32_768)
    after = [int(np.abs(loudness.level(wave(0.5)).astype(int)).max()) for _ in range(150)]
    assert after[0] < after[20] < after[-1] == pytest.approx(0.5 * 32_767, rel=0.01)


def test_jitter_is_smoothed_drift_is_followed_and_a_gap_is_taken() -> None:
    timing, random = SampleClock(), np.random.default_rng(1)
    period_s = PACKET_S * 1.0002
    told = [timing.captured_s(at * period_s + random.uniform(0.0, 0.01)) for at in range(2_000)]
    assert np.abs(np.diff(told) - PACKET_S).max() < 0.001
    assert told[-1] == pytest.approx(1_999 * period_s + 0.005, abs=0.003)
    missing_s = told[-1] + PACKET_S + 2 * GAP_S
    assert timing.captured_s(missing_s) == missing_s


def test_one_microphone_is_heard_in_both_ears() -> None:
    assert np.array_equal(in_stereo(wave(0.3)[:, :1]), wave(0.3))
    assert in_stereo(wave(0.3)).shape == (PACKET_SAMPLES, CHANNELS)
