"""Lines of an edge: let in, heard, told at their pace, and cut when they do not live or read."""

import asyncio
import contextlib
import random
import socket
import sys
from collections.abc import AsyncIterator
from http import HTTPStatus

import pytest
from fake_client import FakeClient
from patience import DEADLINE_S
from websockets.client import ClientProtocol
from websockets.frames import Frame
from websockets.uri import parse_uri

from avatar_live.edge import edge as edges
from avatar_live.edge.edge import AT_ONCE_MAX, EARLY_MAX, MESSAGES_BURST, TOGETHER_MIN, Edge
from avatar_live.edge.frames import Kind
from avatar_live.edge.origin import is_from_here
from avatar_live.edge.socket import EdgeSocket
from avatar_live.protocol.codec import SUBPROTOCOLS, encoded, to_viewer
from avatar_live.protocol.wire import (
    CLOSE_BAD_MESSAGE,
    CLOSE_FULL,
    CLOSE_RESTARTING,
    CLOSE_SLOW,
    LIKES_PER_MESSAGE_MAX,
    MESSAGE_BYTES_MAX,
    ChatLine,
    FromViewer,
    GiftGiven,
    Join,
    Like,
    Lines,
    Ping,
    Pong,
    Refused,
    Say,
    Show,
    ToViewer,
)

_, MSGPACK = SUBPROTOCOLS
SHOW = Show(1, 0, 0.0, 0, 0, 0, 0, (), False, "")
WELCOME = Pong(0.0)  # stands for it: an edge does not look inside


class Room:
    """A room that lets everybody in at once and keeps what it is told."""

    def __init__(self) -> None:
        self.edge: Edge
        self.joins: list[tuple[int, Join, str]] = []
        self.heard: list[tuple[int, FromViewer]] = []
        self.gone: list[int] = []
        self.is_open = True

    def joined(self, member: int, join: Join, address: str) -> None:
        self.joins.append((member, join, address))
        if self.is_open:
            self.edge.greet(member, WELCOME)

    def said(self, member: int, message: FromViewer) -> None:
        self.heard.append((member, message))

    def left(self, member: int) -> None:
        self.gone.append(member)


@pytest.fixture
def room() -> Room:
    room = Room()
    room.edge = Edge(room, is_from_here=is_from_here)
    return room


def joined(room: Room, name: str = "Ann", **more: object) -> FakeClient:
    client = FakeClient(room.edge.receive, **more)  # type: ignore[arg-type]
    client.say(Join(name))
    return client


@contextlib.asynccontextmanager
async def running(edge: Edge) -> AsyncIterator[None]:
    ticking = asyncio.create_task(edge.run())
    yield
    ticking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await ticking


async def test_a_line_joins_speaks_hears_and_leaves(room: Room) -> None:
    ann = joined(room)
    assert room.joins == [(1, Join("Ann"), "192.0.2.7")]
    ann.say(Say("hello"))
    assert room.heard == [(1, Say("hello"))]
    room.edge.tell_all(ChatLine(1, "Ann", "hello"))
    room.edge.tell(1, Refused("say", "no"))
    assert ann.heard == [WELCOME, ChatLine(1, "Ann", "hello"), Refused("say", "no")]
    ann.leave()
    assert (room.gone, len(room.edge)) == ([1], 0)
    room.edge.tell(1, SHOW)
    room.edge.greet(1, WELCOME)
    room.edge.close(1, CLOSE_FULL, "")


async def test_a_line_is_told_nothing_before_it_is_let_in_and_what_it_said_meanwhile_is_heard_then(room: Room) -> None:
    room.is_open = False
    ann = joined(room)
    ann.say(Say("let me in"))
    ann.say(Like(2))
    room.edge.tell_all(SHOW)
    assert (ann.heard, room.heard) == ([], [])
    room.edge.greet(1, WELCOME)
    room.edge.tell_all(ChatLine(1, "Ann", "hi"))
    room.edge.pass_all_likes_on()
    assert ann.heard == [WELCOME, ChatLine(1, "Ann", "hi")]
    assert room.heard == [(1, Say("let me in")), (1, Like(2))]


async def test_a_line_may_say_so_much_before_its_welcome_and_no_more(room: Room) -> None:
    room.is_open = False
    ann = joined(room)
    for number in range(EARLY_MAX):
        ann.say(Say(str(number)))
    before = ann.close_code
    ann.say(Say("one more"))
    assert (before, ann.close_code) == (None, CLOSE_BAD_MESSAGE)
    ann.leave()
    room.edge.greet(1, WELCOME)
    assert room.heard == []


async def test_a_line_that_goes_before_it_joined_is_no_news_to_the_room(room: Room) -> None:
    FakeClient(room.edge.receive).leave()
    assert (room.joins, room.gone) == ([], [])


async def test_the_first_message_is_a_join_and_a_second_one_changes_nothing(room: Room) -> None:
    hasty = FakeClient(room.edge.receive)
    hasty.say(Say("hello"))
    assert hasty.close_code == CLOSE_BAD_MESSAGE
    ann = joined(room)
    ann.say(Join("Bob"))
    assert isinstance(ann.heard[-1], Refused)
    assert len(room.joins) == 1


