"""How often somebody may come: a call for a stream costs keys, sockets and an answer, a line a look at the books, and a
file or an answer over HTTP a millisecond of the loop that keeps the room.
"""

from collections import OrderedDict
from typing import Final

from avatar_live.edge.address import household, is_own, site
from avatar_live.room.bucket import Allowance, Bucket, take

JOIN_ALLOWANCE: Final = Allowance(rate_hz=1.0, burst=30.0)  # a household or an office behind one address
LINE_ALLOWANCE: Final = Allowance(rate_hz=20.0, burst=600.0)  # lines, which all come back at once after a restart
FOLLOW_UP_ALLOWANCE: Final = Allowance(rate_hz=5.0, burst=60.0)  # candidates and goodbyes of the same household
PAGE_REQUESTS: Final = 10  # over HTTP; a page that opens makes about eight
PAGES_MIN: Final = 50  # however few lines an address may have, its pages may be opened again and again
SITE_HOUSEHOLDS: Final = 16  # a /48 of IPv6 has 65,536 households: a provider's customers, or all one attacker's
ADDRESSES_MAX: Final = 4_096


def request_allowance(lines_each_max: int) -> Allowance:
    """Let all pages of an address open at once, and in the long run a tenth of as many requests a second."""
    pages = max(lines_each_max, PAGES_MIN)
    return Allowance(rate_hz=pages / 10.0, burst=float(pages * PAGE_REQUESTS))


class JoinRate:
    """Count how often each household calls, and each site; of `ADDRESSES_MAX` the one longest silent is forgotten."""

    def __init__(self, allowance: Allowance = JOIN_ALLOWANCE) -> None:
        self._allowance = allowance
        self._site_allowance = Allowance(allowance.rate_hz * SITE_HOUSEHOLDS, allowance.burst * SITE_HOUSEHOLDS)
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> int:
        """Count one call and return 0, or return in how many seconds the next one will be taken."""
        if is_own(address):
            return 0  # a program on this machine needs no stream to keep it busy
        counted = {household(address): self._allowance}
        if place := site(address):
            counted[place] = self._site_allowance
        taken: dict[str, Bucket] = {}
        for name, allowance in counted.items():
            bucket = take(self._buckets.get(name, Bucket()), allowance, now_s)
            if bucket is None:
                return max(1, round(1.0 / allowance.rate_hz))
            taken[name] = bucket
        for name, bucket in taken.items():
            self._buckets[name] = bucket
            self._buckets.move_to_end(name)
        while len(self._buckets) > ADDRESSES_MAX:
            self._buckets.popitem(last=False)
        return 0
