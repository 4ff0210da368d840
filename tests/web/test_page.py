"""The viewer page in a real browser, against the real server."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium_blocking
from page_show import SOURCE, TITLE, Server, running_engine
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, WebSocketRoute, expect
from shown import has_shown, remember

from avatar_live.protocol.catalogue import GIFTS, START_BALANCE_COINS
from avatar_live.protocol.wire import CLOSE_REFUSED

PHONE = (390, 844)
PHONE_LANDSCAPE = (844, 390)
DESKTOP = (1280, 800)
DONE, REFUNDED = (f".own-gift[data-state={state}]" for state in ("done", "refunded"))
# The brightness (0 to 255) of the middle of a video as the page shows it.
BRIGHTNESS = """(video) => {
  const canvas = new OffscreenCanvas(8, 8), context = canvas.getContext("2d");
  context.drawImage(video, 0, 0, 8, 8);
  return context.getImageData(4, 4, 1, 1).data[1];
}"""
# Count what the page says to the server over its connection.
COUNT_PULSES = """
  window.pulses = 0;
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (data) { window.pulses++; send.call(this, data); };
"""

# As Firefox does where a page may keep nothing.
FORBID_STORAGE = """
  const forbid = () => { throw new DOMException("The operation is insecure.", "SecurityError"); };
  Object.defineProperty(window, "localStorage", { get: forbid });
  BroadcastChannel = class { constructor() { forbid(); } };
"""
# Remember what a player's page told the game last.
LAST_KEYS = """
  const { send } = RTCDataChannel.prototype;
  RTCDataChannel.prototype.send = function (data) {
    const said = JSON.parse(data);
    if (said.type === "keys") window.keys = said;
    send.call(this, data);
  };
"""


@pytest.fixture(scope="module")
def server(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("page")
    server = Server(folder, built_page)
    server.start()
    try:
        with running_engine(server.run_folder):
            yield server
    finally:
        server.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


@pytest.fixture
def page(server: Server, browser: Browser) -> Iterator[Page]:
    with visit(server, browser) as opened:
        yield opened


class visit:  # noqa: N801 - read as a verb: with visit(...) as page
    """Open the page as a newcomer, in a browser profile of its own."""

    def __init__(self, server: Server, browser: Browser, size: tuple[int, int] = DESKTOP) -> None:
        self._server = server
        self._context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, has_touch=size != DESKTOP, locale="en-GB"
        )
        self._context.set_default_timeout(1_000 * DEADLINE_S)
        remember(self._context, ".notice", ".banner", DONE, REFUNDED)
        self.page = self._context.new_page()

    def __enter__(self) -> Page:
        self.page.goto(self._server.address)
        joined(self.page)
        return self.page

    def __exit__(self, *_: object) -> None:
        self._context.close()


def joined(page: Page) -> None:
    expect(page.locator("[data-link=joined]")).to_be_visible()


def plays(page: Page, video: str = "#main-video") -> None:
    expect(page.locator(f"{video}[data-at=playing]")).to_be_attached()


def coins(page: Page, amount: int) -> None:
    expect(page.locator("#balance")).to_have_attribute("data-coins", str(amount))


def until(page: Page, claim: str, argument: object = None) -> None:
    """Wait for a JavaScript function to return true; `wait_for_function` would need eval, which the page forbids."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not page.evaluate(claim, argument):
        assert time.monotonic() < deadline_s, f"not within {DEADLINE_S} s: {claim} {argument}"
        page.wait_for_timeout(50)


def brightens_or_darkens(page: Page, video: str, before: int) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while abs(page.eval_on_selector(video, BRIGHTNESS) - before) < 12:
        assert time.monotonic() < deadline_s, f"{video} still looks as before"
        page.wait_for_timeout(50)


def say(page: Page, text: str) -> None:
    page.fill("#say", text)
    page.press("#say", "Enter")


def test_a_newcomer_is_in_the_room_and_sees_what_drives_the_avatar(page: Page) -> None:
    expect(page.locator("#title")).to_have_text(TITLE)
    expect(page.locator("#source")).to_contain_text(SOURCE)
    coins(page, START_BALANCE_COINS)
    assert page.locator(".gift").count() == len(GIFTS)
    assert page.locator(".gift svg.gift-picture").count() == len(GIFTS), "each has a picture of ours"


