"""Who is connected at this edge: let lines in, pass on what they say, tell them what the room says.

Answers go out at once. What everybody is told goes out at once too while the edge is small; above `AT_ONCE_MAX` lines
it goes out in ticks, ten a second to those who take part and one a second to those who watch, because a kernel needs
some 8 us of a core for every send: 10 Hz for 30,000 lines would be more than two cores' work.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Final, Protocol

import msgspec

from avatar_live import clock
from avatar_live.edge.callers import Callers
from avatar_live.edge.frames import PING, Kind, form_of, framed
from avatar_live.edge.households import LINES_EACH_MAX, TOO_MANY_LINES, TOO_MANY_MESSAGES, Household, Households
from avatar_live.edge.joins import LINE_ALLOWANCE, JoinRate
from avatar_live.edge.owed import Owed
from avatar_live.edge.socket import EdgeSocket, Guest, Handshake
from avatar_live.edge.uring import ENTRIES, Ring, open_ring
from avatar_live.protocol.codec import MalformedError, from_viewer
from avatar_live.protocol.wire import (
    CLOSE_BAD_MESSAGE,
    CLOSE_FULL,
    CLOSE_RESTARTING,
    CLOSE_SLOW,
    LIKES_PER_MESSAGE_MAX,
    FromViewer,
    Join,
    Like,
    Ping,
    Pong,
    Refused,
)

TICKS_HZ: Final = 10
AT_ONCE_MAX: Final = 300
ACTIVE_MAX: Final = 3_000
LINES_MAX: Final = 19_000  # of one process: systems let it open 20,000 files
STUCK_S_MAX: Final = 5.0  # a line that is behind hears nothing new but answers, and so long
JOIN_S_MAX: Final = 10.0
QUIET_S_MAX: Final = 20.0  # a line that says nothing for so long is asked whether it lives, and cut after twice as long
WRITES_IN_A_ROW: Final = ENTRIES  # between two looks at what arrived: some 2 ms
TOGETHER_MIN: Final = 4  # fewer lines are written to one by one as cheaply
# More than hands and a page that asks for its unanswered gifts can say; a program in a rage would hold up the loop.
MESSAGES_HZ: Final = 60.0
MESSAGES_BURST: Final = 300.0
EARLY_MAX: Final = 20  # messages between a join and its welcome
NO_JOIN: Final = "The first message is a join, within ten seconds."
FULL: Final = "The room is full; try again in a minute."
TOO_OFTEN: Final = "Your network comes too often; try again in a minute."
SLOW: Final = "too slow; you may come back"


class Room(Protocol):
    """The one writer, as an edge sees it. Every member that joined leaves once."""

    def joined(self, member: int, join: Join, address: str) -> None:
        """Let a line in: the room answers with `Edge.greet`, or `Edge.close`."""

    def said(self, member: int, message: FromViewer) -> None:
        """Take a message of a line that was greeted."""

    def left(self, member: int) -> None:
        """Let a line go."""


class Member:
    """What an edge knows of one line, and what the line leads to (`Guest`)."""

    __slots__ = (
        "_edge",
        "address",
        "heard_s",
        "household",
        "is_asked",
        "is_in",
        "likes",
        "line",
        "number",
        "said",
        "told",
    )

    def __init__(self, edge: "Edge", address: str) -> None:
        self._edge = edge
        self.address = address  # until the room knows it
        self.household: Household | None = None
        self.number = 0
        self.line: EdgeSocket
        self.told = -1  # of what everybody is told, the newest; -1 before the welcome
        self.heard_s = 0.0  # when it last said something
        self.said = 0.0  # messages, less those that time has forgiven
        self.likes = 0  # said and not passed on yet
        self.is_asked = False  # whether it lives
        self.is_in = False

    def opened(self, line: EdgeSocket) -> None:
        """Begin."""
        self.line = line
        self.heard_s = clock.now_s()
        self._edge.open(self)

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        """Pass a message on."""
        self._edge.hear(self, data, is_text=is_text)

    def lives(self, line: EdgeSocket) -> None:
        """Take note of a sign of life."""
        self.heard_s, self.is_asked = clock.now_s(), False

    def closed(self, line: EdgeSocket) -> None:
        """End."""
        self._edge.forget(self)


class Edge:
    """Carry the lines of one process; everything runs on one loop."""

    def __init__(
        self,
        room: Room,
        *,
        is_from_here: Callable[[Handshake], bool],
        lines_max: int = LINES_MAX,
        lines_each_max: int = LINES_EACH_MAX,
        active_max: int = ACTIVE_MAX,
        callers: Callers | None = None,
    ) -> None:
        self._room = room
        self._ring: Ring | None = None  # while the edge runs, where the system has one
        self._active_max = active_max
        self._is_from_here = is_from_here
        self._lines_max = lines_max
        self._callers = callers or Callers()
        self._households = Households(lines_each_max)
        self._arrivals = JoinRate(LINE_ALLOWANCE)
        self._owed = Owed()
        # Every line is in one of these: in the group of the tick that tells it, or among those who take part.
        self._watching: list[dict[int, Member]] = [{} for _ in range(TICKS_HZ)]  # by the tick that tells them
        self._active: dict[int, Member] = {}  # in the order of their last word
        self._liking: list[Member] = []
        self._early: dict[int, list[FromViewer]] = {}  # said by lines that wait for their welcome
        self._last_number = 0
        self.skipped = 0  # times that a line was too far behind to be told
        self.written = 0  # times that a line was told what it was owed

    def __len__(self) -> int:
        return len(self._active) + sum(len(group) for group in self._watching)

    @property
    def told(self) -> int:
        """The number of the newest message that everybody is told."""
        return self._owed.last

    def unsent_bytes(self) -> int:
        """Return how much waits in this process for all readers together."""
        return sum(member.line.unsent_bytes() for member in self._everybody())

    # --- lines ------------------------------------------------------------------------------------------------------

    def receive(self, handshake: Handshake) -> Guest | HTTPStatus:
        """Answer a handshake for the room.

        Where a page of ours can do something about a refusal it comes as a close code: a page reads no HTTP status.
        """
        if not self._is_from_here(handshake):
            return HTTPStatus.FORBIDDEN
        if len(self) >= self._lines_max:
            return Refusal(CLOSE_FULL, FULL)
        address = self._callers.address_of(handshake.address, handshake.headers)
        if self._households.is_full(address):
            return Refusal(CLOSE_FULL, TOO_MANY_LINES)
        if self._arrivals.wait_s(address, clock.now_s()):
            return Refusal(CLOSE_FULL, TOO_OFTEN)
        return Member(self, address)

    def open(self, member: Member) -> None:
        """Begin with a line that has shaken hands."""
        self._last_number += 1
        member.number = self._last_number
        member.household = self._households.enter(member.address)
        self._group(member.number)[member.number] = member

    def hear(self, member: Member, data: bytes, *, is_text: bool) -> None:
        """Take what a line says."""
        now_s = clock.now_s()
        member.said = max(member.said - (now_s - member.heard_s) * MESSAGES_HZ, 0.0) + 1.0
        member.heard_s, member.is_asked = now_s, False
        if member.said > MESSAGES_BURST:
            member.line.close(CLOSE_BAD_MESSAGE, "Too many messages in a short time.")
            return
        if member.household is not None and not member.household.may_say(now_s):
            member.line.close(CLOSE_SLOW, TOO_MANY_MESSAGES)
            return
        try:
            message = from_viewer(data, form_of(member.line.kind), is_text=is_text)
        except MalformedError as refusal:
            member.line.close(CLOSE_BAD_MESSAGE, str(refusal))
            return
        if member.is_in:
            self._hear_member(member, message)
        elif member.told == 0:
            self._keep_early(member, message)
        elif isinstance(message, Join):
            member.told = 0
            address, member.address = member.address, ""
            self._room.joined(member.number, message, address)
        else:
            member.line.close(CLOSE_BAD_MESSAGE, NO_JOIN)

    def _keep_early(self, member: Member, message: FromViewer) -> None:
        """Keep what a line says between its join and its welcome: a program need not wait for the answer."""
        early = self._early.setdefault(member.number, [])
        early.append(message)
        if len(early) > EARLY_MAX:
            member.line.close(CLOSE_BAD_MESSAGE, "Too many messages before the welcome.")

    def forget(self, member: Member) -> None:
        """Let a line go that is closed."""
        if member.likes:
            self._pass_likes_on(member)
        self._active.pop(member.number, None)
        self._group(member.number).pop(member.number, None)
        self._early.pop(member.number, None)
        if member.household is not None:
            self._households.leave(member.household)
        if member.told >= 0:
            self._room.left(member.number)

    def _hear_member(self, member: Member, message: FromViewer) -> None:
        if isinstance(message, Ping):
            member.line.send(framed(Pong(message.t), member.line.kind))
            return
        self._take_part(member)
        if isinstance(message, Join):
            member.line.send(framed(Refused("join", "You are in the room already."), member.line.kind))
        elif isinstance(message, Like):
            self._count_likes(member, message.count)
        else:
            if member.likes:
                self._pass_likes_on(member)  # in the order in which they were said
            self._room.said(member.number, message)

    def _take_part(self, member: Member) -> None:
        """Tell this line everything at once from now on, instead of the one that has been silent for longest."""
        active, number = self._active, member.number
        if active.pop(number, None) is None:
            self._group(number).pop(number, None)
            if len(active) >= self._active_max:
                oldest = active.pop(next(iter(active)))
                self._group(oldest.number)[oldest.number] = oldest
        active[number] = member

    def _find(self, number: int) -> Member | None:
        return self._active.get(number) or self._group(number).get(number)

    def _everybody(self) -> list[Member]:
        return [*self._active.values(), *(member for group in self._watching for member in group.values())]

    def _group(self, number: int) -> dict[int, Member]:
        return self._watching[number % TICKS_HZ]

    def _count_likes(self, member: Member, count: int) -> None:
        """Add likes up until the next tick: thousands of hands a second are one word each for the room."""
        count = min(max(count, 0), LIKES_PER_MESSAGE_MAX)
        if member.likes + count > LIKES_PER_MESSAGE_MAX:
            self._pass_likes_on(member)
        if member.likes == 0 and count:
            self._liking.append(member)
        member.likes += count

    def _pass_likes_on(self, member: Member) -> None:
        likes, member.likes = member.likes, 0
        self._room.said(member.number, Like(likes))

    # --- what the room says -----------------------------------------------------------------------------------------

    def greet(self, number: int, welcome: msgspec.Struct, told: int | None = None) -> None:
        """Let a line in, or in anew, with its first message; it knows everything up to `told`, or all there is."""
        member = self._find(number)
        if member is None:
            return
        member.told = self._owed.last if told is None else told
        member.line.send(framed(welcome, member.line.kind))
        if member.is_in:
            return
        member.is_in = True
        if len(self._active) < self._active_max:
            self._take_part(member)
        for message in self._early.pop(number, ()):
            self._hear_member(member, message)

    def tell(self, number: int, message: msgspec.Struct) -> None:
        """Answer one line, at once; nothing is told to a line that is gone."""
        member = self._find(number)
        if member is not None:
            member.line.send(framed(message, member.line.kind))

    def tell_all(self, message: msgspec.Struct) -> None:
        """Tell everybody who was greeted."""
        self._owed.tell(message)
        if len(self) <= AT_ONCE_MAX:
            self._tell_lines(self._everybody())

    def close(self, number: int, code: int, reason: str) -> None:
        """Send a line away."""
        member = self._find(number)
        if member is not None:
            member.line.close(code, reason)

    def say_goodbye(self) -> None:
        """Close every line: the process stops and may be back."""
        for member in self._everybody():
            member.line.close(CLOSE_RESTARTING, "the server stops; come back in a moment")

    # --- time -------------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Tick for ever, and let the loop breathe between the writes."""
        with open_ring() as self._ring:
            try:
                await self._tick()
            finally:
                self._ring = None

    async def _tick(self) -> None:
        period_s = 1.0 / TICKS_HZ
        next_s = clock.now_s()
        tick = 0
        while True:
            next_s = max(next_s + period_s, clock.now_s())
            await asyncio.sleep(next_s - clock.now_s())
            tick += 1
            self.pass_all_likes_on()
            share = tick % TICKS_HZ
            watching = list(self._watching[share].values())
            due = [*self._active.values(), *watching]
            for begin in range(0, len(due), WRITES_IN_A_ROW):
                self._tell_lines(due[begin : begin + WRITES_IN_A_ROW])
                await asyncio.sleep(0)
            now_s = clock.now_s()
            for member in [*watching, *(self._active.values() if share == 0 else ())]:
                self._look_after(member, now_s)

    def pass_all_likes_on(self) -> None:
        """Tell the room of the likes since the last tick."""
        liking, self._liking = self._liking, []
        for member in liking:
            if member.likes:
                self._pass_likes_on(member)

    def _look_after(self, member: Member, now_s: float) -> None:
        """Do once a second what a line needs: patience, a question whether it lives, an end."""
        if not member.is_in:
            if now_s - member.heard_s > JOIN_S_MAX and member.told == -1:
                member.line.close(CLOSE_BAD_MESSAGE, NO_JOIN)
            return
        behind_s = member.line.behind_s
        if behind_s and now_s - behind_s > STUCK_S_MAX:
            member.line.close(CLOSE_SLOW, SLOW)
        quiet_s = now_s - member.heard_s
        if quiet_s > QUIET_S_MAX:
            self._ask_for_life(member, quiet_s)

    def _ask_for_life(self, member: Member, quiet_s: float) -> None:
        if quiet_s > 2.0 * QUIET_S_MAX:
            member.line.abort()
        elif not member.is_asked:
            member.is_asked = True
            member.line.write(PING)

    def _tell_lines(self, members: Iterable[Member]) -> None:
        """Tell lines what they are owed, those aside who are behind with what was written already.

        This runs for every frame that leaves, so it does each thing once for all lines that stand alike.
        """
        last = self._owed.last
        alike: defaultdict[tuple[int, Kind], list[Member]] = defaultdict(list)
        for member in members:
            if member.told == last or not member.is_in:
                continue
            line = member.line
            if line.is_clear:
                alike[member.told, line.kind].append(member)
            else:
                self.skipped += 1
        for (told, kind), group in alike.items():
            if told < self._owed.forgotten:
                for member in group:
                    member.line.close(CLOSE_SLOW, SLOW)
                continue
            self._write([member.line for member in group], self._owed.batch(told, kind))
            for member in group:
                member.told = last
            self.written += len(group)

    def _write(self, lines: list[EdgeSocket], frames: bytes) -> None:
        """Write the same frames to lines that are clear: the ring what the system takes, each line the rest."""
        if self._ring is None or len(lines) < TOGETHER_MIN:
            for line in lines:
                line.write(frames)
            return
        for index, taken in self._ring.send([line.descriptor for line in lines], frames):
            lines[index].write(frames[taken:])


class Refusal:
    """Close a line as soon as it is open, with a code and a sentence that its page can read."""

    def __init__(self, code: int, reason: str) -> None:
        self._code = code
        self._reason = reason

    def opened(self, line: EdgeSocket) -> None:
        """Say no."""
        line.close(self._code, self._reason)

    def heard(self, line: EdgeSocket, data: bytes, *, is_text: bool) -> None:
        """Pass over what comes meanwhile."""

    def lives(self, line: EdgeSocket) -> None:
        """Pass over that, too."""

    def closed(self, line: EdgeSocket) -> None:
        """Nothing was kept."""
