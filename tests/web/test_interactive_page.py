"""What viewers do with each other on the page, in a real browser against the real server."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from browser import chromium_blocking
from page_show import TITLE, Server
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, expect
from shown import has_shown, remember

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
TOKEN = "a-token-of-the-show"


class Show(Server):
    """A server that the host speaks to over HTTP."""

    def __init__(self, folder: Path, page_folder: Path) -> None:
        super().__init__(folder, page_folder)
        self._plan = msgspec.structs.replace(self._plan, token=TOKEN)

    def host(self, method: str, path: str, body: object = None) -> httpx.Response:
        response = httpx.request(
            method,
            f"{self.address}api/{path}",
            headers={"Authorization": f"Bearer {TOKEN}"},
            json=body,
            timeout=DEADLINE_S,
        )
        assert response.is_success, response.text
        return response


@pytest.fixture(scope="module")
def show(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Show]:
    folder = tmp_path_factory.mktemp("show")
    show = Show(folder, built_page)
    show.start()
    yield show
    show.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


def visit(show: Show, browser: Browser, name: str, size: dict[str, int] = DESKTOP) -> Page:
    context = browser.new_context(viewport={"width": size["width"], "height": size["height"]}, locale="en-GB")
    context.set_default_timeout(1_000 * DEADLINE_S)
    remember(context, ".banner .times", ".banner.is-over .total")
    page = context.new_page()
    page.goto(show.address)
    expect(page.locator("[data-link=joined]")).to_be_visible()
    page.fill("#name-input", name)
    page.click("#name-save")
    expect(page.locator("#own-name .name")).to_have_text(name)
    expect(page.locator("[data-link=joined]")).to_be_visible()
    return page


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.press("#say", "Enter")


def test_an_answer_shows_what_it_answers_and_stands_out_for_who_is_answered(show: Show, browser: Browser) -> None:
    ann, bob = visit(show, browser, "Ann Lee"), visit(show, browser, "Bob", PHONE)
    say(ann, "who is here?")
    asked = bob.locator(".line", has_text="who is here?")
    asked.locator(".line-more").click()
    asked.get_by_role("button", name="Reply").click()
    expect(bob.locator(".replying")).to_contain_text("Ann Lee")
    say(bob, "me!")
    expect(bob.locator(".replying")).to_have_count(0)
    for page, is_hers in ((ann, True), (bob, False)):
        answer = page.locator(".line", has_text="me!")
        expect(answer.locator(".answered")).to_have_text("Ann Lee who is here?")
        expect(page.locator(".line.is-for-me", has_text="me!")).to_have_count(int(is_hers))
    say(bob, "hello @ann lee, @Cat")
    expect(ann.locator(".mention.is-own")).to_have_text("@ann lee")
    expect(bob.locator(".mention")).to_have_count(2)
    expect(bob.locator(".mention.is-own")).to_have_count(0)
    for page in (ann, bob):
        page.context.close()


def test_an_emote_is_picked_and_drawn_and_a_code_that_is_none_stays_text(show: Show, browser: Browser) -> None:
    ann = visit(show, browser, "Ann", PHONE)
    ann.click("#emotes-open")
    ann.click("[data-emote=wow]")
    assert ann.input_value("#say") == ":wow: "
    ann.press("#say", "Enter")
    expect(ann.locator(".picker")).to_have_count(0)
    expect(ann.locator(".line.is-emotes svg.emote")).to_have_count(1)
    say(ann, "it is :nothing:")
    expect(ann.locator(".line .text").last).to_have_text("it is :nothing:")
    ann.context.close()


def test_the_hosts_line_says_that_it_is_the_hosts(show: Show, browser: Browser) -> None:
    ann = visit(show, browser, "Ann")
    show.host("POST", "chat", {"text": "welcome, all"})
    line = ann.locator(".line.is-host", has_text="welcome, all")
    expect(line.locator("b")).to_have_text(TITLE)
    expect(line.get_by_role("img", name="Host")).to_be_visible()
    ann.context.close()


def test_a_combo_counts_up_with_one_button_and_tells_what_it_came_to(show: Show, browser: Browser) -> None:
    ann, bob = visit(show, browser, "Ann", PHONE), visit(show, browser, "Bob")
    ann.click("#gifts-open")
    ann.click("[data-amount='5']")
    ann.click("[data-gift=tomato]")
    ann.keyboard.press("Escape")
    ann.click(".again")
    for page in (ann, bob):
        has_shown(page, ".banner .times", "×10")
        expect(page.locator(".line.is-gift .times")).to_have_text("×10")
    has_shown(bob, ".banner.is-over .total", "50")
    expect(ann.locator(".again")).to_have_count(0)
    expect(ann.locator("#balance")).to_have_attribute("data-coins", "950")
    for page in (ann, bob):
        page.context.close()


def test_a_poll_shows_live_bars_and_a_quiz_tells_who_was_right(show: Show, browser: Browser) -> None:
    ann, bob = visit(show, browser, "Ann", PHONE), visit(show, browser, "Bob")
    show.host("POST", "polls", {"question": "<b>Tea</b>?", "choices": ["yes", "no"], "seconds": 60})
    expect(ann.locator(".poll p")).to_have_text("<b>Tea</b>?")
    ann.click(".choice >> nth=1")
    bob.click(".choice >> nth=1")
    for page in (ann, bob):
        expect(page.locator(".choice.is-own")).to_contain_text("100 %")
    ann.click(".fold")  # on a phone, who has voted sees a line of it
    ann.click(".choice >> nth=0")
    expect(bob.locator(".choice >> nth=0")).to_contain_text("50 %")
    ann.reload()
    expect(ann.locator(".choice.is-own")).to_contain_text("yes")
    show.host("POST", "polls/end")
    expect(ann.locator(".poll.is-over .choice:disabled")).to_have_count(2)
    show.host("POST", "polls", {"question": "Legs of a spider?", "choices": ["6", "8"], "answer": 1})
    for page, choice in ((ann, 0), (bob, 1)):
        expect(page.locator(".poll p")).to_have_text("Legs of a spider?")
        expect(page.locator(".choice b")).to_have_count(0)  # what others chose stays a secret
        page.click(f".choice >> nth={choice}")
        expect(page.locator(".choice.is-own")).to_have_count(1)
    show.host("POST", "polls/end")
    expect(bob.locator(".poll footer")).to_have_text("You were right!")
    expect(ann.locator(".poll footer")).to_have_text("Not this time")
    for page in (ann, bob):
        page.context.close()


def test_a_goal_fills_up_and_the_board_shows_ones_own_place(show: Show, browser: Browser) -> None:
    show.host("POST", "rounds")
    goal = show.host("POST", "goals", {"kind": "coins", "title": "A new hat", "target": 50}).json()
    ann = visit(show, browser, "Ann", PHONE)
    expect(ann.locator(".goal p b")).to_have_text("0 / 50")
    ann.click("#gifts-open")
    ann.click("[data-gift=rose]")
    ann.keyboard.press("Escape")
    expect(ann.locator(".goal p b")).to_have_text("10 / 50")
    ann.click("#tab-board")
    expect(ann.locator(".place .name")).to_have_text("Ann")
    expect(ann.locator(".own-place .number")).to_have_text("1")
    ann.click("#tab-chat")
    show.host("DELETE", f"goals/{goal['id']}")
    expect(ann.locator(".goal")).to_have_count(0)
    ann.context.close()


def test_a_follower_is_known_after_a_reload_and_wears_a_badge(show: Show, browser: Browser) -> None:
    ann, bob = visit(show, browser, "Ann", PHONE), visit(show, browser, "Bob")
    ann.click("#follow")
    expect(ann.locator("#follow[aria-pressed=true]")).to_be_visible()
    expect(bob.locator("#followers b")).to_have_text("1")
    say(ann, "I follow")
    expect(bob.locator(".line", has_text="I follow").get_by_role("img", name="Follower")).to_be_visible()
    ann.reload()
    expect(ann.locator("#follow[aria-pressed=true]")).to_be_visible()
    ann.click("#follow")
    expect(bob.locator("#followers b")).to_have_count(0)
    for page in (ann, bob):
        page.context.close()


def test_a_lottery_is_entered_by_a_tap_and_tells_its_end(show: Show, browser: Browser) -> None:
    ann = visit(show, browser, "Ann", PHONE)
    show.host("POST", "lotteries", {"word": "luck", "prize": "ticket", "seconds": 15})
    ann.click(".is-entry")
    expect(ann.locator(".entered")).to_contain_text("You are in")
    expect(ann.locator(".lottery.is-won .entered")).to_have_text("You have won!")
    expect(ann.locator("#free-ticket")).to_be_disabled()
    ann.context.close()
