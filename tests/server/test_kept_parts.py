"""What ended with the server and does not any more: the round's givers, viewers' parts, and whose game is whose."""

import asyncio
import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import msgspec
import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import CueTaken, EngineHello, StageCue
from avatar_live.protocol.effects import GAMES_MAX, RETURN_S
from avatar_live.protocol.wire import GiftUpdate, GiveGift, Like, OwnCamp, PickCamp
from avatar_live.room import events as ev
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.server.access import HOST
from avatar_live.server.game_owners import OWNED, GameOwners
from avatar_live.server.keeper import digest
from avatar_live.server.ledger import LEDGER_FILE, Ledger
from avatar_live.server.ledger.reports import GiverSum, open_reader
from avatar_live.server.ledger.requests import PARTS_AT_ONCE, Round
from avatar_live.server.standing import FILE, Kept, Standing

GHOST = {"id": "ghost", "name": "Ghost", "emoji": "👻", "price_coins": 25}


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that the test may end."""
    with show_server(tmp_path) as running:
        yield running


def ask(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api/{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


async def asked(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    return await asyncio.to_thread(ask, server, method, path, body, token)


async def board_is(server: ShowServer, number: int, coins: int) -> None:
    """Wait until Ann is the one who gave, and so many; places are counted with the show's next tick."""
    expected = {"type": "board", "of": "round", "number": number, "top": [{"name": "Ann", "coins": coins}]}
    until_s = time.monotonic() + DEADLINE_S
    while (told := (await asked(server, "GET", "board")).json()) != expected:
        assert time.monotonic() < until_s, told
        await asyncio.sleep(0.05)


@contextlib.contextmanager
def engine(server: ShowServer) -> Iterator[None]:
    """Take every cue, as an engine does, until the end of the block."""
    link = ServerLink(Path(server.plan.run_folder), EngineHello(640, 360, 30))
    is_over = asyncio.Event()

    async def take() -> None:
        while not is_over.is_set():
            for cue in (message for message in link.receive() if isinstance(message, StageCue)):
                link.send(CueTaken(cue.id))
            await asyncio.sleep(0.02)

    taking = asyncio.create_task(take())
    try:
        yield
    finally:
        is_over.set()
        taking.cancel()
        link.close()


async def test_the_rounds_givers_are_those_of_the_books_after_every_kill(mortal: ShowServer) -> None:
    async with page(mortal, "Ann") as ann:
        secret = ann.welcome.viewer
        with engine(mortal):
            await ann.send(GiveGift("before", "rose"))
            await ann.until(GiftUpdate, lambda one: one.state == "done")
            assert (await asked(mortal, "POST", "rounds")).json() == {
                "type": "board",
                "of": "round",
                "number": 2,
                "top": [],
            }
            await ann.send(GiveGift("done", "confetti"))
            await ann.until(GiftUpdate, lambda one: one.id == "done" and one.state == "done")
        await ann.send(GiveGift("open", "tomato"))
        await ann.until(GiftUpdate, lambda one: one.id == "open" and one.state == "committed")
        mortal.kill()
    for _ in range(2):
        mortal.start()
        await board_is(mortal, 2, 25)
        mortal.kill()
    mortal.start()
    with engine(mortal):
        async with page(mortal, "Ann", secret) as ann:
            await ann.send(GiveGift("open", "tomato"))
            await ann.until(GiftUpdate, lambda one: one.id == "open" and one.state == "done")
            assert (await asked(mortal, "POST", "rounds")).json()["number"] == 3
            await ann.send(GiveGift("last", "duck"))
            await ann.until(GiftUpdate, lambda one: one.id == "last" and one.state == "done")
    mortal.kill()
    mortal.start()
    await board_is(mortal, 3, 8)


