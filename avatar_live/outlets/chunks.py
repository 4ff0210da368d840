"""RTMP's chunk stream: messages cut into chunks, so that sound does not wait for a keyframe (RTMP 1.0, section 5.3)."""

import struct
from dataclasses import dataclass, field
from typing import Final

CHUNK_BYTES: Final = 128  # until a side says otherwise
OWN_CHUNK_BYTES: Final = 4_096
MESSAGE_BYTES_MAX: Final = 65_536  # of a server's answers
STREAMS_MAX: Final = 64
_EXTENDED: Final = 0xFFFFFF
_LONG = struct.Struct(">I")
_STREAM = struct.Struct("<I")
_HEADER_BYTES: Final = (11, 7, 3, 0)


class ChunkError(ValueError):
    """Say that what came is not RTMP."""


@dataclass(frozen=True, slots=True)
class Message:
    """Hold one message of the type `kind` on a message stream; `at_ms` is its timestamp."""

    kind: int
    stream: int
    at_ms: int
    data: bytes


@dataclass(slots=True)
class _Heard:
    """The last header of a chunk stream, which the next ones leave out, and what came of a message."""

    at_ms: int = 0
    delta_ms: int = 0
    size: int = 0
    kind: int = 0
    stream: int = 0
    has_extended: bool = False
    data: bytearray = field(default_factory=bytearray)


def cut(channel: int, message: Message, chunk_bytes: int) -> bytes:
    """Return a message as chunks on a channel (3 to 63), with a whole header at its beginning."""
    at_ms = message.at_ms & 0xFFFFFFFF
    is_extended = at_ms >= _EXTENDED
    extended = _LONG.pack(at_ms) if is_extended else b""
    head = bytes((channel,)) + _LONG.pack(_EXTENDED if is_extended else at_ms)[1:]
    head += _LONG.pack(len(message.data))[1:] + bytes((message.kind,)) + _STREAM.pack(message.stream)
    parts = [head, extended, message.data[:chunk_bytes]]
    for begin in range(chunk_bytes, len(message.data), chunk_bytes):
        parts += [bytes((0xC0 | channel,)), extended, message.data[begin : begin + chunk_bytes]]
    return b"".join(parts)


class ChunkReader:
    """Put a server's messages together again."""

    def __init__(self) -> None:
        self.chunk_bytes = CHUNK_BYTES
        self._pending = bytearray()
        self._heard: dict[int, _Heard] = {}

    def feed(self, data: bytes) -> None:
        """Append what came."""
        self._pending += data

    def next(self) -> Message | None:
        """Return the next whole message, or None until more came. Raises ChunkError."""
        while (size := self._chunk_size()) is not None:
            message = self._read(bytes(self._pending[:size]))
            del self._pending[:size]
            if message is not None:
                return message
        return None

    def _chunk_size(self) -> int | None:
        """Return the size of the chunk that comes first, None when it is not there yet."""
        pending = self._pending
        if not pending:
            return None
        channel, at = self._channel()
        header_bytes = _HEADER_BYTES[pending[0] >> 6]
        if at is None or len(pending) < at + header_bytes:
            return None
        heard = self._heard.get(channel, _Heard())
        is_extended, size = heard.has_extended, heard.size
        if header_bytes >= 3:
            is_extended = pending[at : at + 3] == b"\xff\xff\xff"
        if header_bytes >= 7:
            size = int.from_bytes(pending[at + 3 : at + 6], "big")
        if size > MESSAGE_BYTES_MAX:
            raise ChunkError("a message is too large")
        whole = at + header_bytes + 4 * is_extended + min(size - len(heard.data), self.chunk_bytes)
        return whole if len(pending) >= whole else None

    def _channel(self) -> tuple[int, int | None]:
        """Return the chunk stream's number and where the header goes on; None there when it is cut off."""
        pending = self._pending
        low = pending[0] & 0x3F
        if low > 1:
            return low, 1
        if len(pending) < low + 2:
            return 0, None
        return (64 + pending[1], 2) if low == 0 else (64 + pending[1] + 256 * pending[2], 3)

    def _read(self, chunk: bytes) -> Message | None:
        channel, at = self._channel()
        assert at is not None, "its size is known"
        if channel not in self._heard and len(self._heard) >= STREAMS_MAX:
            raise ChunkError("there are too many chunk streams")
        heard = self._heard.setdefault(channel, _Heard())
        kind = chunk[0] >> 6
        if kind <= 2:
            if heard.data:
                raise ChunkError("a message begins within another")
            stamp, at = int.from_bytes(chunk[at : at + 3], "big"), at + 3
            if kind <= 1:
                heard.size, heard.kind, at = int.from_bytes(chunk[at : at + 3], "big"), chunk[at + 3], at + 4
            if kind == 0:
                (heard.stream,), at = _STREAM.unpack_from(chunk, at), at + 4
            heard.has_extended = stamp == _EXTENDED
            if heard.has_extended:
                (stamp,), at = _LONG.unpack_from(chunk, at), at + 4
            heard.delta_ms = 0 if kind == 0 else stamp
            heard.at_ms = stamp if kind == 0 else heard.at_ms + stamp
        else:
            at += 4 * heard.has_extended
            if not heard.data:
                heard.at_ms += heard.delta_ms
        heard.data += chunk[at:]
        if len(heard.data) < heard.size:
            return None
        message = Message(heard.kind, heard.stream, heard.at_ms, bytes(heard.data))
        heard.data.clear()
        return message
