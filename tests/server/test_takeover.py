"""A server with folders of its own takes a room over whose server has died: its viewers notice nothing but a pause."""

import asyncio
import contextlib
import threading
from pathlib import Path

import httpx
import msgspec
import pytest
import websockets
from node_edges import ROOM, Scene
from patience import DEADLINE_S
from running import until
from show_server import TOKEN, Page, ShowServer

from avatar_live.app.bench.private_postgresql import PrivatePostgresql
from avatar_live.app.bench.private_redis import private_redis
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import (
    ChatLine,
    GiftUpdate,
    GiveGift,
    Join,
    Like,
    Moderate,
    PickCamp,
    Refused,
    Say,
    ToViewer,
    Welcome,
)
from avatar_live.room.moderation import BANNED
from avatar_live.room.order import Order
from avatar_live.server.document import DocumentError
from avatar_live.server.keeper import digest
from avatar_live.server.ledger import Ledger
from avatar_live.server.ledger.postgresql import PostgresqlStore, connect
from avatar_live.server.ledger.reports import open_reader
from avatar_live.server.ledger.store import StoreError
from avatar_live.server.shared_room import LOST, SHOW_KEPT_S, SharedRoom
from avatar_live.server.standing import CAN_AGAIN, FILE, WORDS_FILE, Standing
from avatar_live.server.together import FILE as TOGETHER_FILE


@pytest.mark.timeout(300)
async def test_who_takes_a_room_over_goes_on_with_its_order_its_show_and_its_score(
    tmp_path: Path, postgresql: PrivatePostgresql
) -> None:
    ledger, words = postgresql.database(), tmp_path / "first" / "data" / WORDS_FILE
    words.parent.mkdir(parents=True)
    words.write_text("turnip\n")
    with private_redis() as redis:
        async with Scene(tmp_path / "first", redis, ledger) as scene:
            ann, bob = await scene.edges[0].page("Ann"), await scene.edges[1].page("Bob")
            ann_is, bob_is = digest(ann.welcome.viewer), digest(bob.welcome.viewer)
            cid = await scene.edges[1].page("Cid")
            await _score(ann)
            await _ask(scene.server, "POST", "goals", {"kind": "likes", "title": "Dance!", "target": 1_000})
            await ann.send(Like(7))
            await ann.sees(lambda show: show.likes == 7)
            await ann.send(PickCamp("blue"))  # who changes sides is written down at once, with all that one did
            await _ask(scene.server, "POST", "moderation", Moderate("slow", seconds=0.5))
            await _ask(scene.server, "POST", "moderation", Moderate("ban", viewer=bob_is))
            await _ask(
                scene.server, "POST", "moderation", Moderate("mute", viewer=digest(cid.welcome.viewer), seconds=600.0)
            )
            invitation = (await _ask(scene.server, "POST", "moderation/invitations")).json()["token"]
            hook = {"url": "http://127.0.0.1:1/nobody", "types": ["goal"]}
            hook_id = (await _ask(scene.server, "POST", "webhooks", hook)).json()["id"]
            await _give(ann, "gift-1")
            await asyncio.to_thread(until, lambda: _parts(ledger).get(ann_is, ("", 0))[1] == 7, "likes are kept")
            kept = '"score_red":1,', '"from_value":-7,'
            await asyncio.to_thread(
                until, lambda: all(one in _document(ledger) for one in kept), "score and goal are kept"
            )

            second = ShowServer(tmp_path / "b")  # a socket's path has a hundred characters at most
            plan, folder = scene.server.plan, str(second.folder / "other")
            second.plan = msgspec.structs.replace(
                second.plan, redis=plan.redis, room=plan.room, ledger=plan.ledger, run_folder=folder
            )
            starting = asyncio.create_task(asyncio.to_thread(second.start))
            try:
                await asyncio.to_thread(until, lambda: "keeps the room" in _status(second), "the second server waits")
                scene.server.kill()
                await starting
                welcome = await ann.until(Welcome)
                assert (welcome.camp, welcome.show.score_red) == ("blue", 1)
                assert [(goal.title, goal.value) for goal in welcome.goals] == [("Dance!", 7)]
                await ann.send(Like(3))
                await ann.sees(lambda show: show.likes == 10)
                await ann.send(PickCamp("red"))
                assert await _join(scene, Join("Bob", bob.welcome.viewer)) == BANNED
                await cid.until(Welcome)
                await cid.send(Say("and now?"))
                assert "You are muted" in (await cid.until(Refused)).reason
                order = (await _ask(second, "GET", "moderation")).json()
                assert order["slow_s"] == 0.5
                await ann.send(Say("a turnip"))
                assert "a word in that message" in (await ann.until(Refused)).reason
                assert [one["id"] for one in (await _ask(second, "GET", "webhooks")).json()["webhooks"]] == [hook_id]
                await ann.send(Say("hello"))
                await cid.until(ChatLine, lambda line: line.text == "hello")
                dan = await _join(scene, Join("Dan", token=invitation))
                assert isinstance(dan, Welcome) and dan.is_moderator, "the room's key is the same"
                await _give(ann, "gift-2")
                show = Path(plan.run_folder).name
                await asyncio.to_thread(until, lambda: _parts(ledger).get(ann_is) == (show, 10), "likes are added up")
                assert _shows_of_gifts(ledger) == {"gift-1": show, "gift-2": show}
            finally:
                second.kill()
            assert not (second.folder / "data" / FILE).exists()


