"""How coins come in: a payment provider's signed webhook, or the operator with a token that is good for money.

A provider is known by a file with its secret in the data folder, which the operator makes (`avatar-live ledger
provider NAME`); without one its webhook does not exist. The webhook's id is the top-up's own: what a provider sends
again, because an answer was lost, is answered as before and paid once.
"""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any, Final

import msgspec
from litestar import MediaType, Request, Response, Router, post, put
from litestar.datastructures import State
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType
from litestar.params import FromPath

from avatar_live import clock
from avatar_live.server.access import Access
from avatar_live.server.described import sentences
from avatar_live.server.ledger import Ledger, LedgerError
from avatar_live.server.ledger.requests import NotToppedUp, Rule
from avatar_live.server.ledger.rules import MOMENT_S_MAX
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
    cool_off_until_s: Annotated[float, msgspec.Meta(ge=0.0, le=MOMENT_S_MAX)] | None = None
    is_adult: bool | None = None


@dataclass
class PurchaseOperation(Operation):
    """Describe the webhook's body, which is read as bytes, since its signature is over them."""

    def __post_init__(self) -> None:
        purchase = Schema(
            type=OpenAPIType.OBJECT,
            properties={"viewer": Schema(type=OpenAPIType.STRING), "coins": Schema(type=OpenAPIType.INTEGER)},
            required=["coins", "viewer"],
            additional_properties=False,
        )
        self.request_body = RequestBody(content={"application/json": OpenAPIMediaType(schema=purchase)}, required=True)


def money_routes(ledger: Ledger, providers: Providers, access: Access) -> Router:
    """Return the routes by which coins come in and wallets are limited."""

    @post(
        "/topup/{provider:str}",
        request_max_body_size=BODY_BYTES_MAX,
        operation_class=PurchaseOperation,
        status_code=200,
        responses=sentences(400, 401, 404, 409, 503),
    )
    async def buy(provider: FromPath[str], request: _Request) -> Response[Receipt | str]:
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
        responses=sentences(409, 503),
    )
    async def grant(viewer: FromPath[str], data: Grant) -> Response[Receipt | str]:
        """Give coins as the operator."""
        return await _topped_up(ledger, viewer, OPERATOR, data.id, data.coins)

    @put(
        "/wallets/{viewer:str}/limits",
        guards=[access.guard("money")],
        request_max_body_size=BODY_BYTES_MAX,
        responses=sentences(503),
    )
    async def limit(viewer: FromPath[str], data: Limits) -> Response[Limits | str]:
        """Say what a viewer, or everybody (`*`), may spend; the body is the whole of it."""
        try:
            await asyncio.wrap_future(ledger.set_rule(viewer, Rule(**msgspec.structs.asdict(data))))
        except LedgerError as error:
            return _told(503, str(error), {"Retry-After": str(RETRY_S)})
        return Response(data)

    return Router("/api", route_handlers=[buy, grant, limit])


async def _topped_up(ledger: Ledger, viewer: str, provider: str, id: str, coins: int) -> Response[Receipt | str]:
    try:
        answer = await asyncio.wrap_future(ledger.top_up(viewer, provider, id, coins))
    except LedgerError as error:
        return _told(503, str(error), {"Retry-After": str(RETRY_S)})
    if isinstance(answer, NotToppedUp):
        return _told(409, answer.reason)
    return Response(Receipt(answer.balance_coins, answer.is_repeat))


def _told(status: int, sentence: str, headers: dict[str, str] | None = None) -> Response[Any]:
    return Response(sentence, status_code=status, media_type=MediaType.TEXT, headers=headers or {})
