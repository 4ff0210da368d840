"""Fill a room, let it speak, and count: nothing may be lost, nothing doubled, and it must fit the machine."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
import psutil

from avatar_live.app.bench.room.viewers import Heard, Plan, Run
from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import (
    HEALTH_BYTES_MAX,
    CueTaken,
    EdgePlan,
    EngineHello,
    Health,
    ServerPlan,
    StageCue,
    health_slot,
)
from avatar_live.channels.slot import Slot
from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.server.keeper import digest
from avatar_live.server.ledger import LEDGER_FILE, Ledger

LINES_OF_A_CROWD: Final = 10_000  # one process may open 20,000 files
LINES_OF_AN_EDGE: Final = 15_000
ACTIVE: Final = 3_000
START_S_MAX: Final = 30.0
SETTLE_S_MAX: Final = 60.0
GIFT: Final = "tomato"
CHATS_HZ: Final = 10.0
FROZEN_CHATS_HZ: Final = 150.0  # 10 kB a second to every line
FROZEN_HEARS_BYTES: Final = (
    4_096  # what the system takes for a sleeper; else it would hide for a minute that nobody reads
)
WATCH_S: Final = 0.1
Say = Callable[[str], None]
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run came to."""

    figures: Figures
    frame_ms: list[float]
    peak_rss: int  # of server and edges while viewers spoke
    cut: int  # lines of sleepers that the server closed


def measure_room(viewers: int, interactions: int, seconds: float, say: Say) -> Figures:
    """Run the whole room with so many viewers; return figures ready for JSON."""
    with tempfile.TemporaryDirectory(prefix="avatar-live-room-") as folder:
        return _measured(Path(folder), viewers, interactions, seconds, say).figures


def measure_frozen(viewers: int, seconds: float, say: Say) -> Figures:
    """Run a room twice, the second time with a tenth of its viewers asleep: what does it cost the others?

    The chat is so lively that whoever stops reading is behind within seconds, and sent away within `seconds`.
    """
    interactions, chats_hz, frozen = int(viewers * seconds / 2), FROZEN_CHATS_HZ, viewers // 10
    runs: list[Measured] = []
    for asleep in (0, frozen):
        with tempfile.TemporaryDirectory(prefix="avatar-live-room-") as folder:
            runs.append(_measured(Path(folder), viewers, interactions, seconds, say, frozen=asleep, chats_hz=chats_hz))
    awake, frozen_too = runs
    return {
        "viewers": viewers,
        "frozen": frozen,
        "frozen_cut": frozen_too.cut,
        "frame_ms_p99_awake": awake.figures["frame_ms_p99"],
        "frame_ms_p99_frozen": frozen_too.figures["frame_ms_p99"],
        "frozen_ratio_p99": round(frozen_too.figures["frame_ms_p99"] / awake.figures["frame_ms_p99"], 3),
        "frozen_memory_ratio": round(frozen_too.peak_rss / awake.peak_rss, 3),
    }


