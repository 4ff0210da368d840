"""Who has connected and not yet said what they want: bounded, since each of them holds a file of ours."""

from typing import Final

from avatar_live.edge.address import household, is_own
from avatar_live.edge.callers import Callers

PENDING_MAX: Final = 5_000  # a restart lets thousands of pages come back at once
PENDING_EACH_MAX: Final = 200  # of one address


class Doorstep:
    """Count them, of each address and altogether; proxies and programs of this machine stand for many."""

    def __init__(self, callers: Callers, pending_max: int = PENDING_MAX, each_max: int = PENDING_EACH_MAX) -> None:
        self._callers = callers
        self._pending_max = pending_max
        self._each_max = each_max
        self._each: dict[str, int] = {}
        self.count = 0

    def enter(self, peer: str) -> bool:
        """Count one more; False when it must go."""
        name = self._name_of(peer)
        each = self._each.get(name, 0)
        if self.count >= self._pending_max or (name and each >= self._each_max):
            return False
        self.count += 1
        self._each[name] = each + 1
        return True

    def leave(self, peer: str) -> None:
        """Count one less that has entered: it has said what it wants, or is gone."""
        name = self._name_of(peer)
        self.count -= 1
        if self._each[name] == 1:
            del self._each[name]
        else:
            self._each[name] -= 1

    def _name_of(self, peer: str) -> str:
        return "" if is_own(peer) or self._callers.is_proxy(peer) else household(peer)
