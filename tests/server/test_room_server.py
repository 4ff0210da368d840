"""The real server and real websockets: chat, gifts, refusals and the event API."""

import asyncio
import contextlib
import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec
import pytest
import websockets
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, events, next_event, page, show_server
from websockets.frames import Frame, Opcode

from avatar_live.edge.socket import PINGS_MAX
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import (
    CLOSE_BAD_MESSAGE,
    CLOSE_TOKEN,
    MESSAGE_BYTES_MAX,
    ChatLine,
    ComboEnded,
    FromViewer,
    GiftGiven,
    GiftUpdate,
    GiveGift,
    Join,
    Like,
    PickCamp,
    Ping,
    Pong,
    Refused,
    Say,
)
from avatar_live.server.ledger.settle import OTHER_GIFT


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    folder = tmp_path_factory.mktemp("show")
    (folder / "web" / "assets").mkdir(parents=True)
    (folder / "web" / "index.html").write_text("<!doctype html><title>the page</title>")
    (folder / "web" / "assets" / "main.js").write_text("export {}")
    with show_server(folder) as running:
        yield running


async def test_a_chat_line_reaches_the_second_viewer(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        await ann.send(Say("hello"))
        line = await bob.until(ChatLine, lambda one: one.text == "hello")
        assert line.name == "Ann"


async def test_markup_and_hidden_directions_arrive_as_plain_text(server: ShowServer) -> None:
    async with page(server, "<b>Ann\u202e</b>") as ann, page(server, "Bob") as bob:
        await ann.send(Say("<script>alert(1)</script>\u202e\u0000\u200b!"))
        line = await bob.until(ChatLine, lambda one: "script" in one.text)
        assert (line.name, line.text) == ("<b>Ann</b>", "<script>alert(1)</script>!")


async def test_a_gift_sent_twice_is_paid_once_and_everybody_hears_once(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        for _ in range(2):
            await ann.send(GiveGift("twice-1", "confetti"))
        for _ in range(2):
            update = await ann.until(GiftUpdate)
            assert (update.id, update.state) == ("twice-1", "committed")
            assert update.balance_coins == START_BALANCE_COINS - 20
        await ann.send(Say("that was it"))
        await bob.until(ChatLine, lambda one: one.text == "that was it")
        assert [given.id for given in bob.heard_of(GiftGiven)] == ["twice-1"]


async def test_an_id_belongs_to_its_first_gift_and_to_its_giver_alone(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        await ann.send(GiveGift("mine-1", "tomato"))
        await ann.until(GiftUpdate)
        await ann.send(GiveGift("mine-1", "confetti"))
        assert (await ann.until(GiftUpdate)).state == "refused"
        await bob.send(GiveGift("mine-1", "tomato"))
        paid = await bob.until(GiftUpdate)
        assert (paid.state, paid.balance_coins) == ("committed", START_BALANCE_COINS - 5)


async def test_likes_camps_and_pings_are_answered(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        likes = ann.welcome.show.likes
        await ann.send(Like(7))
        await ann.send(PickCamp("blue"))
        await ann.send(Ping(4.25))
        assert (await ann.until(Pong)).t == 4.25
        show = await ann.sees(lambda one: one.likes == likes + 7)
        assert show.camp_blue == 1
        await ann.sees(lambda one: one.ball < show.ball or one.score_blue > 0)
        await ann.send(Join("Ann"))
        assert (await ann.until(Refused)).about == "join"


async def test_a_viewer_who_comes_back_has_wallet_camp_and_what_was_missed(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        await ann.send(PickCamp("red"))
        await ann.send(GiveGift("back-1", "tomato"))
        await ann.until(GiftUpdate)
        secret, epoch = ann.welcome.viewer, ann.welcome.epoch
        seq = (await bob.until(GiftGiven, lambda one: one.id == "back-1")).seq
        await ann.socket.close()
        await bob.send(Say("where is Ann?"))
        await bob.until(ChatLine)
        async with page(server, "Ann", secret, epoch, seq) as again:
            assert again.welcome.viewer == secret
            assert again.welcome.balance_coins == START_BALANCE_COINS - 5
            assert again.welcome.camp == "red"
            assert [line.text for line in again.welcome.recent if isinstance(line, ChatLine)] == ["where is Ann?"]


async def test_a_secret_that_nobody_has_opens_no_wallet(server: ShowServer) -> None:
    async with page(server, "Eve", viewer="guess") as eve:
        assert eve.welcome.viewer != "guess"


@pytest.mark.parametrize(
    "message",
    [
        pytest.param("no json", id="no json"),
        pytest.param('{"type":"dance"}', id="unknown tag"),
        pytest.param('{"type":"say","text":5}', id="wrong type"),
        pytest.param(b"\x00\x01", id="binary"),
        pytest.param('{"type":"say","text":"' + "x" * MESSAGE_BYTES_MAX + '"}', id="too long"),
        pytest.param('{"type":"say","text":"' + "x" * 200_000 + '"}', id="far too long"),
    ],
)
async def test_what_is_no_message_closes_the_line(server: ShowServer, message: str | bytes) -> None:
    async with page(server, "Eve") as eve:
        await eve.socket.send(message)
        code, _ = await eve.closed()
        assert code == (1009 if len(message) > 100_000 else CLOSE_BAD_MESSAGE)
    async with page(server, "Ann") as ann:
        await ann.send(Ping(1.0))
        await ann.until(Pong)


async def test_a_message_of_the_longest_size_is_taken_and_one_byte_more_is_not(server: ShowServer) -> None:
    frame = '{"type":"say","text":""}'
    longest = frame[:-2] + "x" * (MESSAGE_BYTES_MAX - len(frame)) + frame[-2:]
    async with page(server, "Ann") as ann:
        await ann.socket.send(longest)
        assert (await ann.until(Refused)).about == "say"
        await ann.socket.send(longest + " ")
        assert (await ann.closed())[0] == CLOSE_BAD_MESSAGE


async def test_who_pings_at_the_limit_is_answered_and_one_past_it_cut(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, asyncio.timeout(DEADLINE_S):
        for _ in range(int(PINGS_MAX)):
            await (await ann.socket.ping())
        with pytest.raises(websockets.ConnectionClosed):
            while True:
                await asyncio.gather(*[await ann.socket.ping() for _ in range(int(PINGS_MAX))])


async def test_who_talks_without_end_and_does_not_listen_is_cut(server: ShowServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as deaf:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.setblocking(False)
        async with events(server) as listening, asyncio.timeout(DEADLINE_S):
            reader, writer = await asyncio.open_connection(sock=deaf, limit=1_024)
            writer.write(
                b"GET /ws HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            )
            await reader.readuntil(b"\r\n\r\n")
            writer.write(masked(Join("Deaf")))
            while (await next_event(listening, "viewer_joined"))["data"]["name"] != "Deaf":
                pass

            async def talk() -> None:
                with contextlib.suppress(ConnectionError):
                    while True:  # every join after the first is answered with a refusal
                        writer.write(masked(Join("Deaf")) * 100)
                        await writer.drain()

            talking = asyncio.create_task(talk())
            try:  # when the deaf one learns of it is its kernel's business: with no room to hear, that may take long
                while (await next_event(listening, "viewer_left"))["data"]["name"] != "Deaf":
                    pass
            finally:
                talking.cancel()
                writer.transport.abort()


async def test_the_first_word_is_a_join(server: ShowServer) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{server.port}/ws") as line:
        await line.send('{"type":"say","text":"hi"}')
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(line.recv(), DEADLINE_S)
        assert line.close_code == CLOSE_BAD_MESSAGE


async def test_a_page_of_another_site_is_refused(server: ShowServer) -> None:
    address = f"ws://127.0.0.1:{server.port}/ws"
    for origin in ("https://evil.example", "null", f"http://127.0.0.1:{server.port}.evil.example"):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await websockets.connect(address, origin=websockets.Origin(origin))
        assert refusal.value.response.status_code == 403
    async with websockets.connect(address, origin=websockets.Origin(f"http://127.0.0.1:{server.port}")):
        pass


async def test_the_event_api_tells_what_happens_in_order(server: ShowServer) -> None:
    async with events(server) as listening, page(server, "Ann") as ann:
        assert (await next_event(listening, "viewer_joined"))["data"]["name"] == "Ann"
        await ann.send(Say("hello bots"))
        await ann.until(ChatLine)
        chat = await next_event(listening, "chat")
        said = {"name": "Ann", "text": "hello bots", "line": ann.heard_of(ChatLine)[-1].seq, "role": "viewer"}
        assert chat["data"] == {**said, "reply_to": 0}
        await ann.send(GiveGift("event-1", "tomato"))
        await ann.until(GiftGiven)
        gift = await next_event(listening, "gift")
        combo = ann.heard_of(GiftGiven)[-1].combo
        given = {"id": "event-1", "name": "Ann", "gift": "tomato", "price_coins": 5}
        assert gift["data"] == {**given, "count": 1, "combo": combo, "combo_count": 1, "worth": ""}
        assert gift["seq"] == chat["seq"] + 1
        async with events(server, f"token={TOKEN}&since={chat['seq']}&epoch={chat['epoch']}") as later:
            assert json.loads(await asyncio.wait_for(later.recv(), DEADLINE_S))["type"] == "welcome"
            assert json.loads(await asyncio.wait_for(later.recv(), DEADLINE_S)) == gift


@pytest.mark.parametrize("query", ["token=wrong", "", "token=", f"token={quote('löse')}"])
async def test_a_wrong_token_hears_nothing(server: ShowServer, query: str) -> None:
    async with events(server, query) as line:
        with pytest.raises(websockets.ConnectionClosed):
            await asyncio.wait_for(line.recv(), DEADLINE_S)
        assert line.close_code == CLOSE_TOKEN
        assert "token" in (line.close_reason or "")


async def test_the_page_health_and_schema_are_served(server: ShowServer) -> None:
    status, headers, body = await fetch(server, "/")
    assert (status, body) == (200, b"<!doctype html><title>the page</title>")
    assert headers["content-security-policy"].startswith("default-src 'self'")
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert (await fetch(server, "/assets/main.js"))[2] == b"export {}"
    assert (await fetch(server, "/../data/ledger.sqlite3"))[0] == 404
    assert (await fetch(server, "/%2e%2e/data/ledger.sqlite3"))[0] == 404
    health = json.loads((await fetch(server, "/api/health"))[2])
    assert health["status"] == "ok"
    assert health["is_live"] is False
    described = json.loads((await fetch(server, "/schema/openapi.json"))[2])
    assert described["info"]["title"] == "avatar_live"
    whep, whip = "/whep/{watch_id}", "/whip/{session}"
    for path, session in (("/whep", whep), ("/whep/player", whep), ("/whip", whip)):
        offer, later = described["paths"][path]["post"], described["paths"][session]
        for body in (offer["requestBody"], offer["responses"]["201"]):
            assert list(body["content"]) == ["application/sdp"]
        assert list(later["patch"]["requestBody"]["content"]) == ["application/trickle-ice-sdpfrag"]
        assert {"204", "412", "422", "428"} <= later["patch"]["responses"].keys() and "delete" in later
    assert "room" in json.loads((await fetch(server, "/schema/asyncapi.json"))[2])["channels"]


async def test_the_parent_reads_how_many_are_there(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, asyncio.timeout(DEADLINE_S):
        await ann.send(GiveGift("health-1", "tomato"))
        await ann.until(GiftUpdate)
        figures: dict[str, float] = {}
        while not (figures.get("viewers") and figures.get("sockets") and figures.get("gifts")):
            await asyncio.sleep(0.05)
            health = server.health()
            assert health is not None and health.is_ready
            figures = health.figures
        assert "watch_viewers" in figures


async def test_a_page_that_is_not_built_is_told_in_a_sentence(tmp_path: Path) -> None:
    with show_server(tmp_path) as bare:
        status, _, body = await fetch(bare, "/")
        assert status == 503
        assert b"not built yet" in body


def masked(message: FromViewer) -> bytes:
    return Frame(Opcode.TEXT, msgspec.json.encode(message)).serialize(mask=True)


async def fetch(server: ShowServer, path: str) -> tuple[int, dict[str, str], bytes]:
    def get() -> tuple[int, dict[str, str], bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=DEADLINE_S) as answer:
                return answer.status, {name.lower(): value for name, value in answer.headers.items()}, answer.read()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, {}, refusal.read()

    return await asyncio.to_thread(get)


async def test_many_at_once_are_paid_once_and_the_same_id_for_another_number_is_refused(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, events(server) as listener:
        await ann.send(GiveGift("many-1", "tomato", 10))
        update = await ann.until(GiftUpdate)
        assert (update.state, update.balance_coins) == ("committed", ann.welcome.balance_coins - 50)
        await ann.send(GiveGift("many-1", "tomato", 10))
        assert (await ann.until(GiftUpdate)).balance_coins == ann.welcome.balance_coins - 50
        await ann.send(GiveGift("many-1", "tomato", 11))
        refused = await ann.until(GiftUpdate)
        assert (refused.state, refused.reason) == ("refused", OTHER_GIFT)
        await ann.send(GiveGift("many-2", "fireworks", 99))
        assert (await ann.until(GiftUpdate)).state == "refused"
        await ann.send(GiveGift("many-3", "tomato", 1))
        await ann.until(GiftUpdate, lambda one: one.id == "many-3")
        given = [line for line in ann.heard_of(GiftGiven) if line.name == "Ann"][-2:]
        assert [(line.id, line.count, line.combo_count) for line in given] == [("many-1", 10, 10), ("many-3", 1, 11)]
        event = await next_event(listener, "gift")
        assert (event["data"]["count"], event["data"]["price_coins"]) == (10, 50)
        ended = await next_event(listener, "combo_ended")
        while ended["data"]["combo"] != given[0].combo:  # of the tests before this one
            ended = await next_event(listener, "combo_ended")
        assert (ended["data"]["count"], ended["data"]["price_coins"]) == (11, 55)
        assert await ann.until(ComboEnded, lambda one: one.combo == given[0].combo)
