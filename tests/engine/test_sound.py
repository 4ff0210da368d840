"""What viewers hear: the microphone in step with the picture's clock, silence without it, nothing of a hidden host."""

import itertools
import queue
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live import clock
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.engine.sound import LOOK_S, PAUSE_S, Sound, Voice
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, EncodedFrame

WAIT_S = 10.0
LAG_S = 0.045
TONE_HZ = 700.0
SILENCE_BYTES_MAX = 3  # by which the broadcast knows silence


def tone(number: int) -> NDArray[np.int16]:
    at = np.arange(PACKET_SAMPLES) + number * PACKET_SAMPLES
    wave = 12_000 * np.sin(at * 2 * np.pi * TONE_HZ / AUDIO_CLOCK_HZ)
    return np.repeat(wave[:, None], CHANNELS, axis=1).astype(np.int16)


def decoded(frames: list[EncodedFrame]) -> NDArray[np.float64]:
    """Return the left ear's samples in -1..1."""
    codec = av.CodecContext.create("libopus", "r")
    assert isinstance(codec, av.AudioCodecContext)
    codec.sample_rate, codec.layout, codec.format = AUDIO_CLOCK_HZ, "stereo", "s16"
    sounds = [sound.to_ndarray() for frame in frames for sound in codec.decode(av.Packet(frame.data))]
    return np.concatenate(sounds, axis=1).reshape(-1, 2)[:, 0].astype(np.float64) / 32_768


def frequency_hz(samples: NDArray[np.float64]) -> float:
    return float(np.abs(np.fft.rfft(samples * np.hanning(len(samples)))).argmax()) * AUDIO_CLOCK_HZ / len(samples)


class Studio:
    """A microphone and the voice that hears it, in virtual time."""

    def __init__(self, folder: Path, now_s: float = 1_000.0, *, is_muted: bool = False) -> None:
        self.sent: list[EncodedFrame] = []
        self.ring = SoundRing(folder / "sound")
        self.now_s = now_s
        self.voice = Voice(self.sent.append, SoundRing(folder / "sound"), now_s, is_muted=is_muted)
        self._next_s = now_s
        self._spoken = 0

    def run(self, seconds: float, *, speaks: bool, lag_s: float = LAG_S) -> list[EncodedFrame]:
        """Let time pass and return what was sent meanwhile."""
        before = len(self.sent)
        end_s = self.now_s + seconds
        while self.now_s < end_s - LOOK_S / 2:
            self.now_s += LOOK_S
            if speaks:
                self._next_s = max(self._next_s, self.now_s - lag_s - LOOK_S)
                while self._next_s <= self.now_s - lag_s:
                    self.ring.write(self._next_s, tone(self._spoken))
                    self._next_s += PACKET_S
                    self._spoken += 1
            self.voice.step(self.now_s)
        return self.sent[before:]


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio(tmp_path)


def steps(frames: list[EncodedFrame]) -> set[int]:
    return {after.pts - before.pts for before, after in itertools.pairwise(frames)}


def test_without_a_microphone_silence_keeps_the_pace(studio: Studio) -> None:
    frames = studio.run(1.0, speaks=False)
    assert len(frames) == pytest.approx(50, abs=1)
    assert steps(frames) == {PACKET_SAMPLES}
    assert max(len(frame.data) for frame in frames) <= SILENCE_BYTES_MAX
    assert frames[-1].captured_s == pytest.approx(studio.now_s, abs=PACKET_S)
    assert frames[-1].pts == pytest.approx(frames[-1].captured_s * AUDIO_CLOCK_HZ, abs=2)


def test_a_microphone_is_heard_with_its_own_time_and_without_a_jump(studio: Studio) -> None:
    quiet = studio.run(0.5, speaks=False)
    frames = studio.run(1.0, speaks=True)
    assert steps([*quiet, *frames]) == {PACKET_SAMPLES}
    assert frequency_hz(decoded(frames)[9_600:]) == pytest.approx(TONE_HZ, abs=2)
    assert frames[-1].captured_s == pytest.approx(studio.now_s - LAG_S, abs=PACKET_S)
    assert [len(frame.data) > SILENCE_BYTES_MAX for frame in frames] == [True] * len(frames)
    assert (studio.voice.packets, studio.voice.dropped) == (len(frames), 0)


