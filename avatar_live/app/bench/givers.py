"""Viewers for `bench crash`: each gives without end, comes back when its line breaks, and asks again by the same id."""

import asyncio
import contextlib
import random
import threading
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec
import websockets

from avatar_live import clock
from avatar_live.protocol.catalogue import CATALOGUE
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import GiftState, GiftUpdate, GiveGift, Join, Welcome

OURS: Final = tuple(gift.id for gift in CATALOGUE)
GIVE_S: Final = 0.25  # slower than a room allows, so that most gifts are taken
ASK_AGAIN_S: Final = 2.0
RECONNECT_S: Final = 0.05


class Giver:
    """One viewer: what was asked for, and the last word on each gift."""

    def __init__(self, secret: str, seed: int, gifts: Sequence[str] = OURS) -> None:
        self.secret = secret
        self._gifts = gifts
        self.asked: dict[str, str] = {}
        self.told: dict[str, GiftState] = {}
        self._asked_s: dict[str, float] = {}
        self._random = random.Random(seed)

    @property
    def waiting(self) -> list[str]:
        """What nobody has answered yet."""
        return [id for id in self.asked if id not in self.told]

    async def live(self, urls: Sequence[str], giving: threading.Event) -> None:
        """Give while it is on, then go on asking until everything is answered."""
        while giving.is_set() or self.waiting:
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
                async with asyncio.timeout(60.0), websockets.connect(self._random.choice(urls)) as socket:
                    await self._visit(socket, giving)
            await asyncio.sleep(RECONNECT_S)

    async def _visit(self, socket: websockets.ClientConnection, giving: threading.Event) -> None:
        await _say(socket, Join(f"Giver {self.secret[-4:]}", self.secret))
        while not isinstance(to_viewer(await socket.recv(decode=False)), Welcome):
            pass
        self._asked_s.clear()  # who comes back asks at once for what was not answered
        listening = asyncio.create_task(self._listen(socket))
        try:
            while not listening.done() and (giving.is_set() or self.waiting):
                await self._ask(socket, is_giving=giving.is_set())
                await asyncio.sleep(GIVE_S * self._random.uniform(0.5, 1.5))
        finally:
            listening.cancel()
            with contextlib.suppress(asyncio.CancelledError, websockets.ConnectionClosed):
                await listening

    async def _listen(self, socket: websockets.ClientConnection) -> None:
        while True:
            message = to_viewer(await socket.recv(decode=False))
            if isinstance(message, GiftUpdate):
                self.told[message.id] = message.state

    async def _ask(self, socket: websockets.ClientConnection, *, is_giving: bool) -> None:
        now_s = clock.now_s()
        if is_giving:
            self.asked[str(uuid.uuid4())] = self._random.choice(self._gifts)
        for id in self.waiting:
            if now_s - self._asked_s.get(id, float("-inf")) >= ASK_AGAIN_S:
                self._asked_s[id] = now_s
                await _say(socket, GiveGift(id, self.asked[id]))


class Givers:
    """All of them, on a thread of their own."""

    def __init__(self, givers: Sequence[Giver], urls: Sequence[str]) -> None:
        self._givers = givers
        self._urls = urls
        self._giving = threading.Event()
        self._giving.set()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="givers")
        self._thread.start()

    def stop(self) -> None:
        """Let nobody give any more, and wait until everybody has every answer."""
        self._giving.clear()
        self._thread.join()

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            for giver in self._givers:
                group.create_task(giver.live(self._urls, self._giving))


async def _say(socket: websockets.ClientConnection, message: Join | GiveGift) -> None:
    await socket.send(msgspec.json.encode(message).decode())