@pytest.mark.parametrize("data", [b"", b"hello", b'{"type":"say"}', b"x" * (MESSAGE_BYTES_MAX + 1), b"[" * 4_000])
async def test_what_is_no_message_sends_its_line_away(room: Room, data: bytes) -> None:
    ann = joined(room)
    ann.say_bytes(data)
    assert ann.close_code == CLOSE_BAD_MESSAGE
    assert room.heard == []


async def test_a_program_may_speak_msgpack(room: Room) -> None:
    bot = FakeClient(room.edge.receive, form="msgpack", subprotocols=(MSGPACK,))
    bot.say(Join("Bot"))
    bot.say(Say("beep"))
    room.edge.tell_all(SHOW)
    assert room.heard == [(1, Say("beep"))]
    assert bot.heard == [WELCOME, SHOW]


async def test_a_foreign_page_is_refused_and_our_own_and_programs_are_not(room: Room) -> None:
    for origin in ("https://evil.example", "http://show.example.evil.example", "null"):
        assert joined(room, headers={"Origin": origin}).status == HTTPStatus.FORBIDDEN
    assert joined(room, headers={"Origin": "https://show.example"}).close_code is None
    assert joined(room).close_code is None
    assert len(room.joins) == 2


@pytest.mark.parametrize("origin", ["http://[", "http://[::g]", "null"])
async def test_an_origin_that_no_page_has_is_refused_like_a_foreign_one(room: Room, origin: str) -> None:
    assert FakeClient(room.edge.receive, headers={"Origin": origin}).status == HTTPStatus.FORBIDDEN


async def test_an_edge_that_is_full_sends_the_next_one_away_for_a_moment() -> None:
    room = Room()
    room.edge = Edge(room, is_from_here=is_from_here, lines_max=2)
    first, _ = joined(room), joined(room)
    assert joined(room).close_code == CLOSE_FULL
    first.leave()
    assert joined(room).close_code is None


async def test_likes_are_added_up_and_none_is_lost(room: Room) -> None:
    ann, bob = joined(room), joined(room)
    for _ in range(LIKES_PER_MESSAGE_MAX + 3):
        ann.say(Like(1))
    ann.say(Like(-5))
    ann.say(Like(2 * LIKES_PER_MESSAGE_MAX))  # a page may say so many, see `wire`
    bob.say(Like(7))
    bob.leave()
    room.edge.pass_all_likes_on()
    likes = {1: 0, 2: 0}
    for member, message in room.heard:
        assert isinstance(message, Like) and message.count <= LIKES_PER_MESSAGE_MAX
        likes[member] += message.count
    assert likes == {1: 2 * LIKES_PER_MESSAGE_MAX + 3, 2: 7}
    assert len(room.heard) == 4


async def test_likes_come_before_what_is_said_after_them(room: Room) -> None:
    ann = joined(room)
    ann.say(Like(3))
    ann.say(Say("that was nice"))
    assert [message for _, message in room.heard] == [Like(3), Say("that was nice")]


async def test_a_ping_is_answered_by_the_edge(room: Room) -> None:
    ann = joined(room)
    ann.say(Ping(1.5))
    assert ann.heard[-1] == Pong(1.5)
    assert room.heard == []


async def test_a_line_in_a_rage_is_sent_away(room: Room) -> None:
    ann = joined(room)
    for number in range(2 * int(MESSAGES_BURST)):
        if not ann.is_cut and ann.close_code is None:
            ann.say(Say(str(number)))
    assert ann.close_code == CLOSE_BAD_MESSAGE
    assert MESSAGES_BURST - 1 <= len(room.heard) < 1.5 * MESSAGES_BURST


async def test_a_line_that_is_behind_is_told_the_gifts_and_the_newest_show_when_it_reads_again(room: Room) -> None:
    ann = joined(room)
    async with running(room.edge):
        ann.fall_behind()
        for number in range(5):
            room.edge.tell_all(GiftGiven(number, f"gift-{number}", "Bob", "rose"))
            room.edge.tell_all(Show(number, 0, 0.0, 0, 0, 0, 0, (), False, ""))
        assert ann.heard == [WELCOME]
        ann.catch_up()
        assert (await ann.until(Show)).audience == 4
    together = [message for message in ann.heard if isinstance(message, Lines)]
    gifts = [line.id for message in together for line in message.lines if isinstance(line, GiftGiven)]
    assert gifts == [f"gift-{number}" for number in range(5)]
    assert room.edge.skipped >= 10


async def test_a_line_that_is_stuck_is_cut(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "STUCK_S_MAX", 0.05)
    ann, bob = joined(room), joined(room)
    ann.fall_behind()
    async with running(room.edge):
        assert await ann.closed() == CLOSE_SLOW
    assert bob.close_code is None


