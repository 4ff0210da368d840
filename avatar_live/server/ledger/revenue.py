"""What the operator wants to know: who has what, what was earned, and everything as CSV."""

import csv
import datetime
import io
from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from avatar_live.server.ledger.book import DAY_S, WALLET
from avatar_live.server.ledger.reports import Reader

NUMBER_CHARACTERS_MIN: Final = 6  # of a wallet's number, to be named by its beginning
BY: Final = ("day", "show", "gift", "room")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would compute instead of show

_GIFTS: Final = (
    "SELECT transfer.number, at_s, gift.show, gift.room, account.name, gift.name, gift.id, gift.gift, count, "
    "price_coins, state, reason FROM gift JOIN transfer ON transfer.number = gift.transfer "
    "JOIN account ON account.number = wallet ORDER BY transfer.number"
)
_TOPUPS: Final = (
    "SELECT transfer.number, at_s, account.name, provider, topup.id, coins FROM topup "
    "JOIN transfer ON transfer.number = topup.transfer JOIN account ON account.number = wallet ORDER BY transfer.number"
)
_ENTRIES: Final = (
    "SELECT transfer.number, at_s, transfer.kind, account.name, coins FROM entry "
    "JOIN transfer ON transfer.number = entry.transfer JOIN account ON account.number = entry.account "
    "ORDER BY transfer.number, account.number"
)
TABLES: Final = {
    "gifts": (_GIFTS, "transfer at show room wallet name id gift count price_coins state reason"),
    "topups": (_TOPUPS, "transfer at wallet provider id coins"),
    "entries": (_ENTRIES, "transfer at kind account coins"),
}


class Earned(NamedTuple):
    """What was earned `of` a day, a show, a gift or a room."""

    of: str
    gifts: int
    given_coins: int
    refunded_coins: int
    kept_coins: int
    topped_up_coins: int


def wallets(reader: Reader) -> Iterator[tuple[str, int, str]]:
    """Yield every wallet's number and coins, and the name under which its viewer gave last."""
    for name, coins, last_name in reader.rows(
        "SELECT account.name, balance_coins, coalesce(gift.name, '') FROM account "
        "LEFT JOIN (SELECT wallet, max(transfer) AS last FROM gift GROUP BY wallet) AS given ON given.wallet = number "
        "LEFT JOIN gift ON gift.transfer = last WHERE kind = 'wallet' ORDER BY account.number"
    ):
        yield name.removeprefix(WALLET), int(coins), last_name


def viewer_of(reader: Reader, beginning: str) -> str:
    """Return the one wallet whose number begins so. Raises ValueError."""
    names = [viewer for viewer, _, _ in wallets(reader)]
    if beginning in names:
        return beginning
    found = [name for name in names if name.startswith(beginning)]
    if len(beginning) < NUMBER_CHARACTERS_MIN or len(found) != 1:
        many = f"{len(found)} wallets" if len(beginning) >= NUMBER_CHARACTERS_MIN else "too many wallets"
        raise ValueError(f'"{beginning}" names {many}: write more of the number (`avatar-live ledger wallets`).')
    return found[0]


def revenue(reader: Reader, by: str) -> list[Earned]:
    """Return what was earned by day, show, gift or room; what came in is told by day alone. Raises ValueError."""
    if by not in BY:
        raise ValueError(f'Revenue is told by {", ".join(BY)}, not by "{by}".')
    rows: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for _, at_s, show, room, _, _, _, gift, count, price_coins, state, _ in reader.rows(_GIFTS):
        row = rows[{"day": _day(at_s), "show": show, "gift": gift, "room": room}[by]]
        row[0] += count
        row[1] += price_coins
        row[2] += price_coins if state == "refunded" else 0
    if by == "day":
        for _, at_s, _, _, _, coins in reader.rows(_TOPUPS):
            rows[_day(at_s)][3] += coins
    return [
        Earned(of, gifts, given, refunded, given - refunded, topped_up)
        for of, (gifts, given, refunded, topped_up) in sorted(rows.items())
    ]


def as_csv(reader: Reader, table: str) -> Iterator[str]:
    """Yield the lines of a table; what a spreadsheet would take for a formula is written as text. Raises ValueError."""
    if table not in TABLES:
        raise ValueError(f'There is no table "{table}": name {", ".join(TABLES)}.')
    query, columns = TABLES[table]
    yield ",".join(columns.split()) + "\r\n"
    line = io.StringIO()
    writer = csv.writer(line)
    for number, at_s, *rest in reader.rows(query):
        at = datetime.datetime.fromtimestamp(at_s, datetime.UTC).isoformat(timespec="milliseconds")
        writer.writerow([number, at, *(_shown(one) for one in rest)])
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def _shown(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value.removeprefix(WALLET) if isinstance(value, str) else value


def _day(at_s: float) -> str:
    return datetime.datetime.fromtimestamp(at_s // DAY_S * DAY_S, datetime.UTC).date().isoformat()
