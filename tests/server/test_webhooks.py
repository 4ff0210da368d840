"""Webhooks: posted signed and at least once, with patience, to nobody who must not be reached; over any death."""

import contextlib
import dataclasses
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from patience import DEADLINE_S
from receiver import Receiver, until
from show_server import TOKEN, ShowServer, show_server

from avatar_live.app.bench.private_postgresql import PrivatePostgresql
from avatar_live.protocol.samples import Value
from avatar_live.server.event_log import EventLog
from avatar_live.server.ledger import Ledger
from avatar_live.server.signatures import SignatureError, checked_id
from avatar_live.server.webhooks import courier as courier_module
from avatar_live.server.webhooks import outpost as outpost_module
from avatar_live.server.webhooks.courier import GONE, IN_FLIGHT_MAX, WebhookState
from avatar_live.server.webhooks.outpost import FULL, NOT_ENDED, WEBHOOKS_MAX, Outpost, WebhookError
from avatar_live.server.webhooks.patience import (
    CLOSED,
    FAILURES_MAX,
    TRIES_MAX,
    USUAL,
    Patience,
    after_failure,
    wait_s,
)
from avatar_live.server.webhooks.postgresql import PostgresqlStore
from avatar_live.server.webhooks.reach import (
    HTTPS_ONLY,
    NO_URL,
    NOT_PUBLIC,
    NOT_REACHED,
    URL_CHARACTERS_MAX,
    UrlError,
    check_url,
    is_public,
)
from avatar_live.server.webhooks.store import FILE, FORGET_OLDEST_DEAD, SqliteStore, Store, StoreError, Webhook

HASTY = Patience(answer_s=DEADLINE_S, backoff_s=0.02, open_s=0.05, wait_s_max=0.1)


class Post:
    """A log of events with webhooks, without a room."""

    def __init__(self, store: Store, patience: Patience = HASTY) -> None:
        self.log = EventLog("life-1")
        self.outpost = Outpost(store, "room-1", patience)
        self.log.hearers.append(self.outpost.hear)

    def add(self, url: str, *types: str) -> Webhook:
        return self.outpost.add(url, types or ("like",)).result(DEADLINE_S)

    def like(self, count: int = 1) -> None:
        for _ in range(count):
            self.log.report("like", {"count": 1, "total": 1}, 1_000.0)

    @property
    def states(self) -> list[WebhookState]:
        return self.outpost.states().result(DEADLINE_S)

    @property
    def state(self) -> WebhookState:
        (state,) = self.states
        return state


@contextlib.contextmanager
def post_in(where: Path | Store, patience: Patience = HASTY) -> Iterator[Post]:
    post = Post(SqliteStore(where) if isinstance(where, Path) else where, patience)
    try:
        yield post
    finally:
        post.outpost.close()


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with post_in(tmp_path) as opened:
        yield opened


# --- what arrives --------------------------------------------------------------------------------------------------


def test_an_event_arrives_as_a_signed_cloud_event(post: Post) -> None:
    with Receiver() as program:
        webhook = post.add(program.url, "refund")
        data: dict[str, str | int | float | bool] = {"id": "g-1", "reason": "it could not start"}
        post.like()
        post.log.report("refund", data, 1_800_000_000.5, "twitch", is_test=True)
        until(lambda: len(program.posts) == 1)
        (arrived,) = program.posts
        assert arrived.event == {
            "specversion": "1.0",
            "id": "life-1-2",
            "source": "/avatar-live/room-1",
            "type": "avatar-live.refund",
            "time": "2027-01-15T08:00:00.500000+00:00",
            "datacontenttype": "application/json",
            "sequence": "0000000000000002",
            "data": data,
            "platform": "twitch",
            "test": True,
        }
        assert arrived.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
        assert arrived.id == "life-1-2"
        assert arrived.is_signed_with(webhook.secret)
        with pytest.raises(SignatureError):
            checked_id(webhook.secret, arrived.headers, arrived.body + b" ", 1_800_000_000.0)
        until(lambda: post.state.waiting == 0)
        assert post.state.state == "ok"


