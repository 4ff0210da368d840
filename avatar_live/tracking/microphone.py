"""The host's microphone: from the sound card's callback into the ring that the engine reads, and what lips would do."""

import contextlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from avatar_live import clock
from avatar_live.channels.ring import CHANNELS, PACKET_S, PACKET_SAMPLES, SoundRing
from avatar_live.signals import VoiceReading
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.tracking.visemes import Visemes, vowel_net
from avatar_live.tracking.voice import Loudness, SampleClock, in_stereo

OFF: Final = "off"
AUTO: Final = "auto"
RETRY_S: Final = 2.0
QUIET_S_MAX: Final = 1.0  # a sound card that gives no packet for so long was unplugged
LOOK_S: Final = 0.25
STOP_S_MAX: Final = 1.0  # a driver that does not let go within this is left behind
LATENCY_S_MAX: Final = 1.0  # some drivers tell nonsense
STUMBLED: Final = "The microphone stumbled and is tried again: the log says more."
LEVEL_FALL_DB_S: Final = 12.0  # as a needle falls: who looks once a second still sees the word

Heard = Callable[[float, NDArray[np.int16]], None]  # measured time of the first sample; (960, 1 or 2) int16
Say = Callable[[VoiceReading], None]  # called on the sound card's thread

_log: Final = logging.getLogger(__name__)


class MicrophoneError(Exception):
    """Say in one sentence why nothing can be heard and what to do next."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Name a microphone of this machine by its number and by its words."""

    number: int
    name: str


class Device(Protocol):
    """An open microphone; it calls back from a thread of its own until it is closed."""

    name: str

    def close(self) -> None:
        """Stop calling back, and let go of the device."""


Opened = Callable[[str, Heard], Device]


