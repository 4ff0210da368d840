"""What programs and the server say: arrives as it was, and what only a newer one knows is passed over."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_values import asked_by_program, told_to_program

from avatar_live.protocol.api import EVENT_TYPES, ApiEvent
from avatar_live.protocol.programs import (
    COMMAND_ID_CHARACTERS_MAX,
    AskState,
    FromProgram,
    ToProgram,
    to_program,
)

from_program: msgspec.json.Decoder[FromProgram] = msgspec.json.Decoder(FromProgram)


@given(asked_by_program)
def test_what_a_program_asks_arrives_as_it_was(command: FromProgram) -> None:
    assert from_program.decode(msgspec.json.encode(command)) == command


@given(told_to_program | st.builds(ApiEvent, st.text(), st.integers(1, 9), st.sampled_from(EVENT_TYPES)))
def test_what_a_program_is_told_arrives_as_it_was(message: ApiEvent | ToProgram) -> None:
    assert to_program(msgspec.json.encode(message)) == message


def test_what_only_a_newer_program_knows_is_passed_over() -> None:
    assert to_program(b'{"type":"applause","loud":true}') is None
    newer = b'{"epoch":"e","seq":1,"type":"applause","at":1.0,"data":{"claps":7},"more":[]}'
    assert to_program(newer) == ApiEvent("e", 1, "applause", 1.0, {"claps": 7})


def test_the_longest_id_of_a_command_is_taken_and_one_character_more_is_not() -> None:
    longest = AskState("x" * COMMAND_ID_CHARACTERS_MAX)
    assert from_program.decode(msgspec.json.encode(longest)) == longest
    with pytest.raises(msgspec.ValidationError):
        from_program.decode(msgspec.json.encode(AskState(longest.id + "x")))


def test_no_event_is_called_like_a_message_of_the_line() -> None:
    tags = {str(struct.__struct_config__.tag) for struct in ToProgram.__args__}
    assert not tags & set(EVENT_TYPES)