async def until_written(server: ShowServer, secrets: Sequence[str], part: tuple[int, str]) -> str:
    """Wait until one of these viewers has so many likes and this camp on the disk, and return who."""
    path = Path(server.plan.data_folder) / LEDGER_FILE

    def found() -> str | None:
        with contextlib.closing(sqlite3.connect(path)) as db:
            rows = set(db.execute("SELECT viewer FROM part WHERE (likes, camp) = (?, ?)", part))
        return next((secret for secret in secrets if (digest(secret),) in rows), None)

    until_s = time.monotonic() + DEADLINE_S
    while (secret := await asyncio.to_thread(found)) is None:
        assert time.monotonic() < until_s, "it was never written down"
        await asyncio.sleep(0.05)
    return secret


async def test_likes_watching_and_the_camp_go_on_after_the_server_was_killed(mortal: ShowServer) -> None:
    async with contextlib.AsyncExitStack() as crowd:  # they are looked at in turn: of many one is the first soon
        pages = [await crowd.enter_async_context(page(mortal, f"Ann {number}")) for number in range(16)]
        for ann in pages:
            await ann.send(PickCamp("red"))
            await ann.until(OwnCamp)
            await ann.send(Like(40))
        secret = await until_written(mortal, [ann.welcome.viewer for ann in pages], (40, "red"))
        mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        ticket = ann.welcome.free_ticket
        assert ann.welcome.camp == "red" and ticket is not None and ticket.likes == 40
        await ann.send(Like(5))
        watched_s = ticket.seconds
    async with page(mortal, "Bob") as bob:  # Ann has left, and what she did is on its way before what Bob does
        await bob.send(PickCamp("blue"))
        await bob.until(OwnCamp)
        await until_written(mortal, [secret], (45, "red"))
        mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        ticket = ann.welcome.free_ticket
        assert ticket is not None and (ticket.likes, ticket.is_used) == (45, False) and ticket.seconds >= watched_s


async def test_a_game_belongs_to_its_token_over_a_kill_and_what_was_paid_waits_for_it(mortal: ShowServer) -> None:
    owner, other = [
        (await asked(mortal, "POST", "tokens", {"scopes": ["games", "read"], "name": name})).json()["token"]
        for name in ("Castle", "Thief")
    ]
    assert (await asked(mortal, "PUT", "games/castle/effects", [GHOST], owner)).status_code == 200
    async with page(mortal, "Ann") as ann:
        secret = ann.welcome.viewer
        await ann.send(GiveGift("ghost-1", "castle/ghost"))
        await ann.until(GiftUpdate, lambda one: one.state == "committed")
        mortal.kill()
    mortal.start()
    refused = await asked(mortal, "PUT", "games/castle/effects", [GHOST], other)
    assert (refused.status_code, refused.text) == (409, OWNED)
    (waiting,) = (await asked(mortal, "GET", "effects")).json()
    assert (await asked(mortal, "POST", f"effects/{waiting['id']}", {"state": "done"}, other)).status_code == 409
    offered = await asked(mortal, "PUT", "games/castle/effects", [GHOST], owner)
    assert [one["id"] for one in offered.json()["asked"]] == [waiting["id"]]
    assert (await asked(mortal, "POST", f"effects/{waiting['id']}", {"state": "done"}, owner)).status_code == 200
    async with page(mortal, "Ann", secret) as ann:
        await ann.send(GiveGift("ghost-1", "castle/ghost"))
        assert (await ann.until(GiftUpdate)).state == "done"


async def test_a_game_that_sold_nothing_is_still_its_tokens_after_a_kill(mortal: ShowServer) -> None:
    owner, other = [
        (await asked(mortal, "POST", "tokens", {"scopes": ["games", "read"], "name": name})).json()["token"]
        for name in ("Castle", "Thief")
    ]
    await asked(mortal, "PUT", "games/castle/effects", [GHOST], owner)
    mortal.kill()
    mortal.start()
    assert (await asked(mortal, "PUT", "games/castle/effects", [GHOST], other)).text == OWNED
    assert (await asked(mortal, "PUT", "games/castle/effects", [GHOST], owner)).status_code == 200
    await asked(mortal, "DELETE", "tokens")
    fresh = (await asked(mortal, "POST", "tokens", {"scopes": ["games"], "name": "Thief"})).json()["token"]
    mortal.kill()
    mortal.start()
    assert (await asked(mortal, "PUT", "games/castle/effects", [GHOST], fresh)).status_code == 200, "taken back: free"


