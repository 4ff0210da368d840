"""Whose game is whose: a game belongs to the token that offered it first, so that no other one can speak for it.

That outlives the server, beside the key by which tokens are known: what was paid waits for its own game. So it is
written before anybody has paid for what a game sells, and no disk holds up the show for it: only who pays waits.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

from avatar_live import clock
from avatar_live.room.state import Room
from avatar_live.server.access import HOST
from avatar_live.server.standing import GameOwner, Standing
from avatar_live.server.tokens import Held, end_of

OWNED: Final = (
    "This game belongs to another token, which offered it first: use that one, or another name; "
    "the host may take that token back."
)


_log: Final = logging.getLogger(__name__)


class GameOwners:
    """Remember who offered which game first; the show's own token may speak for every game.

    `remembered` are the games that an earlier life of the server had in this show, and whose owner may come back.
    """

    def __init__(self, standing: Standing | None, show: str) -> None:
        self._standing = standing
        self._show = show
        kept = standing.kept.games if standing is not None else {}
        self._owners = {game: _held(owner) for game, owner in kept.items()}
        self._writing: dict[str, Future[None]] = {}  # the newest of each game's owner
        self._waiting: dict[str, list[Callable[[], None]]] = {}  # for that, in the order in which they came
        self.remembered = tuple(
            game for game, owner in self._owners.items() if kept[game].show == show and not self._has_ended(owner)
        )

    def obstacle(self, room: Room, held: Held, game: str) -> str:
        """Say in a sentence why a token cannot speak for a game; empty when it can.

        A game is free again once its token is revoked or has expired, or when it has been away for so long that the
        room has let it go.
        """
        self.look_at(room)
        owner = self._owners.get(game)
        if owner is None or held is HOST or owner.id == held.id or self._has_ended(owner):
            return ""
        return OWNED

    def offered(self, held: Held, game: str) -> None:
        """Take note of who offers a game; what is to wait until that is written goes through `once_written`."""
        owner = self._owners.get(game)
        if owner is None or self._has_ended(owner):
            self._owners[game] = held
            if self._standing is not None:
                self._standing.kept.games = self._kept()
                self._follow(game, self._standing.write_soon())

    def once_written(self, game: str, act: Callable[[], None]) -> None:
        """Do this when it is written whose game this is: at once where it is, else in the order of the asking."""
        if game in self._writing:
            self._waiting[game].append(act)
        else:
            act()

    async def written(self, game: str) -> None:
        """Return when it is written whose game this is."""
        is_written = asyncio.Event()
        self.once_written(game, is_written.set)
        await is_written.wait()

    def look_at(self, room: Room) -> None:
        """Forget whose the games are that the room has let go."""
        owners = {game: owner for game, owner in self._owners.items() if game in room.shelf.games}
        if owners.keys() != self._owners.keys():
            self._owners = owners
            if self._standing is not None:
                self._standing.kept.games = self._kept()
                self._standing.write_soon()

    def _follow(self, game: str, writing: Future[None]) -> None:
        loop = asyncio.get_running_loop()
        self._writing[game] = writing
        self._waiting.setdefault(game, [])

        def written() -> None:
            if self._writing.get(game) is writing:
                del self._writing[game]
                for act in self._waiting.pop(game):
                    try:
                        act()
                    except Exception:  # it is one viewer's: the others have paid, too
                        _log.exception("what waited for a game's owner stumbled")

        writing.add_done_callback(lambda _: loop.call_soon_threadsafe(written))

    def _kept(self) -> dict[str, GameOwner]:
        return {game: _owner(held, self._show) for game, held in self._owners.items()}

    def _has_ended(self, owner: Held) -> bool:
        return owner is not HOST and self._standing is not None and bool(end_of(self._standing, owner, clock.wall_s()))


def _owner(held: Held, show: str) -> GameOwner:
    return GameOwner(show=show) if held is HOST else GameOwner(held.id, held.issued_s, held.expires_s, show)


def _held(owner: GameOwner) -> Held:
    return Held(owner.token, "", (), owner.issued_s, owner.expires_s) if owner.token else HOST
