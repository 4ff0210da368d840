"""The host's webhooks over HTTP: where events are posted to, how that goes, and what did not arrive."""

import asyncio
from concurrent.futures import Future
from typing import Annotated, Final, TypeVar

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.exceptions import ClientException, HTTPException, NotFoundException, ServiceUnavailableException
from litestar.params import PathParameter

from avatar_live.protocol.api import EVENT_TYPES
from avatar_live.server.access import Access
from avatar_live.server.programs import mask_refusal
from avatar_live.server.webhooks.courier import WebhookState
from avatar_live.server.webhooks.outpost import Outpost, WebhookError
from avatar_live.server.webhooks.reach import URL_CHARACTERS_MAX, UrlError
from avatar_live.server.webhooks.store import StoreError

BODY_BYTES_MAX: Final = 65_536  # so that an address that is too long is told so
ID_CHARACTERS_MAX: Final = 64
RETRY_S: Final = 5

T = TypeVar("T")
Id = Annotated[str, PathParameter(max_length=ID_CHARACTERS_MAX)]


class WebhookWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Post events of these types to `url`."""

    url: Annotated[str, msgspec.Meta(min_length=1, max_length=URL_CHARACTERS_MAX)]
    types: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=len(EVENT_TYPES))]


class NewWebhook(msgspec.Struct, frozen=True):
    """A webhook and the secret that its messages are signed with, told this once."""

    id: str
    url: str
    types: tuple[str, ...]
    secret: str


class Webhooks(msgspec.Struct, frozen=True):
    """All webhooks; `lost` counts events that could not be written down, since the disk refused for long."""

    webhooks: tuple[WebhookState, ...]
    lost: int


class DeadMessage(msgspec.Struct, frozen=True):
    """One event that did not arrive, and why."""

    id: str
    tries: int
    reason: str
    event: msgspec.Raw


class Replayed(msgspec.Struct, frozen=True):
    """How many messages are posted again."""

    count: int


def webhook_routes(outpost: Outpost, access: Access) -> Router:
    """Return the routes of webhooks, for the show's own token alone."""

    @get("/", summary="How the webhooks do")
    async def look() -> Webhooks:
        states = await asyncio.wrap_future(outpost.states())
        return Webhooks(tuple(states), outpost.lost)

    @post(
        "/",
        request_max_body_size=BODY_BYTES_MAX,
        raises=[ServiceUnavailableException],
        summary="Post events to an address, as signed CloudEvents",
    )
    async def add(data: WebhookWish) -> NewWebhook:
        if refused := mask_refusal(data.types):
            raise ClientException(refused)
        made = await _done(outpost.add(data.url, data.types), ClientException)
        return NewWebhook(made.id, made.url, made.types, made.secret)

    @delete("/{id:str}", raises=[NotFoundException, ServiceUnavailableException], summary="Post there no more")
    async def remove(id: Id) -> None:
        await _done(outpost.remove(id), NotFoundException)

    @get(
        "/{id:str}/dead",
        raises=[NotFoundException, ServiceUnavailableException],
        summary="The oldest events that did not arrive",
    )
    async def dead(id: Id) -> Response[tuple[DeadMessage, ...]]:
        letters = await _done(outpost.dead(id), NotFoundException)
        return Response(tuple(DeadMessage(one.id, one.tries, one.reason, one.event) for one in letters))

    @post(
        "/{id:str}/replay",
        status_code=200,
        raises=[NotFoundException, ServiceUnavailableException],
        summary="Post again what did not arrive",
    )
    async def replay(id: Id) -> Replayed:
        return Replayed(await _done(outpost.replay(id), NotFoundException))

    return Router("/api/webhooks", route_handlers=[look, add, remove, dead, replay], guards=[access.guard()])


async def _done(wish: Future[T], refusal: type[HTTPException]) -> T:
    """Return what comes of a wish, or tell over HTTP why nothing does."""
    try:
        return await asyncio.wrap_future(wish)
    except (UrlError, WebhookError) as error:
        raise refusal(str(error)) from error
    except StoreError as error:
        raise ServiceUnavailableException(str(error), headers={"Retry-After": str(RETRY_S)}) from error
