"""The description of the websockets is valid AsyncAPI 3 and describes what is really sent."""

import json

import jsonschema
import msgspec
from hypothesis import given
from shared import PROJECT
from wire_values import asked_by_program, happenings, said, told, told_to_program

from avatar_live import __version__
from avatar_live.protocol import wire
from avatar_live.protocol.api import EVENTS, ApiEvent
from avatar_live.protocol.asyncapi import Document, asyncapi, close_codes
from avatar_live.protocol.programs import FromProgram, ToProgram
from avatar_live.protocol.wire import FromViewer, ToViewer

SPECIFICATION = PROJECT / "web/node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"

description = asyncapi(__version__)


def test_the_description_is_valid_asyncapi() -> None:
    jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text())).validate(description)


@given(said | told | asked_by_program | told_to_program)
def test_every_message_fits_the_schema_of_its_name(message: FromViewer | ToViewer | FromProgram | ToProgram) -> None:
    schema = {"$ref": f"#/components/schemas/{type(message).__name__}", "components": description["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(msgspec.json.encode(message)))


@given(happenings)
def test_every_event_fits_the_schema_of_its_type(event: ApiEvent) -> None:
    name = EVENTS[event.type].__name__
    schema = {**description["components"]["messages"][name]["payload"], "components": description["components"]}
    validator = jsonschema.Draft202012Validator(schema)
    written = json.loads(msgspec.json.encode(event))
    validator.validate(written)
    assert not validator.is_valid({**written, "data": {}})


def test_every_type_of_event_is_the_name_of_its_struct() -> None:
    for type, struct in EVENTS.items():
        assert struct.__name__ == "".join(word.title() for word in type.split("_")) + "Event"


def test_every_reference_leads_somewhere() -> None:
    for reference in _references(description):
        place: Document = description
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_close_code_is_told_with_its_meaning() -> None:
    codes = [value for name, value in vars(wire).items() if name.startswith("CLOSE_")]
    assert sorted(close_codes()) == sorted(codes)
    told = description["channels"]["room"]["description"]
    assert all(str(code) in told for code in codes)


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if "$ref" in part else []
        return own + [found for value in part.values() for found in _references(value)]
    if isinstance(part, list | tuple):
        return [found for value in part for found in _references(value)]
    return []
