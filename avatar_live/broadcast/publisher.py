"""Bring the show to an SFU by WHIP (RFC 9725): a peer that offers, sends packets already encoded, and says goodbye."""

import asyncio
import contextlib
import ipaddress
from collections import deque
from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final
from urllib.parse import urlsplit

import av
import httpx
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from avatar_live import clock
from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, EncodedFrame

ANSWER_S_MAX: Final = 8.0
ANSWER_BYTES_MAX: Final = 64 * 1024
CONNECT_S_MAX: Final = 8.0
GOODBYE_S_MAX: Final = 1.0
# An SFU reports what it gets every second or five (RFC 3550, 6.2), so more is the silence of a dead one.
SILENT_S_MAX: Final = 10.0
WAITING_MAX: Final = 60  # a network that is slow drops packets and makes nobody wait, so these are our own hiccups
_PROFILE: Final = "42e01f"
_REFUSED: Final = {
    401: "asks for another token: copy it anew",
    403: "does not let this token publish: copy it anew",
    404: "knows no such place: check the address",
    405: "takes no WHIP at this address",
    406: "takes no H.264 with Opus",
    415: "takes no WHIP at this address",
}
_FINAL: Final = (401, 403)


class PublishError(Exception):
    """Say why an SFU cannot be published to, as the end of a sentence that begins with its name.

    `is_final` means that trying again would change nothing. No address and no token stand in the words.
    """

    def __init__(self, words: str, *, is_final: bool = False) -> None:
        super().__init__(words)
        self.is_final = is_final


class Publisher:
    """Publish one stream to one SFU. All of it runs on one asyncio loop; `wants_keyframe` is called there.

    The SFU asks for keyframes (PLI, FIR) and for lost packets (NACK) as it needs them.
    """

    def __init__(self, wants_keyframe: Callable[[], None]) -> None:
        self._wants_keyframe = wants_keyframe
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        internals.end_connecting_quietly(self._connection)
        self._tracks = {kind: _Track(kind) for kind in ("video", "audio")}
        self._changed = asyncio.Event()
        self._heard_s = clock.now_s()
        self._session: str | None = None
        self._headers: dict[str, str] = {}

    async def connect(self, url: str, token: str) -> None:
        """Offer, and return when the connection stands. Raises PublishError."""
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            for track, codecs in ((self._tracks["video"], _h264()), (self._tracks["audio"], _opus())):
                transceiver = self._connection.addTransceiver(track, direction="sendonly")
                transceiver.setCodecPreferences(codecs)
                internals.report_capture_time(transceiver.sender, track.captured)
                internals.on_keyframe_request(transceiver.sender, self._wants_keyframe)
            if is_loopback(url):
                internals.include_loopback(self._connection)
            self._connection.on("connectionstatechange", self._changed.set)
            await self._connection.setLocalDescription()
            answer = await self._exchange(url, self._connection.localDescription.sdp)
            try:
                await self._connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
            except Exception as error:  # aiortc's parser raises whatever a line makes Python raise
                raise PublishError("gives an answer that cannot be understood") from error
            internals.on_heard(self._connection, self._heard)
            await self._await_connection()
        except BaseException:
            await self.close()
            raise

    def put(self, frame: EncodedFrame, captured_s: float) -> None:
        """Send a packet; the first one of the video is a keyframe. What an SFU misses, it asks for."""
        if not self._tracks[frame.kind].put(frame, captured_s):
            self._wants_keyframe()

    @property
    def fault(self) -> str | None:
        """Why nothing arrives any more, or None while all is well."""
        if self._connection.connectionState in ("failed", "closed"):
            return "has ended the connection"
        if clock.now_s() - self._heard_s > SILENT_S_MAX:
            return "says nothing any more"
        return None

    async def close(self) -> None:
        """Say goodbye, if there was a hello."""
        self._connection.remove_all_listeners()
        for track in self._tracks.values():
            track.stop()
        session, self._session = self._session, None
        if session is not None:
            with contextlib.suppress(httpx.HTTPError, httpx.InvalidURL, TimeoutError):
                async with asyncio.timeout(GOODBYE_S_MAX), httpx.AsyncClient() as client:
                    await client.delete(session, headers=self._headers)
        await self._connection.close()

    async def _exchange(self, url: str, offer: str) -> str:
        """Return the answer to our offer."""
        headers = {**self._headers, "Content-Type": "application/sdp", "Accept-Encoding": "identity"}
        body = bytearray()
        try:
            async with (
                asyncio.timeout(ANSWER_S_MAX),
                httpx.AsyncClient(follow_redirects=True) as client,
                client.stream("POST", url, content=offer, headers=headers, timeout=ANSWER_S_MAX) as response,
            ):
                async for piece in response.aiter_raw():
                    body += piece
                    if len(body) > ANSWER_BYTES_MAX:
                        break
        except (httpx.TimeoutException, TimeoutError) as error:
            raise PublishError("gives no answer in time") from error
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            is_unproven = "CERTIFICATE_VERIFY_FAILED" in str(error)
            words = "cannot prove that it is the SFU" if is_unproven else "cannot be reached"
            raise PublishError(words) from error
        if response.status_code != 201:
            words = _REFUSED.get(response.status_code, f"refuses the show (status {response.status_code})")
            raise PublishError(words, is_final=response.status_code in _FINAL)
        if location := response.headers.get("location"):
            with contextlib.suppress(httpx.InvalidURL):
                self._session = str(response.url.join(location))
        if len(body) > ANSWER_BYTES_MAX or not body.startswith(b"v=0"):
            raise PublishError("gives an answer that is none")
        return body.decode(errors="replace")

    async def _await_connection(self) -> None:
        try:
            async with asyncio.timeout(CONNECT_S_MAX):
                while (state := self._connection.connectionState) != "connected":
                    if state in ("failed", "closed"):
                        raise PublishError("cannot be reached by UDP")
                    await self._changed.wait()
                    self._changed.clear()
        except TimeoutError as error:
            raise PublishError("cannot be reached by UDP") from error
        self._heard()

    def _heard(self) -> None:
        self._heard_s = clock.now_s()


