"""A viewer of the client's: every gift is answered and paid once, over breaks of the line and deaths of the server."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from narrow import way_to
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, show_server

from avatar_live.client import ClientError, ClosedError, Viewer
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import CLOSE_REFUSED, ChatLine, GiftGiven, PushUpdate, Show
from avatar_live.server.ledger import LEDGER_FILE, Ledger


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    """A server that lives through the tests of this file."""
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


async def test_a_viewer_chats_likes_and_gives(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann, asyncio.timeout(DEADLINE_S):
        assert ann.welcome is not None and ann.balance_coins == START_BALANCE_COINS
        await ann.say("hello")
        while not isinstance(message := await anext(ann), ChatLine):
            pass
        assert (message.name, message.text) == ("Ann", "hello")
        update = await ann.give("rose")
        assert (update.state, update.balance_coins) == ("committed", START_BALANCE_COINS - 10)
        assert (await ann.give("tomato", count=3)).balance_coins == START_BALANCE_COINS - 10 - 3 * 5
        likes = ann.welcome.show.likes
        await ann.like(60)
        while not (isinstance(message := await anext(ann), Show) and message.likes == likes + 60):
            pass


async def test_a_gift_that_cannot_be_is_refused_for_a_reason(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann:
        update = await ann.give("unicorn")
        assert update.state == "refused" and update.reason
        with pytest.raises(ClientError, match="letters"):
            await ann.give("rose", "no id")
        for count in (0, -1, 100):
            async with asyncio.timeout(DEADLINE_S):
                with pytest.raises(ClientError, match="1 to 99"):
                    await ann.give("rose", count=count)


async def test_likes_beyond_all_bounds_are_counted_and_cost_nobody_the_line(server: ShowServer) -> None:
    async with way_to(server.port) as way, Viewer(way.address, "Ann") as ann, asyncio.timeout(DEADLINE_S):
        assert ann.welcome is not None
        likes = ann.welcome.show.likes
        await asyncio.gather(ann.like(300), *(ann.like() for _ in range(400)))
        while not (isinstance(message := await anext(ann), Show) and message.likes == likes + 700):
            pass
        assert way.opened == 1


async def test_lines_that_a_break_swallowed_are_told_after_the_welcome(server: ShowServer) -> None:
    async with (
        way_to(server.port) as way,
        Viewer(address(server), "Ann") as ann,
        Viewer(way.address, "Bob") as bob,
        asyncio.timeout(DEADLINE_S),
    ):
        await ann.say("before the break")
        await _heard(bob, "before the break")
        way.cut()
        await ann.say("in the break")
        await _heard(ann, "in the break")
        way.mend()
        await _heard(bob, "in the break")
        await ann.say("after the break")
        assert await _heard(bob, "after the break") == ["after the break"], "each once"


async def _heard(viewer: Viewer, text: str) -> list[str]:
    """Wait for a chat line, and return all that were told until then."""
    heard: list[str] = []
    while text not in heard:
        if isinstance(message := await anext(viewer), ChatLine):
            heard.append(message.text)
    return heard


async def test_a_gift_that_costs_more_than_the_viewer_was_told_is_refused_and_not_paid(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann:
        ann._prices["rose"] = 3  # as if the room had told so, and changed its mind
        update = await ann.give("rose")
        assert update.state == "refused" and "10 coins now" in update.reason
        assert update.balance_coins == START_BALANCE_COINS


async def test_a_secret_is_the_same_viewer_and_an_id_the_same_gift(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann:
        await ann.give("rose", "same-1")
        secret = ann.secret
    async with Viewer(address(server), "Ann", secret=secret) as ann:
        both = await asyncio.gather(ann.give("rose", "same-1"), ann.give("rose", "same-1"))
        assert {update.balance_coins for update in both} == {START_BALANCE_COINS - 10}
        assert ann.balance_coins == START_BALANCE_COINS - 10


async def test_a_push_is_done_once_over_a_line_that_is_cut_and_tells_why_when_it_is_not(server: ShowServer) -> None:
    async with way_to(server.port) as way, Viewer(way.address, "Ann") as ann, asyncio.timeout(DEADLINE_S):
        assert (await ann.push("red", "push-1")).state == "done"
        assert await ann.push("blue", "push-1") == PushUpdate("push-1", "red", "done"), "what the id was first"
        pushing = asyncio.create_task(ann.push("red"))
        await asyncio.sleep(0)
        way.cut()
        also = asyncio.create_task(ann.push("red"))
        await asyncio.sleep(0)
        way.mend()
        assert [(await update).state for update in (pushing, also)] == ["done", "done"]
        with pytest.raises(ClientError, match="letters"):
            await ann.push("red", "no id")
        states = [(await update).state for update in [asyncio.create_task(ann.push("red")) for _ in range(20)]]
        assert set(states) == {"done", "refused"}


async def test_gifts_given_while_the_line_is_cut_are_each_paid_once(server: ShowServer) -> None:
    async with way_to(server.port) as way, Viewer(way.address, "Ann") as ann, asyncio.timeout(DEADLINE_S):
        for _ in range(3):
            giving = [asyncio.create_task(ann.give("tomato")) for _ in range(3)]
            await asyncio.sleep(0)
            way.cut()
            giving.append(asyncio.create_task(ann.give("tomato")))
            await asyncio.sleep(0)
            way.mend()
            assert {(await update).state for update in giving} <= {"committed", "done"}
        assert ann.balance_coins == START_BALANCE_COINS - 12 * 5


async def test_gifts_given_through_a_crash_are_each_paid_once(tmp_path: Path) -> None:
    with show_server(tmp_path) as mortal:
        mortal.plan = msgspec.structs.replace(mortal.plan, port=mortal.port)
        async with Viewer(address(mortal), "Ann") as ann:
            ids = [f"crash-{number}" for number in range(9)]
            for start in range(0, 9, 3):
                giving = [asyncio.create_task(ann.give("tomato", id)) for id in ids[start : start + 3]]
                await asyncio.sleep(0.002 * start)
                mortal.kill()
                await asyncio.to_thread(mortal.start)
                async with asyncio.timeout(DEADLINE_S):
                    assert {(await update).state for update in giving} <= {"committed", "done"}
            assert ann.balance_coins == START_BALANCE_COINS - 9 * 5
        assert mortal.stop() == 0
    ledger = Ledger(tmp_path / "data" / LEDGER_FILE)
    try:
        report = ledger.reconcile().result(DEADLINE_S)
    finally:
        ledger.close()
    assert report.is_sound and report.gifts == 9


GIVE_IN_JAVASCRIPT = """
const { Viewer } = await import(process.argv[1]);
const robo = new Viewer(process.argv[2], "Robo");
robo.on("chat", (line) => console.log(line.name, line.text));
await robo.say("hello");
for (let given = 0; given < 6; given++) {
  const pushed = robo.push("red");
  console.log((await robo.give("tomato")).state, robo.balance_coins);
  console.log((await pushed).state);
}
robo.close();
"""


async def test_a_viewer_in_javascript_chats_and_gives_through_deaths_of_the_server(
    tmp_path: Path, built_sdk: Path
) -> None:
    node = shutil.which("node")
    assert node is not None
    with show_server(tmp_path) as mortal:
        mortal.plan = msgspec.structs.replace(mortal.plan, port=mortal.port)
        sdk = (built_sdk / "sdk.js").as_uri()
        command = (node, "--experimental-websocket", "--input-type=module", "-e", GIVE_IN_JAVASCRIPT, sdk)
        robo = await asyncio.create_subprocess_exec(*command, address(mortal), stdout=asyncio.subprocess.PIPE)
        assert robo.stdout is not None
        told: list[str] = []
        async with asyncio.timeout(DEADLINE_S):
            while line := (await robo.stdout.readline()).decode().split():
                told.append(line[-1])
                if told[-1] in {"990", "980"}:
                    mortal.kill()
                    await asyncio.to_thread(mortal.start)
            assert await robo.wait() == 0
        assert "hello" in told
        assert [coins for coins in told if coins.isdigit()] == ["995", "990", "985", "980", "975", "970"]
        assert told.count("done") == 6, "each push, also those that the server's death swallowed"


async def test_a_viewer_who_is_banned_stays_away(server: ShowServer) -> None:
    async with way_to(server.port) as way, Viewer(way.address, "Zed") as zed, asyncio.timeout(DEADLINE_S):
        await zed.say("spam")
        while not isinstance(line := await anext(zed), ChatLine):
            pass
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S) as http:
            ban = {"type": "moderate", "deed": "ban", "seq": line.seq, "reason": "spam"}
            (await http.post(f"{address(server)}/api/moderation", json=ban)).raise_for_status()
        with pytest.raises(ClosedError) as closed:
            while True:
                await anext(zed)
        assert closed.value.code == CLOSE_REFUSED
        with pytest.raises(ClosedError):
            await zed.give("tomato")
        assert way.opened == 1


async def test_who_never_listens_keeps_the_newest(server: ShowServer) -> None:
    async with Viewer(address(server), "Ann") as ann, Viewer(address(server), "Ben") as ben:
        update = await ben.give("rose", "seen-1")
        assert update.state == "committed"
        async with asyncio.timeout(DEADLINE_S):
            while not (isinstance(message := await anext(ann), GiftGiven) and message.id == "seen-1"):
                pass
        assert ann.passed_over == 0
