"""A tape between two clocks: what is read is what was captured then."""

import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.channels.ring import PACKET_S, PACKET_SAMPLES
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples
from avatar_live.sound.tape import Tape

HZ = 1_000.0


def captured(start_s: float, pace: float = 1.0, hz: float = HZ) -> Samples:
    """Return a packet of a device whose samples lie `pace` times as far apart as they should: left and right differ."""
    at_s = start_s + np.arange(PACKET_SAMPLES) * pace / AUDIO_CLOCK_HZ
    return np.stack([np.sin(2 * np.pi * hz * at_s), np.cos(2 * np.pi * hz * at_s)], axis=1).astype(np.float32)


def read(pace: float, seconds: float, phase_s: float, hz: float = HZ) -> tuple[float, NDArray[np.float32]]:
    """Return the time of the first sample that was read, and all (n, 2)."""
    tape, parts, due_s = Tape(), [], 10.0 + phase_s
    for number in range(round(seconds / PACKET_S)):
        start_s = 10.0 + number * PACKET_S * pace
        tape.write(start_s, captured(start_s, pace, hz))
        while tape.is_ready(due_s):
            parts.append(tape.read(due_s))
            due_s += PACKET_S
    return 10.0 + phase_s, np.concatenate(parts)


@pytest.mark.parametrize("phase_s", [0.0, 0.0071234, 0.019])
def test_between_two_samples_is_what_was_between_them(phase_s: float) -> None:
    start_s, heard = read(1.0, 1.0, phase_s, hz=9_000.0)
    at_s = start_s + np.arange(len(heard)) / AUDIO_CLOCK_HZ
    error = heard[PACKET_SAMPLES:, 0] - np.sin(2 * np.pi * 9_000.0 * at_s)[PACKET_SAMPLES:]
    assert np.abs(error).max() < 0.003


@pytest.mark.parametrize("pace", [1.000_1, 0.999_9, 1.000_4])
def test_a_clock_that_drifts_stays_in_time_and_never_cracks(pace: float) -> None:
    start_s, heard = read(pace, 20.0, 0.005)
    at_s = start_s + np.arange(len(heard)) / AUDIO_CLOCK_HZ
    last = slice(-AUDIO_CLOCK_HZ // 5, None)
    turn = np.sum(heard[last, 0] * np.exp(-2j * np.pi * HZ * at_s[last]))
    assert abs(np.angle(turn) + np.pi / 2) / (2 * np.pi * HZ) < 0.001
    steepest = 2 * np.pi * HZ / AUDIO_CLOCK_HZ
    assert np.abs(np.diff(heard[PACKET_SAMPLES:], axis=0)).max() < 1.01 * steepest


def test_lost_packets_leave_silence_with_soft_edges_and_time_stays_right() -> None:
    tape, parts = Tape(), []
    for number in [*range(10), *range(13, 25)]:
        tape.write(number * PACKET_S, captured(number * PACKET_S))
    for number in range(2, 20):
        parts.append(tape.read(number * PACKET_S))
    heard = np.concatenate(parts)
    assert np.abs(heard[8 * PACKET_SAMPLES + 48 : 11 * PACKET_SAMPLES - 48]).max() < 1e-3
    after = heard[12 * PACKET_SAMPLES :, 0]
    at_s = 14 * PACKET_S + np.arange(len(after)) / AUDIO_CLOCK_HZ
    assert np.abs(after - np.sin(2 * np.pi * HZ * at_s)).max() < 0.01


def test_another_clock_begins_anew_and_what_lies_outside_is_silence() -> None:
    tape = Tape()
    assert not tape.read(3.0).any()
    tape.write(5.0, captured(5.0))
    tape.write(2.0, captured(2.0))  # as after a change of the device
    tape.write(2.02, captured(2.02))
    assert not tape.is_ready(5.0)
    assert tape.is_ready(2.0)
    early = tape.read(1.99)
    assert not early[:400].any() and np.abs(early[500:]).max() > 0.9