def test_every_webhook_hears_only_what_it_wants(post: Post) -> None:
    with Receiver() as likes, Receiver() as goals:
        post.add(likes.url, "like")
        post.add(goals.url, "goal")
        post.like(2)
        post.log.report("goal", {"camp": "red", "red": 1, "blue": 0}, 1_000.0)
        until(lambda: len(likes.posts) == 2 and len(goals.posts) == 1)
        assert goals.seqs == [3]


def test_what_fails_is_posted_again_with_the_same_id_and_a_fresh_signature(post: Post) -> None:
    with Receiver(lambda count: 204 if count == 3 else 500) as program:
        webhook = post.add(program.url)
        post.like()
        until(lambda: len(program.posts) == 3)
        assert {one.id for one in program.posts} == {"life-1-1"}
        assert all(one.is_signed_with(webhook.secret) for one in program.posts)
        until(lambda: post.state.waiting == 0)


def test_a_program_that_hangs_holds_up_nobody_else(tmp_path: Path) -> None:
    hasty = dataclasses.replace(HASTY, answer_s=0.3)
    with post_in(tmp_path, hasty) as post, Receiver() as hanging, Receiver() as quick:
        hanging.is_hanging.set()
        post.add(hanging.url)
        post.add(quick.url)
        post.like(20)
        until(lambda: set(quick.seqs) == set(range(1, 21)))
        until(lambda: post.states[0].reason == "no answer in time")
        hanging.is_hanging.clear()
        until(lambda: post.states[0].waiting == 0)
        assert set(hanging.seqs) == set(range(1, 21))


def test_a_program_that_is_down_is_left_alone_and_gets_everything_when_it_is_back(post: Post) -> None:
    with Receiver() as program:
        url, port = program.url, program.port
    post.add(url)
    post.like(30)
    until(lambda: post.state.state == "paused")
    assert post.state.reason == "no connection"
    with Receiver(port=port) as program:
        until(lambda: post.state.waiting == 0)
        assert set(program.seqs) == set(range(1, 31))
        assert post.state.state == "ok"


def test_a_redirect_is_not_followed(post: Post) -> None:
    with Receiver() as target, Receiver(lambda _: 302, {"location": target.url}) as program:
        post.add(program.url)
        post.like()
        until(lambda: "redirects are not followed" in post.state.reason)
        assert not target.posts


# --- what does not arrive --------------------------------------------------------------------------------------------


def test_what_was_tried_too_often_is_dead_until_it_is_replayed(post: Post) -> None:
    with Receiver(lambda _: 500) as program:
        webhook = post.add(program.url)
        post.like(2)
        until(lambda: post.state.dead == 2)
        assert len(program.posts) == 2 * TRIES_MAX
        letters = post.outpost.dead(webhook.id).result(DEADLINE_S)
        assert [(one.id, one.tries, one.reason) for one in letters] == [
            ("life-1-1", TRIES_MAX, "it answered 500"),
            ("life-1-2", TRIES_MAX, "it answered 500"),
        ]
        program.answers = lambda _: 200
        assert post.outpost.replay(webhook.id).result(DEADLINE_S) == 2
        until(lambda: post.state.waiting == post.state.dead == 0)
        assert sorted(program.seqs[-2:]) == [1, 2]


def test_a_program_that_is_gone_hears_nothing_more_until_it_is_replayed(post: Post) -> None:
    with Receiver(lambda _: 410) as program:
        webhook = post.add(program.url)
        post.like()
        until(lambda: post.state.state == "gone")
        post.like()
        until(lambda: post.state.dead == 2)
        assert len(program.posts) == 1
        assert {one.reason for one in post.outpost.dead(webhook.id).result(DEADLINE_S)} == {GONE}
        program.answers = lambda _: 200
        assert post.outpost.replay(webhook.id).result(DEADLINE_S) == 2
        until(lambda: sorted(program.seqs[1:]) == [1, 2])


