"""Open Sound Control 1.0, the part that motion programs speak: messages and nested bundles, both ways.

https://opensoundcontrol.stanford.edu/spec-1_0.html. Written here because python-osc, which the tests build packets
with, walks in a circle for ever on a bundle whose element says that it is -4 bytes long.
"""

import functools
import re
import struct
from collections.abc import Iterable
from typing import Final

from avatar_live.mocap.part import PacketError

DEPTH_MAX: Final = 4  # of bundles in bundles; programs send one
ARGUMENTS_MAX: Final = 32

Value = int | float | str | bytes | bool | None
Message = tuple[str, tuple[Value, ...]]

_BUNDLE: Final = b"#bundle\0"
_TIME_BYTES: Final = 8
_AT_ONCE: Final = struct.pack(">Q", 1)
_INT: Final = struct.Struct(">i")
_FLOAT: Final = struct.Struct(">f")
_NUMBERS: Final = "ifhdt"
_TO_STRUCT: Final = str.maketrans("ht", "qQ")
_CONSTANTS: Final[dict[str, Value]] = {"T": True, "F": False, "N": None, "I": None}


def messages(data: bytes, depth: int = 0) -> list[Message]:
    """Return the messages of a packet in order, whatever bundles they are in. Raises PacketError."""
    if not data.startswith(_BUNDLE):
        return [_message(data)]
    if depth >= DEPTH_MAX:
        raise PacketError(f"bundles more than {DEPTH_MAX} deep")
    at = len(_BUNDLE) + _TIME_BYTES
    if at > len(data):
        raise PacketError("a bundle without its time")
    found: list[Message] = []
    while at < len(data):
        size, at = _int(data, at)
        if not 0 < size <= len(data) - at:
            raise PacketError(f"a bundle's element of {size} bytes")
        found += messages(data[at : at + size], depth + 1)
        at += size
    return found


def message(address: str, *values: int | float | str) -> bytes:
    """Write a message; floats are written with 32 bits, as motion programs expect."""
    tags, body = ",", b""
    for value in values:
        match value:
            case str():
                tags, body = tags + "s", body + _padded(value)
            case int():
                tags, body = tags + "i", body + _INT.pack(value)
            case float():
                tags, body = tags + "f", body + _FLOAT.pack(value)
    return _padded(address) + _padded(tags) + body


def bundle(elements: Iterable[bytes]) -> bytes:
    """Write messages into one bundle that is due at once."""
    return _BUNDLE + _AT_ONCE + b"".join(_INT.pack(len(element)) + element for element in elements)


def _message(data: bytes) -> Message:
    if not data.startswith(b"/"):
        raise PacketError("neither a message nor a bundle")
    address, at = _text(data, 0)
    if at == len(data):
        return address, ()
    tags, at = _text(data, at)
    if not tags.startswith(",") or len(tags) > 1 + ARGUMENTS_MAX:
        raise PacketError("no list of types, or one that is too long")
    values: list[Value] = []
    for run in _runs(tags[1:]):
        if isinstance(run, struct.Struct):
            if at + run.size > len(data):
                raise PacketError("the packet ends within its numbers")
            values += run.unpack_from(data, at)
            at += run.size
        else:
            value, at = _value(data, at, run)
            values.append(value)
    return address, tuple(values)


@functools.lru_cache(maxsize=64)  # programs use a handful of lists
def _runs(tags: str) -> list[struct.Struct | str]:
    """Return a list of types with its runs of numbers as one structure each."""
    runs = [run for run in re.split(f"([{_NUMBERS}]+)", tags) if run]
    parted: list[struct.Struct | str] = []
    for run in runs:
        if run[0] in _NUMBERS:
            parted.append(struct.Struct(">" + run.translate(_TO_STRUCT)))
        else:
            parted += run
    return parted


def _value(data: bytes, at: int, tag: str) -> tuple[Value, int]:
    if tag == "s":
        return _text(data, at)
    if tag in _CONSTANTS:
        return _CONSTANTS[tag], at
    if tag == "b":
        size, at = _int(data, at)
        if not 0 <= size <= len(data) - at:
            raise PacketError(f"a blob of {size} bytes")
        return data[at : at + size], min(_aligned(at + size), len(data))
    raise PacketError(f"a value of the unknown type {tag!r}")


def _int(data: bytes, at: int) -> tuple[int, int]:
    if at + _INT.size > len(data):
        raise PacketError("the packet ends within a size")
    (number,) = _INT.unpack_from(data, at)
    return int(number), at + _INT.size


def _text(data: bytes, at: int) -> tuple[str, int]:
    end = data.find(b"\0", at)
    if end < 0:
        raise PacketError("the packet ends within a text")
    try:
        return data[at:end].decode(), min(_aligned(end + 1), len(data))
    except UnicodeDecodeError as error:
        raise PacketError("a text that is not UTF-8") from error


def _padded(text: str) -> bytes:
    data = text.encode() + b"\0"
    return data.ljust(_aligned(len(data)), b"\0")


def _aligned(at: int) -> int:
    return (at + 3) // 4 * 4
