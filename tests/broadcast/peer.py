"""A viewer without a browser: aiortc on the other end, in the same process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

import msgspec
import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamTrack
from av import VideoFrame
from patience import DEADLINE_S

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast.broadcaster import Broadcaster, Watch
from avatar_live.clock import now_s
from avatar_live.encoder.video import VideoEncoder
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

SIZE_PX: Final = 64
FRAME_S: Final = 0.02


class Peer:
    """Watch a stream of a broadcaster through a real connection over loopback."""

    def __init__(self) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.tracks: dict[str, MediaStreamTrack] = {}
        self.connected = asyncio.Event()
        self.channel = self.connection.createDataChannel("input", ordered=False, maxRetransmits=0)
        self.connection.on("track", lambda track: self.tracks.__setitem__(track.kind, track))
        self.connection.on("connectionstatechange", self._state_changed)

    async def offer(self) -> str:
        self.connection.addTransceiver("audio", direction="recvonly")
        self.connection.addTransceiver("video", direction="recvonly")
        internals.include_loopback(self.connection)
        await self.connection.setLocalDescription()
        return self.connection.localDescription.sdp

    async def watch(self, broadcaster: Broadcaster, stream: str = MAIN_STREAM) -> Watch:
        """Connect and return the session once packets can flow."""
        watch = await broadcaster.watch(stream, await self.offer())
        await self.accept(watch.answer_sdp)
        return watch

    async def accept(self, answer_sdp: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(sdp=answer_sdp, type="answer"))
        async with asyncio.timeout(DEADLINE_S):
            await self.connected.wait()

    async def picture(self) -> VideoFrame:
        """Return the next decoded picture."""
        async with asyncio.timeout(DEADLINE_S):
            frame = await self.tracks["video"].recv()
        assert isinstance(frame, VideoFrame)
        return frame

    async def close(self) -> None:
        await self.connection.close()

    def _state_changed(self) -> None:
        if self.connection.connectionState == "connected":
            self.connected.set()


@contextlib.asynccontextmanager
async def peer() -> AsyncIterator[Peer]:
    opened = Peer()
    try:
        yield opened
    finally:
        await opened.close()


class Source:
    """Publish a small picture every 20 ms, one grey step brighter each time; keyframes when asked."""

    def __init__(self, broadcaster: Broadcaster, stream: str = MAIN_STREAM, rung: int = 0) -> None:
        self._broadcaster = broadcaster
        self._rung = rung
        self._size_px = SIZE_PX >> rung
        self._encoder = VideoEncoder(stream, self._size_px, self._size_px, 50, 200_000)
        self._wants_keyframe = False
        self.published: list[EncodedFrame] = []

    def want_keyframe(self) -> None:
        self._wants_keyframe = True

    @contextlib.asynccontextmanager
    async def playing(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._play())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self._encoder.close()

    async def _play(self) -> None:
        while True:
            step = len(self.published)
            pixels = np.full((self._size_px, self._size_px, 4), 40 + step % 180, np.uint8)
            captured_s = now_s()  # of one origin for all rungs
            frame = self._encoder.encode(pixels, captured_s, int(captured_s * VIDEO_CLOCK_HZ), self._wants_keyframe)
            frame = msgspec.structs.replace(frame, rung=self._rung)
            self._wants_keyframe = False
            self.published.append(frame)
            self._broadcaster.publish(frame)
            await asyncio.sleep(FRAME_S)


async def until(claim: object, what: str) -> None:
    """Wait for `claim()` to be true; fail with `what` at the deadline."""
    assert callable(claim)
    try:
        async with asyncio.timeout(DEADLINE_S):
            while not claim():  # noqa: ASYNC110 (callbacks of other people's code have no event to wait for)
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(what) from None
