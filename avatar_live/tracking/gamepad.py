"""The first gamepad that is plugged in, through SDL, which knows hundreds of kinds by name."""

import warnings
from typing import Any, Final, Protocol

from avatar_live.mocap.desk import Pad
from avatar_live.mocap.grips import Thumbwork
from avatar_live.tracking.screens import DeskError

STICK_FULL: Final = 32_767.0


class Gamepads(Protocol):
    """What is plugged in, now or later."""

    def pad(self) -> Pad | None:
        """Say what the hands do on the first one, or None while there is none."""

    def close(self) -> None:
        """Let go of it."""


def open_gamepads() -> Gamepads:
    """Return the gamepads of this machine. Raises DeskError without SDL."""
    return SdlGamepads()


class SdlGamepads:
    """Ask SDL; every call must come from the thread that made it."""

    def __init__(self) -> None:
        self._sdl = _sdl()
        self._pad: Any = None

    def pad(self) -> Pad | None:
        sdl = self._sdl
        sdl.SDL_GameControllerUpdate()
        if self._pad is not None and not sdl.SDL_GameControllerGetAttached(self._pad):
            self._drop()
        if self._pad is None:
            self._pad = self._first()
        if self._pad is None:
            return None
        return Pad(
            left=self._hand(
                (sdl.SDL_CONTROLLER_AXIS_LEFTX, sdl.SDL_CONTROLLER_AXIS_LEFTY, sdl.SDL_CONTROLLER_AXIS_TRIGGERLEFT),
                sdl.SDL_CONTROLLER_BUTTON_LEFTSHOULDER,
                (
                    sdl.SDL_CONTROLLER_BUTTON_DPAD_UP,
                    sdl.SDL_CONTROLLER_BUTTON_DPAD_DOWN,
                    sdl.SDL_CONTROLLER_BUTTON_DPAD_LEFT,
                    sdl.SDL_CONTROLLER_BUTTON_DPAD_RIGHT,
                    sdl.SDL_CONTROLLER_BUTTON_LEFTSTICK,
                ),
            ),
            right=self._hand(
                (sdl.SDL_CONTROLLER_AXIS_RIGHTX, sdl.SDL_CONTROLLER_AXIS_RIGHTY, sdl.SDL_CONTROLLER_AXIS_TRIGGERRIGHT),
                sdl.SDL_CONTROLLER_BUTTON_RIGHTSHOULDER,
                (
                    sdl.SDL_CONTROLLER_BUTTON_A,
                    sdl.SDL_CONTROLLER_BUTTON_B,
                    sdl.SDL_CONTROLLER_BUTTON_X,
                    sdl.SDL_CONTROLLER_BUTTON_Y,
                    sdl.SDL_CONTROLLER_BUTTON_RIGHTSTICK,
                ),
            ),
        )

    def close(self) -> None:
        self._drop()
        self._sdl.SDL_QuitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER)

    def _first(self) -> Any:
        sdl = self._sdl
        for number in range(sdl.SDL_NumJoysticks()):
            pad = sdl.SDL_GameControllerOpen(number) if sdl.SDL_IsGameController(number) else None
            if pad:
                return pad
        return None

    def _drop(self) -> None:
        if self._pad is not None:
            self._sdl.SDL_GameControllerClose(self._pad)
            self._pad = None

    def _hand(self, axes: tuple[int, int, int], shoulder: int, thumbs: tuple[int, ...]) -> Thumbwork:
        across, down, trigger = (self._sdl.SDL_GameControllerGetAxis(self._pad, axis) / STICK_FULL for axis in axes)
        is_down = self._sdl.SDL_GameControllerGetButton
        return Thumbwork(
            stick=(max(across, -1.0), -max(down, -1.0)),
            trigger=max(trigger, 0.0),
            is_shoulder_down=bool(is_down(self._pad, shoulder)),
            is_thumb_down=any(is_down(self._pad, button) for button in thumbs),
        )


def _sdl() -> Any:
    """Return SDL with its gamepads started. Raises DeskError where it cannot be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of which of its copies it takes
            import sdl2
    except ImportError as error:
        raise DeskError("no gamepad can be read without SDL: install PySDL2 again") from error
    for hint in (
        sdl2.SDL_HINT_NO_SIGNAL_HANDLERS,  # Ctrl+C is ours
        sdl2.SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS,  # the game has the keyboard's focus, not we
        sdl2.SDL_HINT_JOYSTICK_THREAD,  # Windows tells of a gamepad that is plugged in only to a window, or to this
    ):
        sdl2.SDL_SetHint(hint, b"1")
    if sdl2.SDL_InitSubSystem(sdl2.SDL_INIT_GAMECONTROLLER) != 0:
        raise DeskError(f"no gamepad can be read ({sdl2.SDL_GetError().decode()}): start again")
    sdl2.SDL_JoystickEventState(sdl2.SDL_IGNORE)  # nobody would take the events: pads are asked
    sdl2.SDL_GameControllerEventState(sdl2.SDL_IGNORE)
    return sdl2
