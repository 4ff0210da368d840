"""What viewers say is read with each frame, and at once from those who miss packets."""

import asyncio
import contextlib
import errno
import functools
import socket
import struct
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import psutil
import pytest
import pytest_asyncio
from peer import until

from avatar_live.broadcast.rounds import PROMPT_S, READS_MAX, REST_S, TURNS_S, Mailbox, Rounds
from avatar_live.clock import now_s

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which of many sockets has something")


class Wall:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = now_s()

    def __call__(self) -> float:
        return self.now_s


class Ear(asyncio.DatagramProtocol):
    """What ICE would be: it hears what the loop reads, and what is read in its place."""

    def __init__(self, on_heard: Callable[[bytes], None]) -> None:
        self.heard: list[bytes] = []
        self._on_heard = on_heard

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.heard.append(data)
        self._on_heard(data)


class OwnPair:
    """The pair of addresses that ICE has chosen, without ICE."""

    def __init__(self, transport: Any, ear: Ear, *, is_relayed: bool = False) -> None:
        self._transport = transport
        self._ear = ear
        self._is_relayed = is_relayed
        self.can_pause = True

    @property
    def socket_handle(self) -> int | None:
        return None if self._is_relayed else int(self._transport.get_extra_info("socket").fileno())

    @property
    def is_closed(self) -> bool:
        return bool(self._transport.is_closing())

    def pause_reading(self) -> None:
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()

    def receive(self, data: bytes, sender: Any) -> None:
        self._ear.datagram_received(data, sender)


class Scene:
    """A viewer's two ends, whose own is read in rounds."""

    def __init__(self, transport: Any, ear: Ear, peer: socket.socket, rounds: Rounds, wall: Wall) -> None:
        self.transport = transport
        self.ear = ear
        self._peer = peer
        self.rounds = rounds
        self.wall = wall
        self.mailbox = self.open()

    def open(self, *, is_relayed: bool = False) -> Mailbox | None:
        pair: Any = OwnPair(self.transport, self.ear, is_relayed=is_relayed)
        return self.rounds.open(pair)

    def say(self, *words: bytes) -> None:
        for word in words:
            self._peer.sendto(word, self.transport.get_extra_info("sockname"))

    def hurry(self) -> None:
        assert self.mailbox is not None
        self.rounds.hurry(self.mailbox)


@contextlib.asynccontextmanager
async def opened(
    on_heard: Callable[[Rounds, bytes], None] = lambda rounds, data: None, beside: Scene | None = None
) -> AsyncIterator[Scene]:
    wall = Wall() if beside is None else beside.wall
    rounds = Rounds(wall) if beside is None else beside.rounds
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        transport, ear = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: Ear(lambda data: on_heard(rounds, data)), local_addr=("127.0.0.1", 0)
        )
        scene = Scene(transport, ear, peer, rounds, wall)
        yield scene
        if scene.mailbox is not None:
            rounds.close(scene.mailbox)
        transport.close()


@pytest_asyncio.fixture
async def scene() -> AsyncIterator[Scene]:
    async with opened() as scene:
        yield scene


@contextlib.contextmanager
def few_handles(count: int) -> Iterator[None]:
    """Let the process open so many handles more."""
    import resource

    with socket.socket() as next_one:
        most = next_one.fileno()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


async def some_turns_of_the_loop() -> None:
    """Let the loop do what it has to, were it to read."""
    for _ in range(5):
        await asyncio.sleep(0.001)


async def test_who_is_content_is_read_in_rounds_and_not_before(scene: Scene) -> None:
    scene.say(b"one", b"two")
    await some_turns_of_the_loop()
    assert scene.ear.heard == []
    scene.rounds.read()
    assert scene.ear.heard == [b"one", b"two"]
    scene.rounds.read()
    assert len(scene.ear.heard) == 2


