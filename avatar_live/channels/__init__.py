"""What crosses a thread or a process, and how it may be lost.

`Latest` and `Slot` hold the newest value and forget older ones; `Lossless` and `Link` keep order and lose nothing
below their limit. `processes` is the vocabulary: what each process is started with and says to the others.
"""

from typing import TYPE_CHECKING

from avatar_live.channels.latest import Latest
from avatar_live.channels.lossless import Lossless
from avatar_live.channels.slot import Slot

if TYPE_CHECKING:
    from avatar_live.channels.picture_slot import PictureSlot

__all__ = ["Latest", "Lossless", "PictureSlot", "Slot"]


def __getattr__(name: str) -> object:
    """Load `PictureSlot` when it is asked for (PEP 562): a process without pictures goes without numpy."""
    if name != "PictureSlot":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from avatar_live.channels.picture_slot import PictureSlot

    return PictureSlot
