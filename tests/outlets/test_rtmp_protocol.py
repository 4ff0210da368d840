"""RTMP without a socket: values, chunks, and a server's answers and refusals."""

import math

import pytest
from fake_platform import KEY, FakePlatform
from footage import footage
from hypothesis import given
from hypothesis import strategies as st
from stage import until

from avatar_live.outlets import amf, flv
from avatar_live.outlets.chunks import MESSAGE_BYTES_MAX, STREAMS_MAX, ChunkError, ChunkReader, Message, cut
from avatar_live.outlets.h264 import nal_units, parameter_sets
from avatar_live.outlets.rtmp import HANDSHAKE_BYTES, RtmpPublisher
from avatar_live.outlets.rtmp_sink import RtmpSink
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import parse_target
from avatar_live.outlets.timeline import Timeline

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts.filter(bool), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(values, max_size=4))
def test_what_was_encoded_is_decoded(said: list[amf.Value]) -> None:
    assert amf.decode(amf.encode(*said)) == said


@given(st.binary(max_size=60))
def test_no_bytes_make_the_values_fail_otherwise_than_by_a_sentence(data: bytes) -> None:
    try:
        amf.decode(data)
    except amf.AmfError as error:
        assert str(error)


@given(
    st.lists(st.tuples(st.integers(3, 63), st.integers(0, 2**32 - 1), st.binary(min_size=1, max_size=600)), max_size=5),
    st.integers(1, 300),
    st.integers(1, 64),
)
def test_messages_come_out_of_chunks_as_they_went_in_however_they_are_cut(
    said: list[tuple[int, int, bytes]], chunk_bytes: int, step: int
) -> None:
    messages = [Message(9, 1, at_ms, data) for _, at_ms, data in said]
    wire = b"".join(cut(channel, message, chunk_bytes) for (channel, _, _), message in zip(said, messages, strict=True))
    reader, heard = ChunkReader(), []
    reader.chunk_bytes = chunk_bytes
    for begin in range(0, len(wire), step):
        reader.feed(wire[begin : begin + step])
        while (message := reader.next()) is not None:
            heard.append(message)
    assert heard == messages


@given(st.binary(max_size=400))
def test_no_server_can_make_the_publisher_fail_otherwise_than_by_a_sentence(data: bytes) -> None:
    publisher = RtmpPublisher("rtmp://live.example.com/app/KEY")
    publisher.receive(b"\x03" + bytes(2 * HANDSHAKE_BYTES))
    try:
        publisher.receive(data)
    except ChunkError as error:
        assert str(error)


@pytest.mark.parametrize("stream", [math.nan, math.inf, -1.0, 2.0**32])
def test_a_server_that_names_an_impossible_stream_does_not_speak_rtmp(stream: float) -> None:
    with pytest.raises(ChunkError):
        told(amf.encode("_result", 4.0, None, stream))


def test_a_command_without_a_name_is_passed_over() -> None:
    assert told(b"").state == "connecting"


def told(command: bytes) -> RtmpPublisher:
    """Return a publisher that was greeted and heard a server's command."""
    publisher = RtmpPublisher("rtmp://live.example.com/app/KEY")
    publisher.receive(b"\x03" + bytes(2 * HANDSHAKE_BYTES) + cut(3, Message(20, 0, 0, command), 128))
    return publisher


def test_a_servers_messages_have_limits() -> None:
    reader = ChunkReader()
    reader.feed(cut(3, Message(20, 0, 0, bytes(MESSAGE_BYTES_MAX)), 128))
    assert reader.next() is not None
    reader.feed(cut(3, Message(20, 0, 0, bytes(MESSAGE_BYTES_MAX + 1)), 128))
    with pytest.raises(ChunkError, match="too large"):
        reader.next()
    reader = ChunkReader()
    for channel in range(3, 3 + STREAMS_MAX):
        reader.feed(bytes((0, channel)) + cut(3, Message(20, 0, 0, b"x"), 128)[1:])
        assert reader.next() is not None
    reader.feed(bytes((0, 200)) + cut(3, Message(20, 0, 0, b"x"), 128)[1:])
    with pytest.raises(ChunkError, match="too many"):
        reader.next()


def test_the_address_is_cut_where_platforms_expect_it() -> None:
    publisher = RtmpPublisher("rtmp://user:secret@live.example.com:1935/app/part/KEY?auth=1")
    publisher.receive(b"\x03" + bytes(2 * HANDSHAKE_BYTES))
    wire = publisher.outgoing()
    assert amf.encode("app/part") in wire and amf.encode("rtmp://live.example.com:1935/app/part") in wire
    assert b"KEY" not in wire and b"secret" not in wire


def test_a_keyframe_becomes_what_flv_carries() -> None:
    keyframe = next(packet for packet in footage(0.1) if packet.kind == "video")
    assert keyframe.is_keyframe and parameter_sets(keyframe.data)
    header = flv.video_header(keyframe.data)
    assert header[:5] == b"\x17\0\0\0\0" and header[5] == 1 and header[6] == 66, "version 1, the baseline profile"
    body, at, units = flv.video_body(keyframe.data, is_keyframe=True), 5, []
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        units.append(body[at + 4 : at + 4 + size])
        at += 4 + size
    assert body[:5] == b"\x17\x01\0\0\0" and [unit[0] & 31 for unit in units][-1] == 5
    assert set(units) < set(nal_units(keyframe.data)), "the parameter sets stand in the header alone"


def test_a_platform_takes_the_show_and_is_answered() -> None:
    timeline, packets = Timeline(), list(footage(1.0))
    first = next(at for at, packet in enumerate(packets) if packet.kind == "video")
    with FakePlatform() as platform:
        sink = RtmpSink(parse_target(platform.url))
        for packet in packets[first:]:
            sink.write(timeline.stamp(packet))
        sink.close()
        until(lambda: platform.pictures == 30, "all pictures arrive")
        assert platform.published == [KEY] and platform.pongs == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("NetStream.Publish.BadName", "refuses the stream key, or still has the last stream"),
        ("NetStream.Publish.Denied", "refuses the stream key: copy it anew"),
        ("NetStream.Odd", r"refuses the stream \(NetStream.Odd\)"),
        (f"because {KEY}", r"refuses the stream \(no reason\)"),
    ],
)
def test_a_platform_that_refuses_is_told_in_words_without_the_key(code: str, words: str) -> None:
    with FakePlatform() as platform:
        platform.code = code
        with pytest.raises(SinkError, match=words) as told:
            RtmpSink(parse_target(platform.url))
    assert KEY not in str(told.value)
