"""A source of poses that needs no camera: the devices on the host's desk, asked whenever a pose is wanted."""

import contextlib
from collections.abc import Callable, Collection
from typing import Final, Generic, Protocol, TypeVar

from avatar_live.mocap.desk import Desk, DeskSeen
from avatar_live.signals import GivenPose
from avatar_live.tracking.gamepad import Gamepads, open_gamepads
from avatar_live.tracking.screens import DeskError, Screen, open_screen

POINTER, KEYBOARD, GAMEPAD = "pointer", "keyboard", "gamepad"
KINDS: Final = (POINTER, KEYBOARD, GAMEPAD)
RETRY_S: Final = 2.0


class _Closed(Protocol):
    def close(self) -> None: ...


_Device = TypeVar("_Device", bound=_Closed)
_Answer = TypeVar("_Answer")


class DeskSource:
    """Give the pose of a host who uses `kinds` of devices, some of `KINDS`; every call comes from one thread.

    A device that is missing or lost is tried again every 2 s; `trouble` says so meanwhile, and is empty otherwise.
    """

    def __init__(
        self,
        kinds: Collection[str],
        *,
        opened_screen: Callable[[], Screen] = open_screen,
        opened_gamepads: Callable[[], Gamepads] = open_gamepads,
        retry_s: float = RETRY_S,
    ) -> None:
        self._kinds = frozenset(kinds)
        self._screen = _Retried(opened_screen, retry_s)
        self._gamepads = _Retried(opened_gamepads, retry_s)
        self._desk = Desk()

    @property
    def trouble(self) -> str:
        """Why a device tells nothing, in one sentence each."""
        return " ".join(filter(None, (self._screen.trouble, self._gamepads.trouble)))

    def poll(self, now_s: float) -> GivenPose | None:
        """Return the pose of this moment, or None while no device is used."""
        seen = DeskSeen(
            pointer=self._screen.ask(lambda screen: screen.pointer(), now_s) if POINTER in self._kinds else None,
            keys=self._screen.ask(lambda screen: screen.keys(), now_s) if KEYBOARD in self._kinds else None,
            pad=self._gamepads.ask(lambda gamepads: gamepads.pad(), now_s) if GAMEPAD in self._kinds else None,
        )
        return self._desk.at(seen, now_s)

    def close(self) -> None:
        """Let go of the devices."""
        self._screen.close()
        self._gamepads.close()


class _Retried(Generic[_Device]):
    """Keep a device open, and try again where it cannot be."""

    def __init__(self, opened: Callable[[], _Device], retry_s: float) -> None:
        self.trouble = ""
        self._opened = opened
        self._retry_s = retry_s
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
            self.trouble, self._next_s = str(error), now_s + self._retry_s
            return None
        self.trouble = ""
        return answer

    def close(self) -> None:
        device, self._device = self._device, None
        if device is not None:
            with contextlib.closing(device):
                pass
