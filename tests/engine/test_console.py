"""What viewers hear: all that sounds, in step with the picture's clock, and nothing of a hidden host."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.engine.console import BEHIND_S_MAX, LAG_S_MAX, LATE_S_MAX, LATE_SAMPLES, PAUSE_S, Console
from avatar_live.engine.sound import LOOK_S
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, EncodedFrame
from avatar_live.signals.sound import SoundLevels
from avatar_live.sound.effects import Play
from avatar_live.sound.level import Samples

LAG_S = 0.045
TONE_HZ = 700.0
MUSIC_HZ = 3_000.0
SILENCE_BYTES_MAX = 3  # by which the broadcast knows silence


def wave(hz: float, start_s: float, pace: float = 1.0) -> Samples:
    at = start_s + np.arange(PACKET_SAMPLES) * pace / AUDIO_CLOCK_HZ
    return np.repeat(0.35 * np.sin(2 * np.pi * hz * at)[:, None], CHANNELS, axis=1).astype(np.float32)


def decoded(frames: list[EncodedFrame]) -> NDArray[np.float64]:
    """Return the left ear's samples (n,) in -1..1."""
    codec = av.CodecContext.create("libopus", "r")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format = AUDIO_CLOCK_HZ, "stereo", "s16"
    sounds = [sound.to_ndarray() for frame in frames for sound in codec.decode(av.Packet(frame.data))]
    return np.concatenate(sounds, axis=1).reshape(-1, 2)[:, 0].astype(np.float64) / 32_768


def frequency_hz(samples: NDArray[np.float64]) -> float:
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax()) * AUDIO_CLOCK_HZ / len(samples)


def power(samples: NDArray[np.float64], hz: float) -> float:
    """Return the amplitude of a frequency."""
    at = np.arange(len(samples)) / AUDIO_CLOCK_HZ
    window = np.hanning(len(samples))
    return 2.0 * float(abs(np.sum(samples * window * np.exp(-2j * np.pi * hz * at)))) / float(window.sum())


class Tone:
    """Music that is a tone without an end."""

    def __init__(self, hz: float) -> None:
        self._hz, self._count = hz, 0

    def read(self) -> Samples | None:
        self._count += 1
        return wave(self._hz, (self._count - 1) * PACKET_S)


class Studio:
    """A microphone and the console that hears it, in virtual time."""

    def __init__(self, folder: Path, *, is_muted: bool = False, levels: SoundLevels | None = None) -> None:
        self.sent: list[EncodedFrame] = []
        self.now_s = 1_000.0
        self.ring = SoundRing(folder / "sound")
        click = np.zeros((PACKET_SAMPLES, CHANNELS), np.float32)
        click[:48] = 0.8
        self.console = Console(
            self.sent.append,
            SoundRing(folder / "sound"),
            {"click": click},
            levels or SoundLevels(),
            self.now_s,
            is_muted=is_muted,
        )
        self._next_s = self.now_s
        self._pace = 1.0

    def run(self, seconds: float, *, speaks: bool, lag_s: float = LAG_S, pace: float = 1.0) -> list[EncodedFrame]:
        """Let time pass and return what was sent meanwhile; a microphone's packets take `pace` times 20 ms."""
        before = len(self.sent)
        end_s = self.now_s + seconds
        while self.now_s < end_s - LOOK_S / 2:
            self.now_s += LOOK_S
            if speaks:
                self._next_s = max(self._next_s, self.now_s - lag_s - LOOK_S)
                while self._next_s + PACKET_S <= self.now_s - lag_s + PACKET_S:
                    samples = wave(TONE_HZ, self._next_s, pace) * 32_767.0
                    self.ring.write(self._next_s, samples.astype(np.int16))
                    self._next_s += PACKET_S * pace
            self.console.step(self.now_s)
        return self.sent[before:]

    def run_with_guest(self, seconds: float, ring: SoundRing, hz: float) -> list[EncodedFrame]:
        """Let a guest speak meanwhile, whose packets come by threes."""
        before, end_s = len(self.sent), self.now_s + seconds
        while self.now_s < end_s - LOOK_S / 2:
            came_s = self.now_s
            for k in range(3):
                at_s = came_s + (k - 2) * PACKET_S
                ring.write(at_s, (wave(hz, at_s) * 32_767.0).astype(np.int16))
            self.run(3 * PACKET_S, speaks=False)
        return self.sent[before:]

    def lose(self, packets: int) -> None:
        self._next_s += packets * PACKET_S


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def steps(frames: list[EncodedFrame]) -> set[int]:
    return {after.pts - before.pts for before, after in itertools.pairwise(frames)}


def is_silent(frames: list[EncodedFrame]) -> bool:
    return all(len(frame.data) <= SILENCE_BYTES_MAX for frame in frames)


