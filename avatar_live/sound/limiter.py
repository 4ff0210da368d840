"""A limiter that looks ahead: what comes out never exceeds the ceiling, and it is turned down before the peak comes.

The sound is cut into blocks of 1 ms. At each edge between two blocks the gain is at most what both need, and it goes
in straight lines from edge to edge, so that no sample is too loud. Before a peak the gain falls over `AHEAD` blocks (a
moving average of the moving minimum), after it the gain recovers slowly.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.sound.level import Samples

CEILING: Final = 0.89  # -1 dBFS, what a lossy codec overshoots without clipping
AHEAD: Final = 5  # blocks
BLOCK: Final = 48  # samples
DELAY_SAMPLES: Final = AHEAD * BLOCK
RELEASE: Final = 0.008  # of the way back to full loudness a block: about an eighth of a second

_BLOCKS: Final = PACKET_SAMPLES // BLOCK
_ACROSS: Final = (np.arange(BLOCK, dtype=np.float32) + 0.5)[None, :] / BLOCK


class Limiter:
    """Keep packets below the ceiling, `DELAY_SAMPLES` late; both ears together, so that nothing moves sideways."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget what it holds back."""
        self._late: Samples = np.zeros((DELAY_SAMPLES, CHANNELS), np.float32)
        self._needs: NDArray[np.float64] = np.ones(2 * AHEAD)  # of the last blocks, newest last
        self._gain = 1.0
        self._is_empty = True

    def limit(self, samples: Samples | None) -> Samples | None:
        """Return the packet (960, 2) that is due, given the one that came; None is silence, here and there."""
        if samples is None and self._is_empty:
            return None
        new: Samples = np.zeros((PACKET_SAMPLES, CHANNELS), np.float32) if samples is None else samples
        peaks = np.abs(new).reshape(_BLOCKS, BLOCK * CHANNELS).max(axis=1).astype(np.float64)
        needs = np.concatenate([self._needs, np.minimum(1.0, CEILING / np.maximum(peaks, 1e-9))])
        held = np.concatenate([self._late, new])
        due: Samples = held[:PACKET_SAMPLES]
        if self._gain < 1.0 or needs.min() < 1.0:
            due = due * self._gains(needs)
        if samples is None:
            self.reset()
        else:
            self._late, self._needs, self._is_empty = held[PACKET_SAMPLES:].copy(), needs[-2 * AHEAD :], False
        return due

    def _gains(self, needs: NDArray[np.float64]) -> Samples:
        """Return the gain of each due sample (960, 1) from what the blocks around them need."""
        # Edge e ends the due block AHEAD - 1 + e. `lowest[j]` is what blocks j to j + AHEAD need, `eased[j]` the
        # mean of lowest[j] to lowest[j + AHEAD - 1]: each of those that edge e averages knows both its neighbours.
        lowest = np.lib.stride_tricks.sliding_window_view(needs, AHEAD + 1).min(axis=1)
        eased = np.convolve(lowest, np.full(AHEAD, 1.0 / AHEAD), "valid")
        edges = np.empty(_BLOCKS + 1)
        edges[0] = gain = self._gain
        for at, wanted in enumerate(eased[1:].tolist(), 1):
            gain = min(wanted, gain + RELEASE * (1.0 - gain))
            if gain > 1.0 - 1e-4 and wanted == 1.0:
                gain = 1.0
            edges[at] = gain
        self._gain = gain
        before, after = edges[:-1, None].astype(np.float32), edges[1:, None].astype(np.float32)
        return (before + (after - before) * _ACROSS).astype(np.float32).reshape(PACKET_SAMPLES, 1)
