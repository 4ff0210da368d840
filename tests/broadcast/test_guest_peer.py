"""When a publisher is let go, and what its fragments may hold."""

import asyncio

import pytest
from aiortc.rtcrtpreceiver import RemoteStreamTrack
from av import VideoFrame
from hypothesis import given
from hypothesis import strategies as st
from patience import DEADLINE_S

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast.fragment import parse_fragment
from avatar_live.broadcast.guest import UNDECODED_MAX, Guest
from avatar_live.broadcast.network import PLAIN
from avatar_live.broadcast.offer import BroadcastError
from avatar_live.broadcast.viewer import CONNECT_S_MAX, SILENT_S_MAX


class Clock:
    """Tell the time that the test sets."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def guest(clock: Clock) -> Guest:
    return Guest(PLAIN, now=clock, show=lambda frame: None, hear=lambda frame: None, on_end=lambda: None)


async def test_a_guest_that_never_comes_or_falls_silent_is_gone() -> None:
    clock = Clock()
    one = guest(clock)
    clock.now_s += CONNECT_S_MAX
    assert not one.is_gone()
    clock.now_s += 0.1
    assert one.is_gone()
    one.is_connected = True
    one._heard()
    clock.now_s += SILENT_S_MAX
    assert not one.is_gone()
    clock.now_s += 0.1
    assert one.is_gone()
    await one.close()


async def test_a_guest_that_sends_more_than_can_be_decoded_is_let_go() -> None:
    one = guest(Clock())
    one.is_connected = True
    receiver = one._connection.addTransceiver("video", direction="recvonly").receiver
    waiting = getattr(receiver, "_RTCRtpReceiver__decoder_queue")  # noqa: B009 (the name is aiortc's own)
    for _ in range(UNDECODED_MAX):
        waiting.put(None)
    assert internals.undecoded(receiver) == UNDECODED_MAX and not one.is_gone()
    waiting.put(None)
    assert one.is_gone()
    await one.close()


class Footage(RemoteStreamTrack):
    """Bring one picture after the other, as a publisher's track does."""

    def __init__(self) -> None:
        super().__init__(kind="video")
        self._queue.put_nowait(VideoFrame(16, 16, "yuv420p"))


async def test_a_guest_whose_picture_cannot_be_shown_is_let_go_and_closed() -> None:
    ended = asyncio.Event()

    def show(frame: VideoFrame) -> None:
        raise MemoryError

    one = Guest(PLAIN, now=Clock(), show=show, hear=lambda frame: None, on_end=ended.set)
    one._track_came(Footage())
    await asyncio.wait_for(ended.wait(), DEADLINE_S)
    await one.close()
    assert one._connection.connectionState == "closed"


def test_a_fragment_is_read_and_what_costs_only_time_is_left_out() -> None:
    fragment = parse_fragment(
        "a=group:BUNDLE 0 1\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=ice-ufrag:EsAw\r\n"
        "a=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\na=candidate:1 1 udp 2 192.0.2.1 61764 typ host\r\n"
        "a=candidate:2 1 tcp 2 192.0.2.1 9 typ host tcptype active\r\n"
        "a=candidate:3 1 udp 2 name.local 61764 typ host\r\na=end-of-candidates\r\n"
    )
    assert (fragment.username, fragment.password) == ("EsAw", "P2uYro0UCOQ4zxjKXaWCBui1")
    assert fragment.candidates == ("1 1 udp 2 192.0.2.1 61764 typ host",)


@given(st.text(), st.lists(st.sampled_from(["a=ice-ufrag:x", "a=ice-pwd:y", "a=candidate:", "a=candidate:1 1 udp"])))
def test_no_text_makes_a_fragment_anything_but_read_or_refused(text: str, lines: list[str]) -> None:
    try:
        parse_fragment("\n".join([text, *lines]))
    except BroadcastError as refusal:
        assert refusal.status in (400, 413)


@pytest.mark.parametrize("text", ["", "a=ice-ufrag:x", "a=ice-pwd:y\r\na=ice-ufrag:"])
def test_a_fragment_without_its_credentials_is_none(text: str) -> None:
    with pytest.raises(BroadcastError) as refusal:
        parse_fragment(text)
    assert refusal.value.status == 400
