"""A real Chromium that watches a show, for measurements and tests."""

import contextlib
from collections.abc import Iterator
from typing import Final

from playwright.sync_api import Browser, sync_playwright

from avatar_live.app.doctor import find_chromium
from avatar_live.app.faults import ShowError

FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    # Without these two a page and a server on the same machine without a network find no way to each other.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
)


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a headless Chromium. Raises ShowError when the system has none."""
    path = find_chromium()
    if path is None:
        raise ShowError("Chromium is not installed: install it (Debian: apt-get install chromium) and try again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
