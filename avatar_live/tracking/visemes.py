"""Read from a voice which of five vowels the mouth shapes, and how far it opens. Pure arithmetic, 20 ms at a time.

A log-mel spectrum of the last 40 ms, and how well they repeat at one pitch, go through a small network that knows five
vowels and "none of them" (nasals, hisses, noise, hum, chords): the product of `assets/viseme_maker`. How loud the voice
is, between the room's own noise and the loudest that was heard lately, says how far the mouth opens.

Mel scale: Stevens, Volkmann, Newman 1937, in the usual form 2595 log10(1 + f / 700 Hz). Pitch: the highest
autocorrelation, freed from the window's own, after P. Boersma, "Accurate short-term analysis of the fundamental
frequency and the harmonics-to-noise ratio of a sampled sound", IFA Proceedings 17, 1993.
"""

import functools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals import VOWELS, VoiceReading
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.tracking.net_file import opened_net, save_net

VOWEL_NET: Final = Path(__file__).parents[2] / "assets" / "models" / "vowels.npz"

RATE_HZ: Final = 16_000
DECIMATION: Final = AUDIO_CLOCK_HZ // RATE_HZ
HOP: Final = PACKET_SAMPLES // DECIMATION
WINDOW: Final = 2 * HOP  # 40 ms: two periods of the lowest voice
BANDS: Final = 26
BAND_HZ_MIN, BAND_HZ_MAX = 120.0, 5_000.0
SPECTRUM_BINS: Final = 1_024
TAPS: Final = 31  # of the low pass before decimation
CUTOFF_HZ: Final = 7_000.0
POWER_MIN: Final = 1e-7
PITCH_HZ_MIN, PITCH_HZ_MAX = 70.0, 400.0
FEATURES: Final = BANDS + 1

SILENT_DBFS: Final = -80.0
FLOOR_DBFS_MIN: Final = -65.0  # no room is quieter; a program that takes noise away leaves exact silence
FLOOR_DB_S: Final = 6.0  # how fast the room's noise is believed to grow: a hum is a room after some seconds
SPEECH_OVER_DB: Final = 8.0  # above the room's noise a mouth begins to open
LOUDEST_DB_S: Final = 1.5  # how fast the loudest is forgotten
LOUDEST_DBFS_MIN: Final = -40.0
SPAN_DB_MIN: Final = 12.0
OPENING_POWER: Final = 0.7  # a voice 10 dB below its loudest still opens the mouth well
ATTACK_S, RELEASE_S = 0.02, 0.045  # lips open faster than they close, and meet within an m
VOWEL_MIN: Final = 0.01

Doubles = NDArray[np.float64]
Floats = NDArray[np.float32]

_LAGS: Final = slice(round(RATE_HZ / PITCH_HZ_MAX), round(RATE_HZ / PITCH_HZ_MIN) + 1)


