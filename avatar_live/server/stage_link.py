"""The engine as the server sees it: frames come in, cues and views go out, and it may be gone at any moment."""

from collections.abc import Callable
from typing import Final, assert_never

from avatar_live import clock
from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.channels.link import EngineConnection
from avatar_live.channels.processes import (
    BitrateWanted,
    CueTaken,
    EngineHello,
    EngineNote,
    FromEngine,
    KeyframeWanted,
    PlayersFit,
    StageCue,
    Steered,
    Watched,
)
from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import GameView
from avatar_live.room import events as ev
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

LIVE_S: Final = 1.0  # without a frame for so long, the show is not live
VIEW_IDLE_S: Final = 0.5


class StageLink:
    """Turn the engine's words into room events, and the room's wishes into words for the engine."""

    def __init__(self, handle: Callable[[ev.Event], None]) -> None:
        self._handle = handle
        self._broadcaster: Broadcaster | None = None
        self._connection: EngineConnection | None = None
        self._is_greeted = False
        self._frame_s = float("-inf")
        self._view_s = float("-inf")
        self._watchers: set[str] = set()
        self._rungs: tuple[int, ...] = ()
        self._watched: Watched | None = None
        self._seen: set[str] = set()

    def open(self, broadcaster: Broadcaster) -> None:
        """Publish frames through `broadcaster`, whose callbacks are ours."""
        self._broadcaster = broadcaster

    @property
    def is_live(self) -> bool:
        """Say that frames of the show are coming."""
        return clock.now_s() - self._frame_s < LIVE_S

    async def on_connection(self, connection: EngineConnection | None) -> None:
        """Notice that an engine connected, or that it is gone; a newer one replaces an older."""
        if self._is_greeted:
            self._handle(ev.EngineLeft())
        self._connection = connection
        self._is_greeted = False
        self._seen.clear()

    def on_message(self, message: FromEngine) -> None:
        """Take one word of the engine."""
        match message:
            case EncodedFrame():
                self._on_frame(message)
            case EngineHello():
                self._is_greeted = True
                self._watched = None
                self._view_s = float("-inf")
                self._handle(ev.EngineCame())
            case EngineNote(source):
                self._handle(ev.SourceChanged(source))
            case PlayersFit(count):
                self._handle(ev.SeatsMeasured(count))
            case CueTaken(id):
                self._handle(ev.CueWasTaken(id))
            case _:
                assert_never(message)

    def show(self, id: int, cue: Cue, key: str) -> None:
        """Give a cue; the room gives it again to the next engine when this one has not taken it."""
        if self._connection is not None and self._is_greeted:
            self._connection.send(StageCue(id, cue, key))

    def send_view(self, view: GameView, is_at_rest: bool, is_steered: bool, players: frozenset[str]) -> None:
        """Send the game, seldom while nothing moves, and then the streams that are watched when they changed.

        A player's keys in it are worth a frame at once.
        """
        if self._connection is None or not self._is_greeted:
            return
        now_s = clock.now_s()
        if not is_at_rest or now_s - self._view_s >= VIEW_IDLE_S:
            self._view_s = now_s
            self._connection.send(view)
        if is_steered:
            self._connection.send(Steered())
        watched = Watched(tuple(sorted(self._watchers & players)), self._rungs)
        if watched != self._watched:
            self._watched = watched
            self._connection.send(watched)

    def end_player(self, player: str) -> None:
        """Let go of who watches a player's stream: the game is over."""
        self._seen.discard(player)
        if self._broadcaster is not None:
            self._broadcaster.end(player)

    def want_keyframe(self, stream: str, rung: int) -> None:
        """Ask the encoder of a stream for a keyframe."""
        if self._connection is not None and self._is_greeted:
            self._connection.send(KeyframeWanted(stream, rung))

    def want_bitrate(self, stream: str, bitrate_bps: int) -> None:
        """Let the encoder of a player's stream spend so much."""
        if self._connection is not None and self._is_greeted:
            self._connection.send(BitrateWanted(stream, 0, bitrate_bps))

    def on_rungs(self, rungs: tuple[int, ...]) -> None:
        """Note which lower rungs of the show are wanted."""
        self._rungs = rungs

    def on_watchers(self, stream: str, count: int) -> None:
        """Note who watches a player's stream."""
        if stream == MAIN_STREAM:
            return
        if count == 0:
            self._watchers.discard(stream)
        else:
            self._watchers.add(stream)
            self._handle(ev.PlayerWatches(stream))

    def _on_frame(self, frame: EncodedFrame) -> None:
        assert self._broadcaster is not None
        taken = self._broadcaster.publish(frame)
        if frame.kind != "video":
            return
        if frame.stream == MAIN_STREAM:
            self._frame_s = clock.now_s()
        elif taken and frame.stream not in self._seen:  # a player who is not connected yet has seen nothing
            self._seen.add(frame.stream)
            self._handle(ev.PlayerSees(frame.stream))
