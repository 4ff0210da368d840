"""Who may talk, how often, and what must not be said: the state that moderation keeps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

BANNED_MAX: Final = 10_000
MUTED_MAX: Final = 10_000
MODERATORS_MAX: Final = 100


@dataclass(frozen=True, slots=True)
class Order:
    """Viewers are named by digest; `muted` says until when, on the clock of `step`."""

    moderators: frozenset[str] = frozenset()
    banned: Mapping[str, str] = field(default_factory=dict)  # with the reason
    muted: Mapping[str, float] = field(default_factory=dict)
    slow_s: float = 0.0
    is_frozen: bool = False
    has_links: bool = True
    words: frozenset[str] = frozenset()  # folded, see `filter.py`
    authors: Mapping[int, str] = field(default_factory=dict)  # of the lines that the room keeps
    reports: Mapping[int, frozenset[str]] = field(default_factory=dict)
    removed: tuple[int, ...] = ()


IN_ORDER: Final = Order()
