"""What crosses a thread or a process, and how it may be lost.

`Latest` and `Slot` hold the newest value and forget older ones; `Lossless` and `Link` keep order and lose nothing
below their limit. `processes` is the vocabulary: what each process is started with and says to the others.
"""

from avatar_live.channels.latest import Latest
from avatar_live.channels.lossless import Lossless
from avatar_live.channels.slot import PictureSlot, Slot

__all__ = ["Latest", "Lossless", "PictureSlot", "Slot"]
