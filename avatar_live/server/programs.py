"""The event API's lines: games, bots and overlays that listen, each with what it may do and wants to hear."""

from collections.abc import Callable
from typing import Final

import msgspec

from avatar_live import clock
from avatar_live.edge.frames import framed
from avatar_live.edge.socket import EdgeSocket
from avatar_live.protocol.api import EVENT_TYPES
from avatar_live.protocol.programs import (
    COMMAND_BYTES_MAX,
    KEEPALIVE_S,
    Answer,
    FromProgram,
    Keepalive,
    Missed,
    ProgramWelcome,
    Reconnect,
    UseMask,
)
from avatar_live.protocol.wire import CLOSE_BAD_MESSAGE, CLOSE_FULL, CLOSE_RESTARTING, CLOSE_TOKEN
from avatar_live.room.bucket import Allowance, Bucket, take
from avatar_live.server.access import HOST, Access, out_of_scope
from avatar_live.server.commands import Commands
from avatar_live.server.event_log import EventLog, Kept
from avatar_live.server.tokens import Held

LISTENERS_MAX: Final = 32
HOST_LISTENERS: Final = 8  # of those, kept free for the show's own token
LISTENERS_OF_ONE_MAX: Final = 8  # of one program's token
COMMAND_ALLOWANCE: Final = Allowance(rate_hz=100.0, burst=200.0)  # a game says two or three words an effect
RECONNECT_S: Final = 1.0
TOO_MANY: Final = "Too many programs listen already; one has to go first."
TOO_MANY_OF_ONE: Final = f"This token has {LISTENERS_OF_ONE_MAX} lines already; one has to go first."
NO_COMMAND: Final = "Commands are JSON in text frames."
TOO_LONG: Final = f"A command may have {COMMAND_BYTES_MAX} bytes."
TOO_FAST: Final = "That was too fast; wait a second and ask again."
STOPPING: Final = "the server stops; come back in a moment"

_decoder: msgspec.json.Decoder[FromProgram] = msgspec.json.Decoder(FromProgram)


class _Asked(msgspec.Struct, frozen=True):
    """What of a message that is no command can be answered."""

    id: str = ""


class Programs:
    """Tell every line what happens, and do what programs ask for."""

    def __init__(self, log: EventLog, access: Access, commands: Commands, title: Callable[[], str]) -> None:
        commands.check_whole()
        self._log = log
        self._access = access
        self._commands = commands
        self._title = title
        self._lines: set[ProgramLine] = set()
        log.hearers.append(self._tell)

    def open(self, line: "ProgramLine") -> None:
        """Greet a line, and tell it what it missed."""
        if full := self._full_for(line.held):
            line.close(CLOSE_FULL, full)
            return
        log, types = self._log, tuple(sorted(line.types))
        line.send(
            framed(
                ProgramWelcome(log.epoch, log.seq, log.oldest_seq, KEEPALIVE_S, line.held.scopes, types, self._title())
            )
        )
        if line.since is not None:
            if log.is_gap(line.epoch, line.since):
                line.send(framed(Missed(line.epoch or log.epoch, line.since, log.oldest_seq)))
            for kept in log.after(line.epoch, line.since):
                line.tell(kept)
        self._lines.add(line)

    def forget(self, line: "ProgramLine") -> None:
        """Tell a line no more."""
        self._lines.discard(line)
        for told in self._commands.on_gone:
            told(line)

    def hear(self, line: "ProgramLine", data: bytes) -> None:
        """Answer what a program says; also what is no command, since a newer program may speak to an older server."""
        bucket = take(line.asked, COMMAND_ALLOWANCE, clock.now_s())
        line.asked = bucket or line.asked
        try:
            command = _decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            answer = Answer(_id_in(data), False, f"That is no command of this room's: {error}.")
        else:
            answer = self._perform(line, command) if bucket is not None else Answer(command.id, False, TOO_FAST)
        line.send(framed(answer))

    def _perform(self, line: "ProgramLine", command: FromProgram) -> Answer:
        if not isinstance(command, UseMask):
            return self._commands.perform(line.held, command, line)
        refusal = mask_refusal(command.types)
        if not refusal:
            line.types = frozenset(command.types)
        return Answer(command.id, not refusal, refusal)

    def look_after(self, now_s: float, wall_s: float) -> None:
        """Do once a second what lines need: a word when nothing was said for long, an end when their token ends."""
        for line in tuple(self._lines):
            if end := self._access.end_of(line.held, wall_s):
                line.close(CLOSE_TOKEN, end)
            elif now_s - line.told_s >= KEEPALIVE_S:
                line.send(framed(Keepalive(self._log.epoch, self._log.seq)))

    def _full_for(self, held: Held) -> str:
        """Say in a sentence why there is no room for one more line of a token; empty while there is."""
        if held is not HOST and sum(line.held.id == held.id for line in self._lines) >= LISTENERS_OF_ONE_MAX:
            return TOO_MANY_OF_ONE
        lines_max = LISTENERS_MAX if held is HOST else LISTENERS_MAX - HOST_LISTENERS
        lines = len(self._lines) if held is HOST else sum(line.held is not HOST for line in self._lines)
        return TOO_MANY if lines >= lines_max else ""

    def say_goodbye(self) -> None:
        """Close every line: the server stops and may be back."""
        for line in tuple(self._lines):
            line.send(framed(Reconnect(self._log.epoch, self._log.seq, RECONNECT_S)))
            line.close(CLOSE_RESTARTING, STOPPING)

    def _tell(self, kept: Kept) -> None:
        for line in self._lines:
            line.tell(kept)


