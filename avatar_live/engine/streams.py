"""The encoders of the show's pictures: one stack of renditions for everybody, an encoder for each watched player."""

from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from avatar_live.channels.processes import EnginePlan
from avatar_live.encoder.kinds import KINDS, X264
from avatar_live.encoder.planes import size_of
from avatar_live.encoder.renditions import SMALL, Renditions
from avatar_live.encoder.thread import EncoderThread
from avatar_live.signals.encoded import MAIN_STREAM, PLAYER_BITRATE_BPS, VIDEO_CLOCK_HZ, EncodedFrame

Send = Callable[[EncodedFrame], None]


class Streams:
    """Own the encoders; a player's encoder lives as long as the player is drawn.

    Timestamps of video and sound count from the machine's monotonic zero, so both stay in step with each other and go
    on where they were when an engine dies and another takes over.
    """

    def __init__(self, plan: EnginePlan, send: Send) -> None:
        self._send = send
        self._fps = plan.fps
        self._kind = KINDS.get(plan.encoder, KINDS[X264])
        size = (plan.width_px, plan.height_px)
        self._main = Renditions(MAIN_STREAM, *size, plan.fps, plan.bitrate_bps, send, self._kind)
        self._players: dict[str, EncoderThread] = {}

    def put(self, picture: NDArray[np.uint8], captured_s: float, now_s: float) -> None:
        """Encode the show's picture of one moment."""
        self._main.put(picture, captured_s, round(now_s * VIDEO_CLOCK_HZ))

    def put_players(self, players: Mapping[str, NDArray[np.uint8]], now_s: float) -> None:
        """Encode each player's own picture of one moment; a player who has none is no longer drawn."""
        pts = round(now_s * VIDEO_CLOCK_HZ)
        for player in self._players.keys() - players.keys():
            self._players.pop(player).close()
        for player, picture in players.items():
            if player not in self._players:
                width_px, height_px = size_of(picture)
                self._players[player] = EncoderThread(
                    player, width_px, height_px, self._fps, PLAYER_BITRATE_BPS, self._send, kind=self._kind
                )
            self._players[player].put(picture, now_s, pts)

    def use_rungs(self, rungs: Collection[int]) -> None:
        """Make the show's lower rungs that are named, and end those that are not."""
        self._main.use_small(SMALL in rungs)

    def want_keyframe(self, stream: str, rung: int = 0) -> None:
        """Ask one encoder for a keyframe; a stream that is gone needs none."""
        if stream == MAIN_STREAM:
            self._main.want_keyframe(rung)
        elif (encoder := self._players.get(stream)) is not None:
            encoder.want_keyframe()

    def use_bitrate(self, stream: str, rung: int, bitrate_bps: int) -> None:
        """Spend this much on one encoder's pictures from now on, at most what it began with."""
        if stream == MAIN_STREAM:
            self._main.use_bitrate(rung, bitrate_bps)
        elif (encoder := self._players.get(stream)) is not None:
            encoder.use_bitrate(bitrate_bps)

    def figures(self) -> dict[str, float]:
        """Return the main stream's figures, see `Renditions.figures`."""
        return self._main.figures()

    def close(self) -> None:
        """Stop every encoder."""
        self._main.close()
        for encoder in self._players.values():
            encoder.close()