class _Track(MediaStreamTrack):
    """Hand packets to aiortc's sender; at the limit of what waits, a picture waits for the next keyframe."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__()
        self._packets: deque[tuple[EncodedFrame, float]] = deque()
        self._filled = asyncio.Event()
        self._is_in_lobby = kind == "video"
        self._captured_s: float | None = None

    def put(self, frame: EncodedFrame, captured_s: float) -> bool:
        """Append a packet; False when it is dropped and a keyframe is needed."""
        if len(self._packets) >= WAITING_MAX:
            self._packets.clear()
            self._is_in_lobby = self.kind == "video"
        if self._is_in_lobby and not frame.is_keyframe:
            return False
        self._is_in_lobby = False
        self._packets.append((frame, captured_s))
        self._filled.set()
        return True

    def captured(self) -> float | None:
        """Return when the last sent packet was captured."""
        return self._captured_s

    async def recv(self) -> "av.Packet[Any]":
        """Return the next packet. Raises MediaStreamError when the track was stopped."""
        while self.readyState == "live":
            if self._packets:
                frame, self._captured_s = self._packets.popleft()
                packet = av.Packet(frame.data)
                packet.pts = frame.pts
                packet.time_base = Fraction(1, VIDEO_CLOCK_HZ if frame.kind == "video" else AUDIO_CLOCK_HZ)
                return packet
            self._filled.clear()
            await self._filled.wait()
        raise MediaStreamError

    def stop(self) -> None:
        """End the track and wake who waits for it."""
        super().stop()
        self._filled.set()


def is_loopback(url: str) -> bool:
    """Say whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _h264() -> list[RTCRtpCodecCapability]:
    return [
        codec
        for codec in RTCRtpSender.getCapabilities("video").codecs
        if codec.name == "rtx" or codec.parameters.get("profile-level-id") == _PROFILE
    ]


def _opus() -> list[RTCRtpCodecCapability]:
    return [codec for codec in RTCRtpSender.getCapabilities("audio").codecs if codec.name == "opus"]
