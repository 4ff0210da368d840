"""The music steps back while somebody speaks, and comes forward again when they are done."""

from typing import Final

from avatar_live.channels.ring import PACKET_S

SPOKEN_DBFS: Final = -45.0
DUCKED: Final = 0.4  # -8 dB: words are understood, and the music does not pump
HOLD_PACKETS: Final = 25  # half a second: the pause between two sentences
ATTACK: Final = PACKET_S / 0.08  # of the way a packet: a time constant of 80 ms
RELEASE: Final = PACKET_S / 0.5


class Duck:
    """Say how loud the music may be, packet by packet."""

    def __init__(self) -> None:
        self._gain = 1.0
        self._hold = 0

    def gain(self, spoken_dbfs: float) -> float:
        """Return the music's gain beside words that are so loud."""
        if spoken_dbfs > SPOKEN_DBFS:
            self._hold = HOLD_PACKETS
        elif self._hold:
            self._hold -= 1
        if self._hold:
            self._gain += ATTACK * (DUCKED - self._gain)
        else:
            self._gain += RELEASE * (1.0 - self._gain)
            if self._gain > 0.999:
                self._gain = 1.0
        return self._gain
