"""The sounds that are played now: each begins at its own sample, from its own side."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples, gain_of

AT_ONCE_MAX: Final = 32  # a show of fireworks and more; the oldest makes room
AHEAD_S_MAX: Final = 10.0  # nothing is planned for later
LATE_S_MAX: Final = 0.5  # what would have begun so long ago is not played any more
SAME_S: Final = 0.05  # the same sound again within this would only be louder


@dataclass(frozen=True, slots=True)
class Play:
    """Ask for a sound of the bank at a captured time; `pan` is -1 (left) to 1 (right), `level_db` its loudness."""

    name: str
    at_s: float
    pan: float = 0.0
    level_db: float = 0.0


@dataclass(slots=True, eq=False)
class _Playing:
    play: Play
    samples: Samples  # (n, 2), panned
    left_at: int = 0  # the sample that comes next


class Effects:
    """Play sounds of a `bank` of samples (n, 2)."""

    def __init__(self, bank: Mapping[str, Samples]) -> None:
        self._bank = bank
        self._playing: list[_Playing] = []

    def start(self, play: Play, start_s: float) -> bool:
        """Play a sound from now on, when the packet that begins at `start_s` is due; False where it is not played."""
        if play.name not in self._bank or not -LATE_S_MAX <= play.at_s - start_s <= AHEAD_S_MAX:
            return False
        if any(
            one.play.name == play.name and one.left_at == 0 and abs(one.play.at_s - play.at_s) < SAME_S
            for one in self._playing
        ):
            return False
        panned = self._bank[play.name] * (_sides(play.pan) * np.float32(gain_of(play.level_db)))
        self._playing = [*self._playing, _Playing(play, panned)][-AT_ONCE_MAX:]
        return True

    def render(self, start_s: float) -> Samples | None:
        """Return the packet (960, 2) that begins at a captured time; None where nothing sounds."""
        if not any(one.left_at or one.play.at_s < start_s + PACKET_S for one in self._playing):
            return None
        packet: Samples = np.zeros((PACKET_SAMPLES, CHANNELS), np.float32)
        still: list[_Playing] = []
        for one in self._playing:
            late = 0 if one.left_at else max(0, round((one.play.at_s - start_s) * AUDIO_CLOCK_HZ))
            if late < PACKET_SAMPLES:
                part = one.samples[one.left_at : one.left_at + PACKET_SAMPLES - late]
                packet[late : late + len(part)] += part
                one.left_at += len(part)
            if one.left_at < len(one.samples):
                still.append(one)
        self._playing = still
        return packet


def _sides(pan: float) -> Samples:
    """Return the gains (2,) of left and right: the power stays the same, and the middle is 1."""
    angle = (min(max(pan, -1.0), 1.0) + 1.0) * math.pi / 4.0
    return np.array([math.cos(angle), math.sin(angle)], np.float32) * np.float32(math.sqrt(2.0))
