"""A show as it stands beyond one machine, on one: a Redis, a server, an edge of its own machine and one elsewhere."""

import contextlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec
import psutil

from avatar_live import clock
from avatar_live.app.bench.private_redis import PrivateRedis, private_redis
from avatar_live.app.faults import ShowError
from avatar_live.app.part import HealthReader
from avatar_live.channels.processes import EdgePlan, ServerPlan

ROOM: Final = "bench"
_START_S_MAX: Final = 60.0


class ScaleShow:
    """The processes of the show; `near` and `far` are the ports of the two edges."""

    def __init__(self, folder: Path, redis: PrivateRedis, opened: contextlib.ExitStack) -> None:
        self._opened = opened
        self._redis = redis
        self.redis_url = redis.url
        run_folder = folder / "run"
        run_folder.mkdir()
        self.near, self.far, self._monitor = _free_port(), _free_port(), _free_port()
        server = ServerPlan(
            str(run_folder), str(folder / "data"), str(folder / "web"), port=0, redis=redis.url, room=ROOM
        )
        self._server = self._start("avatar_live.server", msgspec.json.encode(server).decode())
        _await_health(run_folder, "server", self._server)
        self._start("avatar_live.app.bench.stand_in_engine", str(run_folder), str(folder / "shown"), "1")
        near = self._start(
            "avatar_live.edge", msgspec.json.encode(EdgePlan(str(run_folder), 1, port=self.near)).decode()
        )
        _await_health(run_folder, "edge-1", near)
        ports = ["--port", str(self.far), "--monitor-port", str(self._monitor)]
        place = ["--redis", redis.url, "--room", ROOM, "--host", "127.0.0.1"]
        self._far = self._start("avatar_live.app.cli", "edge", *place, *ports)
        _await(lambda: '"ok"' in self._asked("/health"), "edge elsewhere")

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen([sys.executable, "-m", *command], stdin=subprocess.PIPE)
        self._opened.callback(_end, process)
        return process

    def server_s(self) -> float:
        """Return the CPU time that the room's process has spent, its ledger's thread included."""
        return _spent_s(self._server.pid)

    def far_s(self) -> float:
        """Return the CPU time of the edge elsewhere."""
        return _spent_s(self._far.pid)

    def redis_s(self) -> float:
        """Return the CPU time of Redis."""
        return _spent_s(self._redis.pid)

    def far_bytes(self) -> int:
        """Return the memory of the edge elsewhere."""
        return int(psutil.Process(self._far.pid).memory_info().rss)

    def far_frames(self) -> float:
        """Return how often the edge elsewhere has told a line something."""
        lines = self._asked("/metrics").splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith("avatar_live_edge_frames_total "))

    def _asked(self, path: str) -> str:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self._monitor}{path}") as answer:
            return str(answer.read().decode())
        return ""


@contextlib.contextmanager
def scale_show() -> Iterator[ScaleShow]:
    """Run the show until the end of the block. Raises ShowError."""
    with contextlib.ExitStack() as opened:
        folder = opened.enter_context(tempfile.TemporaryDirectory(prefix="avatar-live-"))
        redis = opened.enter_context(private_redis())
        yield ScaleShow(Path(folder), redis, opened)


def _await_health(run_folder: Path, name: str, process: "subprocess.Popen[bytes]") -> None:
    with contextlib.closing(HealthReader(run_folder, name)) as reader:
        _await(lambda: (health := reader.read()) is not None and health.is_ready, name)
        if process.poll() is not None:
            raise ShowError(f"The {name} has ended.")


def _await(is_true: Any, name: str) -> None:
    until_s = clock.now_s() + _START_S_MAX
    while not is_true():
        if clock.now_s() > until_s:
            raise ShowError(f"The {name} did not come up.")
        time.sleep(0.05)


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()
    assert process.stdin is not None
    process.stdin.close()


def _spent_s(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
