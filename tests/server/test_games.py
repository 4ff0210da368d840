"""A game that sells effects to a real server: over HTTP, past crashes of the server and of itself."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, events, next_event, page, show_server

from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.effects import EFFECTS_MAX
from avatar_live.protocol.wire import GiftUpdate, GiveGift, Offers, Show
from avatar_live.room.offers import HAD
from avatar_live.room.turns import NOT_ON_ITS_WAY

GHOST = {"id": "ghost", "name": "Ghost", "emoji": "👻", "price_coins": 25}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("show")) as running:
        yield running


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    with show_server(tmp_path) as running:
        yield running


def ask(server: ShowServer, method: str, path: str, body: object = None, token: str = TOKEN) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api{path}"
    return httpx.request(method, address, headers={"Authorization": f"Bearer {token}"}, json=body, timeout=DEADLINE_S)


def sell(server: ShowServer, *effects: dict[str, Any], game: str = "castle") -> list[dict[str, Any]]:
    """Offer effects; return what waits for the game."""
    answer = ask(server, "PUT", f"/games/{game}/effects", list(effects))
    assert answer.status_code == 200, answer.text
    asked: list[dict[str, Any]] = answer.json()["asked"]
    return asked


def say(server: ShowServer, id: object, state: str, reason: str = "") -> int:
    return ask(server, "POST", f"/effects/{id}", {"state": state, "reason": reason}).status_code


async def test_a_viewer_buys_what_a_game_sells_and_follows_it_to_its_end(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, events(server) as heard:
        sell(server, {**GHOST, "seconds": 0.5}, game="manor")
        offers = await ann.until(Offers)
        assert [(one.id, one.emoji, one.price_coins) for one in offers.offers] == [("manor/ghost", "👻", 25)]
        await ann.send(GiveGift("manor-1", "manor/ghost"))
        asked = (await next_event(heard, "effect_asked"))["data"]
        assert (asked["game"], asked["effect"], asked["name"]) == ("manor", "ghost", "Ann")
        assert say(server, asked["id"], "accepted") == 200
        assert say(server, asked["id"], "running") == 200
        running = await ann.until(GiftUpdate, lambda one: one.state == "running")
        assert running.seconds == 0.5
        await ann.until(GiftUpdate, lambda one: one.state == "done")
        assert (await next_event(heard, "effect_ended"))["data"]["state"] == "done"
        assert say(server, asked["id"], "done") == 409


async def test_what_fails_is_paid_back_with_the_reason_of_the_game(server: ShowServer) -> None:
    async with page(server, "Ann") as ann, events(server) as heard:
        sell(server, GHOST, game="hill")
        await ann.send(GiveGift("hill-1", "hill/ghost"))
        asked = (await next_event(heard, "effect_asked"))["data"]
        assert say(server, asked["id"], "failed", "The ghost sleeps.") == 200
        refunded = await ann.until(GiftUpdate, lambda one: one.state == "refunded")
        assert (refunded.balance_coins, refunded.reason) == (START_BALANCE_COINS, "The ghost sleeps.")


async def test_an_offer_goes_with_the_show_as_its_state_changes(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        sell(server, {**GHOST, "per_show_max": 1}, game="moor")

        def moor(show: Show) -> list[tuple[str | None, int | None]]:
            return [(one.hindrance, one.left) for one in show.shelf if one.id == "moor/ghost"]

        await ann.sees(lambda one: moor(one) == [(None, 1)])
        await ann.send(GiveGift("moor-1", "moor/ghost"))
        await ann.sees(lambda one: moor(one) == [("sold_out", 0)])
        assert ask(server, "GET", "/games").json()["states"]


async def test_a_killed_server_asks_again_by_the_same_id_and_remembers_what_was_had(mortal: ShowServer) -> None:
    terms = {**GHOST, "per_viewer_max": 2}
    async with page(mortal, "Ann") as ann, events(mortal) as heard:
        secret = ann.welcome.viewer
        sell(mortal, terms)
        await ann.send(GiveGift("kill-1", "castle/ghost"))
        first = (await next_event(heard, "effect_asked"))["data"]["id"]
        assert [one["phase"] for one in ask(mortal, "GET", "/effects").json()] == ["asked"]
        assert say(mortal, first, "done") == 200
        assert ask(mortal, "GET", "/effects").json() == []
        await ann.until(GiftUpdate, lambda one: one.state == "done")
        await ann.send(GiveGift("kill-2", "castle/ghost"))
        second = (await next_event(heard, "effect_asked"))["data"]["id"]
        mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        assert (await ann.until(GiftUpdate)).state == "queued"
        assert ann.welcome.balance_coins == START_BALANCE_COINS - 50
        assert [(one["id"], one["price_coins"]) for one in sell(mortal, terms)] == [(second, 25)]
        assert say(mortal, first, "done") == 409, NOT_ON_ITS_WAY
        assert say(mortal, second, "done") == 200
        await ann.until(GiftUpdate, lambda one: one.state == "done")
        await ann.send(GiveGift("kill-3", "castle/ghost"))
        refused = await ann.until(GiftUpdate, lambda one: one.state == "refused")
        assert refused.reason == HAD


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("PUT", "/games/castle/effects", [{**GHOST, "price_coins": 0}], 400),
        ("PUT", "/games/castle/effects", [{**GHOST, "reaction": "ticket"}], 400),
        ("PUT", "/games/castle/effects", [{**GHOST, "id": f"g{number}"} for number in range(EFFECTS_MAX + 1)], 409),
        ("PUT", "/games/Castle/effects", [GHOST], 409),
        ("PUT", "/games/castle/effects", [GHOST, GHOST], 409),
        ("PUT", "/games/castle/effects", {"effects": []}, 400),
        ("POST", "/effects/nothing", {"state": "done"}, 409),
        ("POST", "/effects/nothing", {"state": "exploded"}, 400),
        ("POST", "/effects/nothing", {"state": "failed", "reason": "x" * 201}, 400),
    ],
)
def test_what_no_game_may_say_is_refused(server: ShowServer, method: str, path: str, body: object, status: int) -> None:
    assert ask(server, method, path, body).status_code == status


def test_only_who_holds_the_token_sells(server: ShowServer) -> None:
    assert ask(server, "PUT", "/games/castle/effects", [GHOST], token="another").status_code == 401
    assert ask(server, "POST", "/effects/nothing", {"state": "done"}, token="-").status_code == 401


class Game:
    """A game on a line of its own."""

    def __init__(self, socket: websockets.ClientConnection) -> None:
        self.socket = socket
        self.asked = 0

    async def ask(self, command: dict[str, Any]) -> dict[str, Any]:
        """Return the answer to a command."""
        self.asked += 1
        await self.socket.send(json.dumps({"id": f"c{self.asked}", **command}))
        answer: dict[str, Any] = {}
        async with asyncio.timeout(DEADLINE_S):
            while answer.get("id") != f"c{self.asked}" or answer["type"] != "answer":
                answer = json.loads(await self.socket.recv())
        return answer

    async def sell(self, *effects: dict[str, Any]) -> list[dict[str, Any]]:
        """Offer effects; return what waits."""
        answer = await self.ask({"type": "offer_effects", "game": "line", "effects": list(effects)})
        assert answer["ok"], answer
        asked: list[dict[str, Any]] = answer["data"]["asked"]
        return asked

    async def say(self, id: str, state: str) -> bool:
        return bool((await self.ask({"type": "effect_state", "effect_id": id, "state": state}))["ok"])


async def test_a_game_on_a_line_is_here_while_the_line_is_and_is_asked_again_on_the_next(server: ShowServer) -> None:
    def hindrance(show: Show) -> str | None:
        return next((one.hindrance for one in show.shelf if one.id == "line/ghost"), None)

    async with page(server, "Ann") as ann:
        async with events(server) as line:
            game = Game(line)
            assert await game.sell(GHOST) == []
            assert await game.sell(GHOST) == [], "an offer may be repeated"
            await ann.until(Offers, lambda one: any(offer.id == "line/ghost" for offer in one.offers))
            await ann.send(GiveGift("line-1", "line/ghost"))
            id = str((await next_event(line, "effect_asked"))["data"]["id"])
            assert await game.say(id, "accepted")
        await ann.sees(lambda one: hindrance(one) == "away")
        async with events(server) as line:
            game = Game(line)
            assert [one["id"] for one in await game.sell(GHOST)] == [id]
            await ann.sees(lambda one: hindrance(one) is None)
            assert await game.say(id, "done")
            await ann.until(GiftUpdate, lambda one: one.state == "done")
            assert not await game.say(id, "done"), "it is over"
            refused = await game.ask({"type": "offer_effects", "game": "line", "effects": [GHOST, GHOST]})
            assert not refused["ok"]
            assert not (await game.ask({"type": "offer_effects", "game": "A line", "effects": [GHOST]}))["ok"]
