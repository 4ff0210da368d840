"""How much of what a viewer lost is sent again: what losses by chance need, and never enough to fill its network."""

from typing import Final

REPAIR_SHARE: Final = 0.3  # of what is sent; one packet lost in five takes a quarter, with repairs that get lost too
REPAIR_BURST_BYTES: Final = 64 * 1024  # a hole of a quarter of a second is filled at once


class Repairs:
    """Keep a budget that grows with what is sent.

    A viewer whose network is suddenly narrow asks for all that its queue threw away, and asks again when the repair is
    thrown away, too. Answered in full, that alone filled a link of 800 kbit/s for ten seconds.
    """

    def __init__(self) -> None:
        self._left_bytes = float(REPAIR_BURST_BYTES)
        self.refused = 0

    def earn(self, sent_bytes: int) -> None:
        """Add the share of what was sent for the first time."""
        self._left_bytes = min(self._left_bytes + sent_bytes * REPAIR_SHARE, REPAIR_BURST_BYTES)

    def allow(self, packet_bytes: int) -> bool:
        """Take a packet that is to be sent again from the budget; False when it holds no more, which is counted."""
        if packet_bytes > self._left_bytes:
            self.refused += 1
            return False
        self._left_bytes -= packet_bytes
        return True
