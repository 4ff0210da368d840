"""The broadcaster that we measure ourselves against: aiortc as it comes, an encoder for each viewer, VP8 by default.

A program of its own: `python -m avatar_live.app.bench.vp8_peer WIDTH HEIGHT`. It reads a browser's offer, one line of
JSON, from its standard input, writes the answer, and sends the test card until its input ends.
"""

import asyncio
import json
import sys

import av
from aiortc import RTCPeerConnection, RTCSessionDescription, VideoStreamTrack

from avatar_live import clock
from avatar_live.app.bench.test_card import card, stamped
from avatar_live.broadcast.aiortc_internals import include_loopback


class CardTrack(VideoStreamTrack):
    """Give the pictures of the test card, as many a second as aiortc paces."""

    def __init__(self, width_px: int, height_px: int) -> None:
        super().__init__()
        self._size = (width_px, height_px)
        self._number = 0

    async def recv(self) -> av.VideoFrame:
        """Return the next picture, its time drawn into it."""
        pts, time_base = await self.next_timestamp()
        self._number += 1
        frame = av.VideoFrame.from_ndarray(stamped(card(self._number, *self._size), clock.now_s()), format="bgra")
        frame.pts, frame.time_base = pts, time_base
        return frame


async def broadcast(width_px: int, height_px: int) -> None:
    """Answer one viewer and send until the input ends."""
    connection = RTCPeerConnection()
    connection.addTrack(CardTrack(width_px, height_px))
    offer = json.loads(await asyncio.to_thread(sys.stdin.readline))
    await connection.setRemoteDescription(RTCSessionDescription(**offer))
    include_loopback(connection)
    await connection.setLocalDescription(await connection.createAnswer())
    answer = connection.localDescription
    sys.stdout.write(json.dumps({"type": answer.type, "sdp": answer.sdp}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    await connection.close()


if __name__ == "__main__":
    asyncio.run(broadcast(int(sys.argv[1]), int(sys.argv[2])))
