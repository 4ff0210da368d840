"""An edge that is only played: it adds batches to the room's stream as fast as asked, and reads the answers.

So the room's core is measured without the cost of thousands of real sockets on the same machine.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from redis.asyncio import Redis

from avatar_live import clock
from avatar_live.app.faults import ShowError
from avatar_live.edge.link import FromEdge, Greet, Tell
from avatar_live.edge.streams import KEPT_S, UP_ENTRIES_MAX, Downward, Keys, Onward, Scripts, Upward, read_new
from avatar_live.protocol.wire import ChatLine, GiftUpdate, Refused

NAME: Final = "played"
_S_MAX: Final = 60.0


class PlayedNode:
    """Speak as an edge, and count what comes back."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._scripts = Scripts(redis)
        self._batches = 0
        self._places = {keys.all: b"0-0", keys.to(NAME): b"0-0"}
        self._answered: set[str] = set()
        self.heard: Counter[str] = Counter()
        self.heard_bytes: Counter[str] = Counter()

    async def live(self) -> None:
        """Say once a second that this edge lives, for ever."""
        keys = [self._keys.nodes, self._keys.lines, self._keys.to(NAME)]
        while True:
            await self._scripts.beat(keys=keys, args=[NAME, 0, self._places[self._keys.to(NAME)]])
            await asyncio.sleep(1.0)

    async def listen(self) -> None:
        """Count what the room says from now on, for ever."""
        newest: Any = await self._redis.xrevrange(self._keys.all, count=1)
        if newest:
            self._places[self._keys.all] = newest[0][0]  # "$" would skip what comes between two questions
        while True:
            for stream, entries in (await read_new(self._redis, self._places)).items():
                for place, fields in entries:
                    self._places[stream] = place
                    self._hear(stream, fields[b"body"])

    async def say(self, messages: Sequence[FromEdge], batch: int) -> None:
        """Add messages in batches of this size."""
        for begin in range(0, len(messages), batch):
            self._batches += 1
            body = msgspec.msgpack.encode(Upward(list(messages[begin : begin + batch])))
            self.heard_bytes["up"] += len(body)
            arguments: list[str | bytes | int] = [self._batches, NAME, body, UP_ENTRIES_MAX, KEPT_S]
            if not await self._scripts.add(keys=[self._keys.up, self._keys.sent(NAME)], args=arguments):
                raise ShowError("The room has fallen too far behind the bench.")

    async def until_taken(self) -> None:
        """Wait until the room has taken everything."""
        newest: Any = await self._redis.xrevrange(self._keys.up, count=1)
        until_s = clock.now_s() + _S_MAX
        while newest and await self._redis.hget(self._keys.state, "taken") != newest[0][0]:
            _check(until_s)
            await asyncio.sleep(0.01)

    async def until_heard(self, kind: str, count: int) -> None:
        """Wait until the room has said so many things of a kind."""
        until_s = clock.now_s() + _S_MAX
        while self.heard[kind] < count:
            _check(until_s, f"{self.heard[kind]} of {count} {kind}s")
            await asyncio.sleep(0.01)

    def _hear(self, stream: str, body: bytes) -> None:
        if stream == self._keys.all:
            told = msgspec.msgpack.decode(body, type=Downward)
            self.heard["line"] += sum(isinstance(message, ChatLine) for message in told.messages)
            self.heard_bytes["all"] += len(body)
            return
        self.heard_bytes["to"] += len(body)
        for _, message in msgspec.msgpack.decode(body, type=Onward).messages:
            if isinstance(message, Greet):
                self.heard["greet"] += 1
            elif isinstance(message, Tell) and isinstance(message.message, GiftUpdate):
                self._hear_of_gift(message.message)
            elif isinstance(message, Tell) and isinstance(message.message, Refused):
                self.heard["line"] += 1
                self.heard["lines_refused"] += 1

    def _hear_of_gift(self, gift: GiftUpdate) -> None:
        """Count the first word on a gift, which says whether it is paid."""
        if gift.id not in self._answered:
            self._answered.add(gift.id)
            self.heard["gift"] += 1
            self.heard["gifts_refused"] += gift.state == "refused"


def _check(until_s: float, progress: str = "") -> None:
    if clock.now_s() > until_s:
        raise ShowError(f"The room does not keep pace with the bench. {progress}")