async def test_who_misses_packets_is_read_at_once_until_a_while_after_the_last(scene: Scene) -> None:
    scene.say(b"waits")
    scene.hurry()
    await until(lambda: scene.ear.heard == [b"waits"], "it was not read")
    scene.wall.now_s += PROMPT_S * 0.9
    scene.hurry()
    scene.wall.now_s += PROMPT_S * 0.9
    scene.rounds.read()
    scene.say(b"at once")
    await until(lambda: scene.ear.heard[-1] == b"at once", "it was not read")
    scene.wall.now_s += PROMPT_S
    scene.rounds.read()
    scene.say(b"later")
    await some_turns_of_the_loop()
    assert scene.ear.heard[-1] == b"at once"
    scene.rounds.read()
    assert scene.ear.heard[-1] == b"later"


async def test_who_misses_a_packet_that_a_round_tells_of_is_read_on_by_the_loop() -> None:
    async with opened(lambda rounds, data: losing.hurry()) as losing:
        losing.say(b"missing", b"missing too")
        losing.rounds.read()
        assert losing.ear.heard == [b"missing"]
        await until(lambda: losing.ear.heard[1:] == [b"missing too"], "it was not read")


async def test_a_flood_waits(scene: Scene) -> None:
    scene.say(*(b"%d" % number for number in range(2 * READS_MAX)))
    scene.rounds.read()
    assert len(scene.ear.heard) == READS_MAX
    scene.rounds.read()
    assert len(scene.ear.heard) == 2 * READS_MAX


async def test_the_time_is_that_at_which_something_came_in() -> None:
    told: list[float] = []
    async with opened(lambda rounds, data: told.append(rounds.now())) as scene:
        said_s = now_s()
        scene.say(b"report")
        said_until_s = now_s()
        await asyncio.sleep(0.2)
        scene.wall.now_s = now_s()
        scene.rounds.read()
        assert said_s - 0.05 <= told[0] <= said_until_s + 0.05, "it came 0.2 s before it was read"
        assert scene.rounds.now() == scene.wall.now_s


async def test_nothing_came_in_before_the_last_round_whatever_becomes_of_the_wall_clock() -> None:
    told: list[float] = []
    async with opened(lambda rounds, data: told.append(rounds.now())) as scene:
        scene.rounds.read()
        last_s = scene.wall.now_s
        scene.say(b"report")
        await asyncio.sleep(0.2)
        scene.wall.now_s += 0.02
        scene.rounds.read()
        assert told == [last_s]


async def test_while_the_show_rests_the_loop_reads(scene: Scene) -> None:
    scene.rounds.catch_up()
    scene.say(b"one")
    await some_turns_of_the_loop()
    assert scene.ear.heard == []
    scene.wall.now_s += REST_S
    scene.rounds.catch_up()
    await until(lambda: scene.ear.heard == [b"one"], "it was not read")
    for number in range(int(2 * PROMPT_S / REST_S)):
        scene.wall.now_s += REST_S
        scene.rounds.catch_up()
        scene.say(b"%d" % number)
        await until(lambda said=b"%d" % number: scene.ear.heard[-1] == said, "it was not read after a while")


async def test_what_one_says_that_cannot_be_read_keeps_nobody_else_from_being_read() -> None:
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context["exception"]))
    surprise = struct.error("a packet of which ICE did not think")

    def fail(rounds: Rounds, data: bytes) -> None:
        raise surprise

    async with opened(fail) as broken, opened(beside=broken) as scene:
        broken.say(b"one", b"two", b"three")
        scene.say(b"one")
        for rounds_read in (1, 2, 3):
            scene.rounds.read()
            assert scene.ear.heard == [b"one"]
            assert errors == [surprise] * rounds_read
        assert scene.rounds.now() == scene.wall.now_s


async def test_a_turn_comes_with_the_first_round_after_its_time(scene: Scene) -> None:
    done: list[list[str]] = [[]]

    def note(name: str) -> None:
        done[-1].append(name)

    for name, delay_s in (("later", 2.0), ("sooner", 1.0)):
        scene.rounds.call_in_turn(delay_s, functools.partial(note, name))
    for _ in range(4):
        scene.wall.now_s += 0.6
        scene.rounds.read()
        done.append([])
    assert done[:-1] == [[], ["sooner"], [], ["later"]]


