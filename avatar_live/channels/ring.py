"""The newest sound between processes: a small memory-mapped file of packets in order, the oldest lost first.

A plain file in the show's run folder for the same reasons as a `Slot`: it outlives a killed process on either side. The
number of packets written so far is written last, so a packet that its writer did not finish was never there.
"""

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

PACKET_SAMPLES: Final = 960
PACKET_S: Final = 0.02
CHANNELS: Final = 2
PACKETS_KEPT: Final = 10  # 200 ms: older sound would be out of step with the picture
_PLACES: Final = PACKETS_KEPT + 2  # one that is being written, and one that was while the reader looked

_COUNT = struct.Struct("<Q")
_CAPTURED = struct.Struct("<d")
_SAMPLES_BYTES: Final = PACKET_SAMPLES * CHANNELS * 2
_STRIDE: Final = _CAPTURED.size + _SAMPLES_BYTES


@dataclass(frozen=True, slots=True, eq=False)
class SoundPacket:
    """Hold 20 ms of 48 kHz sound, (960, 2) int16; `captured_s` is the monotonic time of the first sample."""

    captured_s: float
    samples: NDArray[np.int16]


class SoundRing:
    """Share sound through the file `path`: one process writes, another reads; open it on both sides alike.

    A reader begins with what is written after it opened the ring. `dropped` counts the packets that were lost because
    it came too late for them.
    """

    def __init__(self, path: Path) -> None:
        size = _COUNT.size + _PLACES * _STRIDE
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b") as file:
            if file.seek(0, 2) < size:
                file.truncate(size)
            self._map = mmap.mmap(file.fileno(), size)
        self._read = self._written()
        self.dropped = 0

    def write(self, captured_s: float, samples: NDArray[np.int16]) -> None:
        """Append a packet, never waiting. Raises ValueError when `samples` are not (960, 2) int16."""
        if samples.shape != (PACKET_SAMPLES, CHANNELS) or samples.dtype != np.int16:
            raise ValueError(f"{samples.shape} {samples.dtype} is not a packet of sound")
        count = self._written()
        at = _COUNT.size + count % _PLACES * _STRIDE
        _CAPTURED.pack_into(self._map, at, captured_s)
        self._map[at + _CAPTURED.size : at + _STRIDE] = samples.tobytes()
        _COUNT.pack_into(self._map, 0, count + 1)

    def read(self) -> list[SoundPacket]:
        """Return what is new, oldest first; above 200 ms only the newest."""
        count = self._written()
        first = max(self._read, count - PACKETS_KEPT)
        packets = [self._packet(number) for number in range(first, count)]
        # While we copied, the writer may have come round to the oldest of them.
        torn = max(0, self._written() + 1 - _PLACES - first)
        self.dropped += first - self._read + min(torn, len(packets))
        self._read = count
        return packets[torn:]

    def close(self) -> None:
        """Let go of the memory; the file stays until its folder goes."""
        self._map.close()

    def _packet(self, number: int) -> SoundPacket:
        at = _COUNT.size + number % _PLACES * _STRIDE
        (captured_s,) = _CAPTURED.unpack_from(self._map, at)
        data = self._map[at + _CAPTURED.size : at + _STRIDE]
        return SoundPacket(captured_s, np.frombuffer(data, np.int16).reshape(PACKET_SAMPLES, CHANNELS))

    def _written(self) -> int:
        count: int = _COUNT.unpack_from(self._map, 0)[0]
        return count
