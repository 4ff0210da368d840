"""A line sends everything in order, skips shows for who is behind, and cuts who is stuck."""

import msgspec
from fake_wire import FakeWire

from avatar_live.protocol.wire import CLOSE_SLOW, Pong
from avatar_live.server.sockets import SKIP_BYTES, STUCK_S_MAX, UNSENT_BYTES_MAX, Line, framed


def test_a_frame_is_a_text_frame_of_the_message() -> None:
    frame = framed(Pong(1.5))
    assert frame[0] == 0x81
    assert frame[1] == len(frame) - 2
    assert msgspec.json.decode(frame[2:]) == {"type": "pong", "t": 1.5}


def test_a_show_is_sent_at_the_limit_and_skipped_one_byte_past_it() -> None:
    wire = FakeWire()
    line = Line(wire)
    wire.unsent = SKIP_BYTES
    line.send_show(b"show 1")
    wire.unsent = SKIP_BYTES + 1
    line.send_show(b"show 2")
    line.send(b"gift")
    assert wire.written == [b"show 1", b"gift"]
    assert line.skipped == 1


def test_a_skipped_show_is_made_up_for_with_the_newest() -> None:
    wire = FakeWire()
    line = Line(wire)
    wire.unsent = SKIP_BYTES + 1
    line.send_show(b"show 1")
    line.sweep(0.0, b"show 2")
    assert wire.written == []
    wire.unsent = 0
    line.sweep(1.0, b"show 3")
    line.sweep(2.0, b"show 4")
    assert wire.written == [b"show 3"]


def test_a_line_that_is_behind_for_long_is_cut_and_one_that_catches_up_is_not() -> None:
    wire = FakeWire()
    line = Line(wire)
    wire.unsent = SKIP_BYTES + 1
    line.sweep(0.0, b"")
    line.sweep(STUCK_S_MAX, b"")
    assert wire.is_open()
    wire.unsent = 0
    line.sweep(STUCK_S_MAX + 1.0, b"")
    wire.unsent = SKIP_BYTES + 1
    line.sweep(STUCK_S_MAX + 2.0, b"")
    line.sweep(STUCK_S_MAX + 3.0, b"")
    assert wire.is_open()
    line.sweep(2 * STUCK_S_MAX + 2.1, b"")
    assert wire.code() == CLOSE_SLOW


def test_a_line_with_too_much_unsent_is_cut_instead_of_growing() -> None:
    wire = FakeWire()
    line = Line(wire)
    wire.unsent = UNSENT_BYTES_MAX
    line.send(b"gift 1")
    wire.unsent = UNSENT_BYTES_MAX + 1
    line.send(b"gift 2")
    line.send(b"gift 3")
    assert wire.written == [b"gift 1"]
    assert wire.code() == CLOSE_SLOW
