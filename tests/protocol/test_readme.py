"""What the README says of the wire is what the code says."""

from shared import PROJECT

from avatar_live.protocol.api import EVENT_FIELDS
from avatar_live.protocol.catalogue import CATALOGUE


def test_the_readme_lists_every_event_with_its_fields() -> None:
    rows = [line.split("|") for line in (PROJECT / "README.md").read_text().splitlines() if line.startswith("| `")]
    told = {
        kind.strip(" `"): tuple(field.strip(" `") for field in row[2].split(","))
        for row in rows
        for kind in row[1].split(",")
    }
    assert {kind: told.get(kind) for kind in EVENT_FIELDS} == EVENT_FIELDS


def test_the_readme_lists_every_gift_with_its_price() -> None:
    readme = (PROJECT / "README.md").read_text()
    for gift in CATALOGUE:
        assert f"| {gift.emoji} {gift.name} | {gift.price_coins} |" in readme
        assert f"`{gift.id}`" in readme, "which the event API names it by"


def test_the_readme_shows_the_example_that_the_tests_run() -> None:
    code = (PROJECT / "assets/examples/gift_bot.py").read_text().partition('"""\n\n')[2]
    assert f"```python\n{code}```" in (PROJECT / "README.md").read_text()
