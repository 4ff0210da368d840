"""Run the whole show as `avatar-live serve` does, and look at it as its viewers do."""

import contextlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from browser import chromium_blocking
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, expect
from ports import free_port
from websockets.sync.client import ClientConnection, connect

from avatar_live.app.bench.person import make_clip
from avatar_live.app.settings import Settings, find_avatar, run_folder
from avatar_live.app.supervisor import SPARE_AFTER_S, Supervisor
from avatar_live.server.ledger import LEDGER_FILE
from avatar_live.tracking.models import default_folder, provision

TOKEN = "chain"


@dataclass(frozen=True)
class Running:
    """Hold a show that is on: its parts, its folders and a browser to watch it with."""

    parts: Supervisor
    settings: Settings
    folder: Path
    browser: Browser

    @property
    def clip(self) -> Path:
        return Path(self.settings.camera)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.settings.port}"

    @contextlib.contextmanager
    def viewer(self) -> Iterator[Page]:
        """Open the page as a newcomer and wait until the show plays there."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
        context.set_default_timeout(DEADLINE_S * 1000)
        try:
            page = context.new_page()
            page.goto(self.settings.local_link)
            plays(page)
            yield page
        finally:
            context.close()

    @contextlib.contextmanager
    def member(self, name: str, viewer: str | None = None) -> Iterator["Member"]:
        """Join the room by hand, without a page."""
        with connect(f"ws://{self.address}/ws", max_queue=None) as line:
            member = Member(line)
            line.send(json.dumps({"type": "join", "name": name, "viewer": viewer}))
            member.welcome = member.hear("welcome")
            yield member

    @contextlib.contextmanager
    def events(self) -> Iterator["Member"]:
        """Listen to the event API."""
        with connect(f"ws://{self.address}/api/events?token={TOKEN}", max_queue=None) as line:
            yield Member(line)

    def ledger(self, question: str, *values: object) -> list[Any]:
        """Ask the ledger's file, beside the server."""
        path = self.settings.data_folder / LEDGER_FILE
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            return database.execute(question, values).fetchall()


class Member:
    """Speak and listen on a websocket of the show."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self.welcome: dict[str, Any] = {}

    def send(self, **message: object) -> None:
        self._line.send(json.dumps(message))

    def hear(self, kind: str, **fields: object) -> dict[str, Any]:
        """Return the next message of a kind with these fields; others are passed over."""
        deadline_s = time.monotonic() + DEADLINE_S
        while True:
            message = json.loads(self._line.recv(timeout=max(0.0, deadline_s - time.monotonic())))
            if message["type"] == kind and fields.items() <= {**message, **message.get("data", {})}.items():
                assert isinstance(message, dict)
                return message

    def give(self, gift: str) -> str:
        """Give a gift, wait until it is committed and return its id."""
        gift_id = str(uuid.uuid4())
        self.send(type="gift", id=gift_id, gift=gift)
        self.hear("gift_update", id=gift_id, state="committed")
        return gift_id


def plays(page: Page, video: str = "#main-video") -> None:
    """Wait until a video of the page plays."""
    expect(page.locator(f"{video}[data-at=playing]")).to_be_attached()


def until(is_true: Callable[[], object], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait for a condition of another process, which wakes nobody here."""
    end_s = time.monotonic() + deadline_s
    while not is_true():
        assert time.monotonic() < end_s, f"not within {deadline_s} s: {what}"
        time.sleep(0.02)


def is_whole(parts: Supervisor) -> bool:
    """Say that every part is up and ready."""
    health = parts.health()
    return len(health) == 3 and all(part.is_ready for part in health.values())


def show_settings(place: Path) -> Settings:
    """Return the settings of a show at 640x360 whose camera is a person's clip, on a free port of this machine."""
    models = default_folder()
    provision(models, report=lambda sentence, share: None)
    clip = place.parent / "person.mp4"  # one for all shows of a run, which takes three seconds to make
    if not clip.exists():
        make_clip(clip)
    return Settings(
        avatar=find_avatar("mirai"),
        camera=str(clip),
        host="127.0.0.1",
        port=free_port(),
        width_px=640,
        height_px=360,
        title="Mirai live",
        data_folder=place / "data",
        models_folder=models,
    )


@contextlib.contextmanager
def running_show(place: Path, spare_after_s: float = SPARE_AFTER_S) -> Iterator[Running]:
    """Start every process of a show and a browser to watch it with."""
    settings = show_settings(place)
    said: list[str] = []
    with run_folder() as folder, chromium_blocking() as browser:
        plans = (
            settings.tracker_plan(folder),
            msgspec.structs.replace(settings.engine_plan(folder), stamp=True),
            settings.server_plan(folder, TOKEN),
        )
        with Supervisor(*plans, report=said.append, has_spares=True, spare_after_s=spare_after_s) as parts:
            assert parts.wait_for(is_whole, DEADLINE_S), f"{parts.health()} {said}"
            yield Running(parts, settings, folder, browser)
