"""Build rooms for tests: people by name, time by number."""

from typing import TypeVar

from avatar_live.protocol.api import EVENT_FIELDS
from avatar_live.protocol.wire import ToViewer
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.state import Room
from avatar_live.room.step import step

E = TypeVar("E")


class Scene:
    """Play events into a room and look at what comes out."""

    def __init__(self) -> None:
        self.room = Room(epoch="life-1", title="Test show")
        self.now_s = 1_000.0
        self.members = 0

    def play(self, *events: ev.Event) -> list[fx.Effect]:
        """Return the effects of these events."""
        made: list[fx.Effect] = []
        for event in events:
            self.room, effects = step(self.room, event, self.now_s)
            made += effects
        for report in of(fx.Report, made):
            assert tuple(report.data) == EVENT_FIELDS[report.type]
        return made

    def join(self, viewer: str, name: str = "", epoch: str | None = None, seq: int = 0) -> list[fx.Effect]:
        """Let a viewer with 1,000 coins in."""
        self.members += 1
        return self.play(ev.Joined(self.members, viewer, f"secret of {viewer}", name or viewer, 1_000, epoch, seq))

    def commit(self, viewer: str, id: str, gift: str, balance_coins: int = 900, count: int = 1) -> list[fx.Effect]:
        """Let the ledger commit a gift."""
        return self.play(ev.GiftCommitted(viewer, viewer, id, gift, balance_coins, f"token of {id}", count=count))

    def tick(self, after_s: float = 0.1, is_live: bool = True) -> list[fx.Effect]:
        """Let time pass."""
        self.now_s += after_s
        return self.play(ev.Ticked(0.0, 0, 0, is_live))

    def go_live(self) -> None:
        """Let an engine come and send frames."""
        self.play(ev.EngineCame())
        self.tick()

    def seat(self, viewer: str, id: str) -> str:
        """Let a viewer play; return the name of the player."""
        self.commit(viewer, id, "ticket")
        self.tick()
        player = self.room.seats[-1].player
        self.play(ev.PlayerWatches(player), ev.PlayerSees(player))
        return player


def of(kind: type[E], effects: list[fx.Effect]) -> list[E]:
    """Return the effects of one kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def told(viewer: str, effects: list[fx.Effect]) -> list[ToViewer]:
    """Return what one viewer alone is told."""
    return [effect.message for effect in of(fx.Tell, effects) if effect.viewer == viewer]
