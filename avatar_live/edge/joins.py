"""How often somebody may come: a call for a stream costs keys, sockets and an answer, a line a look at the books, and a
file or an answer over HTTP a millisecond of the loop that keeps the room.
"""

from collections import OrderedDict
from typing import Final

from avatar_live.edge.address import household, is_own
from avatar_live.room.bucket import Allowance, Bucket, take

JOIN_ALLOWANCE: Final = Allowance(rate_hz=1.0, burst=30.0)  # a household or an office behind one address
LINE_ALLOWANCE: Final = Allowance(rate_hz=20.0, burst=600.0)  # lines, which all come back at once after a restart
FOLLOW_UP_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=60.0)  # candidates and goodbyes of the same household
REQUEST_ALLOWANCE: Final = Allowance(rate_hz=50.0, burst=2_000.0)  # over HTTP; a page that opens makes about eight
ADDRESSES_MAX: Final = 4_096


class JoinRate:
    """Count how often each household calls; of `ADDRESSES_MAX` addresses the one longest silent is forgotten."""

    def __init__(self, allowance: Allowance = JOIN_ALLOWANCE) -> None:
        self._allowance = allowance
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> int:
        """Count one call and return 0, or return in how many seconds the next one will be taken."""
        if is_own(address):
            return 0  # a program on this machine needs no stream to keep it busy
        address = household(address)
        bucket = self._buckets.get(address, Bucket())
        taken = take(bucket, self._allowance, now_s)
        if taken is None:
            return max(1, round(1.0 / self._allowance.rate_hz))
        self._buckets[address] = taken
        self._buckets.move_to_end(address)
        if len(self._buckets) > ADDRESSES_MAX:
            self._buckets.popitem(last=False)
        return 0
