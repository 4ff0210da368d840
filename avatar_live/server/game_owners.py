"""Whose game is whose: a game belongs to the token that offered it first, so that no other one can speak for it."""

from typing import Final

from avatar_live import clock
from avatar_live.room.state import Room
from avatar_live.server.access import HOST
from avatar_live.server.standing import Standing
from avatar_live.server.tokens import Held, end_of

OWNED: Final = (
    "This game belongs to another token, which offered it first: use that one, or another name; "
    "the host may take that token back."
)


class GameOwners:
    """Remember who offered which game first; the show's own token may speak for every game."""

    def __init__(self, standing: Standing | None) -> None:
        self._standing = standing
        self._owners: dict[str, Held] = {}

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
        """Take note of who offers a game."""
        owner = self._owners.get(game)
        if owner is None or self._has_ended(owner):
            self._owners[game] = held

    def _has_ended(self, owner: Held) -> bool:
        return owner is not HOST and self._standing is not None and bool(end_of(self._standing, owner, clock.wall_s()))
