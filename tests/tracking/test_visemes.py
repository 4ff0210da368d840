"""What the mouth does to a voice, and that nothing else moves it."""

import shutil

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.speech import LANGUAGES, VOICES, listen, measure_speech
from avatar_live.app.bench.tracking.spoken import PROGRAM, Utterance, packets, speak
from avatar_live.app.faults import ShowError
from avatar_live.channels.ring import PACKET_S
from avatar_live.signals import VOWELS
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.tracking.visemes import DECIMATION, RATE_HZ, Decimator, Visemes, vowel_net

Doubles = NDArray[np.float64]

BABBLE_MAX = 0.12
chance = np.random.default_rng(3)
needs_espeak = pytest.mark.skipif(shutil.which(PROGRAM) is None, reason="needs espeak-ng")


def seconds(duration_s: float) -> Doubles:
    return np.arange(round(duration_s * AUDIO_CLOCK_HZ)) / AUDIO_CLOCK_HZ


def lips(sound: Doubles) -> Doubles:
    """Return the vowels (n, 5) of every packet."""
    return np.array([voice.vowels for voice in listen(packets(sound))], np.float64)


def hiss(duration_s: float, dbfs: float) -> Doubles:
    return np.asarray(10.0 ** (dbfs / 20.0) * chance.normal(size=len(seconds(duration_s))), np.float64)


def hum(duration_s: float) -> Doubles:
    time_s = seconds(duration_s)
    return np.asarray(0.1 * sum(np.sin(2.0 * np.pi * 50.0 * k * time_s) / k for k in range(1, 9)), np.float64)


def keys(duration_s: float) -> Doubles:
    """Type on a keyboard beside the microphone, five keys a second."""
    struck = np.zeros(len(seconds(duration_s)))
    struck[:: AUDIO_CLOCK_HZ // 5] = 0.5
    click = np.exp(-np.arange(600) / 90.0) * chance.normal(size=600)
    return np.convolve(struck, click)[: len(struck)]


def chords(duration_s: float) -> Doubles:
    """Strike three chords, again and again, as a piano does."""
    time_s, sound = seconds(duration_s), np.zeros(len(seconds(duration_s)))
    for number, notes in enumerate(((57, 60, 64), (53, 57, 60, 65), (55, 59, 62))):
        is_played = (time_s // 0.5).astype(int) % 3 == number
        for note in notes:
            hz = 440.0 * 2.0 ** ((note - 69.0) / 12.0)
            sound += is_played * sum(np.sin(2.0 * np.pi * hz * k * time_s) / k**1.2 for k in range(1, 10))
    return np.asarray(0.06 * sound * np.exp(-3.0 * (time_s % 0.5)), np.float64)


@pytest.mark.parametrize(
    "sound", [hiss(4.0, -30.0), hum(4.0), keys(4.0), chords(4.0)], ids=["hiss", "hum", "keys", "chords"]
)
def test_what_is_no_voice_does_not_babble(sound: Doubles) -> None:
    assert lips(sound).sum(axis=1).mean() < BABBLE_MAX


def test_silence_and_a_closed_gate_are_exact_zeros() -> None:
    assert not lips(np.zeros(AUDIO_CLOCK_HZ)).any()
    assert not lips(hiss(1.0, -60.0)).any()
    visemes = Visemes(vowel_net())
    for part in packets(hum(0.5)):
        assert not visemes.hear(part, 0.0, is_open=False).vowels.any()


def test_a_reading_has_the_time_of_its_packet_and_the_level_of_its_sound() -> None:
    tone = 0.5 * np.sin(2.0 * np.pi * 400.0 * seconds(0.2))
    voices = listen(packets(tone))
    assert [voice.captured_s for voice in voices] == [number * PACKET_S for number in range(10)]
    assert voices[-1].level_dbfs == pytest.approx(-9.03, abs=0.05)
    assert listen(packets(np.zeros(960)))[0].level_dbfs == pytest.approx(-80.0)


def test_every_third_sample_is_taken_behind_a_low_pass_whose_packets_join() -> None:
    time_s = seconds(0.4)
    low, high = np.sin(2.0 * np.pi * 1_000.0 * time_s), np.sin(2.0 * np.pi * 15_000.0 * time_s)
    decimator = Decimator()
    taken = np.concatenate([decimator.step(part) for part in low.reshape(-1, 960)])
    at_once = Decimator().step(low)
    assert np.allclose(taken, at_once) and len(taken) * DECIMATION == len(low)
    assert np.abs(np.fft.rfft(taken[-RATE_HZ // 10 :])).argmax() == 100
    assert 0.95 < np.ptp(taken[100:]) / 2.0 < 1.05
    assert np.ptp(Decimator().step(high)[100:]) < 0.02


@needs_espeak
def test_vowels_are_read_right_from_voices_languages_and_words_that_nobody_trained_on() -> None:
    figures = measure_speech(languages=("sv", "nl"), voices=("m7", "f4", "adam"))
    print(figures)  # noqa: T201 - the figures are the point of this test
    assert figures["viseme_accuracy"] >= 0.85
    assert all(figures[f"viseme_accuracy_{row}"] >= 0.7 for row in (*VOWELS, "alone", "words"))
    assert 0.0 < figures["voice_latency_ms"] <= 60.0
    assert figures["voice_cpu_percent"] < 3.0


@needs_espeak
def test_the_voices_that_are_measured_are_as_many_voices() -> None:
    """eSpeak speaks in its usual voice, without a word, where a language has not the one that is asked for."""
    for language in LANGUAGES:
        assert len({speak(Utterance(language, voice, "a", 50, 150)).tobytes() for voice in VOICES}) == len(VOICES)


@needs_espeak
@pytest.mark.parametrize("voice", ["m7", "f4"])
@pytest.mark.parametrize(("word", "nearly_shut"), [("pa:pa:pa:", 0.45), ("ba:ba:ba:", 0.65), ("ma:ma:ma:", 0.8)])
def test_lips_meet_between_syllables(voice: str, word: str, nearly_shut: float) -> None:
    """They are asked to meet for less than a tenth of a second, and an m sounds on meanwhile."""
    said = speak(Utterance("tr", voice, word, 50, 100))
    opened = lips(np.concatenate((hiss(0.3, -65.0), 0.5 * said))).sum(axis=1)
    is_shut = opened < nearly_shut
    loud = np.flatnonzero(opened > 0.85)
    assert (np.diff(is_shut[loud[0] : loud[-1]].astype(int)) == 1).sum() >= 2, "three syllables are three openings"
    assert opened[-1] < 0.05


def test_without_espeak_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ShowError, match="install it"):
        speak(Utterance("en-gb-scotland", "m7", "a", 50, 150))