@pytest.mark.parametrize(
    "forbidden",
    ["RTCPeerConnection = undefined", "RTCPeerConnection = class { constructor() { throw new Error('Forbidden.'); } }"],
)
def test_a_browser_that_forbids_webrtc_is_told_so_and_still_chats(
    server: Server, browser: Browser, forbidden: str
) -> None:
    opening = visit(server, browser)
    opening.page.add_init_script(forbidden)
    with opening as page:
        expect(page.locator(".cover")).to_contain_text("This browser shows no live video")
        line = f"I see nothing: {len(forbidden)}"  # one of its own, since the room keeps what was said before
        say(page, line)
        expect(page.locator("#chat .line", has_text=line)).to_be_visible()


def test_a_browser_that_keeps_nothing_shows_the_page_all_the_same(server: Server, browser: Browser) -> None:
    opening = visit(server, browser)
    opening.page.add_init_script(FORBID_STORAGE)
    with opening as page:
        say(page, "nobody knows me")
        expect(page.locator("#chat .line", has_text="nobody knows me")).to_be_visible()


def watched(server: Server) -> int:
    """Return how many watch the show, as the server says it to monitors."""
    with urllib.request.urlopen(server.address + "metrics", timeout=DEADLINE_S) as answer:
        text = answer.read().decode()
    found = re.search(r'avatar_live_viewers\{stream="main"\} (\d+)', text)
    assert found is not None, text
    return int(found[1])


def watched_by(server: Server, count: int) -> None:
    deadline_s = time.monotonic() + DEADLINE_S
    while watched(server) != count:
        assert time.monotonic() < deadline_s, f"{watched(server)} watch, not {count}"
        time.sleep(0.05)


def test_a_page_that_is_frozen_is_let_go_and_the_others_play_on(server: Server, browser: Browser) -> None:
    """Its browser still confirms its consent and reports what it receives: only the page's own pulse has stopped."""
    freezing = visit(server, browser)
    freezing.page.add_init_script(COUNT_PULSES)
    with freezing as frozen, visit(server, browser) as awake:
        for page in (frozen, awake):
            plays(page)
        watched_by(server, 2)
        until(frozen, "() => window.pulses > 2")  # who never said a word there is another's player, and may be silent
        debugger = frozen.context.new_cdp_session(frozen)
        debugger.send("Debugger.enable")
        debugger.send("Debugger.pause")  # at the next line of script; the threads of the connection go on
        watched_by(server, 1)
        shown = "document.querySelector('#main-video').getVideoPlaybackQuality().totalVideoFrames"
        before = awake.evaluate(f"() => {shown}")
        until(awake, f"(before) => {shown} > before + 10", before)
        assert watched(server) == 1
        debugger.send("Debugger.resume")
        watched_by(server, 2)


def test_the_figures_of_the_picture_are_shown_to_who_asks(page: Page) -> None:
    plays(page)
    assert page.locator("#figures").count() == 0
    page.click("#latency")
    for figure in (r"640×360, \d+ fps", r"\d+ kbit/s"):
        expect(page.locator("#figures")).to_contain_text(re.compile(figure))
    page.click("#latency")
    expect(page.locator("#figures")).to_have_count(0)


def test_the_picture_plays_and_its_delay_is_told_in_milliseconds(page: Page) -> None:
    plays(page)
    expect(page.locator("#badge")).to_have_text("LIVE")
    expect(page.locator("#latency")).to_have_text(re.compile(r"≈ \d+ ms"))
    assert 0 <= int(page.locator("#latency").get_attribute("data-ms") or -1) < 5_000
    until(page, f"() => ({BRIGHTNESS})(document.querySelector('#main-video')) > 40")


def test_the_picture_is_not_restarted_while_the_room_talks(page: Page) -> None:
    plays(page)
    page.eval_on_selector("#main-video", "video => video.addEventListener('emptied', () => window.restarted = true)")
    for word in ("one", "two", "three"):
        say(page, word)
        expect(page.locator("#chat .line", has_text=word)).not_to_have_count(0)
    assert page.evaluate("window.restarted") is None


