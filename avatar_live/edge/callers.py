"""Who calls: the address at the other end, or the one that a trusted proxy names.

A proxy on this machine (Caddy, nginx) makes every viewer look like a program of this machine, which is limited in
nothing. So what a proxy says of a caller is believed where the host trusts it, and where nobody said so a call that
came through one is a stranger's.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from typing import Final

from avatar_live.edge.address import UNNAMED, is_own, parsed

FORWARDED_FOR: Final = "x-forwarded-for"
_SIGNS: Final = (FORWARDED_FOR, "forwarded", "x-real-ip", "via")
_HOPS_MAX: Final = 16


class Callers:
    """Find out who calls; `proxies` are addresses or networks, such as "127.0.0.1" or "10.0.0.0/8"."""

    def __init__(self, proxies: Iterable[str] = ()) -> None:
        """Raises ValueError for what is no address and no network."""
        self._proxies = tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)

    def is_proxy(self, peer: str) -> bool:
        """Say whether others call through this peer, by the host's word."""
        address = parsed(peer)
        return address is not None and any(address in network for network in self._proxies)

    def address_of(self, peer: str, headers: Mapping[str, str]) -> str:
        """Return the address of who calls; `headers` by lower-case name.

        Every proxy adds whom it heard to the end of the header, and whoever calls may have written its beginning: so
        the last one that is no proxy of ours is who calls.
        """
        if not self.is_proxy(peer):
            return UNNAMED if is_own(peer) and any(sign in headers for sign in _SIGNS) else peer
        hops = [hop.strip() for hop in headers.get(FORWARDED_FOR, "").split(",") if hop.strip()][-_HOPS_MAX:]
        address = peer
        while hops and self.is_proxy(address):
            address = _without_port(hops.pop())
        is_known = parsed(address) is not None and (is_own(address) or not self.is_proxy(address))
        return address if is_known else UNNAMED


def _without_port(written: str) -> str:
    """Read `192.0.2.1:5000` and `[2001:db8::1]:5000`, as some proxies write."""
    if written.startswith("["):
        return written[1:].partition("]")[0]
    return written.partition(":")[0] if written.count(":") == 1 else written
