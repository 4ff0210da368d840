"""How often the right vowel is read: eSpeak NG speaks, in voices, languages and words that nobody trained on."""

import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.app.bench.tracking.spoken import is_steady, packets, speak, vowels_of
from avatar_live.channels.ring import PACKET_S
from avatar_live.signals import VOWELS
from avatar_live.tracking.visemes import Visemes, vowel_net

LANGUAGES: Final = ("ja", "sv", "nl", "tr", "en-gb", "ro")
VOICES: Final = ("m6", "m7", "f4", "f5", "adam", "steph", "klatt4", "anika")
SEED: Final = 7
SILENCE_PACKETS: Final = 10
GAIN: Final = 0.5
SHOWN_MIN: Final = 0.3  # a mouth that is so far open is seen to be open


def measure_speech(languages: Sequence[str] = LANGUAGES, voices: Sequence[str] = VOICES) -> dict[str, Any]:
    """Return `viseme_accuracy`, the share of a vowel's steady packets in which it is the largest; `voice_latency_ms`
    from the sound's beginning until the mouth is seen to open, the median; `voice_cpu_percent` of a core; and the
    accuracy by vowel and by voice. Raises ShowError without eSpeak NG.
    """
    rights: dict[str, list[bool]] = {}
    latencies_s, spent_s, heard_s = [], 0.0, 0.0
    for utterance, place in vowels_of(languages, voices, SEED):
        parts = packets(speak(utterance), GAIN)
        begins_s = time.process_time()
        read = read_vowels(parts)
        spent_s += time.process_time() - begins_s
        heard_s += (len(parts) + SILENCE_PACKETS) * PACKET_S
        right = (read[is_steady(parts)].argmax(axis=1) == place).tolist()
        for row in ("all", VOWELS[place], utterance.voice):
            rights.setdefault(row, []).extend(right)
        latencies_s.append(_latency_s(parts, read))
    rows = {
        f"viseme_accuracy_{row}": round(float(np.mean(values)), 3) for row, values in rights.items() if row != "all"
    }
    return {
        "viseme_accuracy": round(float(np.mean(rights["all"])), 4),
        "voice_latency_ms": round(1000.0 * float(np.median(latencies_s)), 1),
        "voice_cpu_percent": round(100.0 * spent_s / heard_s, 2),
        **rows,
    }


def read_vowels(parts: Sequence[NDArray[np.int16]]) -> NDArray[np.float32]:
    """Return (n, 5) vowels read from the packets of somebody who says something after a moment of silence."""
    visemes = Visemes(vowel_net())
    silence = np.zeros_like(parts[0])
    for _ in range(SILENCE_PACKETS):
        visemes.hear(silence, 0.0)
    return np.array([visemes.hear(part, 0.0).vowels for part in parts])


def _latency_s(parts: Sequence[NDArray[np.int16]], read: NDArray[np.float32]) -> float:
    """Return the time from the first loud packet's beginning to the end of the packet in which the mouth is open."""
    begins = int(np.argmax(is_steady(parts)))
    opened = np.flatnonzero(read.sum(axis=1) > SHOWN_MIN)
    return PACKET_S * (float(opened[0]) + 1.0 - begins) if len(opened) else float("inf")
