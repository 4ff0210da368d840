"""The door between one edge and the room: let its lines in, pass on what they say, let them go."""

import asyncio
import secrets
from typing import Final, assert_never

from avatar_live import clock
from avatar_live.edge.link import Close, FromEdge, Greet, Joined, Left, Link, Said, Tell, TellAll
from avatar_live.protocol.together import AskBoard, ClaimTicket, Vote
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import (
    CLOSE_FULL,
    CLOSE_REFUSED,
    CLOSE_RESTARTING,
    CLOSE_TOKEN,
    Follow,
    FromViewer,
    GiveGift,
    Join,
    LeaveGame,
    Like,
    Moderate,
    PickCamp,
    Ping,
    ReportLine,
    Say,
    ToViewer,
)
from avatar_live.room import events as ev
from avatar_live.room.moderation import BANNED
from avatar_live.server.crowd import MEMBERS_MAX, Port
from avatar_live.server.invitations import InvitationError, use
from avatar_live.server.keeper import Keeper, digest
from avatar_live.server.ledger import LedgerError
from avatar_live.server.ledger.requests import PartRow

FULL: Final = "The room is full; try again in a minute."
NO_WELCOME: Final = "The room could not let you in just now; come back in a moment."
TOO_MANY_AT_ONCE: Final = "Too many come in at once; you will be let in in a moment."
LINES_OF_VIEWER_MAX: Final = 12  # tabs, phones and programs of one person
TOO_MANY_PAGES: Final = f"You have {LINES_OF_VIEWER_MAX} pages open here already: close one."
SECRET_CHARACTERS_MAX: Final = 128


