"""What a moderator does on the page in a real browser, and what a hostile line looks like there."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium_blocking
from page_show import Server, npm
from playwright.sync_api import Browser, Page, expect

from avatar_live.clock import wall_s
from avatar_live.room.text import MARKS_IN_A_ROW_MAX
from avatar_live.server.invitations import USED, invitation
from avatar_live.server.standing import Standing

DEADLINE_MS = 15_000
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("moderated")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    npm("exec", "--", "vite", "build", "--logLevel", "error", "--emptyOutDir", "--outDir", str(folder / "dist"))
    server = Server(folder, folder / "dist")
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


def opened(server: Server, browser: Browser, hash: str = "", size: dict[str, int] = DESKTOP) -> Page:
    context = browser.new_context(viewport={"width": size["width"], "height": size["height"]}, locale="en-GB")
    context.set_default_timeout(DEADLINE_MS)
    page = context.new_page()
    page.goto(server.address + hash)
    return page


def joined(page: Page) -> Page:
    expect(page.locator("[data-link=joined]")).to_be_visible(timeout=DEADLINE_MS)
    page.click("#name-save")
    return page


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.press("#say", "Enter")


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
    expect(viewer.get_by_text("You are muted for 10 min.")).to_be_visible(timeout=DEADLINE_MS)
    line.locator(".line-more").click()
    line.get_by_role("button", name="Remove").click()
    for page in (moderator, viewer):
        expect(page.locator(".line", has_text="buy my things")).to_have_count(0, timeout=DEADLINE_MS)
    say(moderator, "be kind")
    told = viewer.locator(".line", has_text="be kind")
    told.locator(".line-more").click()
    expect(told.get_by_role("button")).to_have_count(3)  # the sign itself, reply and report
    told.get_by_role("button", name="Report").click()
    expect(viewer.get_by_text("the host sees your report")).to_be_visible(timeout=DEADLINE_MS)
    thief = opened(server, browser, link)
    expect(thief.get_by_text(USED)).to_be_visible(timeout=DEADLINE_MS)
    for page in (moderator, viewer, thief):
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
    expect(text).to_have_text(shown, timeout=DEADLINE_MS)
    assert text.locator("*").count() == 0
    assert page.evaluate("window.hacked") is None
    page.context.close()