@dataclass(frozen=True, slots=True, eq=False)
class VowelNet:
    """Hold `centre` and `spread` (FEATURES,) of what goes in, and layers of (out, in) and (out,)."""

    centre: Floats
    spread: Floats
    layers: tuple[tuple[Floats, Floats], ...]

    def shares(self, features: Doubles) -> Doubles:
        """Return the shares (6,) of the five vowels and of none of them, 1 in all, for `features_of` a window."""
        values = (features - self.centre) / self.spread
        *hidden, (slopes, offsets) = self.layers
        for slope, offset in hidden:
            sums = slope @ values + offset
            values = sums / (1.0 + np.exp(-np.clip(sums, -60.0, 60.0)))
        sums = slopes @ values + offsets
        powers = np.exp(sums - sums.max())
        return np.asarray(powers / powers.sum(), np.float64)

    def save(self, path: Path, recipe: str) -> None:
        """Write the network with the fingerprint of what it was made by; the same bytes for the same network."""
        arrays = {"centre": self.centre.astype(np.float32), "spread": self.spread.astype(np.float32)}
        save_net(path, recipe, arrays, self.layers)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the network. Raises ModelError when the file is missing or another one."""
        with opened_net(path) as (file, layers):
            return cls(file["centre"], file["spread"], layers)


@functools.cache
def vowel_net() -> VowelNet:
    """Return the network that comes with this program, read once. Raises ModelError."""
    return VowelNet.load(VOWEL_NET)


class Decimator:
    """Take every third sample of a stream, behind a low pass."""

    def __init__(self) -> None:
        self._before = np.zeros(TAPS - 1)

    def step(self, samples: Doubles) -> Doubles:
        """Return (n / 3,) samples at `RATE_HZ` of (n,) at 48 kHz; n is a multiple of 3."""
        whole = np.concatenate((self._before, samples))
        self._before = whole[-(TAPS - 1) :]
        return np.convolve(whole, _low_pass(), mode="valid")[::DECIMATION]


class Visemes:
    """Follow one voice, packet by packet."""

    def __init__(self, net: VowelNet) -> None:
        self._net = net
        self._decimator = Decimator()
        self._window = np.zeros(WINDOW)
        self._floor_dbfs = FLOOR_DBFS_MIN
        self._loudest_dbfs = LOUDEST_DBFS_MIN
        self._vowels = np.zeros(len(VOWELS))

    def hear(self, samples: NDArray[np.int16], captured_s: float, *, is_open: bool = True) -> VoiceReading:
        """Return what the mouth does at `captured_s`, the time of a packet's first sample: (960, 1 or 2) int16.

        The packet is as the microphone gave it, so that the room's noise is known; `is_open` says whether the gate lets
        it through. The window of 40 ms that is looked at has its middle at `captured_s`.
        """
        heard = samples.astype(np.float64).mean(axis=1) / 32_768.0
        self._window = np.concatenate((self._window[HOP:], self._decimator.step(heard)))
        level_dbfs = 10.0 * math.log10(float(np.mean(heard * heard)) + 10.0 ** (SILENT_DBFS / 10.0))
        opening = self._opening(level_dbfs)
        wanted = np.zeros(len(VOWELS))
        if opening > 0.0 and is_open:
            wanted = opening * self._net.shares(features_of(self._window))[: len(VOWELS)]
        rises = wanted.sum() > self._vowels.sum()
        self._vowels = self._vowels + (wanted - self._vowels) * _share(ATTACK_S if rises else RELEASE_S)
        self._vowels[self._vowels < VOWEL_MIN] = 0.0
        return VoiceReading(self._vowels.astype(np.float32), level_dbfs, captured_s)

    def _opening(self, level_dbfs: float) -> float:
        """Return how far the mouth opens, 0..1, and learn how loud the room and the voice are."""
        self._floor_dbfs = max(FLOOR_DBFS_MIN, min(level_dbfs, self._floor_dbfs + FLOOR_DB_S * PACKET_S))
        self._loudest_dbfs = max(level_dbfs, self._loudest_dbfs - LOUDEST_DB_S * PACKET_S, LOUDEST_DBFS_MIN)
        begins_dbfs = self._floor_dbfs + SPEECH_OVER_DB
        span_db = max(self._loudest_dbfs - begins_dbfs, SPAN_DB_MIN)
        return float(min(1.0, max(0.0, (level_dbfs - begins_dbfs) / span_db)) ** OPENING_POWER)


def features_of(window: Doubles) -> Doubles:
    """Return (FEATURES,) of (640,) samples at 16 kHz, freed from loudness: log-mel bands, and how well a pitch fits."""
    power = np.abs(np.fft.rfft(window * _hann(), SPECTRUM_BINS)) ** 2
    bands = np.log(_mel_bands() @ power + POWER_MIN)
    repeats = np.fft.irfft(power)[_LAGS] / (float(power.sum()) + POWER_MIN)
    return np.append(bands - bands.mean(), float((repeats * _unwindowed()).max()))


def _share(time_s: float) -> float:
    return 1.0 - math.exp(-PACKET_S / time_s)


@functools.cache
def _low_pass() -> Doubles:
    """Return a windowed sinc (TAPS,) that passes what is below `CUTOFF_HZ`."""
    at = np.arange(TAPS) - (TAPS - 1) / 2.0
    taps = np.sinc(2.0 * CUTOFF_HZ / AUDIO_CLOCK_HZ * at) * np.hamming(TAPS)
    return np.asarray(taps / taps.sum(), np.float64)


@functools.cache
def _hann() -> Doubles:
    return np.hanning(WINDOW)


@functools.cache
def _unwindowed() -> Doubles:
    """Return by what (lags,) to multiply what repeats so late, so that an endless tone repeats wholly.

    The sum over half a spectrum is half of the autocorrelation's first value times the bins.
    """
    own = np.fft.irfft(np.abs(np.fft.rfft(_hann(), SPECTRUM_BINS)) ** 2)
    return np.asarray(SPECTRUM_BINS / 2.0 * own[0] / own[_LAGS], np.float64)


@functools.cache
def _mel_bands() -> Doubles:
    """Return triangles (BANDS, bins), even on the mel scale."""
    mel_min, mel_max = (2595.0 * math.log10(1.0 + hz / 700.0) for hz in (BAND_HZ_MIN, BAND_HZ_MAX))
    edges = 700.0 * (10.0 ** (np.linspace(mel_min, mel_max, BANDS + 2) / 2595.0) - 1.0)
    hz = np.fft.rfftfreq(SPECTRUM_BINS, 1.0 / RATE_HZ)
    rise = (hz - edges[:-2, None]) / np.diff(edges)[:-1, None]
    fall = (edges[2:, None] - hz) / np.diff(edges)[1:, None]
    return np.clip(np.minimum(rise, fall), 0.0, None)
