"""Keep the room: feed `step` with what happens and perform what it wants.

A gift's path stands here in four lines: `Commit` goes to the ledger's thread, its answer comes back as an event, and
only that event makes the room tell, cue and push. What no answer brought (a server that died, a database that was
gone for a moment) lies in the ledger's outbox, which `drain` empties on a timer.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final, TypeVar, assert_never

from avatar_live import clock
from avatar_live.protocol.catalogue import GIFTS
from avatar_live.protocol.wire import CLOSE_REFUSED
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import Allowance, Bucket, take
from avatar_live.room.lottery import is_prize
from avatar_live.room.order import IN_ORDER
from avatar_live.room.shelf import STAGE, game_of
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.room.together import has_begun_or_ended, restored
from avatar_live.server.crowd import Crowd
from avatar_live.server.event_log import EventLog
from avatar_live.server.game_owners import GameOwners
from avatar_live.server.ledger import Answer, Ledger, LedgerError, NotPaid, Paid, PaidBefore, Unfinished
from avatar_live.server.ledger.requests import Drained, NotToppedUp, Round, ToppedUp
from avatar_live.server.outbox import Outbox
from avatar_live.server.pitch import Pitch
from avatar_live.server.seasons import Seasons
from avatar_live.server.stage_link import StageLink
from avatar_live.server.standing import Deed, Standing
from avatar_live.server.together import KeptTogether

RETRY_S: Final = 1.0
FORGET_S: Final = 0.25  # between two slices of what is left of other shows: a million viewers' in four minutes
# Each is a look at the books and a welcome of kilobytes; after a restart a full house comes back at once.
ROOM_JOIN_ALLOWANCE: Final = Allowance(rate_hz=3_000.0, burst=30_000.0)
RESTARTED: Final = "The server was restarted before your game was over; your coins are back."
NO_LONGER: Final = "This gift is not given any more; your coins are back."
T = TypeVar("T")


def digest(secret: str) -> str:
    """Return the name under which a viewer's secret is known here; the secret itself is kept nowhere."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Keeper:
    """Hold the room and its neighbours; everything but the ledger's answers runs on the one loop."""

    def __init__(
        self,
        title: str,
        ledger: Ledger,
        retry_s: float = RETRY_S,
        standing: Standing | None = None,
        likes: int = 0,
        together: KeptTogether | None = None,
    ) -> None:
        epoch = secrets.token_urlsafe(9)
        order = standing.order(clock.now_s(), clock.wall_s()) if standing else IN_ORDER
        self.room = Room(
            epoch=epoch, title=title, run=ledger.show, order=order, likes=likes, likes_reported=likes, likes_shown=likes
        )
        self.standing = standing  # None keeps nothing over a restart
        self.together = together  # nor does this
        self.addresses: dict[str, str] = {}  # the hashed address of each viewer who is here
        self.ledger = ledger
        self.crowd = Crowd()
        self.log = EventLog(epoch)
        self.pitch = Pitch(secrets.randbits(63))
        self.stage = StageLink(self.handle)
        self.gifts_committed = 0
        self.game_owners = GameOwners(standing, ledger.show)
        self.seasons = Seasons(ledger, self.crowd)
        self._arrivals = Bucket()
        self._outbox = Outbox()
        self._is_draining = False
        self._retry_s = retry_s
        self._loop = asyncio.get_running_loop()

    def handle(self, event: ev.Event) -> None:
        """Let `event` happen."""
        before = self.room
        self.room, effects = step(before, event, clock.now_s())
        if self.together is not None and has_begun_or_ended(before, self.room):
            self.together.write(self.room, clock.now_s(), clock.wall_s())
        for effect in effects:
            self._perform(effect)

    def may_come(self, now_s: float) -> bool:
        """Count somebody who comes in; False when too many come at once."""
        taken = take(self._arrivals, ROOM_JOIN_ALLOWANCE, now_s)
        self._arrivals = taken or self._arrivals
        return taken is not None

    def player_stream(self, token: str) -> str | None:
        """Return the stream that a play token opens, or None."""
        offered = token.encode()
        for seat in self.room.seats:
            if hmac.compare_digest(seat.ticket.token.encode(), offered):
                return seat.player
        return None

    async def recover(self) -> None:
        """Go on from what an earlier life of the server left: show again what nobody saw, refund what was cut off."""
        following = await asyncio.wrap_future(self.ledger.follow("", None))
        self.handle(ev.FollowersCounted(following.followers))
        sales = await asyncio.wrap_future(self.ledger.sales())
        since_s = clock.wall_s() - clock.now_s()  # what the wall clock is ahead
        counted = tuple(ev.Sale(one.viewer, one.gift, one.count, one.wall_s - since_s) for one in sales)
        self.handle(ev.SalesCounted(counted))
        round_ = await asyncio.wrap_future(self.ledger.open_round(is_another=False))
        givers = await asyncio.wrap_future(self.ledger.round_givers(round_.after))
        gave = tuple(ev.Gave(one.viewer, one.name, one.coins) for one in givers)
        self.handle(ev.RoundRestored(round_.number, round_.after, gave))
        self.handle(ev.GamesRemembered(self.game_owners.remembered))
        for one in self._outbox.take_all(await asyncio.wrap_future(self.ledger.drain())):
            gift = GIFTS.get(one.gift)
            if gift is not None and gift.reaction == "ticket" and not is_prize(one.id):
                self._perform(fx.Refund(one.viewer, one.id, RESTARTED))
            else:
                self._go_on_with(one)
        kept = self.together.read(clock.wall_s()) if self.together is not None else None
        if kept is not None:
            undertaken, ago_s = kept
            self.room, effects = restored(self.room, undertaken, clock.now_s() - ago_s)
            self.pitch.go_on_from(self.room.show.score_red, self.room.show.score_blue)
            for effect in effects:
                self._perform(effect)
        self.forget_parts()

    def forget_parts(self, after: str = "") -> None:
        """Delete beside the show what nobody can need of the shows before it, slice by slice."""

        def forgotten(last: str | None) -> None:
            if last is not None:
                self._loop.call_later(FORGET_S, self.forget_parts, last)

        def failed(_: str) -> None:
            self._loop.call_later(self._retry_s, self.forget_parts, after)

        self._answer(self.ledger.forget_parts(after), forgotten, failed)

    def begin_round(self) -> "asyncio.Future[None]":
        """Begin another round, between two gifts as the ledger has them. The future may raise LedgerError."""
        begun: asyncio.Future[None] = self._loop.create_future()

        def answered(round_: Round) -> None:
            self.handle(ev.RoundBegun(round_.number, round_.after))
            if not begun.done():  # who asked may have gone
                begun.set_result(None)

        def failed(reason: str) -> None:
            if not begun.done():
                begun.set_exception(LedgerError(reason))

        self._answer(self.ledger.open_round(is_another=True), answered, failed)
        return begun

    def drain(self) -> None:
        """Look into the ledger's outbox for what no answer has brought, unless a look is under way."""
        if self._is_draining:
            return
        self._is_draining = True

        def looked(drained: Drained) -> None:
            self._is_draining = False
            for one in self._outbox.take_all(drained):
                self._go_on_with(one)
            for wallet in drained.filled:
                self.handle(ev.WalletFilled(wallet.viewer, wallet.balance_coins))

        def failed(_: str) -> None:
            self._is_draining = False  # the next look will tell

        self._answer(self.ledger.drain(self._outbox.seen), looked, failed)

    def _go_on_with(self, one: Unfinished) -> None:
        if one.gift in GIFTS or game_of(one.gift) != STAGE:
            paid = one.balance_coins, one.price_coins, one.count, one.number
            self._commit_is_known(one.viewer, one.name, one.id, one.gift, *paid)
        else:
            self._perform(fx.Refund(one.viewer, one.id, NO_LONGER))

    def _perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Greet(member, welcome):
                self.crowd.greet(member, welcome)
            case fx.Tell(viewer, message):
                self.crowd.tell(viewer, message)
            case fx.TellAll(message):
                self.crowd.tell_all(message)
            case fx.Commit():
                self.game_owners.once_written(game_of(effect.gift), lambda: self._commit(effect))
            case fx.Mark(viewer, id, state):
                self._answer(self.ledger.mark(viewer, id, state), lambda _: None, lambda _: self._retry(effect))
            case fx.Refund(viewer, id, reason):
                self._answer(
                    self.ledger.refund(viewer, id, reason),
                    lambda balance_coins: self._on_refund(effect, balance_coins),
                    lambda _: self._retry(effect),
                )
            case fx.Award(viewer, id, coins):
                self._answer(
                    self.ledger.award(viewer, id, coins),
                    lambda answer: self._on_award(effect, answer),
                    lambda _: self._retry(effect),
                )
            case fx.KeepFollow(viewer, is_following):
                self._answer(
                    self.ledger.follow(viewer, is_following),
                    lambda kept: self.handle(ev.FollowKept(viewer, kept.is_following, kept.followers)),
                    lambda reason: self.handle(ev.FollowRefused(viewer, reason)),
                )
            case fx.KeepParts(parts):
                self._answer(
                    self.ledger.keep_parts(
                        tuple((one.viewer, one.likes, one.watched_s, one.camp or "") for one in parts)
                    ),
                    lambda _: None,
                    lambda _: self.handle(ev.PartsNotKept(tuple(one.viewer for one in parts))),
                )
            case fx.ShowCue(cue_id, cue, key):
                self.stage.show(cue_id, cue, key)
            case fx.PushBall(camp, strength, viewer, id):
                if (failed := self.pitch.push(camp, strength, viewer, id)) is not None:
                    self.handle(ev.PushesMoved((failed,)))
            case fx.EnterPitch(player, name, camp):
                self.pitch.enter(player, name, camp)
            case fx.LeavePitch(player):
                self.pitch.leave(player)
                self.stage.end_player(player)
            case fx.SendAway(viewer, reason, is_by_address):
                if self.standing is not None and is_by_address:
                    self.standing.ban_address(self.addresses.get(viewer, ""), viewer)
                self.crowd.close(viewer, CLOSE_REFUSED, reason)
            case fx.LetBack(viewer):
                if self.standing is not None:
                    self.standing.let_back(viewer)
            case fx.Record(by, deed, viewer, reason, text):
                if self.standing is not None:
                    self.standing.keep(self.room.order, clock.now_s(), clock.wall_s())
                    self.standing.record(Deed(clock.wall_s(), by, deed, viewer, reason, text))
            case fx.Report(type, data, source):
                self.log.report(type, data, clock.wall_s(), source)
            case _:
                assert_never(effect)

    def _on_answer(self, asked: fx.Commit, answer: Answer) -> None:
        match answer:
            case Paid(balance_coins, number):
                if self._outbox.take(number):
                    paid = balance_coins, asked.price_coins, asked.count, number
                    self._commit_is_known(asked.viewer, asked.name, asked.id, asked.gift, *paid)
            case PaidBefore(state, balance_coins, reason):
                self.handle(ev.GiftRepeated(asked.viewer, asked.id, state, balance_coins, reason))
            case NotPaid(balance_coins, reason):
                self.handle(ev.GiftRefused(asked.viewer, asked.id, balance_coins, reason))
            case _:
                assert_never(answer)

    def _commit_is_known(
        self, viewer: str, name: str, id: str, gift: str, balance_coins: int, price_coins: int, count: int, number: int
    ) -> None:
        self.gifts_committed += 1
        token = secrets.token_urlsafe(24)
        self.handle(ev.GiftCommitted(viewer, name, id, gift, balance_coins, token, price_coins, count, number))

    def _on_award(self, asked: fx.Award, answer: ToppedUp | NotToppedUp) -> None:
        if isinstance(answer, ToppedUp):
            self.handle(ev.Awarded(asked.viewer, asked.id, answer.balance_coins))
        else:
            self.handle(ev.AwardFailed(asked.viewer, asked.id, answer.reason))

    def _on_refund(self, asked: fx.Refund, balance_coins: int | None) -> None:
        if balance_coins is not None:
            self.handle(ev.GiftRefunded(asked.viewer, asked.id, balance_coins, asked.reason))

    def _retry(self, effect: fx.Effect) -> None:
        self._loop.call_later(self._retry_s, self._perform, effect)

    def _commit(self, asked: fx.Commit) -> None:
        self._answer(
            self.ledger.pay(
                asked.viewer, asked.name, asked.id, asked.gift, asked.price_coins, asked.obstacle, asked.count
            ),
            lambda answer: self._on_answer(asked, answer),
            lambda reason: self.handle(ev.GiftRefused(asked.viewer, asked.id, None, reason)),
        )

    def _answer(self, future: Future[T], then: Callable[[T], None], otherwise: Callable[[str], None]) -> None:
        """Call one of the two on the loop, in the order in which the ledger answers."""

        def arrived() -> None:
            failure = future.exception()
            if failure is None:
                then(future.result())
            elif isinstance(failure, LedgerError):
                otherwise(str(failure))
            else:
                raise failure

        future.add_done_callback(lambda _: self._loop.call_soon_threadsafe(arrived))
