"""The door between the frames that the engine makes and the viewers who watch them."""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from avatar_live import clock
from avatar_live.broadcast.adaptation import FULL
from avatar_live.broadcast.fanout import Fanout
from avatar_live.broadcast.feedback import Feedback
from avatar_live.broadcast.fragment import parse_fragment
from avatar_live.broadcast.ladder import BOTH, Ladder
from avatar_live.broadcast.network import Network
from avatar_live.broadcast.offer import BroadcastError, checked_offer
from avatar_live.broadcast.rounds import Rounds
from avatar_live.broadcast.spending import Spending, spend
from avatar_live.broadcast.statistics import BroadcastFigures, ViewerFigures
from avatar_live.protocol.wire import Keys
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

if TYPE_CHECKING:
    from avatar_live.broadcast.viewer import Viewer

RETRY_AFTER_S: Final = 5
CONNECTING_MAX: Final = 12  # offers of one address that have not become a connection yet: a household coming back
SWEEP_S: Final = 0.5
FIGURES_S: Final = 2.0
LEFT_MAX: Final = 256
NUMBERS: Final = 1_000_000  # from which a viewer's is drawn

__all__ = ["BroadcastError", "Broadcaster", "Watch"]


@dataclass(frozen=True, slots=True)
class Watch:
    """Name one viewer's session by an id that cannot be guessed, and carry the answer to its offer."""

    id: str
    answer_sdp: str


@dataclass(slots=True, eq=False)
class _Place:
    stream: str
    viewer: "Viewer"
    address: str
    number: int
    spending: Spending = field(default_factory=Spending)