def test_timestamp_and_captured_time_stay_together_through_a_pause_of_the_microphone(studio: Studio) -> None:
    spoken = studio.run(1.0, speaks=True)
    apart_s = spoken[-1].captured_s - spoken[-1].pts / AUDIO_CLOCK_HZ
    for speaks in (False, True):
        frames = studio.run(1.0, speaks=speaks)
        assert len(frames) == pytest.approx(50, abs=PAUSE_S / PACKET_S + 2)
        assert all(step >= PACKET_SAMPLES for step in steps(frames))
        for frame in frames:
            assert frame.captured_s - frame.pts / AUDIO_CLOCK_HZ == pytest.approx(apart_s, abs=PACKET_S + 0.001)


def test_lost_packets_leave_their_place_empty(studio: Studio) -> None:
    frames = studio.run(0.5, speaks=True)
    studio._next_s += 3 * PACKET_S
    frames += studio.run(0.5, speaks=True)
    assert steps(frames) == {PACKET_SAMPLES, 4 * PACKET_SAMPLES}


def test_a_clock_that_drifts_is_told_by_its_times_and_not_by_cracks(studio: Studio) -> None:
    drift_s = 0.000_02  # a packet: a thousand times what sound cards do
    start_s = studio.now_s
    for number in range(500):
        studio.ring.write(start_s + number * (PACKET_S + drift_s), tone(number))
        studio.voice.step(start_s + number * PACKET_S + 0.1)
    assert steps(studio.sent) == {PACKET_SAMPLES}
    told_s = studio.sent[-1].captured_s - studio.sent[0].captured_s
    assert told_s == pytest.approx(499 * (PACKET_S + drift_s))


def test_sound_that_waited_while_the_engine_stood_still_is_not_said(studio: Studio) -> None:
    studio.ring.write(studio.now_s, tone(0))
    studio.now_s += 5.0
    frames = studio.run(0.1, speaks=False)
    assert frames and all(len(frame.data) <= SILENCE_BYTES_MAX for frame in frames)
    assert frames[0].captured_s == pytest.approx(studio.now_s, abs=0.15)
    assert studio.voice.dropped == 1
    assert len(frames) < 10, "and what was missed is not made up for"


def test_nothing_of_a_hidden_host_is_heard_not_even_afterwards(studio: Studio) -> None:
    studio.run(0.5, speaks=True)
    studio.voice.mute(True, studio.now_s)
    hidden_s = studio.now_s
    hidden = studio.run(1.0, speaks=True)
    assert steps(hidden) == {PACKET_SAMPLES}
    studio.voice.mute(False, studio.now_s)
    back_s = studio.now_s
    after = studio.run(1.0, speaks=True)
    assert all(len(frame.data) <= SILENCE_BYTES_MAX for frame in hidden)
    assert np.abs(decoded(hidden)).max() < 1e-3
    late = [frame for frame in after if frame.captured_s < back_s]
    assert late and all(len(frame.data) <= SILENCE_BYTES_MAX for frame in late), "said while hidden, arrived later"
    assert frequency_hz(decoded(after[len(late) + 2 :])) == pytest.approx(TONE_HZ, abs=2)
    assert hidden[0].captured_s < hidden_s


def test_an_engine_that_starts_behind_the_card_is_mute(tmp_path: Path) -> None:
    studio = Studio(tmp_path, is_muted=True)
    assert all(len(frame.data) <= SILENCE_BYTES_MAX for frame in studio.run(0.5, speaks=True))


def test_the_thread_sends_what_a_microphone_says_now_and_stops(tmp_path: Path) -> None:
    sent: queue.Queue[EncodedFrame] = queue.Queue()
    sound = Sound(sent.put, SoundRing(tmp_path / "sound"))
    assert len(sent.get(timeout=WAIT_S).data) <= SILENCE_BYTES_MAX
    ring, captured_s = SoundRing(tmp_path / "sound"), clock.now_s()
    ring.write(captured_s, tone(0))
    while True:
        frame = sent.get(timeout=WAIT_S)
        if len(frame.data) > SILENCE_BYTES_MAX:
            break
    assert frame.captured_s == captured_s
    sound.close()
    while not sent.empty():
        sent.get()
    ring.write(clock.now_s(), tone(1))
    with pytest.raises(queue.Empty):
        sent.get(timeout=0.1)
