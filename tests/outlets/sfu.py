"""An SFU that speaks WHIP: a real peer on a loop of its own, which counts what it gets and may lose packets."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import uvicorn
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack
from litestar import Litestar, Request, Response, delete, post
from litestar.params import FromPath
from patience import DEADLINE_S

from avatar_live.broadcast import aiortc_internals as internals

TOKEN = "token-of-the-sfu"


class Sfu:
    """Answer publishers at `url`; use it as a context manager. With `loses_every` each such RTP packet is lost once."""

    def __init__(self, loses_every: int = 0) -> None:
        self._loses_every = loses_every
        self.pictures = self.sounds = self.offers = self.goodbyes = self.lost = 0
        self.status = 201
        self.peers: dict[str, RTCPeerConnection] = {}
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/whip/room"
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)

    def __enter__(self) -> "Sfu":
        self._thread.start()
        assert self._started.wait(DEADLINE_S)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._loop.close()
        self._listener.close()

    def hang_up(self) -> None:
        """End every connection without a word."""
        self._do(self._hang_up())

    def want_keyframe(self) -> None:
        """Ask the publishers for a picture that stands for itself (PLI)."""
        self._do(self._want_keyframe())

    async def answer(self, offer: str) -> tuple[str, str]:
        """Return the name of a new session and the answer to its offer."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.on("track", lambda track: self._consume(track))
        await peer.setRemoteDescription(RTCSessionDescription(offer, "offer"))
        internals.include_loopback(peer)
        await peer.setLocalDescription()
        if self._loses_every:
            for receiver in peer.getReceivers():
                self._lose(receiver)
        name = f"session-{self.offers}"
        self.peers[name] = peer
        return name, peer.localDescription.sdp

    async def _serve(self) -> None:
        @post("/whip/room", status_code=201)
        async def publish(request: Request[Any, Any, Any]) -> Response[str]:
            self.offers += 1
            if request.headers.get("authorization") != f"Bearer {TOKEN}":
                return Response("", status_code=401)
            if self.status != 201:
                return Response("", status_code=self.status)
            name, answer = await self.answer((await request.body()).decode())
            return Response(answer, headers={"Location": f"/whip/room/{name}"}, media_type="application/sdp")

        @delete("/whip/room/{name:str}", status_code=200)
        async def end(name: FromPath[str]) -> None:
            self.goodbyes += 1
            if peer := self.peers.pop(name, None):
                await peer.close()

        app = Litestar([publish, end], openapi_config=None, logging_config=None)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        serving = asyncio.create_task(server.serve([self._listener]))
        async with self._extras():
            self._started.set()
            await self._stop.wait()
        server.should_exit = True
        await serving
        await self._hang_up()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    @contextlib.asynccontextmanager
    async def _extras(self) -> AsyncIterator[None]:
        yield

    async def _hang_up(self) -> None:
        while self.peers:  # one by one, since a publisher may say goodbye meanwhile
            await self.peers.popitem()[1].close()

    async def _want_keyframe(self) -> None:
        for peer in list(self.peers.values()):
            for receiver in peer.getReceivers():
                if receiver.track.kind == "video":
                    for source in receiver.getSynchronizationSources():
                        await receiver._send_rtcp_pli(source.source)

    def _consume(self, track: MediaStreamTrack) -> None:
        async def count() -> None:
            with contextlib.suppress(MediaStreamError):
                while True:
                    await track.recv()
                    self.pictures += track.kind == "video"
                    self.sounds += track.kind == "audio"

        self._tasks = [*getattr(self, "_tasks", []), asyncio.ensure_future(count())]

    def _lose(self, receiver: Any) -> None:
        """Lose each n-th packet on its first way; what is sent again arrives."""
        handle, seen = receiver._handle_rtp_packet, 0

        async def with_losses(packet: Any, arrival_time_ms: int) -> None:
            nonlocal seen
            seen += 1
            is_again = any(codec.name == "rtx" and codec.payloadType == packet.payload_type for codec in codecs)
            if seen % self._loses_every == 0 and not is_again:
                self.lost += 1
                return
            await handle(packet, arrival_time_ms=arrival_time_ms)

        codecs = receiver.transport and _codecs(receiver)
        receiver._handle_rtp_packet = with_losses

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(DEADLINE_S)


def _codecs(receiver: Any) -> list[Any]:
    return list(receiver._RTCRtpReceiver__codecs.values())
