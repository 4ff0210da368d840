"""The devices on the host's desk as a source of poses: it needs no camera and no other program."""

import contextlib
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from avatar_live import clock
from avatar_live.mocap.desk import Desk, DeskSeen
from avatar_live.mocap.part import Part
from avatar_live.mocap.spec import GAMEPAD, KEYBOARD, POINTER, InputSpec
from avatar_live.tracking.gamepad import Gamepads, open_gamepads
from avatar_live.tracking.screens import DeskError, Screen, open_screen

LOOK_PERIOD_S: Final = 1.0 / 70.0  # a little less than a turn of who looks 60 times a second
RETRY_S: Final = 2.0
NO_GAMEPAD: Final = "no gamepad is plugged in"


class _Closed(Protocol):
    def close(self) -> None: ...


_Device = TypeVar("_Device", bound=_Closed)
_Answer = TypeVar("_Answer")


class DeskSource:
    """Give the pose of a host who uses the devices of `spec`; a device that is missing is tried again every 2 s."""

    wakes: None = None

    def __init__(
        self,
        spec: InputSpec,
        *,
        opened_screen: Callable[[], Screen] = open_screen,
        opened_gamepads: Callable[[], Gamepads] = open_gamepads,
        now: Callable[[], float] = clock.now_s,
    ) -> None:
        self.packets = self.packets_dropped = 0  # none ever come
        self._kinds = spec.kinds
        self._screen, self._gamepads = _Retried(opened_screen), _Retried(opened_gamepads)
        self._now = now
        self._due_s = now()
        self._desk = Desk()
        self._lacks_pad = False

    @property
    def waiting(self) -> str:
        """Say why a device tells nothing, or that none is touched."""
        pads_trouble = self._gamepads.trouble or (NO_GAMEPAD if self._lacks_pad else "")
        troubles = filter(None, (self._screen.trouble, pads_trouble))
        return "; ".join(troubles) or f"waiting for a touch of the {' or the '.join(self._kinds)}"

    def poll(self) -> Part | None:
        """Return the pose of this moment, or None while no device is used."""
        now_s = self._now()
        if now_s < self._due_s:
            return None
        self._due_s = now_s + LOOK_PERIOD_S
        seen = DeskSeen(
            pointer=self._screen.ask(lambda screen: screen.pointer(), now_s) if POINTER in self._kinds else None,
            keys=self._screen.ask(lambda screen: screen.keys(), now_s) if KEYBOARD in self._kinds else None,
            pad=self._gamepads.ask(lambda gamepads: gamepads.pad(), now_s) if GAMEPAD in self._kinds else None,
        )
        self._lacks_pad = GAMEPAD in self._kinds and seen.pad is None
        return self._desk.at(seen, now_s)

    def close(self) -> None:
        """Let go of the devices."""
        self._screen.close()
        self._gamepads.close()


class _Retried(Generic[_Device]):
    """Keep a device open, and try again where it cannot be."""

    def __init__(self, opened: Callable[[], _Device]) -> None:
        self.trouble = ""
        self._opened = opened
        self._device: _Device | None = None
        self._next_s: float | None = None

    def ask(self, question: Callable[[_Device], _Answer], now_s: float) -> _Answer | None:
        """Return the device's answer, or None while there is no device."""
        if self._device is None and self._next_s is not None and now_s < self._next_s:
            return None
        try:
            if self._device is None:
                self._device = self._opened()
            answer = question(self._device)
        except DeskError as error:
            self.close()
            self.trouble, self._next_s = str(error), now_s + RETRY_S
            return None
        self.trouble = ""
        return answer

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with contextlib.closing(device):
                pass
