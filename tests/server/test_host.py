"""What the host does over HTTP, with the show's token, and what viewers see of it."""

from collections.abc import Iterator

import httpx
import pytest
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, ChatLine, Say


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


def ask(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api/{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body)


async def test_the_host_writes_into_the_chat_and_answers_a_line(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        await ann.send(Say("who are you?"))
        asked = await ann.until(ChatLine)
        told = ask(server, "POST", "chat", {"text": "your host", "reply_to": asked.seq})
        assert (told.status_code, told.json()) == (201, {"line": asked.seq + 1})
        assert await ann.until(ChatLine) == ChatLine(
            asked.seq + 1, "Test show", "your host", ("host",), asked.seq, "Ann"
        )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "x" * CHAT_CHARACTERS_MAX}, 201),
        ({"text": "x" * (CHAT_CHARACTERS_MAX + 1)}, 400),
        ({"text": "\u200b"}, 409),
        ({"text": "hi", "reply_to": -1}, 400),
        ({"text": "hi", "as": "Ann"}, 400),
        ({}, 400),
        ([], 400),
        ("hi", 400),
    ],
)
def test_what_is_no_line_is_refused(server: ShowServer, body: object, status: int) -> None:
    assert ask(server, "POST", "chat", body).status_code == status


def test_the_hosts_routes_are_for_who_holds_the_token(server: ShowServer) -> None:
    assert ask(server, "POST", "chat", {"text": "hi"}, token="wrong").status_code == 401
