"""Whose game is whose: a game belongs to the token that offered it first, so that no other one can speak for it.

That outlives the server, beside the key by which tokens are known: what was paid waits for its own game.
"""

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


class GameOwners:
    """Remember who offered which game first; the show's own token may speak for every game."""

    def __init__(self, standing: Standing | None) -> None:
        self._standing = standing
        kept = standing.kept.games if standing is not None else {}
        self._owners = {game: _held(owner) for game, owner in kept.items()}

    @property
    def games(self) -> tuple[str, ...]:
        """The games whose owner may come back."""
        return tuple(game for game, owner in self._owners.items() if not self._has_ended(owner))

    def obstacle(self, room: Room, held: Held, game: str) -> str:
        """Say in a sentence why a token cannot speak for a game; empty when it can.

        A game is free again once its token is revoked or has expired, or when it has been away for so long that the
        room has let it go.
        """
        self._owners = {one: owner for one, owner in self._owners.items() if one in room.shelf.games}
        owner = self._owners.get(game)
        if owner is None or held is HOST or owner.id == held.id or self._has_ended(owner):
            return ""
        return OWNED

    def offered(self, held: Held, game: str) -> None:
        """Take note of who offers a game, before anybody can pay for what it sells."""
        owner = self._owners.get(game)
        if owner is None or self._has_ended(owner):
            self._owners[game] = held
            if self._standing is not None:
                self._standing.kept.games = {one: _kept(owner) for one, owner in self._owners.items()}
                self._standing.write()

    def _has_ended(self, owner: Held) -> bool:
        return owner is not HOST and self._standing is not None and bool(end_of(self._standing, owner, clock.wall_s()))


def _held(owner: GameOwner) -> Held:
    return Held(owner.token, "", (), owner.issued_s, owner.expires_s) if owner.token else HOST


def _kept(held: Held) -> GameOwner:
    return GameOwner() if held is HOST else GameOwner(held.id, held.issued_s, held.expires_s)
