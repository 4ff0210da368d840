"""What must hold on every screen: nothing covers anything, nothing is cut off, and everybody can use it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from browser import chromium_blocking
from page_show import Server, running_engine
from pages import WEB
from patience import DEADLINE_S
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect
from running import until

from avatar_live.protocol.wire import CLOSE_REFUSED

TOKEN = "a-token-of-the-show"
SMALL_PHONE, PHONE, PHONE_LANDSCAPE = (360, 640), (390, 844), (844, 390)
TABLET, DESKTOP, LARGE, ZOOMED = (820, 1180), (1280, 800), (1920, 1080), (640, 400)
TABLET_LANDSCAPE = (1024, 768)
SCREENS = [SMALL_PHONE, PHONE, PHONE_LANDSCAPE, TABLET, TABLET_LANDSCAPE, ZOOMED, DESKTOP, LARGE]
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
LONG_QUIZ = {
    "question": "How many legs does a spider have, and which of them does it use to listen to its web?",
    "choices": ["Six, as all insects", "Eight, and all of them do", "Ten, but only when it is dark", "Twelve"],
    "seconds": 300,
    "answer": 1,
}


class Show(Server):
    """A server that the host speaks to over HTTP."""

    def host(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        response = httpx.request(method, f"{self.address}api/{path}", headers=headers, json=body, timeout=DEADLINE_S)
        assert response.is_success, response.text
        return response.json() if "json" in response.headers.get("content-type", "") else None


@pytest.fixture(scope="module")
def show(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("looks")
    show = Show(folder, built_page, token=TOKEN)
    show.start()
    show.host("POST", "lotteries", {"word": "luck", "prize": "ticket", "seconds": 600})
    try:
        with running_engine(show.run_folder):
            yield show
    finally:
        show.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


@pytest.fixture
def asked(show: Show) -> Iterator[None]:
    """Let a goal and a quiz with a lot of words stand beside the lottery."""
    goal = show.host("POST", "goals", {"kind": "coins", "title": "A new hat for the fox", "target": 5_000})
    show.host("POST", "polls", LONG_QUIZ)
    yield
    show.host("POST", "polls/end")
    show.host("DELETE", f"goals/{goal['id']}")


def arrive(show: Show, browser: Browser, size: tuple[int, int], **options: Any) -> Page:
    """Open the page as somebody who has never been here."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB", **options)
    context.set_default_timeout(1_000 * DEADLINE_S)
    page = context.new_page()
    page.goto(show.address)
    expect(page.locator("[data-link=joined]")).to_be_visible()
    return page


def visit(show: Show, browser: Browser, size: tuple[int, int], **options: Any) -> Page:
    page = arrive(show, browser, size, **options)
    page.click(".name-card .quiet")
    return page


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found is not None
    return {side: float(found[side]) for side in ("x", "y", "width", "height")}


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_picture_fills_its_frame_and_the_page_its_screen(
    show: Show, browser: Browser, size: tuple[int, int]
) -> None:
    page = visit(show, browser, size)
    stage = box(page.locator(".stage"))
    assert stage["width"] / stage["height"] == pytest.approx(16 / 9, rel=0.01), "bars beside the picture"
    assert stage["width"] >= min(size[0] * 0.5, 560), "a stamp instead of a picture"
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    page.evaluate(
        "document.querySelector('.info h1').textContent = 'A name as long as the names of shows may be at most.'"
    )
    sound = box(page.locator("#sound"))
    assert sound["x"] + sound["width"] <= stage["x"] + stage["width"] + 1.0, "into the chat"
    for part in ("#own-name", "#tab-board", "#say", "#like", "#sound"):
        at = box(page.locator(part))
        assert at["x"] >= 0 and at["x"] + at["width"] <= size[0], f"{part} is cut off"
        assert at["y"] >= 0 and at["y"] + at["height"] <= size[1], f"{part} is cut off"
    page.context.close()


@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_who_is_asked_for_a_name_sees_the_newest_line_above_the_question(
    show: Show, browser: Browser, size: tuple[int, int]
) -> None:
    page = arrive(show, browser, size, reduced_motion="reduce")
    page.fill("#say", "hello")
    page.press("#say", "Enter")
    line = page.locator(".line", has_text="hello").last
    expect(line).to_be_in_viewport()
    places = line, *map(page.locator, (".talk", ".name-card", ".dock"))

    def is_between() -> bool:
        said, talk, card, dock = map(box, places)
        is_in_sight = said["y"] >= talk["y"] and said["y"] + said["height"] <= card["y"]
        return is_in_sight and card["y"] + card["height"] <= dock["y"] + 1.0

    until(is_between, "the line is in the talk, the question below it, and the dock below that")
    page.context.close()


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("size", SCREENS, ids=lambda size: f"{size[0]}x{size[1]}")
def test_whatever_is_asked_the_talk_stays_in_sight_and_every_choice_in_reach(
    show: Show, browser: Browser, size: tuple[int, int]
) -> None:
    page = visit(show, browser, size)
    page.fill("#say", "hello")
    page.press("#say", "Enter")
    expect(page.locator(".line", has_text="hello").last).to_be_in_viewport()
    pinned, talk, dock = (box(page.locator(part)) for part in (".pinned", ".talk", ".dock"))
    assert pinned["y"] + pinned["height"] <= talk["y"] + 1 and talk["y"] + talk["height"] <= dock["y"] + 1
    assert talk["height"] >= 50, "the talk is gone"
    for control in (".choice >> nth=3", ".is-entry", "#like"):
        page.locator(control).scroll_into_view_if_needed()
        page.click(control, trial=True)
    page.context.close()


