"""Let eSpeak NG say vowels, and what is none of them, and hear it through microphones that differ."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.spoken import FRAME, Utterance, is_steady, packets, speak, vowels_of
from avatar_live.signals import VOWELS
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.tracking.visemes import FEATURES, HOP, WINDOW, Decimator, features_of

from .recipe import (
    CHORDS,
    CLICKS,
    CONSONANTS,
    HISSES,
    HUMS,
    LANGUAGES,
    NOISE_DB,
    NOISE_PACKETS,
    NOT_VOWELS,
    SEED,
    TAKES,
    TILT,
    VARIED,
    VOICES,
)

Doubles = NDArray[np.float64]

NONE = len(VOWELS)


def lessons() -> tuple[Doubles, NDArray[np.int64]]:
    """Return features (n, FEATURES) and what each is: a place in `VOWELS`, or `NONE`."""
    chance = np.random.default_rng(SEED)
    said = [pair for take in range(TAKES) for pair in vowels_of(LANGUAGES, VOICES, SEED + take, CONSONANTS)]
    said += [
        (Utterance(language, voice, f"{sound}{sound}", int(chance.integers(20, 80)), 120), NONE)
        for language in LANGUAGES[::3]
        for voice in VOICES
        for sound in NOT_VOWELS
    ]
    features, labels = [], []
    with ThreadPoolExecutor(2) as speakers:
        for sound, (_, label) in zip(speakers.map(speak, [utterance for utterance, _ in said]), said, strict=True):
            for _ in range(VARIED):
                heard = _heard(sound, chance)
                features.append(heard)
                labels.append(np.full(len(heard), label))
    for noise in _noises(chance):
        heard = _features(noise, np.ones(len(noise) // FRAME, np.bool_))
        features.append(heard)
        labels.append(np.full(len(heard), NONE))
    return np.concatenate(features), np.concatenate(labels)


def _heard(sound: Doubles, chance: np.random.Generator) -> Doubles:
    """Return the features of the steady part, brighter or duller and in more or less noise."""
    tilt = TILT * chance.uniform(-1.0, 1.0)
    tilted = sound - tilt * np.concatenate((sound[:1], sound[:-1]))
    power = float(np.mean(tilted**2)) / 10.0 ** (chance.uniform(*NOISE_DB) / 10.0)
    steady = is_steady(packets(sound))
    return _features(tilted + chance.normal(0.0, power**0.5, len(tilted)), steady)


def _features(sound: Doubles, chosen: NDArray[np.bool_]) -> Doubles:
    decimator, window = Decimator(), np.zeros(WINDOW)
    rows = []
    for packet, is_chosen in zip(packets(0.3 * sound / max(np.abs(sound).max(), 1e-9)), chosen, strict=False):
        window = np.concatenate((window[HOP:], decimator.step(packet[:, 0] / 32_768.0)))
        if is_chosen:
            rows.append(features_of(window))
    return np.array(rows).reshape(-1, FEATURES)


def _noises(chance: np.random.Generator) -> Iterator[Doubles]:
    """Yield what microphones hear beside a voice: mains, music, clicks and knocks, hiss of several colours."""
    time_s = np.arange(NOISE_PACKETS * FRAME) / AUDIO_CLOCK_HZ
    for kind, count in ((_hum, HUMS), (_chord, CHORDS), (_clicks, CLICKS), (_hiss, HISSES)):
        for _ in range(count):
            yield kind(time_s, chance)


def _hum(time_s: Doubles, chance: np.random.Generator) -> Doubles:
    """Return the mains, or a fan: a low note whose harmonics are as loud as chance will have it."""
    hz, fall, count = chance.uniform(45.0, 130.0), chance.uniform(0.3, 2.5), int(chance.integers(2, 24))
    sound = np.zeros(len(time_s))
    for k in range(1, count):
        sound += chance.uniform(0.2, 1.0) / k**fall * np.sin(2.0 * np.pi * hz * k * time_s + _phase(chance))
    return np.asarray(sound + 10.0 ** chance.uniform(-5.0, -1.5) * chance.normal(size=len(time_s)), np.float64)


def _chord(time_s: Doubles, chance: np.random.Generator) -> Doubles:
    """Return notes that are struck together and die away, over and over, as instruments do: many pitches at once."""
    sound = np.zeros(len(time_s))
    fall, brightness, beat_s = chance.uniform(0.0, 6.0), chance.uniform(0.6, 2.2), chance.uniform(0.2, 0.8)
    for note in chance.integers(40, 84, chance.integers(2, 6)):
        hz = 440.0 * 2.0 ** ((note - 69.0) / 12.0)
        for k in range(1, min(16, int(7_000.0 / hz)) + 1):
            sound += np.sin(2.0 * np.pi * hz * k * time_s + _phase(chance)) / k**brightness
    sound *= np.exp(-fall * (time_s % beat_s))
    return np.asarray(sound + 10.0 ** chance.uniform(-4.0, -1.5) * chance.normal(size=len(time_s)), np.float64)


def _clicks(time_s: Doubles, chance: np.random.Generator) -> Doubles:
    """Return keys that are typed and things that are put down: short noise that dies away."""
    struck = np.zeros(len(time_s))
    struck[chance.integers(0, len(time_s), 40)] = chance.uniform(0.2, 1.0, 40)
    length = int(chance.integers(200, 2_000))
    click = np.exp(-np.arange(length) / chance.uniform(30.0, 400.0)) * chance.normal(size=length)
    return np.convolve(struck, click)[: len(time_s)] + 1e-3 * chance.normal(size=len(time_s))


def _hiss(time_s: Doubles, chance: np.random.Generator) -> Doubles:
    """Return noise between white and brown."""
    white = np.fft.rfft(chance.normal(size=len(time_s)))
    hz = np.fft.rfftfreq(len(time_s), 1.0 / AUDIO_CLOCK_HZ)
    return np.asarray(np.fft.irfft(white / np.maximum(hz, 20.0) ** chance.uniform(0.0, 1.2), len(time_s)), np.float64)


def _phase(chance: np.random.Generator) -> float:
    return float(chance.uniform(0.0, 2.0 * np.pi))
