"""One page of a viewer, from its first word to its last."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, assert_never

from avatar_live import clock
from avatar_live.protocol.codec import TEXT_EXPECTED, MalformedError, from_viewer
from avatar_live.protocol.wire import (
    CLOSE_BAD_MESSAGE,
    CLOSE_FULL,
    FromViewer,
    GiveGift,
    Join,
    LeaveGame,
    Like,
    PickCamp,
    Ping,
    Pong,
    Refused,
    Say,
)
from avatar_live.room import events as ev
from avatar_live.room.bucket import Allowance, Bucket, take
from avatar_live.server.crowd import MEMBERS_MAX
from avatar_live.server.keeper import Keeper, digest
from avatar_live.server.ledger import LedgerError
from avatar_live.server.sockets import Line, framed

JOIN_S_MAX: Final = 10.0
FULL: Final = "The room is full; try again in a minute."
SECRET_CHARACTERS_MAX: Final = 128
# More than hands and a page that asks for its unanswered gifts can say; a program in a rage would hold up the loop.
MESSAGE_ALLOWANCE: Final = Allowance(rate_hz=60.0, burst=300.0)

Receive = Callable[[], Awaitable[Mapping[str, object]]]


async def serve_member(keeper: Keeper, receive: Receive, line: Line, join_s_max: float = JOIN_S_MAX) -> None:
    """Let a page in, pass what it says to the room, and let it go."""
    try:
        async with asyncio.timeout(join_s_max):
            join = await _next(receive)
    except TimeoutError:
        line.close(CLOSE_BAD_MESSAGE, "The first message is a join, within ten seconds.")
        return
    except MalformedError as refusal:
        line.close(CLOSE_BAD_MESSAGE, str(refusal))
        return
    if join is None:
        return
    if not isinstance(join, Join):
        line.close(CLOSE_BAD_MESSAGE, "The first message is a join.")
        return
    if len(keeper.crowd) >= MEMBERS_MAX:
        line.close(CLOSE_FULL, FULL)
        return
    secret, balance_coins = await _wallet(keeper, join)
    if len(keeper.crowd) >= MEMBERS_MAX:  # others came in while the ledger was looking
        line.close(CLOSE_FULL, FULL)
        return
    viewer = digest(secret)
    member = keeper.crowd.add(viewer, line)
    keeper.handle(ev.Joined(member, viewer, secret, join.name, balance_coins, join.epoch, join.seq))
    try:
        said = Bucket()
        while (message := await _next(receive)) is not None:
            said = _counted(said)
            _pass_on(keeper, viewer, line, message)
    except MalformedError as refusal:
        line.close(CLOSE_BAD_MESSAGE, str(refusal))
    finally:
        keeper.crowd.remove(viewer, member)
        keeper.handle(ev.Left(viewer))


def _counted(said: Bucket) -> Bucket:
    counted = take(said, MESSAGE_ALLOWANCE, clock.now_s())
    if counted is None:
        raise MalformedError("Too many messages in a short time.")
    return counted


def _pass_on(keeper: Keeper, viewer: str, line: Line, message: FromViewer) -> None:
    match message:
        case Join():
            line.send(framed(Refused("join", "You are in the room already.")))
        case Say(text):
            keeper.handle(ev.Said(viewer, text))
        case Like(count):
            keeper.handle(ev.Liked(viewer, count))
        case GiveGift(id, gift):
            keeper.handle(ev.GiftAsked(viewer, id, gift))
        case PickCamp(camp):
            keeper.handle(ev.CampPicked(viewer, camp))
        case LeaveGame():
            keeper.handle(ev.PlayLeft(viewer))
        case Ping(t):
            line.send(framed(Pong(t)))
        case _:
            assert_never(message)


async def _next(receive: Receive) -> FromViewer | None:
    """Return the next message, None at the end. Raises MalformedError for anything else than a message."""
    event = await receive()
    if event["type"] == "websocket.disconnect":
        return None
    text = event.get("text")
    if not isinstance(text, str):
        raise MalformedError(TEXT_EXPECTED)
    return from_viewer(text.encode())


async def _wallet(keeper: Keeper, join: Join) -> tuple[str, int]:
    """Return the viewer's secret and coins; a secret that the ledger does not know is replaced by a fresh one.

    A ledger that cannot answer just now (a full disk) knows nobody: then a page keeps the secret it came with, since
    it would forget the key to its coins for a fresh one, and watches and talks without coins.
    """
    secret = fresh = secrets.token_urlsafe(24)
    if join.viewer is not None and len(join.viewer) <= SECRET_CHARACTERS_MAX:
        secret = join.viewer
    try:
        if secret != fresh and not await asyncio.wrap_future(keeper.ledger.has_wallet(digest(secret))):
            secret = fresh
        return secret, await asyncio.wrap_future(keeper.ledger.open_wallet(digest(secret)))
    except LedgerError:
        return secret, 0
