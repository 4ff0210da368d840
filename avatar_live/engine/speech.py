"""Thanks for gifts, spoken by a program of this machine. Never chat: nobody has looked over that."""

import io
import shutil
import subprocess
import threading
import wave
from collections import deque
from typing import Final

import av
import numpy as np

from avatar_live.channels import Lossless
from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.protocol.catalogue import GIFTS
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.signals.sound import SpeechMode
from avatar_live.sound.level import Samples, dbfs_of

WAITING_MAX: Final = 4  # thanks that come a minute late thank for nothing
NAME_CHARACTERS_MAX: Final = 24
SPEAK_S_MAX: Final = 10.0
SPEECH_S_MAX: Final = 8.0
LOUDNESS_DBFS: Final = -20.0
MISSING: Final = "Thanks cannot be spoken: install espeak-ng (Debian: apt-get install espeak-ng)."

_VOICES: Final = {
    "espeak-ng": ["-v", "en-us", "-s", "160", "-p", "55", "--stdin", "--stdout"],
    "espeak": ["-v", "en-us", "-s", "160", "-p", "55", "--stdin", "--stdout"],
}


def thanks(mode: SpeechMode, gift: str, giver: str) -> str:
    """Return what is said for a gift: a name is chosen by whoever gave, so it is only read out where the host wants."""
    if mode == "off" or gift not in GIFTS:
        return ""
    name = GIFTS[gift].name
    who = spoken_name(giver) if mode == "names" else ""
    return f"Thank you{f', {who},' if who else ''} for the {name[0].lower()}{name[1:]}!"


def spoken_name(name: str) -> str:
    """Return what may be read out of a name: letters and digits, and not for long."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return " ".join(words)[:NAME_CHARACTERS_MAX].strip()


class Speech:
    """Speak sentences in turn; too many at once are left out and counted. `fault` says why none is heard."""

    def __init__(self) -> None:
        self.fault = ""
        self.left_out = 0
        self._sentences: Lossless[str] = Lossless(WAITING_MAX)
        self._sounds: Lossless[Samples] = Lossless(WAITING_MAX)
        self._packets: deque[Samples] = deque()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="speech", daemon=True)
        self._thread.start()

    def say(self, sentence: str) -> None:
        """Let a sentence wait for its turn."""
        if sentence and not self._sentences.put(sentence):
            self.left_out += 1

    def read(self) -> Samples | None:
        """Return the next packet (960, 2) of what is spoken; None in between."""
        if not self._packets and (sound := self._sounds.take(0)) is not None:
            self._packets.extend(sound.reshape(-1, PACKET_SAMPLES, CHANNELS))
        return self._packets.popleft() if self._packets else None

    def close(self) -> None:
        """Stop; a program that speaks is left to end by itself, and nobody hears it."""
        self._stop.set()
        self._sentences.put("")

    def _run(self) -> None:
        while not self._stop.is_set():
            sentence = self._sentences.take()
            if not sentence or self._stop.is_set():
                continue
            try:
                sound = spoken(sentence)
            except SpeechError as error:
                self.fault = str(error)
                continue
            self.fault = ""
            while not self._sounds.put(sound) and not self._stop.wait(0.1):
                pass


class SpeechError(Exception):
    """Say in one sentence why nothing can be spoken and what to do next."""


def spoken(sentence: str) -> Samples:
    """Return a sentence as sound, whole packets (n * 960, 2). Raises SpeechError."""
    program = next((name for name in _VOICES if shutil.which(name)), None)
    if program is None:
        raise SpeechError(MISSING)
    try:
        run = subprocess.run(
            [program, *_VOICES[program]], input=sentence.encode(), capture_output=True, timeout=SPEAK_S_MAX, check=True
        )
        return _levelled(_read_wave(run.stdout))
    except (OSError, ValueError, subprocess.SubprocessError, wave.Error, EOFError, av.error.FFmpegError) as error:
        raise SpeechError(f"{program} cannot speak ({error}): try it in a terminal.") from error


def _read_wave(data: bytes) -> Samples:
    """Return a mono WAV of 16 bits as 48 kHz stereo (n, 2); its header's length is wrong where it was streamed."""
    with wave.open(io.BytesIO(data)) as file:
        rate_hz = file.getframerate()
        samples = np.frombuffer(file.readframes(round(SPEECH_S_MAX * rate_hz)), np.int16)
    frame = av.AudioFrame.from_ndarray(samples[None, :], format="s16", layout="mono")
    frame.sample_rate = rate_hz
    resampler = av.AudioResampler("fltp", "stereo", AUDIO_CLOCK_HZ)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    return np.concatenate([piece.to_ndarray() for piece in pieces], axis=1).T.astype(np.float32)


def _levelled(sound: Samples) -> Samples:
    """Return the sound at a speaker's loudness, filled up to whole packets."""
    loud = sound[np.abs(sound).max(axis=1) > 0.01]  # the pauses do not count
    gain = 10.0 ** ((LOUDNESS_DBFS - dbfs_of(np.ascontiguousarray(loud))) / 20.0) if len(loud) else 1.0
    filled: Samples = np.zeros((-(-len(sound) // PACKET_SAMPLES) * PACKET_SAMPLES, CHANNELS), np.float32)
    filled[: len(sound)] = sound * np.float32(gain)
    return filled
