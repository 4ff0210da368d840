"""Oversized, fragmented, compressed-bomb and invalid UTF-8 messages, written by hand.

What each frame means is in `tests/edge/test_socket.py`; here a server lives on, and its other lines with it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from attacker import BINARY, CONTINUED, TEXT, Line, deflated, frame, opened, said
from show_server import Page, ShowServer, page, show_server

from avatar_live.edge.socket import FRAME_BYTES_MAX, PARTS_MAX
from avatar_live.protocol.wire import CLOSE_BAD_MESSAGE, MESSAGE_BYTES_MAX, ChatLine, Join, Say

DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("messages")) as running:
        yield running


@pytest.fixture
async def neighbour(server: ShowServer) -> AsyncIterator[Page]:
    """Be a viewer who must not notice anything."""
    async with page(server, "Neighbour") as one:
        yield one
        await one.send(Say("still here"))
        await one.until(ChatLine, lambda told: told.text == "still here")


async def joined(line: Line) -> None:
    line.write(said(Join("Eve")))
    assert (await line.frame())[0] == TEXT


def sized(length: int) -> bytes:
    return b'{"type":"say","text":"' + b"x" * (length - 24) + b'"}'


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        pytest.param(frame(sized(MESSAGE_BYTES_MAX + 1)), (CLOSE_BAD_MESSAGE,), id="one byte too long"),
        pytest.param(frame(sized(FRAME_BYTES_MAX + 1)), (1009,), id="longer than any frame"),
        pytest.param(b"\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff" + bytes(4), (1002, 1009), id="a length of 2^64"),
        pytest.param(b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff" + bytes(4), (1009,), id="a length of 2^63"),
        pytest.param(frame(b'{"type":"say","text":"\xff\xfe"}'), (1007, CLOSE_BAD_MESSAGE), id="no UTF-8"),
        pytest.param(frame(b'{"type":"say","text":"\xed\xa0\x80"}'), (1007, CLOSE_BAD_MESSAGE), id="a lone surrogate"),
        pytest.param(frame(b'{"type":"say","text":"\\ud800"}'), (CLOSE_BAD_MESSAGE,), id="an escaped surrogate"),
        pytest.param(frame(b"[" * 4_000), (CLOSE_BAD_MESSAGE,), id="deeply nested"),
        pytest.param(frame(b"\x00\x01", BINARY), (CLOSE_BAD_MESSAGE, 1003), id="binary"),
        pytest.param(frame(b"x", 3), (1002,), id="an opcode of the future"),
        pytest.param(frame(b"x", CONTINUED), (1002,), id="a continuation of nothing"),
        pytest.param(frame(b"x", is_deflated=True), (1002,), id="compressed, though nobody agreed"),
        pytest.param(b"\x81\x02hi", (1002,), id="not masked"),
    ],
)
async def test_what_is_no_message_ends_its_own_line_alone(
    server: ShowServer, neighbour: Page, data: bytes, codes: tuple[int, ...]
) -> None:
    async with opened(server.port) as one:
        await joined(one)
        one.write(data)
        assert await one.close_code() in codes


async def test_a_message_in_fragments_is_one_message(server: ShowServer, neighbour: Page) -> None:
    text = b'{"type":"say","text":"in parts"}'
    async with opened(server.port) as one:
        await joined(one)
        for at, byte in enumerate(text):
            opcode = TEXT if at == 0 else CONTINUED
            one.write(frame(bytes([byte]), opcode, is_final=at == len(text) - 1))
        await neighbour.until(ChatLine, lambda told: told.text == "in parts")


async def test_fragments_without_end_and_fragments_that_grow_end_the_line(server: ShowServer, neighbour: Page) -> None:
    async with opened(server.port) as one:
        await joined(one)
        one.write(frame(b"", is_final=False) + frame(b"", CONTINUED, is_final=False) * (PARTS_MAX + 1))
        assert await one.close_code() == 1009
    async with opened(server.port) as one:
        await joined(one)
        one.write(frame(b"x" * 40_000, is_final=False) + frame(b"x" * 40_000, CONTINUED))
        assert await one.close_code() == 1009


async def test_a_message_interrupted_by_another_ends_the_line(server: ShowServer, neighbour: Page) -> None:
    async with opened(server.port) as one:
        await joined(one)
        one.write(frame(b'{"type"', is_final=False) + frame(b'{"type":"say","text":"x"}'))
        assert await one.close_code() == 1002


@pytest.mark.parametrize("megabytes", [1, 64])
async def test_a_compressed_bomb_is_not_inflated(server: ShowServer, neighbour: Page, megabytes: int) -> None:
    bomb = deflated(b"x" * (megabytes * 1024 * 1024))
    assert len(bomb) < 80_000
    async with opened(server.port, DEFLATE) as one:
        await joined(one)
        one.write(frame(bomb, is_deflated=True))
        assert await one.close_code() == 1009


async def test_a_compressed_bomb_in_fragments_is_not_inflated_either(server: ShowServer, neighbour: Page) -> None:
    bomb = deflated(b"x" * (16 * 1024 * 1024))
    async with opened(server.port, DEFLATE) as one:
        await joined(one)
        one.write(frame(bomb[:40], is_final=False, is_deflated=True))  # some 30 KB, which may be
        one.write(frame(bomb[40:1_000], CONTINUED, is_final=False))
        assert await one.close_code() == 1009, "without waiting for the end"


async def test_what_is_no_deflate_ends_the_line(server: ShowServer, neighbour: Page) -> None:
    async with opened(server.port, DEFLATE) as one:
        await joined(one)
        one.write(frame(b"\xff" * 100, is_deflated=True))
        assert await one.close_code() in (1002, 1007)


async def test_a_thousand_lines_of_rubbish_leave_nothing_behind(server: ShowServer, neighbour: Page) -> None:
    async def rubbish(number: int) -> None:
        async with opened(server.port) as one:
            one.write(frame(number.to_bytes(8) * 10))
            assert await one.close_code() in (CLOSE_BAD_MESSAGE, 1007)

    for begin in range(0, 1_000, 50):
        await asyncio.gather(*(rubbish(begin + number) for number in range(50)))
    await neighbour.sees(lambda show: show.audience == 1)
