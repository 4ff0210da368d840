"""Asks, answers, silence, a host who hides, deaths of room, game and engine, in any order: each paid effect ends once.

Done or paid back, and no coin is made or lost. The room is the real one, the books are real; time is a number.
"""

import itertools
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, assert_never

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from patience import DEADLINE_S

from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.effects import GAME_SILENT_S, OUTCOME_S, RETURN_S, OfferedEffect
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import turns
from avatar_live.room.shelf import STAGE, game_of
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.server.ledger import Ledger, NotPaid, Paid, PaidBefore
from avatar_live.server.ledger.book import WALLET
from avatar_live.server.ledger.reports import open_reader

SELLS = (
    OfferedEffect("ghost", "Ghost", "👻", 25, per_show_max=4, per_viewer_max=3),
    OfferedEffect("fog", "Fog", "🌫", 40, seconds=5.0, cooldown_s=3.0, at_once_max=2),
)
PRICES = {"castle/ghost": 25, "castle/fog": 40, "giant_head": 50, "tomato": 5}
VIEWERS = ("ann", "bob")
CRASHED = (turns.GAME_GONE, turns.NO_OUTCOME, turns.PAUSED_LONG)  # a game that was away, or silent, after it began


class Effects(RuleBasedStateMachine):
    """Play a show in which every wire may be cut between any two steps."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.ledger = Ledger(path, show="a show", group_s=0.0)
        for viewer in VIEWERS:
            self.ledger.open_wallet(viewer).result(DEADLINE_S)
        self.now_s = 1_000.0
        self.asked_ids = 0
        # What a game knows: the ids it has to look at, and the list on its disk of what it did.
        self.inbox: deque[str] = deque()
        self.journal: set[str] = set()
        self.performed: Counter[str] = Counter()
        self.is_game_here = False
        self.begin()

    def begin(self) -> None:
        """Begin a life of the room with what the books say."""
        self.room = Room(epoch="a life")
        self.orders: deque[fx.Commit | fx.Mark | fx.Refund] = deque()  # to the ledger
        self.answers: deque[Callable[[], None]] = deque()  # of the ledger, on their way
        self.cues: dict[int, bool] = {}
        sales = self.ledger.sales().result(DEADLINE_S)
        self.play(ev.GamesRemembered(("castle",)))
        self.play(ev.SalesCounted(tuple(ev.Sale(one.viewer, one.gift, one.count, 0.0) for one in sales)))
        for viewer in VIEWERS:
            self.play(ev.Joined(1, viewer, "secret", viewer, 0))
        for one in self.ledger.drain().result(DEADLINE_S).gifts:
            self.play(ev.GiftCommitted(one.viewer, one.name, one.id, one.gift, one.balance_coins, "", one.price_coins))

    def play(self, event: ev.Event) -> None:
        self.room, effects = step(self.room, event, self.now_s)
        for effect in effects:
            match effect:
                case fx.Commit() | fx.Mark() | fx.Refund():
                    self.orders.append(effect)
                case fx.Report("effect_asked", data) if self.is_game_here:
                    self.inbox.append(str(data["id"]))
                case fx.ShowCue(id):
                    self.cues[id] = True
                case _:
                    pass

    @rule(viewer=st.sampled_from(VIEWERS), gift=st.sampled_from(sorted(PRICES)), again=st.integers(0, 6))
    def ask(self, viewer: str, gift: str, again: int) -> None:
        self.asked_ids += again > 1
        self.play(ev.GiftAsked(viewer, f"gift-{self.asked_ids}", gift))

    @precondition(lambda self: self.orders)
    @rule(count=st.integers(1, 4))
    def book(self, count: int) -> None:
        """Let the ledger do what it was asked for; nobody has heard of it yet."""
        for _ in range(min(count, len(self.orders))):
            order = self.orders.popleft()
            match order:
                case fx.Commit(viewer, name, id, gift, price_coins, obstacle):
                    answer = self.of(self.ledger.pay(viewer, name, id, gift, price_coins, obstacle))
                    self.answers.append(partial(self.paid, order, answer))
                case fx.Mark(viewer, id, state):
                    self.of(self.ledger.mark(viewer, id, state))
                case fx.Refund(viewer, id, reason):
                    balance_coins = self.of(self.ledger.refund(viewer, id, reason))
                    assert balance_coins is not None, "what is paid back is neither done nor paid back already"
                    self.answers.append(partial(self.play, ev.GiftRefunded(viewer, id, balance_coins, reason)))
                case _:
                    assert_never(order)

    @precondition(lambda self: self.answers)
    @rule(count=st.integers(1, 4))
    def hear(self, count: int) -> None:
        for _ in range(min(count, len(self.answers))):
            self.answers.popleft()()

    @rule()
    def game_comes(self) -> None:
        self.is_game_here = True
        self.play(ev.GameOffered("castle", SELLS, is_new_line=True))

    @precondition(lambda self: self.is_game_here)
    @rule()
    def game_dies(self) -> None:
        self.is_game_here = False
        self.inbox.clear()
        while "castle" in self.room.shelf.games and self.room.shelf.games["castle"].is_here:
            self.play(ev.GameLeft("castle"))

    @precondition(lambda self: self.inbox)
    @rule(how=st.sampled_from(["done", "failed", "runs", "rests", "silent", "dies before", "dies after"]))
    def game_acts(self, how: str) -> None:
        """Do one thing as the contract says: not what the journal holds, and only after "accepted" was taken."""
        id = self.inbox.popleft()
        if id in self.journal:
            self.report(id, "done")
        elif how == "silent" or not self.report(id, "accepted"):
            pass
        elif how == "failed":
            self.report(id, "failed", "no room")
        elif how == "dies before":
            self.game_dies()
        else:
            self.performed[id] += 1
            self.journal.add(id)
            if how == "dies after":
                self.game_dies()
            elif how == "done":
                self.report(id, "done")
            else:
                self.report(id, "running")
                if how == "rests":
                    self.report(id, "paused")

    def report(self, id: str, step: Any, reason: str = "") -> bool:
        report = ev.EffectReported(id, step, reason)
        if turns.obstacle_to_report(self.room, report):
            return False
        self.play(report)
        return True

    @rule(is_there=st.booleans())
    def engine(self, is_there: bool) -> None:
        self.play(ev.EngineCame() if is_there else ev.EngineLeft())

    @rule(is_hidden=st.booleans())
    def host(self, is_hidden: bool) -> None:
        self.play(ev.HostHid(is_hidden))

    @precondition(lambda self: self.cues)
    @rule()
    def engine_takes_cues(self) -> None:
        for id in list(self.cues):
            self.play(ev.CueWasTaken(id))
        self.cues.clear()

    @rule(after_s=st.sampled_from([0.1, 2.0, 11.0, RETURN_S / 2, RETURN_S + 1.0]))
    def time_passes(self, after_s: float) -> None:
        self.now_s += after_s
        self.play(ev.Ticked(0.0, 0, 0, True))

    @rule()
    def the_room_dies(self) -> None:
        self.is_game_here = False
        self.inbox.clear()
        self.begin()

    @invariant()
    def nothing_is_done_twice(self) -> None:
        assert not self.performed or max(self.performed.values()) == 1

    @invariant()
    def what_waits_is_what_the_books_say(self) -> None:
        if not self.orders and not self.answers:
            # What our engine has is done for the books, also while the room still counts its seconds.
            turns_open = [turn for turn in self.room.shelf.turns if turn.game != STAGE]
            ours = {(turn.viewer, turn.gift_id) for turn in turns_open}
            theirs = {(one.viewer, one.id) for one in self.of(self.ledger.drain()).gifts if game_of(one.gift) != STAGE}
            assert ours == theirs

    def teardown(self) -> None:
        try:
            self.settle()
            self.account()
        finally:
            self.ledger.close()

    def settle(self) -> None:
        """Let everything that is on its way come to its end, with an engine and without the game."""
        self.game_dies()
        self.play(ev.HostHid(False))
        self.play(ev.EngineCame())
        for _ in range(12):
            while self.orders or self.answers or self.cues:
                self.book(len(self.orders))
                self.hear(len(self.answers))
                self.engine_takes_cues()
            self.time_passes(max(RETURN_S, OUTCOME_S, GAME_SILENT_S) + 1.0)

    def account(self) -> None:
        report = self.of(self.ledger.reconcile())
        assert report.is_sound
        assert report.unfinished == 0, "nothing is silently dropped"
        spent: Counter[str] = Counter()
        with open_reader(self.path) as reader:
            for name, id, gift, state, reason in reader.rows(
                "SELECT account.name, id, gift, state, reason FROM gift JOIN account ON number = wallet"
            ):
                viewer = name.removeprefix(WALLET)
                spent[viewer] += PRICES[gift] * (state == "done")
                if game_of(gift) != STAGE:
                    is_performed = self.performed[turns.effect_id(viewer, id)] == 1
                    assert is_performed if state == "done" else not is_performed or reason in CRASHED
        assert report.wallets_coins == START_BALANCE_COINS * len(VIEWERS) - sum(spent.values())

    def of(self, future: Future[Any]) -> Any:
        return future.result(DEADLINE_S)

    def paid(self, asked: fx.Commit, answer: object) -> None:
        match answer:
            case Paid(balance_coins):
                self.play(
                    ev.GiftCommitted(
                        asked.viewer, asked.name, asked.id, asked.gift, balance_coins, "", asked.price_coins
                    )
                )
            case PaidBefore(state, balance_coins, reason):
                self.play(ev.GiftRepeated(asked.viewer, asked.id, state, balance_coins, reason))
            case NotPaid(balance_coins, reason):
                self.play(ev.GiftRefused(asked.viewer, asked.id, balance_coins, reason))
            case _:
                raise AssertionError(answer)


def test_every_paid_effect_ends_once_and_coins_are_conserved(tmp_path: Path) -> None:
    slow = [HealthCheck.too_slow]  # every example opens real books
    few = settings(max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=slow)
    numbers = itertools.count()
    run_state_machine_as_test(lambda: Effects(tmp_path / f"ledger-{next(numbers)}.sqlite3"), settings=few)  # type: ignore[arg-type]
