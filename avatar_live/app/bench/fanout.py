"""`bench fanout`: what a viewer costs, against aiortc's own way of sending and, where it is installed, against Janus.

All send the same 720p30 stream of 2.5 Mbps, with retransmission agreed on, from one process on one core to viewers in
another process on another core. Each has several turns, and the middle one counts: a machine shared with others differs
by a third from one minute to the next. Viewers connect by ICE and DTLS as browsers do and then empty their sockets, so
that they never hold the sender up; the octets that they count prove that everything came.
"""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import cv2
import msgspec
import numpy as np
import psutil

from avatar_live.app.bench.chain import Report
from avatar_live.app.bench.fanout_parts import FPS, LINE_BYTES_MAX
from avatar_live.app.bench.janus import Janus, find_janus, running_janus
from avatar_live.app.faults import ShowError
from avatar_live.encoder.video import VideoEncoder
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

WIDTH_PX, HEIGHT_PX, BITRATE_BPS = 1280, 720, 2_500_000
STREAM_S: Final = 10.0  # so that a keyframe comes every ten seconds
SETTLE_S: Final = 1.0
TURNS: Final = 3
AIORTC_VIEWERS_MAX: Final = 25  # with 40 it is out of breath, and so is Janus with 100
JANUS_VIEWERS_MAX: Final = 50
SEND_MS_MAX: Final = 33.0
SHOWN_VIEWERS_MAX: Final = 300
ARRIVED_SHARE_MIN: Final = 0.98
SENDER_CORE, AUDIENCE_CORE = 0, 1
HURRIED_NICE: Final = -15 if os.name == "posix" else 0x80  # HIGH_PRIORITY_CLASS


@dataclass(frozen=True, slots=True)
class Cost:
    """Say what a number of viewers cost one process, and what reached them."""

    viewers: int
    cpu_percent: float
    frame_send_ms_p99: float
    octets: list[int]  # of each viewer

    @property
    def cpu_percent_per_viewer(self) -> float:
        """Return the share of one core that one viewer takes."""
        return self.cpu_percent / self.viewers


def measure_fanout(
    viewers: Sequence[int], seconds: float, report: Report, *, shows_most: bool = True, stream_s: float = STREAM_S
) -> dict[str, Any]:
    """Return the figures for each number of viewers and, above them, those of the largest, ready for JSON."""
    with TemporaryDirectory(prefix="avatar-live-bench-") as place:
        report(f"Encoding {stream_s:.0f} s of a moving picture ...")
        frames = make_stream(stream_s)
        path = Path(place) / "frames"
        path.write_bytes(msgspec.msgpack.encode(frames))
        return asyncio.run(_measure(path, frames, sorted(viewers), seconds, report, shows_most))


