"""A take is written while the show goes on, by whoever has something to say, and no disk holds the show up."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from patience import DEADLINE_S

from avatar_live.mocap.take import RECORD_BYTES, Entry, Kind
from avatar_live.tracking.recorder import BLOCK_S, WAITING_ENTRIES_MAX, Recorder, fresh_file
from avatar_live.tracking.takes import read_take


def voice(number: int) -> bytes:
    return number.to_bytes(RECORD_BYTES["voice"], "little")


def wait_for(is_so: Callable[[], object]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.005)


def test_what_is_put_in_comes_out(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "evening.take"
    recorder = Recorder(path)
    for number in range(700):
        recorder.put("voice", number / 50.0, voice(number))
    recorder.close()
    assert list(read_take(path)) == [Entry("voice", number / 50.0, voice(number)) for number in range(700)]
    assert recorder.trouble == "" and recorder.missed == 0
    assert recorder.written_bytes == path.stat().st_size
    recorder.put("voice", 99.0, voice(1))
    assert len(list(read_take(path))) == 700, "what comes after the end is not taken in"


def test_four_threads_speak_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.take")
    kinds: tuple[Kind, ...] = ("readings", "voice", "given", "voice")

    def speak(kind: Kind) -> None:
        for _ in range(100):
            recorder.put(kind, time.monotonic(), bytes(RECORD_BYTES[kind]))

    threads = [threading.Thread(target=speak, args=(kind,)) for kind in kinds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close()
    said = list(read_take(tmp_path / "a.take"))
    assert [sum(entry.kind == kind for entry in said) for kind in ("readings", "voice", "given")] == [100, 200, 100]
    assert [entry.at_s for entry in said] == sorted(entry.at_s for entry in said)


def test_a_take_is_never_written_over(tmp_path: Path) -> None:
    for number in range(3):
        recorder = Recorder(tmp_path / "evening.take")
        recorder.put("voice", 1.0, voice(number))
        recorder.close()
    for number, name in enumerate(("evening.take", "evening-2.take", "evening-3.take")):
        assert [entry.data for entry in read_take(tmp_path / name)] == [voice(number)]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_a_full_disk_ends_the_take_in_one_sentence(tmp_path: Path) -> None:
    def full(path: Path) -> BinaryIO:
        return Path("/dev/full").open("wb", buffering=0)

    recorder = Recorder(tmp_path / "evening.take", opened=full)
    wait_for(lambda: recorder.trouble)
    assert recorder.trouble == (
        "evening.take is not recorded further (No space left on device): free some space or record elsewhere"
    )
    recorder.put("voice", 1.0, voice(1))
    recorder.close()
    assert recorder.missed == 0


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    recorder = Recorder(tmp_path / "file" / "evening.take")
    wait_for(lambda: recorder.trouble)
    assert recorder.trouble.startswith("evening.take is not recorded further (")
    recorder.close()


def test_a_disk_that_hangs_costs_entries_and_holds_nobody_up(tmp_path: Path) -> None:
    is_back = threading.Event()

    def slow(path: Path) -> BinaryIO:
        is_back.wait(DEADLINE_S)
        return fresh_file(path)

    recorder = Recorder(tmp_path / "slow.take", opened=slow)
    start_s = time.monotonic()
    for number in range(WAITING_ENTRIES_MAX + 5):
        recorder.put("voice", float(number), voice(number))
    assert time.monotonic() - start_s < DEADLINE_S
    assert recorder.missed == 5
    is_back.set()
    recorder.close()
    assert len(list(read_take(tmp_path / "slow.take"))) == WAITING_ENTRIES_MAX


SPEAKER = """
import sys, time
from pathlib import Path
from avatar_live.tracking.recorder import Recorder
recorder = Recorder(Path(sys.argv[1]))
for number in range(100_000):
    now_s = time.monotonic()
    recorder.put("voice", now_s, number.to_bytes(36, "little"))
    print(now_s, flush=True)
    time.sleep(0.01)
"""


@pytest.mark.skipif(os.name == "nt", reason="the system has no kill -9")
def test_a_killed_process_loses_less_than_a_second(tmp_path: Path) -> None:
    path = tmp_path / "killed.take"
    command = [sys.executable, "-c", SPEAKER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        began_s = last_s = float(process.stdout.readline())
        starved_s = 0.0  # on a machine that does more
        while last_s < began_s + 3.9 * BLOCK_S:  # just before a block is written
            said_s = float(process.stdout.readline())
            last_s, starved_s = said_s, max(starved_s, said_s - last_s)
        process.kill()
    said = list(read_take(path))
    assert [entry.data for entry in said] == [voice(number) for number in range(len(said))]
    assert last_s - said[-1].at_s <= 1.0 + starved_s
