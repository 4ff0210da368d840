"""How a bridge stands."""

from typing import Literal

import msgspec

Standing = Literal["connecting", "connected", "retrying", "refused", "listening"]


class BridgeState(msgspec.Struct, frozen=True):
    """How a bridge stands, and how much came over it."""

    source: str
    state: Standing
    reason: str
    taken: int
