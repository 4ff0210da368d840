"""`bench pictures`: run a show with a few viewers and take the README's pictures of it in a real browser."""

import contextlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from playwright.sync_api import Browser, Page
from websockets.sync.client import ClientConnection, connect

from avatar_live.app.bench.browser import chromium
from avatar_live.app.events import ask
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import Settings, event_token
from avatar_live.app.show import LocalShow

DESKTOP: Final = (1280, 800)
PHONE: Final = (390, 844)
FPS: Final = 5  # a still shows no more, and each has the more time: a small machine draws every pixel of it
FULL_QUALITY_S_MAX: Final = 90
CALM_S: Final = 3  # in full quality, before a picture is taken
FLIGHT_MS: Final = 2_000  # from a gift to the middle of what it does
TOO_BUSY: Final = (
    "This machine is too busy to show pictures in full: let it do less besides, or choose a smaller --size."
)
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
WALK: Final = (("ArrowDown", 500), ("ArrowLeft", 420))
SAID_LATER: Final = (("Chiyo", "that duck!!"), ("Dee", "she waved at me :heart:"))

Report = Callable[[str], None]


def take_pictures(settings: Settings, folder: Path, report: Report) -> list[Path]:
    """Write `page.png`, `player.png` and `phone.png` into `folder` and return them. Raises ShowError."""
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="avatar-live-pictures-") as place, chromium() as browser:
        settings = replace(settings, host="127.0.0.1", data_folder=Path(place), fps=FPS)
        with LocalShow(settings, report=report) as show:
            show.rehearse()
            show.go_live()
            show.wait_until_ready("tracker", "engine", "server")
            _begin(settings)
            with _viewer(browser, settings, DESKTOP) as page, _audience(settings) as audience:
                _talk(audience)
                taken = [_shoot(show, page, audience, ("giant_head", "confetti"), folder / "page.png")]
                taken.append(_play(page, folder / "player.png"))
            with _viewer(browser, settings, PHONE) as page, _audience(settings) as audience:
                return [*taken, _shoot(show, page, audience, ("duck", "rose"), folder / "phone.png", SAID_LATER)]


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
    try:
        yield page
    finally:
        context.close()


def _await_full_quality(show: LocalShow, page: Page) -> None:
    """Wait until the show draws every pixel and this page gets them. Raises ShowError.

    A show draws fewer while a browser starts beside it, and sends a page fewer while that cannot keep pace.
    """
    calm_s = 0
    for _ in range(FULL_QUALITY_S_MAX):
        page.wait_for_timeout(1_000)
        width_px = page.locator("#main-video").evaluate("(video) => video.videoWidth")
        is_full = show.health()["engine"].figures["resolution"] == 1.0 and width_px == show.settings.width_px
        calm_s = calm_s + 1 if is_full else 0
        if calm_s == CALM_S:
            return
    raise ShowError(TOO_BUSY)


def _begin(settings: Settings) -> None:
    """Ask the viewers something and set them a goal, as the host does."""
    token, (title, target) = event_token(settings.data_folder), GOAL
    goal = {"kind": "likes", "title": title, "target": target, "reward": "fireworks"}
    ask("POST", f"{settings.local_link}api/goals", token, goal)
    poll = {"question": QUESTION, "choices": CHOICES, "seconds": 90.0}
    ask("POST", f"{settings.local_link}api/polls", token, poll)


@contextlib.contextmanager
def _audience(settings: Settings) -> Iterator[dict[str, ClientConnection]]:
    """Let a few people in."""
    address = settings.local_link.replace("http", "ws", 1) + "ws"
    with contextlib.ExitStack() as stack:
        lines = {name: stack.enter_context(connect(address, max_queue=None)) for name in dict(CHAT)}
        for name, line in lines.items():
            line.send(json.dumps({"type": "join", "name": name}))
        yield lines


def _talk(lines: dict[str, ClientConnection]) -> None:
    """Let them chat, like and vote."""
    for name, text in CHAT:
        lines[name].send(json.dumps({"type": "say", "text": text}))
        _await_done(lines[name])
    for line, choice in zip(lines.values(), VOTES, strict=True):
        line.send(json.dumps({"type": "like", "count": LIKES}))
        line.send(json.dumps({"type": "vote", "poll": 1, "choice": choice}))


def _await_done(line: ClientConnection) -> None:
    line.send(json.dumps({"type": "ping", "t": 0}))
    while json.loads(line.recv(timeout=10.0))["type"] != "pong":
        pass  # what is answered before the pong has been done


def _play(page: Page, path: Path) -> Path:
    """Let the page's viewer walk onto the pitch and look up at the host, whose head is as large as ever by then."""
    page.locator("[data-gift=giant_head]:enabled").wait_for()
    page.locator("[data-gift=ticket]").first.click()
    page.locator("#own-video[data-at=playing]").wait_for(state="attached")
    for key, ms in WALK:
        page.keyboard.down(key)
        page.wait_for_timeout(ms)
        page.keyboard.up(key)
    page.screenshot(path=path)
    return path


def _shoot(
    show: LocalShow,
    page: Page,
    lines: dict[str, ClientConnection],
    gifts: tuple[str, ...],
    path: Path,
    said: Iterable[tuple[str, str]] = (),
) -> Path:
    """Take a picture in full quality while some of the audience's gifts do what they do."""
    _await_full_quality(show, page)
    for line, gift in zip(lines.values(), gifts, strict=False):
        line.send(json.dumps({"type": "gift", "id": str(uuid.uuid4()), "gift": gift}))
    for name, text in said:
        lines[name].send(json.dumps({"type": "say", "text": text}))
    page.wait_for_timeout(FLIGHT_MS)
    page.screenshot(path=path)
    return path
