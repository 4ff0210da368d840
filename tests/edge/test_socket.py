"""One line: handshakes, messages however they arrive, goodbyes, and peers that misbehave."""

import asyncio
from http import HTTPStatus

import pytest
from fake_client import FakeClient, FakeTransport, Nobody
from hypothesis import given
from hypothesis import strategies as st
from patience import DEADLINE_S
from websockets.frames import CloseCode

from avatar_live.edge.frames import framed
from avatar_live.edge.socket import (
    FRAME_BYTES_MAX,
    HANDSHAKE_BYTES_MAX,
    PARTS_MAX,
    PINGS_MAX,
    UNSENT_BYTES_MAX,
    EdgeSocket,
    Guest,
    Handshake,
)
from avatar_live.protocol.codec import SUBPROTOCOLS, to_viewer
from avatar_live.protocol.wire import CLOSE_SLOW, ChatLine

JSON, MSGPACK = SUBPROTOCOLS


class Echo:
    """Say everything again, as the testsuites of the protocol want it."""

    def __init__(self) -> None:
        self.lines: list[EdgeSocket] = []
        self.asked: list[Handshake] = []
        self.messages: list[bytes] = []
        self.beats = 0

    def receive(self, handshake: Handshake) -> Guest | HTTPStatus:
        self.asked.append(handshake)
        return self if handshake.target == "/ws" else HTTPStatus.NOT_FOUND

    def opened(self, line: EdgeSocket) -> None:
        self.lines.append(line)

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        self.messages.append(data)

    def lives(self, line: EdgeSocket) -> None:
        self.beats += 1

    def closed(self, line: EdgeSocket) -> None:
        self.lines.remove(line)


@pytest.fixture
def echo() -> Echo:
    return Echo()


