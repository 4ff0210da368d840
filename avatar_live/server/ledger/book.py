"""What one group of requests has to know of the books, and what it changes in them: plain rows, for any database."""

from dataclasses import dataclass, field
from typing import Final, Literal

from avatar_live.server.ledger.requests import PartRow, Round, Rule, State

MINT: Final = "mint"
HOUSE: Final = "house:gifts"
WALLET: Final = "wallet:"
PROVIDER: Final = "provider:"
PRIZES: Final = "prizes"  # the provider that is the house itself: it gives what it has earned
BALANCE_COINS_MAX: Final = 2**53 - 1  # exact as a number of JavaScript, too
DAY_S: Final = 86_400

Kind = Literal["source", "wallet", "house"]  # only a source, from which coins come, may go below zero
TransferKind = Literal["open", "gift", "refund", "topup"]


@dataclass(slots=True)
class Account:
    """An account as the group leaves it; what was spent counts for `day` and for `show` alone."""

    number: int
    name: str
    balance_coins: int = 0
    day: int = 0
    day_coins: int = 0
    show: str = ""
    show_coins: int = 0

    def spent(self, day: int, show: str) -> tuple[int, int]:
        """Return what was spent on this day and in this show."""
        return (self.day_coins if self.day == day else 0, self.show_coins if self.show == show else 0)


@dataclass(slots=True)
class KnownGift:
    number: int
    gift: str
    price_coins: int
    state: State
    reason: str
    at_s: float
    show: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class KnownTopUp:
    viewer: str
    coins: int


@dataclass(slots=True)
class Book:
    """The rows that a group names; a `settle` goes on writing in it, so each group reads its own."""

    last_transfer: int
    last_account: int
    accounts: dict[str, Account] = field(default_factory=dict)
    gifts: dict[tuple[str, str], KnownGift] = field(default_factory=dict)
    topups: dict[tuple[str, str], KnownTopUp] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    following: set[tuple[str, str]] = field(default_factory=set)  # of those named: the room and the viewer
    followers: dict[str, int] = field(default_factory=dict)  # how many a room has
    rounds: dict[str, tuple[str, Round]] = field(default_factory=dict)  # of a room: the show, and its round
    parts: dict[tuple[str, str], tuple[str, PartRow]] = field(default_factory=dict)  # of a viewer: the show, and it
    shows: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)  # of a room's next viewers' parts
    unfinished_coins: int = 0  # of gifts that may still come back, where a prize is asked for


@dataclass(slots=True)
class Changes:
    """The rows to write, each list for one statement. `balances` are differences, so that the database checks them."""

    accounts: list[tuple[int, str, Kind]] = field(default_factory=list)
    balances: dict[int, int] = field(default_factory=dict)
    spent: dict[int, tuple[int, int, str, int]] = field(default_factory=dict)
    transfers: list[tuple[int, TransferKind, float]] = field(default_factory=list)
    entries: list[tuple[int, int, int]] = field(default_factory=list)
    gifts: list[tuple[int, int, str, str, str, int, str, str, int]] = field(default_factory=list)
    refunds: list[tuple[int, int]] = field(default_factory=list)
    topups: list[tuple[int, int, str, str, int]] = field(default_factory=list)
    states: dict[int, tuple[State, str]] = field(default_factory=dict)
    outbox: list[tuple[int, str]] = field(default_factory=list)
    finished: list[int] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    follows: dict[tuple[str, str], float | None] = field(default_factory=dict)  # since when, or no more
    followers: dict[str, int] = field(default_factory=dict)  # how many a room has then
    rounds: dict[str, tuple[str, Round]] = field(default_factory=dict)  # as in the book
    forgotten: list[tuple[str, str]] = field(default_factory=list)  # whose parts go, before others are written
    parts: dict[tuple[str, str], tuple[str, PartRow]] = field(default_factory=dict)

    @property
    def balances_alone(self) -> list[tuple[int, int]]:
        """Return the accounts whose balance alone changes, and by how much."""
        return [(number, coins) for number, coins in self.balances.items() if number not in self.spent]

    @property
    def balances_spent(self) -> list[tuple[int, int, int, int, str, int]]:
        """Return the wallets that gave: the number, the difference, and what is spent of the day and the show."""
        return [(number, self.balances.get(number, 0), *spent) for number, spent in self.spent.items()]

    @property
    def round_rows(self) -> list[tuple[str, str, int, int]]:
        """Return the rounds: the room, the show, the number and the transfer after which it began."""
        return [(room, show, round_.number, round_.after) for room, (show, round_) in self.rounds.items()]

    @property
    def part_rows(self) -> list[tuple[str, str, str, int, float, str]]:
        """Return the parts: the room, the viewer, the show, likes, seconds and camp."""
        return [(room, viewer, show, *part[1:]) for (room, viewer), (show, part) in self.parts.items()]

    def __bool__(self) -> bool:
        booked = self.transfers or self.accounts or self.states
        return bool(booked or self.rules or self.follows or self.rounds or self.forgotten or self.parts)


@dataclass(frozen=True, slots=True)
class Names:
    """Name the rows that a group needs."""

    accounts: list[str]
    gift_ids: list[str]
    topup_ids: list[str]
    viewers: list[str]  # whose rules count
    follows: list[tuple[str, str]] = field(default_factory=list)  # the room and the viewer
    rounds: list[str] = field(default_factory=list)  # the rooms
    parts: list[tuple[str, str]] = field(default_factory=list)  # the room and the viewer
    shows: list[tuple[str, str]] = field(default_factory=list)  # the room, and after which viewer
    has_prize: bool = False
