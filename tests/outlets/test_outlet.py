"""One outlet over a sink that only pretends: it is opened, fed, closed, and tried again whatever went wrong."""

import logging
import threading
from collections.abc import Callable

import pytest
from footage import footage
from patience import DEADLINE_S
from stage import until

from avatar_live import clock
from avatar_live.outlets.outlet import Outlet
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import Target
from avatar_live.outlets.timeline import Stamped, Timeline

TARGET = Target("rtmp", "rtmp://live.example.com/app/KEY", "live.example.com")


class FakeSink:
    """Remember what was written; `fault` is raised at the next write."""

    def __init__(self) -> None:
        self.written: list[Stamped] = []
        self.fault: Exception | None = None
        self.is_closed = False

    def write(self, stamped: Stamped) -> None:
        if self.fault is not None:
            raise self.fault
        self.written.append(stamped)

    def close(self) -> None:
        self.is_closed = True


def put_until(outlet: Outlet, is_true: Callable[[], bool]) -> None:
    timeline = Timeline()
    packets = [timeline.stamp(packet) for packet in footage(0.2)]

    def put_and_look() -> bool:
        for stamped in packets:
            outlet.put(stamped, clock.now_s())
        return is_true()

    until(put_and_look, "the outlet got that far")


def test_a_fault_nobody_thought_of_is_told_logged_without_its_words_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    sinks: list[FakeSink] = []

    def open_sink() -> FakeSink:
        sinks.append(FakeSink())
        return sinks[-1]

    outlet = Outlet(TARGET, open_sink)
    put_until(outlet, lambda: outlet.state(clock.now_s()).state == "live")
    assert sinks[0].written[0].frame.is_keyframe
    with caplog.at_level(logging.ERROR):
        sinks[0].fault = ZeroDivisionError("rtmp://live.example.com/app/KEY")
        put_until(outlet, lambda: outlet.state(clock.now_s()).state == "retrying")
    assert outlet.state(clock.now_s()).words == "live.example.com failed for a reason of our own (ZeroDivisionError)."
    assert sinks[0].is_closed and "ZeroDivisionError" in caplog.text and "KEY" not in caplog.text
    put_until(outlet, lambda: len(sinks) == 2 and outlet.state(clock.now_s()).state == "live")
    outlet.ask_to_stop()
    assert outlet.join(DEADLINE_S) and sinks[1].is_closed


def test_an_outlet_that_waits_for_its_next_try_ends_at_once_when_asked() -> None:
    opened = threading.Event()

    def open_sink() -> FakeSink:
        opened.set()
        raise SinkError("The token is wrong.", "final")

    outlet = Outlet(TARGET, open_sink)
    assert opened.wait(DEADLINE_S)
    until(lambda: outlet.state(clock.now_s()).state == "failed", "it is told")
    outlet.ask_to_stop()
    assert outlet.join(DEADLINE_S)
