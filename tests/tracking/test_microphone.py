"""A microphone that is there, is missing, is pulled out and comes back; the sound card is a fake."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.channels import Slot
from avatar_live.channels.processes import HEALTH_BYTES_MAX, VOICE_SLOT, Health, TrackerPlan, health_slot
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundPacket, SoundRing
from avatar_live.signals import VOICE_BYTES, VOWELS, VoiceReading, voice_from_bytes
from avatar_live.tracking.microphone import (
    AUTO,
    OFF,
    QUIET_S_MAX,
    Heard,
    Listed,
    Microphone,
    MicrophoneError,
    _number,
    list_microphones,
    open_device,
)

TONE = np.full((PACKET_SAMPLES, 1), 8_000, np.int16)
SILENCE = np.zeros((PACKET_SAMPLES, 1), np.int16)


class Card:
    """A sound card whose microphone can be plugged in, spoken into and pulled out."""

    name = "Toy microphone"

    def __init__(self) -> None:
        self.is_plugged = True
        self.asked: list[str] = []
        self.closed = 0
        self.now_s = 0.0
        self._heard: Heard | None = None
        self._opened = threading.Event()

    def open(self, choice: str, heard: Heard) -> "Card":
        self.asked.append(choice)
        if not self.is_plugged:
            raise MicrophoneError("There is no microphone: plug one in.")
        self._heard = heard
        self._opened.set()
        return self

    def close(self) -> None:
        self._opened.clear()
        self.closed += 1

    def speak(self, captured_s: float, samples: NDArray[np.int16] = TONE) -> None:
        assert self._opened.wait(DEADLINE_S)
        assert self._heard is not None
        self._heard(captured_s, samples)


def until(is_true: Callable[[], object]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not is_true():
        assert time.monotonic() < end_s
        time.sleep(0.005)


@pytest.fixture
def card() -> Card:
    return Card()


@pytest.fixture
def said() -> list[VoiceReading]:
    """Return what the microphone told of the mouth."""
    return []


@pytest.fixture
def microphone(card: Card, tmp_path: Path, said: list[VoiceReading]) -> Iterator[Microphone]:
    listening = Microphone(
        AUTO, tmp_path / "sound", said.append, opened=card.open, now=lambda: card.now_s, retry_s=0.01
    )
    yield listening
    listening.close()


def heard(ring: SoundRing) -> SoundPacket:
    packets: list[SoundPacket] = []

    def read() -> list[SoundPacket]:
        packets.extend(ring.read())
        return packets

    until(read)
    return packets[-1]


def test_what_is_said_lies_in_the_ring_in_stereo_with_its_time(
    card: Card, microphone: Microphone, tmp_path: Path
) -> None:
    ring = SoundRing(tmp_path / "sound")
    card.speak(5.0)
    packet = heard(ring)
    assert packet.captured_s == 5.0
    assert packet.samples.shape == (PACKET_SAMPLES, CHANNELS)
    assert (packet.samples[-1] == 8_000).all()
    assert microphone.trouble == ""


def ah(packets: int) -> list[NDArray[np.int16]]:
    """Return a throat's pulses, a hundred a second, through the resonances of an ah: 750, 1,200 and 2,600 Hz."""
    time_s = np.arange(480) / 48_000.0
    formants = ((750.0, 90.0, 1.0), (1_200.0, 110.0, 0.7), (2_600.0, 160.0, 0.25))
    pulse = sum(
        gain * np.exp(-np.pi * width * time_s) * np.sin(2.0 * np.pi * hz * time_s) for hz, width, gain in formants
    )
    samples = np.tile(np.rint(9_000.0 * pulse).astype(np.int16), 2 * packets)
    return list(samples.reshape(-1, PACKET_SAMPLES, 1))


