"""When what viewers say is read: that of all who are content together, once a frame.

Most of it says that all is well, and to wake for each packet costs several times what reading it does. Who misses
packets is read at once, because a repair is in a hurry.
"""

import asyncio
import heapq
import os
import select
import socket
import struct
from collections.abc import Callable
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Final

from avatar_live import clock

if TYPE_CHECKING:
    from avatar_live.broadcast.aiortc_internals import Pair

PROMPT_S: Final = 5.0  # after the last packet that was missed
REST_S: Final = 0.25
TURNS_S: Final = 0.25  # turns are done together: the first finds nothing in the caches, the others do
READS_MAX: Final = 32  # packets of one viewer in one round: who floods us waits
DATAGRAM_BYTES_MAX: Final = 2_048
_SO_TIMESTAMPNS: Final = 35  # Linux tells with each datagram when it came in
_STAMP: Final = struct.Struct("@ll")


class Mailbox:
    """What comes in from one peer, at a second handle on the socket at which aioice waits."""

    def __init__(self, pair: "Pair", own: socket.socket) -> None:
        self._pair = pair
        self._socket = own
        self.handle = own.fileno()

    def pause(self) -> None:
        """Let the loop wait for nothing here."""
        self._pair.pause_reading()

    def resume(self) -> None:
        """Let the loop read what comes, at once."""
        self._pair.resume_reading()

    def take(self) -> tuple[bytes, tuple[str, int], float] | None:
        """Return the next datagram, who sent it, and for how many seconds it has waited; None when there is none."""
        if self._pair.is_closed:
            return None
        try:
            data, told, _, sender = self._socket.recvmsg(DATAGRAM_BYTES_MAX, socket.CMSG_SPACE(_STAMP.size))
        except OSError:
            return None
        stamps = [value for level, kind, value in told if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS)]
        if not stamps:
            return data, sender, 0.0
        seconds, nanoseconds = _STAMP.unpack(stamps[0])
        return data, sender, max(0.0, clock.wall_s() - seconds - nanoseconds * 1e-9)

    def hand_on(self, data: bytes, sender: tuple[str, int]) -> None:
        """Let ICE have a datagram."""
        self._pair.receive(data, sender)

    def close(self) -> None:
        """Close the second handle."""
        self._socket.close()


class Rounds:
    """Read the mailboxes of all who are content when `read` is called; the loop reads the others.

    `now` is the monotonic clock, and while something is read the time at which that came in.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._waiting: select.epoll | None = None
        self._content: dict[int, Mailbox] = {}  # by handle
        self._prompt: dict[Mailbox, float] = {}  # and until when
        self._due: list[tuple[float, int, Callable[[], None]]] = []  # a heap
        self._tickets = count()
        self._heard_s: float | None = None
        self._read_s = self._turned_s = now()

    def __len__(self) -> int:
        return len(self._content) + len(self._prompt)

    def now(self) -> float:
        """Return the time, or the one that counts for what is being read."""
        return self._now() if self._heard_s is None else self._heard_s

    def open(self, pair: "Pair") -> Mailbox | None:
        """Read a peer's packets from now on; None where only the loop can, as over a relay."""
        handle = pair.socket_handle
        if handle is None or not hasattr(select, "epoll") or not pair.can_pause:
            return None
        try:
            if self._waiting is None:
                self._waiting = select.epoll()
            own = socket.socket(fileno=os.dup(handle))
            own.setblocking(False)
            own.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        except OSError:  # no more handles for this process, or a socket that was closed just now
            return None
        mailbox = Mailbox(pair, own)
        self._calm(mailbox)
        return mailbox

    def close(self, mailbox: Mailbox) -> None:
        """Let go of a mailbox; one that was let go of is no error."""
        if self._forget(mailbox):
            mailbox.resume()
            mailbox.close()
        if not self and self._waiting is not None:
            self._waiting.close()
            self._waiting = None

    def hurry(self, mailbox: Mailbox) -> None:
        """Read what comes here at once, for as long as packets are missed and `PROMPT_S` more."""
        if self._forget(mailbox):
            mailbox.resume()
            self._prompt[mailbox] = self._now() + PROMPT_S

    def call_in_turn(self, delay_s: float, call: Callable[[], None]) -> None:
        """Call what is to be done in a round soon after so long: nobody wakes for it."""
        heapq.heappush(self._due, (self._now() + delay_s, next(self._tickets), call))

    def catch_up(self) -> None:
        """Read what comes at once where there were no rounds for `REST_S`, as when the show rests."""
        if self._now() - self._read_s >= REST_S:
            for mailbox in [*self._content.values(), *self._prompt]:
                self.hurry(mailbox)
            self.read()

    def read(self) -> None:
        """Read what has come."""
        since_s, now_s = self._read_s, self._now()
        self._read_s = now_s
        if now_s - self._turned_s >= TURNS_S:
            self._turned_s = now_s
            while self._due and self._due[0][0] <= now_s:
                _, _, call = heapq.heappop(self._due)
                self._try(call)
        for mailbox in [one for one, until_s in self._prompt.items() if until_s <= now_s]:
            del self._prompt[mailbox]
            self._calm(mailbox)
        if self._waiting is None:
            return
        for handle, _ in self._waiting.poll(0):
            self._try(partial(self._empty, handle, since_s, now_s))
            self._heard_s = None

    def _try(self, call: Callable[[], None]) -> None:
        """Do what concerns one viewer as the loop does it: when it fails, the others are looked after all the same."""
        try:
            call()
        except Exception as error:
            message = "What a viewer said cannot be read, or it cannot be asked."
            asyncio.get_running_loop().call_exception_handler({"message": message, "exception": error})

    def _empty(self, handle: int, since_s: float, now_s: float) -> None:
        for _ in range(READS_MAX):
            mailbox = self._content.get(handle)  # what was read may have closed it, or put it in a hurry
            taken = None if mailbox is None else mailbox.take()
            if mailbox is None or taken is None:
                return
            data, sender, waited_s = taken
            self._heard_s = max(since_s, now_s - waited_s)  # the wall clock may have been set in between
            mailbox.hand_on(data, sender)

    def _calm(self, mailbox: Mailbox) -> None:
        assert self._waiting is not None
        try:
            self._waiting.register(mailbox.handle, select.EPOLLIN)
        except OSError:  # the system watches no more for this user: the loop reads on until that may have changed
            self._prompt[mailbox] = self._now() + PROMPT_S
            return
        mailbox.pause()
        self._content[mailbox.handle] = mailbox

    def _forget(self, mailbox: Mailbox) -> bool:
        """Say whether it was known."""
        if self._prompt.pop(mailbox, None) is not None:
            return True
        if self._content.get(mailbox.handle) is not mailbox:  # another's, who has the number now
            return False
        assert self._waiting is not None
        del self._content[mailbox.handle]
        self._waiting.unregister(mailbox.handle)
        return True
