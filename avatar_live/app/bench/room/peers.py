"""The same frames to the same crowd by three servers in turns on one core: ours, Node's ws and socket.io.

What a machine gives changes from minute to minute by more than some servers differ, so each has its turn in every
round, and of the rounds' ratios the middle one counts.
"""

import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import psutil

from avatar_live.app.bench.room.room import ACTIVE, Room, crowds_of, free_port, tell
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import PROJECT
from avatar_live.protocol.wire import Like, Show

PEERS: Final = PROJECT / "web" / "peer" / "room"
SHOW: Final = Show(30_000, 0, 0.123, 4, 5, 12_345, 12_346, ("Ann", "Bob", "Cleo"), True, "a camera, and what it sees")
PEER_NAMES: Final = ("ws", "socketio")
ROUNDS: Final = 3
LIKES_HZ: Final = 10  # so that our room has something new to show in every tick
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a server needed: frames sent for each second of a core, and memory for each line."""

    frames_per_cpu_s: float
    rss_bytes_per_line: float


def measure_peers(lines: int, seconds: float, say: Say, rounds: int = ROUNDS) -> dict[str, float | None]:
    """Return our frames per CPU-second and memory per line as ratios to `ws` and socket.io; null where Node is not."""
    core, other = sorted(os.sched_getaffinity(0))[:2] if len(os.sched_getaffinity(0)) > 1 else (None, None)
    node = shutil.which("node")
    costs: dict[str, list[Cost]] = {name: [] for name in ("ours", *(PEER_NAMES if node else ()))}
    for _ in range(rounds):
        for name, so_far in costs.items():
            is_ours = name == "ours"
            cost = _ours(lines, seconds, core, other) if is_ours else _theirs(name, lines, seconds, core, other)
            say(f"{name}: {cost.frames_per_cpu_s:.0f} frames a CPU-second, {cost.rss_bytes_per_line:.0f} bytes a line")
            so_far.append(cost)
    ours = costs["ours"]
    figures: dict[str, float | None] = {
        "peer_lines": float(lines),
        "frames_per_cpu_second": round(statistics.median(one.frames_per_cpu_s for one in ours)),
        "line_rss_bytes": round(statistics.median(one.rss_bytes_per_line for one in ours)),
    }
    for name in PEER_NAMES:
        both = list(zip(ours, costs.get(name, ()), strict=False))
        speed = [own.frames_per_cpu_s / peer.frames_per_cpu_s for own, peer in both]
        memory = [own.rss_bytes_per_line / peer.rss_bytes_per_line for own, peer in both]
        figures[f"ratio_to_{name}"] = round(statistics.median(speed), 2) if both else None
        figures[f"memory_ratio_to_{name}"] = round(statistics.median(memory), 2) if both else None
    return figures


def _ours(lines: int, seconds: float, core: int | None, other: int | None) -> Cost:
    with (
        tempfile.TemporaryDirectory(prefix="avatar-live-room-") as folder,
        Room(Path(folder), 1, core) as room,
        contextlib.ExitStack() as opened,
    ):
        before = room.rss()
        crowds = [opened.enter_context(crowd) for crowd in crowds_of(room.port, lines, core=other)]
        tell(crowds, "connect")
        tell(crowds, "listen 1")
        rss = room.rss() - before
        tell(crowds, "forget")
        cpu_s = room.cpu_s()
        like = msgspec.json.encode(Like(1)).decode()
        heard = tell(crowds, f"listen {seconds} {LIKES_HZ} {like}")
        return Cost(sum(one.frames for one in heard) / (room.cpu_s() - cpu_s), rss / lines)


def _theirs(name: str, lines: int, seconds: float, core: int | None, other: int | None) -> Cost:
    port = free_port()
    with _peer(name, port, core) as process, contextlib.ExitStack() as opened:
        assert process.stdin is not None
        measured = psutil.Process(process.pid)
        before = measured.memory_info().rss
        crowds = [opened.enter_context(crowd) for crowd in crowds_of(port, lines, core=other, speak=name)]
        tell(crowds, "connect")
        tell(crowds, "listen 1")
        rss = measured.memory_info().rss - before
        process.stdin.write(b"go " + msgspec.json.encode(SHOW) + b"\n")
        process.stdin.flush()
        tell(crowds, "listen 1")
        tell(crowds, "forget")
        cpu_s = sum(measured.cpu_times()[:2])
        heard = tell(crowds, f"listen {seconds}")
        return Cost(sum(one.frames for one in heard) / (sum(measured.cpu_times()[:2]) - cpu_s), rss / lines)


@contextlib.contextmanager
def _peer(name: str, port: int, core: int | None) -> "Iterator[subprocess.Popen[bytes]]":
    """Run a peer's server on one core. Raises ShowError when it does not start."""
    process = subprocess.Popen(
        ["node", str(PEERS / f"{name}.mjs"), str(port), str(ACTIVE)],
        cwd=PEERS,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        assert process.stdin is not None and process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise ShowError(f"The peer {name} did not start: run `npm ci` in web/.")
        yield process
        process.stdin.close()
        process.wait(10.0)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
