"""Vowels that nobody recorded: eSpeak NG, run as a program, speaks them in many voices."""

import io
import shutil
import subprocess
import wave
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.faults import ShowError
from avatar_live.signals import VOWELS
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

PROGRAM: Final = "espeak-ng"
SPOKEN_S_MAX: Final = 20.0
STEADY_SHARE: Final = 0.25  # of the loudest moment's power: louder than this, a vowel stands
SPOKEN_POWER_MIN: Final = (0.005 * 32_768.0) ** 2  # -46 dBFS: of a sound that a language lacks nothing is heard
FRAME: Final = 960

# How each of VRM's vowels is written for the program (its phoneme names, after Kirshenbaum), short and long.
PHONEMES: Final[Mapping[str, tuple[str, ...]]] = {
    "aa": ("a", "a:", "A:"),
    "ih": ("i", "i:"),
    "ou": ("u", "u:"),
    "ee": ("e", "e:", "E"),
    "oh": ("o", "o:", "O"),
}


@dataclass(frozen=True, slots=True)
class Utterance:
    """Say what to speak: a language and a voice, the phonemes, how high (0..99) and how fast (words a minute)."""

    language: str
    voice: str
    phonemes: str
    pitch: int
    words_a_minute: int


def vowels_of(
    languages: Sequence[str], voices: Sequence[str], seed: int, consonants: Sequence[str] = ("",)
) -> list[tuple[Utterance, int]]:
    """Return every vowel in every language and voice, with its place in `VOWELS`; the rest is left to chance."""
    chance = np.random.default_rng(seed)
    spoken = []
    for language in languages:
        for voice in voices:
            for place, vowel in enumerate(VOWELS):
                phonemes = str(chance.choice(consonants)) + str(chance.choice(PHONEMES[vowel]))
                pitch, pace = int(chance.integers(20, 80)), int(chance.integers(110, 200))
                spoken.append((Utterance(language, voice, phonemes, pitch, pace), place))
    return spoken


def words_of(
    languages: Sequence[str], voices: Sequence[str], seed: int, consonants: Sequence[str]
) -> list[tuple[Utterance, int]]:
    """Return a word of two syllables for every vowel in every language and voice, with the vowel's place."""
    chance = np.random.default_rng(seed)
    spoken = []
    for language in languages:
        for voice in voices:
            for place, vowel in enumerate(VOWELS):
                sound = str(chance.choice(PHONEMES[vowel]))
                first, second = chance.choice(consonants, 2)
                pitch, pace = int(chance.integers(20, 80)), int(chance.integers(110, 200))
                spoken.append((Utterance(language, voice, f"{first}{sound}{second}{sound}", pitch, pace), place))
    return spoken


def speak(utterance: Utterance) -> NDArray[np.float64]:
    """Return the sound, (n,) -1..1 at 48 kHz. Raises ShowError without the program."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise ShowError("The voice is measured with eSpeak NG: install it (on Debian, sudo apt-get install espeak-ng).")
    command = [program, "-v", f"{utterance.language}+{utterance.voice}", "-p", str(utterance.pitch)]
    command += ["-s", str(utterance.words_a_minute), "--stdout", f"[[{utterance.phonemes}]]"]
    said = subprocess.run(command, capture_output=True, timeout=SPOKEN_S_MAX, check=True).stdout
    with wave.open(io.BytesIO(said)) as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32_768.0
    count = len(samples) * AUDIO_CLOCK_HZ // rate_hz
    sound = np.interp(np.arange(count) * rate_hz / AUDIO_CLOCK_HZ, np.arange(len(samples)), samples)
    return np.asarray(sound, np.float64)


def packets(sound: NDArray[np.float64], gain: float = 1.0) -> list[NDArray[np.int16]]:
    """Return the sound as packets, (960, 1) int16, the last one filled with silence."""
    padded = np.concatenate((sound, np.zeros(-len(sound) % FRAME)))
    whole = np.clip(np.rint(padded * gain * 32_767.0), -32_768, 32_767).astype(np.int16)
    return list(whole.reshape(-1, FRAME, 1))


def is_steady(parts: Sequence[NDArray[np.int16]]) -> NDArray[np.bool_]:
    """Return which packets (n,) lie in the loud middle of a vowel."""
    powers = np.array([float((part.astype(np.float64) ** 2).mean()) for part in parts])
    loud = np.concatenate(([False], powers > max(STEADY_SHARE * powers.max(), SPOKEN_POWER_MIN), [False]))
    # A packet whose neighbours are loud too: no onset and no end.
    return np.asarray(loud[1:-1] & loud[:-2] & loud[2:])
