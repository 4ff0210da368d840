"""The one rule book of coins: a group of requests and what the books say -> answers and rows to write.

Every transfer moves coins between two accounts, so all entries sum to zero: `mint` opens wallets, a provider's account
fills them, `wallet:<viewer>` pays `house:gifts`, a refund goes back. Nothing here knows a database, and both databases
do what this says.
"""

from collections.abc import Sequence
from typing import Final, assert_never, cast

from avatar_live.protocol.wire import GIFT_COUNT_MAX, GiftState
from avatar_live.server.ledger.book import (
    BALANCE_COINS_MAX,
    DAY_S,
    HOUSE,
    MINT,
    PRIZES,
    PROVIDER,
    WALLET,
    Account,
    Book,
    Changes,
    Kind,
    KnownGift,
    KnownTopUp,
    Names,
    TransferKind,
)
from avatar_live.server.ledger.requests import (
    EVERYBODY,
    PARTS_AT_ONCE,
    Answer,
    AskPart,
    Drain,
    Follow,
    Following,
    ForgetParts,
    HasWallet,
    KeepParts,
    Mark,
    NotPaid,
    NotToppedUp,
    OpenRound,
    OpenWallet,
    Paid,
    PaidBefore,
    PartRow,
    Pay,
    Refund,
    Request,
    Round,
    SetRule,
    ToppedUp,
    TopUp,
)
from avatar_live.server.ledger.rules import refusal_of, rule_for

PRICE_COINS_MAX: Final = 1_000_000_000
TOPUP_COINS_MAX: Final = 100_000_000
WALLET_COINS_MAX: Final = 1_000_000_000_000  # far below BALANCE_COINS_MAX: a refund always fits
OTHER_GIFT: Final = "You gave something else under this id already, so it was not paid; use a new id."
NO_PRICE: Final = f"1 to {GIFT_COUNT_MAX} of a gift cost 0 to {PRICE_COINS_MAX} coins together; it was not paid."
NO_AMOUNT: Final = f"A top-up is 1 to {TOPUP_COINS_MAX} coins; nothing was added."
NO_WALLET: Final = "There is no such wallet; nothing was added."
WALLET_FULL: Final = "The wallet cannot hold so many coins; nothing was added."
HOUSE_POOR: Final = "The house has not earned so many coins that nobody can get back; nothing was added."
OTHER_TOPUP: Final = "This id was another top-up already; nothing was added."

assert WALLET_COINS_MAX * 2 < BALANCE_COINS_MAX


def names_of(group: Sequence[Request]) -> Names:
    """Return which rows `settle` will look for."""
    accounts = {MINT: None, HOUSE: None}
    gift_ids: dict[str, None] = {}
    topup_ids: dict[str, None] = {}
    viewers = {EVERYBODY: None}
    follows: dict[tuple[str, str], None] = {}
    rounds: dict[str, None] = {}
    parts: dict[tuple[str, str], None] = {}
    shows: dict[tuple[str, str], None] = {}
    has_prize = False
    for asked in group:
        match asked:
            case Pay(viewer=viewer, id=id):
                accounts[WALLET + viewer] = gift_ids[id] = viewers[viewer] = None
            case Mark(viewer=viewer, id=id) | Refund(viewer=viewer, id=id):
                accounts[WALLET + viewer] = gift_ids[id] = None
            case OpenWallet(viewer=viewer) | HasWallet(viewer=viewer):
                accounts[WALLET + viewer] = None
            case TopUp(viewer=viewer, provider=provider, id=id):
                accounts[WALLET + viewer] = accounts[PROVIDER + provider] = topup_ids[id] = None
                has_prize = has_prize or provider == PRIZES
            case Follow(viewer=viewer, room=room):
                follows[room, viewer] = None
            case OpenRound(room=room):
                rounds[room] = None
            case AskPart(room=room, viewer=viewer):
                parts[room, viewer] = None
            case ForgetParts(room=room, after=after):
                shows[room, after] = rounds[room] = None
            case SetRule() | Drain() | KeepParts():
                pass
            case _:
                assert_never(asked)
    return Names(
        list(accounts),
        list(gift_ids),
        list(topup_ids),
        list(viewers),
        list(follows),
        list(rounds),
        list(parts),
        list(shows),
        has_prize,
    )


def settle(group: Sequence[Request], book: Book, now_s: float) -> tuple[list[object], Changes]:
    """Decide a group in its order; return an answer for each request (of a `Drain` None) and what is to be written."""
    desk = _Desk(book, Changes(), now_s)
    return [_settled(desk, asked) for asked in group], desk.changes


