"""The room's side of edges on other machines: hold the room, take what their lines say, tell them what comes of it.

Everything that the room says within one turn leaves with one script (`streams.TELL`), which also writes down how far
it has taken what was said. While Redis is away the room goes on for the lines of its own machine and keeps what it has
to say, bounded; beyond that the edges begin again with it, in a new `Life`.
"""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections import deque
from dataclasses import dataclass
from typing import Any, Final, assert_never

import msgspec
from redis.asyncio import Redis

from avatar_live import clock
from avatar_live.edge.link import Close, FromEdge, Greet, Joined, Left, Said, Tell, ToLine
from avatar_live.edge.streams import (
    ALL_ENTRIES_MAX,
    ANSWER_S,
    BEAT_S,
    DOWN_EVERY_S,
    FAULTS,
    KEPT_S,
    LEASE_S,
    NODE_ENTRIES_MAX,
    NODE_S_MAX,
    RETRY_S,
    UNTOLD_MAX,
    Downward,
    Keys,
    Life,
    Now,
    Onward,
    Scripts,
    Upward,
    open_redis,
    read_new,
)
from avatar_live.protocol.wire import CLOSE_RESTARTING, LIKES_PER_MESSAGE_MAX, FromViewer, Like, Show, ToViewer
from avatar_live.room import events as ev
from avatar_live.server.entrance import Entrance
from avatar_live.server.keeper import Keeper
from avatar_live.server.lease import Lease, NodesError, NodeState

EARLY_MAX: Final = 20  # messages of a line that the room's last life knew and this one does not yet
TOO_EARLY: Final = "The room has only just come back; come back, too."
_log: Final = logging.getLogger(__name__)


async def hold(redis: Redis, keys: Keys) -> Lease | str:
    """Take the room, or return who holds it. Raises NodesError while Redis does not answer."""
    owner = f"{socket.gethostname()} (process {os.getpid()}, {secrets.token_hex(4)})"
    try:
        wanted = [keys.lease, keys.fence, keys.state]
        answer: Any = await Scripts(redis).hold(keys=wanted, args=[owner, round(1e3 * LEASE_S)])
    except FAULTS as error:
        raise NodesError(f"Redis does not answer ({error}): start it, or correct --redis.") from error
    fence, holder, taken, likes = answer
    if not fence:
        return str(holder.decode().partition(" ")[2].partition(",")[0]) + ")"
    return Lease(fence, owner, taken, int(likes))


