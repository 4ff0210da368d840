"""The least that a platform is: it takes RTMP from many, one after the other, and may refuse."""

import socket
import threading
from contextlib import suppress

from avatar_live.outlets import amf
from avatar_live.outlets.chunks import ChunkReader, Message, cut
from avatar_live.outlets.rtmp import COMMAND, HANDSHAKE_BYTES, PEER_WINDOW, SET_CHUNK_SIZE, USER_CONTROL, VIDEO, WINDOW

KEY = "live_1234567890_secret"


class FakePlatform:
    """Take every publisher with the right key at `url`; `answer` may be set to a refusal's code."""

    def __init__(self) -> None:
        self.code = "NetStream.Publish.Start"
        self.pictures = self.guests = self.pongs = 0
        self.published: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.url = f"rtmp://127.0.0.1:{self.port}/live/{KEY}"
        self._guest: socket.socket | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "FakePlatform":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self.hang_up()
        self._thread.join()
        self._listener.close()

    def hang_up(self) -> None:
        """End the connection of the moment."""
        if self._guest is not None:
            with suppress(OSError):
                self._guest.shutdown(socket.SHUT_RDWR)

    def _serve(self) -> None:
        while True:
            try:
                self._guest, _ = self._listener.accept()
            except OSError:
                return
            self.guests += 1
            with self._guest, suppress(OSError, EOFError):
                self._host(self._guest)

    def _host(self, guest: socket.socket) -> None:
        hello = _read(guest, 1 + HANDSHAKE_BYTES)
        guest.sendall(hello + hello[1:])
        _read(guest, HANDSHAKE_BYTES)
        reader = ChunkReader()
        while data := guest.recv(65_536):
            reader.feed(data)
            while (message := reader.next()) is not None:
                if message.kind == SET_CHUNK_SIZE:
                    reader.chunk_bytes = int.from_bytes(message.data, "big")
                elif message.kind == VIDEO:
                    self.pictures += message.data[1] == 1
                elif message.kind == USER_CONTROL:
                    self.pongs += 1
                elif message.kind == COMMAND:
                    for answer in self._answers(amf.decode(message.data)):
                        guest.sendall(answer)

    def _answers(self, words: list[amf.Value]) -> list[bytes]:
        match words[0]:
            case "connect":
                return [
                    _control(WINDOW, (2_500_000).to_bytes(4, "big")),
                    _control(PEER_WINDOW, (2_500_000).to_bytes(4, "big") + b"\2"),
                    _control(USER_CONTROL, b"\0\6" + b"ping"),
                    _command("_result", words[1], {"fmsVer": "FMS/3,0"}, {"code": "NetConnection.Connect.Success"}),
                ]
            case "createStream":
                return [_command("_result", words[1], None, 7.0)]
            case "publish":
                self.published.append(str(words[3]))
                is_well = self.code == "NetStream.Publish.Start"
                info: dict[str, amf.Value] = {"level": "status" if is_well else "error", "code": self.code}
                return [_command("onStatus", 0.0, None, {**info, "description": f"about {words[3]}"})]
            case _:
                return []


def _command(name: str, *values: amf.Value) -> bytes:
    return cut(3, Message(COMMAND, 0, 0, amf.encode(name, *values)), 128)


def _control(kind: int, data: bytes) -> bytes:
    return cut(2, Message(kind, 0, 0, data), 128)


def _read(guest: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = guest.recv(size - len(data))
        if not more:
            raise EOFError
        data += more
    return data
