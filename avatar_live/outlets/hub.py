"""All outlets of a show: what is wanted is opened, what is no longer wanted is finished, every packet goes to all."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final, assert_never

from avatar_live import clock
from avatar_live.channels.processes import OutletState
from avatar_live.outlets.hls import Playlist
from avatar_live.outlets.keyframes import KeyframeWishes
from avatar_live.outlets.outlet import Outlet
from avatar_live.outlets.recording import Recording
from avatar_live.outlets.rtmp_sink import RtmpSink
from avatar_live.outlets.sink import Sink
from avatar_live.outlets.target import OUTLETS_MAX, Target, parse_target
from avatar_live.outlets.timeline import Timeline
from avatar_live.outlets.whip import WhipSink
from avatar_live.signals.encoded import MAIN_STREAM, EncodedFrame

FINISH_S_MAX: Final = 1.5  # of the two seconds that a part has to stop


class Hub:
    """Own the outlets. All of it but `close` is called on the loop; `want_keyframe` is called there, too."""

    def __init__(self, loop: asyncio.AbstractEventLoop, want_keyframe: Callable[[], None]) -> None:
        self._loop = loop
        self._want_keyframe = want_keyframe
        self._wishes = KeyframeWishes()
        self._timeline = Timeline()
        self._outlets: dict[str, Outlet] = {}
        self._leaving: list[Outlet] = []

    def use(self, wanted: Sequence[str]) -> None:
        """Bring the show to these targets and no others; what goes there already goes on."""
        assert len(wanted) <= OUTLETS_MAX, "the parent counts them"
        for text in self._outlets.keys() - set(wanted):
            outlet = self._outlets.pop(text)
            outlet.ask_to_stop()
            self._leaving.append(outlet)
        for text in wanted:
            if text not in self._outlets:
                target = parse_target(text)
                self._outlets[text] = Outlet(target, partial(self._open, target))
        # In the order in which they were asked for, which is that in which people see them.
        self._outlets = {text: self._outlets[text] for text in wanted}

    def publish(self, frame: EncodedFrame) -> None:
        """Give a packet of the show to every outlet."""
        if frame.stream != MAIN_STREAM or frame.rung != 0:
            return
        now_s = clock.now_s()
        stamped = self._timeline.stamp(frame)
        if frame.kind == "video" and frame.is_keyframe:
            self._wishes.saw_keyframe(now_s)
        for outlet in self._outlets.values():
            outlet.put(stamped, now_s)
        if self._wishes.is_due(
            now_s,
            is_needed=any(outlet.needs_keyframe for outlet in self._outlets.values()),
            is_regular=any(outlet.wants_regular_keyframes for outlet in self._outlets.values()),
        ):
            self._want_keyframe()

    def states(self) -> tuple[OutletState, ...]:
        """Return how each outlet does, in the order in which they were asked for."""
        self._leaving = [outlet for outlet in self._leaving if not outlet.join(0.0)]
        now_s = clock.now_s()
        return tuple(outlet.state(now_s) for outlet in self._outlets.values())

    def close(self) -> None:
        """Finish everything, as far as that is possible within `FINISH_S_MAX`."""
        self.use(())
        end_s = clock.now_s() + FINISH_S_MAX
        for outlet in self._leaving:
            outlet.join(end_s - clock.now_s())

    def _open(self, target: Target) -> Sink:
        match target.kind:
            case "recording":
                return Recording(Path(target.where))
            case "rtmp":
                return RtmpSink(target)
            case "whip":
                return WhipSink(target, self._loop, self._want_keyframe)
            case "hls":
                return Playlist(Path(target.where), clock.wall_s())
            case _:
                assert_never(target.kind)
