"""The music behind the show: a file that is decoded ahead on a thread of its own, over and over."""

import threading
from pathlib import Path
from typing import Final

import numpy as np

from avatar_live.channels import Lossless
from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.engine.recordings import RecordingError, decode
from avatar_live.sound.level import Samples

AHEAD_PACKETS: Final = 50  # a second, for a machine that is busy with something else
FULL_S: Final = 0.1  # until there is room again, a tenth of what waits


class Music:
    """Play a file until closed; `fault` says why there is none."""

    def __init__(self, path: Path) -> None:
        self.fault = ""
        self._packets: Lossless[Samples] = Lossless(AHEAD_PACKETS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._play, args=(path,), name="music", daemon=True)
        self._thread.start()

    def read(self) -> Samples | None:
        """Return the next packet (960, 2); None where there is none yet."""
        return self._packets.take(0)

    def close(self) -> None:
        """Stop playing; the thread ends after the piece it is at."""
        self._stop.set()

    def _play(self, path: Path) -> None:
        left: Samples = np.zeros((0, CHANNELS), np.float32)
        try:
            while not self._stop.is_set():
                count = 0
                for piece in decode(path):
                    count += len(piece)
                    left = self._queue(np.concatenate([left, piece]))
                    if self._stop.is_set():
                        return
                if count == 0:
                    raise RecordingError(f"There is no sound in {path.name}: choose a music file, such as an MP3.")
        except RecordingError as error:
            self.fault = str(error)

    def _queue(self, samples: Samples) -> Samples:
        """Let whole packets wait to be read, and return what is left of the samples."""
        whole = len(samples) // PACKET_SAMPLES
        for packet in samples[: whole * PACKET_SAMPLES].reshape(whole, PACKET_SAMPLES, CHANNELS):
            while not self._packets.put(packet):
                if self._stop.wait(FULL_S):
                    break
        return samples[whole * PACKET_SAMPLES :]
