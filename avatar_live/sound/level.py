"""How loud a part of the mix is, and how it gets there without a click."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import PACKET_SAMPLES

Samples = NDArray[np.float32]  # (n, 2), left and right, full scale is 1

OFF_DB: Final = -60.0  # a fader at its lower end is off
TOP_DB: Final = 12.0
SILENT_DBFS: Final = -120.0

_RISE: Final = (np.arange(1, PACKET_SAMPLES + 1, dtype=np.float32) / PACKET_SAMPLES)[:, None]


def gain_of(level_db: float) -> float:
    """Return the factor of a level: 1 at 0 dB, 0 at `OFF_DB` and below."""
    return 0.0 if level_db <= OFF_DB else float(10.0 ** (min(level_db, TOP_DB) / 20.0))


def dbfs_of(samples: Samples) -> float:
    """Return how loud samples are on average (RMS) in dB below full scale."""
    line = samples.reshape(-1)
    return 10.0 * math.log10(float(line @ line) / max(len(line), 1) + 1e-12)


class Fader:
    """Bring packets to a gain; a change is spread over one packet."""

    def __init__(self, gain: float) -> None:
        self._gain = gain

    def at(self, samples: Samples, gain: float) -> Samples:
        """Return the packet (960, 2) at the gain, coming from the gain before."""
        before, self._gain = self._gain, gain
        if before == gain:
            return samples if gain == 1.0 else samples * np.float32(gain)
        return samples * (before + (gain - before) * _RISE).astype(np.float32)

    def rest(self, gain: float) -> None:
        """Take the gain while there is nothing to hear."""
        self._gain = gain
