"""What a moderator does on the page in a real browser, and what a hostile line looks like there."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from browser import chromium_blocking
from page_show import Server
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, expect
from shown import has_shown, remember
from websockets.sync.client import connect

from avatar_live.channels.processes import Panic
from avatar_live.clock import wall_s
from avatar_live.protocol.wire import Join, Moderate
from avatar_live.room.text import MARKS_IN_A_ROW_MAX
from avatar_live.server.invitations import USED, invitation
from avatar_live.server.standing import Standing

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moderated")


@pytest.fixture(scope="module")
def server(folder: Path, built_page: Path) -> Iterator[Server]:
    server = Server(folder, built_page)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


def opened(server: Server, browser: Browser, hash: str = "", size: dict[str, int] = DESKTOP) -> Page:
    context = browser.new_context(viewport={"width": size["width"], "height": size["height"]}, locale="en-GB")
    context.set_default_timeout(1_000 * DEADLINE_S)
    remember(context, ".notice")
    page = context.new_page()
    page.goto(server.address + hash)
    return page


def joined(page: Page) -> Page:
    expect(page.locator("[data-link=joined]")).to_be_visible()
    page.click("#name-save")
    return page


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.press("#say", "Enter")


def keep(page: Page, name: str) -> None:
    """Keep a screenshot where the caller asked for one."""
    if pictures := os.environ.get("AVATAR_LIVE_SCREENSHOTS"):
        page.screenshot(path=str(Path(pictures) / f"{name}.png"))


@contextlib.contextmanager
def holding(server: Server, folder: Path) -> Iterator[None]:
    """Hold every line for a moderator, as a moderator orders who writes the protocol by hand."""
    token = invitation(Standing(folder / "data"), wall_s())
    with connect(server.address.replace("http", "ws") + "ws", proxy=None) as socket:
        socket.send(msgspec.json.encode(Join("Order", token=token)).decode())
        socket.recv()
        socket.send(msgspec.json.encode(Moderate("hold", seconds=600.0, hold="all")).decode())
        yield
        socket.send(msgspec.json.encode(Moderate("hold", hold="off")).decode())


def test_a_moderator_by_a_link_removes_a_line_and_mutes_who_wrote_it(
    server: Server, browser: Browser, folder: Path
) -> None:
    link = f"#invitation={invitation(Standing(folder / 'data'), wall_s())}"
    moderator = joined(opened(server, browser, link, PHONE))
    assert "#" not in moderator.url, "an invitation does not stay in the address"
    viewer = joined(opened(server, browser))
    say(viewer, "buy my things")
    line = moderator.locator(".line", has_text="buy my things")
    line.locator(".line-more").click()
    line.get_by_role("button", name="Mute 10 min").click()
    has_shown(viewer, ".notice", "You are muted for 10 min.")
    line.locator(".line-more").click()
    line.get_by_role("button", name="Remove").click()
    for page in (moderator, viewer):
        expect(page.locator(".line", has_text="buy my things")).to_have_count(0)
    say(moderator, "be kind")
    told = viewer.locator(".line", has_text="be kind")
    told.locator(".line-more").click()
    expect(told.get_by_role("button")).to_have_count(3)  # the sign itself, reply and report
    told.get_by_role("button", name="Report").click()
    has_shown(viewer, ".notice", "the host sees your report")
    thief = opened(server, browser, link)
    expect(thief.get_by_text(USED)).to_be_visible()
    for page in (moderator, viewer, thief):
        page.context.close()


def test_a_held_line_waits_on_its_writers_page_until_a_moderator_lets_it_through_on_theirs(
    server: Server, browser: Browser, folder: Path
) -> None:
    link = f"#invitation={invitation(Standing(folder / 'data'), wall_s())}"
    moderator = joined(opened(server, browser, link))
    viewer, neighbour = joined(opened(server, browser)), joined(opened(server, browser, size=PHONE))
    with holding(server, folder):
        say(viewer, "is this thing on")
        say(viewer, "buy my things")
        expect(viewer.locator(".is-waiting")).to_have_count(2)
        viewer.reload()
        expect(viewer.locator(".is-waiting").first).to_contain_text("waits for a moderator")
        expect(neighbour.locator("#chat", has_text="is this thing on")).to_have_count(0)
        asked = moderator.locator(".held li")
        keep(moderator, "held")
        asked.filter(has_text="this thing").get_by_role("button", name="Approve").click()
        asked.filter(has_text="buy my things").get_by_role("button", name="Deny").click()
        expect(asked).to_have_count(0)
        expect(neighbour.locator(".line", has_text="is this thing on")).to_be_visible()
        expect(viewer.get_by_text("A moderator did not let it through.")).to_be_visible()
        expect(viewer.locator(".is-waiting")).to_have_count(0)
        expect(neighbour.locator("#chat", has_text="buy my things")).to_have_count(0)
    for page in (moderator, viewer, neighbour):
        page.context.close()


def test_a_moderator_freezes_the_room_and_slows_it_down_from_a_panel(
    server: Server, browser: Browser, folder: Path
) -> None:
    link = f"#invitation={invitation(Standing(folder / 'data'), wall_s())}"
    moderator, viewer = joined(opened(server, browser, link)), joined(opened(server, browser))
    expect(viewer.locator("#keeping")).to_have_count(0)
    moderator.click("#keeping")
    panel = moderator.locator(".keeping")
    panel.get_by_label("Slow mode").select_option("30 s")
    panel.get_by_label("Lines that wait for a moderator").select_option("Links, too")
    panel.get_by_label("Freeze the room").check()
    keep(moderator, "keeping")
    expect(viewer.locator(".rest")).to_contain_text("The room rests")
    moderator.reload()
    moderator.click("#keeping")
    expect(panel.get_by_label("Freeze the room")).to_be_checked()
    expect(panel.get_by_label("Slow mode").locator("option:checked")).to_have_text("30 s")
    panel.get_by_label("Freeze the room").uncheck()
    panel.get_by_label("Slow mode").select_option("Off")
    panel.get_by_label("Lines that wait for a moderator").select_option("None")
    expect(viewer.locator(".rest")).to_have_count(0)
    for page in (moderator, viewer):
        page.context.close()


def test_every_page_says_that_the_host_will_be_right_back(server: Server, browser: Browser) -> None:
    page = joined(opened(server, browser, size=PHONE))
    server.order(Panic(True))
    rest = page.locator(".rest")
    expect(rest).to_have_text("The host will be right back. Chat and gifts rest until then.")
    say(page, "hello")
    has_shown(page, ".notice", "chat and gifts rest")
    keep(page, "hidden")
    server.order(Panic(False))
    expect(rest).to_have_count(0)
    page.context.close()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("<script>window.hacked=1</script>", "<script>window.hacked=1</script>"),
        ("pay \u202eevil\u202c \u2066now\u2069", "pay evil now"),
        ("z" + "\u0335" * 60 + "algo", "z" + "\u0335" * MARKS_IN_A_ROW_MAX + "algo"),
    ],
)
def test_a_hostile_line_is_shown_as_plain_text(server: Server, browser: Browser, said: str, shown: str) -> None:
    page = joined(opened(server, browser))
    say(page, said)
    text = page.locator(".line .text").last
    expect(text).to_have_text(shown)
    assert text.locator("*").count() == 0
    assert page.evaluate("window.hacked") is None
    page.context.close()
