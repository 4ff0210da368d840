"""When body and hands are looked for: as often as each is worth it and the face, looked for in every picture, leaves
time for.
"""

from typing import Final, Literal

Part = Literal["body", "hands"]
PARTS: Final[tuple[Part, Part]] = ("body", "hands")

# Where a hand can be, fingers want 13 looks a second and more, and arms follow between ten. Where none can, the body is
# shoulders that lean, and a look for hands now and then finds one that no wrist announces.
BODY_PERIOD_S, HANDS_PERIOD_S = 1.0 / 10.0, 1.0 / 15.0
BODY_AWAY_PERIOD_S, HANDS_AWAY_PERIOD_S = 1.0 / 6.0, 1.0 / 3.0
TURN_SLACK_S: Final = 0.005  # cameras jitter: a turn that is nearly due is taken
# However slow the machine, a turn is taken this often: an arm that is read 3 times a second still follows.
TURN_PERIOD_S_MAX: Final = 0.15
BUSY_SHARE: Final = 0.8  # of the time between two pictures; the rest is for whatever else the process does
# Time in which a look waited for a core is time that the stage waited, too: it costs so many times more.
WAIT_PRICE: Final = 3.0
PERIOD_S_FIRST: Final = 1.0 / 30.0
PERIOD_S_MAX: Final = 0.1
PERIOD_GROWTH: Final = 1.02  # a picture; pictures that were missed make no camera slower, but darkness does


class Turns:
    """Keep an account of the time that looks may take: each picture brings some, each look costs what it took."""

    def __init__(self) -> None:
        self._period_s = PERIOD_S_FIRST
        self._account_s = 0.0
        self._seen_s: float | None = None
        self._turn_s: dict[Part, float] = dict.fromkeys(PARTS, float("-inf"))

    def see(self, captured_s: float) -> None:
        """Take in that a new picture came."""
        if self._seen_s is not None and captured_s > self._seen_s:
            gap_s = captured_s - self._seen_s
            self._period_s = min(gap_s, self._period_s * PERIOD_GROWTH, PERIOD_S_MAX)
        self._seen_s = captured_s
        # Time that nobody used is gone: the next picture's face would pay for it.
        income_s = BUSY_SHARE * self._period_s
        self._account_s = min(self._account_s + income_s, income_s)

    def spend(self, spent_s: float, waited_s: float = 0.0) -> None:
        """Take in what a look has cost, and how much of that it waited for a core that others had."""
        price_s = spent_s + (WAIT_PRICE - 1.0) * min(max(waited_s, 0.0), spent_s)
        self._account_s = max(self._account_s - price_s, -TURN_PERIOD_S_MAX)

    def take(self, *, are_hands_near: bool) -> Part | None:
        """Return whose turn this picture is, which then is taken; None where none is due or affordable."""
        assert self._seen_s is not None, "see() comes before take()"
        body_wait_s, hands_wait_s = (self._seen_s - self._turn_s[part] for part in PARTS)
        is_bodys = body_wait_s >= (BODY_PERIOD_S if are_hands_near else BODY_AWAY_PERIOD_S) - TURN_SLACK_S
        is_hands = hands_wait_s >= (HANDS_PERIOD_S if are_hands_near else HANDS_AWAY_PERIOD_S) - TURN_SLACK_S
        wait_s_max = TURN_PERIOD_S_MAX - TURN_SLACK_S
        is_affordable = self._account_s > 0.0 or min(body_wait_s, hands_wait_s) >= wait_s_max
        if not (is_bodys or is_hands) or not is_affordable:
            return None
        do_hands_lead = are_hands_near if body_wait_s < wait_s_max else hands_wait_s > body_wait_s
        part: Part = "hands" if is_hands and (do_hands_lead or not is_bodys) else "body"
        self._turn_s[part] = self._seen_s
        return part
