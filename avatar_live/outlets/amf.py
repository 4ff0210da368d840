"""AMF0, the values inside RTMP's commands (Adobe's "Action Message Format -- AMF 0", 2007)."""

import struct
from typing import Final

Value = float | bool | str | None | dict[str, "Value"] | list["Value"]

NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, ECMA_ARRAY, END, STRICT_ARRAY, DATE, LONG_STRING = (
    0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12,
)  # fmt: skip
DEPTH_MAX: Final = 8

_DOUBLE, _SHORT, _LONG = struct.Struct(">d"), struct.Struct(">H"), struct.Struct(">I")


class AmfError(ValueError):
    """Say that a value is none of AMF0, or is cut off."""


def encode(*values: Value) -> bytes:
    """Return the values one after the other."""
    return b"".join(_encoded(value) for value in values)


def decode(data: bytes) -> list[Value]:
    """Return all values in `data`. Raises AmfError."""
    values, at = [], 0
    try:
        while at < len(data):
            value, at = _decoded(data, at, 0)
            values.append(value)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise AmfError("a value is cut off") from error
    return values


def _encoded(value: Value) -> bytes:
    if isinstance(value, bool):
        return bytes((BOOLEAN, value))
    if isinstance(value, int | float):
        return bytes((NUMBER,)) + _DOUBLE.pack(value)
    if isinstance(value, str):
        return bytes((STRING,)) + _text(value)
    if value is None:
        return bytes((NULL,))
    if isinstance(value, dict):
        fields = b"".join(_text(name) + _encoded(field) for name, field in value.items())
        return bytes((OBJECT,)) + fields + b"\0\0" + bytes((END,))
    return bytes((STRICT_ARRAY,)) + _LONG.pack(len(value)) + encode(*value)


def _text(text: str) -> bytes:
    data = text.encode()
    return _SHORT.pack(len(data)) + data


def _decoded(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    if depth > DEPTH_MAX:
        raise AmfError("values within values within values")
    kind, at = data[at], at + 1
    match kind:
        case 0:
            return _DOUBLE.unpack_from(data, at)[0], at + 8
        case 1:
            return bool(data[at]), at + 1
        case 2:
            return _read_text(data, at, _SHORT)
        case 12:
            return _read_text(data, at, _LONG)
        case 3:
            return _fields(data, at, depth)
        case 8:
            return _fields(data, at + 4, depth)
        case 5 | 6:
            return None, at
        case 10:
            (count,), at = _LONG.unpack_from(data, at), at + 4
            items: list[Value] = []
            for _ in range(count):
                item, at = _decoded(data, at, depth + 1)
                items.append(item)
            return items, at
        case 11:
            return _DOUBLE.unpack_from(data, at)[0], at + 10
        case _:
            raise AmfError(f"type {kind} is not one of a server's answers")


def _fields(data: bytes, at: int, depth: int) -> tuple[Value, int]:
    fields: dict[str, Value] = {}
    while True:
        name, at = _read_text(data, at, _SHORT)
        if name == "" and data[at] == END:
            return fields, at + 1
        fields[name], at = _decoded(data, at, depth + 1)


def _read_text(data: bytes, at: int, length: struct.Struct) -> tuple[str, int]:
    (size,), at = length.unpack_from(data, at), at + length.size
    if at + size > len(data):
        raise AmfError("a text is cut off")
    return data[at : at + size].decode(), at + size
