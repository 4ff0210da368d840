"""The ring sends what `send` would, to each socket as much as it takes."""

import contextlib
import ctypes
import errno
import os
import socket
from collections.abc import Iterator

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.edge import uring
from avatar_live.edge.uring import ENTRIES, Ring, open_ring

with open_ring() as _probe:
    pytestmark = pytest.mark.skipif(_probe is None, reason="this system has no io_uring for us")


@pytest.fixture
def ring() -> Iterator[Ring]:
    with contextlib.closing(Ring()) as ring:
        yield ring


@contextlib.contextmanager
def pairs(count: int) -> "Iterator[tuple[list[socket.socket], list[socket.socket]]]":
    """Open pairs of sockets; the near ones do not block."""
    with contextlib.ExitStack() as opened:
        both = [socket.socketpair() for _ in range(count)]
        for near, far in both:
            opened.enter_context(near).setblocking(False)
            opened.enter_context(far).setblocking(False)
        yield [near for near, _ in both], [far for _, far in both]


@given(counts=st.lists(st.integers(1, ENTRIES + 40), min_size=1, max_size=8), data=st.binary(min_size=1, max_size=300))
def test_everybody_gets_the_same_bytes_however_the_table_turns(counts: list[int], data: bytes) -> None:
    with contextlib.closing(Ring()) as ring, pairs(max(counts)) as (near, far):
        for count in counts:
            assert ring.send([one.fileno() for one in near[:count]], data) == []
            assert [one.recv(1_000) for one in far[:count]] == [data] * count
        for one in far:
            with pytest.raises(BlockingIOError):
                one.recv(1)


def test_who_takes_less_is_named_with_what_was_taken(ring: Ring) -> None:
    data = b"x" * 1_000_000
    with pairs(5) as (near, far):
        while True:  # the second takes nothing any more
            try:
                near[1].send(data)
            except BlockingIOError:
                break
        taken = ring.send([one.fileno() for one in near], data)
        assert [index for index, _ in taken] == [0, 1, 2, 3, 4]
        assert taken[1] == (1, 0)
        for index, many in taken:
            heard = len(far[index].recv(2_000_000)) if index != 1 else 0
            assert 0 < heard <= many < len(data) if index != 1 else many == 0


def test_who_is_gone_or_was_never_there_takes_nothing_and_costs_the_others_nothing(ring: Ring) -> None:
    with pairs(4) as (near, far):
        far[1].close()
        gone = os.dup(near[0].fileno())
        os.close(gone)
        descriptors = [near[0].fileno(), near[1].fileno(), -1, gone, near[3].fileno()]
        assert ring.send(descriptors, b"hello") == [(1, 0), (2, 0), (3, 0)]
        assert (far[0].recv(9), far[3].recv(9)) == (b"hello", b"hello")
        assert ring.send([near[0].fileno()], b"again") == []


def test_a_call_that_the_system_refuses_leaves_the_ring_whole(ring: Ring, monkeypatch: pytest.MonkeyPatch) -> None:
    call, refusals = ring._call, [(-1, errno.ENOMEM), (0, errno.EINTR), (-1, errno.EINTR)]

    def refusing(number: int, *arguments: object) -> int:
        if refusals:
            answer, error = refusals.pop(0)
            ctypes.set_errno(error)
            return answer
        return int(call(number, *arguments))

    monkeypatch.setattr(ring, "_call", refusing)
    with pairs(3) as (near, far):
        descriptors = [one.fileno() for one in near]
        for _ in ("out of memory", "nothing taken"):
            assert ring.send(descriptors, b"no") == [(0, 0), (1, 0), (2, 0)]
        assert ring.send(descriptors, b"yes") == []  # interrupted once
        assert [one.recv(9) for one in far] == [b"yes"] * 3


def test_a_system_that_refuses_has_no_ring(monkeypatch: pytest.MonkeyPatch) -> None:
    before = psutil.Process().num_fds()
    monkeypatch.setattr(uring, "_OP_SEND", 255)  # what an old kernel does not know
    with open_ring() as ring:
        assert ring is None
    monkeypatch.setattr(uring, "_SETUP", 999_999)  # what a container forbids
    with open_ring() as ring:
        assert ring is None
    assert psutil.Process().num_fds() == before


def test_a_closed_ring_leaves_nothing_open() -> None:
    before = psutil.Process().num_fds()
    for _ in range(20):
        Ring().close()
    assert psutil.Process().num_fds() == before
