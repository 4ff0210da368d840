"""Which of the committed gifts the room has been handed: each once, whether an answer or the outbox brings it first."""

from collections.abc import Iterator

from avatar_live.server.ledger.requests import FROM_THE_START, Drained, Unfinished


class Outbox:
    """Remember what was handed over since the last look into the ledger's outbox."""

    def __init__(self) -> None:
        self.seen = FROM_THE_START  # the last transfer that a look went up to
        self._handed: set[int] = set()

    def take(self, number: int) -> bool:
        """Hand over the gift of an answer; False when the outbox was faster."""
        if number in self._handed:
            return False
        self._handed.add(number)
        return True

    def take_all(self, drained: Drained) -> Iterator[Unfinished]:
        """Yield what no answer has brought.

        Answers and looks arrive in the ledger's order, so only a gift of the look's own group may be answered later.
        """
        handed, self._handed = self._handed, {one.number for one in drained.gifts}
        self.seen = drained.number
        yield from (one for one in drained.gifts if one.number not in handed)
