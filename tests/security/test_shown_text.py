"""Script, bidirectional and zalgo text arrives as plain text; in a real browser: `tests/web/test_moderated_page.py`."""

from collections.abc import Iterator

import pytest
from show_server import ShowServer, page, show_server

from avatar_live.protocol.wire import ChatLine, Refused, Say
from avatar_live.room.text import MARKS_IN_A_ROW_MAX


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShowServer]:
    with show_server(tmp_path_factory.mktemp("text")) as running:
        yield running


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="script"),
        pytest.param("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>", id="markup"),
        pytest.param("&lt;b&gt; ${7*7} {{7*7}}", "&lt;b&gt; ${7*7} {{7*7}}", id="templates"),
        pytest.param("user\u202egnp.exe", "usergnp.exe", id="right to left"),
        pytest.param("a\u2066b\u2069c\u061cd\u200ee", "abcde", id="isolates and marks"),
        pytest.param("z" + "\u0335" * 300 + "algo", "z" + "\u0335" * MARKS_IN_A_ROW_MAX + "algo", id="zalgo"),
        pytest.param("one\r\ntwo\u2028three\tfour", "one two three four", id="lines"),
        pytest.param("in\u200bvi\u00adsi\ufeffble", "invisible", id="unseen characters"),
        pytest.param("bell\u0007 nul\u0000 del\u007f", "bell nul del", id="controls"),
        pytest.param("\U000e0041tag\U000e007f", "tag", id="tags"),
        pytest.param("مرحبا and שלום and 你好", "مرحبا and שלום and 你好", id="other scripts stay"),
        pytest.param("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧", id="a family stays together"),
    ],
)
async def test_a_line_shows_what_it_says_and_nothing_else(server: ShowServer, said: str, shown: str) -> None:
    async with page(server, said[:20]) as eve:
        await eve.send(Say(said))
        line = await eve.until(ChatLine)
        assert line.text == shown
        assert not {"\u202e", "\u2066", "\u0000", "\n"} & set(line.name), "a name is cleaned as a line is"


@pytest.mark.parametrize("said", ["", " ", "\u200b\u200d", "\u202e", "\u3164", "\u0335" * 10])
async def test_a_line_in_which_there_is_nothing_to_see_is_refused(server: ShowServer, said: str) -> None:
    async with page(server, "Eve") as eve:
        await eve.send(Say(said))
        assert (await eve.until(Refused)).about == "say"
