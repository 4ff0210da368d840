"""Publishing by RTMP (Adobe's "Real-Time Messaging Protocol", 1.0): bytes in, bytes out, without a socket.

Our own and not FFmpeg's, because PyAV opens a connection with the interpreter's lock held, for as long as a dead
address takes, and because FFmpeg does not check whom a stream key is told.
"""

import secrets
import struct
from typing import Final, Literal
from urllib.parse import urlsplit

from avatar_live.outlets import amf
from avatar_live.outlets.chunks import CHUNK_BYTES, OWN_CHUNK_BYTES, ChunkError, ChunkReader, Message, cut

VERSION: Final = 3
HANDSHAKE_BYTES: Final = 1_536
SET_CHUNK_SIZE, ACKNOWLEDGEMENT, USER_CONTROL, WINDOW, PEER_WINDOW = 1, 3, 4, 5, 6
AUDIO, VIDEO, DATA, COMMAND, COMMAND_AMF3 = 8, 9, 18, 20, 17
PING_REQUEST, PING_RESPONSE = 6, 7
WINDOW_BYTES: Final = 2_500_000
STREAM_MAX: Final = 2**32 - 1
_CONTROL_CHANNEL, _COMMAND_CHANNEL, _SOUND_CHANNEL, _PICTURE_CHANNEL = 2, 3, 4, 6
_CONNECT, _CREATE, _PUBLISH = 1.0, 4.0, 5.0
_LONG = struct.Struct(">I")

State = Literal["shaking hands", "connecting", "publishing", "refused"]


class RtmpPublisher:
    """Speak to a server as a publisher; `outgoing` is what the socket has to send, `state` how far it is.

    `code` is the server's word for a refusal. Its description is not kept: some servers repeat the key in it.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        # The last part of the path is the key, with whatever follows a "?".
        app, _, key = parts.path.lstrip("/").rpartition("/")
        self._app, self._key = app, key + (f"?{parts.query}" if parts.query else "")
        # Not netloc: what stands before an @ is not for the server's log.
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        self._tc_url = f"{parts.scheme}://{host}{'' if parts.port is None else f':{parts.port}'}/{app}"
        self.state: State = "shaking hands"
        self.code = ""
        self._stream = 0
        self._chunk_bytes = CHUNK_BYTES
        self._reader = ChunkReader()
        self._greeting = bytearray()
        self._received = self._acknowledged = 0
        self._window = WINDOW_BYTES
        self._outgoing = bytearray(bytes((VERSION,)) + bytes(8) + secrets.token_bytes(HANDSHAKE_BYTES - 8))

    def outgoing(self) -> bytes:
        """Return what has to be sent now, once."""
        data = bytes(self._outgoing)
        self._outgoing.clear()
        return data

    def receive(self, data: bytes) -> None:
        """Take what came. Raises ChunkError for what is not RTMP."""
        self._received += len(data)
        if self.state == "shaking hands":
            self._greeting += data
            if len(self._greeting) < 1 + 2 * HANDSHAKE_BYTES:
                return
            if self._greeting[0] != VERSION:
                raise ChunkError("the other side speaks another version")
            self._outgoing += self._greeting[1 : 1 + HANDSHAKE_BYTES]
            data = bytes(self._greeting[1 + 2 * HANDSHAKE_BYTES :])
            self._begin()
        self._reader.feed(data)
        while (message := self._reader.next()) is not None:
            self._hear(message)
        if self._received - self._acknowledged >= self._window:
            self._acknowledged = self._received
            self._control(ACKNOWLEDGEMENT, _LONG.pack(self._received & 0xFFFFFFFF))

    def send(self, kind: int, at_ms: int, data: bytes) -> None:
        """Queue sound, a picture or data of the stream."""
        channel = _PICTURE_CHANNEL if kind == VIDEO else _SOUND_CHANNEL
        self._outgoing += cut(channel, Message(kind, self._stream, at_ms, data), self._chunk_bytes)

    def end(self) -> None:
        """Queue the goodbye."""
        if self.state == "publishing":
            self._command("FCUnpublish", 6.0, None, self._key)
            self._command("deleteStream", 7.0, None, float(self._stream))

    def _begin(self) -> None:
        self.state = "connecting"
        self._control(SET_CHUNK_SIZE, _LONG.pack(OWN_CHUNK_BYTES))
        self._chunk_bytes = OWN_CHUNK_BYTES
        words: dict[str, amf.Value] = {
            "app": self._app,
            "type": "nonprivate",
            "flashVer": "FMLE/3.0 (compatible; avatar_live)",
            "tcUrl": self._tc_url,
        }
        self._command("connect", _CONNECT, words)

    def _hear(self, message: Message) -> None:
        data = message.data
        match message.kind:
            case 1 if len(data) >= 4:
                self._reader.chunk_bytes = max(1, _LONG.unpack_from(data)[0] & 0x7FFFFFFF)
            case 4 if data[:2] == bytes((0, PING_REQUEST)):
                self._control(USER_CONTROL, bytes((0, PING_RESPONSE)) + data[2:6])
            case 5 if len(data) >= 4:
                self._window = max(1, _LONG.unpack_from(data)[0])
            case 6:
                self._control(WINDOW, _LONG.pack(WINDOW_BYTES))
            case 20 | 17:
                try:
                    self._answer(amf.decode(data[1:] if message.kind == COMMAND_AMF3 else data))
                except amf.AmfError as error:
                    raise ChunkError(str(error)) from error
            case _:
                pass  # acknowledgements, and what is said to those who watch

    def _answer(self, words: list[amf.Value]) -> None:
        name, number, info = (words[place] if place < len(words) else None for place in (0, 1, 3))
        match name:
            case "_result" if number == _CONNECT:
                self._command("releaseStream", 2.0, None, self._key)
                self._command("FCPublish", 3.0, None, self._key)
                self._command("createStream", _CREATE, None)
            case "_result" if number == _CREATE and isinstance(info, float):
                if not 0.0 <= info <= STREAM_MAX:  # false for what is not a number
                    raise ChunkError("a stream has no such number")
                self._stream = int(info)
                self._command("publish", _PUBLISH, None, self._key, "live")
            case "_error" if number in (_CONNECT, _CREATE, _PUBLISH):
                self._refuse(info)
            case "onStatus" if isinstance(info, dict):
                if info.get("level") == "error":
                    self._refuse(info)
                elif info.get("code") == "NetStream.Publish.Start":
                    self.state = "publishing"
            case _:
                pass

    def _refuse(self, info: amf.Value) -> None:
        self.state = "refused"
        code = info.get("code") if isinstance(info, dict) else None
        known = isinstance(code, str) and code.startswith(("NetStream.", "NetConnection.")) and len(code) < 60
        self.code = str(code) if known else ""

    def _command(self, name: str, number: float, *values: amf.Value) -> None:
        stream = self._stream if name == "publish" else 0
        message = Message(COMMAND, stream, 0, amf.encode(name, number, *values))
        self._outgoing += cut(_COMMAND_CHANNEL, message, self._chunk_bytes)

    def _control(self, kind: int, data: bytes) -> None:
        self._outgoing += cut(_CONTROL_CHANNEL, Message(kind, 0, 0, data), self._chunk_bytes)
