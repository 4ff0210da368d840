"""Other people's clients watch and publish here as their own documents say: 95 % of the pictures arrive, for 5 s."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import ffmpeg
from browser import chromium, until
from guests import TOKEN, House, house, served
from litestar import Litestar
from litestar.static_files import create_static_files_router
from pages import npm
from patience import DEADLINE_S
from playwright.async_api import Browser, Page
from show import Show, running_show

from avatar_live.app.settings import PROJECT

SECONDS = 5.0
SHARE_MIN = 0.95
ROUNDS_MAX = 4  # a busy browser shows late what came, and then more
CLIENTS = PROJECT / "build" / "clients"


@contextlib.asynccontextmanager
async def pages(browser: Browser) -> AsyncIterator[str]:
    """Serve the clients from an address of their own: everything they ask of a show crosses origins."""
    await asyncio.to_thread(npm, "run", "build-clients")
    files = create_static_files_router(path="/", directories=[CLIENTS], html_mode=True)
    async with served(Litestar([files], openapi_config=None, logging_config=None)) as address:
        yield address


@contextlib.asynccontextmanager
async def page(browser: Browser, address: str) -> AsyncIterator[Page]:
    opened = await browser.new_page()
    await opened.goto(address)
    await until(opened, "() => 'clients' in globalThis")
    try:
        yield opened
    finally:
        await opened.close()


async def frames(page: Page) -> int:
    count = await page.evaluate("clients.frames()")
    assert isinstance(count, int)
    return count


async def eventually(claim: object) -> None:
    assert callable(claim)
    async with asyncio.timeout(DEADLINE_S):
        while not claim():  # noqa: ASYNC110 (other processes wake nobody here)
            await asyncio.sleep(0.05)


async def watched(page: Page, show: Show, how: str) -> float:
    """Watch for `SECONDS` with one client and return the share of the show's pictures that it decoded."""
    await page.evaluate(f"(url) => clients.{how}(url)", f"{show.address}/whep")
    await until(page, "async () => (await clients.frames()) > 5")
    share = 0.0
    for _ in range(ROUNDS_MAX):
        sent, seen = show.published, await frames(page)
        await asyncio.sleep(SECONDS)
        share = (await frames(page) - seen) / (show.published - sent)
        if share >= SHARE_MIN:
            break
    await page.evaluate("clients.leave()")
    return share


def decoded(home: House) -> int:
    """Return how many frames came through; a busy machine shows fewer, since the newest wins."""
    health = home.health()
    return 0 if health is None else int(health.figures["guest_frames"])


async def came_through(home: House, count: int) -> float:
    """Return the share of so many published pictures that the inlet decoded; it tells its figures once a second."""
    with contextlib.suppress(TimeoutError):
        await eventually(lambda: decoded(home) >= SHARE_MIN * count)
    return decoded(home) / count


async def published(page: Page, home: House, how: str) -> float:
    """Publish for `SECONDS` with one client and return the share of its pictures that the inlet decoded."""
    await page.evaluate(f"([url, token]) => clients.{how}(url, token)", [f"{home.address}/whip", TOKEN])
    await eventually(lambda: decoded(home) > 5)
    await asyncio.sleep(SECONDS)
    await page.evaluate("clients.stopDrawing()")
    share = await came_through(home, await frames(page))
    await page.evaluate("clients.leave()")
    await eventually(lambda: (health := home.health()) is not None and health.status == "waits for a guest")
    return share


async def published_by_ffmpeg(home: House, folder: Path) -> float:
    command = (sys.executable, ffmpeg.__file__, f"{home.address}/whip", TOKEN, str(folder))
    pipe = asyncio.subprocess.PIPE
    publisher = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    try:
        await eventually(lambda: decoded(home) > 5)
        await asyncio.sleep(SECONDS)
        assert publisher.stdin is not None
        publisher.stdin.close()
        async with asyncio.timeout(DEADLINE_S):
            said, _ = await publisher.communicate()
    finally:
        if publisher.returncode is None:
            publisher.kill()
            await publisher.wait()
    return await came_through(home, int(said))


async def test_players_and_publishers_of_others_get_their_pictures_through(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as opened:
        browser = await opened.enter_async_context(chromium())
        address = await opened.enter_async_context(pages(browser))
        show = await opened.enter_async_context(running_show())
        homes = []
        for number in range(3):
            (tmp_path / str(number)).mkdir()
            homes.append(await opened.enter_async_context(house(tmp_path / str(number))))
        first, second, third, fourth = [await opened.enter_async_context(page(browser, address)) for _ in range(4)]
        shares = await asyncio.gather(
            watched(first, show, "watchByWhipWhep"),
            watched(second, show, "watchByEyevinn"),
            published(third, homes[0], "publishByWhipWhep"),
            published(fourth, homes[1], "publishByEyevinn"),
            published_by_ffmpeg(homes[2], tmp_path),
        )
        names = ("whip-whep watches", "webrtc-player", "whip-whep publishes", "whip-web-client", "FFmpeg's WHIP muxer")
        low = {name: share for name, share in zip(names, shares, strict=True) if share < SHARE_MIN}
        assert not low, dict(zip(names, shares, strict=True))
        await eventually(lambda: show.broadcaster.streams() == {})
