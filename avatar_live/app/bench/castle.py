"""The outside game of `bench crash`: it sells effects on a real line, and keeps on its disk what it has done.

Run as `python -m avatar_live.app.bench.castle URL TOKEN JOURNAL`; a line of the journal is the id of an effect and what
it was. It is written in the moment in which the effect happens, and never twice by a game that keeps the contract.
"""

import asyncio
import contextlib
import sys
from pathlib import Path
from typing import Final

import msgspec
import websockets

from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.effects import EffectStep, OfferedEffect
from avatar_live.protocol.programs import Answer, OfferEffects, ReportEffect, to_program

GAME: Final = "castle"
SELLS: Final = (
    OfferedEffect("ghost", "Ghost", "👻", 30, at_once_max=16),
    OfferedEffect("fog", "Fog", "🌫", 40, seconds=1.0, at_once_max=16),
    OfferedEffect("leak", "Leak", "💧", 20, at_once_max=16),  # which always fails
)
RECONNECT_S: Final = 0.1
OFFER: Final = "offer"


class Castle:
    """Do what was paid once, over all lives of the game and of the room."""

    def __init__(self, journal: Path) -> None:
        journal.touch()
        self._done = {line.split(" ")[0] for line in journal.read_text().splitlines()}
        self._journal = journal.open("ab", buffering=0)
        self._asked: dict[str, str] = {}  # what each id is, until it is done

    async def live(self, url: str, token: str) -> None:
        """Sell for ever."""
        headers = {"Authorization": f"Bearer {token}"}
        while True:
            with contextlib.suppress(OSError, TimeoutError, websockets.WebSocketException):
                async with websockets.connect(url, additional_headers=headers) as line:
                    await self._visit(line)
            await asyncio.sleep(RECONNECT_S)

    async def _visit(self, line: websockets.ClientConnection) -> None:
        await _say(line, OfferEffects(OFFER, GAME, SELLS))
        async for message in line:
            match to_program(message):
                case ApiEvent(type="effect_asked", data=data) if data["game"] == GAME:
                    await self._begin(line, str(data["id"]), str(data["effect"]))
                case Answer(id, True, data=data) if id == OFFER:
                    for asked in data["asked"]:
                        await self._begin(line, asked["id"], asked["effect"])
                case Answer(id, True) if id in self._asked:
                    await self._perform(line, id)
                case _:
                    pass

    async def _begin(self, line: websockets.ClientConnection, id: str, effect: str) -> None:
        """Say that it will be done, unless it is; the report's own id is that of the effect."""
        if id in self._done:
            await _say(line, _report(id, "done"))
            return
        self._asked[id] = effect
        await _say(line, ReportEffect(id, id, "accepted"))

    async def _perform(self, line: websockets.ClientConnection, id: str) -> None:
        """Let it happen, now that the room knows that it will."""
        effect = self._asked.pop(id)
        if effect == "leak":
            await _say(line, _report(id, "failed", "The leak is mended."))
            return
        self._journal.write(f"{id} {effect}\n".encode())
        self._done.add(id)
        await _say(line, _report(id, "running" if effect == "fog" else "done"))


def _report(id: str, step: EffectStep, reason: str = "") -> ReportEffect:
    return ReportEffect("", id, step, reason)


async def _say(line: websockets.ClientConnection, command: OfferEffects | ReportEffect) -> None:
    await line.send(msgspec.json.encode(command).decode())


if __name__ == "__main__":
    asyncio.run(Castle(Path(sys.argv[3])).live(sys.argv[1], sys.argv[2]))
