"""The numbers that decide what comes out, and their fingerprint, by which a stale file is told from a fresh one."""

import hashlib
from typing import Final

from avatar_live.app.bench.tracking.spoken import PHONEMES

SEED: Final = 20261

# Languages and voices of eSpeak NG that the network learns from (it has other voices only for a language's first name:
# "fr", not "fr-fr"). Those that `bench tracking` listens to are others.
LANGUAGES: Final = (
    "en-us", "de", "fr", "es", "it", "pt", "pl", "cs", "fi", "hu", "el", "id", "hr", "da", "cy", "af",
)  # fmt: skip
VOICES: Final = (
    "m1", "m2", "m3", "m4", "m5", "f1", "f2", "f3", "klatt", "klatt2", "klatt3",
    "Andy", "linda", "max", "ed", "belinda", "grandma", "rob", "sandro", "michel",
)  # fmt: skip
CONSONANTS: Final = ("", "", "m", "t", "s", "l", "k", "b")
TAKES: Final = 2
NOT_VOWELS: Final = ("m", "n", "s", "S", "f", "z")  # the lips are shut, or nearly, or say nothing
VARIED: Final = 2  # every utterance is heard so often: near and far, bright and dull, in some noise
TILT: Final = 0.6
NOISE_DB: Final = (12.0, 45.0)
HUMS, CHORDS, CLICKS, HISSES = 60, 200, 30, 30  # pieces of each that is nobody's voice
NOISE_PACKETS: Final = 100  # a piece's length

HIDDEN: Final = (64, 32)
EPOCHS: Final = 16
BATCH: Final = 512
RATE: Final = 3e-3
DECAY: Final = 1e-2
JITTER: Final = 0.15
SLOPE, BOW = 2.0, 1.0  # of log power, up to: microphones are bright or dull, and full or thin at both ends
DOUBT: Final = 0.05  # label smoothing


def fingerprint() -> str:
    """Return a hash of which voices and which numbers the network is made of."""
    speech = (SEED, LANGUAGES, VOICES, CONSONANTS, TAKES, NOT_VOWELS, VARIED, TILT, NOISE_DB)
    noise = (HUMS, CHORDS, CLICKS, HISSES, NOISE_PACKETS)
    network = (HIDDEN, EPOCHS, BATCH, RATE, DECAY, JITTER, SLOPE, BOW, DOUBT)
    return hashlib.sha256(repr((sorted(PHONEMES.items()), speech, noise, network)).encode()).hexdigest()
