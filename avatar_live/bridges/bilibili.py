"""Bilibili's open platform: packets of its websocket, signatures of its HTTP, and what its messages mean here.

https://open-live.bilibili.com/document/ : a packet is a header of 16 bytes (length, header's length, version,
operation, sequence; big-endian) and a body; version 2 is zlib over packets, version 0 is JSON.
"""

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterator
from typing import Final

import msgspec

from avatar_live.bridges.happening import Gave, Happenings, Liked, NotUnderstoodError, Said, understood

HEARTBEAT: Final = 2
HEARTBEAT_REPLY: Final = 3
MESSAGE: Final = 5
AUTH: Final = 7
AUTH_REPLY: Final = 8
PLAIN: Final = 0
ZLIB: Final = 2
HEARTBEAT_S: Final = 20.0  # of the websocket, and of the project over HTTP; 60 s without one end either
INFLATED_BYTES_MAX: Final = 1_048_576  # of one packet: what grows larger is no chat
_HEADER: Final = struct.Struct(">IHHII")
_GUARDS: Final = {1: "总督", 2: "提督", 3: "舰长"}


def packet(operation: int, body: bytes = b"", version: int = PLAIN) -> bytes:
    """Return one packet."""
    return _HEADER.pack(_HEADER.size + len(body), _HEADER.size, version, operation, 1) + body


def packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield operation and body of every packet in a frame, unpacked. Raises NotUnderstoodError."""
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise NotUnderstoodError("a packet without a whole header")
        length, head, version, operation, _ = _HEADER.unpack_from(data, at)
        if not _HEADER.size <= head <= length <= len(data) - at:
            raise NotUnderstoodError("a packet with a length that cannot be")
        body = data[at + head : at + length]
        at += length
        if version == ZLIB:
            yield from _plain_packets(_inflated(body))
        else:
            yield operation, body


def _plain_packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the packets that were packed together; none of them is packed again."""
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise NotUnderstoodError("a packet without a whole header")
        length, head, version, operation, _ = _HEADER.unpack_from(data, at)
        if version == ZLIB or not _HEADER.size <= head <= length <= len(data) - at:
            raise NotUnderstoodError("a packet that cannot be")
        yield operation, data[at + head : at + length]
        at += length


def _inflated(body: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    try:
        inflated = unpacker.decompress(body, INFLATED_BYTES_MAX)
    except zlib.error as error:
        raise NotUnderstoodError("a packet that is no zlib") from error
    if unpacker.unconsumed_tail:
        raise NotUnderstoodError("a packet that grows too large")
    return inflated


def signed_headers(key: str, secret: str, body: bytes, at_s: int, nonce: str) -> dict[str, str]:
    """Return the headers that sign a request to the open platform (HMAC-SHA256 over the sorted x-bili headers)."""
    signed = {
        "x-bili-accesskeyid": key,
        "x-bili-content-md5": hashlib.md5(body, usedforsecurity=False).hexdigest(),
        "x-bili-signature-method": "HMAC-SHA256",
        "x-bili-signature-nonce": nonce,
        "x-bili-signature-version": "1.0",
        "x-bili-timestamp": str(at_s),
    }
    text = "\n".join(f"{name}:{signed[name]}" for name in sorted(signed))
    signature = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return {**signed, "authorization": signature, "content-type": "application/json", "accept": "application/json"}


class _User(msgspec.Struct, frozen=True):
    uname: str = ""


class _Data(msgspec.Struct, frozen=True):
    """The fields of all messages that mean something here."""

    msg_id: str = ""
    uname: str = ""
    msg: str = ""
    gift_name: str = ""
    gift_num: int = 1
    price: int = 0  # of one, in thousandths of a yuan
    paid: bool = False
    message: str = ""
    rmb: float = 0
    user_info: _User = _User()
    guard_level: int = 0
    guard_num: int = 1
    guard_unit: str = ""
    like_count: int = 0


class _Command(msgspec.Struct, frozen=True):
    cmd: str
    data: _Data = _Data()


def happenings(body: bytes) -> Happenings:
    """Return what a message means; nothing for one that is not known. Raises NotUnderstoodError."""
    command = understood(body, _Command)
    data, id = command.data, command.data.msg_id
    match command.cmd:
        case "LIVE_OPEN_PLATFORM_DM":
            return (Said(id, data.uname, data.msg),)
        case "LIVE_OPEN_PLATFORM_SEND_GIFT":
            worth = _yuan(data.price * data.gift_num / 1_000.0) if data.paid else ""
            return (Gave(id, data.uname, data.gift_name, data.gift_num, worth),)
        case "LIVE_OPEN_PLATFORM_SUPER_CHAT":
            return (Gave(id, data.uname, "醒目留言", worth=_yuan(data.rmb), text=data.message),)
        case "LIVE_OPEN_PLATFORM_GUARD":
            guard = _GUARDS.get(data.guard_level, "大航海")
            return (Gave(id, data.user_info.uname, guard, data.guard_num, data.guard_unit),)
        case "LIVE_OPEN_PLATFORM_LIKE":
            return (Liked(id, data.uname, data.like_count),)
        case _:
            return ()


def _yuan(amount: float) -> str:
    return f"{amount:.2f} CNY"