def test_the_sound_begins_muted_and_one_tap_turns_it_on(page: Page) -> None:
    plays(page)
    assert page.eval_on_selector("#main-video", "video => video.muted")
    page.click(".tap-for-sound")
    expect(page.locator(".tap-for-sound")).to_have_count(0)
    assert not page.eval_on_selector("#main-video", "video => video.muted")


def test_a_chat_line_reaches_a_second_page(server: Server, browser: Browser, page: Page) -> None:
    with visit(server, browser, PHONE) as other:
        say(page, "hello over there")
        expect(other.locator("#chat .line", has_text="hello over there")).to_be_visible()
        assert page.input_value("#say") == ""


def test_script_in_a_chat_line_is_shown_as_text(server: Server, browser: Browser, page: Page) -> None:
    script = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
    with visit(server, browser) as other:
        say(page, script)
        line = other.locator("#chat .line", has_text="onerror").last
        expect(line.locator(".text")).to_have_text(script)
        assert line.locator("img, script").count() == 0
        assert other.evaluate("window.hacked") is None


def test_a_gift_costs_coins_is_done_and_is_seen_by_everybody(server: Server, browser: Browser, page: Page) -> None:
    with visit(server, browser) as other:
        page.click("[data-gift=tomato]")
        coins(page, START_BALANCE_COINS - GIFTS["tomato"].price_coins)
        has_shown(page, DONE)
        has_shown(other, ".banner", "Tomato")
        expect(other.locator("#chat .line.is-gift").last).to_contain_text("Tomato")
        coins(other, START_BALANCE_COINS)


def test_likes_and_camps_reach_the_second_page(server: Server, browser: Browser, page: Page) -> None:
    with visit(server, browser) as other:
        before = int(other.locator("#likes").inner_text())
        for _ in range(3):
            page.click("#like")
        expect(other.locator("#likes")).to_have_text(str(before + 3))
        page.click("[data-camp=blue]")
        expect(page.locator("[data-camp=blue]")).to_have_attribute("aria-pressed", "true")
        until(other, "() => Number(document.querySelector('#ball').dataset.ball) < 0")
        expect(page.locator("[data-camp=blue] .own-pushes")).to_contain_text("+1")


def test_a_camps_word_in_the_chat_shows_whose_camp_one_is_in(page: Page) -> None:
    say(page, "go red")
    expect(page.locator("[data-camp=red]")).to_have_attribute("aria-pressed", "true")


def test_a_new_name_is_kept_for_the_next_visit(server: Server, browser: Browser, page: Page) -> None:
    page.fill("#name-input", "Ann of Oz")
    page.click("#name-save")
    page.fill("#say", "renamed")
    deadline_s = time.monotonic() + DEADLINE_S
    while page.input_value("#say"):  # the page joins again under the new name, and keeps the line until it has
        assert time.monotonic() < deadline_s, "the line was never taken"
        page.press("#say", "Enter")
        page.wait_for_timeout(300)
    expect(page.locator("#chat .line", has_text="renamed").locator("b")).to_have_text("Ann of Oz")
    page.reload()
    joined(page)
    expect(page.locator("#own-name")).to_contain_text("Ann of Oz")
    expect(page.locator(".name-card")).to_have_count(0)


def test_a_gift_without_an_answer_is_sent_again_with_the_same_id_and_paid_once(
    server: Server, browser: Browser
) -> None:
    sent: list[str] = []

    def lose_the_first_answer(route: WebSocketRoute) -> None:
        upstream = route.connect_to_server()

        def from_page(message: str | bytes) -> None:
            if json.loads(message)["type"] == "gift":
                sent.append(json.loads(message)["id"])
            upstream.send(message)

        def from_server(message: str | bytes) -> None:
            if len(sent) == 1 and json.loads(message)["type"] == "gift_update":
                route.close(code=1012)
            else:
                route.send(message)

        route.on_message(from_page)
        upstream.on_message(from_server)

    opened = visit(server, browser)
    opened.page.route_web_socket(re.compile(r"/ws$"), lose_the_first_answer)
    with opened as page:
        page.click("[data-gift=confetti]")
        has_shown(page, DONE)
        coins(page, START_BALANCE_COINS - GIFTS["confetti"].price_coins)
        assert len(sent) >= 2 and len(set(sent)) == 1


