"""Outside games over HTTP: what they sell, and how far each paid effect is.

A game that speaks HTTP alone repeats its offer at least every `GAME_SILENT_S`, or it is taken for away. It hears what
was paid from the event API, or reads it in the answer to its offer.
"""

from typing import Annotated, Final

import msgspec
from litestar import Response, Router, get, post, put
from litestar.params import FromPath

from avatar_live import clock
from avatar_live.protocol.effects import EffectStep, Offer, OfferedEffects, OfferState, OfferTaken
from avatar_live.protocol.wire import REASON_CHARACTERS_MAX
from avatar_live.room import events as ev
from avatar_live.room import offers, turns
from avatar_live.room.shelf import Phase
from avatar_live.server.access import Access, Connection
from avatar_live.server.described import sentences
from avatar_live.server.keeper import Keeper
from avatar_live.server.tokens import Held

BODY_BYTES_MAX: Final = 16_384


class Shelf(msgspec.Struct, frozen=True):
    """What outside games sell just now, and what hinders it."""

    offers: tuple[Offer, ...]
    states: tuple[OfferState, ...]


class EffectOnItsWay(msgspec.Struct, frozen=True):
    """A paid effect that is neither done nor paid back, and how far it is; `seconds` is what is left of its running."""

    id: str
    gift: str
    name: str
    phase: Phase
    seconds: float


class EffectReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far an effect is; `reason` says to the giver why it failed."""

    state: EffectStep
    reason: Annotated[str, msgspec.Meta(max_length=REASON_CHARACTERS_MAX)] = ""


def games_routes(keeper: Keeper, access: Access) -> Router:
    """Return the routes of outside games."""

    @get("/games", sync_to_thread=False, summary="What outside games sell")
    def look() -> Shelf:
        return Shelf(offers.offers(keeper.room), keeper.room.show.shelf)

    @get("/effects", sync_to_thread=False, summary="What is paid and on its way")
    def on_its_way() -> tuple[EffectOnItsWay, ...]:
        now_s = clock.now_s()
        return tuple(
            EffectOnItsWay(turn.id, turn.gift, turn.name, turn.phase, round(turns.left_s(turn, now_s), 3))
            for turn in keeper.room.shelf.turns
        )

    @put(
        "/games/{game:str}/effects",
        request_max_body_size=BODY_BYTES_MAX,
        summary="Sell effects",
        responses=sentences(409),
    )
    async def sell(game: FromPath[str], data: OfferedEffects, request: Connection) -> Response[OfferTaken | str]:
        """Sell these from now on, and no others; the answer names what was paid and waits for the game."""
        held: Held = request.state.held
        obstacle = offers.obstacle_to_offer(keeper.room, game, data)
        if obstacle := obstacle or keeper.game_owners.obstacle(keeper.room, held, game):
            return Response(obstacle, status_code=409, media_type="text/plain")
        keeper.game_owners.offered(held, game)
        keeper.handle(ev.GameOffered(game, data))
        taken = OfferTaken(turns.asked(keeper.room, game))
        await keeper.game_owners.written(game)
        return Response(taken)

    @post(
        "/effects/{id:str}",
        sync_to_thread=False,
        status_code=200,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Say how far an effect is",
        responses=sentences(200, 409),
    )
    def report(id: FromPath[str], data: EffectReport, request: Connection) -> Response[str]:
        """Say how far a paid effect is: accepted, running, paused, resumed, done or failed."""
        told = ev.EffectReported(id, data.state, data.reason)
        obstacle = keeper.game_owners.obstacle(keeper.room, request.state.held, turns.game_of_effect(keeper.room, id))
        if obstacle := obstacle or turns.obstacle_to_report(keeper.room, told):
            return Response(obstacle, status_code=409, media_type="text/plain")
        keeper.handle(told)
        return Response("ok", media_type="text/plain")

    return Router("/api", route_handlers=[look, on_its_way, sell, report], guards=[access.guard("games")])
