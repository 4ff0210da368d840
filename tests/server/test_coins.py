"""Any mixture of gifts, repeats, refunds, engines that die and servers that restart conserves every coin."""

import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from patience import DEADLINE_S

from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.protocol.wire import GIFT_COUNT_MAX, ComboEnded, GiftGiven
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.server.ledger import Ledger, NotPaid, Paid, PaidBefore
from avatar_live.server.ledger.book import WALLET
from avatar_live.server.ledger.reports import open_reader

VIEWERS = st.sampled_from(["ann", "bob"])
IDS = st.sampled_from([f"gift-{number}" for number in range(8)])


class Coins(RuleBasedStateMachine):
    """Play the server's part between the room and a real ledger, one answer at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "ledger.sqlite3"
        self.ledger = Ledger(self.path, group_s=0.0)
        self.now_s = 1_000.0
        self.expected = {"ann": START_BALANCE_COINS, "bob": START_BALANCE_COINS}
        self.paid: dict[tuple[str, str], tuple[str, int]] = {}
        self.combos: dict[str, int] = {}  # coins that were given in each
        self.refunds: list[tuple[str, str]] = []
        self.given: list[tuple[str, str]] = []

    @initialize()
    def open_the_room(self) -> None:
        self.room = Room(epoch="life-1")
        for member, viewer in enumerate(self.expected):
            balance_coins = self.ledger.open_wallet(viewer).result(DEADLINE_S)
            self.play(ev.Joined(member, viewer, "", viewer, balance_coins))

    @rule(
        viewer=VIEWERS,
        id=IDS,
        gift=st.sampled_from(sorted(GIFTS)),
        times=st.integers(1, 2),
        count=st.sampled_from([1, 1, 2, 7, GIFT_COUNT_MAX, GIFT_COUNT_MAX + 1, 0, -1]),
    )
    def give(self, viewer: str, id: str, gift: str, times: int, count: int) -> None:
        for _ in range(times):
            self.play(ev.GiftAsked(viewer, id, gift, count))

    @rule(seconds=st.sampled_from([0.1, 3.0, 9.0, 40.0]), is_live=st.booleans())
    def let_time_pass(self, seconds: float, is_live: bool) -> None:
        self.now_s += seconds
        self.play(ev.Ticked(0.0, 0, 0, is_live))

    @rule()
    def an_engine_comes(self) -> None:
        self.play(ev.EngineCame())

    @rule()
    def the_engine_dies(self) -> None:
        self.play(ev.EngineLeft())

    @rule()
    def the_stage_takes_its_cues(self) -> None:
        for id in tuple(self.room.cues):
            self.play(ev.CueWasTaken(id))

    @rule()
    def players_come_to_play(self) -> None:
        for seat in self.room.seats:
            self.play(ev.PlayerWatches(seat.player), ev.PlayerSees(seat.player))

    @rule(viewer=VIEWERS)
    def a_player_leaves(self, viewer: str) -> None:
        self.play(ev.PlayLeft(viewer))

    @rule()
    def another_round_begins(self) -> None:
        round_ = self.ledger.open_round(is_another=True).result(DEADLINE_S)
        self.play(ev.RoundBegun(round_.number, round_.after))

    @rule()
    def the_server_dies_and_comes_back(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.path, group_s=0.0)
        self.given.clear()
        self.combos.clear()
        self.open_the_room()
        round_ = self.ledger.open_round(is_another=False).result(DEADLINE_S)
        gave = self.ledger.round_givers(round_.after).result(DEADLINE_S)
        givers = tuple(ev.Gave(one.viewer, one.name, one.coins) for one in gave)
        self.play(ev.RoundRestored(round_.number, round_.after, givers))
        for one in self.ledger.drain().result(DEADLINE_S).gifts:
            if GIFTS[one.gift].reaction == "ticket":
                self.perform(fx.Refund(one.viewer, one.id, "restarted"))
            else:
                paid = one.balance_coins, "token", one.price_coins, one.count, one.number
                self.play(ev.GiftCommitted(one.viewer, one.name, one.id, one.gift, *paid))

    @invariant()
    def every_coin_is_where_it_belongs(self) -> None:
        report = self.ledger.reconcile().result(DEADLINE_S)
        assert report.is_sound
        assert report.gifts == len(self.paid)
        for viewer, coins in self.expected.items():
            assert self.ledger.open_wallet(viewer).result(DEADLINE_S) == coins

    @invariant()
    def the_round_counts_what_the_books_say(self) -> None:
        after = self.ledger.open_round(is_another=False).result(DEADLINE_S).after
        with open_reader(self.path) as reader:
            kept = reader.rows(
                "SELECT account.name, sum(price_coins) FROM gift JOIN account ON number = wallet "
                "WHERE transfer > ? AND state <> 'refunded' GROUP BY account.name",
                after,
            )
            expected = {name.removeprefix(WALLET): coins for name, coins in kept if coins}
        counted = {viewer: giver.coins for viewer, giver in self.room.round.givers.items() if giver.coins}
        assert counted == expected

    @invariant()
    def nothing_happens_twice(self) -> None:
        assert len(self.refunds) == len(set(self.refunds))
        assert len(self.given) == len(set(self.given))

    def teardown(self) -> None:
        self.ledger.close()
        self.folder.cleanup()

    def play(self, *events: ev.Event) -> None:
        for event in events:
            self.room, effects = step(self.room, event, self.now_s)
            for effect in effects:
                self.perform(effect)

    def perform(self, effect: fx.Effect) -> None:
        match effect:
            case fx.Commit(viewer, name, id, gift, price_coins, obstacle, count):
                match self.ledger.pay(viewer, name, id, gift, price_coins, obstacle, count).result(DEADLINE_S):
                    case Paid(balance_coins, number):
                        assert (viewer, id) not in self.paid
                        self.paid[viewer, id] = (gift, count)
                        self.expected[viewer] -= GIFTS[gift].price_coins * count
                        assert balance_coins == self.expected[viewer] >= 0
                        paid = balance_coins, f"token of {id}", price_coins, count, number
                        self.play(ev.GiftCommitted(viewer, name, id, gift, *paid))
                    case PaidBefore(state, balance_coins, reason):
                        assert self.paid[viewer, id] == (gift, count)
                        self.play(ev.GiftRepeated(viewer, id, state, balance_coins, reason))
                    case NotPaid(balance_coins, reason):
                        assert reason
                        self.play(ev.GiftRefused(viewer, id, balance_coins, reason))
            case fx.Mark(viewer, id, state):
                self.ledger.mark(viewer, id, state).result(DEADLINE_S)
            case fx.Refund(viewer, id, reason):
                coins = self.ledger.refund(viewer, id, reason).result(DEADLINE_S)
                assert coins is not None, "the room asks for a refund of what is not finished, once"
                self.refunds.append((viewer, id))
                gift, count = self.paid[viewer, id]
                self.expected[viewer] += GIFTS[gift].price_coins * count
                self.play(ev.GiftRefunded(viewer, id, coins, reason))
            case fx.TellAll(GiftGiven(name=viewer, id=id, gift=gift, count=count, combo=combo)):
                assert self.paid[viewer, id] == (gift, count), "nobody is told before the ledger holds it"
                self.given.append((viewer, id))
                self.combos[combo] = self.combos.get(combo, 0) + GIFTS[gift].price_coins * count
            case fx.TellAll(ComboEnded(combo=combo, coins=coins)):
                assert coins == self.combos.pop(combo), "what a combo came to is what was paid in it"
            case _:
                pass


TestCoins = Coins.TestCase
TestCoins.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