async def test_the_games_of_the_show_before_hold_no_place_in_the_next_unless_something_paid_waits_for_them(
    mortal: ShowServer,
) -> None:
    owner, other = [
        (await asked(mortal, "POST", "tokens", {"scopes": ["games", "read"], "name": name})).json()["token"]
        for name in ("Castle", "Thief")
    ]
    for number in range(GAMES_MAX):
        assert (await asked(mortal, "PUT", f"games/game-{number}/effects", [GHOST], owner)).status_code == 200
    async with page(mortal, "Ann") as ann:
        await ann.send(GiveGift("ghost-1", "game-0/ghost"))
        await ann.until(GiftUpdate, lambda one: one.state == "committed")
        mortal.kill()
    mortal.start()
    assert (await asked(mortal, "PUT", "games/game-1/effects", [GHOST], other)).text == OWNED, "the same show"
    mortal.kill()
    mortal.plan = msgspec.structs.replace(mortal.plan, run_folder=str(mortal.folder / "next"))
    mortal.start()
    for game, status in (("game-0", 409), ("game-1", 200), ("another", 200)):
        assert (await asked(mortal, "PUT", f"games/{game}/effects", [GHOST], other)).status_code == status, game
    standing = Path(mortal.plan.data_folder) / FILE
    until_s = time.monotonic() + DEADLINE_S
    while set(msgspec.json.decode(await asyncio.to_thread(standing.read_bytes), type=Kept).games) != {
        "game-0",
        "game-1",
        "another",
    }:
        assert time.monotonic() < until_s, "what the room let go is still written down"
        await asyncio.sleep(0.05)


async def test_whose_a_game_was_is_forgotten_once_the_room_has_let_it_go(tmp_path: Path) -> None:
    standing = Standing(tmp_path)
    owners, room = GameOwners(standing, "a show"), Room(epoch="a life")
    for game in ("castle", "maze"):
        owners.offered(HOST, game)
        room, _ = step(room, ev.GameOffered(game, ()), 0.0)
    room, _ = step(room, ev.GameOffered("castle", (), is_new_line=True), 100.0)
    for now_s in (101.0, 102.0 + RETURN_S):
        room, _ = step(room, ev.Ticked(0.0, 0, 0, True), now_s)
    owners.look_at(room)
    await standing.settled()
    assert set(Standing(tmp_path).kept.games) == {"castle"}
    assert GameOwners(Standing(tmp_path), "a show").remembered == ("castle",)
    assert GameOwners(Standing(tmp_path), "the next").remembered == ()


async def test_what_waits_for_a_games_owner_is_done_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_back, done = threading.Event(), list[str]()
    standing = Standing(tmp_path)
    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", lambda _: is_back.wait(DEADLINE_S))
    owners = GameOwners(standing, "a show")
    owners.once_written("castle", lambda: done.append("before it is anybody's"))
    owners.offered(HOST, "castle")
    owners.once_written("castle", lambda: done.append("first"))
    is_back.set()
    standing.close()  # the disk is done, and the loop has not heard of it
    owners.once_written("castle", lambda: done.append("second"))
    owners.once_written("maze", lambda: done.append("another game's"))
    async with asyncio.timeout(DEADLINE_S):
        await owners.written("castle")
    assert done == ["before it is anybody's", "another game's", "first", "second"]


async def test_what_stumbles_while_it_waited_for_a_games_owner_holds_up_nothing_behind_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_back = threading.Event()
    monkeypatch.setattr("avatar_live.server.whole_file.os.fsync", lambda _: is_back.wait(DEADLINE_S))
    owners = GameOwners(Standing(tmp_path), "a show")
    owners.offered(HOST, "castle")
    owners.once_written("castle", lambda: [].pop())
    is_back.set()
    async with asyncio.timeout(DEADLINE_S):
        await owners.written("castle")


