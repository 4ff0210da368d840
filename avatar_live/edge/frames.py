"""Websocket frames as bytes (RFC 6455, 5.2), and messages that are made into frames once for everybody."""

import zlib
from typing import Final, Literal

import msgspec

from avatar_live.protocol.codec import Form, encoded
from avatar_live.protocol.wire import MESSAGE_BYTES_MAX

try:
    from websockets.speedups import apply_mask
except ImportError:  # where there is no compiled wheel
    from websockets.utils import apply_mask

_TEXT: Final = 0x81  # FIN and the opcode
_BINARY: Final = 0x82
_PONG: Final = 0x8A
_DEFLATED: Final = 0x40  # RSV1 of RFC 7692
_TAIL: Final = b"\x00\x00\xff\xff"  # RFC 7692, 7.2.1: what a compressed message leaves out at its end
DEFLATE_BYTES_MIN: Final = 200  # a shorter message costs the reader more than the network gains
DEFLATE_LEVEL: Final = 6

PING: Final = b"\x89\x00"
ODD: Final = "odd"

# How a line speaks: which form, and whether the reader inflates.
Kind = Literal[0, 1, 2, 3]
PLAIN_JSON: Final[Kind] = 0


def kind_of(form: Form, *, is_deflated: bool) -> Kind:
    """Return the number of a way to speak; `Prepared` keeps a frame for each that was asked for."""
    if form == "json":
        return 1 if is_deflated else 0
    return 3 if is_deflated else 2


def form_of(kind: Kind) -> Form:
    """Return the form of the messages on a line of this kind."""
    return "json" if kind < 2 else "msgpack"


class Prepared:
    """Hold one message and the frames made of it so far, at most one of each kind."""

    __slots__ = ("_frames", "message")

    def __init__(self, message: msgspec.Struct) -> None:
        self.message = message
        self._frames: list[bytes | None] = [None, None, None, None]

    def frame(self, kind: Kind) -> bytes:
        """Return the message as one frame for lines of this kind."""
        frame = self._frames[kind]
        if frame is None:
            frame = self._frames[kind] = framed(self.message, kind)
        return frame


def framed(message: msgspec.Struct, kind: Kind = PLAIN_JSON) -> bytes:
    """Return a message as one unmasked frame.

    Every message is compressed alone (`server_no_context_takeover`), so that one frame serves all who inflate.
    """
    payload = encoded(message, form_of(kind))
    first = _TEXT if kind < 2 else _BINARY
    if kind & 1 and len(payload) >= DEFLATE_BYTES_MIN:
        packer = zlib.compressobj(DEFLATE_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
        packed = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
        if len(packed) - len(_TAIL) < len(payload):
            return _head(first | _DEFLATED, len(packed) - len(_TAIL)) + packed[: -len(_TAIL)]
    return _head(first, len(payload)) + payload


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, length))
    if length < 65_536:
        return bytes((first, 126)) + length.to_bytes(2, "big")
    return bytes((first, 127)) + length.to_bytes(8, "big")


def usual(data: bytes, at: int, kind: Kind) -> tuple[bytes | None, int] | Literal["odd"] | None:
    """Read a whole, masked data frame of at most `MESSAGE_BYTES_MAX` that stands at `data[at:]`.

    Return its payload and where the next frame begins, with no payload for a pong; None while some of it is missing;
    `ODD` for any other frame, which is the business of a complete implementation of the protocol.
    """
    left = len(data) - at
    if left < 2:
        return None
    first, length = data[at], data[at + 1] & 0x7F
    if first == _PONG and 0x80 <= data[at + 1] < 0x80 + 126:
        return (None, at + 6 + length) if left >= 6 + length else None
    is_deflated = first & _DEFLATED and kind & 1
    if (first & ~_DEFLATED if is_deflated else first) != (_TEXT if kind < 2 else _BINARY) or data[at + 1] < 0x80:
        return ODD
    head = 6
    if length == 126:
        if left < 4:
            return None
        length, head = int.from_bytes(data[at + 2 : at + 4], "big"), 8
        if length < 126:
            return ODD  # not the shortest form
    elif length == 127:
        return ODD
    if length > MESSAGE_BYTES_MAX:
        return ODD
    if left < head + length:
        return None
    begin = at + head
    payload = apply_mask(data[begin : begin + length], data[begin - 4 : begin])
    if is_deflated:
        inflated = _inflated(payload)
        if inflated is None:
            return ODD
        payload = inflated
    if kind < 2 and not (payload.isascii() or is_utf8(payload)):
        return ODD
    return payload, begin + length


def _inflated(payload: bytes) -> bytes | None:
    """Return a message that its sender compressed alone; None for a damaged one and for one that grows too large."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = unpacker.decompress(payload + _TAIL, MESSAGE_BYTES_MAX + 1)
    except zlib.error:
        return None
    return inflated if len(inflated) <= MESSAGE_BYTES_MAX and not unpacker.unconsumed_tail else None


def is_utf8(payload: bytes) -> bool:
    """Say whether a text message is text."""
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