async def test_turns_come_together(scene: Scene) -> None:
    done: list[float] = []
    for number in range(20):
        scene.rounds.call_in_turn(0.05 * number, lambda: done.append(scene.wall.now_s))
    for _ in range(50):
        scene.wall.now_s += 0.03
        scene.rounds.read()
    assert len(done) == 20
    assert 1 < len(set(done)) <= 1.5 / TURNS_S


async def test_what_the_system_does_not_watch_is_read_by_the_loop(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scene.mailbox is not None
    watching = scene.rounds._waiting

    class Full:
        def register(self, handle: int, events: int) -> None:
            raise OSError(errno.ENOSPC, "no more")

        def __getattr__(self, name: str) -> Any:
            return getattr(watching, name)

    scene.rounds.hurry(scene.mailbox)
    scene.wall.now_s += PROMPT_S
    with monkeypatch.context() as patched:
        patched.setattr(scene.rounds, "_waiting", Full())
        scene.rounds.read()
        scene.say(b"one")
        await until(lambda: scene.ear.heard == [b"one"], "it was not read")
    scene.wall.now_s += PROMPT_S
    scene.rounds.read()
    scene.say(b"two")
    await some_turns_of_the_loop()
    assert scene.ear.heard == [b"one"]
    scene.rounds.read()
    assert scene.ear.heard == [b"one", b"two"]


async def test_a_turn_that_fails_keeps_nobody_from_theirs(scene: Scene) -> None:
    errors: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: errors.append(context["exception"]))
    surprise, done = OSError("no way out"), list[None]()

    def fail() -> None:
        raise surprise

    scene.rounds.call_in_turn(1.0, fail)
    scene.rounds.call_in_turn(1.0, lambda: done.append(None))
    scene.wall.now_s += 1.0
    scene.rounds.read()
    assert (errors, done) == ([surprise], [None])


async def test_closed_it_is_read_by_the_loop_again_and_holds_no_handle() -> None:
    process = psutil.Process()
    async with opened() as scene:
        assert scene.mailbox is not None
        before = process.num_fds()
        scene.say(b"one")
        for _ in range(2):
            scene.rounds.close(scene.mailbox)
        assert process.num_fds() == before - 2, "its own, and the one that all share"
        await until(lambda: scene.ear.heard == [b"one"], "it was not read")
        scene.rounds.read()


async def test_who_has_the_number_of_a_handle_that_was_closed_is_read(scene: Scene) -> None:
    assert scene.mailbox is not None
    earlier = scene.mailbox
    scene.rounds.close(earlier)
    scene.mailbox = scene.open()
    assert scene.mailbox is not None
    assert scene.mailbox.handle == earlier.handle
    scene.rounds.hurry(earlier)
    scene.rounds.close(earlier)
    assert len(scene.rounds) == 1
    scene.say(b"one")
    scene.rounds.read()
    assert scene.ear.heard == [b"one"]


@pytest.mark.parametrize("handles_left", [0, 1])
async def test_where_no_handles_are_left_the_loop_reads(scene: Scene, handles_left: int) -> None:
    assert scene.mailbox is not None
    scene.rounds.close(scene.mailbox)
    with few_handles(handles_left):
        scene.mailbox = scene.open()
    assert scene.mailbox is None
    scene.say(b"one")
    await until(lambda: scene.ear.heard == [b"one"], "it was not read")


async def test_what_ice_has_closed_is_not_read(scene: Scene) -> None:
    scene.say(b"one")
    scene.transport.close()
    scene.rounds.read()
    assert scene.ear.heard == []


async def test_a_relay_is_read_by_the_loop(scene: Scene) -> None:
    assert scene.open(is_relayed=True) is None
