"""Events to try things out with: what the built-in event tester sends, marked as a test."""

from typing import Final

import msgspec
from msgspec import inspect

from avatar_live.protocol.api import EVENTS
from avatar_live.protocol.catalogue import CATALOGUE

Value = str | int | float | bool

_GIFT: Final = CATALOGUE[2]
_USUAL: Final[dict[str, Value]] = {
    "name": "Tess",
    "text": "This is a test.",
    "gift": _GIFT.id,
    "price_coins": _GIFT.price_coins,
    "camp": "red",
    "reason": "This is a test.",
}


class SampleError(Exception):
    """Say in one sentence why there is no such event."""


def sample(type: str, number: int, wanted: dict[str, Value]) -> dict[str, Value]:
    """Return the data of an event of this type, with some fields as `wanted`. Raises SampleError."""
    struct = EVENTS.get(type)
    if struct is None:
        raise SampleError(f'There is no event of the type "{type[:40]}": choose one of {", ".join(EVENTS)}.')
    unknown = next((name for name in wanted if name not in struct.__struct_fields__), None)
    if unknown is not None:
        raise SampleError(f'"{type}" has no field "{unknown[:40]}": it has {", ".join(struct.__struct_fields__)}.')
    described = inspect.type_info(struct)
    assert isinstance(described, inspect.StructType)
    usual = {field.name: _usual(field, number) for field in described.fields}
    try:
        made = msgspec.convert({**usual, **wanted}, struct)
    except msgspec.ValidationError as error:
        raise SampleError(f'That is no event of the type "{type}": {error}.') from error
    return {name: getattr(made, name) for name in struct.__struct_fields__}


def _usual(field: inspect.Field, number: int) -> Value:
    if field.name == "id":
        return f"test-{number}"  # a fresh one each, as each gift has
    if field.name in _USUAL:
        return _USUAL[field.name]
    match field.type:
        case inspect.LiteralType(values=values):
            first = values[0]
            assert isinstance(first, str | int)
            return first
        case inspect.StrType():
            return "test"
        case inspect.BoolType():
            return True
        case _:
            return 1
