"""One publisher's peer connection: somebody brings picture and sound, decoded here, in a process of its own."""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Final

from aiortc import RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability
from av import AudioFrame, VideoFrame

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast.connection import new_connection, prepare
from avatar_live.broadcast.fragment import Fragment
from avatar_live.broadcast.network import Network
from avatar_live.broadcast.offer import answerable
from avatar_live.broadcast.trickle import Trickle
from avatar_live.broadcast.viewer import CONNECT_S_MAX, SILENT_S_MAX

log = logging.getLogger(__name__)

CODECS: Final = ("video/H264", "video/VP8", "video/rtx")  # H.264 first: it costs less to decode

UNDECODED_MAX: Final = 90  # frames, 3 s of them: nothing else bounds what waits for the decoder


class Guest:
    """Take one publisher's pictures and sound: `show` is called with the newest decoded frame, on a thread, one at a
    time, and `hear` with every 20 ms of sound, on the loop.

    `now` is the monotonic clock, `on_end` is called once when the publisher is gone by its own doing or the network's.
    """

    def __init__(
        self,
        network: Network,
        *,
        now: Callable[[], float],
        show: Callable[[VideoFrame], None],
        hear: Callable[[AudioFrame], None],
        on_end: Callable[[], object],
    ) -> None:
        self._network = network
        self._now = now
        self._show = show
        self._hear = hear
        self._on_end = on_end
        self._connection = new_connection(network)
        self._trickle: Trickle | None = None
        self._watching: asyncio.Task[None] | None = None
        self._listening: asyncio.Task[None] | None = None
        self._showing: asyncio.Future[None] | None = None
        self._answering = asyncio.Lock()
        self._opened_s = self._heard_s = now()
        self.is_connected = False
        self.decoded = 0  # frames, shown or not

    async def answer(self, offer_sdp: str) -> str:
        """Answer a checked offer and begin to connect. Raises BroadcastError for an offer that we cannot take."""
        async with self._answering:
            return await self._answer(offer_sdp)

    async def trickle(self, fragment: Fragment) -> None:
        """Take more candidates. Raises BroadcastError."""
        assert self._trickle is not None, "nobody knows a session before it is answered"
        await self._trickle.add(fragment)

    def is_gone(self) -> bool:
        """Say whether the publisher never came, has fallen silent or sends more than can be decoded here."""
        if not self.is_connected:
            return self._now() - self._opened_s > CONNECT_S_MAX
        return self._now() - self._heard_s > SILENT_S_MAX or self._undecoded() > UNDECODED_MAX

    async def close(self) -> None:
        """End the connection and what waits for its pictures."""
        self._connection.remove_all_listeners()
        for task in (self._watching, self._listening):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        if self._showing is not None:  # a thread cannot be cancelled: its picture must not come after the last word
            await asyncio.wait([self._showing])
        async with self._answering:  # sockets that are opened for an answer after the close would stay open
            await self._connection.close()

    async def _answer(self, offer_sdp: str) -> str:
        connection = self._connection
        connection.on("connectionstatechange", self._state_changed)
        connection.on("track", self._track_came)
        with answerable("and send H.264 or VP8"):
            connection.addTransceiver("video", direction="recvonly").setCodecPreferences(_codecs())
            if "\r\nm=audio " in offer_sdp:
                connection.addTransceiver("audio", direction="recvonly").setCodecPreferences(_opus())
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer_sdp, type="offer"))
            prepare(connection, self._network)
            internals.on_heard(connection, self._heard)
            await connection.setLocalDescription()
        self._trickle = Trickle(connection, offer_sdp)
        return connection.localDescription.sdp

    def _track_came(self, track: MediaStreamTrack) -> None:
        if track.kind == "video":
            self._watching = asyncio.create_task(self._watch(track), name="guest-pictures")
        else:
            self._listening = asyncio.create_task(self._listen(track), name="guest-sound")

    async def _watch(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame, count = await internals.newest_frame(track)
                self.decoded += count
                self._heard()
                self._showing = asyncio.ensure_future(asyncio.to_thread(self._show, frame))
                await asyncio.shield(self._showing)
        except MediaStreamError:
            pass  # it said goodbye within its packets (RTCP BYE)
        except Exception:  # a picture that is too large to be made, or that FFmpeg cannot convert
            log.exception("A guest's picture cannot be shown: the guest is let go.")
        self._on_end()

    async def _listen(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                self._heard()
                self._hear(frame)
        except MediaStreamError:
            pass  # a guest may end its sound and go on with its picture
        except Exception:
            log.exception("A guest's sound cannot be heard: the guest is let go.")
            self._on_end()

    def _undecoded(self) -> int:
        return max((internals.undecoded(receiver) for receiver in self._connection.getReceivers()), default=0)

    def _heard(self) -> None:
        self._heard_s = self._now()

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self.is_connected = True
            self._heard()
        elif state in ("failed", "closed"):
            asyncio.get_running_loop().call_soon(self._on_end)


def _codecs() -> list[RTCRtpCodecCapability]:
    known = RTCRtpReceiver.getCapabilities("video")
    assert known is not None
    return [codec for kind in CODECS for codec in known.codecs if codec.mimeType == kind]


def _opus() -> list[RTCRtpCodecCapability]:
    known = RTCRtpReceiver.getCapabilities("audio")
    assert known is not None
    return [codec for codec in known.codecs if codec.name == "opus"]
