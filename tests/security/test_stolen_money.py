"""Negative and overflowing amounts, concurrent double spend, a price sent by the client, forged and stale webhooks."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.protocol.whole import WHOLE_MAX
from avatar_live.protocol.wire import CLOSE_BAD_MESSAGE, GIFT_COUNT_MAX, GiftUpdate, GiveGift, Welcome
from avatar_live.server.keeper import digest
from avatar_live.server.ledger.settle import TOPUP_COINS_MAX, WALLET_COINS_MAX
from avatar_live.server.providers import Providers
from avatar_live.server.signatures import TOLERANCE_S, new_secret, signed_headers

COINS = 1_000  # in a new wallet
DEARS = 3  # of fireworks, 300 coins each, is all that it pays
PATIENCE_S = 60.0  # longer than any machine takes over one test's messages


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("money")) as running:
        yield running


@pytest.fixture(scope="module")
def secret(server: ShowServer) -> str:
    return Providers(Path(server.plan.data_folder)).make("test")


def hook(server: ShowServer, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return httpx.post(
        f"http://127.0.0.1:{server.port}/api/topup/test", content=body, headers=headers, timeout=DEADLINE_S
    )


def grant(server: ShowServer, viewer: str, id: str, coins: int) -> httpx.Response:
    address = f"http://127.0.0.1:{server.port}/api/wallets/{viewer}/topup"
    body = f'{{"id":"{id}","coins":{coins}}}'.encode()
    return httpx.post(address, content=body, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S)


def purchase(viewer: str, coins: int) -> bytes:
    return msgspec.json.encode({"viewer": viewer, "coins": coins})


async def test_the_same_coins_are_not_spent_twice_however_many_pages_try_at_once(server: ShowServer) -> None:
    async with page(server, "Ann") as ann:
        secret_of_ann = ann.welcome.viewer

        async def spend(number: int) -> str:
            async with page(server, "Ann", secret_of_ann) as tab:
                await tab.send(GiveGift(f"spend-{number}", "fireworks"))
                return (await tab.until(GiftUpdate, lambda told: told.id == f"spend-{number}")).state

        states = await asyncio.gather(*(spend(number) for number in range(9)))
        assert states.count("committed") + states.count("done") == DEARS
        assert states.count("refused") == len(states) - DEARS
    async with page(server, "Ann", secret_of_ann) as ann:
        assert ann.welcome.balance_coins == COINS - DEARS * 300


async def test_one_gift_sent_by_many_pages_at_once_is_paid_once(server: ShowServer) -> None:
    async with page(server, "Bob") as bob:
        tabs = [page(server, "Bob", bob.welcome.viewer) for _ in range(6)]

        async def give(number: int) -> int:
            async with tabs[number] as tab:
                await tab.send(GiveGift("the-one", "fireworks"))
                return (await tab.until(GiftUpdate)).balance_coins

        assert set(await asyncio.gather(*(give(number) for number in range(6)))) == {COINS - 300}


@pytest.mark.parametrize(("price", "paid"), [(0, 300), (-300, 300), (WHOLE_MAX, 300), (1, 0)])
async def test_a_price_that_a_client_sends_refuses_and_never_makes_the_price(
    server: ShowServer, price: int, paid: int
) -> None:
    async with page(server, "Eve") as eve:
        await eve.send(GiveGift(f"cheap{price % 97}", "fireworks", 1, price))
        update = await eve.until(GiftUpdate)
        assert (update.state, update.balance_coins) == ("committed" if paid else "refused", COINS - paid)


@pytest.mark.parametrize(
    "said",
    [
        '{"type":"gift","id":"a","gift":"rose","price_coins":%d}',
        '{"type":"gift","id":"a","gift":"rose","count":%d}',
        '{"type":"like","count":%d}',
        '{"type":"vote","poll":1,"choice":%d}',
        '{"type":"say","text":"hello","reply_to":%d}',
    ],
)
@pytest.mark.parametrize("number", [WHOLE_MAX + 1, -(10**30)])
async def test_a_number_that_no_process_of_ours_can_pass_on_ends_its_own_line_alone(
    server: ShowServer, said: str, number: int
) -> None:
    async with page(server, "Eve") as eve:
        await eve.socket.send(said % number)
        assert (await eve.closed())[0] == CLOSE_BAD_MESSAGE


@pytest.mark.parametrize("count", [0, -1, GIFT_COUNT_MAX + 1, 2**31, 2**53])
async def test_no_number_of_gifts_brings_coins_or_costs_what_nobody_has(server: ShowServer, count: int) -> None:
    async with page(server, "Eve") as eve:
        await eve.send(GiveGift(f"many-{count % 97}", "tomato", count))
        assert (await eve.until(GiftUpdate)).state == "refused"
        assert await balance(server, eve.welcome) == COINS


@pytest.mark.parametrize("coins", [0, -1, -(2**63), WALLET_COINS_MAX + 1, 2**63, 2**64, 10**40])
async def test_negative_and_overflowing_amounts_are_refused(server: ShowServer, secret: str, coins: int) -> None:
    async with page(server, "Ann") as ann:
        viewer = digest(ann.welcome.viewer)
        body = b'{"viewer":"%s","coins":%d}' % (viewer.encode(), coins)
        told = hook(server, body, signed_headers(secret, f"odd{coins % 97}", time.time(), body))
        assert told.status_code in (400, 409)
        assert grant(server, viewer, f"grant{coins % 97}", coins).status_code in (400, 409)
        assert await balance(server, ann.welcome) == COINS


async def test_so_much_comes_in_at_once_and_not_one_coin_more(server: ShowServer, secret: str) -> None:
    async with page(server, "Ann") as ann:
        viewer = digest(ann.welcome.viewer)
        for coins, status in ((TOPUP_COINS_MAX, 200), (TOPUP_COINS_MAX + 1, 409)):
            body = purchase(viewer, coins)
            told = hook(server, body, signed_headers(secret, f"much-{coins}", time.time(), body))
            assert told.status_code == status
        assert await balance(server, ann.welcome) == COINS + TOPUP_COINS_MAX


async def test_a_forged_or_stale_webhook_brings_nothing(server: ShowServer, secret: str) -> None:
    async with page(server, "Eve") as eve:
        body, now_s = purchase(digest(eve.welcome.viewer), 500), time.time()
        good = signed_headers(secret, "hook", now_s, body)
        for forged in (
            {},
            {**good, "webhook-signature": "v1,AAAA"},
            {**good, "webhook-signature": good["webhook-signature"].replace("v1,", "v2,")},
            {**good, "webhook-id": "another"},
            {**good, "webhook-timestamp": str(int(now_s) + 1)},
            signed_headers(new_secret(), "hook", now_s, body),
            signed_headers(secret, "hook", now_s - TOLERANCE_S - PATIENCE_S, body),
            signed_headers(secret, "hook", now_s + TOLERANCE_S + PATIENCE_S, body),
            signed_headers(secret, "hook", now_s, purchase(digest(eve.welcome.viewer), 5)),
        ):
            assert hook(server, body, forged).status_code == 401
        assert await balance(server, eve.welcome) == COINS
        for _ in range(3):  # replayed within the tolerance: answered, and paid once
            assert hook(server, body, good).json()["balance_coins"] == COINS + 500
        assert await balance(server, eve.welcome) == COINS + 500


@pytest.mark.parametrize("id", ["", " ", "../x", "a" * 65, "é", "a\\u0000b", "1; drop table"])
async def test_an_id_that_is_none_pays_nothing(server: ShowServer, id: str) -> None:
    async with page(server, "Eve") as eve:
        await eve.socket.send(f'{{"type":"gift","id":"{id}","gift":"tomato"}}')
        await eve.socket.send('{"type":"ping","t":1}')
        assert await balance(server, eve.welcome) == COINS


async def balance(server: ShowServer, welcome: Welcome) -> int:
    """Ask the ledger, by joining anew."""
    async with page(server, "Again", welcome.viewer) as again:
        return again.welcome.balance_coins
