"""Real Chromium watches: what it decodes, when it gets a picture, and what it sends back."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from browser import chromium
from playwright.async_api import Browser, Page
from show import Show, running_show

from avatar_live.signals.encoded import MAIN_STREAM

DEADLINE_MS = 15_000
pytestmark = pytest.mark.asyncio(loop_scope="module")

RED, GREEN, BLUE, GREY = (200, 40, 40), (40, 200, 40), (40, 40, 200), (128, 128, 128)
COLOUR_DISTANCE_MAX = 12


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def show() -> AsyncIterator[Show]:
    async with running_show() as running:
        yield running


async def open_page(browser: Browser, show: Show) -> Page:
    page = await browser.new_page()
    await page.goto(show.address)
    return page


async def watch(browser: Browser, show: Show, **options: object) -> Page:
    page = await open_page(browser, show)
    path = "/whep/player" if "token" in options else "/whep"
    answer = await page.evaluate("([path, options]) => watch(path, options)", [path, options])
    assert answer["status"] == 201, answer
    return page


async def decoded(page: Page, frames: int) -> None:
    await page.wait_for_function(
        "async (count) => (await inbound('video')).framesDecoded >= count", arg=frames, timeout=DEADLINE_MS
    )


async def until(what: str, page: Page, argument: object = None) -> None:
    await page.wait_for_function(what, arg=argument, timeout=DEADLINE_MS)


async def eventually(claim: object) -> None:
    assert callable(claim)
    async with asyncio.timeout(DEADLINE_MS / 1e3):
        while not claim():  # noqa: ASYNC110 (the show's threads and callbacks have no event to wait for)
            await asyncio.sleep(0.02)


async def test_two_viewers_see_the_same_encode_in_the_right_colours(browser: Browser, show: Show) -> None:
    pages = [await watch(browser, show), await watch(browser, show)]
    for page in pages:
        await decoded(page, 30)
        seen = await page.evaluate("[pixel(100, 60), pixel(500, 60), pixel(100, 250), pixel(500, 250)]")
        for colour, expected in zip(seen, (BLUE, GREEN, RED, GREY), strict=True):
            assert max(abs(a - b) for a, b in zip(colour, expected, strict=True)) <= COLOUR_DISTANCE_MAX, seen
    assert show.broadcaster.streams() == {MAIN_STREAM: 2}
    assert show.encoders[MAIN_STREAM].figures()["fps"] < 31
    for page in pages:
        await page.close()
