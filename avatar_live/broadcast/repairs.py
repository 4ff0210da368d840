"""How much of what a viewer lost is sent again: what losses by chance need, and never enough to fill its network."""

from collections import deque
from math import exp
from typing import Final

REPAIR_SHARE: Final = 0.3  # of what is sent; one packet lost in five takes a quarter, with repairs that get lost too
REPAIR_BURST_S: Final = 0.25  # of the stream: a hole of this length is filled at once
REPAIR_BURST_BYTES_MIN: Final = 12 * 1024
REPAIR_BURST_BYTES_MAX: Final = 64 * 1024
RATE_MEMORY_S: Final = 1.0
# A repair that is lost, too, is asked for a round trip and more later, and by then the picture stands: at 2 % of loss
# that alone was two freezes a minute. While little is lost and no queue has grown, every repair is sent twice.
AMPLE_SHARE: Final = 0.75  # of the budget must be left
AMPLE_DELAY_S: Final = 0.05
# Browsers ask again after the round trip that they knew before a queue grew, and would fill it with copies.
PATIENCE: Final = 1.25  # round trips
REMEMBERED_MAX: Final = 512  # packets: more are not asked for at once


class Repairs:
    """Keep a budget that grows with what is sent.

    A viewer whose network is suddenly narrow asks for all that its queue threw away, and asks again when the repair is
    thrown away, too. Answered in full, that alone filled a link of 800 kbit/s for ten seconds.
    """

    def __init__(self) -> None:
        self._left_bytes = float(REPAIR_BURST_BYTES_MIN)
        self._recent_bytes = self._recent_s = 0.0
        self._rtt_s = self._delay_s = 0.0
        self._sent_s: dict[int, float] = {}  # by number, when it was sent again
        self._order: deque[int] = deque()
        self.refused = 0

    def earn(self, sent_bytes: int, now_s: float) -> None:
        """Add the share of what was sent for the first time."""
        memory = exp((self._recent_s - now_s) / RATE_MEMORY_S)
        self._recent_bytes, self._recent_s = self._recent_bytes * memory + sent_bytes, now_s
        self._left_bytes = min(self._left_bytes + sent_bytes * REPAIR_SHARE, self._burst_bytes)

    def know(self, rtt_s: float, delay_s: float) -> None:
        """Take note of the round trip, and of how much of it is a queue that has grown."""
        self._rtt_s, self._delay_s = rtt_s, delay_s

    def is_on_its_way(self, number: int, now_s: float) -> bool:
        """Say whether a packet was sent again so lately that it cannot have been missed yet."""
        sent_s = self._sent_s.get(number)
        return sent_s is not None and now_s - sent_s < PATIENCE * self._rtt_s

    def allow(self, number: int, packet_bytes: int, now_s: float) -> bool:
        """Take a packet that is to be sent again from the budget; False when it holds no more, which is counted."""
        if packet_bytes > self._left_bytes:
            self.refused += 1
            return False
        self._left_bytes -= packet_bytes
        if number not in self._sent_s:
            self._order.append(number)
            if len(self._order) > REMEMBERED_MAX:
                del self._sent_s[self._order.popleft()]
        self._sent_s[number] = now_s
        return True

    def spare(self, packet_bytes: int) -> bool:
        """Take a packet that is sent a second time to be sure; False while more is lost than chance explains."""
        if self._delay_s > AMPLE_DELAY_S or self._left_bytes - packet_bytes < self._burst_bytes * AMPLE_SHARE:
            return False
        self._left_bytes -= packet_bytes
        return True

    @property
    def _burst_bytes(self) -> float:
        burst_bytes = self._recent_bytes * REPAIR_BURST_S / RATE_MEMORY_S
        return min(max(burst_bytes, REPAIR_BURST_BYTES_MIN), REPAIR_BURST_BYTES_MAX)