def _measured(
    folder: Path,
    viewers: int,
    interactions: int,
    seconds: float,
    say: Say,
    *,
    frozen: int = 0,
    chats_hz: float = CHATS_HZ,
) -> Measured:
    edges = max(1, -(-viewers // LINES_OF_AN_EDGE))
    with Room(folder, edges) as room, contextlib.ExitStack() as opened:
        empty_rss = room.rss()
        crowds = [opened.enter_context(crowd) for crowd in crowds_of(room.port, viewers - frozen)]
        sleepers = crowds_of(room.port, frozen, number=100, hears_bytes=FROZEN_HEARS_BYTES)
        asleep = [opened.enter_context(crowd) for crowd in sleepers]
        say(f"letting {viewers} viewers in at {edges} edges ...")
        started_s = time.monotonic()
        connected = sum(heard.connected for heard in tell([*crowds, *asleep], "connect"))
        joined_s = time.monotonic() - started_s
        full_rss = room.rss()
        say(f"{connected} are in after {joined_s:.0f} s; {interactions} interactions in {seconds:.0f} s ...")
        for crowd in asleep:
            crowd.sleep()
        tell(crowds, "forget")
        cpu_s, started_s = room.cpu_s(), time.monotonic()
        with room.watched() as rss:
            spoke = tell(crowds, *_runs(crowds, interactions, seconds, chats_hz))
        took_s, cpu_s = time.monotonic() - started_s, room.cpu_s() - cpu_s
        busy_rss, busy_pss = room.rss(), room.pss()
        frames_hz = sum(heard.frames for heard in spoke) / took_s
        heards = _settled(crowds)
        for crowd in asleep:
            crowd.wake()
        cut = sum(heard.lost_lines for heard in tell(asleep, "listen 1"))
        say(f"settled; {frames_hz:.0f} frames a second")
    sent = {id: viewer for heard in heards for id, viewer in heard.sent_gifts.items()}
    answered = {id: state for heard in heards for id, state in heard.answered.items()}
    accounts = check_ledger(folder / "data" / LEDGER_FILE, sent, answered)
    frame_ms = [one for heard in heards for one in heard.frame_ms]
    figures: Figures = {
        "connected": connected,
        "interactions": sum(heard.liked + heard.said + len(heard.sent_gifts) + heard.resent for heard in heards),
        "likes": sum(heard.likes for heard in heards),
        "likes_lost": sum(heard.likes for heard in heards) - max(heard.shown_likes for heard in heards),
        "gifts": len(sent),
        "gifts_sent_twice": sum(heard.resent for heard in heards),
        "reconnects": sum(heard.reconnected for heard in heards),
        "lines_lost": sum(heard.lost_lines for heard in heards),
        **accounts,
        "ack_ms_p50": percentile([one for heard in heards for one in heard.ack_ms], 50),
        "ack_ms_p99": percentile([one for heard in heards for one in heard.ack_ms], 99),
        "frame_ms_p50": percentile(frame_ms, 50),
        "frame_ms_p99": percentile(frame_ms, 99),
        "slow_frame_ms_p99": percentile([one for heard in heards for one in heard.slow_frame_ms], 99),
        "frames_per_second": round(frames_hz),
        "seconds": round(took_s, 1),
        "join_seconds": round(joined_s, 1),
        "server_cores": round(cpu_s / took_s, 2),
        "viewers_cores": round(sum(heard.cpu_s for heard in spoke) / took_s, 2),
        "viewers_late_s": round(max(heard.late_s for heard in heards), 2),
        "rss_mb_empty": round(empty_rss / 1e6, 1),
        "rss_mb_full": round(max(full_rss, busy_rss) / 1e6, 1),
        "pss_mb_full": round(busy_pss / 1e6, 1),
        "rss_bytes_per_viewer": round((max(full_rss, busy_rss) - empty_rss) / max(connected, 1)),
    }
    return Measured(figures, frame_ms, max(rss), cut)


def _runs(crowds: "Sequence[Crowd]", interactions: int, seconds: float, chats_hz: float) -> list[str]:
    total = sum(crowd.viewers for crowd in crowds)
    orders = []
    for crowd in crowds:
        share = crowd.viewers / total
        many = max(int(interactions * share), 1)
        run = Run(
            seconds=seconds,
            interactions=many,
            active=max(int(ACTIVE * share), 1) if total > ACTIVE else crowd.viewers,
            gifts=max(many // 150, 1),
            chats=max(int(seconds * chats_hz * share), 1),
            reconnects=crowd.viewers // 50,
        )
        orders.append(f"run {msgspec.json.encode(run).decode()}")
    return orders


def _settled(crowds: "Sequence[Crowd]") -> list[Heard]:
    """Hear until every gift was answered and the likes stand still."""
    deadline_s = time.monotonic() + SETTLE_S_MAX
    likes = -1
    while True:
        heards = tell(crowds, "listen 2")
        shown = max(heard.shown_likes for heard in heards)
        is_answered = all(len(heard.answered) == len(heard.sent_gifts) for heard in heards)
        if (is_answered and shown == likes) or time.monotonic() > deadline_s:
            return heards
        likes = shown


def check_ledger(path: Path, sent: dict[str, str], answered: dict[str, str]) -> Figures:
    """Compare what the viewers know with what the ledger holds, gift by gift and wallet by wallet."""
    with contextlib.closing(Ledger(path)) as ledger:
        report = ledger.reconcile().result()
        paid = [id for id, state in answered.items() if state == "paid"]
        spent: dict[str, int] = {}
        for id in paid:
            spent[sent[id]] = spent.get(sent[id], 0) + GIFTS[GIFT].price_coins
        wallets = {viewer: ledger.open_wallet(digest(viewer)) for viewer in set(sent.values())}
        difference = sum(
            abs(wallet.result() - (START_BALANCE_COINS - spent.get(viewer, 0))) for viewer, wallet in wallets.items()
        )
    return {
        "gifts_unanswered": len(sent) - len(answered),
        "gifts_refused": len(answered) - len(paid),
        "gifts_lost": max(len(paid) - report.gifts, 0),
        "gifts_doubled": max(report.gifts - len(paid), 0),
        "wallet_difference": difference + abs(report.entries_sum_coins),
    }


def percentile(values: Sequence[float], q: float) -> float:
    """Return a percentile, rounded; 0 for nothing measured."""
    return round(float(np.percentile(values, q)), 1) if values else 0.0


class Room:
    """A server with edges, and somebody who takes the stage's cues. Use it as a context manager."""

    def __init__(self, folder: Path, edges: int, core: int | None = None) -> None:
        self._folder = folder / "run"
        self._folder.mkdir()
        self._plan = ServerPlan(str(self._folder), str(folder / "data"), str(folder / "web"), port=0, title="Bench")
        self._edges = edges
        self._core = core
        self._opened = contextlib.ExitStack()
        self.port = 0
        self.processes: list[psutil.Process] = []

    def __enter__(self) -> "Room":
        with contextlib.ExitStack() as opened:
            self._start(opened, "server", "avatar_live.server", self._plan)
            self.port = free_port()
            for number in range(1, self._edges + 1):
                plan = EdgePlan(str(self._folder), number, port=self.port, active_max=ACTIVE // self._edges)
                self._start(opened, plan.name, "avatar_live.edge", plan)
            stagehand = Stagehand(self._folder)
            opened.callback(stagehand.close)
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    def rss(self) -> int:
        """Return the memory of server and edges in bytes."""
        return sum(process.memory_info().rss for process in self.processes)

    @contextlib.contextmanager
    def watched(self) -> Iterator[list[int]]:
        """Take down the memory of server and edges until the end of the block."""
        taken, stopped = [self.rss()], threading.Event()

        def watch() -> None:
            while not stopped.wait(WATCH_S):
                taken.append(self.rss())

        watching = threading.Thread(target=watch, name="memory", daemon=True)
        watching.start()
        try:
            yield taken
        finally:
            stopped.set()
            watching.join()

    def pss(self) -> int:
        """Return the same with what the processes share, the pages of libraries, counted once (on Linux)."""
        return sum(getattr(process.memory_full_info(), "pss", process.memory_info().rss) for process in self.processes)

    def cpu_s(self) -> float:
        """Return the processor time of server and edges so far."""
        return sum(sum(process.cpu_times()[:2]) for process in self.processes)

    def _start(self, opened: contextlib.ExitStack, name: str, module: str, plan: ServerPlan | EdgePlan) -> None:
        command = [sys.executable, "-m", module, msgspec.json.encode(plan).decode()]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)
        opened.callback(_end, process)
        self.processes.append(psutil.Process(process.pid))
        if self._core is not None:
            os.sched_setaffinity(process.pid, {self._core})
        deadline_s = time.monotonic() + START_S_MAX
        with contextlib.closing(Slot(health_slot(self._folder, name), HEALTH_BYTES_MAX)) as slot:
            while True:
                data = slot.read()
                if data is not None and msgspec.json.decode(data, type=Health).is_ready:
                    return
                if process.poll() is not None or time.monotonic() > deadline_s:
                    raise RuntimeError(f"the {name} did not start")
                time.sleep(0.02)


def _end(process: "subprocess.Popen[bytes]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait(START_S_MAX)


class Stagehand:
    """Stand for an engine that takes every cue at once."""

    def __init__(self, run_folder: Path) -> None:
        self._link = ServerLink(run_folder, EngineHello(640, 360, 30))
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stagehand", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Leave the stage."""
        self._stopped.set()
        self._thread.join()
        self._link.close()

    def _run(self) -> None:
        while not self._stopped.wait(0.02):
            for message in self._link.receive():
                if isinstance(message, StageCue):
                    self._link.send(CueTaken(message.id))


@dataclass(slots=True)
class Crowd:
    """One process of viewers. Use it as a context manager."""

    plan: Plan
    core: int | None = None
    _process: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def viewers(self) -> int:
        """How many it plays."""
        return self.plan.viewers

    def __enter__(self) -> "Crowd":
        command = [sys.executable, "-m", "avatar_live.app.bench.room.viewers", msgspec.json.encode(self.plan).decode()]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.core is not None:
            os.sched_setaffinity(self._process.pid, {self.core})
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None and self._process.stdout is not None
        self.wake()
        _end(self._process)
        self._process.stdout.close()

    def order(self, word: str) -> None:
        """Give an order."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(word.encode() + b"\n")
        self._process.stdin.flush()

    def answer(self) -> Heard:
        """Wait for the answer to an order."""
        assert self._process is not None and self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a crowd of viewers ended before its time")
        return msgspec.json.decode(line, type=Heard)

    def sleep(self) -> None:
        """Freeze every viewer: none reads, none answers, no line closes."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def wake(self) -> None:
        """Let them read again."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


def crowds_of(
    port: int,
    viewers: int,
    *,
    number: int = 1,
    core: int | None = None,
    speak: str = "room",
    hears_bytes: int = 0,
) -> Iterator[Crowd]:
    """Return crowds of at most `LINES_OF_A_CROWD` viewers, each with a loopback address of its own."""
    for first in range(0, viewers, LINES_OF_A_CROWD):
        many = min(LINES_OF_A_CROWD, viewers - first)
        index = number + first // LINES_OF_A_CROWD
        yield Crowd(Plan(port, f"127.0.{index}.1", many, index * 1_000_000, speak, index, hears_bytes), core)


def tell(crowds: Sequence[Crowd], *orders: str) -> list[Heard]:
    """Give all crowds an order, or each its own, and wait for all answers."""
    for crowd, order in zip(crowds, orders if len(orders) > 1 else orders * len(crowds), strict=True):
        crowd.order(order)
    return [crowd.answer() for crowd in crowds]


def free_port() -> int:
    """Return a port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
