"""Gamepads through SDL, which brings a virtual one of its own: everything but the plug is real."""

import contextlib
import signal
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from patience import DEADLINE_S

from avatar_live.mocap.desk import Pad
from avatar_live.mocap.grips import Thumbwork
from avatar_live.tracking.gamepad import SdlGamepads, open_gamepads

FULL = 32_767


@pytest.fixture
def gamepads() -> Iterator[SdlGamepads]:
    opened = open_gamepads()
    assert isinstance(opened, SdlGamepads)
    with contextlib.closing(opened):
        if opened.pad() is not None:
            pytest.skip("needs a machine without a gamepad")
        yield opened


class Virtual:
    """A gamepad with six axes and fifteen buttons that only SDL knows of; its axes and buttons are in SDL's order."""

    def __init__(self) -> None:
        import sdl2

        self._sdl: Any = sdl2
        self._number = sdl2.SDL_JoystickAttachVirtual(sdl2.SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0)
        assert self._number >= 0, sdl2.SDL_GetError()
        self._joystick = sdl2.SDL_JoystickOpen(self._number)

    def tilt(self, axis: str, value: int) -> None:
        assert self._sdl.SDL_JoystickSetVirtualAxis(self._joystick, self._code("AXIS", axis), value) == 0

    def press(self, button: str) -> None:
        assert self._sdl.SDL_JoystickSetVirtualButton(self._joystick, self._code("BUTTON", button), 1) == 0

    def unplug(self) -> None:
        self._sdl.SDL_JoystickClose(self._joystick)
        assert self._sdl.SDL_JoystickDetachVirtual(self._number) == 0

    def _code(self, kind: str, name: str) -> int:
        return int(getattr(self._sdl, f"SDL_CONTROLLER_{kind}_{name}"))


def test_a_gamepad_is_found_when_it_is_plugged_in_and_missed_when_it_is_not(gamepads: SdlGamepads) -> None:
    virtual = Virtual()
    assert gamepads.pad() == Pad()
    virtual.unplug()
    assert gamepads.pad() is None


def test_sticks_triggers_and_buttons_arrive_at_their_hands(gamepads: SdlGamepads) -> None:
    virtual = Virtual()
    gamepads.pad()  # SDL takes the first it hears of an axis for its rest
    for axis, value in (
        ("LEFTX", -FULL - 1), ("LEFTY", -FULL), ("TRIGGERLEFT", -FULL - 1),
        ("RIGHTX", 0), ("RIGHTY", FULL), ("TRIGGERRIGHT", FULL),
    ):  # fmt: skip
        virtual.tilt(axis, value)
    for button in ("LEFTSHOULDER", "A"):
        virtual.press(button)
    assert gamepads.pad() == Pad(
        left=Thumbwork((-1.0, 1.0), trigger=0.0, is_shoulder_down=True),
        right=Thumbwork((0.0, -1.0), trigger=1.0, is_thumb_down=True),
    )
    virtual.unplug()


def test_a_process_that_reads_gamepads_still_ends_when_it_is_told_to() -> None:
    program = "import os; from avatar_live.tracking.gamepad import *; open_gamepads(); os.kill(os.getpid(), 15)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=10 * DEADLINE_S, check=False)
    assert ended.returncode == -signal.SIGTERM, ended.stderr.decode()
