"""A message as the bytes of one websocket frame, and back.

There are two forms of the same objects. JSON, in text frames, is what browsers and people read; msgpack, in binary
frames, is what a program may ask for that counts bytes. Which one a line speaks is agreed in the handshake, by the
subprotocol that the client names (RFC 6455, 1.9); a client that names none speaks JSON. The version in the name grows
when an old client would misread a new server; fields and messages that an old client may pass over do not change it.
"""

from collections.abc import Sequence
from typing import Final, Literal, TypeVar

import msgspec

from avatar_live.protocol.wire import MESSAGE_BYTES_MAX, FromViewer, ToViewer

Form = Literal["json", "msgpack"]
PROTOCOL_VERSION: Final = 1
SUBPROTOCOLS: Final[dict[str, Form]] = {
    f"avatar-live.v{PROTOCOL_VERSION}.json": "json",
    f"avatar-live.v{PROTOCOL_VERSION}.msgpack": "msgpack",
}

TEXT_EXPECTED: Final = "Messages are JSON in text frames."
BINARY_EXPECTED: Final = "Messages are msgpack in binary frames, as this line agreed."
TOO_LONG: Final = f"A message may have {MESSAGE_BYTES_MAX} bytes."
NO_MESSAGE: Final = "That is no message of this room's protocol."

M = TypeVar("M")
_json = msgspec.json.Encoder()
_msgpack = msgspec.msgpack.Encoder()
_FROM_VIEWER: Final[dict[Form, msgspec.json.Decoder[FromViewer] | msgspec.msgpack.Decoder[FromViewer]]] = {
    "json": msgspec.json.Decoder(FromViewer),
    "msgpack": msgspec.msgpack.Decoder(FromViewer),
}
_TO_VIEWER: Final[dict[Form, msgspec.json.Decoder[ToViewer] | msgspec.msgpack.Decoder[ToViewer]]] = {
    "json": msgspec.json.Decoder(ToViewer),
    "msgpack": msgspec.msgpack.Decoder(ToViewer),
}


class MalformedError(Exception):
    """Say in one sentence what is wrong with a frame; the line that sent it is closed with it."""


def agreed(offered: Sequence[str]) -> tuple[str | None, Form]:
    """Return the first of a client's subprotocols that we speak, None where there is none, and the form of the line."""
    for name in offered:
        if name in SUBPROTOCOLS:
            return name, SUBPROTOCOLS[name]
    return None, "json"


def encoded(message: msgspec.Struct, form: Form = "json") -> bytes:
    """Return a message in one of the forms."""
    return _json.encode(message) if form == "json" else _msgpack.encode(message)


def from_viewer(data: bytes, form: Form = "json", *, is_text: bool = True) -> FromViewer:
    """Return what a viewer says. Raises MalformedError for anything else than a message of at most `MESSAGE_BYTES_MAX`.

    `is_text` tells the kind of frame that `data` came in.
    """
    return _decoded(_FROM_VIEWER[form], data, form, is_text)


def to_viewer(data: bytes, form: Form = "json", *, is_text: bool = True) -> ToViewer:
    """Return what a viewer is told: for clients written in Python. Raises MalformedError."""
    return _decoded(_TO_VIEWER[form], data, form, is_text, bytes_max=None)


def _decoded(
    decoder: "msgspec.json.Decoder[M] | msgspec.msgpack.Decoder[M]",
    data: bytes,
    form: Form,
    is_text: bool,
    bytes_max: int | None = MESSAGE_BYTES_MAX,
) -> M:
    if is_text != (form == "json"):
        raise MalformedError(TEXT_EXPECTED if form == "json" else BINARY_EXPECTED)
    if bytes_max is not None and len(data) > bytes_max:
        raise MalformedError(TOO_LONG)
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # bad UTF-8, a thousand brackets
        raise MalformedError(NO_MESSAGE) from None
