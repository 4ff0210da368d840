"""Coins that come in: a provider's signed webhook, the operator's grant, limits; forged, stale and repeated ones."""

import contextlib
import http.client
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import GiftUpdate, GiveGift, Wallet
from avatar_live.server.keeper import digest
from avatar_live.server.providers import Providers
from avatar_live.server.signatures import TOLERANCE_S, SignatureError, checked_id, new_secret, signed_headers
from avatar_live.server.trial_provider import buy

# Published with the specification's own libraries.
SPEC_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SPEC_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
SPEC_AT_S = 1_614_265_330.0
SPEC_BODY = b'{"test": 2432232314}'
SPEC_SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_as_the_specification_says() -> None:
    headers = signed_headers(SPEC_SECRET, SPEC_ID, SPEC_AT_S, SPEC_BODY)
    assert headers["webhook-signature"] == SPEC_SIGNATURE
    assert checked_id(SPEC_SECRET, headers, SPEC_BODY, SPEC_AT_S + TOLERANCE_S) == SPEC_ID
    several = {**headers, "webhook-signature": f"v1a,xyz v1,AAAA {SPEC_SIGNATURE}"}
    assert checked_id(SPEC_SECRET, several, SPEC_BODY, SPEC_AT_S - TOLERANCE_S) == SPEC_ID


@pytest.mark.parametrize(
    ("change", "body", "late_s", "reason"),
    [
        ({}, b'{"test": 2432232315}', 0.0, "does not fit"),
        ({"webhook-id": "msg_2"}, SPEC_BODY, 0.0, "does not fit"),
        ({"webhook-timestamp": "1614265331"}, SPEC_BODY, 0.0, "does not fit"),
        ({"webhook-signature": "v1,AAAA"}, SPEC_BODY, 0.0, "does not fit"),
        ({"webhook-signature": "v1,\u00e4"}, SPEC_BODY, 0.0, "does not fit"),
        ({"webhook-signature": ""}, SPEC_BODY, 0.0, "Send the headers"),
        ({"webhook-timestamp": "soon"}, SPEC_BODY, 0.0, "Send the headers"),
        ({"webhook-timestamp": "9" * 40}, SPEC_BODY, 0.0, "Send the headers"),
        ({"webhook-id": ""}, SPEC_BODY, 0.0, "Send the headers"),
        ({}, SPEC_BODY, TOLERANCE_S + 1.0, "old, or from the future"),
        ({}, SPEC_BODY, -TOLERANCE_S - 1.0, "old, or from the future"),
    ],
)
def test_a_forged_or_stale_message_is_refused(
    change: Mapping[str, str], body: bytes, late_s: float, reason: str
) -> None:
    headers = {**signed_headers(SPEC_SECRET, SPEC_ID, SPEC_AT_S, SPEC_BODY), **change}
    with pytest.raises(SignatureError, match=reason):
        checked_id(SPEC_SECRET, headers, body, SPEC_AT_S + late_s)


def test_another_secret_signs_for_nobody() -> None:
    headers = signed_headers(new_secret(), SPEC_ID, SPEC_AT_S, SPEC_BODY)
    with pytest.raises(SignatureError, match="does not fit"):
        checked_id(SPEC_SECRET, headers, SPEC_BODY, SPEC_AT_S)


@pytest.mark.parametrize("name", ["", "../event-token", "A", "a/b", "a" * 33, ".hidden"])
def test_a_provider_cannot_be_named_like_a_path(tmp_path: Path, name: str) -> None:
    providers = Providers(tmp_path)
    with pytest.raises(ValueError, match="small letters"):
        providers.make(name)
    assert providers.secret(name) is None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("topup")) as running:
        yield running


@pytest.fixture
def secret(server: ShowServer) -> str:
    return Providers(Path(server.plan.data_folder)).make("test")


