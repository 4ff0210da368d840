"""The thread that encodes: the newest picture wins, asks for keyframes are met and bundled, stopping stops."""

import queue
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live.clock import now_s
from avatar_live.encoder.thread import KEYFRAME_GAP_S, EncoderThread
from avatar_live.encoder.video import EncoderError
from avatar_live.signals.encoded import EncodedFrame

PICTURE = np.full((64, 64, 4), 90, np.uint8)


class Receiver:
    """Take frames; while the gate is shut the thread that sends them waits at it."""

    def __init__(self) -> None:
        self.frames: queue.Queue[EncodedFrame] = queue.Queue()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, frame: EncodedFrame) -> None:
        self.frames.put(frame)
        assert self.gate.wait(DEADLINE_S)

    def next(self) -> EncodedFrame:
        return self.frames.get(timeout=DEADLINE_S)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def encoder(receiver: Receiver) -> Iterator[EncoderThread]:
    thread = EncoderThread("main", 64, 64, 30, 100_000, receiver)
    yield thread
    receiver.gate.set()
    thread.close()


def test_a_busy_encoder_takes_the_newest_picture_and_counts_the_others(
    encoder: EncoderThread, receiver: Receiver
) -> None:
    receiver.gate.clear()
    encoder.put(PICTURE, 0.0, 0)
    receiver.next()
    for step in range(1, 6):
        encoder.put(PICTURE, step, step * 3_000)
    receiver.gate.set()
    assert receiver.next().pts == 15_000
    assert encoder.dropped == 4
    assert encoder.figures()["dropped"] == 4


def test_an_ask_is_met_at_once_and_the_next_one_not_before_the_gap(encoder: EncoderThread, receiver: Receiver) -> None:
    encoder.put(PICTURE, 0.0, 0)
    assert receiver.next().is_keyframe
    encoder.want_keyframe()
    encoder.want_keyframe()
    encoder.put(PICTURE, 0.0, 3_000)
    assert receiver.next().is_keyframe
    met_s = now_s()
    encoder.put(PICTURE, 0.0, 6_000)
    assert not receiver.next().is_keyframe, "two asks at one moment are one"
    encoder.want_keyframe()
    for step in range(1, 100_000):
        encoder.put(PICTURE, 0.0, 6_000 + step)
        if receiver.next().is_keyframe:
            break
        assert now_s() - met_s < DEADLINE_S
    assert now_s() - met_s >= KEYFRAME_GAP_S * 0.9


def test_figures_tell_rate_time_and_bitrate(encoder: EncoderThread, receiver: Receiver) -> None:
    sizes, began_s = [], now_s()
    for step in range(10):
        encoder.put(PICTURE, 0.0, step * 3_000)
        sizes.append(len(receiver.next().data))
    figures = encoder.figures()
    assert figures["fps"] == 5.0  # ten within two seconds
    assert figures["bitrate_bps"] == sum(sizes) * 8 / 2
    assert 0.0 < figures["encode_ms"] < 100.0 * (now_s() - began_s), "a tenth of what all ten took"


def test_a_failure_is_spoken_by_the_next_put(encoder: EncoderThread, receiver: Receiver) -> None:
    too_small = np.zeros((32, 32, 4), np.uint8)
    with pytest.raises(EncoderError, match=r"The video encoder stopped: .*shape"):
        for step in range(100_000):
            encoder.put(too_small, 0.0, step)
    assert receiver.frames.empty()


def test_closing_ends_the_thread_and_later_pictures_go_nowhere(receiver: Receiver) -> None:
    before = threading.active_count()
    thread = EncoderThread("main", 64, 64, 30, 100_000, receiver)
    thread.put(PICTURE, 0.0, 0)
    receiver.next()
    thread.close()
    assert threading.active_count() == before
    thread.put(PICTURE, 0.0, 3_000)
    thread.close()
    assert receiver.frames.empty()


def test_a_wrong_size_is_refused_before_a_thread_starts(receiver: Receiver) -> None:
    before = threading.active_count()
    with pytest.raises(EncoderError):
        EncoderThread("main", 63, 64, 30, 100_000, receiver)
    assert threading.active_count() == before