class ProgramLine:
    """One program's websocket, as an `edge.socket.Guest`."""

    def __init__(
        self, programs: Programs, held: Held, types: frozenset[str], epoch: str | None, since: int | None
    ) -> None:
        self._programs = programs
        self._line: EdgeSocket | None = None
        self.held = held
        self.types = types  # empty for every type
        self.epoch, self.since = epoch, since
        self.asked = Bucket()
        self.told_s = 0.0

    def tell(self, kept: Kept) -> None:
        """Send one event, unless it is masked."""
        if not self.types or kept.event.type in self.types:
            self.send(kept.frame)

    def send(self, frame: bytes) -> None:
        """Send what may not be lost."""
        if self._line is not None:
            self.told_s = clock.now_s()
            self._line.send(frame)

    def close(self, code: int, reason: str) -> None:
        """Say goodbye."""
        if self._line is not None:
            self._line.close(code, reason)

    def opened(self, line: EdgeSocket) -> None:
        """Begin."""
        self._line = line
        self._programs.open(self)

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        """Take a command."""
        if not is_text:
            line.close(CLOSE_BAD_MESSAGE, NO_COMMAND)
        elif len(data) > COMMAND_BYTES_MAX:
            line.close(CLOSE_BAD_MESSAGE, TOO_LONG)
        else:
            self._programs.hear(self, data)

    def lives(self, line: EdgeSocket) -> None:
        """Need no sign of life: what is written to a dead line piles up, and ends it."""

    def closed(self, line: EdgeSocket) -> None:
        """End."""
        self._programs.forget(self)


def mask_refusal(types: tuple[str, ...]) -> str:
    """Say in a sentence why a mask is none; empty when it is one."""
    unknown = next((type for type in types if type not in EVENT_TYPES), None)
    return "" if unknown is None else f'There is no event of the type "{unknown[:40]}".'


def listening_refusal(held: Held, types: tuple[str, ...]) -> str:
    """Say in a sentence why somebody may not listen; empty when they may."""
    return out_of_scope(held, "read") or mask_refusal(types)


def _id_in(data: bytes) -> str:
    try:
        return msgspec.json.decode(data, type=_Asked).id
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