async def test_coins_bought_from_the_test_provider_reach_the_wallet_and_its_page(
    server: ShowServer, secret: str
) -> None:
    async with page(server, "Ann") as ann:
        viewer, filled = digest(ann.welcome.viewer), START_BALANCE_COINS + 500
        receipt = buy(address(server), secret, viewer, 500, "order-1")
        assert (receipt.balance_coins, receipt.is_repeat) == (filled, False)
        assert (await ann.until(Wallet)).balance_coins == filled
        again = buy(address(server), secret, viewer, 500, "order-1")
        assert (again.balance_coins, again.is_repeat) == (filled, True)
        with pytest.raises(OSError, match="another top-up already"):
            buy(address(server), secret, viewer, 5_000, "order-1")
        with pytest.raises(OSError, match="does not fit"):
            buy(address(server), new_secret(), viewer, 500, "order-2")
        with pytest.raises(OSError, match="no such wallet"):
            buy(address(server), secret, "nobody", 500, "order-3")
        with pytest.raises(OSError, match="1 to "):
            buy(address(server), secret, viewer, -500, "order-4")
        await ann.send(GiveGift("gift-1", "tomato"))
        assert (await ann.until(GiftUpdate)).balance_coins == filled - 5


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{}", 400),
        (b'{"viewer":"ann"}', 400),
        (b'{"viewer":"ann","coins":1.5}', 400),
        (b'{"viewer":"ann","coins":true}', 400),
        (b'{"viewer":"ann","coins":"5"}', 400),
        (b'{"viewer":"ann","coins":5,"price":1}', 400),
        (b'{"viewer":"ann","coins":99999999999999999999999999}', 409),
        (b'{"viewer":"a\\u0000n","coins":5}', 409),
        (b'{"viewer":"\\ud800","coins":5}', 400),
        (b"\xff", 400),
        (b'{"viewer":"\xff","coins":5}', 400),
        (b"x" * 5_000, 413),
    ],
)
def test_a_signed_body_that_is_no_purchase_is_refused(
    server: ShowServer, secret: str, body: bytes, status: int
) -> None:
    headers = signed_headers(secret, "odd", time.time(), body)
    assert ask(server, "POST", "/api/topup/test", body, headers)[0] == status


def test_a_provider_that_nobody_made_has_no_webhook(server: ShowServer) -> None:
    assert ask(server, "POST", "/api/topup/other", b"{}", {})[0] == 404


async def test_the_operator_gives_coins_and_limits_with_the_shows_token_alone(server: ShowServer) -> None:
    async with page(server, "Bob") as bob:
        viewer, filled = digest(bob.welcome.viewer), START_BALANCE_COINS + 70
        grant, limits = {"id": "thanks-1", "coins": 70}, {"show_coins_max": 12}
        for token in ("", "wrong"):
            assert ask(server, "POST", f"/api/wallets/{viewer}/topup", grant, bearer(token))[0] == 401
            assert ask(server, "PUT", f"/api/wallets/{viewer}/limits", limits, bearer(token))[0] == 401
        status, told = ask(server, "POST", f"/api/wallets/{viewer}/topup", grant, bearer(TOKEN))
        assert (status, json.loads(told)) == (200, {"balance_coins": filled, "is_repeat": False})
        assert (await bob.until(Wallet)).balance_coins == filled
        assert ask(server, "PUT", f"/api/wallets/{viewer}/limits", {"day_coins_max": -1}, bearer(TOKEN))[0] == 400
        in_ms = {"cool_off_until_s": 1_000.0 * time.time()}  # as JavaScript tells the time
        assert ask(server, "PUT", f"/api/wallets/{viewer}/limits", in_ms, bearer(TOKEN))[0] == 400
        assert ask(server, "PUT", f"/api/wallets/{viewer}/limits", limits, bearer(TOKEN))[0] == 200
        await bob.send(GiveGift("gift-1", "rose"))
        assert (await bob.until(GiftUpdate)).balance_coins == filled - 10
        await bob.send(GiveGift("gift-2", "tomato"))
        refused = await bob.until(GiftUpdate)
        assert (refused.state, refused.balance_coins) == ("refused", filled - 10)
        assert "12 coins in a show and have 2 of them left" in refused.reason


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def ask(server: ShowServer, method: str, path: str, body: Any, headers: Mapping[str, str]) -> tuple[int, bytes]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_S)) as line:
        line.request(method, path, data, dict(headers))
        answer = line.getresponse()
        return answer.status, answer.read()
