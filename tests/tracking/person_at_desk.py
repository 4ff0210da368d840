"""Somebody who uses the mouse and the keyboard of an X server."""

from virtual_screen import Server

A = 30  # Linux' key code
X11_FIRST_KEY = 8


class Person:
    """Move the pointer and press keys of an X server, as a person does."""

    def __init__(self, server: Server) -> None:
        from Xlib import X, display
        from Xlib.ext import xtest

        self._display, self._x, self._fake = display.Display(server.name), X, xtest.fake_input

    def point(self, x_px: int, y_px: int) -> None:
        self._do(self._x.MotionNotify, 0, x=x_px, y=y_px)

    def click(self, button: int) -> None:
        self._do(self._x.ButtonPress, button)

    def press(self, *keys: int) -> None:
        for key in keys:
            self._do(self._x.KeyPress, key + X11_FIRST_KEY)

    def release(self, *keys: int) -> None:
        for key in keys:
            self._do(self._x.KeyRelease, key + X11_FIRST_KEY)

    def close(self) -> None:
        self._display.close()

    def _do(self, event: int, detail: int, **place: int) -> None:
        self._fake(self._display, event, detail, **place)
        self._display.sync()