class Broadcaster:
    """Send every published frame to everybody who watches its stream. All of it runs on one asyncio loop.

    With `passes_through` aiortc sends the packets, which only a measurement wants.

    The callbacks are called on that loop: `want_keyframe(stream, rung)` at most twice a second a rung, `on_keys(stream,
    keys)` when a player's keys change, `on_watchers(stream, count)` when somebody comes or goes, `on_feedback(watch_id,
    feedback)` when a viewer tells of its network, `on_rungs(rungs)` with the lower rungs of the show that are wanted,
    `on_bitrate(stream, bitrate_bps)` with what a player's stream may spend from now on. Frames carry `pts` of video
    (90 kHz) and sound (48 kHz) from one origin, and `captured_s` of both on the monotonic clock: viewers line them up
    by `captured_s`.
    """

    def __init__(
        self,
        *,
        want_keyframe: Callable[[str, int], None],
        on_keys: Callable[[str, Keys], None],
        on_watchers: Callable[[str, int], None],
        network: Network | None = None,
        on_feedback: Callable[[str, Feedback], None] = lambda watch_id, feedback: None,
        on_rungs: Callable[[tuple[int, ...]], None] = lambda rungs: None,
        on_bitrate: Callable[[str, int], None] = lambda stream, bitrate_bps: None,
        allow_loopback: bool = False,
        passes_through: bool = False,
        viewers_max: int = 100,
        now: Callable[[], float] = clock.now_s,
    ) -> None:
        self._want_keyframe = want_keyframe
        self._on_keys = on_keys
        self._on_watchers = on_watchers
        self._network = network if network is not None else Network(allow_loopback=allow_loopback)
        self._on_feedback = on_feedback
        self._passes_through = passes_through
        self._viewers_max = viewers_max
        self._now = now
        self._is_loaded = False
        self._fanouts: dict[str, Fanout] = {}
        self._places: dict[str, _Place] = {}
        self._on_bitrate = on_bitrate
        self._ladder = Ladder(on_rungs)
        self._rounds = Rounds(now)
        self._farewells: set[asyncio.Task[None]] = set()
        self._left: deque[str] = deque(maxlen=LEFT_MAX)  # sessions that ended and were not said goodbye to
        self._chores: list[asyncio.Task[None]] = []
        self._sent: deque[tuple[float, int]] = deque()  # when, video frames to viewers
        self._keyframes_asked = self._dropped = self._keys_dropped = 0  # by those who are gone

    def publish(self, frame: EncodedFrame) -> int:
        """Send the frame to all who watch its stream, and return how many could take it: who is connected and in step.

        Call it on the loop, for every frame, as soon as there is one.
        """
        fanout = self._fanouts.get(frame.stream)
        if fanout is None:
            return 0
        now = self._now()
        taken = fanout.publish(frame, now)
        if frame.kind == "video" and frame.stream == MAIN_STREAM:
            self._ladder.note(frame, now)
        if frame.kind == "video":
            self._sent.append((now, taken))
            while now - self._sent[0][0] > FIGURES_S:
                self._sent.popleft()
            if frame.stream == MAIN_STREAM and frame.rung == FULL:
                self._rounds.read()  # here, since a turn of the loop costs as much as sending to two viewers
        return taken

    async def load(self) -> None:
        """Load what the first viewer needs, in a thread: the loop may carry a room, and `watch` would hold it up.

        Raises BroadcastError where it cannot be loaded: the room does without.
        """
        if not self._is_loaded:
            try:
                await asyncio.to_thread(_viewer_kind)
            except (ImportError, OSError) as error:
                reason = f"This server cannot send pictures, because its WebRTC cannot be loaded ({error})."
                raise BroadcastError(503, reason) from error
            self._is_loaded = True

    async def watch(self, stream: str, offer_sdp: str, address: str = "") -> Watch:
        """Answer the offer of a viewer at a network address. Raises BroadcastError with the HTTP status and why not.

        A player's stream has one viewer, so a new one (a page that was loaded again) takes the old one's place. It is
        let in above the limits, which are for the show: it has been paid for, and there are few of them.
        """
        if stream == MAIN_STREAM:
            self._check_places(address)
        offer = checked_offer(offer_sdp)
        if not self._chores:
            self._chores = [
                asyncio.create_task(self._sweep_forever(), name="broadcast-sweep"),
                asyncio.create_task(self._look_forever(), name="broadcast-ladder"),
            ]
        earlier = [id for id, place in self._places.items() if place.stream == stream != MAIN_STREAM]
        watch_id = secrets.token_urlsafe(24)
        viewer = _viewer_kind()(
            now=self._now,
            wants_keyframe=lambda: self._wanted_by(watch_id),
            on_keys=None if stream == MAIN_STREAM else lambda keys: self._on_keys(stream, keys),
            on_end=lambda: self._let_go(watch_id),
            on_stray=lambda: fanout.stray(viewer),
            network=self._network,
            on_feedback=lambda feedback: self._heard(watch_id, feedback),
            rounds=self._rounds,
            passes_through=self._passes_through,
        )
        fanout = self._fanouts.setdefault(stream, self._new_fanout(stream))
        fanout.join(viewer)
        self._places[watch_id] = _Place(stream, viewer, address, self._fresh_number())
        self._ladder.join(watch_id, viewer, is_steered=stream == MAIN_STREAM)
        self._on_watchers(stream, len(fanout))
        try:
            answer = await viewer.answer(offer)
        except BaseException:
            await self.unwatch(watch_id)
            raise
        if watch_id not in self._places:
            raise BroadcastError(410, "This stream has ended, or somebody with the same token has it now.")
        for old in earlier:
            self._let_go(old)
        return Watch(watch_id, answer)

    async def trickle(self, watch_id: str, fragment: str) -> None:
        """Take more candidates of a viewer, as a fragment of SDP (RFC 8840). Raises BroadcastError."""
        place = self._places.get(watch_id)
        if place is None:
            raise BroadcastError(404, "There is no such session, or it has ended.")
        await place.viewer.trickle(parse_fragment(fragment))

    def has(self, watch_id: str) -> bool:
        """Say whether there is such a session."""
        return watch_id in self._places

    async def unwatch(self, watch_id: str) -> bool:
        """End a session; False when there is none of that id.

        A viewer's goodbye is answered once even when its connection, which closes at the same moment, was quicker.
        """
        farewell = self._let_go(watch_id)
        is_known = watch_id in self._left
        if is_known:
            self._left.remove(watch_id)
        if farewell is not None:
            await asyncio.shield(farewell)
        return is_known

    def use_rung(self, watch_id: str, rung: int) -> None:
        """Let a viewer change to another rung with its next keyframe; a viewer who has left is no error."""
        place = self._places.get(watch_id)
        if place is not None:
            place.viewer.use_rung(rung)

    def end(self, stream: str) -> None:
        """Let everybody go who watches a stream that is over, also who is still connecting."""
        for watch_id in [id for id, place in self._places.items() if place.stream == stream]:
            self._let_go(watch_id)

    def streams(self) -> dict[str, int]:
        """Return how many watch each stream that is watched."""
        return {stream: len(fanout) for stream, fanout in self._fanouts.items()}

    def figures(self) -> dict[str, float]:
        """Return viewers, sent_fps (video frames a second to all viewers together), and counts since the start.

        send_ms_p99 is the time from `publish` until the last packet to the last viewer has left.
        """
        now = self._now()
        viewers = [place.viewer for place in self._places.values()]
        return {
            "viewers": float(len(viewers)),
            "sent_fps": sum(count for at, count in self._sent if now - at <= FIGURES_S) / FIGURES_S,
            "send_ms_p99": 1e3 * _p99([one for fanout in self._fanouts.values() for one in fanout.send_s]),
            "keyframes_asked": float(
                self._keyframes_asked + sum(fanout.keyframes_asked for fanout in self._fanouts.values())
            ),
            "frames_dropped": float(self._dropped + sum(viewer.dropped for viewer in viewers)),
            "weak": float(sum(viewer.rung != FULL for viewer in viewers)),
            "keys_dropped": float(self._keys_dropped + sum(viewer.keys_dropped for viewer in viewers)),
        }

    def statistics(self) -> BroadcastFigures:
        """Return how each rung of the show and each viewer does."""
        now = self._now()
        viewers = tuple(self._figures_of(watch_id, place) for watch_id, place in self._places.items())
        return BroadcastFigures({rung: self._ladder.rate_bps(rung, now) for rung in BOTH}, viewers)

    def sweep(self) -> None:
        """Let go of viewers who never came or have fallen silent; done twice a second by itself."""
        for watch_id in [id for id, place in self._places.items() if place.viewer.is_gone()]:
            self._let_go(watch_id)

    async def close(self) -> None:
        """Say goodbye to everybody."""
        for chore in self._chores:
            chore.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await chore
        self._chores = []
        for watch_id in list(self._places):
            self._let_go(watch_id)
        await asyncio.gather(*self._farewells)

    def _figures_of(self, watch_id: str, place: _Place) -> ViewerFigures:
        weather, viewer = self._ladder.weather(watch_id), place.viewer
        return ViewerFigures(
            number=place.number,
            stream="main" if place.stream == MAIN_STREAM else "player",
            rung=viewer.rung,
            sent_bytes=viewer.sent_bytes,
            frames_dropped=viewer.dropped,
            estimate_bps=weather.estimate_bps,
            loss=None if weather.loss_s is None else weather.loss,
            rtt_s=weather.rtt_s,
            freezes=viewer.pulse.freezes,
            frozen_s=viewer.pulse.frozen_ms / 1e3,
            delay_s=viewer.pulse.delay_ms / 1e3,
        )

    def _fresh_number(self) -> int:
        taken = {place.number for place in self._places.values()}
        return next(number for number in iter(lambda: secrets.randbelow(NUMBERS), None) if number not in taken)

    def _check_places(self, address: str) -> None:
        places = self._places.values()
        if len(places) >= self._viewers_max:
            raise BroadcastError(503, "All places are taken: try again in a few seconds.", RETRY_AFTER_S)
        if sum(place.address == address and not place.viewer.is_connected for place in places) >= CONNECTING_MAX:
            reason = "Too many viewers at your address are connecting just now: try again in a few seconds."
            raise BroadcastError(503, reason, RETRY_AFTER_S)

    def _new_fanout(self, stream: str) -> Fanout:
        call_later = asyncio.get_running_loop().call_later
        return Fanout(lambda rung: self._want_keyframe(stream, rung), call_later, self._now)

    def _wanted_by(self, watch_id: str) -> None:
        place = self._places.get(watch_id)
        if place is not None:
            self._fanouts[place.stream].want_keyframe(place.viewer.rung, self._now())

    def _heard(self, watch_id: str, feedback: Feedback) -> None:
        now = self._now()
        self._ladder.hear(watch_id, feedback, now)
        self._on_feedback(watch_id, feedback)
        place = self._places.get(watch_id)
        if place is not None and place.stream != MAIN_STREAM:
            self._ration(place, spend(place.spending, self._ladder.weather(watch_id), now))

    def _ration(self, place: _Place, spending: Spending) -> None:
        """Let a player's stream spend so much, and tell when that is another sum than before."""
        is_news = spending.bitrate_bps != place.spending.bitrate_bps
        place.spending = spending
        if is_news:
            self._on_bitrate(place.stream, spending.bitrate_bps)

    def _let_go(self, watch_id: str) -> asyncio.Task[None] | None:
        place = self._places.pop(watch_id, None)
        if place is None:
            return None
        self._left.append(watch_id)
        self._ladder.leave(watch_id)
        fanout = self._fanouts[place.stream]
        fanout.leave(place.viewer)
        self._dropped += place.viewer.dropped
        self._keys_dropped += place.viewer.keys_dropped
        if not fanout:
            self._keyframes_asked += fanout.keyframes_asked
            del self._fanouts[place.stream]
        self._on_watchers(place.stream, len(fanout))
        farewell = asyncio.create_task(place.viewer.close(), name="broadcast-farewell")
        self._farewells.add(farewell)
        farewell.add_done_callback(self._farewells.discard)
        return farewell

    async def _sweep_forever(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_S)
            self._rounds.catch_up()
            self.sweep()

    async def _look_forever(self) -> None:
        while True:
            pause_s = self._ladder.look(self._now())
            await asyncio.sleep(pause_s)


def _viewer_kind() -> "type[Viewer]":
    """Load WebRTC, which takes FFmpeg's libraries with it: a room whose picture nobody watches here does without."""
    from avatar_live.broadcast.viewer import Viewer

    return Viewer


def _p99(values: list[float]) -> float:
    return sorted(values)[len(values) * 99 // 100] if values else 0.0