class SlowReader:
    """A client on a real socket that takes so many bytes at a time."""

    def __init__(self, far: socket.socket) -> None:
        self._far = far
        self._core = ClientProtocol(parse_uri("ws://show.example/ws"), max_size=None)
        self.messages: list[ToViewer] = []
        self._core.send_request(self._core.connect())
        self._say()

    def read(self, bytes_max: int) -> None:
        with contextlib.suppress(BlockingIOError):
            self._core.receive_data(self._far.recv(bytes_max))
        for event in self._core.events_received():
            if isinstance(event, Frame):
                self.messages.append(to_viewer(bytes(event.data), "json", is_text=True))
            else:  # hands are shaken
                self._core.send_text(encoded(Join("Ann"), "json"))
                self._say()

    def gifts(self) -> list[int]:
        told = [line for one in self.messages for line in (one.lines if isinstance(one, Lines) else (one,))]
        return [line.seq for line in told if isinstance(line, GiftGiven)]

    def _say(self) -> None:
        for piece in self._core.data_to_send():
            self._far.sendall(piece)


@pytest.mark.skipif(sys.platform != "linux", reason="only there a ring writes around asyncio")
async def test_what_the_ring_writes_never_overtakes_what_waits(room: Room) -> None:
    gifts, draw = 600, random.Random(1)
    async with contextlib.AsyncExitStack() as opened, asyncio.timeout(DEADLINE_S):
        await opened.enter_async_context(running(room.edge))
        readers = []
        for _ in range(2 * TOGETHER_MIN):
            near, far = socket.socketpair()
            opened.enter_context(far).setblocking(False)
            await asyncio.get_running_loop().create_connection(lambda: EdgeSocket(room.edge.receive), sock=near)
            readers.append(SlowReader(far))
        while not all(reader.messages for reader in readers):
            await asyncio.sleep(0)
            for reader in readers:
                reader.read(10_000)
        for number in range(gifts):
            room.edge.tell_all(GiftGiven(number, f"gift-{number}", "B" * draw.randint(1, 4_000), "rose"))
            for reader in readers:
                reader.read(draw.randint(1, 4_000) if draw.random() < 0.7 else 1)
            await asyncio.sleep(0)
        assert room.edge.skipped > 0
        while any(len(reader.gifts()) < gifts for reader in readers):
            await asyncio.sleep(0)
            for reader in readers:
                reader.read(100_000)
        assert all(reader.gifts() == list(range(gifts)) for reader in readers)


async def test_for_a_line_that_is_behind_nothing_is_made(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = joined(room)
    ann.fall_behind()
    room.edge.tell_all(SHOW)
    made: list[int] = []

    def batch(heard: int, kind: Kind) -> bytes:
        made.append(heard)
        return b""

    monkeypatch.setattr(room.edge._owed, "batch", batch)
    room.edge.tell_all(GiftGiven(1, "gift-1", "Bob", "rose"))
    assert made == []
    ann.catch_up()
    room.edge.tell_all(GiftGiven(2, "gift-2", "Bob", "rose"))
    assert len(made) == 1


async def test_a_line_that_was_behind_for_too_much_is_sent_away_to_come_back(room: Room) -> None:
    from avatar_live.edge.owed import KEPT_MAX

    ann = joined(room)
    ann.fall_behind()
    for number in range(KEPT_MAX + 1):
        room.edge.tell_all(GiftGiven(number, f"gift-{number}", "Bob", "rose"))
    ann.catch_up()
    room.edge.tell_all(SHOW)
    assert ann.close_code == CLOSE_SLOW


async def test_a_silent_line_is_asked_whether_it_lives_and_cut_when_it_does_not(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edges, "QUIET_S_MAX", 1.2)  # looked for once a second
    living, dead = joined(room), joined(room)
    async with running(room.edge), asyncio.timeout(DEADLINE_S):
        while not dead.is_cut:
            living.answer()  # a client's core answers pings by itself
            await asyncio.sleep(0.01)
    assert not living.is_cut


async def test_who_does_not_join_is_not_waited_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edges, "JOIN_S_MAX", 0.05)
    silent = FakeClient(room.edge.receive)
    async with running(room.edge):
        assert await silent.closed() == CLOSE_BAD_MESSAGE


async def test_a_large_edge_tells_in_ticks_first_those_who_take_part() -> None:
    room = Room()
    room.edge = Edge(room, is_from_here=is_from_here, active_max=2)
    clients = [joined(room, f"viewer {number}") for number in range(AT_ONCE_MAX + 1)]
    clients[10].say(Say("I take part"))
    clients[20].say(Say("I do, too"))
    room.edge.tell_all(ChatLine(1, "Ann", "hello"))
    assert all(len(client.frames) == 1 for client in clients)
    loop = asyncio.get_running_loop()
    async with running(room.edge):
        started_s = loop.time()
        await clients[10].until(ChatLine)
        await clients[20].until(ChatLine)
        quick_s = loop.time() - started_s
        for client in clients:
            if client not in (clients[10], clients[20]):
                await client.until(ChatLine)
    assert quick_s <= loop.time() - started_s
    assert all(len(client.frames) == 2 for client in clients)


async def test_a_goodbye_reaches_everybody(room: Room) -> None:
    clients = [joined(room) for _ in range(3)]
    room.edge.say_goodbye()
    assert [client.close_code for client in clients] == [CLOSE_RESTARTING] * 3
