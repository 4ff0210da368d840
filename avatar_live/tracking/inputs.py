"""The host as other programs and devices see them: packets in, the newest given pose out, beside the camera.

Sources are told in the streamer's order, first wins (see `mocap.mix`). Everything is read on one thread of its own, so
a camera that hangs holds up no phone.
"""

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Final, Protocol

from avatar_live import clock
from avatar_live.mocap.mix import FRESH_S, Told, mixed
from avatar_live.mocap.part import Part
from avatar_live.mocap.spec import DEVICES, INPUTS_MAX, InputSpec, SpecError, parse_input, together
from avatar_live.signals import GivenPose
from avatar_live.tracking.desk_source import DeskSource
from avatar_live.tracking.receiver import Receiver

# Between two looks at the sources, so that a flood costs no more than what a turn takes in: see PACKETS_A_TURN_MAX.
TURN_S: Final = 1.0 / 200.0
LOOK_S: Final = 1.0 / 60.0  # to the next look at what wakes nobody, such as a pointer
IDLE_S: Final = 0.1  # where everything wakes, orders and words are looked at this often
WORDS_PERIOD_S: Final = 1.0
STOP_S_MAX: Final = 1.0


class GivingSource(Protocol):
    """Give parts of a pose, whatever it reads: a port, a pointer, a gamepad.

    `wakes` is what becomes readable when there is something new, or None for a source that is looked at now and then.
    """

    packets: int
    packets_dropped: int

    @property
    def waiting(self) -> str:
        """Say for people what it waits for, or why it cannot; viewers read it too, so no addresses."""

    @property
    def wakes(self) -> socket.socket | None:
        """Return the port to wait for."""

    def poll(self) -> Part | None:
        """Return what is new since the last call, or None; never wait, never raise."""

    def close(self) -> None:
        """Let go of the port or device."""


Opened = Callable[[InputSpec], GivingSource]
Say = Callable[[GivenPose], None]


def open_source(spec: InputSpec) -> GivingSource:
    """Open what a spec names."""
    return DeskSource(spec) if spec.kinds[0] in DEVICES else Receiver(spec)


class Inputs:
    """Listen to `specs` (see `mocap.spec`) until closed, and `say`, on a thread of its own, what they give together."""

    def __init__(self, specs: Sequence[str], say: Say, *, opened: Opened = open_source) -> None:
        self.words = ""
        self._faults: list[str] = []
        parsed: list[InputSpec] = []
        for text in specs[:INPUTS_MAX]:
            try:
                parsed.append(parse_input(text))
            except SpecError as error:
                self._faults.append(str(error))
        self._sources = [(spec, opened(spec)) for spec in together(parsed)]
        self._told: list[Told | None] = [None] * len(self._sources)
        if len(specs) > INPUTS_MAX:
            self._faults.append(f"Only the first {INPUTS_MAX} inputs are listened to.")
        self._words_due_s = clock.now_s()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._tell(clock.now_s())
        if self._sources:
            self._thread = threading.Thread(target=self._listen, args=(say,), name="inputs", daemon=True)
            self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Tell whether the thread still listens; it ends by itself only by a fault that nobody foresaw."""
        return self._thread is None or self._thread.is_alive()

    def figures(self) -> dict[str, float]:
        """Return how many sources live and how many packets came and were dropped, where there are any sources."""
        if not self._sources:
            return {}
        return {
            "inputs_live": float(sum(self._are_live(clock.now_s()))),
            "packets": float(sum(source.packets for _, source in self._sources)),
            "packets_dropped": float(sum(source.packets_dropped for _, source in self._sources)),
        }

    def close(self) -> None:
        """Stop listening; what was given is taken back."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(STOP_S_MAX)

    def _listen(self, say: Say) -> None:
        with contextlib.ExitStack() as opened:
            for _, source in self._sources:
                opened.callback(source.close)
            while not self._stop.wait(TURN_S):
                self._wait()
                now_s = clock.now_s()
                if self._hear(now_s):
                    told = [told for told in self._told if told is not None]
                    say(mixed(told, now_s))
                self._tell(now_s)
            say(mixed((), clock.now_s()))

    def _wait(self) -> None:
        """Return when a source has something new, or it is time to look at those that wake nobody."""
        ports = [port for _, source in self._sources if (port := source.wakes) is not None]
        if not ports:
            self._stop.wait(LOOK_S)
            return
        with selectors.DefaultSelector() as selector:
            for port in ports:
                selector.register(port, selectors.EVENT_READ)
            selector.select(IDLE_S if len(ports) == len(self._sources) else LOOK_S)

    def _hear(self, now_s: float) -> bool:
        """Poll every source; tell whether one gave something."""
        is_new = False
        for place, (spec, source) in enumerate(self._sources):
            part = source.poll()
            if part is not None:
                self._told[place] = Told(part, now_s, spec.regions)
                is_new = True
        return is_new

    def _are_live(self, now_s: float) -> list[bool]:
        return [told is not None and now_s - told.at_s <= FRESH_S for told in self._told]

    def _tell(self, now_s: float) -> None:
        """Say once a second who moves the host and who is waited for."""
        if now_s < self._words_due_s:
            return
        self._words_due_s = now_s + WORDS_PERIOD_S
        sources = list(zip(self._sources, self._are_live(now_s), strict=True))
        live = [spec.kind for (spec, _), is_live in sources if is_live]
        words = [f"moved by {' and '.join(live)}"] if live else []
        words += [source.waiting for (_, source), is_live in sources if not is_live]
        self.words = "; ".join([*words, *self._faults])
