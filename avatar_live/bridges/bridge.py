"""Keep one bridge standing: begin, tell what happens, begin again after a break with longer and longer pauses."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final

import httpx
from websockets.exceptions import WebSocketException

from avatar_live.bridges.happening import Happening, Happenings, Hear, NotUnderstoodError, Seen
from avatar_live.bridges.state import BridgeState, Standing

AGAIN_S: Final = 1.0
AGAIN_S_MAX: Final = 60.0
CALL_S_MAX: Final = 10.0  # of one HTTP call
FRAME_BYTES_MAX: Final = 1_048_576
BREAKS: Final = (OSError, TimeoutError, WebSocketException, httpx.HTTPError, NotUnderstoodError)
REFUSED: Final = (400, 401, 403, 404)  # not better by asking again

_log: Final = logging.getLogger(__name__)


class BridgeRefusedError(Exception):
    """Say in a few words why the platform does not want us; asking again would not help."""


class BridgeBusyError(Exception):
    """Say in a few words why the platform does not want us just now; it is asked again later."""


class Bridge:
    """One platform's bridge; `carry` connects, calls `connected` and `take`, and returns or raises when it breaks."""

    def __init__(self, source: str, hear: Hear, carry: "Callable[[Bridge], Awaitable[None]] | None" = None) -> None:
        self.source = source
        self._hear = hear
        self._carry = carry  # None: the platform comes to us
        self._seen = Seen()
        self._taken = 0
        self._again_s = AGAIN_S
        self._state: Standing = "listening" if carry is None else "connecting"
        self._reason = ""

    @property
    def state(self) -> BridgeState:
        """How it stands."""
        return BridgeState(self.source, self._state, self._reason, self._taken)

    def connected(self, reason: str = "") -> None:
        """Say that the platform speaks to us, and what it keeps from us."""
        self._state, self._reason, self._again_s = "connected", reason, AGAIN_S

    def take(self, happenings: Happenings) -> None:
        """Let these happen here, each once."""
        for one in happenings:
            if self._seen.is_new(_key(one)):
                self._taken += 1
                self._hear(one)

    async def keep(self) -> None:
        """Carry for ever, or until the platform refuses."""
        while self._carry is not None:
            try:
                await self._carry(self)
                self._broke("it hung up")
            except BridgeRefusedError as refusal:
                self._state, self._reason = "refused", str(refusal)
                _log.warning("%s: %s", self.source, refusal)
                return
            except BridgeBusyError as busy:
                _log.warning("%s: %s; asking again", self.source, busy)
                self._broke(str(busy))
            except BREAKS as error:
                self._broke(type(error).__name__)  # its words may hold an address with a key
            except Exception as error:  # whatever a platform sends: no surprise ends a bridge
                _log.warning("%s: the bridge stumbled (%s); beginning again", self.source, type(error).__name__)
                self._broke(f"the bridge stumbled ({type(error).__name__})")
            await asyncio.sleep(self._again_s * (0.5 + 0.5 * random.random()))
            self._again_s = min(self._again_s * 2.0, AGAIN_S_MAX)

    def _broke(self, reason: str) -> None:
        self._state, self._reason = "retrying", reason


def _key(one: Happening) -> str:
    """Return what names a happening: one message may be several."""
    return f"{type(one).__name__}/{one.id}" if one.id else ""
