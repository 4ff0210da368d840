"""Starting, stopping, dying and coming back: no committed gift is lost or doubled, no port or plan is a riddle."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from patience import DEADLINE_S
from show_server import M, Page, ShowServer, page, show_server
from stopwatch import Stopwatch

from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import (
    EXIT_REFUSED,
    CueTaken,
    EngineHello,
    EngineNote,
    ServerPlan,
    StageCue,
    Watched,
)
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.cues import Banner, Confetti, Throw
from avatar_live.protocol.view import GameView
from avatar_live.protocol.wire import (
    CLOSE_RESTARTING,
    ChatLine,
    GiftGiven,
    GiftUpdate,
    GiveGift,
    PickCamp,
    PlayStart,
    Say,
)
from avatar_live.server.__main__ import main
from avatar_live.server.ledger import Ledger
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

UPGRADE = (
    b"GET /ws HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that the test may end."""
    with show_server(tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """A server that lives through the tests of this file."""
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


async def test_a_server_killed_after_a_commit_has_the_gift_and_shows_it_once(mortal: ShowServer) -> None:
    async with page(mortal, "Ann") as ann:
        await ann.send(GiveGift("kill-1", "confetti"))
        assert (await ann.until(GiftUpdate)).state == "committed"
        secret, epoch = ann.welcome.viewer, ann.welcome.epoch
        mortal.kill()
    mortal.start()
    with engine(mortal) as link:
        cues = wait_for_cues(link, 2)
        assert [type(cue.cue) for cue in cues] == [Banner, Confetti]
        async with page(mortal, "Ann", secret, epoch, 99) as ann:
            assert ann.welcome.epoch != epoch
            assert ann.welcome.balance_coins == START_BALANCE_COINS - 20
            assert [line.id for line in ann.welcome.recent if isinstance(line, GiftGiven)] == ["kill-1"]
            await ann.send(GiveGift("kill-1", "confetti"))
            update = await ann.until(GiftUpdate)
            assert (update.state, update.balance_coins) == ("committed", START_BALANCE_COINS - 20)
            for cue in cues:
                link.send(CueTaken(cue.id))
            assert (await ann.until(GiftUpdate)).state == "done"
    mortal.kill()
    mortal.start()
    with engine(mortal) as link:
        link.send(EngineNote("nothing left to show"))
        async with page(mortal, "Ann", secret) as ann:
            await ann.sees(lambda one: one.source == "nothing left to show")
            assert ann.welcome.balance_coins == START_BALANCE_COINS - 20
        assert not [message for message in link.receive() if isinstance(message, StageCue)]
    mortal.stop()
    assert_sound(mortal, gifts=1)


async def test_a_ticket_cut_off_by_a_kill_is_refunded_once(mortal: ShowServer) -> None:
    with engine(mortal) as link:
        async with page(mortal, "Ann") as ann:
            await make_live(link, ann)
            await ann.send(GiveGift("kill-2", "ticket"))
            assert (await ann.until(GiftUpdate)).balance_coins == START_BALANCE_COINS - 100
            secret = ann.welcome.viewer
            mortal.kill()
        for _ in range(2):
            mortal.start()
            async with page(mortal, "Ann", secret) as ann:
                assert ann.welcome.balance_coins == START_BALANCE_COINS
                await ann.send(GiveGift("kill-2", "ticket"))
                update = await ann.until(GiftUpdate)
                assert (update.state, update.balance_coins) == ("refunded", START_BALANCE_COINS)
            mortal.kill()
    assert_sound(mortal, gifts=1)


async def test_a_cue_given_to_a_dying_engine_is_given_again_and_a_taken_one_is_not(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        with engine(server) as link:
            await ann.send(GiveGift("cue-1", "tomato"))
            banner, throw = wait_for_cues(link, 2)
            link.send(CueTaken(banner.id))
            link.send(EngineNote("noted"))
            await ann.sees(lambda one: one.source == "noted")
        with engine(server) as link:
            (again,) = wait_for_cues(link, 1)
            assert again == throw
            assert isinstance(again.cue, Throw)
            link.send(CueTaken(again.id))
            await ann.until(GiftUpdate, lambda one: one.state == "done")
        with engine(server) as link:
            link.send(EngineNote("a third engine"))
            await ann.sees(lambda one: one.source == "a third engine")
            assert not [message for message in link.receive() if isinstance(message, StageCue)]


async def test_the_show_is_live_while_frames_come_and_viewers_keep_their_sockets(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        assert not ann.welcome.show.is_live
        with engine(server) as link:
            await make_live(link, ann)
        await ann.sees(lambda one: not one.is_live)
        await ann.send(Say("still here"))
        await ann.until(ChatLine)


async def test_an_engine_hears_the_game_at_its_rate_while_it_moves_and_seldom_while_it_rests(
    server: ShowServer,
) -> None:
    async with page(server, "Ann") as ann:
        with engine(server) as link:
            assert wait_for(link, Watched, 1) == [Watched(())]
            await ann.send(PickCamp("red"))
            views = wait_for(link, GameView, 30)
            assert views[-1].ball_x > views[1].ball_x


async def test_an_engine_that_dies_in_an_invitation_refunds_the_ticket_once(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        with engine(server) as link:
            await make_live(link, ann)
            await ann.send(GiveGift("dies-1", "ticket"))
            await ann.until(PlayStart)
        update = await ann.until(GiftUpdate, lambda one: one.state == "refunded")
        assert update.balance_coins == START_BALANCE_COINS
        assert "back" in update.reason


def hear(line: socket.socket, words: bytes) -> bool:
    """Read until these bytes came; False when the line ends before."""
    heard = b""
    while words not in heard and (more := line.recv(4_096)):
        heard += more
    return words in heard


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM to catch")
def test_what_strangers_send_does_not_fill_the_log(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with show_server(tmp_path) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_S) as stranger:
            stranger.sendall(b"\x16\x03\x01\r\n\r\n")
            assert hear(stranger, b"400")
        with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_S) as stranger:
            stranger.sendall(UPGRADE)
            assert hear(stranger, b"\r\n\r\n")  # what comes before the upgrade is answered may be dropped
            stranger.sendall(b"\x81\x82\0\0\0\0\xff\xfe")
            assert hear(stranger, b"\x03\xef")  # 1007, not UTF-8: the server said goodbye
    assert capfd.readouterr().err == ""


async def test_a_stop_signal_says_goodbye_and_ends_within_two_seconds(mortal: ShowServer) -> None:
    async with page(mortal, "Ann") as ann:
        assert mortal.process is not None
        with Stopwatch() as watch:
            mortal.process.send_signal(signal.SIGTERM)
            assert (await ann.closed())[0] == CLOSE_RESTARTING
            assert mortal.wait() == 0
        assert watch.s < 2.0
        health = mortal.health()
        assert health is not None and not health.is_ready


def test_a_server_whose_parent_is_gone_ends(mortal: ShowServer) -> None:
    assert mortal.stop() == 0


def test_a_taken_port_is_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = ShowServer(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main([plan_of(msgspec.structs.replace(server.plan, port=port))]) == 2
    told = capsys.readouterr().err.strip()
    assert told == f"Port {port} is taken by another program: stop it, or choose another with --port."
    health = server.health()
    assert health is not None and not health.is_ready
    assert health.status == told


def test_an_address_that_is_none_is_told_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = msgspec.structs.replace(ShowServer(tmp_path).plan, host="203.0.113.1")
    assert main([plan_of(plan)]) == 2
    assert "choose another with --host" in capsys.readouterr().err


def test_a_database_that_is_away_is_told_in_one_sentence_and_worth_another_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = msgspec.structs.replace(ShowServer(tmp_path).plan, ledger="postgresql://127.0.0.1:1/books")
    code = main([plan_of(plan)])
    assert code not in (0, EXIT_REFUSED)
    assert "start the database" in capsys.readouterr().err


def test_a_data_folder_that_cannot_be_used_is_told_in_one_sentence(tmp_path: Path) -> None:
    server = ShowServer(tmp_path)
    (tmp_path / "data").write_text("a file where the folder should be")
    assert main([plan_of(server.plan)]) == 2
    health = server.health()
    assert health is not None
    assert "cannot be used" in health.status


@pytest.mark.parametrize("arguments", [["no plan"], [], ["{}", "{}"]])
def test_a_plan_that_is_none_is_told_in_one_sentence(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "with one ServerPlan" in capsys.readouterr().err


@contextlib.contextmanager
def engine(server: ShowServer) -> Iterator[ServerLink]:
    """Connect as an engine; leaving the block is its sudden end."""
    link = ServerLink(Path(server.plan.run_folder), EngineHello(640, 360, 30))
    deadline_s = time.monotonic() + DEADLINE_S
    try:
        while not link.is_connected:
            assert time.monotonic() < deadline_s, "the server opens no link"
            time.sleep(0.01)
        yield link
    finally:
        link.close()


async def make_live(link: ServerLink, watching: Page) -> None:
    """Send frames until a page is told that the show is live."""
    live = asyncio.create_task(watching.sees(lambda one: one.is_live))
    while not live.done():
        link.send(frame())
        await asyncio.wait([live], timeout=0.05)
    await live


def frame() -> EncodedFrame:
    """Return a frame of the show; its picture does not matter here."""
    return EncodedFrame(MAIN_STREAM, "video", b"\0\0\0\1\x65", 0, True, time.monotonic())


def wait_for(link: ServerLink, kind: type[M], count: int) -> list[M]:
    """Wait until the engine has heard so many messages of a kind."""
    heard: list[M] = []
    deadline_s = time.monotonic() + DEADLINE_S
    while len(heard) < count:
        assert time.monotonic() < deadline_s, f"heard {heard}"
        heard += [message for message in link.receive() if isinstance(message, kind)]
        time.sleep(0.01)
    return heard


def wait_for_cues(link: ServerLink, count: int) -> list[StageCue]:
    """Wait until the engine has exactly so many cues."""
    cues = wait_for(link, StageCue, count)
    assert len(cues) == count
    return cues


def plan_of(plan: ServerPlan) -> str:
    """Return a plan as its process is given it."""
    return msgspec.json.encode(plan).decode()


def assert_sound(server: ShowServer, gifts: int) -> None:
    """Count the books of a server that has ended."""
    ledger = Ledger(Path(server.plan.data_folder) / "ledger.sqlite3")
    report = ledger.reconcile().result(DEADLINE_S)
    ledger.close()
    assert report.is_sound
    assert report.gifts == gifts
