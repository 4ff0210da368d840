"""One viewer's picture or sound: sent by our own sender, or handed to aiortc as packets that are already encoded."""

import asyncio
from collections.abc import Callable
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.queues import AudioQueue, VideoQueue
from avatar_live.broadcast.sender import RtpSender


class PacketTrack(MediaStreamTrack):
    """Send the parcels of one stream to one peer.

    A track per viewer, because aiortc stops a sender's track with the sender. aiortc asks for the first packet when
    the connection stands: then `open_sender` is called, which returns None where our own sender cannot run, and
    `on_ready`. Nothing is kept or sent before. `sent` is the last parcel on its way.
    """

    def __init__(
        self,
        queue: VideoQueue | AudioQueue,
        open_sender: Callable[[], RtpSender | None],
        on_ready: Callable[[], None],
    ) -> None:
        self.kind = "video" if isinstance(queue, VideoQueue) else "audio"
        super().__init__()
        self._queue = queue
        self._open_sender = open_sender
        self._on_ready = on_ready
        self._filled = asyncio.Event()
        self.is_ready = False
        self.sender: RtpSender | None = None
        self.sent: Parcel | None = None
        self.round_trip = RoundTrip()

    def put(self, parcel: Parcel) -> bool:
        """Offer a parcel; False when the viewer cannot take it."""
        if not self.is_ready:
            return False
        if self.sender is None:
            self._filled.set()
            return self._queue.put(parcel)
        if not self._queue.admits(parcel):
            return False
        if not self.sender.send(parcel):
            self._queue.refuse()
            return False
        self.sent = parcel
        return True

    def go_on(self, parcel: Parcel) -> None:
        """Send the next burst of a parcel whose first was sent."""
        if self.sender is not None:
            self.sender.go_on(parcel)

    def resend(self, sequence: int) -> None:
        """Send a packet again that the peer misses, by its 16-bit number; what aiortc sent it sends again itself."""
        if self.sender is not None:
            self.sender.resend(sequence)

    async def recv(self) -> "av.Packet[Any]":
        """Return the next packet that aiortc shall send. Raises MediaStreamError when the track was stopped."""
        if not self.is_ready:
            self.sender = self._open_sender()
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
        """End the track, say goodbye, and wake who waits for it."""
        if self.sender is not None and self.readyState == "live":
            self.sender.close()
        super().stop()
        self.is_ready = False
        self._filled.set()
