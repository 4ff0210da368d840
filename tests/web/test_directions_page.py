"""Names and words that are written from the right: each keeps its own direction, and lends it to nothing beside it."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from browser import chromium_blocking
from page_show import Server
from patience import DEADLINE_S
from playwright.sync_api import Browser, Page, WebSocketRoute, expect

from avatar_live.protocol.together import Lottery, Poll
from avatar_live.protocol.wire import ChatLine, Show, ToViewer, Welcome

DANA, RON = "\u05d3\u05e0\u05d4 1", "\u05e8\u05d5\u05df 2"  # two Hebrew names with numbers at their ends
YES = "\u05db\u05df"
# Where a piece of a text lies on the screen.
SPAN_OF = """(part, text) => {
  const texts = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const at = node.data.indexOf(text);
    if (at < 0) continue;
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + text.length);
    const { left, right } = range.getBoundingClientRect();
    return [left, right];
  }
  throw new Error(`no ${text} in ${part.textContent}`);
}"""


@pytest.fixture(scope="module")
def server(built_page: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("directions"), built_page)
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
def page(server: Server) -> Iterator[Page]:
    with chromium_blocking() as browser:
        yield arrive(server, browser)


def arrive(server: Server, browser: Browser) -> Page:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-GB")
    page.set_default_timeout(1_000 * DEADLINE_S)
    page.route_web_socket(re.compile(r"/ws$"), with_names_from_the_right)
    page.goto(server.address)
    page.click(".name-card .quiet")
    page.click(".fold")
    return page


def with_names_from_the_right(route: WebSocketRoute) -> None:
    def send(said: str | bytes) -> None:
        route.send(msgspec.json.encode(renamed(msgspec.json.decode(said, type=ToViewer))).decode())

    route.connect_to_server().on_message(send)


def renamed(message: ToViewer) -> ToViewer:
    match message:
        case Show():
            return msgspec.structs.replace(message, playing=(DANA, RON))
        case Welcome(show=show):
            return msgspec.structs.replace(
                message,
                show=msgspec.structs.replace(show, playing=(DANA, RON)),
                recent=(ChatLine(1, DANA, "3 cats"), ChatLine(2, RON, f"@{DANA} 4 dogs", reply_to=1, reply_name=DANA)),
                poll=Poll(1, "Tea?", (YES, "no"), (1, 0), 600.0),
                lottery=Lottery(1, "coins", 5, 2, "luck", 0, 2, 0.0, "", is_over=True, winners=(DANA, RON)),
            )
        case _:
            return message


@pytest.mark.parametrize(
    ("part", "first", "second"),
    [
        (".pill.playing", DANA[:-2], RON[:-2]),
        (".lottery .entered", DANA[:-2], RON[:-2]),
        (".fold small", YES, "100"),
        ("#chat .line >> nth=0", DANA[:-2], "3"),
        ("#chat .line >> nth=1", RON[:-2], "4"),
        ("#chat .line >> nth=1 >> .answered", DANA[:-2], "3"),
        ("#chat .line >> nth=1 >> .text", f"@{DANA[:-2]}", "4"),
    ],
)
def test_what_is_said_second_stands_right_of_what_is_said_first(page: Page, part: str, first: str, second: str) -> None:
    place = page.locator(part)
    expect(place).to_contain_text(second)
    _, end = place.evaluate(SPAN_OF, first)
    begin, _ = place.evaluate(SPAN_OF, second)
    assert end <= begin


def test_a_hint_keeps_the_names_in_it_apart(page: Page) -> None:
    hint = f"\u2068{DANA}\u2069, \u2068{RON}\u2069 in the game"
    expect(page.locator(".pill.playing")).to_have_attribute("title", hint)
