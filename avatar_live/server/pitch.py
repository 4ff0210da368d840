"""The game's seat at the table: keep the world, collect inputs, hand out views, and tell how far each push is.

No push is dropped: all that come between two ticks are one, and what comes after a goal waits for the kick-off.
"""

import asyncio
import contextlib
from collections import deque
from dataclasses import replace
from typing import Final

from avatar_live import clock
from avatar_live.game import push
from avatar_live.game.inputs import Enter, Happening, Input, Leave, Push, Steer
from avatar_live.protocol.view import Camp, GameView
from avatar_live.protocol.wire import Keys, PushState
from avatar_live.room.events import MovedPush

STEERS_MAX: Final = 500  # between two ticks; beyond, keys wait for their next message
ANSWERED_MAX: Final = 20_000  # pushes whose givers want to be told, and what they are not told yet
TOLD_AT_ONCE_MAX: Final = 500  # of them with one tick, so that a kick-off in a full house holds up nobody
WAITS: Final = "The ball lies in the goal: it is pushed at the kick-off."
CROWDED: Final = "More push at once than the game can follow, so yours was left out; press again."
_NOTHING: Final = 1e-9  # strengths are sums of floats: what is less is a draw


class Pitch:
    """Hold the push game's world between ticks."""

    def __init__(self, seed: int) -> None:
        self._world = push.World(seed)
        self._inputs: list[Input] = []
        self._net = 0.0  # what red pushes more than blue since the last tick that took pushes
        self._pushes: list[MovedPush] = []  # whose givers want to be told, as they will be when the game takes them
        self._waiting = 0  # how many of them were told that they wait
        self._moved: deque[MovedPush] = deque()
        self._players: set[str] = set()
        self._steered: dict[str, Steer] = {}
        self._urged = asyncio.Event()  # by what is not to wait for the next tick
        self.view: GameView = push.view(self._world)

    def go_on_from(self, score_red: int, score_blue: int) -> None:
        """Take the score over from an earlier life of the server."""
        self._world = replace(self._world, score_red=score_red, score_blue=score_blue)
        self.view = push.view(self._world)

    @property
    def ticks(self) -> int:
        """How many ticks have passed."""
        return self._world.ticks

    @property
    def players(self) -> frozenset[str]:
        """Who is on the pitch."""
        return frozenset(self._players)

    @property
    def is_steered(self) -> bool:
        """Say that somebody's keys change what the next tick does."""
        return any(isinstance(one, Steer) for one in self._inputs)

    async def wait(self, ticks_at_rest: int = 1) -> None:
        """Wait until the next tick is due, or until somebody steers, unless the last one came early already.

        Where nothing moves, so many ticks are waited for in one, and whatever will move something ends that.
        """
        is_early = self._world.carried_s < 0.0
        ticks = ticks_at_rest if self.is_at_rest and not is_early else 1
        due_s = clock.now_s() + ticks * push.TICK_S - self._world.carried_s
        urged = asyncio.Event() if is_early else self._urged
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(due_s - clock.now_s()):
                    await urged.wait()
            # asyncio's timers come early by up to the resolution of its clock, which is 16 ms on Windows.
            if urged.is_set() or clock.now_s() >= due_s:
                return

    @property
    def is_at_rest(self) -> bool:
        """Say that nothing moves."""
        return not self._inputs and self._net == 0.0 and push.is_at_rest(self._world)

    def push(self, camp: Camp, strength: float, viewer: str = "", id: str = "") -> MovedPush | None:
        """Push the ball at the next tick that takes pushes; `take_moved` tells of one that a viewer did.

        One that is left out because too many are to be told is returned: its giver can be told at once.
        """
        if viewer and len(self._pushes) + len(self._moved) >= ANSWERED_MAX:
            return MovedPush(viewer, id, camp, "failed", CROWDED)
        self._begin_to_move()
        self._net += strength if camp == "red" else -strength
        if viewer:
            self._pushes.append(MovedPush(viewer, id, camp, "done"))
        return None

    def take_moved(self) -> tuple[MovedPush, ...]:
        """Return the pushes with which something happened, in order, and at most so many as can be told at once."""
        return tuple(self._moved.popleft() for _ in range(min(len(self._moved), TOLD_AT_ONCE_MAX)))

    def enter(self, player: str, name: str, camp: Camp) -> None:
        """Put a player on the pitch."""
        self._begin_to_move()
        self._players.add(player)
        self._steered.pop(player, None)
        self._inputs.append(Enter(player, name, camp))

    def leave(self, player: str) -> None:
        """Take a player off the pitch."""
        if player in self._players:
            self._players.discard(player)
            self._steered.pop(player, None)
            self._inputs.append(Leave(player))

    def steer(self, player: str, keys: Keys) -> None:
        """Hold these keys for a player who is on the pitch; pages say the same ones again and again."""
        steer = Steer(player, keys.up, keys.down, keys.left, keys.right)
        if player in self._players and steer != self._steered.get(player) and len(self._inputs) < STEERS_MAX:
            self._steered[player] = steer
            self._urged.set()
            self._inputs.append(steer)

    def advance(self, dt_s: float) -> tuple[Happening, ...]:
        """Let `dt_s` pass and return what happened."""
        self._take_pushes()
        self._world, happenings = push.step(self._world, self._inputs, dt_s)
        self._inputs.clear()
        self._urged.clear()
        self.view = push.view(self._world)
        return happenings

    def _begin_to_move(self) -> None:
        if self.is_at_rest:
            self._urged.set()

    def _take_pushes(self) -> None:
        if push.is_celebrating(self._world):
            for one in self._pushes[self._waiting :]:
                self._moved.append(_moved(one, "queued", WAITS))
            self._waiting = len(self._pushes)
            return
        if abs(self._net) > _NOTHING:
            self._inputs.append(Push("red" if self._net > 0.0 else "blue", abs(self._net)))
        self._net, self._waiting = 0.0, 0
        self._moved += self._pushes
        self._pushes.clear()


def _moved(one: MovedPush, state: PushState, reason: str) -> MovedPush:
    return MovedPush(one.viewer, one.id, one.camp, state, reason)
