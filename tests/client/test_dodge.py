"""The example of a whole game: what viewers buy there happens, or is paid back, whatever is reloaded or killed."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
import pytest_asyncio
from browser import chromium
from patience import DEADLINE_S
from playwright.async_api import Browser, Page, expect
from shared import PROJECT
from show_server import TOKEN, ShowServer, show_server

from avatar_live.client import Viewer
from avatar_live.protocol.catalogue import START_BALANCE_COINS
from avatar_live.protocol.wire import GiftUpdate

pytestmark = pytest.mark.asyncio(loop_scope="module")

GAME = PROJECT / "assets" / "examples" / "dodge.html"
ALWAYS_IN_THE_MIDDLE = "Math.random = () => 0.5"  # every tomato falls where the hero begins

# Return where the hero is, in pixels from the left, long after the window was left with a key down.
WALK_AND_LOOK_AWAY = """async () => {
  const frames = async (count) => { while (count--) await new Promise(requestAnimationFrame); };
  dispatchEvent(new KeyboardEvent("keydown", { code: "ArrowRight" }));
  await frames(5);
  dispatchEvent(new Event("blur"));
  await frames(90);
  for (;; await frames(1)) {  // a hero who was hit blinks
    const row = document.querySelector("canvas").getContext("2d").getImageData(0, 620, 1280, 1).data;
    for (let x = 0; x < 1280; x++) if (row[4 * x] === 255 && row[4 * x + 1] === 209 && row[4 * x + 2] === 102) return x;
  }
}"""


@pytest.fixture
def server(built_sdk: Path, tmp_path: Path) -> Iterator[ShowServer]:
    """A server with the SDK, that a test may end and that comes back at the same port."""
    shutil.copytree(built_sdk, tmp_path / "web")
    with show_server(tmp_path) as running:
        running.plan = msgspec.structs.replace(running.plan, port=running.port)
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@contextlib.asynccontextmanager
async def played(browser: Browser, server: ShowServer) -> AsyncIterator[tuple[Page, Viewer]]:
    """Open the game as a streamer does, and sit in the room as a viewer."""
    address = f"http://127.0.0.1:{server.port}"
    async with Viewer(address, "Ann") as ann:
        wish = {"scopes": ["read", "games"], "name": "Tomato dodge"}
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S) as http:
            token = (await http.post(f"{address}/api/tokens", json=wish)).raise_for_status().json()["token"]
        page = await browser.new_page(viewport={"width": 1280, "height": 720})
        await page.add_init_script(ALWAYS_IN_THE_MIDDLE)
        await page.goto(f"{GAME.as_uri()}?{urlencode({'show': address, 'token': token})}")
        await expect(page.locator("body[data-sells=false]")).to_be_attached()
        yield page, ann
        await page.close()


async def begin(page: Page, *, in_the_corner: bool) -> None:
    await page.keyboard.press("Space")
    await expect(page.locator("body[data-sells=true]")).to_be_attached()
    if in_the_corner:
        await page.mouse.move(60, 600)


async def stands(ann: Viewer, id: str, state: str) -> GiftUpdate:
    """Wait until a gift of hers stands so."""
    async with asyncio.timeout(DEADLINE_S):
        async for message in ann:
            if isinstance(message, GiftUpdate) and (message.id, message.state) == (id, state):
                return message
    raise AssertionError(state)


async def test_effects_run_to_their_end_while_the_hero_lives(browser: Browser, server: ShowServer) -> None:
    async with played(browser, server) as (page, ann):
        update = await ann.give("dodge/rain", "early")
        assert (update.state, update.balance_coins) == ("refused", START_BALANCE_COINS), "nobody plays yet"
        await begin(page, in_the_corner=True)
        await ann.give("dodge/rain", "rain")
        await stands(ann, "rain", "running")
        await page.screenshot(path=PROJECT / "tests" / "output" / "dodge.png")
        await stands(ann, "rain", "done")
        await ann.give("dodge/heart", "heart-1")
        await stands(ann, "heart-1", "done")
        await ann.give("dodge/heart", "heart-2")
        await stands(ann, "heart-2", "done")
        await ann.give("dodge/heart", "heart-3")
        update = await stands(ann, "heart-3", "refunded")
        assert update.reason == "All hearts are there already."
        assert update.balance_coins == START_BALANCE_COINS - 25 - 2 * 40


async def test_what_a_lost_game_cuts_short_is_paid_back(browser: Browser, server: ShowServer) -> None:
    async with played(browser, server) as (page, ann):
        await begin(page, in_the_corner=False)
        await ann.give("dodge/giant", "giant")
        await stands(ann, "giant", "running")
        await ann.give("dodge/rain", "rain")
        await expect(page.locator("#said b")).to_have_text("Squashed!")
        update = await stands(ann, "rain", "refunded")
        assert update.reason == "The game was over before it was through."
        await expect(page.locator("body[data-sells=false]")).to_be_attached()


async def test_a_hero_stands_still_when_another_window_is_looked_at(browser: Browser, server: ShowServer) -> None:
    async with played(browser, server) as (page, _):
        await begin(page, in_the_corner=False)
        assert await page.evaluate(WALK_AND_LOOK_AWAY) < 1_000, "who walks on is at the wall by then"


async def test_a_reload_in_the_middle_pays_back_once(browser: Browser, server: ShowServer) -> None:
    async with played(browser, server) as (page, ann):
        await begin(page, in_the_corner=True)
        await ann.give("dodge/ice", "ice")
        await stands(ann, "ice", "running")
        await page.reload()
        update = await stands(ann, "ice", "refunded")
        assert update.balance_coins == START_BALANCE_COINS


async def test_a_server_killed_in_the_middle_finds_the_effect_done_once(browser: Browser, server: ShowServer) -> None:
    async with played(browser, server) as (page, ann):
        await begin(page, in_the_corner=True)
        await ann.give("dodge/ice", "ice")
        await stands(ann, "ice", "running")
        server.kill()
        await asyncio.to_thread(server.start)
        async with asyncio.timeout(DEADLINE_S):
            # It may have ended before she was back; who asks again for a gift is told how it stands.
            while (await ann.give("dodge/ice", "ice")).state != "done":  # noqa: ASYNC110 (a page wakes nobody here)
                await asyncio.sleep(0.3)
        assert ann.balance_coins == START_BALANCE_COINS - 15