def test_without_a_microphone_silence_keeps_the_pace(studio: Studio) -> None:
    frames = studio.run(1.0, speaks=False)
    assert len(frames) == pytest.approx(50, abs=1)
    assert steps(frames) == {PACKET_SAMPLES}
    assert is_silent(frames)
    assert frames[-1].captured_s == pytest.approx(studio.now_s, abs=3 * PACKET_S)


def test_every_timestamp_is_the_time_of_its_capture(studio: Studio) -> None:
    for speaks in (False, True, False, True):
        frames = studio.run(0.7, speaks=speaks)
        assert all(frame.pts == round(frame.captured_s * AUDIO_CLOCK_HZ) for frame in frames)
    assert steps(studio.sent) == {PACKET_SAMPLES}, "and a microphone that comes and goes makes no crack"


def test_a_microphone_is_heard_at_its_own_time(studio: Studio) -> None:
    studio.run(0.5, speaks=False)
    frames = studio.run(2.0, speaks=True)
    assert frames[-1].captured_s == pytest.approx(studio.now_s - LAG_S, abs=2.5 * PACKET_S)
    heard = decoded(frames)[AUDIO_CLOCK_HZ:]
    assert frequency_hz(heard) == pytest.approx(TONE_HZ, abs=2)
    at_s = frames[0].captured_s + (AUDIO_CLOCK_HZ + np.arange(len(heard))) / AUDIO_CLOCK_HZ
    turn = np.sum(heard * np.exp(-2j * np.pi * TONE_HZ * at_s))
    late_s = -(np.angle(turn) + np.pi / 2) / (2 * np.pi * TONE_HZ)
    assert late_s == pytest.approx(0.0, abs=0.000_2), "limiter and codec are accounted for"
    assert studio.console.dropped == 0


def test_a_clock_that_drifts_is_followed_without_a_crack(studio: Studio) -> None:
    studio.run(0.5, speaks=True)
    frames = studio.run(20.0, speaks=True, pace=1.000_3)  # three times what the worst sound cards do
    assert steps(frames) == {PACKET_SAMPLES}
    heard = decoded(frames)[AUDIO_CLOCK_HZ:]
    steepest = 0.35 * 2 * np.pi * TONE_HZ / AUDIO_CLOCK_HZ
    assert np.abs(np.diff(heard)).max() < 1.1 * steepest, "a crack is steeper than the tone"
    last = decoded(frames[-50:])[4_800:]
    at_s = frames[-50].captured_s + (4_800 + np.arange(len(last))) / AUDIO_CLOCK_HZ
    turn = np.sum(last * np.exp(-2j * np.pi * TONE_HZ * at_s))
    assert abs(np.angle(turn) + np.pi / 2) / (2 * np.pi * TONE_HZ) < 0.001, "after 6 ms of drift it is in time"


def test_lost_packets_leave_silence_and_what_follows_is_in_its_place(studio: Studio) -> None:
    frames = studio.run(0.5, speaks=True)
    studio.lose(3)
    frames += studio.run(0.5, speaks=True)
    assert steps(frames) == {PACKET_SAMPLES}
    heard = np.abs(decoded(frames)).reshape(-1, 480).max(axis=1)
    hole = np.flatnonzero(heard[20:-5] < 0.02)
    assert 4 <= len(hole) <= 7, "60 ms of silence, but for its edges"


def test_sound_that_waited_while_the_engine_stood_still_is_not_said(studio: Studio) -> None:
    studio.ring.write(studio.now_s, (wave(TONE_HZ, 0.0) * 32_767).astype(np.int16))
    studio.now_s += 5.0
    frames = studio.run(0.1, speaks=False)
    assert frames and is_silent(frames)
    assert frames[0].captured_s == pytest.approx(studio.now_s, abs=BEHIND_S_MAX + PAUSE_S)
    assert studio.console.dropped == 1
    assert len(frames) < 10, "and what was missed is not made up for"


def test_nothing_of_a_hidden_host_is_heard_not_even_afterwards(studio: Studio) -> None:
    studio.run(0.5, speaks=True)
    studio.console.mute(True, studio.now_s)
    hidden_s = studio.now_s
    hidden = studio.run(1.0, speaks=True)
    assert steps(hidden) == {PACKET_SAMPLES}
    studio.console.mute(False, studio.now_s)
    back_s = studio.now_s
    after = studio.run(1.0, speaks=True)
    assert is_silent(hidden)
    assert np.abs(decoded(hidden)).max() < 1e-3
    late = [frame for frame in after if frame.captured_s + LATE_SAMPLES / AUDIO_CLOCK_HZ < back_s]
    assert late and is_silent(late), "said while hidden, arrived later"
    assert frequency_hz(decoded(after[len(late) + 2 :])) == pytest.approx(TONE_HZ, abs=2)
    assert hidden[0].captured_s < hidden_s