async def test_a_line_that_is_behind_when_it_is_handed_over_is_not_clear_until_it_is_read(echo: Echo) -> None:
    unread = 8 * 1024 * 1024
    lines: list[EdgeSocket] = []

    class Pages(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.write(bytes(unread))
            lines.append(EdgeSocket(echo.receive))
            transport.set_protocol(lines[0])
            lines[0].connection_made(transport)

    server = await asyncio.get_running_loop().create_server(Pages, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    async with asyncio.timeout(DEADLINE_S):
        await reader.readexactly(1)
        assert [line.is_clear for line in lines] == [False]
        await reader.readexactly(unread - 1)
        while lines[0].behind_s:  # noqa: ASYNC110 (the loop's next turns tell it)
            await asyncio.sleep(0)
    assert lines[0].is_clear
    writer.close()
    server.close()


async def test_a_line_opens_hears_and_says(echo: Echo) -> None:
    client = FakeClient(echo.receive, headers={"Origin": "https://show.example"})
    assert client.status == HTTPStatus.SWITCHING_PROTOCOLS
    assert echo.asked[0].headers["origin"] == "https://show.example"
    assert echo.asked[0].address == "192.0.2.7"
    client.say_bytes(b"hello")
    assert echo.messages == [b"hello"]
    client.server.write(b"\x81\x02hi")
    assert client.frames == [b"hi"]
    client.leave()
    assert echo.lines == []


async def test_a_handshake_for_another_place_is_refused_in_http(echo: Echo) -> None:
    client = FakeClient(echo.receive, "/elsewhere")
    assert (client.status, client.is_cut) == (HTTPStatus.NOT_FOUND, True)
    assert echo.lines == []


@pytest.mark.parametrize(
    "request_head",
    [b"GET /ws HTTP/1.1\r\nHost: a\r\n\r\n", b"nonsense\r\n\r\n", b"POST /ws HTTP/1.1\r\nHost: a\r\n\r\n"],
)
async def test_what_is_no_handshake_ends_without_a_guest(echo: Echo, request_head: bytes) -> None:
    line, transport = EdgeSocket(echo.receive), FakeTransport(Nobody())
    line.connection_made(transport)
    line.data_received(request_head)
    assert transport.is_closing()
    assert echo.asked == []


async def test_a_handshake_may_be_so_long_and_no_longer(echo: Echo) -> None:
    line, transport = EdgeSocket(echo.receive), FakeTransport(Nobody())
    line.connection_made(transport)
    line.data_received(b"x" * HANDSHAKE_BYTES_MAX)
    assert not transport.is_closing()
    line.data_received(b"x")
    assert transport.is_closing()


@given(pieces=st.integers(1, 40), is_deflating=st.booleans())
async def test_whatever_the_pieces_messages_arrive_whole_and_in_order(pieces: int, is_deflating: bool) -> None:
    echo = Echo()
    client = FakeClient(echo.receive, pieces=pieces, is_deflating=is_deflating)
    said = [b"a", "宽".encode() * 100, b"b" * 500, b""]
    for message in said:
        client.say_bytes(message)
    client.core.send_text(b"in two ", fin=False)
    client.core.send_continuation(b"parts", fin=True)
    client.core.send_ping(b"?")
    client.flush()
    client.say_bytes(b"after")
    assert echo.messages == [*said, b"in two parts", b"after"]


async def test_the_first_known_subprotocol_is_agreed(echo: Echo) -> None:
    assert FakeClient(echo.receive).server.kind == 0
    assert FakeClient(echo.receive, subprotocols=("soap",)).core.subprotocol is None
    packed = FakeClient(echo.receive, subprotocols=("soap", MSGPACK, JSON), is_deflating=True)
    assert (packed.core.subprotocol, packed.server.kind) == (MSGPACK, 3)


async def test_a_long_message_is_inflated_by_the_peer(echo: Echo) -> None:
    client = FakeClient(echo.receive, is_deflating=True)
    line = ChatLine(1, "Ann", "again " * 60)
    client.server.send(framed(line, client.server.kind))
    client.server.send(framed(line, client.server.kind))
    assert [to_viewer(frame) for frame in client.frames] == [line, line]


async def test_a_peer_with_a_small_window_does_without_compression(echo: Echo) -> None:
    offer = {"Sec-WebSocket-Extensions": "permessage-deflate; server_max_window_bits=9"}
    assert FakeClient(echo.receive, headers=offer).server.kind == 0


async def test_a_goodbye_is_answered_and_closes(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    client.core.send_close(1000, "bye")
    client.flush()
    assert (client.close_code, client.is_cut, echo.lines) == (1000, True, [])


async def test_our_goodbye_is_read_answered_and_closes(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    client.server.close(4000, "too slow " * 40)
    assert client.close_code == 4000
    assert not client.server.is_open
    client.server.write(b"\x81\x02no")
    assert client.frames == []
    client.answer()
    assert client.is_cut


async def test_a_line_with_too_much_unsent_is_cut_instead_of_growing(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    client.transport.unsent_more = UNSENT_BYTES_MAX
    client.server.send(b"\x81\x011")
    client.transport.unsent_more = UNSENT_BYTES_MAX + 1
    client.server.send(b"\x81\x012")
    client.server.send(b"\x81\x013")
    assert client.frames == [b"1"]
    assert client.close_code == CLOSE_SLOW


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x81\x02hi", CloseCode.PROTOCOL_ERROR),  # not masked
        (b"\xf1\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),  # reserved bits
        (b"\x83\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),  # no such opcode
        (b"\x80\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),  # goes on with nothing
        (b"\x81\x82\0\0\0\0\xff\xfe", CloseCode.INVALID_DATA),
        (b"\x01\x81\0\0\0\0\xff\x80\x80\0\0\0\0", CloseCode.INVALID_DATA),
        (b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0", CloseCode.MESSAGE_TOO_BIG),
    ],
)
async def test_damage_is_told_by_its_code(echo: Echo, data: bytes, code: CloseCode) -> None:
    client = FakeClient(echo.receive)
    client.server.data_received(data)
    assert (client.close_code, client.is_cut) == (code, True)
    assert echo.messages == []


async def test_a_message_in_parts_may_not_grow_past_the_limit(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    half = b"x" * (FRAME_BYTES_MAX // 2)
    client.core.send_text(half, fin=False)
    client.core.send_continuation(half, fin=False)
    client.flush()
    assert client.close_code is None
    client.core.send_continuation(b"x", fin=True)
    client.flush()
    assert client.close_code == CloseCode.MESSAGE_TOO_BIG


async def test_a_message_in_endless_empty_parts_ends_the_line(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    client.core.send_text(b"x", fin=False)
    for _ in range(PARTS_MAX - 1):
        client.core.send_continuation(b"", fin=False)
    client.flush()
    before = client.close_code
    for _ in range(3):
        client.core.send_continuation(b"", fin=False)
    client.flush()
    assert (before, client.close_code) == (None, CloseCode.MESSAGE_TOO_BIG)
    assert echo.messages == []


async def test_pings_are_answered_until_they_come_in_masses(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    for number in range(int(PINGS_MAX)):
        client.core.send_ping(str(number).encode())
        client.flush()
    assert not client.is_cut
    for _ in range(2):  # the allowance grows by the moment
        client.core.send_ping(b"!")
        client.flush()
    assert client.is_cut


async def test_a_ping_between_the_parts_of_a_message_is_answered_before_the_message() -> None:
    class Answering(Echo):
        def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
            line.write(bytes((0x81, len(data))) + data)

    client = FakeClient(Answering().receive)
    seen: list[bytes] = []
    client.transport.write = seen.append  # type: ignore[assignment, method-assign]
    client.core.send_text(b"in two ", fin=False)
    client.core.send_ping(b"?")
    client.core.send_continuation(b"parts", fin=True)
    client.core.send_ping(b"!")
    client.flush()
    assert seen == [b"\x8a\x01?", b"\x81\x0cin two parts", b"\x8a\x01!"]


async def test_a_pong_is_a_sign_of_life_on_both_ways(echo: Echo) -> None:
    client = FakeClient(echo.receive)
    client.core.send_pong(b"")
    client.flush()
    client.core.send_ping(b"odd: from here on the core reads")
    client.core.send_pong(b"")
    client.flush()
    assert echo.beats == 2


@given(st.lists(st.binary(max_size=80), max_size=6), st.booleans())
async def test_any_bytes_are_survived(pieces: list[bytes], is_deflating: bool) -> None:
    echo = Echo()
    client = FakeClient(echo.receive, is_deflating=is_deflating)
    for piece in pieces:
        if piece and not client.is_cut:
            client.server.data_received(piece)
    assert client.is_cut == (echo.lines == [])