async def _score(page: Page) -> None:
    """Push the ball into the goal of the blue ones."""
    scored = asyncio.create_task(page.sees(lambda show: show.score_red == 1))
    while not scored.done():
        await page.send(PickCamp("red"))
        await asyncio.wait([scored], timeout=0.2)
    await scored


async def _give(page: Page, id: str) -> None:
    await page.send(GiveGift(id, "tomato"))
    await page.until(GiftUpdate, lambda update: (update.id, update.state) == (id, "committed"))


async def _join(scene: Scene, join: Join) -> ToViewer | str:
    """Return what a page hears first, or why it is sent away."""
    async with asyncio.timeout(DEADLINE_S), websockets.connect(f"ws://127.0.0.1:{scene.edges[0].port}/ws") as socket:
        await socket.send(msgspec.json.encode(join).decode())
        try:
            return to_viewer(await socket.recv(decode=False))
        except websockets.ConnectionClosed:
            return socket.close_reason or ""


async def _ask(server: ShowServer, method: str, path: str, body: object = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=DEADLINE_S) as client:
        place = f"http://127.0.0.1:{server.port}/api/{path}"
        answer = await client.request(method, place, content=msgspec.json.encode(body))
        assert answer.is_success, answer.text
        return answer


def _status(server: ShowServer) -> str:
    health = server.health()
    return health.status if health is not None else ""


def _parts(ledger: str) -> dict[str, tuple[str, int]]:
    with open_reader(ledger) as reader:
        return {viewer: (show, likes) for viewer, show, likes in reader.rows("SELECT viewer, show, likes FROM part")}


def _shows_of_gifts(ledger: str) -> dict[str, str]:
    with open_reader(ledger) as reader:
        return {row[0]: row[1] for row in reader.rows("SELECT id, show FROM gift")}


def _document(ledger: str, name: str = TOGETHER_FILE) -> str:
    with contextlib.closing(connect(ledger)) as db:
        row = db.execute("SELECT body FROM document WHERE room = %s AND name = %s", (ROOM, name)).fetchone()
    return bytes(row[0]).decode() if row is not None else ""


# --- who may write ---------------------------------------------------------------------------------------------------


@pytest.fixture
def url(postgresql: PrivatePostgresql) -> str:
    """Empty books."""
    url = postgresql.database()
    Ledger(url).close()
    return url


def test_who_lost_the_room_writes_nothing_more(url: str) -> None:
    first = SharedRoom(url, ROOM, "one", ())
    first.save(FILE, b"first")
    assert first.beat()
    second, other = SharedRoom(url, ROOM, "two", ()), SharedRoom(url, "another", "three", ())
    assert second.document(FILE).load() == b"first"
    assert other.document(FILE).load() is None
    second.save(FILE, b"second")
    with pytest.raises(DocumentError, match=LOST):
        first.save(FILE, b"late")
    with pytest.raises(DocumentError, match=LOST):
        first.document(TOGETHER_FILE).save(b"late")
    assert not first.beat() and second.beat() and other.beat()
    assert (_document(url), _document(url, FILE)) == ("", "second")


