"""How often one address may ask over HTTP: at the limit and one past it, through proxies, and on a real server."""

import socket
from collections.abc import AsyncIterator, Iterator

import httpx
import msgspec
import pytest
from litestar import Litestar, get, route
from litestar.params import FromPath
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer

from avatar_live.edge.callers import Callers
from avatar_live.edge.joins import JoinRate, request_allowance
from avatar_live.room.bucket import Allowance
from avatar_live.server.access import Access
from avatar_live.server.http import TOO_OFTEN, with_callers, with_limit

LIMIT = Allowance(rate_hz=0.01, burst=3.0)
ANN, BOB = "203.0.113.1", "203.0.113.2"
AT_ONCE = 50
LINES_EACH = 20
WATCH = "a-session"


@route("/{path:path}", http_method=["GET", "POST", "PATCH", "DELETE"], status_code=200, sync_to_thread=False)
def other(path: FromPath[str]) -> str:
    return path


@get("/", sync_to_thread=False)
def page() -> str:
    return "the page"


@pytest.fixture
def rate() -> JoinRate:
    return JoinRate(LIMIT)


def asking(rate: JoinRate, peer: str, *proxies: str) -> httpx.AsyncClient:
    """Return who asks from an address."""
    limited = with_limit(
        Litestar([page, other], logging_config=None), rate, Access(TOKEN, None), lambda watch: watch == WATCH
    )
    app = with_callers(limited, Callers(proxies))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, client=(peer, 1)), base_url="http://show")  # type: ignore[arg-type]


async def test_the_last_request_of_the_burst_is_answered_and_the_next_is_told_when_to_come_back(rate: JoinRate) -> None:
    async with asking(rate, ANN) as ann, asking(rate, BOB) as bob:
        for _ in range(int(LIMIT.burst)):
            assert (await ann.get("/")).text == "the page"
        refused = await ann.get("/")
        assert (refused.status_code, refused.text, refused.headers["retry-after"]) == (429, TOO_OFTEN, "100")
        assert refused.headers["content-type"] == "text/plain; charset=utf-8"
        assert (await ann.post("/", content=b"x")).status_code == 429, "of any method"
        assert (await bob.get("/")).status_code == 200


async def test_programs_of_this_machine_are_not_counted(rate: JoinRate) -> None:
    async with asking(rate, "127.0.0.1") as local:
        assert {(await local.get("/")).status_code for _ in range(int(LIMIT.burst) + 5)} == {200}


@pytest.fixture
async def refused(rate: JoinRate) -> AsyncIterator[httpx.AsyncClient]:
    """Yield who asked too often already."""
    async with asking(rate, ANN) as ann:
        while (await ann.get("/")).status_code != 429:
            pass
        yield ann


@pytest.mark.parametrize(
    ("method", "path", "is_counted"),
    [
        ("POST", "/api/bridges/douyin", False),
        ("GET", "/api/bridges/douyin", True),
        ("POST", "/api/topup/shop", False),
        ("POST", "/api/games", True),
        ("PATCH", f"/whep/{WATCH}", False),
        ("DELETE", f"/whep/{WATCH}", False),
        ("DELETE", "/whep/none", True),
        ("POST", "/whep", True),
    ],
)
async def test_what_is_signed_and_who_watches_is_never_turned_away(
    refused: httpx.AsyncClient, method: str, path: str, is_counted: bool
) -> None:
    assert ((await refused.request(method, path)).status_code == 429) == is_counted


async def test_who_has_a_token_of_the_show_is_never_turned_away(refused: httpx.AsyncClient) -> None:
    for token, path, status in ((TOKEN, "/api/state", 200), ("wrong", "/api/state", 429), (TOKEN, "/", 429)):
        answer = await refused.get(path, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status, (token, path)


async def test_a_player_of_another_origin_reads_when_to_come_back(refused: httpx.AsyncClient) -> None:
    assert (await refused.options("/whep")).status_code == 204
    for method, path, is_readable in (("POST", "/whep", True), ("GET", "/sdk.js", True), ("GET", "/", False)):
        answer = await refused.request(method, path)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "100")
        assert ("access-control-allow-origin" in answer.headers) == is_readable
        assert ("Retry-After" in answer.headers.get("access-control-expose-headers", "")) == is_readable


async def test_behind_a_trusted_proxy_each_viewer_counts_alone(rate: JoinRate) -> None:
    async with asking(rate, "127.0.0.1", "127.0.0.1") as proxy:
        for _ in range(int(LIMIT.burst)):
            assert (await proxy.get("/", headers={"X-Forwarded-For": ANN})).status_code == 200
        assert (await proxy.get("/", headers={"X-Forwarded-For": f"198.51.100.9, {ANN}"})).status_code == 429
        assert (await proxy.get("/", headers={"X-Forwarded-For": BOB})).status_code == 200


async def test_behind_a_proxy_that_nobody_trusts_all_count_as_one(rate: JoinRate) -> None:
    async with asking(rate, "127.0.0.1") as proxy:
        for number in range(int(LIMIT.burst)):
            assert (await proxy.get("/", headers={"X-Forwarded-For": f"203.0.113.{number}"})).status_code == 200
        assert (await proxy.get("/", headers={"X-Forwarded-For": BOB})).status_code == 429


@pytest.fixture
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """Run a server behind a proxy that its host trusts."""
    server = ShowServer(tmp_path_factory.mktemp("behind"))
    server.plan = msgspec.structs.replace(server.plan, trusted_proxies=("127.0.0.1/32",), lines_each_max=LINES_EACH)
    try:
        server.start()
        yield server
    finally:
        server.kill()


def test_a_flood_of_requests_is_turned_away_and_others_are_served(behind: ShowServer) -> None:
    request = f"GET /api/room HTTP/1.1\r\nHost: test\r\nX-Forwarded-For: {ANN}\r\n\r\n".encode()
    answered, is_refused = 0, False
    with socket.create_connection(("127.0.0.1", behind.port), timeout=DEADLINE_S) as flood:
        while not is_refused:
            flood.sendall(request * AT_ONCE)
            heard = b""
            while heard.count(b"HTTP/1.1 ") < AT_ONCE or not heard.endswith((b"}", TOO_OFTEN.encode())):
                heard += flood.recv(65_536)
            is_refused = b"HTTP/1.1 429 " in heard
            answered += heard.count(b"HTTP/1.1 200 ")
        assert b"retry-after: 1\r\n" in heard.lower()
    assert answered >= request_allowance(LINES_EACH).burst
    with httpx.Client(base_url=f"http://127.0.0.1:{behind.port}", timeout=DEADLINE_S) as client:
        assert client.get("/api/health", headers={"X-Forwarded-For": BOB}).status_code == 200
        assert client.get("/api/health").status_code == 200, "this machine's own"
