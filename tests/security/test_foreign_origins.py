"""A page of another site must not act in a viewer's name, nor lay our buttons under its own."""

from collections.abc import Iterator

import httpx
import pytest
from attacker import handshake, line
from patience import DEADLINE_S
from show_server import ShowServer, show_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    folder = tmp_path_factory.mktemp("origins")
    (folder / "web").mkdir()
    (folder / "web" / "index.html").write_text("<!doctype html><title>page</title>")
    with show_server(folder) as running:
        yield running


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://127.0.0.1",  # the same machine, another port
        "http://127.0.0.1:{port}.evil.example",
        "http://evil.example:{port}",
        "http://evil.example/127.0.0.1:{port}",
        "http://127.0.0.1:{port}@evil.example",
        "null",
        "file://",
        "http://[",
    ],
)
async def test_a_page_of_another_site_opens_no_line(server: ShowServer, origin: str) -> None:
    host = f"127.0.0.1:{server.port}"
    asked = handshake("/ws", f"Origin: {origin.format(port=server.port)}", host=host)
    async with line(server.port, asked) as one:
        assert (await one.head()).startswith(b"HTTP/1.1 403 ")


async def test_our_own_page_and_a_program_open_one(server: ShowServer) -> None:
    host = f"127.0.0.1:{server.port}"
    for more in ((f"Origin: http://{host}",), ()):
        async with line(server.port, handshake("/ws", *more, host=host)) as one:
            assert (await one.head()).startswith(b"HTTP/1.1 101 ")


def test_no_other_site_may_frame_the_page_or_read_the_hosts_answers(server: ShowServer) -> None:
    address = f"http://127.0.0.1:{server.port}"
    page = httpx.get(address + "/", headers={"Origin": "https://evil.example"}, timeout=DEADLINE_S)
    assert "frame-ancestors 'self'" in page.headers["content-security-policy"]
    for path in ("/", "/api/health", "/api/moderation"):
        told = httpx.get(address + path, headers={"Origin": "https://evil.example"}, timeout=DEADLINE_S)
        assert "access-control-allow-origin" not in told.headers
