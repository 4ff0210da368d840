"""Keep the coins: double entry in SQLite or PostgreSQL, written by one thread, in groups, before anybody is told.

    request -> group -> read the rows it names -> settle (the rule book, pure) -> write -> commit -> answer

A gift's id is the client's own, and unique among the viewer's gifts; the state of a gift (`committed`, `playing`,
`done`, `refunded`) and the outbox beside it are what a restarted server goes on from.
"""

from avatar_live.server.ledger.ledger import GROUP_MAX, LEDGER_FILE, NOT_PAID, Ledger, LedgerError
from avatar_live.server.ledger.requests import Answer, NotPaid, Paid, PaidBefore, Unfinished

__all__ = [
    "GROUP_MAX",
    "LEDGER_FILE",
    "NOT_PAID",
    "Answer",
    "Ledger",
    "LedgerError",
    "NotPaid",
    "Paid",
    "PaidBefore",
    "Unfinished",
]
