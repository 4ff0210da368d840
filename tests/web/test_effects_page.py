"""What an outside game sells, in a real browser: beside the gifts, with what hinders it and how one's own stands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import chromium_blocking
from page_show import Server
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, expect
from shown import has_shown, remember

from avatar_live.protocol.catalogue import START_BALANCE_COINS

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
TOKEN = "token-of-the-show"
EFFECTS: list[dict[str, Any]] = [
    {"id": "ghost", "name": "Ghost", "emoji": "👻", "price_coins": 25, "seconds": 600, "cooldown_s": 20},
    {"id": "ring", "name": "Ring the bell", "emoji": "🔔", "price_coins": 10, "per_show_max": 1},
    {"id": "storm", "name": "Storm", "emoji": "⛈", "price_coins": 120, "is_available": False},
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("castle")


@pytest.fixture(scope="module")
def server(folder: Path, built_page: Path) -> Iterator[Server]:
    server = Server(folder, built_page, token=TOKEN)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


def ask(server: Server, method: str, path: str, body: object) -> Any:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = httpx.request(method, f"{server.address}api{path}", headers=headers, json=body, timeout=DEADLINE_S)
    assert answer.status_code == 200, answer.text
    return answer


def asked(server: Server, game: str) -> dict[str, str]:
    """Offer again, and return what is paid and waits for the game, by effect."""
    waiting = ask(server, "PUT", f"/games/{game}/effects", EFFECTS).json()["asked"]
    return {one["effect"]: one["id"] for one in waiting}


def say(server: Server, id: str, state: str, reason: str = "") -> None:
    ask(server, "POST", f"/effects/{id}", {"state": state, "reason": reason})


def own(page: Page, effect: str) -> Any:
    return page.locator(".own-gift", has_text=effect)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_viewer_gives_what_a_game_sells_and_sees_how_it_stands(
    server: Server, browser: Browser, size: Any, tmp_path: Path
) -> None:
    game = f"castle-{size['width']}"

    def tile(effect: str) -> Any:
        return page.locator(f"[data-gift='{game}/{effect}']")

    context = browser.new_context(viewport=size, locale="en-GB")
    context.set_default_timeout(1_000 * DEADLINE_S)
    remember(context, ".notice")
    page = context.new_page()
    page.goto(server.address)
    expect(page.locator("[data-link=joined]")).to_be_visible()
    page.click("#name-save")
    asked(server, game)
    if size == PHONE:
        page.click("#gifts-open")
    expect(tile("storm")).to_be_disabled()
    expect(tile("storm").locator(".care")).to_have_text("not now")
    expect(tile("ring").locator(".care")).to_have_text("1 left")
    tile("ring").click()
    expect(tile("ring").locator(".care")).to_have_text("sold out")
    expect(tile("ring")).to_be_disabled()
    say(server, asked(server, game)["ring"], "failed", "The bell is cracked.")
    expect(own(page, "Ring the bell")).to_have_attribute("data-state", "refunded")
    has_shown(page, ".notice", "The bell is cracked.")
    expect(tile("ring").locator(".care")).to_have_text("1 left")
    tile("ghost").click()
    expect(tile("ghost").locator(".care")).to_have_text(re.compile(r"^1?\d s$"))
    expect(tile("ghost")).to_have_attribute("title", re.compile(r"ready in 1?\d s"))
    ghost = asked(server, game)["ghost"]
    say(server, ghost, "running")
    expect(own(page, "Ghost")).to_contain_text(re.compile(r"running 5\d\d s"))
    page.screenshot(path=tmp_path / f"shelf-{size['width']}.png")
    say(server, ghost, "paused")
    expect(own(page, "Ghost")).to_have_attribute("data-state", "paused")
    page.reload()  # a page that did not send it is told, too
    expect(own(page, "Ghost")).to_have_attribute("data-state", "paused")
    say(server, ghost, "done")
    expect(own(page, "Ghost")).to_have_attribute("data-state", "done")
    expect(page.locator("#balance")).to_have_attribute("data-coins", f"{START_BALANCE_COINS - 25}")
    expect(tile("ghost").locator(".care")).to_have_count(0)
    context.close()
