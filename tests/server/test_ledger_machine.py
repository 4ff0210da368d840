"""Any mixture of requests, in groups of any size, does to either database what a plain model of coins says."""

import contextlib
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import psycopg
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from patience import DEADLINE_S

from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import GIFT_COUNT_MAX
from avatar_live.server.ledger import Ledger, NotPaid, Paid, PaidBefore
from avatar_live.server.ledger.requests import NotToppedUp, Rule, ToppedUp
from avatar_live.server.ledger.settle import PRICE_COINS_MAX, TOPUP_COINS_MAX

PRICES = {
    "tomato": 5,
    "fireworks": 300,
    "castle": 700,
    "nothing": 0,
    "theft": -5,
    "all": PRICE_COINS_MAX,
    "more": 2**63,
}
viewers = st.sampled_from(["ann", "bob"])
ids = st.sampled_from([f"gift-{number}" for number in range(6)])
requests = st.one_of(
    st.tuples(st.just("open"), viewers),
    st.tuples(st.just("pay"), viewers, ids, st.sampled_from(sorted(PRICES)), st.sampled_from([1, 1, 3, 99, 100, 0])),
    st.tuples(st.just("mark"), viewers, ids, st.sampled_from(["playing", "done"])),
    st.tuples(st.just("refund"), viewers, ids),
    st.tuples(st.just("top_up"), viewers, ids, st.sampled_from([1, 500, 0, -1, TOPUP_COINS_MAX + 1, 2**63])),
    st.tuples(st.just("limit"), viewers, st.sampled_from([None, 0, 300, 1_000])),
)


class Model:
    """What the requests mean, one at a time, in numbers and dicts."""

    def __init__(self) -> None:
        self.coins: dict[str, int] = {}
        self.gifts: dict[tuple[str, str], tuple[tuple[str, int], str]] = {}  # how many of which gift, and its state
        self.top_ups: dict[str, tuple[str, int]] = {}
        self.caps: dict[str, int | None] = {}

    def do(self, asked: tuple[Any, ...]) -> object:
        """Return the answer that the ledger should give; of a refusal its type."""
        what, viewer, *rest = asked
        match what:
            case "open":
                return self.coins.setdefault(viewer, START_BALANCE_COINS)
            case "pay":
                return self.pay(viewer, *rest)
            case "mark":
                known = self.gifts.get((viewer, rest[0]))
                if known is not None and known[1] not in ("done", "refunded"):
                    self.gifts[viewer, rest[0]] = (known[0], rest[1])
                return None
            case "refund":
                known = self.gifts.get((viewer, rest[0]))
                if known is None or known[1] in ("done", "refunded"):
                    return None
                self.gifts[viewer, rest[0]] = (known[0], "refunded")
                self.coins[viewer] += cost(*known[0])
                return self.coins[viewer]
            case "top_up":
                return self.top_up(viewer, *rest)
            case _:
                self.caps[viewer] = rest[0]
                return None

    def pay(self, viewer: str, id: str, gift: str, count: int) -> object:
        """Answer a gift."""
        known = self.gifts.get((viewer, id))
        if known is not None:
            if known[0] != (gift, count):
                return NotPaid
            state: Any = "committed" if known[1] == "playing" else known[1]
            return PaidBefore(state, self.coins[viewer], "sorry" if state == "refunded" else "")
        price_coins, cap = cost(gift, count), self.caps.get(viewer)
        if not 0 <= price_coins <= self.coins.get(viewer, -1) or not 0 < count <= GIFT_COUNT_MAX:
            return NotPaid
        if cap is not None and price_coins > 0 and self.spent(viewer) + price_coins > cap:
            return NotPaid
        self.gifts[viewer, id] = ((gift, count), "committed")
        self.coins[viewer] -= price_coins
        return Paid(self.coins[viewer])

    def top_up(self, viewer: str, id: str, coins: int) -> object:
        """Answer a top-up."""
        if viewer not in self.coins:
            return NotToppedUp
        known = self.top_ups.get(id)
        if known is not None:
            return ToppedUp(self.coins[viewer], True) if known == (viewer, coins) else NotToppedUp
        if not 0 < coins <= TOPUP_COINS_MAX:
            return NotToppedUp
        self.top_ups[id] = (viewer, coins)
        self.coins[viewer] += coins
        return ToppedUp(self.coins[viewer], False)

    def spent(self, viewer: str) -> int:
        """Return what a viewer gave and did not get back."""
        given = (kept for (giver, _), kept in self.gifts.items() if giver == viewer)
        return sum(cost(*gift) for gift, state in given if state != "refunded")


class Coins(RuleBasedStateMachine):
    """Ask the ledger in groups and the model one by one."""

    def __init__(self, where: Path | str) -> None:
        super().__init__()
        self.where = where
        forget(where)
        self.ledger = Ledger(where, show="a show", group_s=0.0)
        self.model = Model()

    @rule(group=st.lists(requests, min_size=1, max_size=12))
    def ask(self, group: list[tuple[Any, ...]]) -> None:
        futures = [self.asked(one) for one in group]
        for one, future in zip(group, futures, strict=True):
            answer, expected = future.result(DEADLINE_S), self.model.do(one)
            if isinstance(expected, type):
                assert isinstance(answer, expected), (one, answer)
            else:
                assert answer == expected, one

    @rule()
    def open_again(self) -> None:
        self.ledger.close()
        self.ledger = Ledger(self.where, show="a show", group_s=0.0)

    @invariant()
    def every_coin_is_where_it_belongs(self) -> None:
        report = self.ledger.reconcile().result(DEADLINE_S)
        assert report.is_sound
        assert report.gifts == len(self.model.gifts)
        assert report.wallets_coins == sum(self.model.coins.values())
        left = {(one.viewer, one.id): (one.gift, one.count) for one in self.ledger.drain().result(DEADLINE_S).gifts}
        open_gifts = {key: gift for key, (gift, state) in self.model.gifts.items() if state in ("committed", "playing")}
        assert left == open_gifts

    def asked(self, asked: tuple[Any, ...]) -> Future[Any]:
        what, viewer, *rest = asked
        match what:
            case "open":
                return self.ledger.open_wallet(viewer)
            case "pay":
                id, gift, count = rest
                return self.ledger.pay(viewer, viewer, id, gift, cost(gift, count), count=count)
            case "mark":
                return self.ledger.mark(viewer, *rest)
            case "refund":
                return self.ledger.refund(viewer, rest[0], "sorry")
            case "top_up":
                return self.ledger.top_up(viewer, "test", *rest)
            case _:
                return self.ledger.set_rule(viewer, Rule(show_coins_max=rest[0]))

    def teardown(self) -> None:
        self.ledger.close()


def test_the_books_do_what_a_plain_model_of_coins_says(where: Path | str) -> None:
    examples = 20 if isinstance(where, Path) else 6  # a database is slower to empty than a file
    few = settings(max_examples=examples, stateful_step_count=12, deadline=None)
    run_state_machine_as_test(lambda: Coins(where), settings=few)  # type: ignore[arg-type]


def cost(gift: str, count: int) -> int:
    """Return what so many of a gift cost."""
    return PRICES[gift] * count


def forget(where: Path | str) -> None:
    """Begin with empty books."""
    if isinstance(where, Path):
        for path in where.parent.glob(f"{where.name}*"):
            path.unlink()
    else:
        with contextlib.closing(psycopg.connect(where, autocommit=True)) as db:
            db.execute("DROP SCHEMA IF EXISTS avatar_live CASCADE")
