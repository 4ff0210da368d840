"""The mix: microphone, guest, game sounds, music and spoken thanks become the one sound of the show."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.signals.sound import SoundLevels
from avatar_live.sound.duck import Duck
from avatar_live.sound.effects import Effects
from avatar_live.sound.level import SILENT_DBFS, Fader, Samples, dbfs_of, gain_of
from avatar_live.sound.limiter import Limiter

_FULL = 32_767.0


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Hold what sounds in one packet (960, 2), each at its own loudness; None is silent."""

    voice: Samples | None = None
    music: Samples | None = None
    speech: Samples | None = None
    guest: Samples | None = None


class Mixer:
    """Mix packets at the host's levels, the music ducked under words, never above the ceiling.

    The limiter makes it `limiter.DELAY_SAMPLES` late.
    """

    def __init__(self, bank: Mapping[str, Samples], levels: SoundLevels) -> None:
        self.levels = levels
        self.effects = Effects(bank)
        self.loudness_dbfs = SILENT_DBFS
        self._limiter = Limiter()
        self._duck = Duck()
        self._voice, self._guest, self._music, self._speech, self._sounds = (Fader(1.0) for _ in range(5))

    def mix(self, parts: Parts, start_s: float) -> NDArray[np.int16]:
        """Return the packet (960, 2) int16 that begins at a captured time; exact zeros where nothing sounds."""
        levels = self.levels
        voice = _faded(self._voice, parts.voice, 0.0 if levels.is_muted else gain_of(levels.microphone_db))
        speech = _faded(self._speech, parts.speech, gain_of(levels.speech_db))
        guest = _faded(self._guest, parts.guest, gain_of(levels.guest_db))
        spoken_dbfs = max(dbfs_of(part) if part is not None else SILENT_DBFS for part in (voice, guest, speech))
        ducked = self._duck.gain(spoken_dbfs)
        music = _faded(self._music, parts.music, gain_of(levels.music_db) * ducked)
        sounds = _faded(self._sounds, self.effects.render(start_s), gain_of(levels.sounds_db))
        heard = [part for part in (voice, guest, speech, music, sounds) if part is not None]
        mixed = self._limiter.limit(functools.reduce(np.add, heard) if heard else None)
        if mixed is None:
            self.loudness_dbfs = SILENT_DBFS
            return np.zeros((PACKET_SAMPLES, CHANNELS), np.int16)
        self.loudness_dbfs = dbfs_of(mixed)
        whole: NDArray[np.int16] = np.rint(mixed * np.float32(_FULL)).astype(np.int16)
        return whole

    def forget(self) -> None:
        """Let go of what the limiter holds back."""
        self._limiter.reset()


def _faded(fader: Fader, part: Samples | None, gain: float) -> Samples | None:
    if part is None:
        fader.rest(gain)
        return None
    return fader.at(part, gain)
