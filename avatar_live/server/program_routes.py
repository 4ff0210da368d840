"""The event API over HTTP: events and commands for programs without a websocket, and the tokens that they need."""

from typing import Annotated, Final

import msgspec
from litestar import Response, Router, delete, get, post
from litestar.exceptions import ClientException, PermissionDeniedException
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import PathParameter, QueryParameter

from avatar_live import clock
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.programs import COMMAND_BYTES_MAX, SCOPES, Answer, FromProgram, RoomState, Scope, TestCount
from avatar_live.server.access import Access, Connection, out_of_scope
from avatar_live.server.commands import Commands, Rejected, send_tests, state_of
from avatar_live.server.keeper import Keeper
from avatar_live.server.programs import mask_refusal
from avatar_live.server.reception import since_of, types_of
from avatar_live.server.tokens import (
    PROGRAM_NAME_CHARACTERS_MAX,
    TOKEN_S_MAX,
    TOKEN_S_MIN,
    TOKEN_S_USUAL,
    Held,
    new_token,
    read,
    revoke,
    revoke_all,
)

BODY_BYTES_MAX: Final = 4_096
TOKEN_ID_CHARACTERS_MAX: Final = 64
KEEPS_NOTHING: Final = "This room keeps nothing, so it cannot make tokens."


class EventPage(msgspec.Struct, frozen=True):
    """The events after a number; `is_gap` where some before them are gone. Ask again with `since` = `seq`."""

    epoch: str
    seq: int
    is_gap: bool
    events: tuple[ApiEvent, ...]


class TestWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which events to send; `data` sets some of their fields."""

    type: str
    count: TestCount = 1
    data: dict[str, str | int | float | bool] = {}


class TestsSent(msgspec.Struct, frozen=True):
    """How many events were sent, and the number of the last."""

    count: int
    seq: int


class TokenWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program's token shall be good for, and for how long; `name` is what its chat lines are signed with."""

    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1, max_length=len(SCOPES))]
    seconds: Annotated[float, msgspec.Meta(ge=TOKEN_S_MIN, le=TOKEN_S_MAX)] = TOKEN_S_USUAL
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=PROGRAM_NAME_CHARACTERS_MAX)] = "Bot"


class ProgramToken(msgspec.Struct, frozen=True):
    """A fresh token; by its `id` it can be taken back."""

    token: str
    id: str
    scopes: tuple[Scope, ...]
    expires_at: float  # seconds since the Unix epoch


def program_routes(keeper: Keeper, access: Access, commands: Commands) -> Router:
    """Return the routes for programs, and for the host who lets them in."""

    @get("/events", guards=[access.guard("read")], sync_to_thread=False, summary="What happened, without a websocket")
    def events(
        since: Annotated[str, QueryParameter(description="The newest event that is known.")] = "",
        epoch: Annotated[str, QueryParameter(description="Of which life of the room that number is.")] = "",
        types: Annotated[str, QueryParameter(description="Only these types of events, such as `gift,chat`.")] = "",
    ) -> EventPage:
        mask, log = types_of(types), keeper.log
        if refused := mask_refusal(mask):
            raise ClientException(refused)
        after, life = since_of(since) or 0, epoch or None
        found = tuple(kept.event for kept in log.after(life, after) if not mask or kept.event.type in mask)
        return EventPage(log.epoch, log.seq, log.is_gap(life, after), found)

    @post(
        "/events/test",
        guards=[access.guard("host")],
        sync_to_thread=False,
        status_code=200,
        request_max_body_size=BODY_BYTES_MAX,
        summary="Try things out: send events that are marked as a test",
    )
    def test(data: TestWish) -> TestsSent:
        outcome = send_tests(keeper, data.type, data.count, data.data)
        if isinstance(outcome, Rejected):
            raise ClientException(outcome.reason)
        return TestsSent(data.count, keeper.log.seq)

    @get("/state", guards=[access.guard("read")], sync_to_thread=False, summary="How the show does for programs")
    def state() -> RoomState:
        return state_of(keeper)

    @post(
        "/commands",
        guards=[access.guard(*SCOPES)],
        sync_to_thread=False,
        status_code=200,
        request_max_body_size=COMMAND_BYTES_MAX,
        summary="Ask for something, as over /api/events",
        responses={409: ResponseSpec(Answer, description="It cannot be done now, and why.")},
    )
    def command(data: FromProgram, request: Connection) -> Response[Answer]:
        held: Held = request.state.held
        if refused := out_of_scope(held, commands.scope_of(data)):
            raise PermissionDeniedException(refused)
        answer = commands.perform(held, data)
        return Response(answer, status_code=200 if answer.ok else 409)

    @post("/tokens", guards=[access.guard()], sync_to_thread=False, summary="Make a token for a program")
    def make(data: TokenWish) -> ProgramToken:
        standing, wall_s = access.standing, clock.wall_s()
        if standing is None:
            raise ClientException(KEEPS_NOTHING)
        token = new_token(standing, data.name, data.scopes, wall_s, data.seconds)
        held = read(standing, token, wall_s)
        return ProgramToken(token, held.id, held.scopes, held.expires_s)

    @delete("/tokens/{id:str}", guards=[access.guard()], sync_to_thread=False, summary="Take a program's token back")
    def take_back(
        id: Annotated[str, PathParameter(max_length=TOKEN_ID_CHARACTERS_MAX)],
    ) -> None:
        if access.standing is not None:
            revoke(access.standing, id, clock.wall_s())

    @delete("/tokens", guards=[access.guard()], sync_to_thread=False, summary="Take all programs' tokens back")
    def take_all_back() -> None:
        if access.standing is not None:
            revoke_all(access.standing, clock.wall_s())

    return Router("/api", route_handlers=[events, test, state, command, make, take_back, take_all_back])
