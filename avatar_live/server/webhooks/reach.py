"""Post to addresses that a webhook may have: https in the public internet, or http on this very machine.

A name is looked up here, and what is connected to is the address that was checked, so that no name can lead into the
local network or to a cloud's metadata (SSRF). Redirects are not followed, proxies of the environment not asked.
"""

import asyncio
import contextlib
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpcore

URL_CHARACTERS_MAX: Final = 2_048
CONNECT_S_MAX: Final = 5.0
ANSWER_BYTES_MAX: Final = 65_536  # of an answer that nobody reads
ADDRESSES_MAX: Final = 4  # of one name that are tried
LOCAL_NAMES: Final = ("localhost", "127.0.0.1", "::1")
NO_URL: Final = "That is no address: write it like https://example.com/hook."
HTTPS_ONLY: Final = "A webhook's address begins with https://; plain http is for programs on this machine (127.0.0.1)."
NOT_REACHED: Final = "its name leads into a local network"
NOT_PUBLIC: Final = "This address leads into a local network, which webhooks do not reach."

# IPv4-compatible, IPv4-translated, NAT64 (RFC 6052, RFC 8215): a gateway may lead any of them into the local network.
_LEAD_INTO_IPV4: Final = tuple(
    ipaddress.IPv6Network(one) for one in ("::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48")
)


class UrlError(Exception):
    """Say in one sentence why an address is none for a webhook."""


class ReachError(Exception):
    """Say in a few words why a message did not arrive."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a program answered; `retry_after_s` is 0 where it did not ask for time."""

    status: int
    retry_after_s: float = 0.0


def check_url(url: str) -> None:
    """Refuse what no webhook can have as its address. Raises UrlError. Names are looked up when they are reached."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
        host.encode("idna")  # a label that is empty or too long: no name that can be looked up
    except ValueError as error:
        raise UrlError(NO_URL) from error
    if len(url) > URL_CHARACTERS_MAX or not host or not url.isascii() or any(one <= " " for one in url):
        raise UrlError(NO_URL)
    if parts.username is not None or parts.fragment:
        raise UrlError("A webhook's address has no user and no #; put a secret into its path, and check the signature.")
    if parts.scheme == "http" and host in LOCAL_NAMES:
        return
    if parts.scheme != "https":
        raise UrlError(HTTPS_ONLY)
    with contextlib.suppress(ValueError):  # a name is no address, and is looked up later
        if host not in LOCAL_NAMES and not is_public(host):
            raise UrlError(NOT_PUBLIC)


def is_public(address: str) -> bool:
    """Say whether an address is of the internet. Raises ValueError for what is none."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.is_site_local or any(parsed in network for network in _LEAD_INTO_IPV4):
            return False
        mapped = parsed.ipv4_mapped or parsed.sixtofour
        if mapped is not None and not mapped.is_global:
            return False
    return parsed.is_global and not parsed.is_multicast


class Reach:
    """Keep connections to addresses."""

    def __init__(self, tls: ssl.SSLContext, connections_max: int, answer_s: float) -> None:
        self._answer_s = answer_s
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls, max_connections=connections_max, keepalive_expiry=30.0, network_backend=_Checked()
        )

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Answered:
        """Post and return what was answered. Raises ReachError."""
        answer_s = self._answer_s
        timeouts = {"connect": CONNECT_S_MAX, "read": answer_s, "write": answer_s, "pool": answer_s}
        try:
            async with (
                asyncio.timeout(CONNECT_S_MAX + answer_s),
                self._pool.stream(
                    "POST",
                    url,
                    headers=[*headers.items(), ("host", urlsplit(url).netloc), ("content-length", str(len(body)))],
                    content=body,
                    extensions={"timeout": timeouts},
                ) as answer,
            ):
                await _read_through(answer.aiter_stream())
                told = {name.lower(): value for name, value in answer.headers}
                return Answered(answer.status, _seconds(told.get(b"retry-after", b"")))
        except TimeoutError as error:
            raise ReachError("no answer in time") from error
        except (httpcore.TimeoutException, httpcore.NetworkError) as error:
            raise ReachError(
                "no answer in time" if isinstance(error, httpcore.TimeoutException) else "no connection"
            ) from error
        except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
            raise ReachError("no HTTP") from error

    async def close(self) -> None:
        """Let go of all connections."""
        await self._pool.aclose()


async def _read_through(chunks: AsyncIterator[bytes]) -> None:
    """Read an answer that is of no interest, so that the connection can be used again; a long one is cut."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > ANSWER_BYTES_MAX:
            return


def _seconds(retry_after: bytes) -> float:
    text = retry_after.decode("ascii", "replace")
    return float(text) if text.isdecimal() and len(text) < 10 else 0.0


class _Checked(httpcore.AsyncNetworkBackend):
    """Connect to a name's addresses only when they are what they should be."""

    def __init__(self) -> None:
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's name)
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = ReachError(NOT_REACHED)
        for address in await _addresses_of(host, port):
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._plain.sleep(seconds)


async def _addresses_of(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError("no such name") from error
    addresses = [str(place[0]) for *_, place in found]
    if host in LOCAL_NAMES:
        return [one for one in addresses if ipaddress.ip_address(one).is_loopback][:ADDRESSES_MAX]
    return [one for one in addresses if is_public(one.partition("%")[0])][:ADDRESSES_MAX]