# --- in the books, of either kind ------------------------------------------------------------------------------------


def test_a_round_begins_between_two_gifts_and_is_there_after_opening_again(where: Path | str) -> None:
    with contextlib.closing(Ledger(where, show="one")) as ledger:
        assert ledger.open_round(is_another=False).result(DEADLINE_S) == Round(1, 0)
        ledger.open_wallet("ann")
        ledger.pay("ann", "Ann", "a-1", "rose", 10)
        begun = ledger.open_round(is_another=True)
        ledger.pay("ann", "Ann", "a-2", "confetti", 20)
        ledger.pay("ann", "Ann", "a-3", "tomato", 5)
        ledger.mark("ann", "a-1", "done")
        ledger.mark("ann", "a-2", "done").result(DEADLINE_S)
        round_ = begun.result(DEADLINE_S)
        assert round_.number == 2
        assert ledger.round_givers(round_.after).result(DEADLINE_S) == (GiverSum("ann", "Ann", 20),)
        assert len(ledger.round_givers(0).result(DEADLINE_S)) == 1
        drained = ledger.drain().result(DEADLINE_S).gifts
        assert [one.number > round_.after for one in drained] == [True]
    with contextlib.closing(Ledger(where, show="one")) as again:
        assert again.open_round(is_another=False).result(DEADLINE_S) == round_
        assert again.open_round(is_another=True).result(DEADLINE_S).number == 3
    with contextlib.closing(Ledger(where, show="one", room="another")) as other:
        assert other.open_round(is_another=False).result(DEADLINE_S).number == 1
    with contextlib.closing(Ledger(where, show="two")) as next_show:
        fresh = next_show.open_round(is_another=False).result(DEADLINE_S)
        assert fresh.number == 1 and next_show.round_givers(fresh.after).result(DEADLINE_S) == ()


def test_parts_only_grow_within_a_show_and_begin_anew_with_the_next(where: Path | str) -> None:
    with contextlib.closing(Ledger(where, show="one")) as ledger:
        assert ledger.part("ann").result(DEADLINE_S) is None
        ledger.keep_parts((("ann", 5, 10.0, ""), ("bob", 1, 2.0, "blue"), ("ann", 4, 12.0, "red")))
        ledger.keep_parts((("cid", 0, 0.0, "red"), ("cid", 0, 1.0, "")))
        ledger.keep_parts((("ann", 3, 1.0, "red"),))
        assert ledger.part("ann").result(DEADLINE_S) == ("ann", 5, 12.0, "red")
    with contextlib.closing(Ledger(where, show="one")) as again:
        again.keep_parts((("ann", 1, 1.0, ""),)).result(DEADLINE_S)
        assert again.part("ann").result(DEADLINE_S) == ("ann", 5, 12.0, "red"), "nobody leaves a camp for none"
        assert again.part("bob").result(DEADLINE_S) == ("bob", 1, 2.0, "blue")
        assert again.part("cid").result(DEADLINE_S) == ("cid", 0, 1.0, "red")
    with contextlib.closing(Ledger(where, show="two")) as next_show:
        assert next_show.part("ann").result(DEADLINE_S) is None
        next_show.keep_parts((("ann", 1, 1.0, ""),)).result(DEADLINE_S)
        assert next_show.part("ann").result(DEADLINE_S) == ("ann", 1, 1.0, "")
    with contextlib.closing(Ledger(where, show="two", room="another")) as other:
        assert other.part("ann").result(DEADLINE_S) is None


