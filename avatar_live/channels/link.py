"""Every message in order between the engine's process and the server's, and the outlets', over a local stream socket.

A socket instead of `multiprocessing.Queue`, because a process killed while it holds a queue's lock stops the other for
ever; here the other side sees the end of the stream and waits for the next life. On POSIX the socket is a file in
the show's private run folder; where there are none (Windows) it is a loopback port that asks for the folder's secret.
A message is four bytes of length and msgpack.
"""

import asyncio
import contextlib
import hmac
import secrets
import socket
import struct
import threading
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from avatar_live.channels.lossless import Lossless
from avatar_live.channels.processes import FromEngine, Steered, ToEngine
from avatar_live.signals.encoded import EncodedFrame

MESSAGE_BYTES_MAX: Final = 8 * 1024 * 1024
FRAMES_MAX: Final = 60
CUES_MAX: Final = 1_000
UNREAD_BYTES_MAX: Final = 1024 * 1024  # what an engine may leave unread before it is taken for dead
RECONNECT_S: Final = 0.1
SERVER_LINK: Final = "link"
OUTLETS_LINK: Final = "outlets"

_HAS_UNIX_SOCKETS: Final = hasattr(socket, "AF_UNIX")
_LENGTH = struct.Struct("<I")
_encoder = msgspec.msgpack.Encoder()
_from_engine: msgspec.msgpack.Decoder[FromEngine] = msgspec.msgpack.Decoder(FromEngine)
_to_engine: msgspec.msgpack.Decoder[ToEngine] = msgspec.msgpack.Decoder(ToEngine)


def _packed(message: FromEngine | ToEngine) -> bytes:
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


# --- the server's side -----------------------------------------------------------------------------------------