class Nodes:
    """Be the port to everybody at edges on other machines."""

    def __init__(self, keeper: Keeper, redis: Redis, keys: Keys, lease: Lease) -> None:
        self._keeper = keeper
        self._redis = redis
        self._keys = keys
        self._scripts = Scripts(redis)
        self._lease = lease
        self._life: Life = (lease.fence, 0)
        self._taken = lease.taken
        self._nodes: dict[str, _Node] = {}
        self._to_all: list[ToViewer] = []
        self._told = 0  # the number of the newest message to everybody
        self._untold = 0
        self._flushes = 0
        self._is_wanted = asyncio.Event()
        self.states: tuple[NodeState, ...] = ()
        keeper.crowd.ports.append(self)

    async def run(self) -> None:
        """Carry messages both ways until the room is somebody else's. Raises NodesError."""
        tasks = {asyncio.ensure_future(one) for one in (self._speak(), self._listen(), self._watch())}
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=ANSWER_S)  # one that waits for Redis may miss the word to end

    async def release(self) -> None:
        """Let the next one have the room at once, after `run`."""
        with contextlib.suppress(*FAULTS):
            await self._tell(self._flush())
            await self._scripts.release(keys=[self._keys.lease], args=[self._lease.value])

    # --- what the room says -----------------------------------------------------------------------------------------

    def greet(self, number: int, welcome: ToViewer) -> None:
        """Nobody is at home here: every line is some edge's."""
        raise AssertionError("a line belongs to its edge")

    def tell(self, number: int, message: ToViewer) -> None:
        """Nobody is at home here."""
        raise AssertionError("a line belongs to its edge")

    def tell_all(self, message: ToViewer) -> None:
        """Tell everybody at every edge; of the show they hear the newest."""
        if not isinstance(message, Show):
            self._to_all.append(message)
            self._told += 1
            self._untold += 1
        self._want()

    def close(self, number: int, code: int, reason: str) -> None:
        """Nobody is at home here."""
        raise AssertionError("a line belongs to its edge")

    def say_goodbye(self) -> None:
        """Leave the lines to their edges: the room may be back before anybody misses it."""

    def send(self, node: "_Node", message: ToLine) -> None:
        """Tell one edge."""
        node.untold.append((self._told, message))
        self._untold += 1
        self._want()

    def _want(self) -> None:
        self._is_wanted.set()
        if self._untold > UNTOLD_MAX:
            self._begin_again()

    def _begin_again(self) -> None:
        """Forget what the edges were not told and let their lines join anew, when Redis was away for too long."""
        _log.warning("Redis was away for too long: all lines of other machines join anew")
        self._life = (self._life[0], self._life[1] + 1)
        self._told, self._untold = 0, 0
        self._to_all.clear()
        nodes, self._nodes = self._nodes, {}
        for node in nodes.values():
            node.gone()

    async def _speak(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(BEAT_S):
                    await self._is_wanted.wait()
            self._is_wanted.clear()
            flush = self._flush()
            await self._tell_at_last(flush)
            await asyncio.sleep(DOWN_EVERY_S)

    def _flush(self) -> "_Flush":
        """Take what is to be told, together with how far the room has come."""
        self._flushes += 1
        keeper = self._keeper
        to_all, self._to_all = self._to_all, []
        standing = keeper.standing
        address_key = standing.address_key if standing is not None else ""
        now = Now(self._life, address_key, keeper.room.show, len(self.states))
        to_nodes = {}
        for node in self._nodes.values():
            if node.untold:
                node.number += 1
                to_nodes[node.name] = msgspec.msgpack.encode(Onward(self._life, node.number, node.untold))
                node.untold = []
        self._untold = 0
        first = self._told - len(to_all) + 1
        body = msgspec.msgpack.encode(Downward(self._life, first, to_all)) if to_all else b""
        number = f"{self._life[0]}.{self._flushes}"
        return _Flush(self._life, number, self._taken, keeper.room.likes, body, msgspec.msgpack.encode(now), to_nodes)

    async def _tell_at_last(self, flush: "_Flush") -> None:
        """Write a flush as soon as Redis takes it, unless its edges begin again meanwhile and know nothing of it."""
        while flush.life == self._life:
            try:
                await self._tell(flush)
                return
            except FAULTS as error:
                _log.warning("Redis does not answer: %s", type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def _tell(self, flush: "_Flush") -> None:
        """Write a flush, once. Raises NodesError when the room is somebody else's by now, and the faults of Redis."""
        names = self._keys
        keys = [names.lease, names.fence, names.state, names.up, names.all, names.now]
        keys += [names.to(node) for node in flush.to_nodes]
        arguments: list[str | bytes | int] = [self._lease.value, self._lease.fence, round(1e3 * LEASE_S)]
        arguments += [flush.number, flush.taken, flush.likes, KEPT_S, ALL_ENTRIES_MAX, flush.to_all, flush.now]
        arguments += [NODE_ENTRIES_MAX, *flush.to_nodes.values()]
        is_ours: Any = await self._scripts.tell(keys=keys, args=arguments)
        if not is_ours:
            raise NodesError("Another server keeps this room now: this one has been silent for too long and ends.")

    # --- what lines say ---------------------------------------------------------------------------------------------

    async def _listen(self) -> None:
        while True:
            try:
                found = await read_new(self._redis, {self._keys.up: self._taken})
            except FAULTS:
                await asyncio.sleep(RETRY_S)
                continue
            for place, fields in found.get(self._keys.up, ()):
                self._hear(fields)
                self._taken = place
                self._is_wanted.set()
                await asyncio.sleep(0)

    def _hear(self, fields: dict[bytes, bytes]) -> None:
        """Pass on what an edge says; what an edge of another version says may be unreadable, and would be for ever."""
        try:
            name, said = fields[b"node"].decode(), msgspec.msgpack.decode(fields[b"body"], type=Upward)
        except (KeyError, UnicodeDecodeError, msgspec.DecodeError) as error:
            _log.warning("An edge says what cannot be read (%s): is it of this version?", error)
            return
        for message in said.messages:
            self._node(name).heard(message)

    def _node(self, name: str) -> "_Node":
        if name not in self._nodes:
            self._nodes[name] = _Node(self, self._keeper, name)
        return self._nodes[name]

    # --- who is there -----------------------------------------------------------------------------------------------

    async def _watch(self) -> None:
        """Look once a second which edges live, and let the lines of those leave that do not."""
        while True:
            began_s = clock.now_s()
            try:
                keys = [self._keys.nodes, self._keys.lines]
                answer: Any = await self._scripts.look(keys=keys, args=[round(1e3 * NODE_S_MAX)])
            except FAULTS:
                await asyncio.sleep(NODE_S_MAX)  # as long as Redis is away every edge is silent, and none is to blame
                continue
            self._see({name.decode(): (silent_ms / 1e3, int(lines)) for name, silent_ms, lines in answer}, began_s)
            await asyncio.sleep(BEAT_S)

    def _see(self, alive: dict[str, tuple[float, int]], began_s: float) -> None:
        for name in [*self._nodes]:
            node = self._nodes[name]
            if name not in alive and node.since_s < began_s:
                del self._nodes[name]
                node.gone()
        self.states = tuple(
            NodeState(name, lines, len(self._nodes[name]) if name in self._nodes else 0, silent_s)
            for name, (silent_s, lines) in sorted(alive.items())
        )


@dataclass(frozen=True, slots=True)
class _Flush:
    life: Life
    number: str
    taken: bytes
    likes: int
    to_all: bytes
    now: bytes
    to_nodes: dict[str, bytes]


class _Node:
    """One edge: the room's port to it, and the entrance of its lines."""

    def __init__(self, nodes: Nodes, keeper: Keeper, name: str) -> None:
        self.name = name
        self.since_s = clock.now_s()
        self.number = 0  # of the newest batch
        self.untold: list[tuple[int, ToLine]] = []
        self._nodes = nodes
        self._keeper = keeper
        self._early: dict[int, deque[FromViewer]] = {}
        self._entrance = Entrance(keeper)
        self._entrance.attach(self)

    def __len__(self) -> int:
        return len(self._entrance)

    def greet(self, number: int, welcome: ToViewer) -> None:
        """Let a line in, with its first message."""
        self._nodes.send(self, Greet(number, welcome))
        if number in self._early:
            asyncio.get_running_loop().call_soon(self._hear_early, number)  # when its joining is done

    def tell(self, number: int, message: ToViewer) -> None:
        """Answer one line."""
        self._nodes.send(self, Tell(number, message))

    def tell_all(self, message: ToViewer) -> None:
        """Leave that to the port to everybody."""

    def close(self, number: int, code: int, reason: str) -> None:
        """Send a line away."""
        self._nodes.send(self, Close(number, code, reason))

    def say_goodbye(self) -> None:
        """Leave the lines to their edge."""

    def heard(self, message: FromEdge) -> None:
        """Take one message of the edge."""
        match message:
            case Joined(member, join, digest):
                self._entrance.left(member)  # one that joins anew
                self._entrance.joined(member, join, digest, is_digest=True)
            case Said(member, said):
                self._hear(member, said)
            case Left(member):
                self._early.pop(member, None)
                self._entrance.left(member)
            case _:
                assert_never(message)

    def gone(self) -> None:
        """Let all its members leave."""
        self._entrance.detach()

    def _hear(self, member: int, said: FromViewer) -> None:
        """Pass a message on; a line that the room's last life knew will join anew, and until then its words wait."""
        if isinstance(said, Like) and said.count > LIKES_PER_MESSAGE_MAX:
            # Its edge added them up while Redis was away; it has seen to it that no hand is too quick.
            self._keeper.handle(ev.LikesCarried(said.count - LIKES_PER_MESSAGE_MAX))
            said = Like(LIKES_PER_MESSAGE_MAX)
        if self._entrance.has(member):
            self._entrance.said(member, said)
        elif isinstance(said, Like):
            self._keeper.handle(ev.LikesCarried(said.count))
        else:
            early = self._early.setdefault(member, deque())
            early.append(said)
            if len(early) > EARLY_MAX:
                del self._early[member]
                self.close(member, CLOSE_RESTARTING, TOO_EARLY)

    def _hear_early(self, member: int) -> None:
        for said in self._early.pop(member, ()):
            self._hear(member, said)


def redis_of(url: str) -> Redis:
    """Return a client for a URL. Raises NodesError for what is none."""
    try:
        return open_redis(url)
    except ValueError as error:
        raise NodesError(f"{error} Write it like --redis redis://host:6379/0.") from error
