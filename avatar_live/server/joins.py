"""How often somebody may call for a stream: each call costs keys, sockets and an answer."""

import ipaddress
from collections import OrderedDict
from typing import Final

from avatar_live.room.bucket import Allowance, Bucket, take

JOIN_ALLOWANCE: Final = Allowance(rate_hz=1.0, burst=30.0)  # a household or an office behind one address
ADDRESSES_MAX: Final = 4_096
# Not limited: a program on this machine needs no stream to keep it busy.
OWN_ADDRESSES: Final = ("127.0.0.1", "::1", "::ffff:127.0.0.1")


def household(address: str) -> str:
    """Return by what the caller at an address is counted.

    From the internet that is the /64 of an IPv6 address, since each line has all 2^64 of them. In a local network each
    address counts for itself.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    if not parsed.is_global:
        return address
    return str(ipaddress.IPv6Address(int(parsed) >> 64 << 64))


class JoinRate:
    """Count the offers of each household; of `ADDRESSES_MAX` addresses the one longest silent is forgotten."""

    def __init__(self, allowance: Allowance = JOIN_ALLOWANCE) -> None:
        self._allowance = allowance
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def wait_s(self, address: str, now_s: float) -> int:
        """Count one offer and return 0, or return in how many seconds the next one will be taken."""
        if address in OWN_ADDRESSES:
            return 0
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
