"""The thread that reads a source, so that the tracker always finds its newest picture and never waits in a driver."""

import threading
from collections.abc import Callable
from typing import Final

from avatar_live import clock
from avatar_live.channels import Latest
from avatar_live.mocap.replay import Sense
from avatar_live.tracking.cameras import AUTO, Camera, Performer, open_source, plugged_cameras
from avatar_live.tracking.source import CameraError, Picture, Source

STOP_S_MAX: Final = 1.0  # a driver that does not let go within this is left behind
LOOK_PERIOD_S: Final = 1.0  # while nobody performs, this often a webcam that was plugged in is looked for
SETTLE_S: Final = 0.5  # a webcam just plugged in is not ours to open at once


class Capture:
    """Read `camera` (see `open_source`) until closed; what cannot be read gives way to the bundled performance.

    Pictures wait in `newest`; what recorded senses say is handed to `say` when it is due, on this thread, since none of
    it may be lost to the next. `words` says which source is on; `reason` is added to them where the performance is
    asked for in need. A webcam that is missing or lost is tried again when one is plugged in.
    """

    def __init__(
        self,
        camera: str,
        say: Callable[[Sense], None],
        reason: str = "",
        *,
        opened: Callable[[str], Source] = open_source,
        plugged: Callable[[], list[Camera]] = plugged_cameras,
    ) -> None:
        self.newest: Latest[Picture] = Latest()
        self.words = "opening the camera"
        self._say = say
        self._opened, self._plugged = opened, plugged
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(camera, reason), name="capture", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Tell whether the thread still reads; it ends by itself only when a library fails in a way nobody foresaw."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Stop reading and let go of the camera."""
        self._stop.set()
        self._thread.join(STOP_S_MAX)

    def _read(self, camera: str, reason: str) -> None:
        is_webcam = camera == AUTO or camera.isdecimal()
        while not self._stop.is_set():
            listed = self._plugged()
            try:
                source = Performer(reason) if reason else self._opened(camera)
            except CameraError as error:
                if reason:  # not even the recording plays
                    self.words = f"nothing ({reason} {error})"
                    self._stop.wait()
                    return
                reason = str(error)
                continue
            reason = self._play(source, listed if is_webcam and isinstance(source, Performer) else None)

    def _play(self, source: Source, listed: list[Camera] | None) -> str:
        """Read until told to stop or, with a list, until other cameras are plugged in; return what went wrong."""
        self.words = source.words
        look_s = clock.now_s() + LOOK_PERIOD_S
        try:
            while not self._stop.is_set():
                seen = source.read(self._stop)
                if isinstance(seen, Picture):
                    self.newest.put(seen)
                elif not self._stop.is_set():
                    self._say(seen)
                self.words = source.words
                if listed is not None and clock.now_s() >= look_s:
                    look_s += LOOK_PERIOD_S
                    if self._plugged() != listed:
                        self._stop.wait(SETTLE_S)
                        break
        except CameraError as error:
            return str(error)
        finally:
            source.close()
        return ""
