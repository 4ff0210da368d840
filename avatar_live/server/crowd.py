"""Who is connected: lines by connection and by viewer."""

from collections.abc import Iterable
from typing import Final

from avatar_live.protocol.wire import CLOSE_RESTARTING, Show, ToViewer
from avatar_live.server.sockets import Line, framed

MEMBERS_MAX: Final = 3_000  # connections a process serves at 10 shows a second on one core


class Crowd:
    """Send to one connection, to all pages of a viewer, or to everybody."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}
        self._members: dict[str, set[int]] = {}
        self._show = b""
        self._last_member = 0

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, viewer: str, line: Line) -> int:
        """Let a line of a viewer in and return its number."""
        self._last_member += 1
        self._lines[self._last_member] = line
        self._members.setdefault(viewer, set()).add(self._last_member)
        return self._last_member

    def remove(self, viewer: str, member: int) -> None:
        """Forget a line."""
        del self._lines[member]
        self._members[viewer].discard(member)
        if not self._members[viewer]:
            del self._members[viewer]

    def greet(self, member: int, message: ToViewer) -> None:
        """Send to one connection."""
        if member in self._lines:
            self._lines[member].send(framed(message))

    def tell(self, viewer: str, message: ToViewer) -> None:
        """Send to every page of a viewer; nobody hears it when the viewer is away."""
        frame = framed(message)
        for member in self._members.get(viewer, ()):
            self._lines[member].send(frame)

    def tell_all(self, message: ToViewer) -> None:
        """Send to everybody, framed once."""
        frame = framed(message)
        if isinstance(message, Show):
            self._show = frame
            for line in self._lines.values():
                line.send_show(frame)
        else:
            for line in self._lines.values():
                line.send(frame)

    def sweep(self, now_s: float) -> None:
        """Look after lines that are behind."""
        for line in self._lines.values():
            line.sweep(now_s, self._show)

    def say_goodbye(self) -> None:
        """Close every line: the server stops and may be back."""
        _close_all(self._lines.values())


class Listeners:
    """Lines of the event API; nothing is skipped for them."""

    def __init__(self) -> None:
        self.lines: set[Line] = set()

    def tell(self, frame: bytes) -> None:
        """Send to every listener."""
        for line in self.lines:
            line.send(frame)

    def say_goodbye(self) -> None:
        """Close every line: the server stops and may be back."""
        _close_all(self.lines)


def _close_all(lines: Iterable[Line]) -> None:
    for line in tuple(lines):
        line.close(CLOSE_RESTARTING, "the server stops; come back in a moment")
