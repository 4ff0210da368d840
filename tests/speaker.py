"""Speak into a show's sound ring from a process of its own, as the tracker does with a microphone.

    with speaking(run_folder): ...

A tone of `TONE_HZ` sounds for the first `BEEP_S` of every second of the monotonic clock.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from avatar_live import clock
from avatar_live.channels.processes import SOUND_RING
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing

TONE_HZ = 700.0
BEEP_S = 0.4
RATE_HZ = 48_000


@contextlib.contextmanager
def speaking(run_folder: Path) -> Iterator[None]:
    """Speak meanwhile."""
    command = [sys.executable, __file__, str(run_folder / SOUND_RING)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None and process.stdout.readline() == b"speaking\n"
            yield
        finally:
            process.kill()


def speak(path: Path) -> None:
    """Write a packet whenever its last sample was captured, until killed."""
    ring = SoundRing(path)
    at = round(clock.now_s() / PACKET_S)
    sys.stdout.write("speaking\n")
    sys.stdout.flush()
    while True:
        time.sleep(max(0.0, (at + 1) * PACKET_S - clock.now_s()))
        captured_s = at * PACKET_S
        times_s = at % 50 * PACKET_S + np.arange(PACKET_SAMPLES) / RATE_HZ
        wave = 12_000 * np.sin(times_s * 2 * np.pi * TONE_HZ) * (times_s < BEEP_S)
        ring.write(captured_s, np.repeat(wave[:, None], CHANNELS, axis=1).astype(np.int16))
        at += 1


if __name__ == "__main__":
    speak(Path(sys.argv[1]))
