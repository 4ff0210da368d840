"""What waits for one viewer, and what a slow viewer misses: never a frame that needs one it did not get."""

from collections import deque
from typing import Final

from avatar_live.broadcast.parcels import Parcel

LATE_S: Final = 0.05  # one frame at 30 fps and half of the next: an older frame still waiting says that we are behind
FRAMES_MAX: Final = 16  # more can only come in one burst
SOUND_PACKETS_MAX: Final = 10  # 200 ms


class VideoQueue:
    """Keep the frames of one viewer in order; begin, and begin again after being late, with a keyframe.

    Late is measured in time and not in frames, because after a hiccup of the network process several frames are
    published at one moment, and nobody is to blame for that.
    """

    def __init__(self) -> None:
        self._waiting: deque[Parcel] = deque()
        self.is_in_lobby = True
        self.dropped = 0

    def put(self, parcel: Parcel) -> bool:
        """Append the parcel; False when this viewer is in the lobby and needs a keyframe."""
        waiting = self._waiting
        if waiting and (parcel.published_s - waiting[0].published_s > LATE_S or len(waiting) >= FRAMES_MAX):
            self.dropped += len(waiting)
            waiting.clear()
            self.is_in_lobby = True
        if not self.admits(parcel):
            return False
        waiting.append(parcel)
        return True

    def admits(self, parcel: Parcel) -> bool:
        """Say whether the viewer can show the parcel: out of the lobby a keyframe leads. It need not be kept here."""
        if self.is_in_lobby:
            if not parcel.frame.is_keyframe:
                self.dropped += 1
                return False
            self.is_in_lobby = False
        return True

    def take(self) -> Parcel | None:
        """Return the oldest parcel, or None."""
        return self._waiting.popleft() if self._waiting else None

    def refuse(self) -> None:
        """Say that the parcel just taken could not leave: without it the viewer needs a keyframe."""
        self.dropped += 1
        self.is_in_lobby = True


class AudioQueue:
    """Keep the newest 200 ms of sound; what is older is dropped and counted, because each packet stands alone."""

    def __init__(self) -> None:
        self._waiting: deque[Parcel] = deque()
        self.dropped = 0

    def put(self, parcel: Parcel) -> bool:
        """Append the parcel, always."""
        if len(self._waiting) >= SOUND_PACKETS_MAX:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(parcel)
        return True

    def admits(self, parcel: Parcel) -> bool:
        """Return True: sound needs nothing before it."""
        return True

    def take(self) -> Parcel | None:
        """Return the oldest parcel, or None."""
        return self._waiting.popleft() if self._waiting else None

    def refuse(self) -> None:
        """Say that the parcel just taken could not leave: the next stands alone."""
        self.dropped += 1
