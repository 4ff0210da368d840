"""A guest's sound: packets of 20 ms at a steady pace, however it came, and nothing of a guest who is gone."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av import AudioFrame

from avatar_live.channels.processes import GUEST_RING
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundPacket, SoundRing
from avatar_live.inlets.sounds import LEAP_S, GuestSounds
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ

TURN = 480  # each sample says its own number, modulo this


class Line:
    """A guest whose frames come when the test says so, and who listens to them."""

    def __init__(self, folder: Path) -> None:
        self.now_s = 1_000.0
        self.sounds = GuestSounds(folder, lambda: self.now_s)
        self.reader = SoundRing(folder / GUEST_RING)

    def say(self, first: int, samples: int = PACKET_SAMPLES) -> None:
        numbers = ((first + np.arange(samples)) % TURN).astype(np.int16)
        frame = AudioFrame.from_ndarray(np.repeat(numbers, CHANNELS)[None, :], format="s16", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = AUDIO_CLOCK_HZ, first, Fraction(1, AUDIO_CLOCK_HZ)
        self.sounds.hear(frame)

    def heard(self) -> list[SoundPacket]:
        return self.reader.read()

    def close(self) -> None:
        self.sounds.close()
        self.reader.close()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    opened = Line(tmp_path)
    yield opened
    opened.close()


def test_a_packet_is_heard_at_the_time_at_which_it_was_whole_less_its_length(line: Line) -> None:
    line.say(0)
    (packet,) = line.heard()
    assert packet.captured_s == pytest.approx(line.now_s - PACKET_S)
    assert packet.samples[:3].tolist() == [[0, 0], [1, 1], [2, 2]]


@pytest.mark.parametrize("samples", [480, 960, 1_440, 2_880])
def test_frames_of_any_length_become_packets_of_twenty_milliseconds(line: Line, samples: int) -> None:
    heard: list[SoundPacket] = []
    for first in range(0, 2_880 * 2, samples):
        line.say(first, samples)
        heard += line.heard()
    assert len(heard) == 6
    whole = np.concatenate([packet.samples for packet in heard])[:, 0]
    assert (whole == np.arange(6 * PACKET_SAMPLES) % TURN).all()


def test_frames_that_come_in_bursts_are_heard_at_a_steady_pace(line: Line) -> None:
    heard: list[SoundPacket] = []
    for number in range(300):
        if number % 3 == 0:
            line.now_s += 3 * PACKET_S
        line.say(number * PACKET_SAMPLES)
        heard += line.heard()
    steps_s = np.diff([packet.captured_s for packet in heard])
    assert np.abs(steps_s - PACKET_S).max() < 0.001
    assert heard[-1].captured_s == pytest.approx(line.now_s, abs=3 * PACKET_S)


def test_what_was_lost_leaves_its_place(line: Line) -> None:
    line.say(0)
    line.say(5 * PACKET_SAMPLES)
    before, after = line.heard()
    assert after.captured_s - before.captured_s == pytest.approx(5 * PACKET_S, abs=0.005)


def test_the_start_of_a_packet_whose_end_was_lost_is_not_put_before_another(line: Line) -> None:
    line.say(0, 480)
    line.say(480 * 9, 960)
    (packet,) = line.heard()
    assert packet.samples[0, 0] == 480 * 9 % TURN


def test_a_guest_whose_clock_leaps_is_heard_at_once(line: Line) -> None:
    line.say(0)
    line.now_s += LEAP_S + 1.0
    line.say(PACKET_SAMPLES)
    assert line.heard()[-1].captured_s == pytest.approx(line.now_s - PACKET_S)


def test_nothing_of_a_guest_who_is_gone_is_put_before_the_next(line: Line) -> None:
    line.say(0, 480)
    line.sounds.clear()
    line.say(480, 960)
    (packet,) = line.heard()
    assert packet.samples[0, 0] == 0 and packet.captured_s == pytest.approx(line.now_s - PACKET_S)
