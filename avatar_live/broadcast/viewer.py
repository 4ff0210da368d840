"""One viewer's peer connection, from the offer to the last packet."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from aiortc import RTCDataChannel, RTCRtpSender, RTCSessionDescription
from aiortc.rtcrtpparameters import RTCRtpCodecCapability

from avatar_live.broadcast import aiortc_internals as internals
from avatar_live.broadcast import keys, pulse
from avatar_live.broadcast.connection import new_connection, prepare
from avatar_live.broadcast.feedback import Feedback
from avatar_live.broadcast.fragment import Fragment
from avatar_live.broadcast.group import Groups
from avatar_live.broadcast.headers import ABS_SEND_TIME, PLAYOUT_DELAY
from avatar_live.broadcast.listening import Listener, Stream
from avatar_live.broadcast.network import PLAIN, Network
from avatar_live.broadcast.offer import BroadcastError, answerable
from avatar_live.broadcast.parcels import Parcel
from avatar_live.broadcast.queues import AudioQueue, VideoQueue
from avatar_live.broadcast.rounds import Mailbox, Rounds
from avatar_live.broadcast.routes import Route
from avatar_live.broadcast.rungs import Rungs
from avatar_live.broadcast.sender import RtpSender
from avatar_live.broadcast.tracks import PacketTrack
from avatar_live.broadcast.trickle import Trickle
from avatar_live.protocol.wire import Keys, Pulse
from avatar_live.signals.encoded import StreamKind

log = logging.getLogger(__name__)

CONNECT_S_MAX: Final = 15.0
# A living peer checks its consent to receive at least every 6 s (RFC 7675, 5.1), so more is the silence of a dead one.
SILENT_S_MAX: Final = 7.0
# A browser estimates its bandwidth by when packets were sent. A game's picture it shall show at once, which would cost
# the show its lip-sync.
EXTENSIONS: Final = frozenset({ABS_SEND_TIME})
GAME_EXTENSIONS: Final = frozenset({ABS_SEND_TIME, PLAYOUT_DELAY})
PROFILE: Final = "42e01f"  # constrained baseline, which is what every browser takes and x264's baseline is


class Viewer:
    """Send one stream to one peer, and read the keys that a player sends back.

    `now` is the monotonic clock, `wants_keyframe` is called when the peer joins or lost a picture, `on_feedback` with
    what its RTCP tells of its network, `on_stray` when it may have fallen out of step, `on_end` once when the peer is
    gone by its own doing or the network's. With `passes_through` aiortc sends the packets, which costs several times as
    much.
    """

    def __init__(
        self,
        *,
        now: Callable[[], float],
        wants_keyframe: Callable[[], None],
        on_keys: Callable[[Keys], None] | None,
        on_end: Callable[[], object],
        on_stray: Callable[[], None],
        network: Network = PLAIN,
        on_feedback: Callable[[Feedback], None],
        rounds: Rounds,
        passes_through: bool = False,
    ) -> None:
        self._now = now
        self._on_keys = on_keys
        self._on_end = on_end
        self._on_stray = on_stray
        self._network = network
        self._connection = new_connection(network)
        self._trickle: Trickle | None = None
        self._listener = Listener(on_feedback, wants_keyframe, rounds.now)
        self._rounds = rounds
        self._mailbox: Mailbox | None = None
        self._passes_through = passes_through
        self._rungs = Rungs()
        self._video_queue, self._audio_queue = VideoQueue(), AudioQueue()
        self._video = PacketTrack(self._video_queue, lambda: self._open_sender(self._video), on_ready=wants_keyframe)
        self._audio = PacketTrack(self._audio_queue, lambda: self._open_sender(self._audio), on_ready=lambda: None)
        self._route: Route | None = None
        self._keys = keys.KeyInput()
        self._pulse = pulse.PulseInput()
        self._answering = asyncio.Lock()
        self._opened_s = self._heard_s = now()
        self.is_connected = False

    @property
    def rung(self) -> int:
        """Return the rung that this viewer is sent."""
        return self._rungs.current

    @property
    def can_repeat(self) -> bool:
        """Say whether the peer takes packets that it has already, which only a retransmission stream can carry."""
        return self._video.sender is not None and self._video.sender.can_repeat

    @property
    def needs_keyframe_of(self) -> int | None:
        """Return the rung that this viewer could show if only it began with a keyframe; None when it is in step."""
        is_waiting = self._rungs.is_changing or self._video_queue.is_in_lobby
        return self._rungs.wanted if self._video.is_ready and is_waiting else None

    @property
    def dropped(self) -> int:
        """Return how many frames and sound packets this viewer missed."""
        return self._video_queue.dropped + self._audio_queue.dropped

    @property
    def pulse(self) -> Pulse:
        """Return what the viewer's page said last of its picture; all zero when it is no page of ours."""
        return self._pulse.last

    @property
    def keys_dropped(self) -> int:
        """Return how many messages of the data channel were no keys."""
        return self._keys.dropped

    async def answer(self, offer_sdp: str) -> str:
        """Answer a checked offer and begin to connect. Raises BroadcastError for an offer that we cannot serve."""
        async with self._answering:
            return await self._answer(offer_sdp)

    async def trickle(self, fragment: Fragment) -> None:
        """Take more candidates of the peer. Raises BroadcastError."""
        if self._trickle is None:
            raise BroadcastError(409, "This session is not answered yet: send its candidates after the answer.")
        await self._trickle.add(fragment)

    def use_rung(self, rung: int) -> None:
        """Change to another rung with its next keyframe, which is asked for; the one before goes on until then."""
        self._rungs.wanted = rung
        self._on_stray()

    def repeat(self, size: int) -> None:
        """Send about `size` bytes of the newest packets again: a probe of the network, of no use to the picture."""
        if self._video.sender is not None:
            self._video.sender.repeat(size)

    def know(self, rtt_s: float, delay_s: float) -> None:
        """Take note of the round trip, and of how much of it is a queue that has grown: repairs go by it."""
        if self._video.sender is not None:
            self._video.sender.know(rtt_s, delay_s)

    @property
    def sent_bytes(self) -> int:
        """Return how much was sent of pictures and sound."""
        return self._video.sent_octets + self._audio.sent_octets

    def is_in_step(self, kind: StreamKind) -> bool:
        """Say whether pictures or sound leave with those of others, and the viewer wants no other rung."""
        if kind == "audio":
            return self._audio.is_in_step
        return self._video.is_in_step and not self._rungs.is_changing

    def put(self, parcel: Parcel, groups: Groups) -> bool:
        """Offer a parcel, and join a group where the viewer can begin with it; True when aiortc sends it instead."""
        track = self._video if parcel.frame.kind == "video" else self._audio
        return self._rungs.takes(parcel.frame) and track.put(parcel, groups)

    def is_gone(self) -> bool:
        """Say whether the peer never came or has fallen silent, or the page that watches has."""
        if not self.is_connected:
            return self._now() - self._opened_s > CONNECT_S_MAX
        now_s = self._now()
        return now_s - self._heard_s > SILENT_S_MAX or self._pulse.has_stopped(now_s)

    async def close(self) -> None:
        """Release the player's keys and end the connection."""
        self._connection.remove_all_listeners()
        released = self._keys.release()
        if released is not None and self._on_keys is not None:
            self._on_keys(released)
        self._video.stop()
        self._audio.stop()
        try:
            async with self._answering:  # sockets that are opened for an answer after the close would stay open
                await self._connection.close()
        finally:  # not before: what still comes in, or a connection that stands just now, may open them (again)
            if self._mailbox is not None:
                self._rounds.close(self._mailbox)
            if self._route is not None:
                self._route.close()

    async def _answer(self, offer_sdp: str) -> str:
        connection = self._connection
        connection.on("connectionstatechange", self._state_changed)
        connection.on("datachannel", self._channel_opened)
        with answerable("H.264 42e01f and Opus"):
            self._add_track(self._video, "video", _h264())
            if "\r\nm=audio " in offer_sdp:
                self._add_track(self._audio, "audio", _opus())
            await connection.setRemoteDescription(RTCSessionDescription(sdp=offer_sdp, type="offer"))
            self._agree(offer_sdp)
            prepare(connection, self._network)
            internals.on_heard(connection, self._heard)
            internals.on_rtcp(connection, self._read_rtcp)
            internals.ask_consent(connection, self._rounds.call_in_turn)
            await connection.setLocalDescription()
        self._trickle = Trickle(connection, offer_sdp)
        return connection.localDescription.sdp

    def _add_track(self, track: PacketTrack, kind: StreamKind, codecs: list[RTCRtpCodecCapability]) -> None:
        transceiver = self._connection.addTransceiver(track, direction="sendonly")
        transceiver.setCodecPreferences(codecs)
        stream = Stream(kind, track.round_trip, lambda sequence: self._missed(track, sequence))
        self._listener.streams[internals.ssrc_of(transceiver.sender)] = stream
        internals.report_capture_time(
            transceiver.sender, lambda: None if track.sent is None else track.sent.frame.captured_s, track.round_trip
        )

    def _agree(self, offer_sdp: str) -> None:
        """Agree on how packets are protected and what they carry in their headers."""
        internals.use_quick_srtp(self._connection)
        uris = GAME_EXTENSIONS if self._on_keys is not None else EXTENSIONS
        for transceiver in self._connection.getTransceivers():
            internals.agree_on(transceiver, offer_sdp, uris)

    def _open_sender(self, track: PacketTrack) -> RtpSender | None:
        """Open our own sender for a track whose connection stands; None where aiortc has to send."""
        if self._passes_through:
            return None
        (transceiver,) = [one for one in self._connection.getTransceivers() if one.sender.track is track]
        try:
            if self._route is None:
                media = internals.MediaTransport(transceiver.sender)
                self._route = Route(media)
                internals.read_rtcp_at_once(transceiver.sender, self._read_rtcp)
                self._await_rounds(media.pair())
            line = internals.line_of(transceiver)
            sender = RtpSender(line, self._route, track.round_trip, self._now, lambda: self._refused(track))
            internals.end_reports(transceiver.sender)
        except (AttributeError, KeyError, TypeError):
            log.exception("aiortc has changed: it sends the packets now, and fewer viewers fit on this machine.")
            return None
        return sender

    def _await_rounds(self, pair: internals.Pair | None) -> None:
        """Let what the peer says be read with the others'; a player's keys are in a hurry."""
        if pair is not None and self._on_keys is None:
            self._mailbox = self._rounds.open(pair)

    def _missed(self, track: PacketTrack, sequence: int) -> None:
        track.resend(sequence)
        if self._mailbox is not None:
            self._rounds.hurry(self._mailbox)

    def _refused(self, track: PacketTrack) -> None:
        track.refuse()
        self._on_stray()

    def _read_rtcp(self, data: bytes) -> None:
        self._heard()
        self._listener.read(data)

    def _heard(self) -> None:
        self._heard_s = self._now()

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self.is_connected = True
            self._heard()
        elif state in ("failed", "closed"):
            asyncio.get_running_loop().call_soon(self._on_end)

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if self._on_keys is not None and channel.label == keys.LABEL:
            channel.on("message", self._message)
        elif channel.label == pulse.LABEL:
            channel.on("message", lambda message: self._pulse.read(message, self._now()))

    def _message(self, message: str | bytes) -> None:
        pressed = self._keys.read(message)
        if pressed is not None and self._on_keys is not None:
            self._on_keys(pressed)


def _h264() -> list[RTCRtpCodecCapability]:
    return [
        codec
        for codec in RTCRtpSender.getCapabilities("video").codecs
        if codec.name == "rtx" or codec.parameters.get("profile-level-id") == PROFILE
    ]


def _opus() -> list[RTCRtpCodecCapability]:
    return [codec for codec in RTCRtpSender.getCapabilities("audio").codecs if codec.name == "opus"]
