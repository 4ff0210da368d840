"""A websocket that comes back by itself, and stays away where the close code says that coming back is of no use."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

RETRY_FIRST_S: Final = 0.4
RETRY_S_MAX: Final = 8.0
OPEN_S_MAX: Final = 5.0
CLOSE_S_MAX: Final = 1.0
MESSAGE_BYTES_MAX: Final = 4 * 1024 * 1024  # a welcome brings a whole room
REFUSALS: Final = range(4100, 4200)  # close codes of the protocol that ask for a change first
SCHEMES: Final = {"": "ws", "http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}
WRONG_ADDRESS: Final = '"{address}" is no address of a show: write http://127.0.0.1:8080, as the show prints it.'
NO_LINE: Final = "The line to the show at {url} cannot be kept ({fault})."
NOT_HERE: Final = "There is no show at {url} (HTTP {status}); is the address that of the viewers' page?"

log = logging.getLogger("avatar_live.client")


class ClientError(Exception):
    """Say in one sentence what went wrong, and what to do."""


class ClosedError(ClientError):
    """Tell that the show closed the line for good; `code` is the websocket's close code, 0 for a refused handshake."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason or f"The show closed the line for good (code {code}).")
        self.code = code


class RefusedError(ClientError):
    """Tell in the show's words why it did not do what was asked."""


class Guest(Protocol):
    """Who uses a line."""

    def target(self) -> str:
        """Return the URL to connect to now, with what was seen so far."""

    def greeting(self) -> str | None:
        """Return the first message to send on a new connection."""

    async def heard(self, message: str) -> None:
        """Take one message."""

    def lost(self) -> None:
        """Take note that the connection is gone, for now."""

    def ended(self, error: ClientError) -> None:
        """Take note that the line is closed for good."""


class Backoff:
    """Wait between tries: doubling, with jitter, so that an audience does not come back all at once."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._tries = 0

    def next_s(self) -> float:
        """Return the next wait: between half and all of the doubled time."""
        full_s: float = min(RETRY_S_MAX, RETRY_FIRST_S * 2**self._tries)
        self._tries += full_s < RETRY_S_MAX
        return full_s * (0.5 + 0.5 * self._draw())

    def reset(self) -> None:
        """Begin anew after a success."""
        self._tries = 0


class Line:
    """Keep one websocket open for a guest, from `open` to `close`."""

    def __init__(self, guest: Guest, token: str = "") -> None:
        self._guest = guest
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._socket: ClientConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._backoff = Backoff()
        self._rest_s = 0.0

    async def open_until(self, welcomed: Callable[[], Awaitable[None]]) -> None:
        """Open, and return when it is welcomed; on any fault the line is closed again. Raises ClientError."""
        self._guest.target()  # a wrong address is told before anything waits for it
        self.open()
        try:
            await welcomed()
        except BaseException:
            await self.close()
            raise

    def open(self) -> None:
        """Connect, and connect again whenever the line breaks."""
        self._task = asyncio.create_task(self._run(), name="avatar_live line")

    async def close(self) -> None:
        """Say goodbye."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def rest(self, seconds: float) -> None:
        """Wait at least so long before the next connection, as the show asks."""
        self._rest_s = seconds

    async def send(self, message: str) -> bool:
        """Send a message; False while there is nobody to send it to."""
        if self._socket is None:
            return False
        try:
            await self._socket.send(message)
        except ConnectionClosed:
            return False
        return True

    async def _run(self) -> None:
        is_away = False
        while True:
            try:
                why = await self._live()
            except ClientError as error:
                self._guest.ended(error)
                return
            except Exception as fault:  # a host's name that is none, a proxy that needs more: nobody may wait for ever
                log.debug("The line ended.", exc_info=True)
                self._guest.ended(ClientError(NO_LINE.format(url=self._guest.target().partition("?")[0], fault=fault)))
                return
            if not is_away:
                log.warning("The show is away (%s); trying again.", why)
            is_away = self._socket is None
            self._socket = None
            self._guest.lost()
            await asyncio.sleep(self._rest_s + self._backoff.next_s())
            self._rest_s = 0.0

    async def _live(self) -> str:
        """Connect once, listen until the connection breaks, and return why. Raises ClientError when it is for good."""
        url = self._guest.target()
        try:
            async with connect(
                url,
                additional_headers=self._headers,
                open_timeout=OPEN_S_MAX,
                close_timeout=CLOSE_S_MAX,
                max_size=MESSAGE_BYTES_MAX,
            ) as socket:
                self._socket = socket
                greeting = self._guest.greeting()
                if greeting is not None:
                    await socket.send(greeting)
                while True:
                    message = await socket.recv()
                    self._backoff.reset()
                    if isinstance(message, str):
                        await self._guest.heard(message)
        except ConnectionClosed as closed:
            close = closed.rcvd
            if close is not None and close.code in REFUSALS:
                raise ClosedError(close.reason, close.code) from None
            return close.reason or str(close.code) if close is not None else "the connection broke"
        except InvalidStatus as refused:
            status = refused.response.status_code
            if status < HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.TOO_MANY_REQUESTS:
                raise ClosedError(NOT_HERE.format(url=url.partition("?")[0], status=status)) from None
            return f"HTTP {status}"
        except (OSError, TimeoutError, InvalidHandshake) as failure:
            return str(failure) or type(failure).__name__


def socket_url(address: str, path: str, query: Mapping[str, str] | None = None) -> str:
    """Return where a show's websocket is. Raises ClientError for what is no address.

    >>> socket_url("https://show.example", "/ws")
    'wss://show.example/ws'
    """
    try:
        place = urlsplit(address if "//" in address else f"//{address}")
        is_right = place.scheme in SCHEMES and bool(place.hostname) and place.port != 0
    except ValueError:
        is_right = False
    if not is_right:
        raise ClientError(WRONG_ADDRESS.format(address=address))
    return urlunsplit((SCHEMES[place.scheme], place.netloc, place.path.rstrip("/") + path, urlencode(query or {}), ""))
