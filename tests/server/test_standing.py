"""Moderation over real sockets: invitations, deeds over HTTP, bans and mutes over edges and restarts, the audit log."""

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import jwt
import msgspec
import pytest
import websockets
from msgspec.structs import replace
from patience import DEADLINE_S
from show_server import TOKEN, Page, ShowServer, page, show_server

from avatar_live.channels.processes import Panic
from avatar_live.protocol.catalogue import GIFTS
from avatar_live.protocol.wire import (
    CLOSE_REFUSED,
    CLOSE_TOKEN,
    ChatLine,
    Decided,
    GiftUpdate,
    GiveGift,
    Join,
    Moderate,
    Refused,
    Removed,
    ReportLine,
    Say,
    ToViewer,
    Waiting,
    Welcome,
)
from avatar_live.room.moderation import BANNED
from avatar_live.room.order import Order
from avatar_live.server.invitations import (
    EXPIRED,
    FOREIGN,
    INVITATION_S,
    USED,
    WRONG,
    InvitationError,
    invitation,
    use,
)
from avatar_live.server.keeper import digest
from avatar_live.server.standing import (
    AUDIT_BYTES_MAX,
    AUDIT_FILE,
    FILE,
    NOT_WRITTEN,
    WORDS_FILE,
    Deed,
    Standing,
    StandingError,
)

NOW_S = 1_800_000_000.0
NEIGHBOUR = "127.0.0.9"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


