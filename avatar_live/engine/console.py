"""The mixing console: what is sent at which time. `step` is told the time, and nothing here has a thread.

One clock rules: packets lie on a grid of 20 ms of the machine's monotonic clock, which is the video's, too, so `pts`
and `captured_s` say the same and a player hears no jump for hours. While a microphone is heard it leads: a packet is
mixed as soon as it has come, and its own clock's drift is taken up by the tape. Without one the clock is followed.

The picture of a moment leaves later than its sound could, because somebody has to see the host, and draw. So the sound
waits for a slow picture: what belongs to it is then heard in its place, or at most `LATE_S_MAX` later, as of something
that happens ten steps away. It does not wait longer, because a browser holds sound back for itself (its jitter buffer)
and would hold the picture back as well, to bring both together.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

import numpy as np

from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.encoder.audio import OpusEncoder
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, MAIN_STREAM, EncodedFrame
from avatar_live.signals.sound import SoundLevels
from avatar_live.sound.effects import Play
from avatar_live.sound.level import Samples
from avatar_live.sound.limiter import DELAY_SAMPLES
from avatar_live.sound.mixer import Mixer, Parts
from avatar_live.sound.tape import Tape

PAUSE_S: Final = 0.1  # a microphone that gives nothing for so long is off, and the monotonic clock leads
STALE_S: Final = 0.5  # no microphone is so late: what is older waited here while this process could not run
BEHIND_S_MAX: Final = 0.2  # what this process missed by more is not made up for
LAG_S_MAX: Final = 0.25  # of a picture; an older one is not waited for
LAG_FOLLOW: Final = 0.05  # of the way a picture: one that halted the show for a moment does not hold the sound up
LATE_S_MAX: Final = 0.04  # of a sound after its picture
GUEST_WAIT_S: Final = 0.08  # after a guest's sound came: packets of the internet come in bursts
OPUS_LOOK_AHEAD_S: Final = 0.0065
LATE_SAMPLES: Final = DELAY_SAMPLES + round(OPUS_LOOK_AHEAD_S * AUDIO_CLOCK_HZ)  # of what comes out of a decoder
FULL: Final = np.float32(1.0 / 32_768.0)

Send = Callable[[EncodedFrame], None]


class Source(Protocol):
    """Give sound packet by packet, (960, 2), without waiting; None while there is none."""

    def read(self) -> Samples | None: ...


class Console:
    """Mix the show's sound and send it as Opus.

    A viewer's player needs a sound track that never ends, so silence is sent while nothing sounds. What is said while
    `mute` is on leaves no trace in it; music and sounds go on meanwhile: they are the show's, not the host's.
    """

    def __init__(
        self,
        send: Send,
        ring: SoundRing,
        bank: Mapping[str, Samples],
        levels: SoundLevels,
        now_s: float,
        *,
        is_muted: bool = False,
    ) -> None:
        self.mixer = Mixer(bank, levels)
        self.music: Source | None = None
        self.speech: Source | None = None
        self.packets = 0  # of the microphone
        self._guest: tuple[SoundRing, Tape] | None = None
        self._send = send
        self._ring = ring
        self._tape = Tape()
        self._encoder = OpusEncoder(MAIN_STREAM)
        self._heard_from_s = float("inf") if is_muted else float("-inf")
        self._heard_s = float("-inf")  # when the microphone last gave something
        self._number = round(now_s / PACKET_S)  # of the packet that comes next; it begins then
        self._voice_lag_s = self._picture_lag_s = 0.0
        self._stale = 0
        self._has_spoken = False  # encoder and limiter know something of the host, or of a guest

    @property
    def dropped(self) -> int:
        """How many packets of the microphone came too late to be heard."""
        return self._stale + self._ring.dropped

    @property
    def due_s(self) -> float:
        """The captured time of the packet that comes next."""
        return self._number * PACKET_S

    def mute(self, is_on: bool, now_s: float) -> None:
        """Replace by silence all that the microphone captures while this is on, however late it comes."""
        self._heard_from_s = float("inf") if is_on else now_s

    def use_guest(self, ring: SoundRing | None) -> None:
        """Listen to a guest from now on, or to none; the ring is closed here."""
        if self._guest is not None:
            self._guest[0].close()
        self._guest = None if ring is None else (ring, Tape())

    def wait_for_picture(self, captured_s: float, now_s: float) -> None:
        """Learn that the picture of a captured time is only made now."""
        lag_s = min(max(now_s - captured_s - LATE_S_MAX, 0.0), LAG_S_MAX)
        self._picture_lag_s += LAG_FOLLOW * (lag_s - self._picture_lag_s)

    def play(self, play: Play) -> bool:
        """Play a sound at its captured time; False where it is not to be heard."""
        return self.mixer.effects.start(play, self.due_s)

    def step(self, now_s: float) -> None:
        """Send what is due."""
        self._listen(now_s)
        is_heard = now_s - self._heard_s <= PAUSE_S
        picture_s = now_s - self._picture_lag_s
        until_s = picture_s if is_heard else min(picture_s, now_s - self._voice_lag_s)
        if until_s - self.due_s > BEHIND_S_MAX:
            self._number = int(until_s / PACKET_S) - 1
        while self.due_s + PACKET_S <= until_s and (not is_heard or self._tape.is_ready(self.due_s)):
            self._send_packet()

    def close(self) -> None:
        """Let go of the encoder and the rings."""
        self._encoder.close()
        self.use_guest(None)
        self._ring.close()

    def _listen(self, now_s: float) -> None:
        """Take the microphone's packets, and the guest's."""
        if self._guest is not None:
            ring, tape = self._guest
            for packet in ring.read():
                tape.write(packet.captured_s, packet.samples * FULL)
        packets = self._ring.read()
        for packet in packets:
            if now_s - packet.captured_s > STALE_S:
                self._stale += 1
                continue
            self._tape.write(packet.captured_s, packet.samples * FULL)
            self._heard_s = now_s
            self._voice_lag_s = max(0.0, now_s - packet.captured_s - PACKET_S)
            self.packets += 1

    def _send_packet(self) -> None:
        start_s = self.due_s
        voice = self._voice(start_s)
        music = None if self.music is None else self.music.read()
        speech = None if self.speech is None else self.speech.read()
        samples = self.mixer.mix(Parts(voice, music, speech, self._guest_sound(start_s)), start_s)
        pts = self._number * PACKET_SAMPLES - LATE_SAMPLES
        self._send(self._encoder.encode(samples, pts / AUDIO_CLOCK_HZ, pts))
        self._number += 1

    def _voice(self, start_s: float) -> Samples | None:
        """Return what the microphone captured from then on; None where it was silent or is not to be heard."""
        voice = self._tape.read(start_s)
        if start_s < self._heard_from_s:
            if self._has_spoken:  # the limiter and the encoder look back by a few milliseconds, which are the host's
                self._has_spoken = False
                self.mixer.forget()
                self._encoder.close()
                self._encoder = OpusEncoder(MAIN_STREAM)
            return None
        if not voice.any():
            return None
        self._has_spoken = True
        return voice

    def _guest_sound(self, start_s: float) -> Samples | None:
        """Return what a guest says: its picture is drawn when it comes, and leaves as late as everybody's.

        Behind the panic card no guest is seen, and so none is heard.
        """
        if self._guest is None:
            return None
        sound = self._guest[1].read(start_s + self._picture_lag_s - GUEST_WAIT_S)
        if start_s < self._heard_from_s or not sound.any():
            return None
        self._has_spoken = True
        return sound
