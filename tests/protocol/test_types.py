"""The types of the page and of the SDK are those of the wire."""

from typing import get_args

import pytest
from msgspec import Struct

from avatar_live import client
from avatar_live.protocol import api, programs, typescript, wire


def test_the_types_of_the_page_and_the_sdk_are_those_of_the_wire() -> None:
    written = typescript.PAGE_TYPES.read_text(encoding="utf-8")
    assert written == typescript.typescript(), "run: python -m avatar_live.protocol.typescript"
    written = typescript.SDK_TYPES.read_text(encoding="utf-8")
    assert written == typescript.sdk_typescript(), "run: python -m avatar_live.protocol.typescript"


def test_every_message_has_an_interface_with_its_tag() -> None:
    text = typescript.typescript()
    for message in (*get_args(wire.FromViewer), *get_args(wire.ToViewer), wire.Keys, wire.Pulse):
        assert (
            f"export interface {message.__name__} {{\n  readonly type: {chr(34)}{message.__struct_config__.tag}" in text
        )


def test_every_event_and_command_has_an_interface_for_programs() -> None:
    text = typescript.sdk_typescript()
    for type, struct in api.EVENTS.items():
        assert f"  readonly {type}: {struct.__name__};" in text
    for message in (*api.EVENTS.values(), *get_args(programs.FromProgram), *get_args(programs.ToProgram)):
        assert f"export interface {message.__name__} {{" in text


def test_every_event_can_be_imported_from_the_client() -> None:
    missing = {struct.__name__ for struct in api.EVENTS.values()} - set(client.__all__)
    assert not missing, "import them in avatar_live/client/__init__.py"


def test_what_a_viewer_may_leave_out_is_optional_and_what_the_server_says_is_not() -> None:
    text = typescript.typescript()
    assert "readonly viewer?: string | null;" in text
    assert "readonly reason: string;" in text


def test_a_type_without_a_translation_is_refused_by_name() -> None:
    class Odd(Struct):
        raw: bytes

    with pytest.raises(TypeError, match="BytesType"):
        typescript.interface(Odd, defaults_may_be_left_out=False)
