"""One viewer's video and sound as aiortc asks for them: packets already encoded, passed through."""

import asyncio
from collections.abc import Callable
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from avatar_live.broadcast.queues import AudioQueue, Parcel, VideoQueue


class PacketTrack(MediaStreamTrack):
    """Hand the parcels of one queue to one sender.

    A track per viewer, because aiortc stops a sender's track with the sender. `on_ready` is called once, when the
    connection stands and the sender asks for its first packet; nothing is kept before. `sent` is the last parcel taken.
    """

    def __init__(self, queue: VideoQueue | AudioQueue, on_ready: Callable[[], None]) -> None:
        self.kind = "video" if isinstance(queue, VideoQueue) else "audio"
        super().__init__()
        self._queue = queue
        self._on_ready = on_ready
        self._filled = asyncio.Event()
        self.is_ready = False
        self.sent: Parcel | None = None

    def put(self, parcel: Parcel) -> bool:
        """Offer a parcel; False when the viewer cannot take it."""
        if not self.is_ready or not self._queue.put(parcel):
            return False
        self._filled.set()
        return True

    async def recv(self) -> "av.Packet[Any]":
        """Return the next packet. Raises MediaStreamError when the track was stopped."""
        if not self.is_ready:
            self.is_ready = True
            self._on_ready()
        while self.readyState == "live":
            parcel = self._queue.take()
            if parcel is not None:
                self.sent = parcel
                return parcel.packet
            self._filled.clear()
            await self._filled.wait()
        raise MediaStreamError

    def stop(self) -> None:
        """End the track and wake who waits for it."""
        super().stop()
        self._filled.set()
