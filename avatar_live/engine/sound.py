"""The sound of the show: the host's microphone as Opus, silence where there is none."""

import threading
from collections.abc import Callable
from typing import Final

from avatar_live import clock
from avatar_live.channels.ring import PACKET_S, SoundPacket, SoundRing
from avatar_live.encoder.audio import PACKET_SAMPLES, OpusEncoder
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, MAIN_STREAM, EncodedFrame

LOOK_S: Final = 0.01  # half a packet: looking costs little, and so does waiting for the next look
PAUSE_S: Final = 0.1  # a microphone that gives nothing for so long is off, and silence takes its place
STALE_S: Final = 0.5  # no microphone is so late: what is older waited here while this process could not run
GAP_S: Final = PACKET_S / 2  # a packet that is later than this behind the one before it follows lost ones

Send = Callable[[EncodedFrame], None]


class Sound:
    """Encode what the ring brings, on a thread of its own.

    A viewer's player needs a sound track that never ends, so silence is sent while no microphone is heard. What is said
    while `mute` is on leaves no trace in it.
    """

    def __init__(self, send: Send, ring: SoundRing, *, is_muted: bool = False) -> None:
        self._voice = Voice(send, ring, clock.now_s(), is_muted=is_muted)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    def mute(self, is_on: bool) -> None:
        """Send silence in place of the microphone, or let it be heard from now on."""
        self._voice.mute(is_on, clock.now_s())

    @property
    def packets(self) -> int:
        """How many packets of the microphone were encoded."""
        return self._voice.packets

    @property
    def dropped(self) -> int:
        """How many packets of the microphone came too late to be encoded."""
        return self._voice.dropped

    def close(self) -> None:
        """Stop sending, and let go of the ring."""
        self._stopped.set()
        self._thread.join()
        self._voice.close()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            self._voice.step(clock.now_s())


class Voice:
    """Decide what is sent at which time; `step` is told the time.

    Timestamps count from the machine's monotonic zero, as those of the video do, and then by samples: a player hears a
    jump in them as a crack, so they follow the clock of the microphone and not its jitter. What keeps lips and voice
    together is `captured_s`, which every packet carries and the sender reports tell.
    """

    def __init__(self, send: Send, ring: SoundRing, now_s: float, *, is_muted: bool = False) -> None:
        self._send = send
        self._ring = ring
        self._encoder = OpusEncoder(MAIN_STREAM)
        self._heard_from_s = float("inf") if is_muted else float("-inf")
        self._heard_s = float("-inf")  # when the microphone last gave something
        self._lag_s = 0.0  # from the first sample of its packets to their arrival here
        self._due_s = now_s  # captured time of the packet that comes next
        self._pts = round(now_s * AUDIO_CLOCK_HZ)
        self.packets = self._stale = 0
        self._has_spoken = False  # the encoder knows something of the host

    @property
    def dropped(self) -> int:
        """How many packets of the microphone came too late to be encoded."""
        return self._stale + self._ring.dropped

    def mute(self, is_on: bool, now_s: float) -> None:
        """Replace by silence all that is captured while this is on, however late it comes."""
        self._heard_from_s = float("inf") if is_on else now_s

    def step(self, now_s: float) -> None:
        """Send what is due."""
        read = self._ring.read()
        packets = [packet for packet in read if now_s - packet.captured_s < STALE_S]
        self._stale += len(read) - len(packets)
        for packet in packets:
            self._say(packet)
        if packets:
            self._heard_s, self._lag_s = now_s, max(0.0, now_s - packets[-1].captured_s)
        elif now_s - self._heard_s > PAUSE_S:
            self._keep_silent(now_s - self._lag_s)

    def close(self) -> None:
        """Let go of the encoder and the ring."""
        self._encoder.close()
        self._ring.close()

    def _say(self, packet: SoundPacket) -> None:
        pts = self._place(packet.captured_s)
        if packet.captured_s >= self._heard_from_s:
            self._has_spoken = True
            self._send(self._encoder.encode(packet.samples, packet.captured_s, pts))
            self.packets += 1
            return
        if self._has_spoken:  # an encoder looks back by 6.5 ms, which are the host's
            self._has_spoken = False
            self._encoder.close()
            self._encoder = OpusEncoder(MAIN_STREAM)
        self._send(self._encoder.silence(packet.captured_s, pts))

    def _keep_silent(self, until_s: float) -> None:
        """Send silence up to a captured time, in step with what the microphone gave before; skip what is long gone."""
        if until_s - self._due_s > PAUSE_S / 2.0:
            self._send(self._encoder.silence(until_s, self._place(until_s)))
        while self._due_s <= until_s:
            self._send(self._encoder.silence(self._due_s, self._place(self._due_s)))

    def _place(self, captured_s: float) -> int:
        """Return the timestamp of the packet captured then; it follows the one before unless some are missing."""
        gap_s = captured_s - self._due_s
        if gap_s > GAP_S:
            self._pts += round(gap_s * AUDIO_CLOCK_HZ)
        pts = self._pts
        self._pts, self._due_s = pts + PACKET_SAMPLES, captured_s + PACKET_S
        return pts
