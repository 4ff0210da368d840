"""Latest forgets, Lossless does not, a slot is never torn, and the link outlives both of its ends."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live.channels import Latest, Lossless, PictureSlot, Slot
from avatar_live.channels import link as link_module
from avatar_live.channels.link import (
    FRAMES_MAX,
    RECONNECT_S,
    UNREAD_BYTES_MAX,
    EngineConnection,
    ServerLink,
    serve_link,
)
from avatar_live.channels.processes import CueTaken, EngineHello, FromEngine, StageCue, Steered, ToEngine
from avatar_live.protocol.cues import Banner, Confetti
from avatar_live.signals import EncodedFrame

HELLO = EngineHello(640, 360, 30)


def frame(number: int, is_keyframe: bool = False) -> EncodedFrame:
    return EncodedFrame("main", "video", b"x", number, is_keyframe, 0.0)


def test_latest_keeps_the_newest_and_counts_what_nobody_took() -> None:
    latest: Latest[int] = Latest()
    assert latest.take(0) is None
    latest.put(1)
    latest.put(2)
    assert (latest.take(0), latest.take(0), latest.replaced) == (2, None, 1)


def test_lossless_refuses_one_past_its_limit_and_keeps_order() -> None:
    queue: Lossless[int] = Lossless(2)
    assert [queue.put(value) for value in (1, 2, 3)] == [True, True, False]
    assert (queue.refused, len(queue), queue.take(0), queue.take_all()) == (1, 2, 1, [2])


def test_a_waiting_reader_wakes_when_a_value_comes() -> None:
    latest: Latest[int] = Latest()
    got: list[int | None] = []
    reader = threading.Thread(target=lambda: got.append(latest.take(DEADLINE_S)))
    reader.start()
    latest.put(7)
    reader.join(DEADLINE_S)
    assert got == [7]


def test_a_slot_shares_the_newest_record_between_two_holders(tmp_path: Path) -> None:
    writer, reader = Slot(tmp_path / "slot", 8), Slot(tmp_path / "slot", 8)
    assert reader.read() is None and reader.read_new() is None
    writer.write(b"old")
    writer.write(b"new")
    assert reader.read_new() == b"new" and reader.read_new() is None and reader.read() == b"new"
    writer.write(b"12345678")
    with pytest.raises(ValueError, match="9 bytes"):
        writer.write(b"123456789")
    assert reader.read_new() == b"12345678"


def test_a_slot_is_never_torn_while_its_writer_hurries(tmp_path: Path) -> None:
    size, done = 50_000, threading.Event()
    writer, reader = Slot(tmp_path / "slot", size), Slot(tmp_path / "slot", size)

    def hurry() -> None:
        for number in range(2_000):
            writer.write(bytes([number % 256]) * size)
        done.set()

    thread = threading.Thread(target=hurry)
    thread.start()
    seen = 0
    while not done.is_set() or seen == 0:
        data = reader.read()
        if data is not None:
            assert data == data[:1] * size
            seen += 1
    thread.join()


def test_a_picture_slot_keeps_size_and_pixels(tmp_path: Path) -> None:
    writer, reader = PictureSlot(tmp_path / "p", 100), PictureSlot(tmp_path / "p", 100)
    pixels = np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4)
    assert reader.read_new() is None
    writer.write(pixels)
    back = reader.read_new()
    assert back is not None and (back == pixels).all() and reader.read_new() is None


class Server:
    """Stand where the server stands, and remember what the engine said."""

    def __init__(self) -> None:
        self.heard: list[FromEngine] = []
        self.engine: EngineConnection | None = None

    def on_message(self, message: FromEngine) -> None:
        self.heard.append(message)

    async def on_connection(self, engine: EngineConnection | None) -> None:
        self.engine = engine


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not is_true():  # noqa: ASYNC110 the other side is a thread, which sets no asyncio event
            await asyncio.sleep(0.005)


async def test_the_link_carries_both_ways_in_order(tmp_path: Path) -> None:
    server, link = Server(), ServerLink(tmp_path, HELLO)
    received: list[ToEngine] = []
    try:
        async with serve_link(tmp_path, server.on_message, server.on_connection):
            await until(lambda: server.heard == [HELLO])
            for number in range(20):
                link.send(frame(number, is_keyframe=number == 0))
            link.send(CueTaken(5))
            await until(lambda: len(server.heard) == 22)
            assert server.heard[1:] == [*(frame(n, n == 0) for n in range(20)), CueTaken(5)]
            assert server.engine is not None
            sent = [StageCue(number, Confetti(number)) for number in range(20)]
            for cue in sent:
                server.engine.send(cue)

            def has_all() -> bool:
                received.extend(link.receive())
                return len(received) == len(sent)

            await until(has_all)
            assert received == sent
    finally:
        link.close()


async def test_a_steered_player_ends_a_wait(tmp_path: Path) -> None:
    server, link = Server(), ServerLink(tmp_path, HELLO)
    try:
        async with serve_link(tmp_path, server.on_message, server.on_connection):
            await until(lambda: server.engine is not None)
            assert server.engine is not None and not link.is_steered.is_set()
            server.engine.send(Steered())
            assert await asyncio.to_thread(link.is_steered.wait, DEADLINE_S)
            assert link.receive() == [Steered()]
            assert not link.is_steered.is_set(), "a frame that knows it is not urged by it again"
    finally:
        link.close()


async def test_the_engine_says_hello_again_when_the_server_comes_back(tmp_path: Path) -> None:
    first, second, link = Server(), Server(), ServerLink(tmp_path, HELLO)
    try:
        async with serve_link(tmp_path, first.on_message, first.on_connection):
            await until(lambda: first.heard == [HELLO])
        async with serve_link(tmp_path, second.on_message, second.on_connection):
            await until(lambda: second.heard == [HELLO])
    finally:
        link.close()


async def test_an_address_that_is_only_half_written_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link_module, "_HAS_UNIX_SOCKETS", False)  # as on Windows
    (tmp_path / "link.port").write_bytes(b"")
    server, link = Server(), ServerLink(tmp_path, HELLO)
    try:
        await asyncio.to_thread(link._reader.join, 2.0 * RECONNECT_S)  # it has looked once
        async with serve_link(tmp_path, server.on_message, server.on_connection):
            await until(lambda: server.heard == [HELLO])
    finally:
        link.close()


async def test_a_new_engine_replaces_the_old_and_its_end_is_told(tmp_path: Path) -> None:
    server = Server()
    async with serve_link(tmp_path, server.on_message, server.on_connection):
        link = ServerLink(tmp_path, HELLO)
        await until(lambda: server.engine is not None)
        link.close()
        await until(lambda: server.engine is None)


async def test_an_engine_that_reads_nothing_is_cut_off(tmp_path: Path) -> None:
    server = Server()
    async with serve_link(tmp_path, server.on_message, server.on_connection):
        with socket.socket(socket.AF_UNIX) as deaf:
            deaf.connect(str(tmp_path / "link.sock"))
            await until(lambda: server.engine is not None)
            sent_bytes = 0
            async with asyncio.timeout(DEADLINE_S):
                while (engine := server.engine) is not None:
                    engine.send(StageCue(1, Banner("x" * 10_000, "tomato")))
                    sent_bytes += 10_000
                    await asyncio.sleep(0)
            assert sent_bytes > UNREAD_BYTES_MAX


async def test_a_full_link_skips_to_the_next_keyframe_and_asks_for_it(tmp_path: Path) -> None:
    # A server that accepts and then does not read: the socket fills, then the queue.
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "link.sock"))
        server.listen()
        link = ServerLink(tmp_path, HELLO)
        connection, _ = server.accept()
        with connection:
            await until(lambda: link.is_connected)
            for number in range(FRAMES_MAX + 10):
                link.send(EncodedFrame("main", "video", b"x" * 1_000_000, number, number == 0, 0.0))
            assert link.keyframes_wanted() == {("main", 0)}
            link.send(EncodedFrame("main", "video", b"x", 98, True, 0.0, rung=1))
            assert link.keyframes_wanted() == {("main", 0), ("main", 1)}, "each rung waits for a keyframe of its own"
            dropped = link.frames_dropped
            assert dropped > 0
            link.send(frame(99))
            assert link.frames_dropped == dropped + 1
            server.close()
        await until(lambda: not link.is_connected)
        assert link.keyframes_wanted() == set(), "nobody is there for whom a keyframe would be of use"
        link.close()
