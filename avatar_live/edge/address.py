"""Network addresses: this machine's own, by what callers are counted, and the digest by which a room knows one."""

import hashlib
import hmac
import ipaddress
from typing import Final

# A proxy on this machine stands for everybody; whoever banned it would empty the room.
OWN_ADDRESSES: Final = ("127.0.0.1", "::1", "")
UNNAMED: Final = "behind a proxy"  # all of whom a proxy did not tell count as one caller

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def parsed(address: str) -> IpAddress | None:
    """Read an address; one of IPv4 that comes as IPv6 is one of IPv4."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return None
    mapped = read.ipv4_mapped if isinstance(read, ipaddress.IPv6Address) else None
    return mapped or read


def is_own(address: str) -> bool:
    """Say whether a program of this machine calls."""
    read = parsed(address)
    return read is not None and read.is_loopback


def household(address: str) -> str:
    """Return by what the caller at an address is counted.

    From the internet that is the /64 of an IPv6 address, since each line has all 2^64 of them. In a local network each
    address counts for itself.
    """
    read = parsed(address)
    if read is None:
        return address
    if isinstance(read, ipaddress.IPv4Address) or not read.is_global:
        return str(read)
    return str(ipaddress.IPv6Address(int(read) >> 64 << 64))


def site(address: str) -> str:
    """Return the /48 of an IPv6 address from the internet, all of which one customer may have; empty for all others."""
    read = parsed(address)
    if not isinstance(read, ipaddress.IPv6Address) or not read.is_global:
        return ""
    return f"{ipaddress.IPv6Address(int(read) >> 80 << 80)}/48"


def address_digest(key: str, address: str) -> str:
    """Return the name under which an address is known in a room; empty for this machine's own and for nobody's."""
    if address in (*OWN_ADDRESSES, UNNAMED):
        return ""
    return hmac.new(key.encode(), b"address:" + household(address).encode(), hashlib.sha256).hexdigest()
