"""Measure what a room costs beyond one machine, for `assets/deploy/SIZING.md`."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any, Final

from avatar_live import clock
from avatar_live.app.bench.scale.crowd import gather_readers
from avatar_live.app.bench.scale.latency import measure_latency
from avatar_live.app.bench.scale.played_node import PlayedNode
from avatar_live.app.bench.scale.show import ROOM, ScaleShow, scale_show
from avatar_live.app.faults import ShowError
from avatar_live.edge.link import FromEdge, Joined, Said
from avatar_live.edge.open_files import allow_open_files
from avatar_live.edge.streams import ALL_ENTRIES_MAX, ANSWER_S, DOWN_EVERY_S, FAULTS, Keys, open_redis, read_new
from avatar_live.protocol.wire import GiveGift, Join, Like, Say

BATCH: Final = 50  # messages of an edge in an entry, at some 5,000 a second
GIFTS_EACH: Final = 1
READERS: Final = 20
ENTRY_BYTES: Final = 1_000  # of what everybody is told within one pace of the room, when it is loud
SPARE_S: Final = 120.0  # beside the latencies; every part takes some seconds
Figures = dict[str, Any]


def measure_scale(seconds: float, lines: int, members: int, report: Callable[[str], None]) -> Figures:
    """Return latencies, what each kind of message costs, and what a line costs at an edge. Raises ShowError."""
    allow_open_files()
    with scale_show() as show:
        return asyncio.run(_measured_in_time(show, seconds, lines, members, report))


async def _measured_in_time(
    show: ScaleShow, seconds: float, lines: int, members: int, report: Callable[[str], None]
) -> Figures:
    try:
        async with asyncio.timeout(SPARE_S + 6.0 * seconds + members / 100.0):
            return await _measure(show, seconds, lines, members, report)
    except TimeoutError:
        raise ShowError(
            "The room did not answer in time: measure with fewer --members, or on a quieter machine."
        ) from None


async def _measure(show: ScaleShow, seconds: float, lines: int, members: int, report: Callable[[str], None]) -> Figures:
    figures: Figures = {}
    for name, port in (("near", show.near), ("far", show.far)):
        report(f"latency at the {name} edge ...")
        for kind, found in (await measure_latency(port, seconds)).items():
            for share, label in ((0.50, "p50"), (0.99, "p99")):
                figures[f"{name}_{kind}_{label}"] = round(_quantile(sorted(found), share), 2)
    report(f"{lines} lines at the far edge ...")
    figures |= await _crowd(show, seconds, lines)
    report(f"{members} members of a played edge ...")
    figures |= await _room(show, members)
    report(f"{READERS} edges that read ...")
    return figures | await _readers(show, seconds)


async def _crowd(show: ScaleShow, seconds: float, lines: int) -> Figures:
    """Let lines join that read, and let one talk to them."""
    before_bytes = show.far_bytes()
    readers = await gather_readers(show.far, lines)
    line_bytes = (show.far_bytes() - before_bytes) / lines
    frames, spent_s, heard = show.far_frames(), show.far_s(), sum(one.heard_bytes for one in readers)
    began_s = clock.now_s()
    await measure_latency(show.near, seconds)
    passed_s = clock.now_s() - began_s
    frames, spent_s = show.far_frames() - frames, show.far_s() - spent_s
    heard = sum(one.heard_bytes for one in readers) - heard
    for reader in readers:
        reader.transport.abort()
    return {
        "lines": lines,
        "edge_mb_empty": round(before_bytes / 1e6, 1),
        "edge_bytes_per_line": round(line_bytes),
        "edge_frames_per_second": round(frames / passed_s),
        "edge_frames_per_cpu_second": round(frames / spent_s),
        "edge_bytes_per_frame": round(heard / frames),
    }


async def _room(show: ScaleShow, members: int) -> Figures:
    """Play an edge with so many members, and return the CPU time of each kind of message in microseconds."""
    keys = Keys(ROOM)
    figures: Figures = {"members": members}
    numbers = range(1, members + 1)
    async with open_redis(show.redis_url) as redis:
        node = PlayedNode(redis, keys)
        running = [asyncio.create_task(node.live()), asyncio.create_task(node.listen())]

        async def cost(kind: str, messages: Sequence[FromEdge], heard: str = "") -> None:
            server_s, redis_s, began_s = show.server_s(), show.redis_s(), clock.now_s()
            before = node.heard[heard]
            await node.say(messages, BATCH)
            await node.until_taken()
            if heard:
                await node.until_heard(heard, before + len(messages))
            count = len(messages)
            figures[f"{kind}_per_second"] = round(count / (clock.now_s() - began_s))
            figures[f"{kind}_room_us"] = round(1e6 * (show.server_s() - server_s) / count, 1)
            figures[f"{kind}_redis_us"] = round(1e6 * (show.redis_s() - redis_s) / count, 1)

        await asyncio.sleep(0.2)
        await cost("join", [Joined(number, Join(f"Member {number}"), "") for number in numbers], "greet")
        await cost("like", [Said(number, Like(3)) for _ in range(10) for number in numbers])
        await cost("line", [Said(number, Say(f"line of {number}")) for number in numbers], "line")
        gifts = [(turn, number) for turn in range(GIFTS_EACH) for number in numbers]
        await cost("gift", [Said(number, GiveGift(f"g-{turn}-{number}", "tomato")) for turn, number in gifts], "gift")
        figures |= {name: node.heard[name] for name in ("lines_refused", "gifts_refused")}
        figures |= {f"{name}_bytes": count for name, count in sorted(node.heard_bytes.items())}
        await _end(running)
    return figures


async def _readers(show: ScaleShow, seconds: float) -> Figures:
    """Return what an entry that everybody is told costs Redis for each edge that reads it."""
    stream = "avatar_live:bench:readers"
    count = round(seconds / 2.0 / DOWN_EVERY_S)
    async with open_redis(show.redis_url) as redis:

        async def read() -> None:
            places = {stream: b"$"}
            with contextlib.suppress(*FAULTS):  # at the end Redis goes first
                while True:
                    for entries in (await read_new(redis, places)).values():
                        places[stream] = entries[-1][0]

        running = [asyncio.create_task(read()) for _ in range(READERS)]
        await asyncio.sleep(0.5)
        spent_s = show.redis_s()
        for _ in range(count):
            await redis.xadd(stream, {"body": bytes(ENTRY_BYTES)}, maxlen=ALL_ENTRIES_MAX)
            await asyncio.sleep(DOWN_EVERY_S)
        spent_s = show.redis_s() - spent_s
        await _end(running)
    return {"readers": READERS, "read_redis_us": round(1e6 * spent_s / count / READERS, 1)}


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks, timeout=ANSWER_S)  # one that waits for Redis may miss the word to end


def _quantile(values: Sequence[float], share: float) -> float:
    return values[min(int(share * len(values)), len(values) - 1)]
