"""One viewer's picture or sound: sent by our own sender, or handed to aiortc as packets that are already encoded."""

import asyncio
from collections.abc import Callable
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from avatar_live.broadcast.feedback import RoundTrip
from avatar_live.broadcast.group import Groups
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.queues import AudioQueue, VideoQueue
from avatar_live.broadcast.sender import RtpSender


class PacketTrack(MediaStreamTrack):
    """Send the parcels of one stream to one peer.

    A track per viewer, because aiortc stops a sender's track with the sender. aiortc asks for the first packet when
    the connection stands: then `open_sender` is called, which returns None where our own sender cannot run, and
    `on_ready`. Nothing is kept or sent before. `sent` is the last parcel that aiortc took.
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
        self._passed_octets = 0

    @property
    def is_in_step(self) -> bool:
        """Say whether parcels leave with those of others."""
        return self.sender is not None and self.sender.is_in_step

    @property
    def sent_octets(self) -> int:
        """Return how much was sent."""
        return self._passed_octets if self.sender is None else self.sender.octets

    def put(self, parcel: Parcel, groups: Groups) -> bool:
        """Offer a parcel: True when aiortc takes it. Our own sender joins a group where the viewer can begin."""
        if not self.is_ready:
            return False
        if self.sender is None:
            self._filled.set()
            is_taken = self._queue.put(parcel)
            self._passed_octets += parcel.octets * is_taken
            return is_taken
        if self._queue.admits(parcel):
            groups.admit(self.sender, parcel)
        return False

    def refuse(self) -> None:
        """Say that the last parcel could not leave."""
        self._queue.refuse()

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
