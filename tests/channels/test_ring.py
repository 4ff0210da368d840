"""The sound ring keeps order, keeps 200 ms, is never torn, and outlives both of its ends."""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES, PACKETS_KEPT, SoundRing

ENDLESS_WRITER = """
import sys
from pathlib import Path
import numpy as np
from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES, SoundRing
ring, at = SoundRing(Path(sys.argv[1])), 0
while True:
    ring.write(float(at), np.full((PACKET_SAMPLES, CHANNELS), at % 30_000, np.int16))
    at += 1
    if at == 100:
        print("under way", flush=True)
"""


def sound(value: int) -> NDArray[np.int16]:
    return np.full((PACKET_SAMPLES, CHANNELS), value, np.int16)


def numbers(ring: SoundRing) -> list[int]:
    """Read, check that every packet is whole and bears its own time, and return their numbers."""
    packets = ring.read()
    for packet in packets:
        assert (packet.samples == int(packet.captured_s) % 30_000).all()
    return [int(packet.captured_s) for packet in packets]


def test_packets_come_in_order_and_once(tmp_path: Path) -> None:
    writer, reader = SoundRing(tmp_path / "sound"), SoundRing(tmp_path / "sound")
    assert reader.read() == []
    for at in range(3):
        writer.write(at, sound(at))
    assert numbers(reader) == [0, 1, 2]
    assert reader.read() == []
    writer.write(3, sound(3))
    assert (numbers(reader), reader.dropped) == ([3], 0)


def test_a_slow_reader_misses_the_oldest_and_counts_them(tmp_path: Path) -> None:
    writer, reader = SoundRing(tmp_path / "sound"), SoundRing(tmp_path / "sound")
    for at in range(PACKETS_KEPT):
        writer.write(at, sound(at))
    assert (numbers(reader), reader.dropped) == (list(range(PACKETS_KEPT)), 0)
    for at in range(PACKETS_KEPT + 1):
        writer.write(at, sound(at))
    assert (numbers(reader), reader.dropped) == (list(range(1, PACKETS_KEPT + 1)), 1)


def test_a_reader_that_comes_later_hears_nothing_of_the_past(tmp_path: Path) -> None:
    writer = SoundRing(tmp_path / "sound")
    writer.write(0, sound(0))
    reader = SoundRing(tmp_path / "sound")
    assert reader.read() == []
    writer.write(1, sound(1))
    assert (numbers(reader), reader.dropped) == ([1], 0)


def test_what_is_no_packet_is_refused(tmp_path: Path) -> None:
    ring = SoundRing(tmp_path / "sound")
    others: list[NDArray[Any]] = [sound(0)[:-1], sound(0)[:, :1], sound(0).astype(np.int32)]
    for samples in others:
        with pytest.raises(ValueError, match="not a packet"):
            ring.write(0.0, samples)
    assert SoundRing(tmp_path / "sound").read() == []


def test_packets_are_never_torn_while_the_writer_hurries(tmp_path: Path) -> None:
    writer, reader, done = SoundRing(tmp_path / "sound"), SoundRing(tmp_path / "sound"), threading.Event()
    count = 20_000

    def hurry() -> None:
        for at in range(count):
            writer.write(at, sound(at % 30_000))
        done.set()

    thread = threading.Thread(target=hurry)
    thread.start()
    seen: list[int] = []
    while not done.is_set():
        seen += numbers(reader)
    seen += numbers(reader)
    thread.join()
    assert seen == sorted(set(seen))
    assert len(seen) + reader.dropped == count


def test_a_killed_writer_leaves_whole_packets_and_the_next_one_goes_on(tmp_path: Path) -> None:
    reader = SoundRing(tmp_path / "sound")
    for _ in range(2):
        command = [sys.executable, "-c", ENDLESS_WRITER, str(tmp_path / "sound")]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            try:
                assert writer.stdout is not None
                assert writer.stdout.readline() == b"under way\n"
                end_s = time.monotonic() + DEADLINE_S
                while not numbers(reader):  # this writer may come round while we copy
                    assert time.monotonic() < end_s
            finally:
                writer.kill()
        numbers(reader)
    following = SoundRing(tmp_path / "sound")
    following.write(7, sound(7))
    assert numbers(reader) == [7]