def test_who_takes_the_room_waits_for_a_document_that_is_being_written_and_reads_it(url: str) -> None:
    first = SharedRoom(url, ROOM, "one", ())
    first.save(FILE, b"before")
    taken: list[SharedRoom] = []
    taking = threading.Thread(target=lambda: taken.append(SharedRoom(url, ROOM, "two", ())))
    with contextlib.closing(connect(url)) as db:
        with db.transaction():
            db.execute("UPDATE document SET body = body")  # the first one's write has to wait
            saving = threading.Thread(target=first.save, args=(FILE, b"just in time"))
            saving.start()
            until(lambda: _waiting(url) == 1, "the write waits")
            taking.start()
            until(lambda: _waiting(url) == 2, "so does the next server")
        saving.join(DEADLINE_S)
        taking.join(DEADLINE_S)
    assert taken[0].document(FILE).load() == b"just in time"


def test_a_server_that_vanished_in_the_middle_of_a_group_holds_up_the_next_one_for_a_moment_only(url: str) -> None:
    vanished, ledger = PostgresqlStore(url), Ledger(url)
    with contextlib.suppress(StoreError), vanished.transaction():
        opened = ledger.open_wallet("ann")
        until(lambda: _waiting(url) == 1, "it waits for who will never come back")
        assert opened.result(DEADLINE_S) == START_BALANCE_COINS
    vanished.close()
    ledger.close()


def test_a_show_goes_on_unless_the_room_was_without_a_server_for_long(url: str) -> None:
    assert SharedRoom(url, ROOM, "one", ()).show == "one"
    _let_pass(url, SHOW_KEPT_S - 60.0)
    assert SharedRoom(url, ROOM, "two", ()).show == "one"
    _let_pass(url, SHOW_KEPT_S - 60.0)
    assert SharedRoom(url, ROOM, "three", ()).show == "one", "it was seen since"
    _let_pass(url, SHOW_KEPT_S + 1.0)
    assert SharedRoom(url, ROOM, "four", ()).show == "four"
    assert SharedRoom(url, "another", "five", ()).show == "five"


def test_what_lay_in_files_moves_along_once(url: str, tmp_path: Path) -> None:
    files = tmp_path / FILE, tmp_path / TOGETHER_FILE
    before = Standing(tmp_path)
    before.keep(Order(banned={"ann": ""}), 0.0, 0.0)
    before.close()  # it is written beside the show
    first = Standing(tmp_path, SharedRoom(url, ROOM, "one", files).document(FILE))
    assert first.order(0.0, 0.0).banned == {"ann": ""}
    files[1].write_bytes(b"too late")
    second = SharedRoom(url, ROOM, "two", files)
    assert Standing(tmp_path / "elsewhere", second.document(FILE)).kept == first.kept
    assert second.document(TOGETHER_FILE).load() is None


def test_the_words_of_who_takes_the_room_hold_and_without_any_those_from_before(url: str, tmp_path: Path) -> None:
    takers = [
        (None, set()),
        ("Tomato\n", {"tomato"}),
        (None, {"tomato"}),
        ("rose", {"rose"}),
        ("", set()),
        (None, set()),
    ]
    for number, (own, words) in enumerate(takers):
        folder = tmp_path / str(number)
        folder.mkdir()
        if own is not None:
            (folder / WORDS_FILE).write_text(own)
        room = SharedRoom(url, ROOM, "one", (), (folder / WORDS_FILE,))
        standing = Standing(folder, room.document(FILE), room.document(WORDS_FILE))
        assert standing.order(0.0, 0.0).words == words
        standing.close()


def test_a_ban_that_the_database_did_not_take_is_written_when_it_is_back(
    postgresql: PrivatePostgresql, url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    standing = Standing(tmp_path, SharedRoom(url, ROOM, "one", ()).document(FILE))
    postgresql.stop(is_sudden=True)
    try:
        for viewer in ("ann", "bob"):
            standing.keep(Order(banned={viewer: ""}), 0.0, 0.0)
            standing.close()
    finally:
        postgresql.start()
    standing.look_at()
    standing.close()
    again = Standing(tmp_path, SharedRoom(url, ROOM, "two", ()).document(FILE))
    assert again.order(0.0, 0.0).banned == {"bob": ""}
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        f"{FILE} in PostgreSQL cannot be written",
        CAN_AGAIN % f"{FILE} in PostgreSQL",
    ]


def _waiting(url: str) -> int:
    with contextlib.closing(connect(url)) as db:
        found = db.execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchone()
    return int(found[0]) if found is not None else 0


def _let_pass(url: str, seconds: float) -> None:
    with contextlib.closing(connect(url)) as db:
        db.execute("UPDATE holder SET at = at - make_interval(secs => %s)", (seconds,))
