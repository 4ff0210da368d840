"""How fast packets may leave: a keyframe in bursts."""

from typing import Final

from avatar_live.broadcast.packets import Run, runs

BURST_GAP_S: Final = 0.002
BURST_PACKETS: Final = 16  # 19 KB, which every home router's queue can hold
BURSTS_MAX: Final = 8  # so that the last leaves within half a frame at 30 fps
RUN_PACKETS_MAX: Final = 48  # Linux takes 64 KB in one send, headers included


Burst = list[Run]  # that leave together


def bursts(payloads: tuple[bytes, ...]) -> list[Burst]:
    """Divide a frame into bursts, `BURST_GAP_S` apart: one for most frames, at most `BURSTS_MAX` for the largest."""
    count = len(payloads)
    size = max(BURST_PACKETS, -(-count // BURSTS_MAX))
    return [runs(payloads, at, min(size, count - at), RUN_PACKETS_MAX) for at in range(0, count, size)]
