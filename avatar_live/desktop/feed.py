"""The show's events, as the event API tells them, on the window's thread."""

import contextlib
import threading
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

import msgspec
from PySide6.QtCore import QObject, Signal
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.programs import ToProgram, to_program

AGAIN_S: Final = 0.5  # after a connection that broke: the server may be starting again
OPEN_S_MAX: Final = 2.0
CLOSE_S_MAX: Final = 0.5
BREAKS: Final = (OSError, WebSocketException, TimeoutError, msgspec.DecodeError)


class Feed(QObject):
    """Follow the events from `start` to `stop`, over restarts of the server, each event once."""

    arrived = Signal(object)  # ApiEvent

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._connection: ClientConnection | None = None
        self._lock = threading.Lock()
        self._seen = ("", 0)  # epoch and number of the newest event

    def start(self, url: str, token: str) -> None:
        """Follow the events of the server at `url`."""
        self.stop()
        self._stopped.clear()
        self._thread = threading.Thread(target=self._follow, args=(url, token), name="feed", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop following; nothing arrives afterwards."""
        self._stopped.set()
        with self._lock:
            connection = self._connection
        if connection is not None:
            connection.close()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _follow(self, url: str, token: str) -> None:
        self._seen = ("", 0)
        while not self._stopped.is_set():
            with contextlib.suppress(*BREAKS), self._connected(url, token) as connection:
                for line in connection:
                    self._take(to_program(line))
            self._stopped.wait(AGAIN_S)

    @contextlib.contextmanager
    def _connected(self, url: str, token: str) -> Iterator[ClientConnection]:
        epoch, seq = self._seen
        with connect(
            f"{url}?since={seq}&epoch={quote(epoch)}",
            additional_headers={"Authorization": f"Bearer {token}"},
            open_timeout=OPEN_S_MAX,
            close_timeout=CLOSE_S_MAX,
            proxy=None,
        ) as connection:
            with self._lock:
                self._connection = connection
            if self._stopped.is_set():  # `stop` came before there was a connection to close
                connection.close()
            try:
                yield connection
            finally:
                with self._lock:
                    self._connection = None

    def _take(self, event: ApiEvent | ToProgram | None) -> None:
        if not isinstance(event, ApiEvent):
            return
        epoch, seq = self._seen
        if not self._stopped.is_set() and (event.epoch != epoch or event.seq > seq):
            self._seen = (event.epoch, event.seq)
            self.arrived.emit(event)
