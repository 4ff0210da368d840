"""Where a line comes from: its network address, also behind proxies, and the digest by which a room knows it."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from typing import Final

from avatar_live.edge.socket import Handshake

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network
# A proxy on this machine stands for everybody; whoever banned it would empty the room.
OWN_ADDRESSES: Final = ("127.0.0.1", "::1", "")
FORWARDED_FOR: Final = "x-forwarded-for"


def address_digest(key: str, address: str) -> str:
    """Return the name under which an address is known in a room; empty for this machine's own."""
    if address in OWN_ADDRESSES:
        return ""
    return hmac.new(key.encode(), b"address:" + address.encode(), hashlib.sha256).hexdigest()


def client_address(handshake: Handshake, proxies: Sequence[IpNetwork]) -> str:
    """Return who asks; a proxy that we know is believed about who asked it, and nobody else is.

    Each proxy appends whom it heard to `X-Forwarded-For`, so the list is read from its end; what stands before the
    first address that is no proxy of ours was written by a stranger.
    """
    hops = [hop.strip() for hop in handshake.headers.get(FORWARDED_FOR, "").split(",") if hop.strip()]
    address = handshake.address
    while hops and _is_in(address, proxies):
        address = hops.pop()
    return "" if _is_in(address, proxies) else address


def _is_in(address: str, networks: Sequence[IpNetwork]) -> bool:
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)
