"""How many lines come from one address, and how much all of them say together.

Behind one address there may be an office, a school or a phone network: the limits are far above what a household does,
and `--lines-per-address` moves them. Programs of this machine are not counted.
"""

from typing import Final

from avatar_live.edge.address import household, is_own

LINES_EACH_MAX: Final = 500
MESSAGES_EACH_HZ: Final = 500.0  # of all lines of an address: a hundred hands that never rest
MESSAGES_EACH_BURST: Final = 3_000.0
TOO_MANY_LINES: Final = "Too many pages of your network are here; try again in a minute."
TOO_MANY_MESSAGES: Final = "Your network says too much at once; come back in a moment."


class Household:
    """Count the lines of one address, and what they say."""

    __slots__ = ("_said", "_said_s", "address", "lines")

    def __init__(self, address: str) -> None:
        self.address = address
        self.lines = 0
        self._said = 0.0  # messages, less those that time has forgiven
        self._said_s = 0.0

    def may_say(self, now_s: float) -> bool:
        """Count a message; False when it is one too many."""
        self._said = max(self._said - (now_s - self._said_s) * MESSAGES_EACH_HZ, 0.0) + 1.0
        self._said_s = now_s
        return self._said <= MESSAGES_EACH_BURST


class Households:
    """Know the addresses from which lines are open just now."""

    def __init__(self, lines_max: int = LINES_EACH_MAX) -> None:
        self._lines_max = lines_max
        self._known: dict[str, Household] = {}

    def is_full(self, address: str) -> bool:
        """Say whether no more lines are let in from an address."""
        known = self._known.get(household(address))
        return known is not None and known.lines >= self._lines_max

    def enter(self, address: str) -> Household | None:
        """Count a line; None where nothing is counted."""
        if not address or is_own(address):
            return None
        name = household(address)
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = Household(name)
        known.lines += 1
        return known

    def leave(self, one: Household) -> None:
        """Count a line that is gone."""
        one.lines -= 1
        if one.lines == 0:
            self._known.pop(one.address, None)
