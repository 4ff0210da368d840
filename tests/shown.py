"""Remember what a page shows for some seconds only, so that no test has to look at the right moment.

    remember(context, ".notice")
    has_shown(page, ".notice", "You are muted")

An asynchronous test runs `remembering(".notice")` first and waits for `HAS_SHOWN`.
"""

import json
import time

from patience import DEADLINE_S
from playwright.sync_api import BrowserContext, Page

REMEMBER = """((selectors) => {
  window.shown = new Set();
  const look = () => {
    for (const selector of selectors)
      for (const part of document.querySelectorAll(selector)) window.shown.add(`${selector}: ${part.textContent}`);
  };
  new MutationObserver(look).observe(document, {
    attributes: true, characterData: true, childList: true, subtree: true
  });
})(%s)"""
HAS_SHOWN = """([selector, words]) =>
  [...window.shown].some((one) => one.startsWith(`${selector}: `) && one.includes(words))"""


def remembering(*selectors: str) -> str:
    """Return what a page has to run first to remember what the parts with these selectors said."""
    return REMEMBER % json.dumps(selectors)


def remember(context: BrowserContext, *selectors: str) -> None:
    """Remember, on every page of a context until it is loaded anew, what the parts with these selectors said."""
    context.add_init_script(remembering(*selectors))


def has_shown(page: Page, selector: str, words: str = "") -> None:
    """Wait until a remembered part has said these words, whether it still does or not."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not page.evaluate(HAS_SHOWN, [selector, words]):
        assert time.monotonic() < deadline_s, f"{selector} never said {words!r}"
        page.wait_for_timeout(50)
