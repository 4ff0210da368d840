"""Events to try things out with: whole for every type, and as whoever tries wants them."""

import msgspec
import pytest

from avatar_live.protocol.api import EVENT_FIELDS, EVENTS
from avatar_live.protocol.samples import SampleError, Value, sample


@pytest.mark.parametrize("type", EVENTS)
def test_every_type_of_event_can_be_tried(type: str) -> None:
    data = sample(type, 3, {})
    assert tuple(data) == EVENT_FIELDS[type]
    assert msgspec.convert(data, EVENTS[type])


def test_some_fields_are_as_wanted_and_each_gift_has_an_id_of_its_own() -> None:
    data = sample("gift", 1, {"name": "Ann", "price_coins": 5})
    assert (data["name"], data["price_coins"], data["gift"]) == ("Ann", 5, "rose")
    assert data["id"] != sample("gift", 2, {})["id"]


@pytest.mark.parametrize(
    ("type", "wanted", "word"),
    [
        ("party", {}, '"party"'),
        ("gift", {"colour": "red"}, '"colour"'),
        ("gift", {"price_coins": "many"}, "price_coins"),
    ],
)
def test_what_no_event_can_be_is_refused_with_the_reason(type: str, wanted: dict[str, Value], word: str) -> None:
    with pytest.raises(SampleError, match=word):
        sample(type, 1, wanted)