def test_a_page_that_was_turned_away_does_not_come_back_by_itself(server: Server, browser: Browser) -> None:
    turned_away: list[str] = []

    def turn_away_once(route: WebSocketRoute) -> None:
        if turned_away:
            route.connect_to_server()
            return
        turned_away.append(route.url)
        route.on_message(lambda _: route.close(code=CLOSE_REFUSED, reason="Not today."))

    opened = visit(server, browser)
    opened.page.route_web_socket(re.compile(r"/ws$"), turn_away_once)
    opened.page.goto(server.address)
    expect(opened.page.locator(".cover")).to_contain_text("Not today.")
    expect(opened.page.locator("[data-link=closed]")).to_be_visible()
    opened.page.click(".cover .primary")
    joined(opened.page)
    opened.__exit__()


def test_a_ticket_leads_into_the_game_and_back(page: Page) -> None:
    plays(page)
    page.click("[data-gift=ticket]")
    plays(page, "#own-video")
    expect(page.locator("#main-video.corner")).to_be_visible()
    expect(page.locator(".countdown")).to_have_text(re.compile(r"^\d+$"))
    before = page.eval_on_selector("#own-video", BRIGHTNESS)
    page.keyboard.down("ArrowUp")
    brightens_or_darkens(page, "#own-video", before)
    page.keyboard.up("ArrowUp")
    page.click("#leave")
    expect(page.locator("#own-video")).to_have_count(0)
    expect(page.locator("#main-video.full")).to_be_visible()
    has_shown(page, ".notice", "You left the pitch.")
    coins(page, START_BALANCE_COINS - GIFTS["ticket"].price_coins)


def test_a_key_that_comes_up_beside_another_does_not_stay_down(server: Server, browser: Browser) -> None:
    opening = visit(server, browser)
    opening.page.add_init_script(LAST_KEYS)
    with opening as page:
        plays(page)
        page.click("[data-gift=ticket]")
        plays(page, "#own-video")
        for modifier in ("Control", "Meta"):
            page.keyboard.down("ArrowUp")
            until(page, "() => window.keys?.up === true")
            page.keyboard.down(modifier)
            if modifier == "Control":
                page.keyboard.up("ArrowUp")
            page.keyboard.up(modifier)  # macOS says nothing of a key that came up before this one
            until(page, "() => window.keys.up === false")
        page.keyboard.up("ArrowUp")
        page.click("#leave")
        expect(page.locator("#own-video")).to_have_count(0)


def test_a_page_that_is_loaded_anew_in_a_game_goes_on_with_its_clock(page: Page) -> None:
    plays(page)
    page.click("[data-gift=ticket]")
    plays(page, "#own-video")
    clock = page.locator(".countdown")
    expect(clock).to_have_text(re.compile(r"^[12]\d$"))  # it runs: below thirty
    before_s = int(clock.inner_text())
    page.reload()
    plays(page, "#own-video")
    assert 0 < int(clock.inner_text()) <= before_s
    page.click("#leave")
    expect(page.locator("#own-video")).to_have_count(0)


