"""One question and its answer between two processes of a show, on a local socket that is closed after it.

Nothing is kept between two questions, so either side may fall and start again at any moment. The address lies in the
show's private run folder: a socket's file on POSIX, elsewhere a loopback port that asks for the folder's secret.
A message is four bytes of length and msgpack.
"""

import asyncio
import contextlib
import hmac
import secrets
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

Q = TypeVar("Q")
A = TypeVar("A")

MESSAGE_BYTES_MAX: Final = 256 * 1024
QUESTION_S_MAX: Final = 2.0  # for who connected to ask

_HAS_UNIX_SOCKETS: Final = hasattr(socket, "AF_UNIX")
_LENGTH = struct.Struct("<I")
_PORT = struct.Struct("<H")
_SECRET_BYTES: Final = 32


class NobodyAnswersError(Exception):
    """Tell that the other process is not there, or fell or took too long while it was asked."""


@contextlib.asynccontextmanager
async def answering(
    run_folder: Path,
    name: str,
    questions: "msgspec.msgpack.Decoder[Q]",
    answer: Callable[[Q], Awaitable[msgspec.Struct]],
) -> AsyncIterator[None]:
    """Answer the questions that are asked of `name`, several at a time."""
    secret = secrets.token_bytes(_SECRET_BYTES)
    conversations: set[asyncio.Task[None]] = set()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        conversations.add(task)
        try:
            async with asyncio.timeout(QUESTION_S_MAX):
                if not _HAS_UNIX_SOCKETS and not hmac.compare_digest(await reader.readexactly(len(secret)), secret):
                    return
                question = questions.decode(await _receive(reader))
            writer.write(_packed(await answer(question)))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError, ValueError):
            pass  # who asked is gone, or was none of ours
        finally:
            conversations.discard(task)
            writer.close()

    if _HAS_UNIX_SOCKETS:
        path = run_folder / f"{name}.sock"
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(converse, path)
    else:
        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        (run_folder / f"{name}.port").write_bytes(_PORT.pack(port) + secret)
    try:
        yield
    finally:
        server.close()
        for conversation in list(conversations):
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await server.wait_closed()


async def ask(
    run_folder: Path, name: str, question: msgspec.Struct, answers: "msgspec.msgpack.Decoder[A]", timeout_s: float
) -> A:
    """Return what `name` answers. Raises NobodyAnswersError."""
    writer = None
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await _connect(run_folder, name)
            writer.write(_packed(question))
            return answers.decode(await _receive(reader))
    except (OSError, asyncio.IncompleteReadError, TimeoutError, ValueError, struct.error) as fault:
        raise NobodyAnswersError(f"the {name} does not answer") from fault
    finally:
        if writer is not None:
            writer.close()


async def _connect(run_folder: Path, name: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if _HAS_UNIX_SOCKETS:
        return await asyncio.open_unix_connection(run_folder / f"{name}.sock")
    address = (run_folder / f"{name}.port").read_bytes()
    reader, writer = await asyncio.open_connection("127.0.0.1", _PORT.unpack_from(address)[0])
    writer.write(address[_PORT.size :])
    return reader, writer


async def _receive(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    if length > MESSAGE_BYTES_MAX:
        raise ValueError(f"a message of {length} bytes")
    return await reader.readexactly(length)


def _packed(message: msgspec.Struct) -> bytes:
    body = msgspec.msgpack.encode(message)
    return _LENGTH.pack(len(body)) + body
