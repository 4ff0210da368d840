"""What the host does over HTTP, with the show's token, and what viewers see of it."""

import asyncio
import hashlib
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, events, next_event, page, show_server

from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import CueTaken, EngineHello, StageCue
from avatar_live.protocol.together import (
    CHOICES_MAX,
    POLL_SECONDS_MAX,
    AskBoard,
    Board,
    ClaimTicket,
    FreeTicket,
    Goals,
    Lottery,
    OwnEntry,
    OwnPlace,
    OwnVote,
    Place,
    Poll,
    Vote,
)
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, ChatLine, GiftUpdate, GiveGift, Like, Refused, Say, Wallet
from avatar_live.room.lottery import RUNNING as RUNNING_LOTTERY
from avatar_live.room.polls import RUNNING
from avatar_live.room.state import Draw, Entry
from avatar_live.server.host import Drawings


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


def ask(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api/{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


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


def test_a_body_that_is_not_utf_8_is_refused_in_a_sentence(server: ShowServer) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    answer = httpx.post(f"http://127.0.0.1:{server.port}/api/chat", headers=headers, content=b'{"text":"\xff"}')
    assert (answer.status_code, answer.json()["detail"]) == (400, "The body is not UTF-8.")


def test_the_hosts_routes_are_for_who_holds_the_token(server: ShowServer) -> None:
    assert ask(server, "POST", "chat", {"text": "hi"}, token="wrong").status_code == 401


async def test_a_poll_is_asked_voted_in_and_ended_over_http(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        asked = ask(server, "POST", "polls", {"question": "Tea?", "choices": ["yes", "no"], "seconds": 60})
        assert asked.status_code == 201
        poll = await bob.until(Poll)
        assert (poll.question, poll.choices, poll.votes) == ("Tea?", ("yes", "no"), (0, 0))
        again = ask(server, "POST", "polls", {"question": "Coffee?", "choices": ["yes", "no"]})
        assert (again.status_code, again.text) == (409, RUNNING)
        await ann.send(Vote(poll.id, 1))
        assert await ann.until(OwnVote) == OwnVote(poll.id, 1)
        assert await bob.until(Poll, lambda one: one.votes == (0, 1))
        async with page(server, "Ann", ann.welcome.viewer) as returned:
            assert (returned.welcome.vote, returned.welcome.poll is not None) == (1, True)
        assert ask(server, "POST", "polls/end").json()["votes"] == [0, 1]
        assert (await bob.until(Poll, lambda one: one.is_over)).votes == (0, 1)
        assert ask(server, "POST", "polls/end").status_code == 409
        assert ask(server, "GET", "polls").json()["is_over"]


@pytest.mark.parametrize(
    "body",
    [
        {"question": "", "choices": ["a", "b"]},
        {"question": "q", "choices": ["a"]},
        {"question": "q", "choices": [str(number) for number in range(CHOICES_MAX + 1)]},
        {"question": "q", "choices": ["a", ""]},
        {"question": "q", "choices": ["a", "b"], "seconds": POLL_SECONDS_MAX + 1},
        {"question": "q", "choices": ["a", "b"], "answer": -1},
        {"question": "q", "choices": "ab"},
        {"kind": "tears", "title": "t", "target": 5},
        {"kind": "likes", "title": "t", "target": 0},
        {"kind": "likes", "title": "t", "target": 5, "reward": "a car"},
    ],
)
def test_what_is_no_poll_or_goal_is_refused(server: ShowServer, body: dict[str, object]) -> None:
    assert ask(server, "POST", "goals" if "kind" in body else "polls", body).status_code == 400


def test_an_answer_that_is_no_choice_is_refused_in_a_sentence(server: ShowServer) -> None:
    refused = ask(server, "POST", "polls", {"question": "q", "choices": ["a", "b"], "answer": 2})
    assert (refused.status_code, refused.text) == (409, "The answer is the number of a choice, from 0 on.")


async def test_a_goal_is_set_reached_told_and_taken_away(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, events(server) as listener:
        goal = ask(server, "POST", "goals", {"kind": "likes", "title": "Ten", "target": 10}).json()
        assert (await ann.until(Goals)).goals[-1].id == goal["id"]
        await ann.send(Like(10))
        assert (await ann.until(Goals, lambda one: one.goals[-1].is_reached)).goals[-1].value == 10
        assert (await next_event(listener, "goal_reached"))["data"]["title"] == "Ten"
        async with page(server, "Late") as late:
            assert late.welcome.goals[-1].is_reached
        assert ask(server, "DELETE", f"goals/{goal['id']}").status_code == 200
        assert ask(server, "DELETE", f"goals/{goal['id']}").status_code == 404
        assert ask(server, "GET", "goals").json() == []


async def test_the_board_tells_who_gave_most_until_another_round_begins(server: ShowServer) -> None:
    number = ask(server, "POST", "rounds").json()["number"]
    async with page(server, "Ann") as ann:
        await ann.send(GiveGift("board-1", "rose", 2))
        board = await ann.until(Board, lambda one: one.top != ())
        assert board == Board("round", number, (Place("Ann", 20),))
        await ann.send(AskBoard("round"))
        assert await ann.until(OwnPlace) == OwnPlace("round", 1, 20)
        assert ask(server, "GET", "board").json()["top"] == [{"name": "Ann", "coins": 20}]
        ask(server, "POST", "rounds")
        assert await ann.until(Board, lambda one: one.number == number + 1) == Board("round", number + 1, ())


async def test_a_lottery_pays_its_winner_from_the_house_and_can_be_drawn_again(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, page(server, "Bob") as bob:
        await ann.send(GiveGift("stake-1", "tomato", 20))
        await ann.until(GiftUpdate, lambda one: one.id == "stake-1")
        await asyncio.to_thread(settle_cues, server)
        poor = ask(server, "POST", "lotteries", {"word": "luck", "coins": 1_000_000, "seconds": 5})
        assert poor.status_code == 409 and "The house has earned" in poor.text
        opened = ask(server, "POST", "lotteries", {"word": "luck", "coins": 10, "winners": 2, "seconds": 10})
        assert opened.status_code == 201, opened.text
        assert ask(server, "POST", "lotteries", {"word": "luck", "coins": 1}).text == RUNNING_LOTTERY
        await bob.send(Say("good luck everybody"))
        entry = await bob.until(OwnEntry)
        over = await bob.until(Lottery, lambda one: one.is_over)
        assert over.winners == ("Bob",) and hashlib.sha256(over.seed.encode()).hexdigest() == over.commitment
        assert (await bob.until(OwnEntry)).is_winner
        wallets = [told.balance_coins for told in bob.heard_of(Wallet)]
        assert wallets[-1] == bob.welcome.balance_coins + 10
        drawing = ask(server, "GET", "lotteries", token="none: anybody may look").json()
        again = sorted(drawing["entries"], key=lambda tag: hashlib.sha256(f"{over.seed}:{tag}".encode()).hexdigest())
        assert drawing["winners"] == again[:2] == [entry.tag]
        async with page(server, "Bob", bob.welcome.viewer) as returned:
            assert returned.welcome.balance_coins == bob.welcome.balance_coins + 10
            assert returned.welcome.entry is not None and returned.welcome.entry.is_winner


def test_a_lottery_that_is_over_is_made_ready_to_be_drawn_again_once() -> None:
    draw = Draw(1, "luck", 0, 1, "coins", 5, "seed", "life", 60.0, 0.0)
    for number in range(20):
        draw = replace(draw, entries=draw.entries.with_entry(f"viewer-{number}", Entry("Ann", f"{number * 7 % 20:02}")))
    drawings = Drawings()
    assert [drawings.of(draw, now_s).lottery.seconds_left for now_s in (0.0, 10.0)] == [60.0, 50.0]
    assert drawings.of(draw, 0.0).entries == ()
    over = replace(draw, phase="over", won=(("viewer-3", Entry("Ann", "01")),))
    drawing = drawings.of(over, 61.0)
    assert (drawing.entries, drawing.winners) == (tuple(f"{number:02}" for number in range(20)), ("01",))
    assert drawings.of(over, 62.0) is drawing
    assert drawings.of(replace(over, id=2), 63.0).lottery.id == 2


async def test_a_free_ticket_is_not_had_before_it_is_earned(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        assert ann.welcome.free_ticket is not None and not ann.welcome.free_ticket.is_used
        await ann.send(ClaimTicket())
        assert (await ann.until(Refused)).about == "claim_ticket"
        assert (await ann.until(FreeTicket)).likes == 0


def settle_cues(server: ShowServer) -> None:
    """Let an engine take all cues, so that the gifts before are done and the house has earned them."""
    link = ServerLink(Path(server.plan.run_folder), EngineHello(64, 36, 30))
    try:
        deadline_s = time.monotonic() + DEADLINE_S
        while "earned 0 coins" in ask(server, "POST", "lotteries", {"word": "luck", "coins": 1_000_000}).text:
            for message in link.receive():
                if isinstance(message, StageCue):
                    link.send(CueTaken(message.id))
            assert time.monotonic() < deadline_s, "the gifts are not done"
            time.sleep(0.05)
    finally:
        link.close()
