"""What was sent of one rung just now, kept once for all viewers: packets get lost on the way to one of them."""

from collections import deque
from typing import Final

from avatar_live.broadcast.parcels import Parcel

HISTORY_S_MAX: Final = 2.0  # later no browser wants it any more
HISTORY_BYTES_MAX: Final = 4 * 1024 * 1024


class History:
    """Keep the newest parcels of a rung, for so long and so many bytes; the others forget what they held.

    Viewers remember which of the parcels they were sent and under which numbers, so that nothing is kept twice.
    """

    def __init__(self) -> None:
        self._parcels: deque[Parcel] = deque()
        self.octets = 0

    def append(self, parcel: Parcel) -> None:
        """Keep the parcel, and let go of those that are too old or too many."""
        parcels = self._parcels
        parcels.append(parcel)
        self.octets += parcel.octets
        while len(parcels) > 1 and (
            self.octets > HISTORY_BYTES_MAX or parcel.published_s - parcels[0].published_s > HISTORY_S_MAX
        ):
            stale = parcels.popleft()
            self.octets -= stale.octets
            stale.forget()
