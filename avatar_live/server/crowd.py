"""Who is in the room: viewers, and the lines of each at whichever edge they end."""

from typing import Final, Protocol

from avatar_live.protocol.wire import ToViewer

MEMBERS_MAX: Final = 300_000  # of all edges together; each has its own limit, and `assets/deploy/SIZING.md` the reasons


class Port(Protocol):
    """One edge, in this process or in another."""

    def greet(self, number: int, welcome: ToViewer) -> None:
        """Let a line in, with its first message."""

    def tell(self, number: int, message: ToViewer) -> None:
        """Answer one line."""

    def tell_all(self, message: ToViewer) -> None:
        """Tell everybody there who was greeted."""

    def close(self, number: int, code: int, reason: str) -> None:
        """Send a line away."""

    def say_goodbye(self) -> None:
        """Close every line there: this process stops and may be back."""


Member = tuple[Port, int]


class Crowd:
    """Send to one line, to all lines of a viewer, or to everybody. A member is a port and a line's number there."""

    def __init__(self) -> None:
        self.ports: list[Port] = []
        self._viewers: dict[str, tuple[Member, ...]] = {}
        self._arriving: dict[int, Member] = {}  # by the number under which the room greets them
        self._lines = 0
        self._arrivals = 0

    def __len__(self) -> int:
        return self._lines

    def add(self, viewer: str, port: Port, number: int) -> int:
        """Let a line of a viewer in and return the number by which the room greets it."""
        self._lines += 1
        self._arrivals += 1
        self._arriving[self._arrivals] = member = port, number
        self._viewers[viewer] = (*self._viewers.get(viewer, ()), member)
        return self._arrivals

    def remove(self, viewer: str, port: Port, number: int) -> None:
        """Forget a line."""
        self._lines -= 1
        left = tuple(member for member in self._viewers[viewer] if member != (port, number))
        if left:
            self._viewers[viewer] = left
        else:
            del self._viewers[viewer]

    def lines_of(self, viewer: str) -> int:
        """Count the lines of a viewer."""
        return len(self._viewers.get(viewer, ()))

    def has(self, viewer: str) -> bool:
        """Say whether a viewer has a line here."""
        return viewer in self._viewers

    def greet(self, arrival: int, message: ToViewer) -> None:
        """Send a line its first message, once."""
        port, number = self._arriving.pop(arrival)
        port.greet(number, message)

    def tell(self, viewer: str, message: ToViewer) -> None:
        """Send to every page of a viewer; nobody hears it when the viewer is away."""
        for port, number in self._viewers.get(viewer, ()):
            port.tell(number, message)

    def tell_all(self, message: ToViewer) -> None:
        """Send to everybody."""
        for port in self.ports:
            port.tell_all(message)

    def close(self, viewer: str, code: int, reason: str) -> None:
        """Send every page of a viewer away."""
        for port, number in self._viewers.get(viewer, ()):
            port.close(number, code, reason)

    def say_goodbye(self) -> None:
        """Close every line: the server stops and may be back."""
        for port in self.ports:
            port.say_goodbye()