def test_an_engine_that_starts_behind_the_card_is_mute(tmp_path: Path) -> None:
    assert is_silent(Studio(tmp_path, is_muted=True).run(0.5, speaks=True))


def test_music_goes_on_behind_the_card_without_the_voice_that_it_stepped_back_for(studio: Studio) -> None:
    studio.console.music = Tone(MUSIC_HZ)
    alone = decoded(studio.run(2.0, speaks=False))[-AUDIO_CLOCK_HZ:]
    both = decoded(studio.run(2.0, speaks=True))[-AUDIO_CLOCK_HZ:]
    studio.console.mute(True, studio.now_s)
    hidden = decoded(studio.run(4.0, speaks=True))[-AUDIO_CLOCK_HZ:]
    assert power(both, MUSIC_HZ) < 0.6 * power(alone, MUSIC_HZ), "it ducks"
    assert power(both, TONE_HZ) > 0.3
    assert power(hidden, MUSIC_HZ) == pytest.approx(power(alone, MUSIC_HZ), rel=0.1), "a hidden voice ducks nothing"
    assert power(hidden, TONE_HZ) < 1e-4


def test_the_hosts_own_mute_silences_the_microphone_alone(tmp_path: Path) -> None:
    studio = Studio(tmp_path, levels=SoundLevels(is_muted=True))
    assert is_silent(studio.run(0.5, speaks=True))
    studio.console.music = Tone(MUSIC_HZ)
    heard = decoded(studio.run(1.0, speaks=True))[-AUDIO_CLOCK_HZ // 2 :]
    assert power(heard, MUSIC_HZ) > 0.05 and power(heard, TONE_HZ) < 1e-4


@pytest.mark.parametrize("speaks", [False, True])
def test_a_sound_of_a_picture_is_heard_with_that_picture_however_late_it_is_made(studio: Studio, speaks: bool) -> None:
    seen_s = 0.12  # from the camera to the picture
    at_s: list[float] = []
    for _ in range(150):
        studio.console.wait_for_picture(studio.now_s - seen_s, studio.now_s)
        if len(at_s) < 1 and studio.now_s > 1_003.0:
            at_s.append(studio.now_s - seen_s)
            assert studio.console.play(Play("click", at_s[0]))
        studio.run(0.033, speaks=speaks, lag_s=0.02)
    heard = decoded(studio.sent)
    if speaks:
        heard = np.abs(np.diff(heard))
    found_s = studio.sent[0].captured_s + int(np.argmax(np.abs(heard) > 0.5 * np.abs(heard).max())) / AUDIO_CLOCK_HZ
    assert -0.001 < found_s - at_s[0] < LATE_S_MAX + PACKET_S


def test_a_picture_that_is_far_too_late_does_not_hold_the_sound_up(studio: Studio) -> None:
    for _ in range(500):
        studio.console.wait_for_picture(studio.now_s - 5.0, studio.now_s)
    frames = studio.run(2.0, speaks=False)
    assert frames[-1].captured_s > studio.now_s - LAG_S_MAX - 3 * PACKET_S

    for _ in range(100):
        studio.console.wait_for_picture(studio.now_s, studio.now_s)
    studio.console.wait_for_picture(studio.now_s - 5.0, studio.now_s)
    frames = studio.run(1.0, speaks=False)
    assert frames[-1].captured_s > studio.now_s - 4 * PACKET_S, "one that is late moves nothing"


def test_a_placed_guest_is_heard_without_a_hole_and_no_other(studio: Studio, tmp_path: Path) -> None:
    guest = SoundRing(tmp_path / "guest")
    assert is_silent(studio.run_with_guest(0.5, guest, TONE_HZ)), "nobody listens to a guest without a place"
    studio.console.use_guest(SoundRing(tmp_path / "guest"))
    frames = studio.run_with_guest(3.0, guest, TONE_HZ)
    heard = decoded(frames)[AUDIO_CLOCK_HZ:]
    assert frequency_hz(heard) == pytest.approx(TONE_HZ, abs=2)
    assert np.abs(heard).reshape(-1, PACKET_SAMPLES // 2).max(axis=1).min() > 0.3, "no hole between its packets"
    studio.console.use_guest(None)
    assert is_silent(studio.run_with_guest(1.0, guest, TONE_HZ)[25:]), "but for the end of the last packet"


def test_behind_the_card_no_guest_is_heard(studio: Studio, tmp_path: Path) -> None:
    guest = SoundRing(tmp_path / "guest")
    studio.console.use_guest(SoundRing(tmp_path / "guest"))
    studio.run_with_guest(0.6, guest, TONE_HZ)
    studio.console.mute(True, studio.now_s)
    hidden = studio.run_with_guest(0.6, guest, TONE_HZ)
    assert is_silent(hidden)
    assert np.abs(decoded(hidden)).max() < 1e-3