class Microphone:
    """Listen to `choice` ("off", "auto", a number or a part of a name) until closed: the sound goes into a ring, and
    `say` gets what the mouth does, packet by packet.

    A microphone that is missing or lost is tried again every 2 s; `trouble` says so meanwhile, and is empty otherwise.
    """

    def __init__(
        self,
        choice: str,
        ring_path: Path,
        say: Say,
        *,
        opened: Opened | None = None,
        now: Callable[[], float] = clock.now_s,
        retry_s: float = RETRY_S,
    ) -> None:
        self.trouble = ""
        self._say = say
        self._level_dbfs: float | None = None
        self._opened = opened or open_device
        self._now = now
        self._retry_s = retry_s
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if choice != OFF:
            self._thread = threading.Thread(
                target=self._listen, args=(choice, ring_path), name="microphone", daemon=True
            )
            self._thread.start()

    def figures(self) -> dict[str, float]:
        """Return how loud it is, `voice_dbfs`, falling slowly after a loud moment; nothing where nothing is heard."""
        level_dbfs = self._level_dbfs
        return {} if level_dbfs is None else {"voice_dbfs": level_dbfs}

    def close(self) -> None:
        """Stop listening; nothing is written afterwards."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_S_MAX)

    def _listen(self, choice: str, ring_path: Path) -> None:
        ring = SoundRing(ring_path)
        try:
            while not self._stop.is_set():
                try:
                    self._hear(choice, ring)
                except MicrophoneError as error:
                    self.trouble = str(error)
                except Exception:  # drivers have faults that nobody has met yet
                    _log.exception("the microphone stumbled")
                    self.trouble = STUMBLED
                self._level_dbfs = None
                self._stop.wait(self._retry_s)
        finally:
            ring.close()

    def _hear(self, choice: str, ring: SoundRing) -> None:
        """Listen until told to stop. Raises MicrophoneError when there is nothing to hear."""
        loudness, samples_clock, heard_s = Loudness(), SampleClock(), self._now()
        visemes = Visemes(vowel_net())

        def heard(measured_s: float, samples: NDArray[np.int16]) -> None:
            nonlocal heard_s
            heard_s = self._now()
            if self._stop.is_set():
                return
            captured_s = samples_clock.captured_s(measured_s)
            ring.write(captured_s, loudness.level(in_stereo(samples)))
            voice = visemes.hear(samples, captured_s, is_open=loudness.is_open)
            before_dbfs = voice.level_dbfs if self._level_dbfs is None else self._level_dbfs
            self._level_dbfs = max(voice.level_dbfs, before_dbfs - LEVEL_FALL_DB_S * PACKET_S)
            self._say(voice)

        with contextlib.closing(self._opened(choice, heard)) as device:
            self.trouble = ""
            while not self._stop.wait(LOOK_S):
                if self._now() - heard_s > QUIET_S_MAX:
                    raise MicrophoneError(f"{device.name} stopped giving sound: plug it in again, or choose another.")


# --- PortAudio -------------------------------------------------------------------------------------------------------


def list_microphones() -> list[Listed]:
    """Return the microphones of this machine. Raises MicrophoneError without PortAudio."""
    return _listed(_sounddevice())


def open_device(choice: str, heard: Heard) -> Device:
    """Open a microphone through PortAudio. Raises MicrophoneError."""
    return _PortAudioDevice(choice, heard)


class _PortAudioDevice:
    def __init__(self, choice: str, heard: Heard) -> None:
        sounddevice = _sounddevice()
        self._fault: type[Exception] = sounddevice.PortAudioError
        number = _number(choice, _listed(sounddevice), _default(sounddevice))
        device = sounddevice.query_devices(number)
        self.name = str(device["name"])

        def callback(data: NDArray[np.int16], count: int, times: Any, status: Any) -> None:
            latency_s = times.currentTime - times.inputBufferAdcTime
            if not PACKET_S / 2.0 <= latency_s <= LATENCY_S_MAX:
                latency_s = PACKET_S
            heard(clock.now_s() - latency_s, data)

        try:
            self._stream = sounddevice.InputStream(
                device=number,
                samplerate=AUDIO_CLOCK_HZ,
                blocksize=PACKET_SAMPLES,
                channels=min(CHANNELS, device["max_input_channels"]),
                dtype="int16",
                latency="low",
                callback=callback,
            )
            self._stream.start()
        except sounddevice.PortAudioError as error:
            raise MicrophoneError(
                f"{self.name} cannot be opened ({error}): close what uses it, or choose another microphone."
            ) from error

    def close(self) -> None:
        with contextlib.suppress(self._fault):  # an unplugged device cannot be closed any more
            self._stream.close()


def _listed(sounddevice: Any) -> list[Listed]:
    return [
        Listed(number, str(device["name"]))
        for number, device in enumerate(sounddevice.query_devices())
        if device["max_input_channels"] > 0
    ]


def _default(sounddevice: Any) -> int | None:
    """Return the number of the system's own choice, if it has one."""
    with contextlib.suppress(sounddevice.PortAudioError):
        return int(sounddevice.query_devices(kind="input")["index"])
    return None


def _number(choice: str, listed: list[Listed], default: int | None) -> int:
    """Return the number of the device that is meant. Raises MicrophoneError when there is none."""
    if not listed:
        raise MicrophoneError("There is no microphone: plug one in.")
    if choice == AUTO:
        return listed[0].number if default is None else default
    for device in listed:
        if choice == str(device.number) or (not choice.isdecimal() and choice.lower() in device.name.lower()):
            return device.number
    names = ", ".join(f"{device.number} ({device.name})" for device in listed)
    raise MicrophoneError(f'There is no microphone "{choice}": use auto, off, or one of {names}.')


def _sounddevice() -> Any:
    """Return the library with a fresh list of devices. Raises MicrophoneError where it cannot be loaded."""
    try:
        import sounddevice
    except (ImportError, OSError) as error:
        raise MicrophoneError(
            "No microphone can be used without PortAudio: on Debian or Ubuntu, sudo apt-get install libportaudio2."
        ) from error
    try:  # PortAudio lists devices when it starts, and knows none that was plugged in later
        with contextlib.suppress(sounddevice.PortAudioError):  # a start that failed left nothing to end
            sounddevice._terminate()
        sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise MicrophoneError(f"The sound system cannot be asked for microphones ({error}): start again.") from error
    return sounddevice
