"""What the sounds are made of: tones, noise and envelopes, (n,) samples at 48 kHz, and how loud they are to an ear."""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Line: TypeAlias = NDArray[np.float64]

RATE_HZ: Final = 48_000
LOUDNESS_LUFS: Final = -20.0
PEAK_MAX: Final = 10 ** (-1.2 / 20)  # true peak, with some room for rounding
BLOCK_S: Final = 0.4  # of momentary loudness, ITU-R BS.1770
FADE_S: Final = 0.004


def times(seconds: float) -> Line:
    """Return the times of the samples."""
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def decay(seconds: float, time_constant_s: float, attack_s: float = 0.002) -> Line:
    """Return an envelope that rises at once and dies away."""
    at = times(seconds)
    return np.asarray(np.minimum(at / attack_s, 1.0) * np.exp(-at / time_constant_s))


def swell(seconds: float, keys: Sequence[tuple[float, float]]) -> Line:
    """Return straight lines through (time, value) keys."""
    at, values = zip(*keys, strict=True)
    return np.asarray(np.interp(times(seconds), at, values))


def glide(frequency_hz: Line, harmonics: Sequence[float] = (1.0,)) -> Line:
    """Return a tone whose frequency changes, with these strengths of its harmonics; none above 18 kHz."""
    phase = 2 * np.pi * np.cumsum(frequency_hz) / RATE_HZ
    parts = [
        strength * np.sin(number * phase) * (number * frequency_hz < 18_000)
        for number, strength in enumerate(harmonics, 1)
    ]
    return np.asarray(np.sum(parts, axis=0))


def bell(frequency_hz: float, seconds: float, time_constant_s: float, hardness: float = 1.0) -> Line:
    """Return a struck bar or bell: partials out of tune, the higher ones die sooner."""
    at = times(seconds)
    partials = (
        (1.0, 1.0, 1.0),
        (2.76, 0.38 * hardness, 0.45),
        (5.4, 0.2 * hardness, 0.22),
        (8.9, 0.08 * hardness, 0.1),
    )
    ringing = [
        strength * np.sin(2 * np.pi * frequency_hz * ratio * at) * np.exp(-at / (time_constant_s * lasts))
        for ratio, strength, lasts in partials
        if frequency_hz * ratio < 18_000
    ]
    return np.asarray(np.sum(ringing, axis=0) * np.minimum(at / 0.002, 1.0))


def noise(seconds: float, seed: int, low_hz: float, high_hz: float, slope: float = 1.0) -> Line:
    """Return noise of a band, about 1 loud; its edges fall with `slope` octaves."""
    count = round(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    octaves = np.log2(np.maximum(np.fft.rfftfreq(count, 1 / RATE_HZ), 1.0))
    outside = np.maximum(np.log2(low_hz) - octaves, octaves - np.log2(high_hz))
    shaped = np.fft.irfft(spectrum * np.exp(-np.maximum(outside, 0.0) * 2.0 / slope), count)
    return np.asarray(shaped / max(float(np.sqrt(np.mean(shaped**2))), 1e-9))


def place(seconds: float, *parts: tuple[float, Line]) -> Line:
    """Return the sum of sounds that begin at their times."""
    whole = np.zeros(round(seconds * RATE_HZ))
    for start_s, part in parts:
        first = round(start_s * RATE_HZ)
        room = whole[first : first + len(part)]
        room += part[: len(room)]
    return whole


def finished(sound: Line) -> Line:
    """Return the sound with soft ends, as loud as the others, its peaks rounded where they stick out."""
    fade = np.minimum(times(FADE_S) / FADE_S, 1.0)
    sound = sound - sound.mean()
    sound[-len(fade) :] *= fade[::-1]
    sound[:24] *= np.linspace(0.0, 1.0, 24)
    for _ in range(8):
        sound = sound * 10 ** ((LOUDNESS_LUFS - loudness_lufs(sound)) / 20)
        sound = PEAK_MAX * np.tanh(sound / PEAK_MAX)
    return sound * min(1.0, PEAK_MAX / true_peak(sound))


def true_peak(sound: Line) -> float:
    """Return the largest value between the samples too (BS.1770-4, annex 2, with four values a sample)."""
    padded = np.concatenate([sound, np.zeros(64)])
    spectrum = np.fft.rfft(padded)
    finer = np.fft.irfft(np.concatenate([spectrum, np.zeros(3 * (len(padded) // 2))]), 4 * len(padded)) * 4
    return float(np.abs(finer).max())


def loudness_lufs(sound: Line) -> float:
    """Return the loudest moment's loudness (BS.1770-4: K-weighted, blocks of 400 ms) of a sound in both ears."""
    padded = np.concatenate([sound, np.zeros(max(0, round(BLOCK_S * RATE_HZ) - len(sound)))])
    power = np.cumsum(np.concatenate([[0.0], _k_weighted(padded) ** 2]))
    block = round(BLOCK_S * RATE_HZ)
    return float(-0.691 + 10 * np.log10(2.0 * (power[block:] - power[:-block]).max() / block + 1e-12))


def _k_weighted(sound: Line) -> Line:
    """Filter by the responses of BS.1770-4's two biquads at 48 kHz."""
    count = 2 * len(sound)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count))
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, count) * shelf * high, count)[: len(sound)])
