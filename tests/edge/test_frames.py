"""Frames: what is made can be read by another implementation, and what is read is what another one made."""

import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from avatar_live.edge.frames import (
    DEFLATE_BYTES_MIN,
    ODD,
    PLAIN_JSON,
    Kind,
    Prepared,
    form_of,
    framed,
    kind_of,
    usual,
)
from avatar_live.protocol.codec import Form, encoded, to_viewer
from avatar_live.protocol.wire import MESSAGE_BYTES_MAX, ChatLine, Pong

TEXT, BINARY, PONG, CLOSE = Opcode.TEXT, Opcode.BINARY, Opcode.PONG, Opcode.CLOSE
LONG = ChatLine(1, "Ann", "a long line " * 30)


def masked(data: bytes, opcode: Opcode = TEXT, *, fin: bool = True, rsv1: bool = False) -> bytes:
    frame = bytearray(Frame(opcode, data, fin).serialize(mask=True))
    frame[0] |= 0x40 if rsv1 else 0
    return bytes(frame)


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return (packer.compress(data) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]


@pytest.mark.parametrize("message", [Pong(1.0), LONG, ChatLine(2, "Ann", "wide 宽 " * 12_000)])
def test_a_frame_of_any_length_is_read_by_another_implementation(message: msgspec.Struct) -> None:
    frame = framed(message)
    assert frame == Frame(TEXT, encoded(message)).serialize(mask=False)


@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_a_long_message_is_compressed_for_those_who_inflate(form: Form) -> None:
    kind = kind_of(form, is_deflated=True)
    assert form_of(kind) == form
    frame = framed(LONG, kind)
    assert len(frame) < DEFLATE_BYTES_MIN < len(framed(LONG, kind_of(form, is_deflated=False)))
    assert frame[0] == (0xC1 if form == "json" else 0xC2)
    unpacker = zlib.decompressobj(wbits=-15)
    assert to_viewer(unpacker.decompress(frame[2:] + b"\0\0\xff\xff"), form, is_text=form == "json") == LONG


def test_a_short_message_stays_as_it_is() -> None:
    assert framed(Pong(1.0), 1) == framed(Pong(1.0))


def test_a_prepared_message_is_made_into_each_kind_of_frame_once() -> None:
    prepared = Prepared(LONG)
    assert prepared.frame(1) is prepared.frame(1)
    assert prepared.frame(0) == framed(LONG) != prepared.frame(1)


@given(st.lists(st.text(max_size=200), min_size=1, max_size=4), st.data())
def test_usual_frames_are_read_one_after_another_however_they_are_split(texts: list[str], data: st.DataObject) -> None:
    stream = b"".join(masked(text.encode()) for text in texts)
    cut = data.draw(st.integers(0, len(stream)))
    heard, at = [], 0
    for arrived in (stream[:cut], stream):
        while isinstance(read := usual(arrived, at, PLAIN_JSON), tuple):
            payload, at = read
            assert payload is not None
            heard.append(payload.decode())
        assert read is None
    assert (heard, at) == (texts, len(stream))


@given(st.binary(max_size=300))
def test_binary_frames_are_usual_where_msgpack_was_agreed(data: bytes) -> None:
    frame = masked(data, BINARY)
    assert usual(frame, 0, 2) == (data, len(frame))
    assert usual(frame, 0, PLAIN_JSON) == ODD


def test_a_compressed_frame_is_inflated_where_that_was_agreed() -> None:
    frame = masked(deflated(b"hello " * 50), rsv1=True)
    assert usual(frame, 0, 1) == (b"hello " * 50, len(frame))
    assert usual(frame, 0, PLAIN_JSON) == ODD


def test_a_compressed_frame_may_grow_to_the_limit_and_no_further() -> None:
    at_limit = masked(deflated(b"a" * MESSAGE_BYTES_MAX), rsv1=True)
    assert usual(at_limit, 0, 1) == (b"a" * MESSAGE_BYTES_MAX, len(at_limit))
    assert usual(masked(deflated(b"a" * (MESSAGE_BYTES_MAX + 1)), rsv1=True), 0, 1) == ODD
    assert usual(masked(deflated(b"a" * 3_000_000), rsv1=True), 0, 1) == ODD, "a bomb is never inflated whole"


def test_a_pong_has_no_payload() -> None:
    frame = masked(b"beat", PONG)
    assert usual(frame, 0, PLAIN_JSON) == (None, len(frame))
    assert usual(frame[:-1], 0, PLAIN_JSON) is None


@pytest.mark.parametrize(
    "odd",
    [
        masked(b"hel", fin=False),
        masked(b"lo", Opcode.CONT),
        masked(b"hey", Opcode.PING),
        masked(b"\x03\xe8", CLOSE),
        masked(b"\xff\xfe"),
        masked(b"x" * (MESSAGE_BYTES_MAX + 1)),
        masked(b"damaged", rsv1=True),
        Frame(TEXT, b"not masked").serialize(mask=False),
        b"\x81\xfe\x00\x05" + b"\0" * 9,  # five bytes in the form for long lengths
    ],
)
@pytest.mark.parametrize("kind", [0, 1])
def test_every_other_frame_is_odd(odd: bytes, kind: Kind) -> None:
    assert usual(odd, 0, kind) == ODD


def test_a_frame_of_the_largest_message_is_usual() -> None:
    frame = masked(b"x" * MESSAGE_BYTES_MAX)
    assert usual(frame, 0, PLAIN_JSON) == (b"x" * MESSAGE_BYTES_MAX, len(frame))
