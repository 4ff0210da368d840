"""How often and when a webhook is tried: back-off with jitter for a message, a breaker for an address, as values.

A program that is down is not asked for every message: after some failures in a row its breaker opens, nothing is tried
for a while, and then one message tries whether it is back. Only tries count, so a message outlives any pause.
"""

from dataclasses import dataclass, replace
from typing import Final

TRIES_MAX: Final = 12
FAILURES_MAX: Final = 5  # in a row, before the breaker opens


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a webhook is waited for: an answer, the next try (doubled each time), and a program that is down."""

    answer_s: float = 10.0  # from the first byte sent to the last one read
    backoff_s: float = 1.0
    open_s: float = 10.0
    wait_s_max: float = 600.0


USUAL: Final = Patience()


def wait_s(patience: Patience, tries: int, luck: float, asked_s: float = 0.0) -> float:
    """Return the seconds until the next try after so many; `luck` from 0 to 1 spreads them over half to all of it.

    A program may have asked for more time (Retry-After), up to the longest wait that there is.
    """
    whole_s = min(patience.backoff_s * 2.0 ** (tries - 1), patience.wait_s_max)
    return max(whole_s * (0.5 + 0.5 * luck), min(asked_s, patience.wait_s_max))


@dataclass(frozen=True, slots=True)
class Breaker:
    """Count failures in a row; while it is open nothing is tried before `closed_at_s`, and then one message."""

    failures: int = 0
    closed_at_s: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the program is taken for down."""
        return self.failures >= FAILURES_MAX


CLOSED: Final = Breaker()


def after_failure(patience: Patience, breaker: Breaker, now_s: float, luck: float) -> Breaker:
    """Return the breaker after one more failure."""
    breaker = replace(breaker, failures=breaker.failures + 1)
    if not breaker.is_open:
        return breaker
    whole_s = min(patience.open_s * 2.0 ** (breaker.failures - FAILURES_MAX), patience.wait_s_max)
    return replace(breaker, closed_at_s=now_s + whole_s * (0.5 + 0.5 * luck))