def test_parts_of_the_shows_before_are_deleted_slice_by_slice_and_nothing_else_is(where: Path | str) -> None:
    crowd = [f"viewer-{number:04}" for number in range(PARTS_AT_ONCE + 2)]
    with contextlib.closing(Ledger(where, show="one", room="another")) as other:
        other.keep_parts((("ann", 7, 7.0, "red"),)).result(DEADLINE_S)
    with contextlib.closing(Ledger(where, show="one")) as ledger:
        ledger.open_wallet("ann")
        ledger.pay("ann", "Ann", "a-1", "rose", 10)
        ledger.open_round(is_another=False)
        ledger.keep_parts(tuple((viewer, 1, 1.0, "red") for viewer in crowd)).result(DEADLINE_S)
        assert ledger.forget_parts().result(DEADLINE_S) == crowd[PARTS_AT_ONCE - 1]
        assert ledger.part(crowd[0]).result(DEADLINE_S) == (crowd[0], 1, 1.0, "red"), "it is of this show"
    with contextlib.closing(Ledger(where, show="two")) as next_show:
        assert next_show.forget_parts().result(DEADLINE_S) is None
        assert viewers_with_parts(where) == {"ann", *crowd}, "the room's newest show is still the one before"
        next_show.open_round(is_another=False)
        next_show.keep_parts(((crowd[0], 2, 2.0, "blue"),))
        last = next_show.forget_parts().result(DEADLINE_S)
        assert last == crowd[PARTS_AT_ONCE - 1]
        assert viewers_with_parts(where) == {"ann", crowd[0], *crowd[PARTS_AT_ONCE:]}
        late = next_show.forget_parts(last), next_show.keep_parts(((crowd[-1], 3, 3.0, ""),))
        assert [one.result(DEADLINE_S) for one in late] == [None, None]
        assert viewers_with_parts(where) == {"ann", crowd[0], crowd[-1]}
        assert next_show.part(crowd[0]).result(DEADLINE_S) == (crowd[0], 2, 2.0, "blue")
        assert next_show.part(crowd[-1]).result(DEADLINE_S) == (crowd[-1], 3, 3.0, "")
        assert [one.id for one in next_show.drain().result(DEADLINE_S).gifts] == ["a-1"]
        assert next_show.reconcile().result(DEADLINE_S).is_sound
    with contextlib.closing(Ledger(where, show="one", room="another")) as other:
        assert other.part("ann").result(DEADLINE_S) == ("ann", 7, 7.0, "red"), "another room's show may go on"


def viewers_with_parts(where: Path | str) -> set[str]:
    with open_reader(where) as reader:
        return {viewer for (viewer,) in reader.rows("SELECT viewer FROM part")}


async def test_the_next_show_deletes_what_is_left_of_the_one_before(mortal: ShowServer) -> None:
    path = Path(mortal.plan.data_folder) / LEDGER_FILE
    async with page(mortal, "Ann") as ann:
        secret = ann.welcome.viewer
        await ann.send(PickCamp("red"))
        await ann.until(OwnCamp)
    await parts_are(path, {digest(secret)})
    mortal.kill()
    crowd = tuple((f"viewer-{number:04}", 1, 1.0, "red") for number in range(PARTS_AT_ONCE * 2))
    with contextlib.closing(Ledger(path, show="an older one")) as ledger:
        await asyncio.wrap_future(ledger.keep_parts(crowd))
    mortal.start()
    await parts_are(path, {digest(secret)})
    async with page(mortal, "Ann", secret) as ann:
        assert ann.welcome.camp == "red", "the same show goes on"
    mortal.kill()
    mortal.plan = msgspec.structs.replace(mortal.plan, run_folder=str(mortal.folder / "next"))
    mortal.start()
    await parts_are(path, set())
    async with page(mortal, "Ann", secret) as ann:
        assert ann.welcome.camp is None


async def parts_are(path: Path, viewers: set[str]) -> None:
    """Wait until parts of these viewers are on the disk, and of nobody else."""
    until_s = time.monotonic() + DEADLINE_S
    while (found := await asyncio.to_thread(viewers_with_parts, path)) != viewers:
        assert time.monotonic() < until_s, found
        await asyncio.sleep(0.05)