def _settled(desk: "_Desk", asked: Request) -> object:
    match asked:
        case Pay():
            return _pay(desk, asked)
        case Mark():
            _mark(desk, asked)
            return None
        case Refund():
            return _refund(desk, asked)
        case OpenWallet():
            return _open_wallet(desk, asked)
        case HasWallet(viewer):
            return desk.wallet(viewer) is not None
        case TopUp():
            return _top_up(desk, asked)
        case Follow():
            return _follow(desk, asked)
        case OpenRound():
            return _open_round(desk, asked)
        case KeepParts():
            _keep_parts(desk, asked)
            return None
        case AskPart(room, show, viewer):
            of_show, part = desk.part(room, viewer)
            return part if of_show == show else None
        case ForgetParts():
            return _forget_parts(desk, asked)
        case SetRule(viewer, rule):
            desk.book.rules[viewer] = desk.changes.rules[viewer] = rule
            return None
        case Drain():
            return None
        case _:
            assert_never(asked)


def _open_wallet(desk: "_Desk", asked: OpenWallet) -> int:
    wallet = desk.wallet(asked.viewer)
    if wallet is None:
        wallet = desk.open(WALLET + asked.viewer, "wallet")
        desk.move("open", desk.known(MINT, "source"), wallet, asked.coins)
    return wallet.balance_coins