def make_stream(seconds: float) -> list[EncodedFrame]:
    """Encode a picture that moves and grains as a camera's does, a keyframe first and no other."""
    chance = np.random.default_rng(1)
    encoder = VideoEncoder(MAIN_STREAM, WIDTH_PX, HEIGHT_PX, FPS, BITRATE_BPS)
    coarse = chance.integers(0, 256, (HEIGHT_PX // 16, WIDTH_PX // 16, 4), np.uint8)
    scene = cv2.resize(coarse, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_CUBIC)
    frames = []
    for number in range(int(seconds * FPS)):
        grain = chance.integers(0, 24, (HEIGHT_PX, WIDTH_PX, 1), np.uint8)
        picture = np.roll(scene, 3 * number, axis=1) // 2 + grain
        frames.append(encoder.encode(picture, number / FPS, number * VIDEO_CLOCK_HZ // FPS, number == 0))
    encoder.close()
    return frames


async def _measure(
    path: Path, frames: list[EncodedFrame], viewers: list[int], seconds: float, report: Report, shows_most: bool
) -> dict[str, Any]:
    rows = [await _row(path, frames, count, seconds, report) for count in viewers]
    last = rows[-1]
    if shows_most:
        most = min(int(last["viewers_per_core"]), SHOWN_VIEWERS_MAX)
        report(f"Sending to {most} viewers, as many as should fit on a core ...")
        async with _broadcasting(path, frames, most) as ours:
            rows.append({**last, **figures_of(await ours.turn(seconds))})
        last = rows[-1]
    bitrate_bps = 8 * sum(len(frame.data) for frame in frames) * FPS / len(frames)
    return {**last, "bitrate_bps": round(bitrate_bps), "rows": rows}


async def _row(path: Path, frames: list[EncodedFrame], count: int, seconds: float, report: Report) -> dict[str, Any]:
    """Let everybody join first, and then measure by turns: what else the machine does meanwhile meets all alike."""
    found = find_janus()
    async with contextlib.AsyncExitStack() as opened:
        report(f"Letting {count} viewers in, and {min(count, AIORTC_VIEWERS_MAX)} through aiortc ...")
        ours = await opened.enter_async_context(_broadcasting(path, frames, count))
        few = min(count, AIORTC_VIEWERS_MAX)
        aiortc = await opened.enter_async_context(_broadcasting(path, frames, few, passes_through=True))
        janus = None
        if found is not None:
            few = min(count, JANUS_VIEWERS_MAX)
            report(f"Letting {few} viewers in through Janus ...")
            janus = await opened.enter_async_context(_relaying(found, frames, few))
        report(f"Sending to each {TURNS} times by turns ...")
        turns = [[await one.turn(seconds) for one in (ours, aiortc, janus) if one is not None] for _ in range(TURNS)]
    own, through_aiortc, *through_janus = (typical(costs) for costs in zip(*turns, strict=True))
    return {
        **figures_of(own),
        "ratio_to_aiortc": _ratio(own, through_aiortc),
        "ratio_to_janus": _ratio(own, through_janus[0]) if through_janus else None,
        "aiortc_cpu_percent_per_viewer": round(through_aiortc.cpu_percent_per_viewer, 3),
        "janus_cpu_percent_per_viewer": round(through_janus[0].cpu_percent_per_viewer, 3) if through_janus else None,
    }


def typical(costs: Sequence[Cost]) -> Cost:
    """Return the turn that took neither most nor least of the core, with the slowest sends of all of them."""
    middle = sorted(costs, key=lambda cost: cost.cpu_percent)[len(costs) // 2]
    return replace(middle, frame_send_ms_p99=max(cost.frame_send_ms_p99 for cost in costs))


def _ratio(ours: Cost, theirs: Cost) -> float:
    return round(ours.cpu_percent_per_viewer / theirs.cpu_percent_per_viewer, 3)


def figures_of(cost: Cost) -> dict[str, Any]:
    """Return what a run says of one core: so many fit as it has time for, and as a frame reaches before the next."""
    fits = 100.0 / cost.cpu_percent_per_viewer
    in_time = cost.viewers * SEND_MS_MAX / cost.frame_send_ms_p99 if cost.frame_send_ms_p99 else fits
    return {
        "viewers": cost.viewers,
        "cpu_percent_per_viewer": round(cost.cpu_percent_per_viewer, 3),
        "frame_send_ms_p99": round(cost.frame_send_ms_p99, 2),
        "viewers_per_core": int(min(fits, in_time)),
    }


class Broadcasting:
    """Measure a sender of ours or aiortc's with everybody in it; it rests between its turns."""

    def __init__(self, sender: "Part", audience: "Part", frames: list[EncodedFrame], count: int) -> None:
        self._sender = sender
        self._audience = audience
        self._frames = frames
        self._count = count

    async def turn(self, seconds: float) -> Cost:
        """Play for so long, after a while to settle. Raises ShowError when somebody was not sent everything."""
        await self._sender.ask(do="play")
        cost = await _cost(self._sender.process, self._audience, self._count, seconds)
        _check(cost, self._frames, seconds)
        figures = await self._sender.ask(do="figures")
        await self._sender.ask(do="rest")
        return replace(cost, frame_send_ms_p99=figures["send_ms_p99"])


class Relaying:
    """Measure Janus in the same way."""

    def __init__(self, janus: Janus, audience: "Part", frames: list[EncodedFrame], count: int) -> None:
        self._janus = janus
        self._audience = audience
        self._frames = frames
        self._count = count

    async def turn(self, seconds: float) -> Cost:
        """See `Broadcasting`."""
        async with self.feeding():
            cost = await _cost(self._janus.process, self._audience, self._count, seconds)
        _check(cost, self._frames, seconds)
        return cost

    @contextlib.asynccontextmanager
    async def feeding(self) -> AsyncIterator[None]:
        """Give Janus the stream during a block."""
        feeding = asyncio.create_task(self._janus.feed(self._frames))
        try:
            yield
        finally:
            feeding.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await feeding


@contextlib.asynccontextmanager
async def _broadcasting(
    path: Path, frames: list[EncodedFrame], count: int, *, passes_through: bool = False
) -> AsyncIterator[Broadcasting]:
    async with _part(SENDER_CORE, "sender", str(path)) as sender, _part(AUDIENCE_CORE, "audience") as audience:
        hurry(sender.process)
        await sender.ask(do="open", passes_through=passes_through)
        for _ in range(count):
            offer = await audience.ask(do="offer")
            answer = await sender.ask(do="watch", sdp=offer["sdp"])
            await audience.ask(do="accept", sdp=answer["sdp"])
            await audience.ask(do="look")
        await sender.ask(do="rest")
        yield Broadcasting(sender, audience, frames, count)


@contextlib.asynccontextmanager
async def _relaying(found: tuple[str, Path], frames: list[EncodedFrame], count: int) -> AsyncIterator[Relaying]:
    async with running_janus(*found) as janus, _part(AUDIENCE_CORE, "audience") as audience:
        pin_all(janus.process, SENDER_CORE)
        hurry(janus.process)
        relaying = Relaying(janus, audience, frames, count)
        async with relaying.feeding():
            for _ in range(count):
                path, offer = await janus.offer()
                answer = await audience.ask(do="answer", sdp=offer)
                await janus.accept(path, answer["sdp"])
                await audience.ask(do="look")
        yield relaying


async def _cost(process: psutil.Process, audience: "Part", count: int, seconds: float) -> Cost:
    await asyncio.sleep(SETTLE_S)
    before, cpu_s = (await audience.ask(do="octets"))["octets"], _cpu_s(process)
    begun_s = asyncio.get_running_loop().time()
    await asyncio.sleep(seconds)
    cpu_s, passed_s = _cpu_s(process) - cpu_s, asyncio.get_running_loop().time() - begun_s
    after = (await audience.ask(do="octets"))["octets"]
    octets = [int((now - then) * seconds / passed_s) for then, now in zip(before, after, strict=True)]
    return Cost(count, 100.0 * cpu_s / passed_s, 0.0, octets)


def _check(cost: Cost, frames: list[EncodedFrame], seconds: float) -> None:
    """Raise ShowError when not everybody was sent everything: then the figures would flatter."""
    sizes, window = [len(frame.data) for frame in frames], min(len(frames), int(seconds * FPS))
    least = min(sum(sizes[at : at + window]) for at in range(len(sizes) - window + 1))
    if len(cost.octets) != cost.viewers or min(cost.octets) < least * ARRIVED_SHARE_MIN:
        raise ShowError(
            f"Of {cost.viewers} viewers one got {min(cost.octets, default=0)} octets instead of {least}: "
            "this machine is too busy to measure, or its cores are too few."
        )


class Part:
    """Speak with one of the two processes."""

    def __init__(self, child: asyncio.subprocess.Process) -> None:
        self._child = child
        self.process = psutil.Process(child.pid)

    async def ask(self, **order: Any) -> dict[str, Any]:
        """Give an order and return what comes of it. Raises ShowError when the process has died of it."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(order).encode() + b"\n")
        line = await self._child.stdout.readline()
        if not line:
            raise ShowError(f"The process that should {order['do']} has died: see its words above.")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.asynccontextmanager
async def _part(core: int, *arguments: str) -> AsyncIterator[Part]:
    pipe = asyncio.subprocess.PIPE
    command = (sys.executable, "-m", "avatar_live.app.bench.fanout_parts", *arguments)
    child = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LINE_BYTES_MAX)
    pin(child.pid, core)
    assert child.stdin is not None
    try:
        yield Part(child)
    finally:
        child.stdin.close()
        await child.wait()


def pin(pid: int, core: int) -> None:
    """Keep a process on one core, where the system can and there is more than one."""
    if hasattr(os, "sched_setaffinity") and core in os.sched_getaffinity(0) and len(os.sched_getaffinity(0)) > 1:
        os.sched_setaffinity(pid, {core})


def hurry(process: psutil.Process) -> None:
    """Let a process go before others, where this user may: what else runs on the machine is not measured here."""
    with contextlib.suppress(psutil.AccessDenied):
        process.nice(HURRIED_NICE)


def pin_all(process: psutil.Process, core: int) -> None:
    """Keep a process whose threads run already on one core; threads to come follow."""
    for thread in process.threads():
        pin(thread.id, core)


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
