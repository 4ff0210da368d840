"""How fast packets may leave: a keyframe in bursts, and what is sent again within an allowance."""

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


class Allowance:
    """Let so many bytes a second pass, and so many at once after a pause (token bucket)."""

    def __init__(self, bytes_per_s: float, at_once_bytes: float) -> None:
        self._bytes_per_s = bytes_per_s
        self._at_once_bytes = self._left_bytes = at_once_bytes
        self._since_s: float | None = None

    def take(self, size_bytes: int, now_s: float) -> bool:
        """Take `size_bytes` out if they are there."""
        if self._since_s is not None:
            earned = (now_s - self._since_s) * self._bytes_per_s
            self._left_bytes = min(self._at_once_bytes, self._left_bytes + earned)
        self._since_s = now_s
        if size_bytes > self._left_bytes:
            return False
        self._left_bytes -= size_bytes
        return True
