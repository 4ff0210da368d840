"""Start the machine's Chromium the way a viewer's browser would run, without a screen.

    async with chromium() as browser:
        page = await browser.new_page()
        await until(page, "() => document.title")

`chromium_blocking` is the same for tests that are not asynchronous.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

import pytest
from patience import DEADLINE_S
from playwright.async_api import Browser, Page, async_playwright
from playwright.async_api import expect as expect_soon
from playwright.sync_api import Browser as BlockingBrowser
from playwright.sync_api import expect, sync_playwright

from avatar_live.app.bench.browser import FLAGS
from avatar_live.app.doctor import find_chromium

expect.set_options(timeout=1_000 * DEADLINE_S)
expect_soon.set_options(timeout=1_000 * DEADLINE_S)


def executable() -> str:
    """Return the path of Chromium or Chrome; skip the test where there is none."""
    path = find_chromium()
    if path is not None:
        return path
    pytest.skip("needs Chromium or Google Chrome (Debian: apt-get install chromium)")


@contextlib.asynccontextmanager
async def chromium(*more_arguments: str) -> AsyncIterator[Browser]:
    """Open a headless Chromium and close it again."""
    path = executable()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=[*FLAGS, *more_arguments])
        try:
            yield browser
        finally:
            await browser.close()


async def until(page: Page, claim: str, argument: object = None) -> None:
    """Wait until the JavaScript function `claim` is true of `argument`; raise TimeoutError at the deadline.

    Unlike Playwright's `wait_for_function` this waits for what an asynchronous function returns, as reading the
    statistics of a WebRTC connection needs.
    """
    async with asyncio.timeout(DEADLINE_S):
        while not await page.evaluate(claim, argument):  # noqa: ASYNC110 (a page cannot set an event of ours)
            await asyncio.sleep(0.02)


@contextlib.contextmanager
def chromium_blocking(*more_arguments: str) -> Iterator[BlockingBrowser]:
    """Open a headless Chromium and close it again, for a test without an event loop."""
    path = executable()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *more_arguments])
        try:
            yield browser
        finally:
            browser.close()
