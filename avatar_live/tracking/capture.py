"""The thread that reads a source, so that the tracker always finds its newest picture and never waits in a driver."""

import math
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
RETRY_S: Final = 10.0  # a webcam that is there and gave no pictures may be another program's no longer
LASTING_S: Final = 5.0  # a webcam that gave pictures for so long is opened anew before anything else is tried
# Some drivers never return. On Linux OpenCV itself gives up before (`V4L_WAIT_S`).
PICTURE_S_MAX: Final = 4.0
OPEN_S_MAX: Final = 20.0  # some webcams take 10 s to open on Windows


class Capture:
    """Read `camera` (see `open_source`) until closed; what cannot be read gives way to the bundled performance.

    Pictures wait in `newest`; what recorded senses say is handed to `say` when it is due, on this thread, since none of
    it may be lost to the next. `words` says which source is on; `reason` is added to them where the performance is
    asked for in need. A webcam that is missing or lost is tried again when one is plugged in, and now and then.
    """

    def __init__(
        self,
        camera: str,
        say: Callable[[Sense], None],
        reason: str = "",
        *,
        opened: Callable[[str], Source] = open_source,
        plugged: Callable[[], list[Camera]] = plugged_cameras,
        retry_s: float = RETRY_S,
        lasting_s: float = LASTING_S,
    ) -> None:
        self.newest: Latest[Picture] = Latest()
        self.words = "opening the camera"
        self._say = say
        self._opened, self._plugged = opened, plugged
        self._retry_s, self._lasting_s = retry_s, lasting_s
        self._expect(math.inf, is_open=False)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._read, args=(camera, reason), name="capture", daemon=True)
        self._thread.start()

    def check(self, now_s: float) -> None:
        """Raise CameraError when a webcam's driver does not open and never returns; RuntimeError for what only another
        process can help: one that gave pictures does not return, or a library failed in a way nobody foresaw.
        """
        if not self._thread.is_alive():
            raise RuntimeError("the capture thread died; its traceback is above")
        if now_s - self._heard_s <= self._heard_s_max:
            return
        if self._is_open:
            raise RuntimeError(f"{self.words} hangs in its driver")
        raise CameraError("The camera does not open, its driver hangs: plug it in again, or choose another.")

    def close(self) -> None:
        """Stop reading and let go of the camera."""
        self._stop.set()
        is_hung = clock.now_s() - self._heard_s > self._heard_s_max
        self._thread.join(0.0 if is_hung else STOP_S_MAX)

    def _read(self, camera: str, reason: str) -> None:
        is_webcam = camera == AUTO or camera.isdecimal()
        opening_s_max = OPEN_S_MAX if is_webcam else math.inf
        found: Source | None = None
        while not self._stop.is_set():
            listed = self._plugged()
            self._expect(opening_s_max, is_open=False)
            try:
                source = found or (Performer(reason) if reason else self._opened(camera))
            except CameraError as error:
                if reason:  # not even the recording plays
                    self.words = f"nothing ({reason} {error})"
                    self._expect(math.inf, is_open=False)
                    self._stop.wait()
                    return
                reason = str(error)
                continue
            is_missed = is_webcam and isinstance(source, Performer)
            began_s = clock.now_s()
            self._expect(PICTURE_S_MAX if is_webcam and not is_missed else math.inf, is_open=True)
            wanted = camera if is_missed and (reason or listed) else ""
            reason, found = self._play(source, listed if is_missed else None, wanted)
            if reason and is_webcam and clock.now_s() - began_s >= self._lasting_s:
                reason = ""
        if found is not None:  # opened while we were told to stop
            found.close()

    def _expect(self, heard_s_max: float, *, is_open: bool) -> None:
        """Note that the source is heard now, and how long its driver may take from here on."""
        self._heard_s, self._heard_s_max, self._is_open = clock.now_s(), heard_s_max, is_open

    def _play(self, source: Source, listed: list[Camera] | None, wanted: str) -> tuple[str, Source | None]:
        """Read until told to stop or, with a list, until other cameras are plugged in, or the wanted one opens again.

        Return what went wrong, and the wanted camera if it opened.
        """
        self.words = source.words
        look_s, retry_s = clock.now_s() + LOOK_PERIOD_S, clock.now_s() + self._retry_s
        try:
            while not self._stop.is_set():
                seen = source.read(self._stop)
                self._heard_s = clock.now_s()
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
                if wanted and clock.now_s() >= retry_s:
                    retry_s = clock.now_s() + self._retry_s
                    if (found := self._again(wanted)) is not None:
                        return "", found
        except CameraError as error:
            return str(error), None
        finally:
            source.close()
        return "", None

    def _again(self, camera: str) -> Source | None:
        """Return the webcam if it opens now."""
        self._expect(OPEN_S_MAX, is_open=False)
        try:
            source = self._opened(camera)
        except CameraError:
            return None
        finally:
            self._expect(math.inf, is_open=True)
        return None if isinstance(source, Performer) else source
