"""The thread that reads a source, so that the tracker always finds its newest picture and never waits in a driver."""

import threading
from typing import Final

from avatar_live.channels import Latest
from avatar_live.signals import Readings
from avatar_live.tracking.cameras import CameraError, Performer, Picture, Source, open_source

STOP_S_MAX: Final = 1.0  # a driver that does not let go within this is left behind


class Capture:
    """Read `camera` (see `open_source`) until closed; what cannot be read gives way to the bundled performance.

    `words` says which one is on; `reason` is added to them where the performance is asked for in need.
    """

    def __init__(self, camera: str, reason: str = "") -> None:
        self.newest: Latest[Picture | Readings] = Latest()
        self.words = "opening the camera"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(camera, reason), name="capture", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading and let go of the camera."""
        self._stop.set()
        self._thread.join(STOP_S_MAX)

    def _read(self, camera: str, reason: str) -> None:
        try:
            if not reason:
                self._play(open_source(camera))
        except CameraError as error:
            reason = str(error)
        if self._stop.is_set():
            return
        try:
            self._play(Performer(reason))
        except CameraError as error:
            self.words = f"{reason} {error}"

    def _play(self, source: Source) -> None:
        self.words = source.words
        try:
            while not self._stop.is_set():
                self.newest.put(source.read(self._stop))
        finally:
            source.close()
