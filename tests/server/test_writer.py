"""What is written beside the show: in order, with its faults told, and never in the way of the process's end."""

import asyncio
import subprocess
import sys
import threading

import pytest

from avatar_live.server.writer import Writer

DEADLINE_S = 10.0
PROCESS_S_MAX = 60.0
HANGS = """
import threading
from avatar_live.server.writer import Writer
began = threading.Event()
def hang():
    began.set()
    threading.Event().wait()
Writer("hangs").submit(hang)
began.wait()
"""


def test_what_is_asked_is_done_in_order_and_a_fault_is_told_to_who_waits_and_stops_nothing() -> None:
    writer, done = Writer("writer"), list[int]()
    asked = [writer.submit(lambda number=number: done.append(number)) for number in range(100)]  # type: ignore[misc]
    fault = writer.submit(lambda: done.remove(100))
    asked.append(writer.submit(lambda: done.append(100)))
    for future in asked:
        future.result(DEADLINE_S)
    assert done == list(range(101))
    with pytest.raises(ValueError, match="not in list"):
        fault.result(DEADLINE_S)
    writer.submit(lambda: done.append(101)).result(DEADLINE_S)  # though its thread may have ended
    assert done[-1] == 101


async def test_who_stops_waiting_does_not_stop_the_writing() -> None:
    writer, may_write, done = Writer("writer"), threading.Event(), list[str]()

    def late() -> None:
        may_write.wait(DEADLINE_S)
        done.append("first")

    first = writer.submit(late)
    second = writer.submit(lambda: done.append("second"))
    for future in (first, second):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await asyncio.wrap_future(future)
    may_write.set()
    second.result(DEADLINE_S)
    assert done == ["first", "second"]


def test_who_waits_hears_that_there_is_no_thread_to_be_had_and_the_next_writing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    writer, done = Writer("writer"), list[str]()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", refuse)
        first = writer.submit(lambda: done.append("first"))
    with pytest.raises(RuntimeError, match="new thread"):
        first.result(DEADLINE_S)
    writer.submit(lambda: done.append("second")).result(DEADLINE_S)
    assert done == ["second"]


def test_a_process_ends_though_a_disk_hangs() -> None:
    ended = subprocess.run([sys.executable, "-c", HANGS], check=False, timeout=PROCESS_S_MAX)
    assert ended.returncode == 0