def test_more_than_the_outbox_holds_is_dead_at_once_and_the_oldest_dead_are_forgotten(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(courier_module, "WAITING_MAX", 3)
    monkeypatch.setattr(courier_module, "DEAD_MAX", 2)
    with Receiver() as program:
        url = program.url
    post.add(url)
    post.like(3)
    until(lambda: post.state.waiting == 3)
    assert post.state.dead == 0
    post.like(4)
    until(lambda: post.state.forgotten == 2)
    assert (post.state.waiting, post.state.dead) == (3, 2)


def test_the_dead_beyond_the_limit_cost_no_more_than_others(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    with contextlib.closing(store):
        with store.transaction():
            store.add(Webhook("w", "https://example.com/", ("like",), "secret"))
            for number in range(4):
                store.put("w", f"id-{number}", b"{}", 0.0, "gone")
        plans = store._rows("EXPLAIN QUERY PLAN " + FORGET_OLDEST_DEAD, "w", "w", 2)
        assert all("message_dead" in plan[-1] for plan in plans if "message" in plan[-1])
        assert not any("TEMP B-TREE" in plan[-1] for plan in plans)
        with store.transaction():
            assert store.forget_oldest_dead("w", 2) == 2
        assert [letter.id for letter in store.dead("w", 9)] == ["id-2", "id-3"]


def test_no_fault_whatever_ends_a_courier(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as program, monkeypatch.context() as broken:
        broken.setattr(courier_module, "signed_headers", _stumble)
        webhook = post.add(program.url)
        post.like()
        until(lambda: "RecursionError" in post.state.reason)
        assert post.state.state == "failing"
        broken.undo()
        until(lambda: post.state.waiting == 0)
        assert program.seqs == [1] and [one.state for one in post.states] == ["ok"]
        post.outpost.remove(webhook.id).result(DEADLINE_S)


def test_an_event_that_nobody_can_write_down_is_counted_and_the_next_ones_arrive(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Receiver() as program:
        post.add(program.url)
        with monkeypatch.context() as broken:
            broken.setattr(outpost_module, "cloud_event", _stumble)
            post.like()
            until(lambda: post.outpost.lost == 1)
        post.like()
        until(lambda: program.seqs == [2])


def test_a_name_that_cannot_be_looked_up_is_a_try_that_failed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outpost_module, "check_url", lambda _: None)  # one that an older version took
    webhook = post.add("https://a..b/x")
    post.like()
    until(lambda: post.state.reason == "no connection")
    post.outpost.remove(webhook.id).result(DEADLINE_S)


def _stumble(*_: object) -> dict[str, str]:
    raise RecursionError


def test_a_webhook_that_is_removed_hears_nothing_more(post: Post) -> None:
    with Receiver() as program:
        webhook = post.add(program.url)
        post.outpost.remove(webhook.id).result(DEADLINE_S)
        post.like()
        other = post.add(program.url, "like")
        post.like()
        until(lambda: len(program.posts) == 1)
        assert program.posts[0].is_signed_with(other.secret)
        for wish in (post.outpost.remove, post.outpost.replay, post.outpost.dead):
            with pytest.raises(WebhookError):
                wish(webhook.id).result(DEADLINE_S)


def test_as_many_webhooks_as_the_limit_are_kept_and_one_more_is_refused(post: Post) -> None:
    for _ in range(WEBHOOKS_MAX):
        post.add("https://example.com/hook")
    with pytest.raises(WebhookError, match=FULL):
        post.add("https://example.com/hook")


def test_what_a_removed_line_said_is_not_posted_any_more(post: Post) -> None:
    with Receiver() as program:
        url, port = program.url, program.port
    post.add(url, "chat")
    for line, text in ((1, "something bad"), (2, "hello")):
        said: dict[str, Value] = {"name": "Ann", "text": text, "line": line, "role": "viewer", "reply_to": 0}
        post.log.report("chat", said, 1_000.0)
    until(lambda: post.state.waiting == 2)
    post.log.report("chat_removed", {"line": 1}, 1_000.0)
    until(lambda: not post.outpost._inbox)
    with Receiver(port=port) as program:
        until(lambda: post.state.waiting == 0)
        assert {one.event["data"]["text"] for one in program.posts} == {"", "hello"}


# --- deaths --------------------------------------------------------------------------------------------------------


def test_what_was_not_answered_is_posted_after_the_next_start(tmp_path: Path) -> None:
    with Receiver() as program:
        url, port = program.url, program.port
    with post_in(tmp_path) as post:
        post.add(url)
        post.like(IN_FLIGHT_MAX + 1)
    with Receiver(port=port) as program, post_in(tmp_path) as post:
        until(lambda: post.state.waiting == 0)
        assert set(program.seqs) == set(range(1, IN_FLIGHT_MAX + 2))


def test_what_is_reported_after_the_end_breaks_nothing(tmp_path: Path) -> None:
    with Receiver() as program, post_in(tmp_path) as post:
        post.add(program.url)
        post.outpost.close()
        post.like()
        assert post.log.seq == 1


def test_a_name_that_nobody_finds_keeps_the_outbox_from_ending_for_a_moment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    is_asked, is_back = threading.Event(), threading.Event()

    def search(*_: object, **__: object) -> list[object]:
        is_asked.set()
        is_back.wait(DEADLINE_S)
        return []

    monkeypatch.setattr("socket.getaddrinfo", search)
    monkeypatch.setattr(outpost_module, "CLOSE_S_MAX", 0.05)
    with post_in(tmp_path) as post:
        post.add("https://nowhere.example/")
        post.like()
        assert is_asked.wait(DEADLINE_S)
        post.like()
        post.outpost.close()
        assert waiting_in(tmp_path / FILE) == 2
        is_back.set()
    assert [record.getMessage() for record in caplog.records] == [NOT_ENDED]


def test_a_file_that_is_no_outbox_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("no database, just words" * 100)
    with pytest.raises(StoreError, match="move it away"):
        SqliteStore(tmp_path)


def test_a_killed_server_delivers_after_its_restart_what_it_had_reported(tmp_path: Path) -> None:
    with show_server(tmp_path) as server, Receiver(lambda _: 503) as program:
        made = ask(server, "POST", "/webhooks", {"url": program.url, "types": ["gift"]})
        assert made.status_code == 201, made.text
        for _ in range(5):
            assert ask(server, "POST", "/events/test", {"type": "gift", "count": 20}).is_success
        rows = Path(server.plan.data_folder) / FILE
        until(lambda: waiting_in(rows) == 100)
        server.kill()
        program.answers = lambda _: 200
        known = len(program.posts)
        server.start()
        until(lambda: waiting_in(rows) == 0)
        assert {one.event["data"]["id"] for one in program.posts[known:]} == {
            f"test-{number}" for number in range(1, 101)
        }
        assert all(one.is_signed_with(made.json()["secret"]) for one in program.posts)


def test_webhooks_are_the_hosts_own_affair_and_only_to_places_that_may_be_reached(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        for url in ("http://example.com/", "https://10.0.0.1/", "ftp://example.com/"):
            assert ask(server, "POST", "/webhooks", {"url": url, "types": ["gift"]}).status_code == 400
        for types in ([], ["party"]):
            wish = {"url": "https://example.com/", "types": types}
            assert ask(server, "POST", "/webhooks", wish).status_code == 400
        token = ask(server, "POST", "/tokens", {"scopes": ["read", "host"]}).json()["token"]
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", "/x"), ("GET", "/x/dead"), ("POST", "/x/replay")):
            assert ask(server, method, f"/webhooks{path}", token=token).status_code == 403
        assert ask(server, "DELETE", "/webhooks/x").status_code == 404
        assert ask(server, "POST", "/webhooks/x/replay").status_code == 404
        assert ask(server, "GET", "/webhooks/x/dead").status_code == 404
        made = ask(server, "POST", "/webhooks", {"url": "https://example.com/", "types": ["gift"]}).json()
        (listed,) = ask(server, "GET", "/webhooks").json()["webhooks"]
        assert listed["id"] == made["id"] and "secret" not in listed
        assert ask(server, "GET", f"/webhooks/{made['id']}/dead").json() == []
        outbox = sqlite3.connect(Path(server.plan.data_folder) / FILE, isolation_level=None)
        with contextlib.closing(outbox):
            outbox.execute("BEGIN IMMEDIATE")
            assert ask(server, "DELETE", f"/webhooks/{made['id']}").status_code == 503
            assert ask(server, "POST", f"/webhooks/{made['id']}/replay").headers["retry-after"] == "5"
        assert ask(server, "DELETE", f"/webhooks/{made['id']}").status_code == 204
        assert ask(server, "GET", "/webhooks").json() == {"webhooks": [], "lost": 0}


# --- in a room that moves --------------------------------------------------------------------------------------------


@pytest.fixture
def url(postgresql: PrivatePostgresql) -> str:
    """Empty books."""
    url = postgresql.database()
    Ledger(url).close()
    return url


def test_who_takes_a_room_over_posts_what_its_webhooks_have_not_heard(url: str, tmp_path: Path) -> None:
    with Receiver() as program:
        address, port = program.url, program.port
    with post_in(PostgresqlStore(url, "evening", tmp_path / "one")) as post:
        webhook = post.add(address)
        post.like(IN_FLIGHT_MAX + 1)
    with post_in(PostgresqlStore(url, "another", tmp_path / "two")) as post:
        assert post.states == []
    with Receiver(port=port) as program, post_in(PostgresqlStore(url, "evening", tmp_path / "three")) as post:
        until(lambda: post.state.waiting == 0)
        assert set(program.seqs) == set(range(1, IN_FLIGHT_MAX + 2))
        assert all(one.is_signed_with(webhook.secret) for one in program.posts)
        post.outpost.remove(webhook.id).result(DEADLINE_S)
    with post_in(PostgresqlStore(url, "evening", tmp_path / "four")) as post:
        assert post.states == []


def test_an_outbox_that_lay_in_a_file_moves_along_once(url: str, tmp_path: Path) -> None:
    with Receiver(lambda _: 410) as program, post_in(tmp_path) as post:
        gone = post.add(program.url)
        post.like()
        until(lambda: post.state.dead == 1)
    for _ in range(2):
        with post_in(PostgresqlStore(url, "evening", tmp_path)) as post:
            assert (post.state.id, post.state.state, post.state.dead) == (gone.id, "gone", 1)
            (letter,) = post.outpost.dead(gone.id).result(DEADLINE_S)
            assert (letter.id, letter.tries, letter.reason) == ("life-1-1", 1, GONE)
    assert SqliteStore(tmp_path).webhooks() == []


def test_what_happened_while_the_database_was_away_is_posted_when_it_is_back(
    postgresql: PrivatePostgresql, url: str, tmp_path: Path
) -> None:
    with Receiver() as program, post_in(PostgresqlStore(url, "evening", tmp_path)) as post:
        webhook = post.add(program.url)
        postgresql.stop(is_sudden=True)
        try:
            post.like(2)
            until(lambda: post.state.state == "failing")
            with pytest.raises(StoreError):
                post.outpost.replay(webhook.id).result(DEADLINE_S)
        finally:
            postgresql.start()
        until(lambda: sorted(program.seqs) == [1, 2])
        until(lambda: post.state.state == "ok")


def waiting_in(outbox: Path) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{outbox}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT count(*) FROM message").fetchone()[0])


def ask(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


# --- where to, and how often -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/hook",
        "https://example.com:8443/hook?room=1",
        "https://93.184.216.34/",
        "http://127.0.0.1:9000/",
        "http://localhost/",
        "http://[::1]:9000/",
        "https://localhost/",
        "https://example.com/".ljust(URL_CHARACTERS_MAX, "x"),
        f"https://{'a' * 63}.example.com/",
        "https://[2606:2800:220:1::1]/",
    ],
)
def test_an_address_of_the_internet_or_of_this_machine_may_be_reached(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.com/", HTTPS_ONLY),
        ("ftp://example.com/", HTTPS_ONLY),
        ("file:///etc/passwd", NO_URL),
        ("https://", NO_URL),
        ("https://[", NO_URL),
        ("https://example.com:99999/", NO_URL),
        ("https://exämple.com/", NO_URL),
        ("https://example.com/a b", NO_URL),
        ("https://example.com/\r\nhost: x", NO_URL),
        ("https://example.com/".ljust(URL_CHARACTERS_MAX + 1, "x"), NO_URL),
        ("https://user:secret@example.com/", "no user"),
        ("https://example.com/#x", "no #"),
        ("http://10.0.0.1/", HTTPS_ONLY),
        ("https://10.0.0.1/", NOT_PUBLIC),
        ("https://192.168.1.1/", NOT_PUBLIC),
        ("https://169.254.169.254/latest/meta-data", NOT_PUBLIC),
        ("https://[fe80::1]/", NOT_PUBLIC),
        ("https://[fd00::1]/", NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]/", NOT_PUBLIC),
        ("https://0.0.0.0/", NOT_PUBLIC),
        ("https://224.0.0.1/", NOT_PUBLIC),
        ("https://[fec0::1]/", NOT_PUBLIC),
        ("https://[::7f00:1]/", NOT_PUBLIC),
        ("https://[::ffff:0:7f00:1]/", NOT_PUBLIC),
        ("https://[64:ff9b::7f00:1]/", NOT_PUBLIC),
        ("https://[64:ff9b::a9fe:a9fe]/", NOT_PUBLIC),
        ("https://[64:ff9b:1::7f00:1]/", NOT_PUBLIC),
        ("https://[2002:7f00:1::]/", NOT_PUBLIC),
        ("https://a..b/x", NO_URL),
        ("https://.example.com/", NO_URL),
        (f"https://{'a' * 64}.example.com/", NO_URL),
    ],
)
def test_an_address_of_a_local_network_or_of_nothing_is_refused(url: str, reason: str) -> None:
    with pytest.raises(UrlError) as refusal:
        check_url(url)
    assert reason in str(refusal.value)


def test_an_address_that_is_written_as_a_number_is_looked_up_and_then_refused(post: Post) -> None:
    post.add("https://2130706433/")  # 127.0.0.1, as some libraries read it
    post.like()
    until(lambda: post.state.reason in (NOT_REACHED, "no connection"))  # some systems know no such name
    assert not is_public("127.0.0.1")


def test_waits_are_doubled_spread_and_bounded() -> None:
    assert [wait_s(USUAL, tries, 1.0) for tries in (1, 2, 3)] == [1.0, 2.0, 4.0]
    assert wait_s(USUAL, 3, 0.0) == 2.0
    assert wait_s(USUAL, 50, 1.0) == USUAL.wait_s_max
    assert wait_s(USUAL, 1, 0.0, asked_s=30.0) == 30.0
    assert wait_s(USUAL, 1, 0.0, asked_s=1e9) == USUAL.wait_s_max


def test_a_breaker_opens_after_failures_in_a_row_and_for_longer_each_time() -> None:
    breaker = CLOSED
    for _ in range(FAILURES_MAX - 1):
        breaker = after_failure(USUAL, breaker, 100.0, 1.0)
        assert not breaker.is_open
    breaker = after_failure(USUAL, breaker, 100.0, 1.0)
    assert breaker.is_open and breaker.closed_at_s == 110.0
    breaker = after_failure(USUAL, breaker, 110.0, 0.0)
    assert breaker.closed_at_s == 120.0
    for _ in range(20):
        breaker = after_failure(USUAL, breaker, 0.0, 1.0)
    assert breaker.closed_at_s == USUAL.wait_s_max
