"""The two processes of `bench fanout`: one sends to all viewers on a core of its own, the other is all the viewers.

Each reads orders from its standard input, one JSON line each, and answers each with one line.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import msgspec

from avatar_live.broadcast.audience import POLL_S, Onlooker
from avatar_live.broadcast.broadcaster import Broadcaster
from avatar_live.clock import now_s
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

LINE_BYTES_MAX: Final = 1 << 20
VIEWERS_MAX: Final = 1_000
FPS: Final = 30

Order = dict[str, Any]
Obey = Callable[[Order], Awaitable[Order]]


class Sender:
    """Play the same frames over and over to whoever watches, from the keyframe on again when one is wanted."""

    def __init__(self, frames: list[EncodedFrame]) -> None:
        self._frames = frames
        self._next = 0
        self._broadcaster: Broadcaster | None = None
        self._next_play: asyncio.TimerHandle | None = None
        self._begun_s = self._due_s = 0.0

    async def obey(self, order: Order) -> Order:
        """Open a broadcast and play, let a viewer in, rest and play on, tell how it does, or close it."""
        match order["do"]:
            case "open":
                self._broadcaster = Broadcaster(
                    want_keyframe=self._want_keyframe,
                    on_keys=lambda stream, keys: None,
                    on_watchers=lambda stream, count: None,
                    allow_loopback=True,
                    passes_through=order["passes_through"],
                    viewers_max=VIEWERS_MAX,
                )
                self._begun_s = now_s()
                self._play_on(self._broadcaster)
            case "watch":
                assert self._broadcaster is not None
                return {"sdp": (await self._broadcaster.watch(MAIN_STREAM, order["sdp"])).answer_sdp}
            case "play":
                assert self._broadcaster is not None
                self._play_on(self._broadcaster)
            case "rest":
                self._rest()
            case "figures":
                assert self._broadcaster is not None
                return self._broadcaster.figures()
            case "close" if self._broadcaster is not None:
                self._rest()
                await self._broadcaster.close()
        return {}

    def _want_keyframe(self, stream: str, rung: int) -> None:
        self._next = 0

    def _rest(self) -> None:
        if self._next_play is not None:
            self._next_play.cancel()

    def _play_on(self, broadcaster: Broadcaster) -> None:
        self._rest()
        self._due_s = now_s()
        self._play(broadcaster)

    def _play(self, broadcaster: Broadcaster) -> None:
        """Publish a frame when it is due, without a task that would have to be woken for it."""
        frame = self._frames[self._next]
        self._next = (self._next + 1) % len(self._frames)
        at_s = now_s()
        pts = int((self._due_s - self._begun_s) * VIDEO_CLOCK_HZ)
        broadcaster.publish(msgspec.structs.replace(frame, pts=pts, captured_s=at_s))
        self._due_s = max(self._due_s + 1 / FPS, at_s)
        self._next_play = asyncio.get_running_loop().call_later(self._due_s - now_s(), self._play, broadcaster)


class Audience:
    """Be all the viewers."""

    def __init__(self) -> None:
        self._waiting: list[Onlooker] = []
        self._onlookers: list[Onlooker] = []
        self._emptying: asyncio.Task[None] | None = None

    async def obey(self, order: Order) -> Order:
        """Make an offer and take the answer to it, answer an offer and see it work, count, or leave."""
        match order["do"]:
            case "offer":
                self._waiting.append(Onlooker())
                return {"sdp": await self._waiting[-1].offer()}
            case "accept":
                await self._waiting[-1].accept(order["sdp"])
            case "answer":
                self._waiting.append(Onlooker())
                return {"sdp": await self._waiting[-1].answer(order["sdp"])}
            case "look":
                onlooker = self._waiting.pop()
                await onlooker.drain()
                self._onlookers.append(onlooker)
                if self._emptying is None:
                    self._emptying = asyncio.create_task(self._empty())
            case "octets":
                return {"octets": [onlooker.octets for onlooker in self._onlookers]}
            case "close":
                leaving, self._onlookers = [*self._waiting, *self._onlookers], []
                for onlooker in leaving:
                    await onlooker.close()
        return {}

    async def _empty(self) -> None:
        while True:
            for onlooker in self._onlookers:
                onlooker.empty()
            await asyncio.sleep(POLL_S)


async def serve(obey: Obey) -> None:
    """Obey until the input ends."""
    reader = asyncio.StreamReader(limit=LINE_BYTES_MAX)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        sys.stdout.write(json.dumps(await obey(json.loads(line))) + "\n")
        sys.stdout.flush()
    await obey({"do": "close"})


def main(arguments: list[str]) -> None:
    """Run as `sender FRAMES` or as `audience`."""
    if arguments[0] == "sender":
        frames = msgspec.msgpack.decode(Path(arguments[1]).read_bytes(), type=list[EncodedFrame])
        asyncio.run(serve(Sender(frames).obey))
    else:
        asyncio.run(serve(Audience().obey))


if __name__ == "__main__":
    main(sys.argv[1:])
