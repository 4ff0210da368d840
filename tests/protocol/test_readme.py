"""What the README and its longer pages say of the wire is what the code says, and their links lead somewhere."""

import re
from pathlib import Path

import pytest
from shared import PROJECT

from avatar_live.protocol.api import EVENT_FIELDS
from avatar_live.protocol.catalogue import CATALOGUE

README = PROJECT / "README.md"
DOCS = PROJECT / "assets" / "docs"
EVENTS = DOCS / "EVENTS.md"
PAGES = [README, *sorted(DOCS.glob("*.md"))]


def test_the_event_apis_page_lists_every_event_with_its_fields() -> None:
    rows = [line.split("|") for line in EVENTS.read_text().splitlines() if line.startswith("| `")]
    told = {
        kind.strip(" `"): tuple(field.strip(" `") for field in row[2].split(","))
        for row in rows
        for kind in row[1].split(",")
    }
    assert told == EVENT_FIELDS


def test_the_readme_lists_every_gift_with_its_price_and_the_event_api_its_id() -> None:
    readme, events = README.read_text(), EVENTS.read_text()
    for gift in CATALOGUE:
        assert f"| {gift.emoji} {gift.name} | {gift.price_coins} |" in readme
        assert f"`{gift.id}`" in events


@pytest.mark.parametrize(("page", "example"), [(README, "die.py"), (EVENTS, "gift_bot.py")])
def test_a_page_shows_the_example_that_the_tests_run(page: Path, example: str) -> None:
    code = (PROJECT / "assets/examples" / example).read_text().partition('"""\n\n')[2]
    assert f"```python\n{code}```" in page.read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_of_a_page_leads_to_a_file_that_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert links
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_linked_from_the_readme(page: Path) -> None:
    assert page == README or f"]({page.relative_to(PROJECT).as_posix()})" in README.read_text()


def test_the_readmes_figures_are_those_of_the_page_that_tells_how_they_were_measured() -> None:
    figures = (DOCS / "FIGURES.md").read_text()
    table = README.read_text().partition("## Figures")[2].partition("## The house")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert rows
    for row in rows:
        for number in re.findall(r"[\d.,]*\d", row):
            assert number in re.findall(r"[\d.,]*\d", figures), row