def test_what_is_said_moves_the_mouth_with_the_time_of_its_sound(
    card: Card, microphone: Microphone, tmp_path: Path, said: list[VoiceReading]
) -> None:
    ring = SoundRing(tmp_path / "sound")
    for number, samples in enumerate(ah(10)):
        card.speak(3.0 + number * PACKET_S, samples)
    assert [voice.captured_s for voice in said] == [packet.captured_s for packet in ring.read()]
    assert VOWELS[int(said[-1].vowels.argmax())] == "aa" and said[-1].vowels.sum() > 0.5
    assert -25.0 < said[-1].level_dbfs < -10.0


def test_the_mouth_rests_while_the_gate_is_closed_and_the_level_is_told_all_the_same(
    card: Card, microphone: Microphone, said: list[VoiceReading]
) -> None:
    for number, samples in enumerate(ah(50)):
        card.speak(number * PACKET_S, (samples // 64).astype(np.int16))  # -54 dBFS: nobody hears it
    assert not np.array([voice.vowels for voice in said]).any()
    assert -60.0 < said[-1].level_dbfs < -48.0


def test_the_level_is_told_while_there_is_sound(card: Card, microphone: Microphone) -> None:
    assert microphone.figures() == {}
    card.speak(0.0, TONE)
    loud_dbfs = microphone.figures()["voice_dbfs"]
    assert loud_dbfs == pytest.approx(20.0 * np.log10(8_000 / 32_768), abs=0.1)
    card.speak(PACKET_S, SILENCE)
    assert loud_dbfs - 1.0 < microphone.figures()["voice_dbfs"] < loud_dbfs  # it falls slowly
    card.now_s += QUIET_S_MAX + 0.1
    until(lambda: microphone.figures() == {})


def test_a_microphone_that_is_missing_is_told_and_taken_when_it_comes(
    card: Card, microphone: Microphone, tmp_path: Path
) -> None:
    card.is_plugged = False
    card.now_s += QUIET_S_MAX + 0.1
    until(lambda: microphone.trouble == "There is no microphone: plug one in.")
    card.is_plugged = True
    until(lambda: microphone.trouble == "")
    card.speak(7.0)
    assert card.asked[-1] == AUTO


def test_a_driver_that_stumbles_is_told_and_tried_again(tmp_path: Path, said: list[VoiceReading]) -> None:
    card, has_stumbled = Card(), threading.Event()

    def opened(choice: str, heard: Heard) -> Card:
        if not has_stumbled.is_set():
            has_stumbled.set()
            raise RuntimeError("a fault that nobody has met yet")
        return card.open(choice, heard)

    microphone = Microphone(AUTO, tmp_path / "sound", said.append, opened=opened, now=lambda: card.now_s, retry_s=0.05)
    try:
        card.speak(1.0)
        assert microphone.trouble == ""
    finally:
        microphone.close()


def test_a_microphone_that_was_pulled_out_is_let_go_and_tried_again(
    card: Card, microphone: Microphone, tmp_path: Path
) -> None:
    ring = SoundRing(tmp_path / "sound")
    card.speak(1.0)
    card.now_s += QUIET_S_MAX + 0.1
    until(lambda: card.closed == 1 and len(card.asked) == 2)
    card.speak(20.0)
    heard(ring)
    assert microphone.trouble == ""


def test_nothing_is_written_after_the_end(card: Card, tmp_path: Path, said: list[VoiceReading]) -> None:
    ring = SoundRing(tmp_path / "sound")
    microphone = Microphone(AUTO, tmp_path / "sound", said.append, opened=card.open)
    card.speak(clock.now_s())
    heard(ring)
    microphone.close()
    assert card.closed == 1
    assert card._heard is not None
    card._heard(2.0, SILENCE)
    assert ring.read() == []
    assert len(said) == 1


def test_off_opens_nothing_says_nothing_and_makes_no_file(card: Card, tmp_path: Path, said: list[VoiceReading]) -> None:
    microphone = Microphone(OFF, tmp_path / "sound", said.append, opened=card.open)
    microphone.close()
    assert card.asked == [] and said == [] and microphone.figures() == {}
    assert not (tmp_path / "sound").exists()


def test_a_device_is_meant_by_its_number_or_a_part_of_its_name() -> None:
    listed = [Listed(0, "Webcam Mic"), Listed(4, "USB Audio: Blue Yeti"), Listed(7, "pulse")]
    assert [_number(choice, listed, 7) for choice in (AUTO, "4", "yeti", "web")] == [7, 4, 4, 0]
    assert _number(AUTO, listed, None) == 0
    with pytest.raises(MicrophoneError, match=r'no microphone "5": use auto, off, or one of 0 \(Webcam Mic\), 4 '):
        _number("5", listed, 7)
    with pytest.raises(MicrophoneError, match="plug one in"):
        _number(AUTO, [], None)


def test_on_a_machine_without_a_microphone_that_is_one_sentence() -> None:
    try:
        if list_microphones():
            pytest.skip("this machine has a microphone")
    except MicrophoneError as error:
        assert "libportaudio2" in str(error)  # either sentence is right, by machine
        return
    with pytest.raises(MicrophoneError, match="There is no microphone: plug one in"):
        open_device(AUTO, lambda measured_s, samples: None)


# Reads as fast as it can instead of at 48 kHz, because ALSA's null device keeps no time.
ALSA_TOY = 'pcm.toymic {{ type file slave.pcm "null" file "/dev/null" infile "{sound}" format "raw" }}'
HEAR_TOY = """
import sys, time
from pathlib import Path
from avatar_live.channels.ring import SoundRing
from avatar_live.tracking.microphone import Microphone, MicrophoneError, list_microphones
try:
    print([device.name for device in list_microphones()])
except MicrophoneError as error:
    sys.exit(str(error))
ring = SoundRing(Path(sys.argv[1]))
microphone = Microphone("TOY", Path(sys.argv[1]), lambda voice: None)
end_s = time.monotonic() + 30.0
while not (packets := ring.read()) and time.monotonic() < end_s:
    time.sleep(0.001)
microphone.close()
print(microphone.trouble, packets[-1].samples[-1].tolist())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the toy device is ALSA's")
def test_portaudio_finds_and_hears_a_device_by_a_part_of_its_name(tmp_path: Path) -> None:
    (tmp_path / "sound.raw").write_bytes(np.full((48_000 * 5, CHANNELS), [5_000, -6_000], np.int16).tobytes())
    (tmp_path / ".asoundrc").write_text(ALSA_TOY.format(sound=tmp_path / "sound.raw"))
    done = subprocess.run(
        [sys.executable, "-c", HEAR_TOY, str(tmp_path / "ring")],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
    )
    if "libportaudio2" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert "'toymic'" in done.stdout.splitlines()[0], done.stderr
    assert done.stdout.splitlines()[1] == " [5000, -6000]"


@pytest.mark.skipif(sys.platform != "linux", reason="the toy device is ALSA's")
def test_what_a_running_tracker_hears_lies_in_the_slot_that_the_engine_reads(tmp_path: Path) -> None:
    spoken = np.repeat(np.concatenate(ah(500)), CHANNELS, axis=1)
    (tmp_path / "sound.raw").write_bytes(spoken.tobytes())
    (tmp_path / ".asoundrc").write_text(ALSA_TOY.format(sound=tmp_path / "sound.raw"))
    run = tmp_path / "run"
    slot = Slot(run / VOICE_SLOT, VOICE_BYTES)
    health = Slot(health_slot(run, "tracker"), HEALTH_BYTES_MAX)
    plan = TrackerPlan(str(run), str(tmp_path / "no models"), "performance", "toymic")
    tracker = subprocess.Popen(
        [sys.executable, "-m", "avatar_live.tracking", msgspec.json.encode(plan).decode()],
        stdin=subprocess.PIPE,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    words = ""

    def vowels() -> bool:
        nonlocal words
        data, told = slot.read_new(), health.read()
        if told is not None:
            words = msgspec.json.decode(told, type=Health).status
            if "libportaudio2" in words:
                pytest.skip(words)
        return data is not None and voice_from_bytes(data).vowels[VOWELS.index("aa")] > 0.4

    try:
        until(vowels)
    finally:
        tracker.communicate()  # the end of its input is the end of the tracker
        slot.close()
        health.close()