def ask(
    server: ShowServer, method: str, path: str = "", body: dict[str, object] | None = None, token: str = TOKEN
) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api/moderation{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


def do(server: ShowServer, **order: object) -> None:
    response = ask(server, "POST", body={"type": "moderate", **order})
    assert response.status_code == 200, response.text


@contextlib.asynccontextmanager
async def joining(server: ShowServer, join: Join, address: str = "127.0.0.1") -> AsyncIterator[Page]:
    """Join from an address of this machine; the welcome may be a refusal instead."""
    place = f"ws://127.0.0.1:{server.port}/ws"
    async with websockets.connect(place, local_addr=(address, 0)) as socket:
        await socket.send(msgspec.json.encode(join).decode())
        welcome = msgspec.json.decode(await socket.recv(), type=ToViewer)
        assert isinstance(welcome, Welcome)
        yield Page(socket, welcome)


async def refused(server: ShowServer, join: Join, address: str = "127.0.0.1") -> tuple[int, str]:
    """Return the code and the sentence with which a join is refused."""
    with pytest.raises(websockets.ConnectionClosed) as closed:
        async with joining(server, join, address):
            pass
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


def used(standing: Standing, token: str, now_s: float = NOW_S) -> str:
    """Use an invitation and return the refusal, empty when it held."""
    try:
        use(standing, token, now_s)
    except InvitationError as refusal:
        return str(refusal)
    return ""


def test_an_invitation_holds_once_also_over_a_restart(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    token = invitation(standing, NOW_S)
    assert used(standing, token) == ""
    assert used(standing, token) == USED
    assert used(Standing(tmp_path), token) == USED


def test_an_expired_invitation_is_refused(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    token = invitation(standing, NOW_S)
    assert used(standing, token, NOW_S + INVITATION_S) == EXPIRED
    assert used(standing, token, NOW_S + INVITATION_S - 1.0) == ""


def test_an_invitation_of_another_room_is_refused(tmp_path: Path) -> None:
    here, there = Standing(tmp_path / "here"), Standing(tmp_path / "there")
    assert used(here, invitation(there, NOW_S)) == WRONG
    there.kept.key = here.kept.key
    assert used(here, invitation(there, NOW_S)) == FOREIGN


def test_a_wrong_invitation_is_refused(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    claims = {"aud": standing.kept.room, "role": "moderator", "jti": "1", "exp": NOW_S + 60.0}
    header, body, signature = invitation(standing, NOW_S).split(".")
    wrong = [
        "",
        "nonsense",
        "x" * 100_000,
        f"{header}.{body}.{signature[::-1]}",
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({**claims, "role": "host"}, standing.kept.key, algorithm="HS256"),
        jwt.encode({"aud": standing.kept.room}, standing.kept.key, algorithm="HS256"),
        jwt.encode(claims, standing.kept.key * 2, algorithm="HS512"),
    ]
    assert [used(standing, token) for token in wrong] == [WRONG] * len(wrong)


def test_a_torn_file_of_standings_is_told_in_a_sentence(tmp_path: Path) -> None:
    Standing(tmp_path)
    (tmp_path / "moderation.json").write_bytes(b'{"room": "x"')
    with pytest.raises(StandingError, match="repair it, or move it away"):
        Standing(tmp_path)


def test_words_that_cannot_be_read_are_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / WORDS_FILE).mkdir()
    with pytest.raises(StandingError, match="repair it, or move it away"):
        Standing(tmp_path).order(0.0, NOW_S)


def test_the_audit_log_turns_over_when_it_is_large(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    (tmp_path / AUDIT_FILE).write_bytes(b"x" * (AUDIT_BYTES_MAX + 1))
    standing.record(Deed(NOW_S, "", "freeze", "", ""))
    assert json.loads((tmp_path / AUDIT_FILE).read_text())["deed"] == "freeze"
    assert (tmp_path / "audit.jsonl.1").stat().st_size == AUDIT_BYTES_MAX + 1


def test_the_hosts_routes_need_the_shows_token(server: ShowServer) -> None:
    for method, path in (("GET", ""), ("POST", ""), ("POST", "/invitations")):
        assert ask(server, method, path, token="wrong").status_code == 401


def test_an_order_that_cannot_be_done_is_refused_in_a_sentence(server: ShowServer) -> None:
    response = ask(server, "POST", body={"type": "moderate", "deed": "mute", "seq": 999_999, "seconds": 5.0})
    assert (response.status_code, response.text) == (409, "That line is too old, or there is no such viewer.")
    assert ask(server, "POST", body={"type": "moderate", "deed": "explode"}).status_code == 400


async def test_a_link_makes_one_viewer_a_moderator_who_keeps_order(server: ShowServer) -> None:
    token = ask(server, "POST", "/invitations").json()["token"]
    async with joining(server, Join("Mod", token=token)) as mod, page(server, "Ann") as ann:
        assert mod.welcome.is_moderator and not ann.welcome.is_moderator
        assert await refused(server, Join("Thief", token=token)) == (CLOSE_TOKEN, USED)
        await ann.send(Say("something bad"))
        line = await mod.until(ChatLine)
        await ann.send(ReportLine(line.seq))
        await ann.send(Say("sorry"))
        await mod.until(ChatLine, lambda told: told.text == "sorry")
        (reported,) = ask(server, "GET").json()["reported"]
        assert (reported["line"], reported["viewer"], reported["reports"]) == (line.seq, digest(ann.welcome.viewer), 1)
        assert (reported["name"], reported["text"]) == ("Ann", "something bad")
        await mod.send(Moderate("remove", line.seq))
        assert await ann.until(Removed) == Removed(line.seq)
        await mod.send(Moderate("mute", line.seq, seconds=600.0, reason="spam"))
        assert await ann.until(Refused) == Refused("say", "You are muted for 10 min (spam).")
        await ann.send(Moderate("freeze"))
        assert await ann.until(Refused) == Refused("moderate", "Only moderators can do that.")
        room = ask(server, "GET").json()
        assert room["reported"] == [], "what was removed needs nobody's look"
    log = [json.loads(line) for line in (server.folder / "data" / AUDIT_FILE).read_text().splitlines()]
    assert [(one["deed"], one["text"]) for one in log if one["by"] == digest(mod.welcome.viewer)] == [
        ("remove", "something bad"),
        ("mute", ""),
    ]


async def test_a_price_that_a_client_sends_changes_nothing(server: ShowServer) -> None:
    async with page(server, "Cheat") as cheat:
        await cheat.socket.send('{"type":"gift","id":"cheat-1","gift":"tomato","price":0,"price_coins":-50}')
        update = await cheat.until(GiftUpdate)
        assert update.state == "committed"
        assert update.balance_coins == cheat.welcome.balance_coins - GIFTS["tomato"].price_coins


async def test_mutes_and_bans_hold_at_every_edge_and_over_a_restart(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        async with joining(server, Join("Ann"), NEIGHBOUR) as ann, page(server, "Bob") as bob:
            secret_ann, secret_bob = ann.welcome.viewer, bob.welcome.viewer
            do(server, deed="mute", viewer=digest(secret_bob), seconds=600.0)
            await bob.until(Refused)
            do(server, deed="ban", viewer=digest(secret_ann), is_by_address=True)
            assert await ann.closed() == (CLOSE_REFUSED, BANNED)
        assert (await refused(server, Join("Ann", secret_ann)))[0] == CLOSE_REFUSED
        server.kill()
        server.start()
        assert await refused(server, Join("Ann", secret_ann)) == (CLOSE_REFUSED, BANNED)
        assert await refused(server, Join("Not Ann"), NEIGHBOUR) == (CLOSE_REFUSED, BANNED)
        async with page(server, "Bob", secret_bob) as bob:
            await bob.send(Say("hello?"))
            assert "You are muted" in (await bob.until(Refused)).reason
        do(server, deed="unban", viewer=digest(secret_ann))
        async with asyncio.timeout(DEADLINE_S), joining(server, Join("Ann", secret_ann), NEIGHBOUR) as ann:
            assert ann.welcome.name == "Ann"
    assert NEIGHBOUR not in (tmp_path / "data" / "moderation.json").read_text()


async def test_the_host_decides_over_http_on_a_line_that_waits(server: ShowServer) -> None:
    do(server, deed="hold", hold="all", seconds=600.0, then="drop")
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        await ann.send(Say("one"))
        await ann.send(Say("two"))
        assert [(await ann.until(Waiting)).text for _ in range(2)] == ["one", "two"]
        room = ask(server, "GET").json()
        assert (room["hold"], room["hold_s"], room["then"], room["delay_s"]) == ("all", 600.0, "drop", 0.0)
        assert [(line["name"], line["text"], line["reason"]) for line in room["held"]] == [
            ("Ann", "one", "all"),
            ("Ann", "two", "all"),
        ]
        first, second = (line["line"] for line in room["held"])
        do(server, deed="deny", line=first)
        do(server, deed="approve", line=second)
        assert [(await ann.until(Decided)).is_told for _ in range(2)] == [False, True]
        assert (await bob.until(ChatLine)).text == "two"
    assert ask(server, "POST", body={"type": "moderate", "deed": "deny", "line": first}).status_code == 409
    do(server, deed="hold", hold="off")


async def test_how_lines_wait_is_kept_over_a_restart(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        do(server, deed="hold", hold="links", seconds=30.0)
        do(server, deed="delay", seconds=3.0)
        server.kill()
        server.start()
        room = ask(server, "GET").json()
        assert (room["hold"], room["hold_s"], room["then"], room["delay_s"]) == ("links", 30.0, "tell", 3.0)


async def test_a_gift_is_refused_before_it_is_paid_while_the_host_hides(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        server.order(Panic(True))
        await ann.sees(lambda show: show.rest == "hidden")
        await ann.send(GiveGift("hidden-1", "tomato"))
        update = await ann.until(GiftUpdate)
        assert (update.state, update.balance_coins) == ("refused", 1_000)
        server.order(Panic(False))
        await ann.sees(lambda show: not show.rest)
        await ann.send(GiveGift("hidden-2", "tomato"))
        assert (await ann.until(GiftUpdate)).state == "committed"


def test_keeping_does_not_wait_for_the_disk_and_the_last_of_it_is_written_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standing = Standing(tmp_path)
    may_sync, synced = threading.Event(), list[int]()

    def slow(file: int) -> None:
        may_sync.wait()
        synced.append(file)

    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", slow)
    for number in range(1, 51):
        standing.keep(Order(banned={f"viewer-{number}": ""}), 0.0, NOW_S)
    may_sync.set()
    standing.close()
    assert 1 <= len(synced) < 10  # what came meanwhile is written once
    assert Standing(tmp_path).order(0.0, NOW_S).banned == {"viewer-50": ""}


def test_a_disk_that_hangs_does_not_keep_the_standings_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    standing, is_back = Standing(tmp_path), threading.Event()
    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", lambda _: is_back.wait())
    standing.keep(Order(slow_s=5.0), 0.0, NOW_S)
    standing.close()
    is_back.set()
    assert [record.getMessage() for record in caplog.records] == [NOT_WRITTEN % (tmp_path / FILE)]


def test_what_changes_nothing_that_is_kept_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Standing(tmp_path)
    before.keep(Order(slow_s=5.0), 0.0, NOW_S)
    before.close()
    standing, synced = Standing(tmp_path), list[int]()
    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", synced.append)
    order = standing.order(0.0, NOW_S)
    standing.keep(order, 0.0, NOW_S)
    standing.keep(replace(order, removed=(1, 2)), 0.0, NOW_S)
    standing.close()
    assert not synced
