"""How often the right vowel is read: eSpeak NG speaks, in voices, languages and words that nobody trained on."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.spoken import is_steady, packets, speak, vowels_of, words_of
from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals import VOWELS, VoiceReading
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.tracking.visemes import Visemes, vowel_net
from avatar_live.tracking.voice import Loudness, in_stereo

LANGUAGES: Final = ("ja", "sv", "nl", "tr", "en-gb-scotland", "ro")
VOICES: Final = ("m6", "m7", "f4", "f5", "adam", "steph", "klatt4", "anika")
CONSONANTS: Final = ("p", "d", "g", "f")
SEED: Final = 7
GAIN: Final = 0.5
ROOM_DBFS: Final = -62.0  # a quiet room's hiss
SILENCE_S: Final = 0.2
HELD_S: Final = 0.15  # of a vowel before another follows at once
UNEVEN: Final = 0.37  # of a packet: speech begins at no packet's beginning

Doubles = NDArray[np.float64]


def measure_speech(languages: Sequence[str] = LANGUAGES, voices: Sequence[str] = VOICES) -> dict[str, Any]:
    """Return what the microphone's vowels are worth. Raises ShowError without eSpeak NG.

    `viseme_accuracy` is the share of a vowel's steady packets in which it is the largest, alone and inside words;
    rows beside it tell it by vowel, voice and language. `voice_latency_ms` is the time from the moment at which one
    vowel turns into another until the other one leads, at the end of the packet that says so: the median.
    `voice_cpu_percent` is what gate, limit and vowels cost of a core.
    """
    alone = vowels_of(languages, voices, SEED)
    said = alone + words_of(languages, voices, SEED, CONSONANTS)
    with ThreadPoolExecutor() as speakers:
        sounds = list(speakers.map(speak, [utterance for utterance, _ in said]))
    rights: dict[str, list[bool]] = {"all": []}
    spent_s = heard_s = 0.0
    for number, (sound, (utterance, place)) in enumerate(zip(sounds, said, strict=True)):
        parts = _in_a_room(sound)
        begins_s = time.process_time()
        read = _lips(listen(parts))
        spent_s, heard_s = spent_s + time.process_time() - begins_s, heard_s + len(parts) * PACKET_S
        steady = read[is_steady(parts)]
        right = ((steady.argmax(axis=1) == place) & (steady.max(axis=1) > 0.0)).tolist()
        kind = "alone" if number < len(alone) else "words"
        for row in ("all", VOWELS[place], utterance.voice, utterance.language, kind):
            rights.setdefault(row, []).extend(right)
    shares = {row: round(float(np.mean(values)), 3) for row, values in rights.items()}
    return {
        "viseme_accuracy": shares.pop("all"),
        "voice_latency_ms": round(1_000.0 * _change_s(sounds[: len(alone)]), 1),
        "voice_cpu_percent": round(100.0 * spent_s / heard_s, 2),
        **{f"viseme_accuracy_{row}": share for row, share in shares.items()},
    }


def listen(parts: Sequence[NDArray[np.int16]]) -> list[VoiceReading]:
    """Return what a microphone tells of the mouth for packets (960, 1), as `tracking.microphone` does."""
    loudness, visemes = Loudness(), Visemes(vowel_net())
    heard = []
    for number, part in enumerate(parts):
        loudness.level(in_stereo(part))
        heard.append(visemes.hear(part, number * PACKET_S, is_open=loudness.is_open))
    return heard


def _lips(heard: Sequence[VoiceReading]) -> NDArray[np.float32]:
    return np.array([reading.vowels for reading in heard])


def _in_a_room(sound: Doubles) -> list[NDArray[np.int16]]:
    """Return the packets of a sound after a moment of a quiet room, whose hiss stays."""
    silence = np.zeros(round((SILENCE_S + UNEVEN * PACKET_S) * AUDIO_CLOCK_HZ))
    whole = np.concatenate((silence, GAIN * sound))
    hiss = 10.0 ** (ROOM_DBFS / 20.0) * np.random.default_rng(SEED).normal(size=len(whole))
    return packets(whole + hiss)


def _change_s(sounds: Sequence[Doubles]) -> float:
    """Return how long it takes, at the median, until a vowel is read that follows another one at once."""
    taken_s = []
    for row in range(0, len(sounds), len(VOWELS)):  # one voice's
        for (place, before), (other, after) in pairwise(enumerate(sounds[row : row + len(VOWELS)])):
            first = _in_a_room(_held(before))
            changed = len(first) * PACKET_S
            samples = np.concatenate((np.concatenate(first)[:, 0] / 32_768.0, GAIN * _held(after)))
            cut = round(UNEVEN * PACKET_SAMPLES)
            parts = packets(samples[cut:])
            leads = _lips(listen(parts)).argmax(axis=1)
            changed -= cut / AUDIO_CLOCK_HZ
            from_packet = int(changed / PACKET_S)
            if leads[from_packet - 1] == place and (led := np.flatnonzero(leads[from_packet:] == other)).size:
                taken_s.append((from_packet + int(led[0]) + 1) * PACKET_S - changed)
    return float(np.median(taken_s))


def _held(sound: Doubles) -> Doubles:
    """Return the loudest stretch of `HELD_S`."""
    count = round(HELD_S * AUDIO_CLOCK_HZ)
    power = np.cumsum(np.concatenate(([0.0], sound**2)))
    begin = int(np.argmax(power[count:] - power[:-count])) if len(sound) > count else 0
    return sound[begin : begin + count]
