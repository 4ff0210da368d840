"""When body and hands are looked for: as often as the face leaves time for, which is looked for in every picture."""

from typing import Final

# Arms and fingers move slower than lips: 20 looks a second at each of the two are enough.
TURN_PERIOD_S_MIN: Final = 1.0 / 40.0
TURN_SLACK_S: Final = 0.005  # cameras jitter: a turn that is nearly due is taken
# However slow the machine, a turn is taken this often: an arm that is read 3 times a second still follows.
TURN_PERIOD_S_MAX: Final = 0.15
BUSY_SHARE: Final = 0.95  # of the time between two pictures; the rest is for whatever else the process does
PERIOD_S_FIRST: Final = 1.0 / 30.0
PERIOD_S_MAX: Final = 0.1
PERIOD_GROWTH: Final = 1.02  # a picture; pictures that were missed make no camera slower, but darkness does


class Turns:
    """Keep an account of the time that looks may take: each picture brings some, each look costs what it took."""

    def __init__(self) -> None:
        self._period_s = PERIOD_S_FIRST
        self._account_s = 0.0
        self._seen_s: float | None = None
        self._turn_s = float("-inf")

    def see(self, captured_s: float) -> None:
        """Take in that a new picture came."""
        if self._seen_s is not None and captured_s > self._seen_s:
            gap_s = captured_s - self._seen_s
            self._period_s = min(gap_s, self._period_s * PERIOD_GROWTH, PERIOD_S_MAX)
        self._seen_s = captured_s
        # Time that nobody used is gone: the next picture's face would pay for it.
        income_s = BUSY_SHARE * self._period_s
        self._account_s = min(self._account_s + income_s, income_s)

    def spend(self, spent_s: float) -> None:
        """Take in what a look has cost."""
        self._account_s = max(self._account_s - spent_s, -TURN_PERIOD_S_MAX)

    def take(self) -> bool:
        """Tell whether this picture's turn is affordable and due; if so it is taken."""
        assert self._seen_s is not None, "see() comes before take()"
        waited_s = self._seen_s - self._turn_s
        is_due = waited_s >= TURN_PERIOD_S_MIN - TURN_SLACK_S
        if not is_due or (self._account_s <= 0.0 and waited_s < TURN_PERIOD_S_MAX - TURN_SLACK_S):
            return False
        self._turn_s = self._seen_s
        return True
