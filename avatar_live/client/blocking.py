"""The same words without await: what `with` opens, for programs that are not asynchronous."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from avatar_live.client.portal import Portal
from avatar_live.protocol.effects import OfferedEffect
from avatar_live.protocol.programs import FromProgram, RoomState
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import GiftUpdate, PushUpdate, ToViewer

if TYPE_CHECKING:
    from avatar_live.client.events import Event, Events, Position
    from avatar_live.client.viewer import Viewer

D = TypeVar("D")


class BlockingEvents:
    """Follow the events of a show, see `Events`."""

    def __init__(self, events: "Events") -> None:
        self._events = events
        self._portal = Portal.opened(events.__aenter__())

    def close(self) -> None:
        """Say goodbye."""
        self._portal.close(self._events.__aexit__(None, None, None))

    @property
    def position(self) -> "Position | None":
        """The newest event that the program has seen; give it as `since` to resume there."""
        return self._events.position

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> "Event":
        return self._portal.wait(self._events.__anext__())

    @overload
    def of(self, *kinds: type[D]) -> Iterator[D]: ...
    @overload
    def of(self, *kinds: str) -> Iterator[Any]: ...  # a name's struct is known only when the program runs
    def of(self, *kinds: type[object] | str) -> Iterator[Any]:
        """Yield the data of events of these types, named ("gift") or by their structs (`GiftEvent`)."""
        for event in self:
            if event.type in kinds or type(event.data) in kinds:
                yield event.data

    def say(self, text: str, name: str = "") -> None:
        """Write a chat line. Raises RefusedError."""
        self._portal.wait(self._events.say(text, name))

    def state(self) -> RoomState:
        """Ask how the show does."""
        return self._portal.wait(self._events.state())

    def sell(self, game: str, effects: Iterable[OfferedEffect], journal: Path | None = None) -> None:
        """Sell these effects of a game, and no others, from now on; see `Events.sell`. Raises RefusedError."""
        self._portal.wait(self._events.sell(game, effects, journal))

    def ask(self, command: FromProgram) -> Any:
        """Give any command, and return what the answer brings. Raises RefusedError, and ClientError for no answer."""
        return self._portal.wait(self._events.ask(command))


class BlockingViewer:
    """Be one viewer of a show, see `Viewer`."""

    def __init__(self, viewer: "Viewer") -> None:
        self._viewer = viewer
        self._portal = Portal.opened(viewer.__aenter__())

    def close(self) -> None:
        """Say goodbye."""
        self._portal.close(self._viewer.__aexit__(None, None, None))

    @property
    def secret(self) -> str | None:
        """What owns the wallet."""
        return self._viewer.secret

    @property
    def balance_coins(self) -> int:
        """What is in the wallet, as far as this viewer was told."""
        return self._viewer.balance_coins

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ToViewer:
        return self._portal.wait(self._viewer.__anext__())

    def say(self, text: str) -> None:
        """Write a chat line."""
        self._portal.wait(self._viewer.say(text))

    def like(self, count: int = 1) -> None:
        """Like so many times."""
        self._portal.wait(self._viewer.like(count))

    def give(self, gift: str, id: str = "", *, count: int = 1) -> GiftUpdate:
        """Give a gift and return the answer: committed, or refused for a reason. `id` gives the same one again."""
        return self._portal.wait(self._viewer.give(gift, id, count=count))

    def push(self, camp: Camp, id: str = "") -> PushUpdate:
        """Push the ball for a camp and return how that ended: done (after a goal, at the kick-off), or not, and why."""
        return self._portal.wait(self._viewer.push(camp, id))
