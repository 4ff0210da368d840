"""The board of the season: who gave most in this month, as the ledger says, counted beside the show and not in it."""

import asyncio
import bisect
import datetime
from collections.abc import Iterable
from typing import Final

from avatar_live import clock
from avatar_live.protocol.together import PLACES_MAX, Board, OwnPlace, Place
from avatar_live.server.crowd import Crowd
from avatar_live.server.ledger import Ledger, LedgerError
from avatar_live.server.ledger.reports import GiverSum

KEPT_S: Final = 10.0  # so long an answer is good for everybody


class Seasons:
    """Answer who gave most in the season of now, a calendar month of UTC."""

    def __init__(self, ledger: Ledger, crowd: Crowd) -> None:
        self._ledger = ledger
        self._crowd = crowd
        self._counting: asyncio.Task[None] | None = None
        self._looking = asyncio.Lock()
        self._asking: set[str] = set()
        self._counted_s = float("-inf")
        self._number = 0
        self._settled: dict[str, GiverSum] = {}  # of this season, read once
        self._settled_to = 0
        self._givers: list[GiverSum] = []  # the most first
        self._coins: dict[str, int] = {}
        self._ranking: list[int] = []

    def ask(self, viewer: str) -> None:
        """Tell a viewer the board and the own place as soon as they are counted; who asks meanwhile is told as well."""
        self._asking.add(viewer)
        if self._counting is None:
            self._counting = asyncio.create_task(self._answer(), name="season")

    async def board(self) -> Board:
        """Return the first places, counted within `KEPT_S`. Raises LedgerError."""
        async with self._looking:  # what is settled is added once
            await self._count()
        top = tuple(Place(giver.name, giver.coins) for giver in self._givers[:PLACES_MAX])
        return Board("season", self._number, top)

    async def _count(self) -> None:
        if clock.now_s() - self._counted_s > KEPT_S:
            number, since_s = season_of(clock.wall_s())
            if number != self._number:
                self._settled, self._settled_to, self._number = {}, 0, number
            sums = await asyncio.wrap_future(self._ledger.givers(since_s, self._settled_to))
            _add(self._settled, sums.settled)
            self._settled_to, self._counted_s = sums.settled_to, clock.now_s()
            givers = dict(self._settled)
            _add(givers, sums.open)
            given = (giver for giver in givers.values() if giver.coins > 0)
            self._givers = sorted(given, key=lambda giver: (-giver.coins, giver.viewer))
            self._coins = {giver.viewer: giver.coins for giver in self._givers}
            self._ranking = sorted(self._coins.values())

    def _place(self, viewer: str) -> OwnPlace:
        coins = self._coins.get(viewer, 0)
        above = len(self._ranking) - bisect.bisect_right(self._ranking, coins)
        return OwnPlace("season", above + 1 if coins else 0, coins)

    async def _answer(self) -> None:
        try:
            board = await self.board()
        except LedgerError:
            return  # the page asks again in a moment
        finally:
            self._counting = None
            asking, self._asking = self._asking, set()
        for viewer in asking:
            self._crowd.tell(viewer, board)
            self._crowd.tell(viewer, self._place(viewer))


def _add(sums: dict[str, GiverSum], more: Iterable[GiverSum]) -> None:
    for giver in more:
        before = sums.get(giver.viewer)
        coins = giver.coins + (before.coins if before is not None else 0)
        sums[giver.viewer] = GiverSum(giver.viewer, giver.name, coins)


def season_of(wall_s: float) -> tuple[int, float]:
    """Return the number of a season (202601 is January 2026) and when it began, in seconds of day."""
    now = datetime.datetime.fromtimestamp(wall_s, datetime.UTC)
    begin = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return now.year * 100 + now.month, begin.timestamp()
