"""Ask the screen where the pointer is and how many keys are down.

The devices are asked, never listened to: there is no stream of keys in this program that could be read along. Each
answer names no key, and what it was counted from is gone when it is given.
"""

import contextlib
import ctypes
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from avatar_live.mocap.desk import Keys, Pointer
from avatar_live.tracking import key_halves

NO_SCREEN: Final = "pointer and keys cannot be seen without a screen: start the show in a desktop session"
WAYLAND: Final = "Wayland hides pointer and keys from other programs: log in with X11, or take a gamepad"
LOST: Final = "the screen that showed pointer and keys is gone, and is looked for again"


class DeskError(Exception):
    """Say in a few words why a device cannot be read and what to do next."""


class Screen(Protocol):
    """A screen with its mouse and its keyboard; asking it raises DeskError once it is gone."""

    def pointer(self) -> Pointer:
        """Say where the pointer is and which buttons are down."""

    def keys(self) -> Keys:
        """Say how many keys of each half of the keyboard are down."""

    def close(self) -> None:
        """Let go of it."""


def open_screen(environment: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Screen:
    """Return this session's screen. Raises DeskError where none can be seen."""
    if platform == "win32":
        return WindowsScreen(ctypes.CDLL("user32"))
    if platform == "darwin":
        return MacScreen(ctypes.CDLL("/System/Library/Frameworks/ApplicationServices.framework/ApplicationServices"))
    if environment.get("WAYLAND_DISPLAY"):  # its X11 stand-in tells of the pointer only over X11's own windows
        raise DeskError(WAYLAND)
    if not environment.get("DISPLAY"):
        raise DeskError(NO_SCREEN)
    return X11Screen(environment["DISPLAY"])


class X11Screen:
    """Ask an X11 server by its name, such as ":0". Raises DeskError."""

    def __init__(self, name: str) -> None:
        try:
            from Xlib import X, display
            from Xlib.error import ConnectionClosedError, DisplayError, XError
        except ImportError as error:
            raise DeskError("pointer and keys cannot be seen without python-xlib: install it again") from error
        self._masks = int(X.Button1Mask), int(X.Button3Mask)
        self._faults = (ConnectionClosedError, XError, OSError)
        try:
            self._display: Any = display.Display(name)
        except (DisplayError, OSError, OverflowError) as error:  # the last for a number that no port has
            raise DeskError(NO_SCREEN) from error
        screen = self._display.screen()
        self._root, self._size_px = screen.root, (screen.width_in_pixels, screen.height_in_pixels)

    def pointer(self) -> Pointer:
        with self._asking():
            seen = self._root.query_pointer()
        places = _share(seen.root_x, 0, self._size_px[0]), _share(seen.root_y, 0, self._size_px[1])
        return Pointer(*places, *(bool(seen.mask & mask) for mask in self._masks))

    def keys(self) -> Keys:
        with self._asking():
            down = int.from_bytes(self._display.query_keymap(), "little")
        return Keys((down & _X11_LEFT).bit_count(), (down & _X11_RIGHT).bit_count())

    def close(self) -> None:
        with contextlib.suppress(*self._faults):
            self._display.close()

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except self._faults as error:
            raise DeskError(LOST) from error


class WindowsScreen:
    """Ask Windows through `user32`, which is always there."""

    def __init__(self, user32: Any) -> None:
        self._user32 = user32
        self._left, self._right = (
            {user32.MapVirtualKeyW(scan, _SCAN_TO_KEY) for scan in scans} - {0}
            for scans in (key_halves.LEFT_SCANS, key_halves.RIGHT_SCANS)
        )
        self._right |= key_halves.RIGHT_WINDOWS

    def pointer(self) -> Pointer:
        point = (ctypes.c_long * 2)()
        self._user32.GetCursorPos(ctypes.byref(point))  # stays at 0, 0 while the screen is locked
        left, top, width, height = (self._user32.GetSystemMetrics(metric) for metric in _VIRTUAL_SCREEN)
        places = _share(point[0], left, width), _share(point[1], top, height)
        return Pointer(*places, *(self._is_down(button) for button in (_LEFT_BUTTON, _RIGHT_BUTTON)))

    def keys(self) -> Keys:
        return Keys(sum(map(self._is_down, self._left)), sum(map(self._is_down, self._right)))

    def close(self) -> None:
        pass  # nothing was opened

    def _is_down(self, key: int) -> bool:
        return bool(self._user32.GetAsyncKeyState(key) & 0x8000)


class MacScreen:
    """Ask macOS through its ApplicationServices; without the right to monitor input no key is ever down."""

    def __init__(self, services: Any) -> None:
        self._services = services
        services.CGEventCreate.restype = ctypes.c_void_p
        services.CGEventGetLocation.argtypes, services.CGEventGetLocation.restype = [ctypes.c_void_p], _Point
        services.CFRelease.argtypes = [ctypes.c_void_p]
        services.CGDisplayBounds.restype = _Rectangle
        services.CGEventSourceKeyState.argtypes = [ctypes.c_int32, ctypes.c_uint16]
        for state in (services.CGEventSourceKeyState, services.CGEventSourceButtonState):
            state.restype = ctypes.c_bool

    def pointer(self) -> Pointer:
        services = self._services
        event = services.CGEventCreate(None)
        point = services.CGEventGetLocation(event)
        services.CFRelease(event)
        bounds = services.CGDisplayBounds(services.CGMainDisplayID())
        places = _share(point.x, bounds.x, bounds.width), _share(point.y, bounds.y, bounds.height)
        return Pointer(*places, *(services.CGEventSourceButtonState(_HID_STATE, button) for button in (0, 1)))

    def keys(self) -> Keys:
        is_down = self._services.CGEventSourceKeyState
        halves = (key_halves.LEFT_MAC, key_halves.RIGHT_MAC)
        return Keys(*(sum(bool(is_down(_HID_STATE, key)) for key in half) for half in halves))

    def close(self) -> None:
        pass  # nothing was opened


class _Point(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double))


class _Rectangle(ctypes.Structure):
    _fields_ = (("x", ctypes.c_double), ("y", ctypes.c_double), ("width", ctypes.c_double), ("height", ctypes.c_double))


_X11_FIRST_KEY: Final = 8  # X11's key codes are Linux's, moved by this
_X11_LEFT: Final = sum(1 << (code + _X11_FIRST_KEY) for code in key_halves.LEFT_SCANS)
_X11_RIGHT: Final = sum(1 << (code + _X11_FIRST_KEY) for code in key_halves.RIGHT_SCANS | key_halves.RIGHT_LINUX)
_SCAN_TO_KEY: Final = 1  # MAPVK_VSC_TO_VK
_VIRTUAL_SCREEN: Final = (
    76,
    77,
    78,
    79,
)  # SM_XVIRTUALSCREEN and the next: left, top, width, height
_LEFT_BUTTON, _RIGHT_BUTTON = 1, 2  # VK_LBUTTON, VK_RBUTTON
_HID_STATE: Final = 1  # kCGEventSourceStateHIDSystemState: the devices themselves


def _share(place: float, start: float, length: float) -> float:
    """Return how far along a length a place is, 0..1 inside it."""
    return (place - start) / max(length - 1.0, 1.0)
