"""How much one address, one viewer and one room may do, also behind a proxy; the room's rules are in `tests/room`."""

import asyncio
import contextlib
from collections.abc import Iterator

import httpx
import msgspec
import pytest
from attacker import CLOSE, Line, handshake, line, said
from patience import DEADLINE_S
from show_server import ShowServer

from avatar_live.edge.households import MESSAGES_EACH_BURST, MESSAGES_EACH_HZ, Household, Households
from avatar_live.edge.joins import FOLLOW_UP_ALLOWANCE, JOIN_ALLOWANCE
from avatar_live.protocol.wire import CLOSE_FULL, CLOSE_REFUSED, Join
from avatar_live.room.bucket import Bucket, take
from avatar_live.server.entrance import LINES_OF_VIEWER_MAX
from avatar_live.server.keeper import ROOM_JOIN_ALLOWANCE

LINES_EACH = 3
AT_ONCE = 20  # one after the other, a busy machine may ask no quicker than is allowed
ANN, BOB = "203.0.113.1", "203.0.113.2"


@contextlib.contextmanager
def running(folder: pytest.TempPathFactory, name: str, *proxies: str) -> Iterator[ShowServer]:
    server = ShowServer(folder.mktemp(name))
    server.plan = msgspec.structs.replace(server.plan, trusted_proxies=proxies, lines_each_max=LINES_EACH)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """Run a server behind a proxy that its host trusts."""
    with running(tmp_path_factory, "behind", "127.0.0.1/32") as server:
        yield server


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """Run a server whose host trusts no proxy."""
    with running(tmp_path_factory, "bare") as server:
        yield server


async def joined(
    stack: contextlib.AsyncExitStack, server: ShowServer, forwarded: str = "", viewer: str | None = None
) -> tuple[Line, int, bytes]:
    """Join as somebody for whom a proxy speaks; return the line and the first frame."""
    more = (f"X-Forwarded-For: {forwarded}",) if forwarded else ()
    one = await stack.enter_async_context(line(server.port, handshake("/ws", *more)))
    await one.head()
    one.write(said(Join("Somebody", viewer)))
    return one, *await one.frame()


def close_code(payload: bytes) -> int:
    return int.from_bytes(payload[:2])


async def test_so_many_lines_come_from_one_address_and_one_more_is_sent_away_for_a_while(behind: ShowServer) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(LINES_EACH):
            assert (await joined(stack, behind, ANN))[1] != CLOSE
        _, opcode, payload = await joined(stack, behind, ANN)
        assert (opcode, close_code(payload)) == (CLOSE, CLOSE_FULL)
        assert (await joined(stack, behind, BOB))[1] != CLOSE, "another address is let in"
        spoofed = f"198.51.100.{len(ANN)}, {ANN}"
        assert (await joined(stack, behind, spoofed))[1] == CLOSE, "whoever writes more into the header, too"
    async with contextlib.AsyncExitStack() as stack, asyncio.timeout(DEADLINE_S):
        while (await joined(stack, behind, ANN))[1] == CLOSE:
            pass  # who has gone makes room, as soon as the server has noticed


async def test_a_program_of_this_machine_is_not_counted_and_who_comes_through_an_unknown_proxy_is(
    bare: ShowServer,
) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(LINES_EACH * 3):
            assert (await joined(stack, bare))[1] != CLOSE
        for number in range(LINES_EACH):
            assert (await joined(stack, bare, f"203.0.113.{number}"))[1] != CLOSE
        assert (await joined(stack, bare, "203.0.113.9"))[1] == CLOSE, "all of them count as one"


async def test_what_a_proxy_says_opens_nothing_that_is_for_this_machine(bare: ShowServer, behind: ShowServer) -> None:
    async with httpx.AsyncClient(timeout=DEADLINE_S) as client:
        for server in (bare, behind):
            address = f"http://127.0.0.1:{server.port}/metrics"
            assert (await client.get(address)).status_code == 200
            for forwarded in ("203.0.113.1", "127.0.0.1", "203.0.113.1, 127.0.0.1"):
                assert (await client.get(address, headers={"X-Forwarded-For": forwarded})).status_code == 403


async def test_a_viewer_has_so_many_pages_open_and_no_more(bare: ShowServer) -> None:
    async with contextlib.AsyncExitStack() as stack:
        _, _, welcome = await joined(stack, bare)
        secret = msgspec.json.decode(welcome)["viewer"]
        for _ in range(LINES_OF_VIEWER_MAX - 1):
            assert (await joined(stack, bare, viewer=secret))[1] != CLOSE
        _, opcode, payload = await joined(stack, bare, viewer=secret)
        assert (opcode, close_code(payload)) == (CLOSE, CLOSE_REFUSED)
        assert (await joined(stack, bare))[1] != CLOSE, "somebody else comes in"


async def test_offers_and_what_follows_them_are_limited_for_each_address(behind: ShowServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{behind.port}", timeout=DEADLINE_S) as client:
        calls = (
            ("POST", "/whep/", JOIN_ALLOWANCE),
            ("POST", "/whip/", JOIN_ALLOWANCE),
            ("DELETE", "/whip/nobody", FOLLOW_UP_ALLOWANCE),
            ("PATCH", "/whip/nobody", FOLLOW_UP_ALLOWANCE),
        )
        for number, (method, path, allowance) in enumerate(calls):
            caller = {"X-Forwarded-For": f"198.51.100.{number}"}
            taken, refused = 0, 0
            while not refused and taken < 5 * allowance.burst:
                told = await asyncio.gather(*(client.request(method, path, headers=caller) for _ in range(AT_ONCE)))
                refused = sum(one.status_code == 429 for one in told)
                taken += AT_ONCE - refused
            assert refused and taken >= allowance.burst, (method, path)
            other = await client.request(method, path, headers={"X-Forwarded-For": "198.51.100.99"})
            assert other.status_code != 429


def test_an_address_says_so_much_and_then_its_lines_are_cut() -> None:
    one = Household(ANN)
    assert all(one.may_say(0.0) for _ in range(int(MESSAGES_EACH_BURST)))
    assert not one.may_say(0.0)
    assert one.may_say(2.0 / MESSAGES_EACH_HZ)


def test_an_address_without_lines_is_forgotten() -> None:
    households = Households(lines_max=1)
    one = households.enter(ANN)
    assert one is not None and households.is_full(ANN) and not households.is_full(BOB)
    households.leave(one)
    assert not households.is_full(ANN)
    assert households.enter("127.0.0.1") is None and not households.is_full("127.0.0.1")


def test_so_many_come_into_a_room_at_once() -> None:
    bucket: Bucket | None = Bucket()
    for _ in range(int(ROOM_JOIN_ALLOWANCE.burst)):
        assert bucket is not None
        bucket = take(bucket, ROOM_JOIN_ALLOWANCE, 0.0)
    assert bucket is not None and take(bucket, ROOM_JOIN_ALLOWANCE, 0.0) is None
    assert take(bucket, ROOM_JOIN_ALLOWANCE, 1.0) is not None
