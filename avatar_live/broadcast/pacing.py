"""How fast packets may leave: a keyframe in bursts."""

from dataclasses import dataclass
from typing import Final

from avatar_live.broadcast.packets import Run, runs

BURST_GAP_S: Final = 0.002
BURST_PACKETS: Final = 16  # 19 KB, which every home router's queue can hold
BURSTS_MAX: Final = 8  # so that the last leaves within half a frame at 30 fps
RUN_PACKETS_MAX: Final = 48  # Linux takes 64 KB in one send, headers included


@dataclass(frozen=True, slots=True)
class Burst:
    """Name the runs of packets that leave together."""

    runs: tuple[Run, ...]


def bursts(payloads: tuple[bytes, ...]) -> tuple[Burst, ...]:
    """Divide a frame into bursts, `BURST_GAP_S` apart: one for most frames, at most `BURSTS_MAX` for the largest."""
    size = max(BURST_PACKETS, -(-len(payloads) // BURSTS_MAX))
    return tuple(
        Burst(tuple(runs(payloads, at, min(size, len(payloads) - at), RUN_PACKETS_MAX)))
        for at in range(0, len(payloads), size)
    )
