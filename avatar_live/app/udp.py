"""Whether UDP, which carries every picture, gets through this machine: each address sends itself a packet."""

import contextlib
import ipaddress
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import psutil

from avatar_live.protocol.ice import IceServer

WAIT_S: Final = 0.5  # a packet to oneself takes microseconds, where nothing swallows it
STUN_WAIT_S: Final = 1.5
STUN_TRIES: Final = 2
STUN_PORT: Final = 3478
STUN_BYTES: Final = 20  # a request without attributes (RFC 8489, 5)
STUN_MAGIC: Final = b"\x21\x12\xa4\x42"


@dataclass(frozen=True, slots=True)
class UdpReport:
    """Say which addresses a packet came back on, on which it did not, and how many of the ports are free."""

    works: tuple[str, ...]
    blocked: tuple[str, ...]
    ports_taken: bool = False


def try_udp(addresses: Sequence[str], ports: range | None = None) -> UdpReport:
    """Send a packet from each address to itself, from the ports that pictures will use."""
    works: list[str] = []
    blocked: list[str] = []
    is_taken = False
    for address in addresses:
        opened = _open(address, ports)
        if opened is None:
            is_taken = is_taken or ports is not None
            blocked.append(address)
            continue
        with opened:
            (works if _hears_itself(opened) else blocked).append(address)
    return UdpReport(tuple(works), tuple(blocked), is_taken)


def own_addresses() -> list[str]:
    """Return the addresses at which viewers may reach this machine, without those of one link and the loopback."""
    found = []
    for of_interface in psutil.net_if_addrs().values():
        for entry in of_interface:
            if entry.family not in (socket.AF_INET, socket.AF_INET6):
                continue
            with contextlib.suppress(ValueError):
                address = ipaddress.ip_address(entry.address.partition("%")[0])
                if not (address.is_loopback or address.is_link_local):
                    found.append(str(address))
    return found


def asks_stun(server: IceServer) -> bool:
    """Say whether a STUN or TURN server over UDP answers a binding request; what is not UDP is not tried."""
    host, _, port = server.url.partition(":")[2].partition("?")[0].rpartition(":")
    if not port.isdecimal():
        host, port = f"{host}:{port}".strip(":"), str(STUN_PORT)
    request = b"\x00\x01\x00\x00" + STUN_MAGIC + secrets.token_bytes(12)
    with contextlib.suppress(OSError):
        for family, kind, _, _, address in socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM):
            with socket.socket(family, kind) as asking:
                asking.settimeout(STUN_WAIT_S)
                for _ in range(STUN_TRIES):
                    with contextlib.suppress(OSError):
                        asking.sendto(request, address)
                        if asking.recv(2_048)[4:STUN_BYTES] == request[4:]:
                            return True
    return False


def _open(address: str, ports: range | None) -> socket.socket | None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for port in ports if ports is not None else (0,):
        opened = socket.socket(family, socket.SOCK_DGRAM)
        try:
            opened.bind((address, port))
        except OSError:
            opened.close()
            continue
        return opened
    return None


def _hears_itself(opened: socket.socket) -> bool:
    word = secrets.token_bytes(16)
    opened.settimeout(WAIT_S)
    with contextlib.suppress(OSError):
        opened.sendto(word, opened.getsockname())
        return opened.recv(64) == word
    return False
