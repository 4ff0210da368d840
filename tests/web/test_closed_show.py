"""A show for who holds its token: the link that carries it plays, and the page hands the relays to its browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import chromium_blocking
from page_show import Server, running_engine
from playwright.sync_api import Browser, Page, expect
from running import plays

from avatar_live.clock import wall_s
from avatar_live.protocol.ice import IceServer
from avatar_live.server.invitations import invitation
from avatar_live.server.standing import Standing

TOKEN = "let-me-in"
RELAY = IceServer("turn:127.0.0.1:9", "viewer", "open")
RECORD = """
  window.configured = [];
  const set = RTCPeerConnection.prototype.setConfiguration;
  RTCPeerConnection.prototype.setConfiguration = function (config) { configured.push(config); set.call(this, config); };
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("closed")


@pytest.fixture(scope="module")
def server(built_page: Path, folder: Path) -> Iterator[Server]:
    running = Server(folder, built_page, TOKEN, RELAY)
    running.start()
    try:
        with running_engine(running.run_folder):
            yield running
    finally:
        running.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium_blocking() as opened:
        yield opened


def opened(browser: Browser, link: str) -> Page:
    page = browser.new_page()
    page.add_init_script(RECORD)
    page.goto(link)
    return page


def test_the_link_with_the_token_plays_and_knows_the_relay(server: Server, browser: Browser) -> None:
    page = opened(browser, f"{server.address}#token={TOKEN}")
    plays(page)
    told = {"urls": RELAY.url, "username": RELAY.username, "credential": RELAY.credential}
    assert page.evaluate("configured[0].iceServers") == [told]
    page.close()


@pytest.mark.parametrize("end", ["", "#token=of-yesterday"])
def test_a_link_that_is_not_valid_says_so_and_keeps_the_chat(server: Server, browser: Browser, end: str) -> None:
    page = browser.new_page()
    with page.expect_response(lambda response: response.request.method == "POST") as refused:
        page.goto(server.address + end)
    assert refused.value.status == 401 and refused.value.url.endswith("/whep")
    expect(page.locator(".cover")).to_have_text(re.compile("ask the host for a new one"))
    expect(page.locator("#badge")).to_have_text("No picture")
    line = f"I see nothing: {end}"
    page.fill("#say", line)
    page.press("#say", "Enter")
    expect(page.locator("#chat .line", has_text=line)).to_be_visible()
    page.close()


def test_a_link_that_is_opened_where_the_page_is_open_counts(server: Server, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(server.address)
    expect(page.locator("[data-link=joined]")).to_be_visible()
    page.goto(f"{server.address}#token={TOKEN}")
    plays(page)
    page.close()


def test_a_moderator_is_invited_beside_the_token(server: Server, browser: Browser, folder: Path) -> None:
    page = browser.new_page()
    page.goto(f"{server.address}#token={TOKEN}&invitation={invitation(Standing(folder / 'data'), wall_s())}")
    plays(page)
    expect(page.locator("#keeping")).to_be_visible()
    assert page.url == f"{server.address}#token={TOKEN}"
    page.close()
