"""Frames: both forms carry every message, and whatever else arrives is refused in one sentence and nothing more."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from wire_values import said, told

from avatar_live.protocol.codec import (
    NO_MESSAGE,
    SUBPROTOCOLS,
    TOO_LONG,
    Form,
    MalformedError,
    agreed,
    encoded,
    from_viewer,
    to_viewer,
)
from avatar_live.protocol.wire import MESSAGE_BYTES_MAX, FromViewer, Say, ToViewer

forms = st.sampled_from(["json", "msgpack"])


@given(said, forms)
def test_what_a_viewer_says_arrives_in_both_forms(message: FromViewer, form: Form) -> None:
    assert from_viewer(encoded(message, form), form, is_text=form == "json") == message


@given(told, forms)
def test_what_a_viewer_is_told_arrives_in_both_forms(message: ToViewer, form: Form) -> None:
    assert to_viewer(encoded(message, form), form, is_text=form == "json") == message


@given(said, forms, st.data())
def test_a_damaged_message_is_a_message_or_is_refused(message: FromViewer, form: Form, data: st.DataObject) -> None:
    """Change, cut and repeat the bytes of a message: the codec answers with a value or its own error, never another."""
    frame = bytearray(encoded(message, form))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(frame) - 1, 0)))
        match data.draw(st.sampled_from(["flip", "cut", "grow", "double"])):
            case "flip" if frame:
                frame[at] ^= data.draw(st.integers(1, 255))
            case "cut":
                del frame[at:]
            case "grow":
                frame[at:at] = data.draw(st.binary(max_size=8))
            case _:
                frame += frame[at:]
    _is_a_message_or_refused(bytes(frame), form)


@given(st.binary(max_size=200), forms)
@example(b"[" * MESSAGE_BYTES_MAX, "json")
@example(b'{"type":' * 500, "json")
@example(b"\x91" * MESSAGE_BYTES_MAX, "msgpack")
@example(b'{"type":"like","count":1e400}', "json")
@example(b'{"type":"like","count":99999999999999999999999999}', "json")
@example(b'{"type":"say","text":"\\ud800"}', "json")
@example(b'{"type":"say","text":"\xff"}', "json")
def test_any_bytes_are_a_message_or_refused(data: bytes, form: Form) -> None:
    _is_a_message_or_refused(data, form)


def _is_a_message_or_refused(data: bytes, form: Form) -> None:
    try:
        message = from_viewer(data, form, is_text=form == "json")
    except MalformedError as refusal:
        assert str(refusal) in (NO_MESSAGE, TOO_LONG)
    else:
        assert isinstance(message, msgspec.Struct)


def test_a_message_may_be_as_long_as_the_limit_and_no_longer() -> None:
    room = MESSAGE_BYTES_MAX - len(encoded(Say("")))
    assert from_viewer(encoded(Say("x" * room))) == Say("x" * room)
    with pytest.raises(MalformedError, match=str(MESSAGE_BYTES_MAX)):
        from_viewer(encoded(Say("x" * (room + 1))))


@pytest.mark.parametrize("form", ["json", "msgpack"])
def test_a_frame_of_the_other_kind_is_refused(form: Form) -> None:
    with pytest.raises(MalformedError, match="frames"):
        from_viewer(encoded(Say("hi"), form), form, is_text=form != "json")


def test_msgpack_is_smaller() -> None:
    assert len(encoded(Say("hello"), "msgpack")) < len(encoded(Say("hello")))


def test_the_first_form_that_both_speak_is_agreed() -> None:
    assert agreed([]) == (None, "json")
    assert agreed(["graphql-ws"]) == (None, "json")
    for name, form in SUBPROTOCOLS.items():
        assert agreed(["graphql-ws", name, "avatar-live.v0.json"]) == (name, form)
