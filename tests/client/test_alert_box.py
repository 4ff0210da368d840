"""The overlay shows every gift in a real browser, from a file, over deaths of the server and reloads of the page."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import pytest
import pytest_asyncio
from browser import chromium, until
from playwright.async_api import Browser, Page, expect
from shared import PROJECT
from show_server import TOKEN, ShowServer, show_server
from shown import HAS_SHOWN, remembering

from avatar_live.client import Viewer

pytestmark = pytest.mark.asyncio(loop_scope="module")

OVERLAY = PROJECT / "assets" / "examples" / "overlay.html"
NAME, WHAT = ".alert.shown .name", ".alert.shown .what"


@pytest.fixture
def server(built_sdk: Path, tmp_path: Path) -> Iterator[ShowServer]:
    """A server with a page folder, that a test may end and that comes back at the same port."""
    shutil.copytree(built_sdk, tmp_path / "web")
    with show_server(tmp_path) as running:
        running.plan = msgspec.structs.replace(running.plan, port=running.port)
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


def address(server: ShowServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@contextlib.asynccontextmanager
async def overlay(browser: Browser, server: ShowServer, **asked: str) -> AsyncIterator[Page]:
    """Open the overlay as OBS does."""
    page = await browser.new_page(viewport={"width": 1280, "height": 720})
    await page.add_init_script(remembering(NAME, WHAT))
    await page.goto(f"{OVERLAY.as_uri()}?{urlencode({'show': address(server), 'token': TOKEN, **asked})}")
    await expect(page.locator("body[data-link=open]")).to_be_attached()
    yield page
    await page.close()


async def test_a_gift_pops_up_and_fills_the_bar(browser: Browser, server: ShowServer) -> None:
    async with (
        overlay(browser, server, goal="100", title="New microphone") as page,
        Viewer(address(server), "<b>Ann</b>") as ann,
    ):
        await expect(page.locator(".title")).to_have_text("New microphone")
        await ann.give("rose")
        await until(page, HAS_SHOWN, [NAME, "<b>Ann</b>"])
        await until(page, HAS_SHOWN, [WHAT, "gave a rose for 10 coins"])
        await expect(page.locator(".sum")).to_have_text("10 / 100 coins")
        await page.screenshot(path=PROJECT / "tests" / "output" / "overlay.png", omit_background=True)
        assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgba(0, 0, 0, 0)"
        await ann.give("giant_head")
        await ann.give("sticker", count=4)
        await expect(page.locator(".goal.reached .sum")).to_have_text("120 / 100 coins")
        await until(page, HAS_SHOWN, [WHAT, "gave a giant head for 50 coins"])
        await until(page, HAS_SHOWN, [WHAT, "gave 4 sticker for 60 coins"])
        await until(page, "() => document.querySelectorAll('.bit').length === 0")


async def test_what_somebody_gives_again_is_told_together(browser: Browser, server: ShowServer) -> None:
    async with overlay(browser, server) as page, Viewer(address(server), "Ann") as ann:
        await page.goto("about:blank")
        for gift in ("rose", "tomato", "tomato", "duck", "tomato"):
            await ann.give(gift)
        await page.go_back()
        await expect(page.locator(".sum")).to_have_text("33 / 1000 coins")
        for told in ("a rose for 10", "3 tomato for 15", "a duck for 8"):
            await until(page, HAS_SHOWN, [WHAT, f"gave {told} coins"])


async def test_no_gift_is_lost_or_doubled_by_a_reload_or_a_death_of_the_server(
    browser: Browser, server: ShowServer
) -> None:
    async with overlay(browser, server, goal="100") as page, Viewer(address(server), "Ann") as ann:
        await ann.give("rose")
        await expect(page.locator(".sum")).to_have_text("10 / 100 coins")
        await page.goto("about:blank")
        await ann.give("rose")
        await page.go_back()
        await expect(page.locator(".sum")).to_have_text("20 / 100 coins")
        server.kill()
        await asyncio.to_thread(server.start)
        await ann.give("rose")
        await expect(page.locator(".sum")).to_have_text("30 / 100 coins")
        await page.reload()
        await expect(page.locator("body[data-link=open]")).to_be_attached()
        await ann.give("rose")
        await expect(page.locator(".sum")).to_have_text("40 / 100 coins")
