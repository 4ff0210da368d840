"""Programs' tokens: of this room, short-lived, good for what they name, taken back for good; also over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, show_server

from avatar_live.protocol.programs import SCOPES
from avatar_live.server import tokens
from avatar_live.server.invitations import invitation
from avatar_live.server.standing import Standing
from avatar_live.server.tokens import (
    EXPIRED,
    REVOKED,
    REVOKED_MAX,
    TOKEN_CHARACTERS_MAX,
    TOKEN_S_MAX,
    WRONG,
    TokenError,
    new_token,
    read,
    revoke,
    revoke_all,
)

NOW_S = 1_800_000_000.0


def refusal(standing: Standing, token: str, now_s: float = NOW_S) -> str:
    try:
        read(standing, token, now_s)
    except TokenError as error:
        return str(error)
    return ""


def test_a_token_says_what_it_is_good_for_until_its_last_second(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    token = new_token(standing, "Robot", ("chat", "read"), NOW_S, 60.0)
    held = read(standing, token, NOW_S + 59.0)
    assert (held.name, held.scopes, held.expires_s) == ("Robot", ("read", "chat"), NOW_S + 60.0)
    assert refusal(standing, token, NOW_S + 60.0) == EXPIRED


def test_an_invitation_is_no_token_and_a_forged_one_neither(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    claims = {"aud": standing.kept.room, "role": "program", "jti": "1", "iat": 0.0, "exp": NOW_S + 60.0, "scopes": []}
    for token in (
        invitation(standing, NOW_S),
        jwt.encode(claims, "k" * 32, algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({**claims, "jti": None}, standing.kept.key, algorithm="HS256"),
        "x" * (TOKEN_CHARACTERS_MAX + 1),
        "no.token.atall",
        "\N{CAT FACE}",
    ):
        assert refusal(standing, token) == WRONG


def test_a_token_that_was_taken_back_stays_so_over_a_restart(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    token, other = (new_token(standing, "Robot", SCOPES, NOW_S, 60.0) for _ in range(2))
    revoke(standing, read(standing, token, NOW_S).id, NOW_S)
    again = Standing(tmp_path)
    assert refusal(again, token) == REVOKED
    assert refusal(again, other) == ""
    revoke_all(again, NOW_S)
    assert refusal(Standing(tmp_path), other) == REVOKED
    assert refusal(again, new_token(again, "Robot", SCOPES, NOW_S + 1.0, 60.0), NOW_S + 1.0) == ""


def test_the_list_of_tokens_taken_back_forgets_those_that_have_expired_and_is_bounded(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    revoke(standing, "old", NOW_S)
    revoke(standing, "new", NOW_S + TOKEN_S_MAX + 1.0)
    assert list(standing.kept.revoked) == ["new"]
    standing.kept.revoked = {str(number): NOW_S + 1.0 for number in range(REVOKED_MAX)}
    token = new_token(standing, "Robot", SCOPES, NOW_S, 60.0)
    revoke(standing, "one more", NOW_S)
    assert standing.kept.revoked == {}
    assert refusal(standing, token) == REVOKED, "with one past the limit all are taken back"


# --- over HTTP ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


def ask(server: ShowServer, method: str, path: str, token: str = TOKEN, body: object = None) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


def token_for(server: ShowServer, *scopes: str, **wish: object) -> tuple[str, str]:
    """Return a token and its id."""
    made = ask(server, "POST", "/tokens", body={"scopes": scopes, **wish})
    assert made.status_code == 201, made.text
    return made.json()["token"], made.json()["id"]


@pytest.mark.parametrize(
    ("method", "path", "body", "scope"),
    [
        ("GET", "/events", None, "read"),
        ("GET", "/state", None, "read"),
        ("GET", "/bridges", None, "read"),
        ("POST", "/events/test", {"type": "goal"}, "host"),
        ("POST", "/commands", {"type": "state", "id": "1"}, "read"),
        ("POST", "/commands", {"type": "say", "id": "1", "text": "hello"}, "chat"),
        ("POST", "/chat", {"text": "hello"}, "host"),
        ("GET", "/moderation", None, "moderate"),
        ("POST", "/moderation", {"type": "moderate", "deed": "thaw"}, "moderate"),
        ("PUT", "/wallets/nobody/limits", {}, "money"),
    ],
)
def test_a_route_is_open_to_its_scope_and_to_no_other(
    server: ShowServer, method: str, path: str, body: object, scope: str
) -> None:
    fits, _ = token_for(server, scope)
    others, _ = token_for(server, *(other for other in SCOPES if other != scope))
    assert ask(server, method, path, fits, body).is_success
    refused = ask(server, method, path, others, body)
    assert refused.status_code == 403 and f'"{scope}\\"' in refused.text
    assert ask(server, method, path, "wrong", body).status_code == 401
    bare = httpx.request(method, f"http://127.0.0.1:{server.port}/api{path}", json=body, timeout=DEADLINE_S)
    assert (bare.status_code, bare.headers["www-authenticate"]) == (401, 'Bearer realm="avatar_live"')


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/tokens", {"scopes": ["read"]}),
        ("DELETE", "/tokens/some-id", None),
        ("DELETE", "/tokens", None),
        ("POST", "/moderation/invitations", None),
    ],
)
def test_what_only_the_host_may_do_no_token_may(server: ShowServer, method: str, path: str, body: object) -> None:
    everything, _ = token_for(server, *SCOPES)
    assert ask(server, method, path, everything, body).status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"scopes": []},
        {"scopes": ["everything"]},
        {"scopes": ["read"], "seconds": 0},
        {"scopes": ["read"], "seconds": 1e-300},
        {"scopes": ["read"], "seconds": TOKEN_S_MAX + 1},
        {"scopes": ["read"], "name": ""},
        {"scopes": ["read"], "name": "x" * (tokens.PROGRAM_NAME_CHARACTERS_MAX + 1)},
        {"scopes": ["read"], "viewer": "x"},
    ],
)
def test_a_token_for_nothing_or_for_ever_is_not_made(server: ShowServer, wish: object) -> None:
    assert ask(server, "POST", "/tokens", body=wish).status_code == 400


def test_a_token_lives_up_to_the_longest_time(server: ShowServer) -> None:
    longest, _ = token_for(server, *SCOPES, seconds=TOKEN_S_MAX, name="x" * tokens.PROGRAM_NAME_CHARACTERS_MAX)
    assert ask(server, "GET", "/state", longest).status_code == 200


def test_a_token_that_was_taken_back_opens_nothing(server: ShowServer) -> None:
    token, id = token_for(server, "read")
    assert ask(server, "GET", "/state", token).status_code == 200
    assert ask(server, "DELETE", f"/tokens/{id}").status_code == 204
    refused = ask(server, "GET", "/state", token)
    assert refused.status_code == 401 and REVOKED in refused.text


def test_events_are_read_without_a_websocket(server: ShowServer) -> None:
    token, _ = token_for(server, "read", "chat", name="Poller")
    before = ask(server, "GET", "/events?types=chat", token).json()
    assert ask(server, "POST", "/commands", token, {"type": "say", "id": "1", "text": "one"}).json() == {
        "type": "answer",
        "id": "1",
        "ok": True,
    }
    place = f"/events?since={before['seq']}&epoch={before['epoch']}&types=chat"
    page = ask(server, "GET", place, token).json()
    assert not page["is_gap"]
    told = [(event["source"], event["data"]["name"], event["data"]["text"]) for event in page["events"]]
    assert told == [("bot", "Poller", "one")]
    assert ask(server, "GET", f"/events?since={page['seq']}&epoch=older", token).json()["is_gap"]
    assert ask(server, "GET", "/events?types=nothing", token).status_code == 400
    silent = ask(server, "POST", "/commands", token, {"type": "say", "id": "2", "text": ""})
    assert (silent.status_code, silent.json()["ok"]) == (409, False)
    assert ask(server, "POST", "/commands", token, {"type": "dance", "id": "3"}).status_code == 400