def test_tabs_that_a_newcomer_opens_at_once_are_one_viewer(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    tabs = [context.new_page() for _ in range(3)]
    for tab in tabs:
        tab.evaluate("(address) => { setTimeout(() => { location.href = address; }); }", server.address)
    for tab in tabs:
        joined(tab)
    tabs[0].bring_to_front()
    tabs[0].click("[data-gift=tomato]")
    for tab in tabs:
        coins(tab, START_BALANCE_COINS - GIFTS["tomato"].price_coins)
    context.close()


def test_a_newcomer_does_not_wait_long_for_a_tab_that_never_comes_in(server: Server, browser: Browser) -> None:
    context = browser.new_context(locale="en-GB")
    stuck, page = context.new_page(), context.new_page()
    stuck.goto(f"{server.address}/api/health")
    stuck.evaluate("void navigator.locks.request('avatar_live.entrance', () => new Promise(() => {}))")
    page.goto(server.address)
    joined(page)
    context.close()


def test_of_two_tabs_of_one_viewer_one_plays(server: Server, page: Page) -> None:
    plays(page)
    other = page.context.new_page()
    faults: list[str] = []
    for tab in (page, other):
        tab.on("console", lambda said: faults.append(said.text) if said.type in ("error", "warning") else None)
    other.goto(server.address)
    other.bring_to_front()  # a tab behind another draws nothing
    plays(other)
    page.click("[data-gift=ticket]")
    tabs = "[data-play=playing]"
    deadline_s = time.monotonic() + DEADLINE_S
    while {page.locator(".play").count(), other.locator(".play").count()} != {0, 1} or not (
        page.locator(tabs).count() + other.locator(tabs).count()
    ):
        assert time.monotonic() < deadline_s, "not exactly one tab plays"
        page.wait_for_timeout(50)
    player, watcher = (page, other) if page.locator(tabs).count() else (other, page)
    before = player.locator("#own-video").evaluate("(video) => video.getVideoPlaybackQuality().totalVideoFrames")
    until(
        player, f"() => document.querySelector('#own-video').getVideoPlaybackQuality().totalVideoFrames > {before + 40}"
    )
    expect(watcher.locator(".play")).to_have_count(0)
    player.click("#leave")
    expect(player.locator("#own-video")).to_have_count(0)
    assert faults == []


def test_a_finger_steers_like_a_key(server: Server, browser: Browser) -> None:
    with visit(server, browser, PHONE) as page:
        plays(page)
        page.click("#gifts-open")
        page.click("[data-gift=ticket]")
        plays(page, "#own-video")
        before = page.eval_on_selector("#own-video", BRIGHTNESS)
        page.hover("[data-arrow=up]")
        page.mouse.down()
        brightens_or_darkens(page, "#own-video", before)
        page.mouse.up()
        page.click("#leave")
        expect(page.locator("#own-video")).to_have_count(0)


def test_a_ticket_that_a_dying_server_cut_off_is_told_to_be_refunded(server: Server, page: Page) -> None:
    plays(page)
    page.click("[data-gift=ticket]")
    plays(page, "#own-video")
    server.kill()
    server.start()
    has_shown(page, REFUNDED)
    has_shown(page, ".notice", "Refunded")
    coins(page, START_BALANCE_COINS)


def test_a_page_comes_back_after_the_server_was_killed_and_keeps_its_wallet(server: Server, page: Page) -> None:
    plays(page)
    page.click("[data-gift=confetti]")
    has_shown(page, DONE)
    server.kill()
    expect(page.locator("#badge")).to_have_text("Reconnecting")
    expect(page.locator("[data-gift=tomato]")).to_be_disabled()
    server.start()
    joined(page)
    coins(page, START_BALANCE_COINS - GIFTS["confetti"].price_coins)
    plays(page)
    say(page, "back again")
    expect(page.locator("#chat .line", has_text="back again")).to_be_visible()


@pytest.mark.parametrize("size", [PHONE, PHONE_LANDSCAPE, DESKTOP], ids=["phone", "phone-landscape", "desktop"])
def test_every_control_is_on_the_screen(server: Server, browser: Browser, size: tuple[int, int]) -> None:
    with visit(server, browser, size) as page:
        plays(page)
        page.click(".name-card .quiet")
        if size != DESKTOP:
            page.click("#gifts-open")
        for control in [*(f"[data-gift={gift}]" for gift in GIFTS), "#balance"]:
            inside(page, control, size)
        if size != DESKTOP:
            page.click(".gifts .close")
        for control in ("#main-video", "#say", "#send", "#like", "[data-camp=red]", "[data-camp=blue]", "#sound"):
            inside(page, control, size)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def inside(page: Page, control: str, size: tuple[int, int]) -> None:
    """Check that a control, once it rests, lies on the screen and is what a tap there meets."""
    until(
        page,
        """([control, width, height]) => {
          const box = document.querySelector(control)?.getBoundingClientRect();
          return box && box.width > 0 && box.left >= 0 && box.top >= 0 && box.right <= width && box.bottom <= height;
        }""",
        [control, *size],
    )
    if control != "#main-video":
        page.click(control, trial=True)


def test_the_page_asks_nobody_but_its_own_server(server: Server, browser: Browser) -> None:
    opened = visit(server, browser)
    asked: list[str] = []
    opened.page.on("request", lambda request: asked.append(request.url))
    with opened as page:
        plays(page)
    assert asked
    assert all(url.startswith((server.address, "data:", "blob:")) for url in asked)