def _pay(desk: "_Desk", asked: Pay) -> Answer:
    wallet = desk.wallet(asked.viewer)
    balance_coins = wallet.balance_coins if wallet is not None else 0
    known = desk.book.gifts.get((asked.viewer, asked.id))
    if known is not None:
        if (known.gift, known.count) != (asked.gift, asked.count):
            return NotPaid(balance_coins, OTHER_GIFT)
        told = "committed" if known.state == "playing" else known.state
        return PaidBefore(cast(GiftState, told), balance_coins, known.reason)
    if asked.obstacle:
        return NotPaid(balance_coins, asked.obstacle)
    if not 0 <= asked.price_coins <= PRICE_COINS_MAX or not 0 < asked.count <= GIFT_COUNT_MAX:
        return NotPaid(balance_coins, NO_PRICE)
    if wallet is None or balance_coins < asked.price_coins:
        reason = f"It costs {asked.price_coins} coins and you have {balance_coins}; it was not paid."
        return NotPaid(balance_coins, reason)
    day = int(desk.now_s // DAY_S)
    day_coins, show_coins = wallet.spent(day, asked.show)
    rule = rule_for(asked.viewer, desk.book.rules)
    if refusal := refusal_of(rule, asked.price_coins, day_coins, show_coins, desk.now_s):
        return NotPaid(balance_coins, refusal)
    number = desk.move("gift", wallet, desk.known(HOUSE, "house"), asked.price_coins)
    desk.book.unfinished_coins += asked.price_coins
    desk.note_spent(wallet, day, day_coins + asked.price_coins, asked.show, show_coins + asked.price_coins)
    desk.book.gifts[asked.viewer, asked.id] = KnownGift(
        number, asked.gift, asked.price_coins, "committed", "", desk.now_s, asked.show, asked.count
    )
    row = (number, wallet.number, asked.id, asked.name, asked.gift, asked.price_coins, asked.room, asked.show)
    desk.changes.gifts.append((*row, asked.count))
    desk.changes.outbox.append((number, asked.room))
    return Paid(wallet.balance_coins, number)


def _mark(desk: "_Desk", asked: Mark) -> None:
    known = desk.book.gifts.get((asked.viewer, asked.id))
    if known is None or known.state in ("done", "refunded"):
        return
    known.state = asked.state
    desk.changes.states[known.number] = (asked.state, "")
    if asked.state == "done":
        desk.changes.finished.append(known.number)
        desk.book.unfinished_coins -= known.price_coins


def _refund(desk: "_Desk", asked: Refund) -> int | None:
    known = desk.book.gifts.get((asked.viewer, asked.id))
    wallet = desk.wallet(asked.viewer)
    if known is None or wallet is None or known.state in ("done", "refunded"):
        return None
    known.state, known.reason = "refunded", asked.reason
    desk.book.unfinished_coins -= known.price_coins
    number = desk.move("refund", desk.known(HOUSE, "house"), wallet, known.price_coins)
    day_coins = wallet.day_coins - known.price_coins * (int(known.at_s // DAY_S) == wallet.day)
    show_coins = wallet.show_coins - known.price_coins * (known.show == wallet.show)
    desk.note_spent(wallet, wallet.day, max(day_coins, 0), wallet.show, max(show_coins, 0))
    desk.changes.refunds.append((number, known.number))
    desk.changes.states[known.number] = ("refunded", asked.reason)
    desk.changes.finished.append(known.number)
    return wallet.balance_coins


def _top_up(desk: "_Desk", asked: TopUp) -> ToppedUp | NotToppedUp:
    wallet = desk.wallet(asked.viewer)
    if wallet is None:
        return NotToppedUp(NO_WALLET)
    known = desk.book.topups.get((asked.provider, asked.id))
    if known is not None:
        is_same = known == KnownTopUp(asked.viewer, asked.coins)
        return ToppedUp(wallet.balance_coins, is_repeat=True) if is_same else NotToppedUp(OTHER_TOPUP)
    if not 0 < asked.coins <= TOPUP_COINS_MAX:
        return NotToppedUp(NO_AMOUNT)
    if wallet.balance_coins + asked.coins > WALLET_COINS_MAX:
        return NotToppedUp(WALLET_FULL)
    if asked.provider == PRIZES:
        payer = desk.known(HOUSE, "house")
        if payer.balance_coins - desk.book.unfinished_coins < asked.coins:
            return NotToppedUp(HOUSE_POOR)
    else:
        payer = desk.known(PROVIDER + asked.provider, "source")
    number = desk.move("topup", payer, wallet, asked.coins)
    desk.book.topups[asked.provider, asked.id] = KnownTopUp(asked.viewer, asked.coins)
    desk.changes.topups.append((number, wallet.number, asked.provider, asked.id, asked.coins))
    return ToppedUp(wallet.balance_coins, is_repeat=False)


def _follow(desk: "_Desk", asked: Follow) -> Following:
    key, book = (asked.room, asked.viewer), desk.book
    is_following = key in book.following
    if asked.is_following is not None and asked.is_following != is_following:
        is_following = asked.is_following
        desk.changes.follows[key] = desk.now_s if is_following else None
        (book.following.add if is_following else book.following.discard)(key)
        count = book.followers.get(asked.room, 0) + (1 if is_following else -1)
        book.followers[asked.room] = desk.changes.followers[asked.room] = count
    return Following(is_following, book.followers.get(asked.room, 0))


def _open_round(desk: "_Desk", asked: OpenRound) -> Round:
    show, known = desk.book.rounds.get(asked.room, ("", None))
    if known is not None and show == asked.show and not asked.is_another:
        return known
    number = known.number + 1 if known is not None and show == asked.show else 1
    fresh = Round(number, desk.book.last_transfer)
    desk.book.rounds[asked.room] = desk.changes.rounds[asked.room] = asked.show, fresh
    return fresh


def _keep_parts(desk: "_Desk", asked: KeepParts) -> None:
    for part in asked.parts:
        viewer, likes, watched_s, camp = part
        show, before = desk.changes.parts.get((asked.room, viewer), ("", None))
        if before is not None and show == asked.show:
            part = (viewer, max(before[1], likes), max(before[2], watched_s), camp or before[3])
        desk.changes.parts[asked.room, viewer] = asked.show, part


def _forget_parts(desk: "_Desk", asked: ForgetParts) -> str | None:
    newest, _ = desk.book.rounds.get(asked.room, ("", None))
    if newest != asked.show:  # another server has the room by now, and these may be its parts
        return None
    looked_at = desk.book.shows.get((asked.room, asked.after), [])
    desk.changes.forgotten += [(asked.room, viewer) for viewer, show in looked_at if show != asked.show]
    return looked_at[-1][0] if len(looked_at) == PARTS_AT_ONCE else None


class _Desk:
    """Write in the book and in the changes alike, so that the next request of a group sees the one before."""

    def __init__(self, book: Book, changes: Changes, now_s: float) -> None:
        self.book = book
        self.changes = changes
        self.now_s = now_s

    def wallet(self, viewer: str) -> Account | None:
        return self.book.accounts.get(WALLET + viewer)

    def known(self, name: str, kind: Kind) -> Account:
        """Return an account of our own, opened when it is first needed."""
        return self.book.accounts.get(name) or self.open(name, kind)

    def open(self, name: str, kind: Kind) -> Account:
        self.book.last_account += 1
        account = Account(self.book.last_account, name)
        self.book.accounts[name] = account
        self.changes.accounts.append((account.number, name, kind))
        return account

    def part(self, room: str, viewer: str) -> tuple[str, PartRow | None]:
        """Return of which show a viewer's part is known, and the part."""
        key = room, viewer
        return self.changes.parts.get(key) or self.book.parts.get(key) or ("", None)

    def move(self, kind: TransferKind, payer: Account, payee: Account, coins: int) -> int:
        """Book one transfer and return its number."""
        self.book.last_transfer += 1
        number = self.book.last_transfer
        changes = self.changes
        changes.transfers.append((number, kind, self.now_s))
        changes.entries += ((number, payer.number, -coins), (number, payee.number, coins))
        balances = changes.balances
        balances[payer.number] = balances.get(payer.number, 0) - coins
        balances[payee.number] = balances.get(payee.number, 0) + coins
        payer.balance_coins -= coins
        payee.balance_coins += coins
        return number

    def note_spent(self, wallet: Account, day: int, day_coins: int, show: str, show_coins: int) -> None:
        wallet.day, wallet.day_coins, wallet.show, wallet.show_coins = day, day_coins, show, show_coins
        self.changes.spent[wallet.number] = (day, day_coins, show, show_coins)