class Entrance:
    """Be the room (`edge.Room`) for the lines of one port."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._port: Port | None = None
        self._inside: dict[int, str] = {}  # the viewer of each line
        self._arriving: dict[int, asyncio.Task[None]] = {}

    def __len__(self) -> int:
        return len(self._inside)

    def has(self, member: int) -> bool:
        """Say whether a line is in the room."""
        return member in self._inside

    def attach(self, port: Port) -> None:
        """Tell this port what everybody is told, from now on."""
        self._port = port
        self._keeper.crowd.ports.append(port)

    def detach(self) -> None:
        """Let everybody leave who came in here: the port is gone."""
        assert self._port is not None
        self._keeper.crowd.ports.remove(self._port)
        for number in [*self._inside, *self._arriving]:
            self.left(number)

    def joined(self, member: int, join: Join, address: str, *, is_digest: bool = False) -> None:
        """Let a line in as soon as the ledger has found its wallet; edges elsewhere tell addresses by digest."""
        standing = self._keeper.standing
        hashed = address if is_digest else standing.hashed(address) if standing is not None else ""
        self._arriving[member] = asyncio.create_task(self._join(member, join, hashed), name=f"join-{member}")

    def said(self, member: int, message: FromViewer) -> None:
        """Pass a message on."""
        keeper, viewer = self._keeper, self._inside.get(member)
        if viewer is None:
            return
        match message:
            case Say(text, reply_to):
                keeper.handle(ev.Said(viewer, text, reply_to))
            case Like(count):
                keeper.handle(ev.Liked(viewer, count))
            case GiveGift(id, gift, count, price_coins):
                keeper.handle(ev.GiftAsked(viewer, id, gift, count, price_coins))
            case PickCamp(camp, id):
                keeper.handle(ev.CampPicked(viewer, camp, id))
            case Vote(poll, choice):
                keeper.handle(ev.Voted(viewer, poll, choice))
            case AskBoard("round"):
                keeper.handle(ev.PlaceAsked(viewer))
            case AskBoard():
                keeper.seasons.ask(viewer)
            case ClaimTicket():
                keeper.handle(ev.TicketClaimed(viewer))
            case Follow(is_following):
                keeper.handle(ev.FollowAsked(viewer, is_following))
            case Moderate():
                keeper.handle(ev.Moderated(viewer, message))
            case ReportLine(seq):
                keeper.handle(ev.LineReported(viewer, seq))
            case LeaveGame():
                keeper.handle(ev.PlayLeft(viewer))
            case Join() | Ping():
                pass  # the edge answers these
            case _:
                assert_never(message)

    def left(self, member: int) -> None:
        """Let a line go, also while it arrives."""
        arriving = self._arriving.pop(member, None)
        if arriving is not None:
            arriving.cancel()
        viewer = self._inside.pop(member, None)
        if viewer is not None:
            assert self._port is not None
            self._keeper.crowd.remove(viewer, self._port, member)
            self._keeper.handle(ev.Left(viewer))
            if not self._keeper.crowd.has(viewer):
                self._keeper.addresses.pop(viewer, None)

    async def _join(self, number: int, join: Join, hashed: str) -> None:
        keeper, port = self._keeper, self._port
        assert port is not None
        if not keeper.may_come(clock.now_s()):
            del self._arriving[number]
            port.close(number, CLOSE_FULL, TOO_MANY_AT_ONCE)
            return
        try:
            secret, balance_coins, is_following, part = await _wallet(keeper, join)
        except Exception:  # what nobody thought of: the page shall try again, and the log tell
            port.close(number, CLOSE_RESTARTING, NO_WELCOME)
            raise
        del self._arriving[number]
        if len(keeper.crowd) >= MEMBERS_MAX:
            port.close(number, CLOSE_FULL, FULL)
            return
        viewer, standing = digest(secret), keeper.standing
        if keeper.crowd.lines_of(viewer) >= LINES_OF_VIEWER_MAX:
            port.close(number, CLOSE_REFUSED, TOO_MANY_PAGES)
            return
        if viewer in keeper.room.order.banned or (standing is not None and hashed in standing.kept.addresses):
            port.close(number, CLOSE_REFUSED, BANNED)
            return
        if join.token is not None and standing is not None and viewer not in keeper.room.order.moderators:
            try:
                use(standing, join.token, clock.wall_s())
            except InvitationError as refusal:
                port.close(number, CLOSE_TOKEN, str(refusal))
                return
            keeper.handle(ev.Invited(viewer))
        self._inside[number] = viewer
        if hashed:
            keeper.addresses[viewer] = hashed
        arrival = keeper.crowd.add(viewer, port, number)
        before = join.epoch, join.seq, is_following, *part
        keeper.handle(ev.Joined(arrival, viewer, secret, join.name, balance_coins, *before))


Part = tuple[int, float, Camp | None]  # likes, seconds of watching, and the camp


async def _wallet(keeper: Keeper, join: Join) -> tuple[str, int, bool, Part]:
    """Return the viewer's secret, coins, whether the viewer follows, and what part they have had in this show; an
    unknown secret is replaced by a fresh one.

    A ledger that cannot answer just now (a full disk) knows nobody: then a page keeps the secret it came with, since
    it would forget the key to its coins for a fresh one, and watches and talks without coins.
    """
    secret = fresh = secrets.token_urlsafe(24)
    if join.viewer is not None and len(join.viewer) <= SECRET_CHARACTERS_MAX:
        secret = join.viewer
    try:
        if secret != fresh and not await asyncio.wrap_future(keeper.ledger.has_wallet(digest(secret))):
            secret = fresh
        viewer = digest(secret)
        opened, following = keeper.ledger.open_wallet(viewer), keeper.ledger.follow(viewer, None)
        part = keeper.ledger.part(viewer)
        coins, follows = await asyncio.wrap_future(opened), (await asyncio.wrap_future(following)).is_following
        return secret, coins, follows, _part(await asyncio.wrap_future(part))
    except LedgerError:
        return secret, 0, False, _part(None)


def _part(kept: PartRow | None) -> Part:
    if kept is None:
        return 0, 0.0, None
    _, likes, watched_s, camp = kept
    return likes, watched_s, "red" if camp == "red" else "blue" if camp == "blue" else None


class RemoteEdge:
    """An edge in a process of its own: the room's port to it, and the entrance of its lines."""

    def __init__(self, keeper: Keeper, link: Link) -> None:
        self._link = link
        self._entrance = Entrance(keeper)
        self._entrance.attach(self)

    def greet(self, number: int, welcome: ToViewer) -> None:
        """Let a line in, with its first message."""
        self._link.send(Greet(number, welcome))

    def tell(self, number: int, message: ToViewer) -> None:
        """Answer one line."""
        self._link.send(Tell(number, message))

    def tell_all(self, message: ToViewer) -> None:
        """Tell everybody there who was greeted."""
        self._link.send(TellAll(message))

    def close(self, number: int, code: int, reason: str) -> None:
        """Send a line away."""
        self._link.send(Close(number, code, reason))

    def say_goodbye(self) -> None:
        """End the link, by which the edge knows that this process stops."""
        self._link.close()

    def heard(self, message: FromEdge) -> None:
        """Take one message of the edge."""
        match message:
            case Joined(member, join, address):
                self._entrance.joined(member, join, address)
            case Said(member, said):
                self._entrance.said(member, said)
            case Left(member):
                self._entrance.left(member)
            case _:
                assert_never(message)

    def gone(self) -> None:
        """Let all its members leave."""
        self._entrance.detach()
