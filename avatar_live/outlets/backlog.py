"""What waits for one outlet, and what a slow one misses: never a frame that needs one it did not get."""

import threading
from collections import deque
from typing import Final

from avatar_live.outlets.timeline import Stamped

PACKETS_MAX: Final = 320  # 4 s of 30 frames and 50 packets of sound: more is a network that does not carry the show


class Backlog:
    """Keep packets in order between the process's loop and the outlet's thread; closed, it keeps nothing.

    It begins with a keyframe. At its limit everything in it is dropped, and it begins again with the next keyframe.
    """

    def __init__(self) -> None:
        self._waiting: deque[Stamped] = deque()
        self._changed = threading.Condition()
        self._is_open = False
        self._is_in_lobby = True
        self._has_begun = False
        self._is_interrupted = False
        self.dropped = 0  # frames of the video since the start, but for those before a first keyframe

    @property
    def needs_keyframe(self) -> bool:
        """Whether nothing can leave before a keyframe comes."""
        return self._is_open and self._is_in_lobby

    def open(self) -> None:
        """Keep packets from the next keyframe on."""
        with self._changed:
            self._is_open = self._is_in_lobby = True
            self._has_begun = False

    def close(self) -> None:
        """Forget what waits and keep nothing."""
        with self._changed:
            self._is_open = False
            self._waiting.clear()

    def interrupt(self) -> None:
        """Let `take` return None from now on, also to who waits in it."""
        with self._changed:
            self._is_interrupted = True
            self._changed.notify_all()

    def put(self, stamped: Stamped) -> None:
        """Append a packet, or count a frame that cannot be taken."""
        with self._changed:
            if not self._is_open:
                return
            frame = stamped.frame
            if len(self._waiting) >= PACKETS_MAX:
                self.dropped += sum(waiting.frame.kind == "video" for waiting in self._waiting)
                self._waiting.clear()
                self._is_in_lobby = True
            if self._is_in_lobby and not (frame.kind == "video" and frame.is_keyframe):
                self.dropped += frame.kind == "video" and self._has_begun
                return
            self._is_in_lobby, self._has_begun = False, True
            self._waiting.append(stamped)
            self._changed.notify()

    def take(self, timeout_s: float) -> Stamped | None:
        """Return the oldest packet; None when none came in time, or when interrupted."""
        with self._changed:
            if not self._waiting and not self._is_interrupted:
                self._changed.wait(timeout_s)
            return None if self._is_interrupted or not self._waiting else self._waiting.popleft()
