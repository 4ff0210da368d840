"""An edge anywhere: the room as it sees it through Redis, and what it does while one of the two is away.

Its lines stay open over a Redis that restarts and a room that dies. What they say waits here, bounded, and is added to
the room's stream once; when the room is there again, or has a new life, every line is let in anew, by its own secret.
A line that would have to wait in a full queue is sent away and may come back: its page gives unanswered gifts again.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any, Final, TypeVar, assert_never

import msgspec
from redis.asyncio import Redis

from avatar_live import clock
from avatar_live.edge.address import address_digest
from avatar_live.edge.edge import Edge
from avatar_live.edge.link import Close, FromEdge, Greet, Joined, Left, Said, Tell, ToLine
from avatar_live.edge.streams import (
    AWAY_S,
    BATCH_MAX,
    BEAT_S,
    BLOCK_S,
    FAULTS,
    KEPT_S,
    RETRY_S,
    UP_ENTRIES_MAX,
    UP_EVERY_S,
    WAITING_MAX,
    Downward,
    Keys,
    Life,
    Now,
    Onward,
    Scripts,
    Upward,
    read_new,
)
from avatar_live.protocol.wire import CLOSE_RESTARTING, ChatLine, FromViewer, GiftGiven, Join, Like, Show, Welcome

MARKS_MAX: Final = 4_000  # a welcome that is further behind than that lets its line miss some lines
REJOINS_AT_ONCE: Final = 25  # of all edges together in the pace of one batch: a room takes 3,000 joins a second
REJOINS_PER_BATCH_MAX: Final = 10
AWAY: Final = "The room is away for a moment; what you give now waits for it."
TOO_MUCH: Final = "The room has been away for long; come back in a moment."
NO_LIFE: Final[Life] = (0, 0)
T = TypeVar("T")


class Node:
    """Be the room (`edge.Room`) for the lines of one edge; `attach` tells which edge it is."""

    def __init__(self, redis: Redis, keys: Keys, name: str) -> None:
        self.name = name
        self._redis = redis
        self._keys = keys
        self._scripts = Scripts(redis)
        self._edge: Edge
        self._life = NO_LIFE
        self._address_key = ""
        self._seen_s = float("-inf")  # when the room last said that it lives
        self._show: Show | None = None
        self._edges = 1  # that share what the room takes at once
        self._is_told_away = False
        self._members: dict[int, Joined] = {}  # how each line joins, also again
        self._rejoining: dict[int, int] = {}  # and the newest line that each has heard
        self._waiting: deque[FromEdge] = deque()
        self._likes: dict[int, int] = {}  # of each line, added up until the next batch, however late that is
        self._is_waiting = asyncio.Event()
        self._heard = 0  # the number of the newest message to everybody
        self._seq = 0  # of the newest line in it
        self._marks: deque[int] = deque(maxlen=MARKS_MAX)  # what the edge calls the newest messages to everybody
        self._onward = 0  # the number of the newest batch for this edge alone
        self._early: deque[tuple[int, ToLine]] = deque()  # each waits until everybody was told what came before it
        self._places: dict[str, bytes] = {}  # in the streams
        self.batches = 0

    def attach(self, edge: Edge) -> None:
        """Tell this edge what the room says."""
        self._edge = edge

    @property
    def is_there(self) -> bool:
        """Whether the room was heard of lately."""
        return bool(self._places) and clock.now_s() - self._seen_s < AWAY_S

    @property
    def waiting(self) -> int:
        """How many messages wait for Redis or the room."""
        return len(self._waiting)

    # --- what lines do ----------------------------------------------------------------------------------------------

    def joined(self, member: int, join: Join, address: str) -> None:
        """Ask the room to let a line in; its address stays here."""
        self._members[member] = joined = Joined(member, join, address_digest(self._address_key, address))
        self._send(member, joined)

    def said(self, member: int, message: FromViewer) -> None:
        """Pass a message on."""
        if isinstance(message, Like):
            self._likes[member] = self._likes.get(member, 0) + message.count
            self._is_waiting.set()
        else:
            self._send(member, Said(member, message))

    def left(self, member: int) -> None:
        """Tell that a line is gone."""
        del self._members[member]
        self._rejoining.pop(member, None)
        self._waiting.append(Left(member))  # there are no more of these than lines
        self._is_waiting.set()

    def _send(self, member: int, message: FromEdge) -> None:
        if len(self._waiting) >= WAITING_MAX:
            self._edge.close(member, CLOSE_RESTARTING, TOO_MUCH)
            return
        self._waiting.append(message)
        self._is_waiting.set()

    # --- to the room ------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Carry messages both ways for ever."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._beat(), name="beat")
            tasks.create_task(self._speak(), name="speak")
            tasks.create_task(self._listen(), name="listen")
            tasks.create_task(self._watch(), name="watch")

    async def leave(self) -> None:
        """Say what waits, and goodbye, when nothing runs any more; a Redis that is away finds it out by itself."""
        with contextlib.suppress(*FAULTS):
            while self._has_something:
                if not await self._add(self._batch()):
                    return
            keys = [self._keys.nodes, self._keys.lines, self._keys.to(self.name), self._keys.sent(self.name)]
            await self._scripts.leave(keys=keys, args=[self.name])

    async def _speak(self) -> None:
        while True:
            if not self._has_something:
                self._is_waiting.clear()
                await self._is_waiting.wait()
            body = self._batch()
            await self._add_at_last(body)
            await asyncio.sleep(UP_EVERY_S)

    @property
    def _has_something(self) -> bool:
        return bool(self._waiting or self._likes or self._rejoining)

    def _batch(self) -> bytes:
        """Take what waits, lines that join anew first: what they say can wait at the room, but not the other way."""
        self.batches += 1
        messages: list[FromEdge] = []
        rejoins = min(max(REJOINS_AT_ONCE // self._edges, 1), REJOINS_PER_BATCH_MAX)
        for member in list(self._rejoining)[:rejoins]:
            joined, seq = self._members[member], self._rejoining.pop(member)
            messages.append(Joined(member, msgspec.structs.replace(joined.join, seq=seq), joined.address))
        for member in list(self._likes)[:BATCH_MAX]:
            messages.append(Said(member, Like(self._likes.pop(member))))
        while self._waiting and len(messages) < 2 * BATCH_MAX:
            messages.append(self._waiting.popleft())
        return msgspec.msgpack.encode(Upward(messages))

    async def _add_at_last(self, body: bytes) -> None:
        while True:
            with contextlib.suppress(*FAULTS):
                if await self._add(body):
                    return
            await asyncio.sleep(RETRY_S)

    async def _add(self, body: bytes) -> bool:
        """Add the newest batch, unless it stands there already; False when too much waits there."""
        keys = [self._keys.up, self._keys.sent(self.name)]
        answer = await self._scripts.add(keys=keys, args=[self.batches, self.name, body, UP_ENTRIES_MAX, KEPT_S])
        return bool(answer)

    async def _beat(self) -> None:
        """Say once a second that this edge lives; whom nobody knows any more has lost its place in the room."""
        is_known = False
        while True:
            if not self.is_there and self._show is not None and not self._is_told_away:
                self._is_told_away = True
                self._edge.tell_all(msgspec.structs.replace(self._show, source=AWAY))
            with contextlib.suppress(*FAULTS):
                own = self._keys.to(self.name)
                keys, place = [self._keys.nodes, self._keys.lines, own], self._places.get(own, b"0-0")
                was_known = bool(await self._scripts.beat(keys=keys, args=[self.name, len(self._edge), place]))
                if is_known and not was_known:
                    self._join_anew()
                is_known = True
            await asyncio.sleep(BEAT_S)

    def _join_anew(self) -> None:
        """Let every line join again, slowly."""
        self._rejoining = dict.fromkeys(self._members, self._seq)
        self._onward = 0
        self._early.clear()
        self._is_waiting.set()

    # --- from the room ----------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        """Hear what the room tells everybody and this edge, from now on, and go on there after every break."""
        while True:
            try:
                if not self._places:
                    self._places = await self._beginning()
                found = await read_new(self._redis, self._places)
            except FAULTS:
                await asyncio.sleep(RETRY_S)
                continue
            for stream in (self._keys.all, self._keys.to(self.name)):
                for place, fields in found.get(stream, ()):
                    self._places[stream] = place
                    if stream == self._keys.all:
                        self._hear_all(_read(fields.get(b"body", b""), Downward))
                    else:
                        self._hear_own(_read(fields.get(b"body", b""), Onward))
                    await asyncio.sleep(0)
            self._obey_early()

    async def _beginning(self) -> dict[str, bytes]:
        newest: Any = await self._redis.xrevrange(self._keys.all, count=1)
        place = b"0-0"
        if newest:
            place, fields = newest[0]
            last = _read(fields.get(b"body", b""), Downward)
            if last is not None:
                self._life, self._heard = last.life, last.first + len(last.messages) - 1
        return {self._keys.all: place, self._keys.to(self.name): b"0-0"}

    def _hear_all(self, told: Downward | None) -> None:
        if told is None or not self._is_of_this_life(told.life):
            return
        if told.first != self._heard + 1 and self._heard:
            self._join_anew()  # something is missing; each welcome brings the lines since then
        self._heard = told.first - 1
        for message in told.messages:
            if isinstance(message, ChatLine | GiftGiven):
                self._seq = message.seq
            self._edge.tell_all(message)
            self._marks.append(self._edge.told)
            self._heard += 1

    def _hear_own(self, told: Onward | None) -> None:
        if told is None or not self._is_of_this_life(told.life):
            return
        if told.number not in (1, self._onward + 1):
            self._join_anew()
        self._onward = told.number
        self._early += told.messages

    def _obey_early(self) -> None:
        while self._early and self._early[0][0] <= self._heard:
            after, message = self._early.popleft()
            self._obey(after, message)

    def _obey(self, after: int, message: ToLine) -> None:
        match message:
            case Greet(member, welcome):
                joined = self._members.get(member)
                if joined is not None and isinstance(welcome, Welcome):
                    join = Join(joined.join.name, welcome.viewer, welcome.epoch, welcome.seq)
                    self._members[member] = Joined(member, join, joined.address)
                missed = self._heard - after
                told = self._marks[-1 - missed] if 0 < missed < len(self._marks) else None
                self._edge.greet(member, welcome, told)
            case Tell(member, answer):
                self._edge.tell(member, answer)
            case Close(member, code, reason):
                self._edge.close(member, code, reason)
            case _:
                assert_never(message)

    async def _watch(self) -> None:
        """Hear what the room publishes."""
        while True:
            with contextlib.suppress(*FAULTS):
                async for data in self._published():
                    self._see(_read(data, Now))
            await asyncio.sleep(RETRY_S)

    async def _published(self) -> AsyncIterator[bytes]:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(self._keys.now)
            since_s = clock.now_s()
            while clock.now_s() - max(since_s, self._seen_s) < AWAY_S:  # after that the line may be dead: a fresh one
                heard: Any = await channel.get_message(timeout=BLOCK_S)
                if heard is not None:
                    yield heard["data"]

    def _see(self, now: Now | None) -> None:
        if now is None or not self._is_of_this_life(now.life):
            return
        self._seen_s, self._address_key, self._edges = clock.now_s(), now.address_key, max(now.edges, 1)
        if now.show != self._show or self._is_told_away:
            self._show, self._is_told_away = now.show, False
            self._edge.tell_all(now.show)

    def _is_of_this_life(self, life: Life) -> bool:
        """Say whether something is of the room's newest life, and begin with a newer one."""
        if life > self._life:
            self._life, self._heard, self._seq = life, 0, 0
            self._marks.clear()
            self._marks.append(self._edge.told)
            self._join_anew()
        return life == self._life


def _read(body: bytes, kind: type[T]) -> T | None:
    """Return what a room says; None for what cannot be read, as of another version: it is missed like what was lost."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
