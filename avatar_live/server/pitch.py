"""The game's seat at the table: keep the world, collect inputs, hand out views."""

from typing import Final

from avatar_live.game import push
from avatar_live.game.inputs import Enter, Happening, Input, Leave, Push, Steer
from avatar_live.protocol.view import Camp, GameView
from avatar_live.protocol.wire import Keys

INPUTS_MAX: Final = 500  # between two ticks; pushes beyond are left out, players' comings and goings are not


class Pitch:
    """Hold the push game's world between ticks."""

    def __init__(self, seed: int) -> None:
        self._world = push.World(seed)
        self._inputs: list[Input] = []
        self._players: set[str] = set()
        self.view: GameView = push.view(self._world)

    @property
    def players(self) -> frozenset[str]:
        """Who is on the pitch."""
        return frozenset(self._players)

    @property
    def is_at_rest(self) -> bool:
        """Say that nothing moves."""
        return not self._inputs and push.is_at_rest(self._world)

    def push(self, camp: Camp, strength: float) -> None:
        """Push the ball at the next tick."""
        if len(self._inputs) < INPUTS_MAX:
            self._inputs.append(Push(camp, strength))

    def enter(self, player: str, name: str, camp: Camp) -> None:
        """Put a player on the pitch."""
        self._players.add(player)
        self._inputs.append(Enter(player, name, camp))

    def leave(self, player: str) -> None:
        """Take a player off the pitch."""
        if player in self._players:
            self._players.discard(player)
            self._inputs.append(Leave(player))

    def steer(self, player: str, keys: Keys) -> None:
        """Hold these keys for a player who is on the pitch."""
        if player in self._players and len(self._inputs) < INPUTS_MAX:
            self._inputs.append(Steer(player, keys.up, keys.down, keys.left, keys.right))

    def advance(self, dt_s: float) -> tuple[Happening, ...]:
        """Let `dt_s` pass and return what happened."""
        self._world, happenings = push.step(self._world, self._inputs, dt_s)
        self._inputs.clear()
        self.view = push.view(self._world)
        return happenings