def test_on_a_phone_a_vote_folds_the_poll_up_and_a_tap_unfolds_it(show: Show, browser: Browser) -> None:
    show.host("POST", "polls", LONG_QUIZ)
    phone, desktop = visit(show, browser, PHONE), visit(show, browser, DESKTOP)
    for page in (phone, desktop):
        page.click(".choice >> nth=1")
        expect(page.locator(".choice.is-own")).to_have_count(1)
    expect(desktop.locator(".choice >> nth=0")).to_be_visible()
    expect(phone.locator(".choice >> nth=0")).to_be_hidden()
    expect(phone.locator(".fold")).to_contain_text("Eight, and all of them do")
    assert box(phone.locator(".poll:not(.lottery)"))["height"] < 50
    phone.click(".fold")
    expect(phone.locator(".choice >> nth=0")).to_be_visible()
    phone.focus(".fold")
    phone.keyboard.press("Enter")
    expect(phone.locator(".choice >> nth=0")).to_be_hidden()
    show.host("POST", "polls/end")
    expect(phone.locator(".poll footer", has_text="You were right!")).to_be_visible()
    for page in (phone, desktop):
        page.context.close()


def test_a_line_from_right_to_left_ends_with_its_own_full_stop(show: Show, browser: Browser) -> None:
    page = visit(show, browser, PHONE)
    page.fill("#say", "مرحبا بكم جميعا!")
    page.press("#say", "Enter")
    text = page.locator(".line .text", has_text="مرحبا").last
    expect(text).to_be_visible()
    stop_px, first_px = text.evaluate(
        """(text) => [text.textContent.length - 1, 0].map((at) => {
          const range = document.createRange();
          const node = [...text.childNodes].find((one) => one.nodeType === Node.TEXT_NODE && one.length > 3);
          range.setStart(node, at); range.setEnd(node, at + 1);
          return range.getBoundingClientRect().left;
        })"""
    )
    assert stop_px < first_px, "the exclamation mark stands where the sentence begins"
    page.context.close()


def test_a_keyboard_alone_reaches_the_gifts_says_something_and_comes_back(show: Show, browser: Browser) -> None:
    page = visit(show, browser, PHONE)
    page.focus("#gifts-open")
    page.keyboard.press("Enter")
    expect(page.locator(".gifts.is-open")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".gifts")).to_be_hidden()
    page.focus("#tab-chat")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-board[aria-selected=true]")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-chat[aria-selected=true]")).to_be_focused()
    page.context.close()


def test_nothing_jumps_when_the_room_answers(show: Show, browser: Browser) -> None:
    held: list[WebSocketRoute] = []
    context = browser.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}, locale="en-GB")
    page = context.new_page()
    page.route_web_socket(lambda _: True, lambda route: held.append(route))
    page.goto(show.address)
    expect(page.locator(".cover")).to_contain_text("Entering the show")
    before = [box(page.locator(part)) for part in (".stage", ".headline", ".gifts", ".dock")]
    held[0].close(code=1012)  # the page comes back by itself, and this time is let through
    page.route_web_socket(lambda _: True, lambda route: route.connect_to_server())
    expect(page.locator("[data-link=joined]")).to_be_visible()
    assert [box(page.locator(part)) for part in (".stage", ".headline", ".gifts", ".dock")] == before
    context.close()


def test_who_wants_no_motion_gets_none(show: Show, browser: Browser) -> None:
    page = visit(show, browser, DESKTOP, reduced_motion="reduce")
    page.click("#like")
    page.click("[data-gift=tomato]")
    expect(page.locator(".banner")).not_to_have_count(0)
    moving = page.evaluate(
        "() => document.getAnimations().filter((one) => one.effect.getComputedTiming().duration > 20).length"
    )
    assert moving == 0
    page.context.close()


def expect_no_fault(page: Page) -> None:
    """Let axe look at the page as it is, for WCAG 2.2 AA and good practice."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = page.evaluate("(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}})", rules)
    faults = [
        f"{fault['id']}: {node['target']} {[one['message'] for one in node['any']]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
    assert not faults, "\n".join(faults)


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: run npm ci in web/")
@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_a_screen_readers_checker_finds_no_fault(show: Show, browser: Browser, size: tuple[int, int]) -> None:
    page = visit(show, browser, size, reduced_motion="reduce")
    expect(page.locator("#main-video[data-at=playing]")).to_be_attached()
    page.fill("#say", "hello @nobody :wow:")
    page.press("#say", "Enter")
    expect(page.locator(".line", has_text="hello").last).to_be_visible()
    expect_no_fault(page)
    page.locator(".line-more").last.click()
    page.click("#emotes-open")
    expect_no_fault(page)
    page.click("#emotes-open")
    page.click("#tab-board")
    expect_no_fault(page)
    page.click("#tab-chat")
    if size == PHONE:
        page.click("#gifts-open")
    page.click("[data-gift=tomato]")
    expect(page.locator(".again")).to_be_visible()
    expect_no_fault(page)
    page.click("[data-gift=ticket]")
    expect(page.locator("#own-video[data-at=playing]")).to_be_attached()
    expect_no_fault(page)
    page.click("#leave")
    page.context.close()


@pytest.mark.skipif(not AXE.is_file(), reason="needs axe-core: run npm ci in web/")
def test_the_checker_finds_no_fault_on_a_page_that_was_turned_away(show: Show, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="en-GB")
    page = context.new_page()
    page.route_web_socket(lambda _: True, lambda route: route.close(code=CLOSE_REFUSED, reason="Not today."))
    page.goto(show.address)
    expect(page.locator(".cover")).to_contain_text("Not today.")
    expect(page.locator(".name-card")).to_have_count(0)  # who is not in the room has no name in it
    expect_no_fault(page)
    context.close()