class EngineConnection:
    """Speak to the engine that is connected now."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer

    def send(self, message: ToEngine) -> None:
        """Queue a message; it is lost only if the engine dies, or reads nothing for so long that it is cut off."""
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > UNREAD_BYTES_MAX:
            self._writer.transport.abort()
            return
        self._writer.write(_packed(message))


@contextlib.asynccontextmanager
async def serve_link(
    run_folder: Path,
    on_message: Callable[[FromEngine], None],
    on_connection: Callable[[EngineConnection | None], Awaitable[None]],
    name: str = SERVER_LINK,
) -> AsyncIterator[None]:
    """Listen for the engine; a newer engine replaces an older one. `on_connection(None)` says that it is gone."""
    current: asyncio.StreamWriter | None = None
    secret = secrets.token_bytes(32)

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal current
        try:
            if not _HAS_UNIX_SOCKETS and not hmac.compare_digest(await reader.readexactly(len(secret)), secret):
                return
            if current is not None:
                current.close()
            current = writer
            await on_connection(EngineConnection(writer))
            while True:
                (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
                if length > MESSAGE_BYTES_MAX:
                    return
                on_message(_from_engine.decode(await reader.readexactly(length)))
        except (asyncio.IncompleteReadError, ConnectionError, msgspec.DecodeError):
            pass  # the engine is gone or is no engine; the next one connects anew
        finally:
            writer.close()
            if current is writer:
                current = None
                await on_connection(None)

    if _HAS_UNIX_SOCKETS:
        path = run_folder / f"{name}.sock"
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(accept, path)
    else:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        (run_folder / f"{name}.port").write_bytes(struct.pack("<H", port) + secret)
    try:
        yield
    finally:
        server.close()
        if current is not None:
            current.close()
            with contextlib.suppress(ConnectionError):
                await current.wait_closed()
        await server.wait_closed()


# --- the engine's side -----------------------------------------------------------------------------------------


class ServerLink:
    """Speak to the server, or to the outlets, from threads; it reconnects by itself as often as they come back.

    `send` never blocks. Above `FRAMES_MAX` waiting frames a stream skips to its next keyframe (never a lone delta)
    and `keyframes_wanted` tells the encoder so.
    """

    def __init__(self, run_folder: Path, hello: FromEngine, name: str = SERVER_LINK) -> None:
        self._run_folder = run_folder
        self._name = name
        self._hello = hello
        self._incoming: Lossless[ToEngine] = Lossless(CUES_MAX)
        self._outgoing: deque[FromEngine] = deque()
        self._changed = threading.Condition()
        self._skipping: set[tuple[str, int]] = set()
        self._stopped = threading.Event()
        self._socket: socket.socket | None = None
        self.frames_dropped = 0
        self.is_connected = False
        self.is_steered = threading.Event()  # a frame is wanted now, for what waits to be received
        self._reader = threading.Thread(target=self._read, name=f"{name}-read", daemon=True)
        self._writer = threading.Thread(target=self._write, name=f"{name}-write", daemon=True)
        self._reader.start()
        self._writer.start()

    def send(self, message: FromEngine) -> None:
        """Queue a message for the server."""
        with self._changed:
            if isinstance(message, EncodedFrame):
                if not self.is_connected or not self._has_room_for(message):
                    return
            elif not self.is_connected:
                return
            self._outgoing.append(message)
            self._changed.notify()

    def keyframes_wanted(self) -> set[tuple[str, int]]:
        """Return the streams, each with its rung, that were cut and need a keyframe to go on.

        None while nobody is there: a reader that fell while it was behind would be given keyframes for ever.
        """
        with self._changed:
            return set(self._skipping) if self.is_connected else set()

    def receive(self) -> list[ToEngine]:
        """Return what the server said since the last call, in order."""
        with self._changed:
            self.is_steered.clear()
            return self._incoming.take_all()

    def close(self) -> None:
        """Stop both threads."""
        with self._changed:
            self._stopped.set()
            self._changed.notify_all()
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
        self._reader.join()
        self._writer.join()

    def _has_room_for(self, frame: EncodedFrame) -> bool:
        if frame.kind == "audio":
            return len(self._outgoing) < 2 * FRAMES_MAX
        encoder = (frame.stream, frame.rung)
        if encoder in self._skipping:
            if not frame.is_keyframe:
                self.frames_dropped += 1
                return False
            self._skipping.discard(encoder)
        if len(self._outgoing) >= FRAMES_MAX:
            self._skipping.add(encoder)
            self.frames_dropped += 1
            return False
        return True

    def _connect(self) -> socket.socket:
        if _HAS_UNIX_SOCKETS:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(self._run_folder / f"{self._name}.sock"))
            except OSError:
                connection.close()
                raise
            return connection
        address = (self._run_folder / f"{self._name}.port").read_bytes()
        (port,) = struct.unpack_from("<H", address)
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(address[2:])
        return connection

    def _read(self) -> None:
        while not self._stopped.is_set():
            try:
                connection = self._connect()
            except (OSError, struct.error):  # nobody is there, or nobody has written the whole address yet
                with self._changed:
                    self._changed.wait(RECONNECT_S)
                continue
            with self._changed:
                if self._stopped.is_set():  # while we were connecting: nobody would wake us from reading
                    connection.close()
                    return
                self._socket = connection
                self._outgoing.clear()
                self._outgoing.append(self._hello)
                self.is_connected = True
                self._changed.notify()
            with contextlib.suppress(OSError, EOFError, msgspec.DecodeError):
                while True:
                    (length,) = _LENGTH.unpack(_receive(connection, _LENGTH.size))
                    message = _to_engine.decode(_receive(connection, length))
                    with self._changed:
                        self._incoming.put(message)
                        if isinstance(message, Steered):
                            self.is_steered.set()
            with self._changed:
                self.is_connected = False
                self._socket = None
            connection.close()

    def _write(self) -> None:
        while True:
            with self._changed:
                while not self._stopped.is_set() and not (self._outgoing and self._socket):
                    self._changed.wait()
                if self._stopped.is_set():
                    return
                connection, message = self._socket, self._outgoing.popleft()
            assert connection is not None
            with contextlib.suppress(OSError):
                connection.sendall(_packed(message))


def _receive(connection: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    got = 0
    while got < size:
        count = connection.recv_into(view[got:])
        if count == 0:
            raise EOFError
        got += count
    return bytes(data)
