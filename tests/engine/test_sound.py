"""The sound's thread: it hears the microphone, does what the engine asks, says what is wrong, and stops."""

import math
import queue
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.channels.processes import EnginePlan
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.engine.console import STALE_S
from avatar_live.engine.sound import Sound
from avatar_live.signals.encoded import EncodedFrame

SILENCE_BYTES_MAX = 3


@pytest.fixture
def sent() -> "queue.Queue[EncodedFrame]":
    return queue.Queue()


@pytest.fixture
def sound(tmp_path: Path, sent: "queue.Queue[EncodedFrame]") -> Iterator[Sound]:
    made = Sound(sent.put, SoundRing(tmp_path / "sound"), EnginePlan(str(tmp_path), ""))
    yield made
    made.close()


def tone() -> "np.ndarray[tuple[int, ...], np.dtype[np.int16]]":
    wave = 12_000 * np.sin(np.arange(PACKET_SAMPLES) * 0.1)
    return np.repeat(wave[:, None], CHANNELS, axis=1).astype(np.int16)


def test_the_thread_sends_what_a_microphone_says_now_and_stops(tmp_path: Path) -> None:
    sent: queue.Queue[EncodedFrame] = queue.Queue()
    sound = Sound(sent.put, SoundRing(tmp_path / "sound"), EnginePlan(str(tmp_path), ""))
    assert len(sent.get(timeout=DEADLINE_S).data) <= SILENCE_BYTES_MAX
    ring, said_s = SoundRing(tmp_path / "sound"), -math.inf
    while len((frame := sent.get(timeout=DEADLINE_S)).data) <= SILENCE_BYTES_MAX:
        if clock.now_s() > said_s + 2.0 * STALE_S:  # again, where a busy machine was too late for it
            said_s = clock.now_s()
            for number in range(4):
                ring.write(said_s + number * PACKET_S, tone())
    assert frame.captured_s == pytest.approx(said_s, abs=3 * PACKET_S)
    sound.close()
    while not sent.empty():
        sent.get()
    ring.write(clock.now_s(), tone())
    with pytest.raises(queue.Empty):
        sent.get(timeout=0.1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_died_is_told_to_who_can_start_anew(sound: Sound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sound._console, "step", lambda _: [].pop())
    end_s = clock.now_s() + DEADLINE_S
    with pytest.raises(RuntimeError, match="its traceback is above"):
        while clock.now_s() < end_s:
            sound.follow(clock.now_s(), ())


def test_music_that_cannot_be_played_is_told_and_the_sound_goes_on(sound: Sound, tmp_path: Path) -> None:
    sound.use_music(str(tmp_path / "missing.mp3"))
    end_s = clock.now_s() + DEADLINE_S
    while not sound.fault:
        assert clock.now_s() < end_s
    assert "no sound file" in sound.fault
    sound.use_music("")
    assert sound.fault == ""
