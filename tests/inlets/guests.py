"""A house with a WHIP door for tests: the real inlet's process, the server's routes, and a publisher."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from fractions import Fraction
from pathlib import Path

import httpx
import msgspec
import numpy as np
import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, VideoStreamTrack
from av import AudioFrame, VideoFrame
from litestar import Litestar
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.channels import PictureSlot, Slot
from avatar_live.channels.processes import (
    GUEST_PIXELS_MAX,
    GUEST_SLOT,
    HEALTH_BYTES_MAX,
    Health,
    InletPlan,
    health_slot,
)
from avatar_live.channels.ring import CHANNELS, PACKET_SAMPLES
from avatar_live.server.signalling import SDP
from avatar_live.server.whip import Inlet, whip_routes
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

TOKEN = "the-guest-token"
WIDTH_PX, HEIGHT_PX = 320, 180
ORANGE = (30, 120, 230)  # BGR


class House:
    """An inlet that runs, and the address at which guests call."""

    def __init__(self, folder: Path, address: str, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.address = address
        self.process = process
        self._pictures = PictureSlot(folder / GUEST_SLOT, GUEST_PIXELS_MAX)
        self._health = Slot(health_slot(folder, "inlet"), HEALTH_BYTES_MAX)

    def picture(self) -> NDArray[np.uint8] | None:
        """Return the guest's picture when it is a new one."""
        return self._pictures.read_new()

    def health(self) -> Health | None:
        data = self._health.read()
        return msgspec.json.decode(data, type=Health) if data else None

    async def next_picture(self, claim: Callable[[NDArray[np.uint8]], bool] = lambda _: True) -> NDArray[np.uint8]:
        """Return the next picture that fulfils a claim."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                picture = self.picture()
                if picture is not None and claim(picture):
                    return picture
                await asyncio.sleep(0.01)

    async def until(self, claim: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not claim():  # noqa: ASYNC110 (another process wakes nobody here)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(what) from None

    def close(self) -> None:
        self._pictures.close()
        self._health.close()


@contextlib.contextmanager
def inlet(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the inlet's process until the end of the block, and see it end by itself if nobody killed it."""
    plan = msgspec.json.encode(InletPlan(str(folder), allow_loopback_ice=True)).decode()
    process = subprocess.Popen([sys.executable, "-m", "avatar_live.inlets", plan], stdin=subprocess.PIPE)
    try:
        yield process
        if process.poll() is None:
            assert process.stdin is not None
            process.stdin.close()
            assert process.wait(DEADLINE_S) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdin is not None:
            process.stdin.close()


@contextlib.asynccontextmanager
async def served(app: Litestar) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    listener = config.bind_socket()
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listener.close()


@contextlib.asynccontextmanager
async def house(folder: Path, token: str = TOKEN) -> AsyncIterator[House]:
    """Open the door and wait until the inlet is there."""
    app = Litestar([whip_routes(Inlet(folder), token)], openapi_config=None, logging_config=None)
    with inlet(folder) as process:
        async with served(app) as address:
            opened = House(folder, address, process)
            try:
                await opened.until(opened.health, "no inlet came up")
                yield opened
            finally:
                opened.close()


class Still(VideoStreamTrack):
    """A still picture of one colour, thirty times a second."""

    def __init__(self, colour: tuple[int, int, int] = ORANGE, size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)) -> None:
        super().__init__()
        width_px, height_px = size_px
        self._frame = VideoFrame.from_ndarray(np.full((height_px, width_px, 3), colour, np.uint8), format="bgr24")
        self.sent = 0

    async def recv(self) -> VideoFrame:
        pts, time_base = await self.next_timestamp()
        frame = self._frame.reformat(format="yuv420p")
        frame.pts, frame.time_base = pts, Fraction(time_base)
        self.sent += 1
        return frame


class Hum(AudioStreamTrack):
    """A steady tone in 48 kHz stereo."""

    HZ = 500.0

    def __init__(self) -> None:
        super().__init__()
        self._at = 0
        self._started_s = 0.0

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        if self._at == 0:
            self._started_s = loop.time()
        await asyncio.sleep(max(0.0, self._started_s + self._at / AUDIO_CLOCK_HZ - loop.time()))
        tone = 0.3 * np.sin(2 * np.pi * self.HZ * (self._at + np.arange(PACKET_SAMPLES)) / AUDIO_CLOCK_HZ)
        samples = np.repeat((tone * 32_767).astype(np.int16), CHANNELS)[None, :]
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = AUDIO_CLOCK_HZ, self._at, Fraction(1, AUDIO_CLOCK_HZ)
        self._at += PACKET_SAMPLES
        return frame


class Publisher:
    """Bring a picture by WHIP, as OBS would."""

    def __init__(self, address: str, token: str = TOKEN) -> None:
        self._headers = {"Authorization": f"Bearer {token}"}
        self._client = httpx.AsyncClient(base_url=address, timeout=DEADLINE_S)
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.session = ""

    async def offer(self, track: VideoStreamTrack, sound: AudioStreamTrack | None = None) -> str:
        self.connection.addTransceiver(track, direction="sendonly")
        self.connection.addTransceiver(sound or "audio", direction="sendonly")
        internals.include_loopback(self.connection)
        await self.connection.setLocalDescription()
        return self.connection.localDescription.sdp

    async def publish(self, track: VideoStreamTrack, sound: AudioStreamTrack | None = None) -> httpx.Response:
        response = await self.post(await self.offer(track, sound))
        if response.status_code == 201:
            self.session = response.headers["Location"]
            answer = RTCSessionDescription(sdp=response.text, type="answer")
            await self.connection.setRemoteDescription(answer)
        return response

    async def post(self, offer: str, content_type: str = SDP) -> httpx.Response:
        return await self._client.post("/whip", content=offer, headers={**self._headers, "Content-Type": content_type})

    async def patch(self, fragment: str, **headers: str) -> httpx.Response:
        return await self._client.patch(self.session, content=fragment, headers={**self._headers, **headers})

    async def leave(self) -> httpx.Response:
        return await self._client.delete(self.session, headers=self._headers)

    async def close(self) -> None:
        await self.connection.close()
        await self._client.aclose()


@contextlib.asynccontextmanager
async def publisher(address: str, token: str = TOKEN) -> AsyncIterator[Publisher]:
    opened = Publisher(address, token)
    try:
        yield opened
    finally:
        await opened.close()
