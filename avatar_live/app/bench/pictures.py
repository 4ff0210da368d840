"""`bench pictures`: run a show with a few viewers and take the README's pictures of it in a real browser."""

import contextlib
import json
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, Page
from websockets.sync.client import ClientConnection, connect

from avatar_live.app.bench.browser import chromium
from avatar_live.app.events import ask
from avatar_live.app.settings import Settings, event_token
from avatar_live.app.show import LocalShow

DESKTOP: Final = (1280, 800)
PHONE: Final = (390, 844)
SETTLE_MS: Final = 4_000
FULL_QUALITY_S_MAX: Final = 60
CHAT: Final = (
    ("Ada", "hello from the train, what a room!"),
    ("Bo", "red red red"),
    ("Chiyo", "blue can still win this"),
    ("Dee", "how do you make her wink?"),
    ("Ada", "the table is so cute :wow:"),
    ("Bo", "@Dee just ask her :heart:"),
)
QUESTION: Final = "What shall Mirai do next?"
CHOICES: Final = ("Dance", "Sing", "Score a goal")
VOTES: Final = (2, 0, 2, 1)  # of those who chat
GOAL: Final = ("500 likes for fireworks", 500)
LIKES: Final = 50  # of each of them

Report = Callable[[str], None]


def take_pictures(settings: Settings, folder: Path, report: Report) -> list[Path]:
    """Write `page.png`, `phone.png` and `player.png` into `folder` and return them."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="avatar-live-pictures-") as place, chromium() as browser:
        settings = replace(settings, host="127.0.0.1", data_folder=Path(place))
        with LocalShow(settings, report=report) as show:
            show.rehearse()
            show.go_live()
            show.wait_until_ready("tracker", "engine", "server")
            with _viewer(browser, settings, DESKTOP) as page, _viewer(browser, settings, PHONE) as phone:
                _await_full_quality(show, page)
                _begin(settings)
                _crowd(settings, ("giant_head", "confetti"))
                page.wait_for_timeout(1_200)
                return [
                    _shoot(page, folder / "page.png"),
                    _shoot(phone, folder / "phone.png"),
                    _play(page, folder / "player.png"),
                ]


@contextlib.contextmanager
def _viewer(browser: Browser, settings: Settings, size: tuple[int, int]) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, has_touch=size == PHONE, locale="en-GB", device_scale_factor=1
    )
    page = context.new_page()
    page.goto(settings.local_link)
    page.locator("#main-video[data-at=playing]").wait_for(state="attached")
    page.locator(".name-card .quiet").click()
    page.locator(".tap-for-sound").click()
    page.wait_for_timeout(SETTLE_MS)
    try:
        yield page
    finally:
        context.close()


def _await_full_quality(show: LocalShow, page: Page) -> None:
    """Give the show time to get over the start of the browsers, when it draws fewer pixels to keep pace."""
    for _ in range(FULL_QUALITY_S_MAX):
        if show.health()["engine"].figures["resolution"] == 1.0:
            return
        page.wait_for_timeout(1_000)


def _begin(settings: Settings) -> None:
    """Ask the viewers something and set them a goal, as the host does."""
    token, (title, target) = event_token(settings.data_folder), GOAL
    goal = {"kind": "likes", "title": title, "target": target, "reward": "fireworks"}
    ask("POST", f"{settings.local_link}api/goals", token, goal)
    poll = {"question": QUESTION, "choices": CHOICES, "seconds": 90.0}
    ask("POST", f"{settings.local_link}api/polls", token, poll)


def _crowd(settings: Settings, gifts: tuple[str, ...]) -> None:
    """Let a few people chat, push, like, vote and give."""
    address = settings.local_link.replace("http", "ws", 1) + "ws"
    with contextlib.ExitStack() as stack:
        lines: dict[str, ClientConnection] = {}
        for name in dict(CHAT):
            lines[name] = stack.enter_context(connect(address))
            lines[name].send(json.dumps({"type": "join", "name": name}))
        for name, text in CHAT:
            lines[name].send(json.dumps({"type": "say", "text": text}))
        for line, choice in zip(lines.values(), VOTES, strict=True):
            line.send(json.dumps({"type": "like", "count": LIKES}))
            line.send(json.dumps({"type": "vote", "poll": 1, "choice": choice}))
        for name, gift in zip(lines, gifts, strict=False):
            lines[name].send(json.dumps({"type": "gift", "id": str(uuid.uuid4()), "gift": gift}))
        for line in lines.values():
            line.send(json.dumps({"type": "ping", "t": 0}))
            while json.loads(line.recv(timeout=10.0))["type"] != "pong":
                pass  # what is answered before the pong has been done


def _play(page: Page, path: Path) -> Path:
    page.locator("[data-gift=ticket]").first.click()
    page.locator("#own-video[data-at=playing]").wait_for(state="attached")
    page.keyboard.down("ArrowUp")
    page.wait_for_timeout(1_500)
    page.keyboard.up("ArrowUp")
    return _shoot(page, path)


def _shoot(page: Page, path: Path) -> Path:
    page.screenshot(path=path)
    return path
