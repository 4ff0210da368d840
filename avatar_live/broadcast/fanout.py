"""One stream and everybody who watches it: one encode, cut into payloads once, many senders."""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from avatar_live import clock
from avatar_live.broadcast.group import Groups
from avatar_live.broadcast.history import History
from avatar_live.broadcast.pacing import BURST_GAP_S
from avatar_live.broadcast.parcels import Parcel
from avatar_live.signals.encoded import EncodedFrame, StreamKind

KEYFRAME_GAP_S: Final = 0.5
SENDS_KEPT: Final = 240  # pictures of eight seconds

CallLater = Callable[[float, Callable[[], None]], object]


class Watcher(Protocol):
    """Take what is published, with a group or alone.

    Who is in step is sent a frame with its group. Anybody else is a stray and asked: `put` lets the watcher join a
    group for a parcel with which it can begin, or returns True where it took the parcel by itself.
    """

    def is_in_step(self, kind: StreamKind) -> bool: ...

    def put(self, parcel: Parcel, groups: Groups) -> bool: ...

    @property
    def needs_keyframe_of(self) -> int | None: ...


@dataclass(slots=True)
class _Rung:
    """Keep what was sent of one rung, when a keyframe was asked for, and whether one is still wanted."""

    history: History = field(default_factory=History)
    asked_s: float | None = None
    is_wanted: bool = False


class Fanout:
    """Give each frame of one stream to its watchers, and ask for a keyframe of a rung as long as one of them needs it.

    The first ask goes out at once, the next of that rung not before `KEYFRAME_GAP_S`: an ask that got lost on its way
    to an encoder that was just restarting is repeated, and a crowd that joins together asks once. A large frame leaves
    in bursts, which `call_later(delay_s, function)` brings about. `send_s` says how long the last frames took until
    the last packet to the last watcher had left.
    """

    def __init__(
        self, want_keyframe: Callable[[int], None], call_later: CallLater, now: Callable[[], float] = clock.now_s
    ) -> None:
        self._want_keyframe = want_keyframe
        self._call_later = call_later
        self._now = now
        self._rungs: defaultdict[int, _Rung] = defaultdict(_Rung)
        self._groups = Groups(now)
        self._watchers: set[Watcher] = set()
        self._strays: dict[StreamKind, dict[Watcher, None]] = {"video": {}, "audio": {}}  # in the order they strayed
        self.keyframes_asked = 0
        self.send_s: deque[float] = deque(maxlen=SENDS_KEPT)

    def __len__(self) -> int:
        return len(self._watchers)

    def join(self, watcher: Watcher) -> None:
        """Let a watcher in."""
        self._watchers.add(watcher)
        self.stray(watcher)

    def leave(self, watcher: Watcher) -> None:
        """Let a watcher go."""
        self._watchers.discard(watcher)
        for strays in self._strays.values():
            strays.pop(watcher, None)

    def stray(self, watcher: Watcher) -> None:
        """Ask a watcher for each frame until it is in step: it fell out, or wants another rung."""
        if watcher in self._watchers:
            for strays in self._strays.values():
                strays[watcher] = None

    def publish(self, frame: EncodedFrame, now_s: float) -> int:
        """Send the frame to all who are in step, offer it to the strays, and return how many took it."""
        if frame.kind == "video" and frame.is_keyframe:
            self._rungs[frame.rung].is_wanted = False
        if not self._watchers:
            return 0
        parcel = Parcel(frame, now_s)
        if not parcel.payloads:
            return 0
        taken = self._gather(parcel) + self._groups.send(parcel)
        if frame.kind == "video":
            self._rungs[frame.rung].history.append(parcel)
            self._ask(now_s)
        self._send_on(parcel, len(parcel.bursts) - 1)
        return taken

    def want_keyframe(self, rung: int, now_s: float) -> None:
        """Ask for a keyframe now, or with a later frame when one was asked for just now."""
        asked = self._rungs[rung]
        asked.is_wanted = True
        if asked.asked_s is None or now_s - asked.asked_s >= KEYFRAME_GAP_S:
            asked.asked_s = now_s
            self.keyframes_asked += 1
            self._want_keyframe(rung)

    def _gather(self, parcel: Parcel) -> int:
        """Let strays begin with a parcel who can, and return how many took it by themselves."""
        kind = parcel.frame.kind
        strays = self._strays[kind]
        for watcher in [one for one in strays if one.is_in_step(kind)]:
            del strays[watcher]
        return sum(watcher.put(parcel, self._groups) for watcher in list(strays))

    def _ask(self, now_s: float) -> None:
        needed = {watcher.needs_keyframe_of for watcher in self._strays["video"]}
        for rung in needed | {rung for rung, asked in self._rungs.items() if asked.is_wanted}:
            if rung is not None:
                self.want_keyframe(rung, now_s)

    def _send_on(self, parcel: Parcel, bursts: int) -> None:
        """Send the bursts that are left, one after the other."""
        if not bursts:
            self.send_s.append(self._now() - parcel.published_s)
            return

        def send_next() -> None:
            self._groups.go_on(parcel)
            self._send_on(parcel, bursts - 1)

        self._call_later(BURST_GAP_S, send_next)
