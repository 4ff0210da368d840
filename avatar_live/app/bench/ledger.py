"""Measure how many gifts a second the ledger commits, each answered when the disk has it, and PostgreSQL beside it.

The same ledger, the same rule book and the same size of group on both; every gift is a transfer with two entries, a
balance, a gift's row and an outbox row. By turns, so that a disturbance meets both.
"""

import contextlib
import itertools
import statistics
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any, Final

from avatar_live import clock
from avatar_live.app.bench.private_postgresql import has_postgresql, private_postgresql
from avatar_live.app.faults import ShowError
from avatar_live.server.ledger import Answer, Ledger, Paid
from avatar_live.server.ledger.ledger import GROUP_S

VIEWERS: Final = 2_000
WAITING_GROUPS: Final = 2  # asked beforehand, so that the ledger never waits for the bench
_S_MAX: Final = 120.0


def measure_ledger(gifts: int, batch: int, rounds: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Return gifts a second, the ratio to PostgreSQL at the same batch (None without one) and a commit's times.

    Raises ShowError when the books do not add up afterwards.
    """
    with contextlib.ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="avatar-live-")))
        ours = opened.enter_context(_books(folder / "ledger.sqlite3", batch))
        peer = None
        if has_postgresql():
            server = opened.enter_context(private_postgresql())
            peer = opened.enter_context(_books(server.database(), batch))
        turns: dict[str, list[_Turn]] = {"sqlite": [], "postgresql": []}
        for number in range(rounds):
            turns["sqlite"].append(_give(ours, f"r{number}", gifts, batch))
            if peer is not None:
                turns["postgresql"].append(_give(peer, f"r{number}", gifts, batch))
            report(f"round {number + 1}: " + ", ".join(f"{name} {t[-1].rate:,.0f}/s" for name, t in turns.items() if t))
        alone_ms = _give(ours, "alone", max(gifts // 100, 50), 1).waits_ms
        for ledger in (ours, peer):
            if ledger is not None and not (books := ledger.reconcile().result(_S_MAX)).is_sound:
                raise ShowError(f"The books do not add up: {books}.")
    rate = statistics.median(turn.rate for turn in turns["sqlite"])
    peer_rate = statistics.median(turn.rate for turn in turns["postgresql"]) if peer is not None else None
    waits_ms = sorted(wait_ms for turn in turns["sqlite"] for wait_ms in turn.waits_ms)
    return {
        "gifts_per_second": round(rate),
        "postgresql_gifts_per_second": None if peer_rate is None else round(peer_rate),
        "ratio_to_postgresql": None if peer_rate is None else round(rate / peer_rate, 2),
        "batch": batch,
        "gifts": gifts * rounds,
        "commit_ms_p50": round(_quantile(waits_ms, 0.50), 2),
        "commit_ms_p99": round(_quantile(waits_ms, 0.99), 2),
        "alone_ms_p50": round(_quantile(sorted(alone_ms), 0.50), 2),
        "alone_ms_p99": round(_quantile(sorted(alone_ms), 0.99), 2),
        "group_ms": GROUP_S * 1e3,
    }


class _Turn:
    """What one turn measured: gifts a second, and for each group the milliseconds from asking to its last answer."""

    def __init__(self, rate: float, waits_ms: list[float]) -> None:
        self.rate = rate
        self.waits_ms = waits_ms


@contextlib.contextmanager
def _books(where: Path | str, batch: int) -> Iterator[Ledger]:
    with contextlib.closing(Ledger(where, group_s=0.0, group_max=batch)) as ledger:
        opened: list[Future[Any]] = [ledger.open_wallet(f"viewer-{number}") for number in range(VIEWERS)]
        filled: list[Future[Any]] = [
            ledger.top_up(f"viewer-{number}", "bench", f"t-{number}", 1_000_000) for number in range(VIEWERS)
        ]
        wait(opened + filled, _S_MAX)
        yield ledger


def _give(ledger: Ledger, name: str, gifts: int, batch: int) -> _Turn:
    numbers = itertools.count()
    waiting: list[tuple[float, list[Future[Answer]]]] = []
    waits_ms: list[float] = []

    def ask() -> None:
        asked_s = clock.now_s()
        group = []
        for number in itertools.islice(numbers, batch):
            viewer = f"viewer-{number % VIEWERS}"
            group.append(ledger.pay(viewer, "Somebody", f"{name}-{number}", "tomato", 5))
        waiting.append((asked_s, group))

    def take() -> None:
        asked_s, group = waiting.pop(0)
        answers = [one.result(_S_MAX) for one in group]
        waits_ms.append(1e3 * (clock.now_s() - asked_s))
        if not all(isinstance(answer, Paid) for answer in answers):
            raise ShowError("The ledger did not take a gift.")

    began_s = clock.now_s()
    for _ in range(gifts // batch):
        ask()
        if len(waiting) >= (WAITING_GROUPS if batch > 1 else 1):
            take()
    while waiting:
        take()
    return _Turn(gifts // batch * batch / (clock.now_s() - began_s), waits_ms)


def _quantile(values: list[float], share: float) -> float:
    return values[min(int(share * len(values)), len(values) - 1)]
