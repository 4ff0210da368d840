"""How coins come in: a payment provider's signed webhook, or the operator with a token that is good for money.

A provider is known by a file with its secret in the data folder, which the operator makes (`avatar-live ledger
provider NAME`); without one its webhook does not exist. The webhook's id is the top-up's own: what a provider sends
again, because an answer was lost, is answered as before and paid once.
"""

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import Request, Response, Router, post, put
from litestar.datastructures import State
from litestar.params import FromPath

from avatar_live import clock
from avatar_live.server.access import Access
from avatar_live.server.ledger import Ledger, LedgerError
from avatar_live.server.ledger.requests import NotToppedUp, Rule
from avatar_live.server.ledger.settle import WALLET_COINS_MAX
from avatar_live.server.providers import OPERATOR, Providers, Purchase, Receipt
from avatar_live.server.signatures import SignatureError, checked_id

BODY_BYTES_MAX: Final = 4_096
RETRY_S: Final = 5
NO_PROVIDER: Final = "There is no such provider here: make its secret with `avatar-live ledger provider NAME`."

_Request = Request[object, object, State]


Cap = Annotated[int, msgspec.Meta(ge=0, le=WALLET_COINS_MAX)]


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator gives; `id` makes it happen once."""

    id: str
    coins: int


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a viewer, or everybody (`*`), may spend, see `Rule`."""

    day_coins_max: Cap | None = None
    show_coins_max: Cap | None = None
    cool_off_until_s: float | None = None
    is_adult: bool | None = None


def money_routes(ledger: Ledger, providers: Providers, access: Access) -> Router:
    """Return the routes by which coins come in and wallets are limited."""

    @post("/topup/{provider:str}", request_max_body_size=BODY_BYTES_MAX, status_code=200)
    async def buy(provider: FromPath[str], request: _Request) -> Response[bytes]:
        """Take a provider's webhook, signed as Standard Webhooks says; the body is a `Purchase`."""
        secret = providers.secret(provider)
        if secret is None:
            return _told(404, NO_PROVIDER)
        body = await request.body()
        try:
            id = checked_id(secret, request.headers, body, clock.wall_s())
            bought = msgspec.json.decode(body, type=Purchase)
        except SignatureError as error:
            return _told(401, str(error))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _told(400, f"The body is no purchase ({error}).")
        return await _topped_up(ledger, bought.viewer, provider, id, bought.coins)

    @post(
        "/wallets/{viewer:str}/topup",
        guards=[access.guard("money")],
        request_max_body_size=BODY_BYTES_MAX,
        status_code=200,
    )
    async def grant(viewer: FromPath[str], request: _Request) -> Response[bytes]:
        """Give coins as the operator; the body is a `Grant`."""
        try:
            given = msgspec.json.decode(await request.body(), type=Grant)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _told(400, f"The body is no grant ({error}).")
        return await _topped_up(ledger, viewer, OPERATOR, given.id, given.coins)

    @put("/wallets/{viewer:str}/limits", guards=[access.guard("money")], request_max_body_size=BODY_BYTES_MAX)
    async def limit(viewer: FromPath[str], request: _Request) -> Response[bytes]:
        """Say what a viewer, or everybody (`*`), may spend; the body is the whole of the `Limits`."""
        try:
            limits = msgspec.json.decode(await request.body(), type=Limits)
            await asyncio.wrap_future(ledger.set_rule(viewer, Rule(**msgspec.structs.asdict(limits))))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            return _told(400, f"The body is no limits ({error}).")
        except LedgerError as error:
            return _told(503, str(error), {"Retry-After": str(RETRY_S)})
        return Response(msgspec.json.encode(limits), media_type="application/json")

    return Router("/api", route_handlers=[buy, grant, limit])


async def _topped_up(ledger: Ledger, viewer: str, provider: str, id: str, coins: int) -> Response[bytes]:
    try:
        answer = await asyncio.wrap_future(ledger.top_up(viewer, provider, id, coins))
    except LedgerError as error:
        return _told(503, str(error), {"Retry-After": str(RETRY_S)})
    if isinstance(answer, NotToppedUp):
        return _told(409, answer.reason)
    receipt = Receipt(answer.balance_coins, answer.is_repeat)
    return Response(msgspec.json.encode(receipt), media_type="application/json")


def _told(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response[bytes]:
    return Response(
        sentence.encode(), status_code=status, media_type="text/plain; charset=utf-8", headers=headers or {}
    )
