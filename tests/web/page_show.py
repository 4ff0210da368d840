"""A show for the page's tests: the real server in its own process, and an engine that sends simple pictures."""

import contextlib
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from patience import DEADLINE_S
from ports import free_port
from shared import PROJECT

from avatar_live.channels.link import ServerLink
from avatar_live.channels.processes import (
    CueTaken,
    EngineHello,
    EngineNote,
    KeyframeWanted,
    NetworkPlan,
    Order,
    ServerPlan,
    StageCue,
    Watched,
)
from avatar_live.clock import Pacer, now_s
from avatar_live.encoder.video import VideoEncoder
from avatar_live.protocol.ice import IceServer
from avatar_live.protocol.view import GameView
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ

TITLE = "Mirai plays"
SOURCE = "a test picture"
WIDTH_PX, HEIGHT_PX, FPS = 640, 360, 20


class Server:
    """Run the server's process on one port and one ledger, through as many lives as a test wants."""

    def __init__(
        self, folder: Path, web_folder: Path, watch_token: str = "", *ice_servers: IceServer, token: str = ""
    ) -> None:
        port = free_port()
        self.run_folder = folder / "run"
        self.address = f"http://127.0.0.1:{port}/"
        self._plan = ServerPlan(
            run_folder=str(self.run_folder),
            data_folder=str(folder / "data"),
            web_folder=str(web_folder),
            port=port,
            title=TITLE,
            token=token,
            allow_loopback_ice=True,
            watch_token=watch_token,
            network=NetworkPlan(ice_servers),
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start a life and wait until it serves."""
        plan = msgspec.json.encode(self._plan).decode()
        command = [sys.executable, "-m", "avatar_live.server", plan]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE)
        deadline_s = time.monotonic() + DEADLINE_S
        while not self._answers():
            assert self._process.poll() is None, "the server ended instead of serving"
            assert time.monotonic() < deadline_s, f"the server does not answer after {DEADLINE_S} s"
            time.sleep(0.05)

    def order(self, order: Order) -> None:
        """Order something, as the parent does."""
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        """End the life without a goodbye (SIGKILL)."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process = None

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.address + "api/health", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class Engine:
    """Send the show and the players' streams: a colour that moves, and grey that a player's x makes lighter."""

    def __init__(self, run_folder: Path) -> None:
        self._link = ServerLink(run_folder, EngineHello(WIDTH_PX, HEIGHT_PX, FPS))
        self._stopped = threading.Event()
        self._encoders = {MAIN_STREAM: _encoder(MAIN_STREAM)}
        self._x_of: dict[str, float] = {}
        self._wanted: set[str] = set()
        self._drawing = threading.Thread(target=self._draw)
        self._drawing.start()

    def close(self) -> None:
        """Stop drawing and hang up."""
        self._stopped.set()
        self._drawing.join()
        self._link.close()

    def _draw(self) -> None:
        pacer, origin_s, count = Pacer(FPS), now_s(), 0
        while not self._stopped.is_set():
            pacer.wait()
            self._listen()
            if count % FPS == 0:
                self._link.send(EngineNote(SOURCE))
            self._wanted |= {stream for stream, _ in self._link.keyframes_wanted()}
            for stream, encoder in self._encoders.items():
                picture = _main_picture(count) if stream == MAIN_STREAM else _own_picture(self._x_of.get(stream, 0.0))
                at_s = now_s()
                pts = int((at_s - origin_s) * VIDEO_CLOCK_HZ)
                self._link.send(encoder.encode(picture, at_s, pts, stream in self._wanted))
                self._wanted.discard(stream)
            count += 1

    def _listen(self) -> None:
        for message in self._link.receive():
            match message:
                case StageCue(id):
                    self._link.send(CueTaken(id))
                case KeyframeWanted(stream):
                    self._wanted.add(stream)
                case GameView(players=players):
                    self._x_of = {player.id: player.x for player in players}
                case Watched(players):
                    for stream in set(self._encoders) - {MAIN_STREAM, *players}:
                        del self._encoders[stream]
                    for stream in set(players) - set(self._encoders):
                        self._encoders[stream] = _encoder(stream)


@contextlib.contextmanager
def running_engine(run_folder: Path) -> Iterator[Engine]:
    """Run an engine for the server of `run_folder`."""
    engine = Engine(run_folder)
    try:
        yield engine
    finally:
        engine.close()


def _encoder(stream: str) -> VideoEncoder:
    return VideoEncoder(stream, WIDTH_PX, HEIGHT_PX, FPS, 800_000)


def _main_picture(count: int) -> NDArray[np.uint8]:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 4), 255, np.uint8)
    down = np.linspace(0.0, 1.0, HEIGHT_PX)[:, None]
    for channel, (top, bottom) in enumerate(((150, 70), (70, 110), (110, 220))):
        picture[..., channel] = top + (bottom - top) * down
    at = count * 6 % (WIDTH_PX - 80)
    picture[140:220, at : at + 80] = (240, 240, 240, 255)
    return picture


def _own_picture(x: float) -> NDArray[np.uint8]:
    picture = np.full((HEIGHT_PX, WIDTH_PX, 4), 255, np.uint8)
    picture[..., :3] = int(np.clip(128 + 110 * x, 0, 255))
    return picture
