"""The wire: what is encoded is decoded as it was, and what is no message is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from wire_values import said, told

from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.catalogue import CATALOGUE, GIFTS
from avatar_live.protocol.cues import Cue
from avatar_live.protocol.view import GameView
from avatar_live.protocol.wire import (
    CHAT_CHARACTERS_MAX,
    MESSAGE_BYTES_MAX,
    FromViewer,
    Join,
    Keys,
    Say,
    ToViewer,
    Welcome,
)

from_viewer: msgspec.json.Decoder[FromViewer] = msgspec.json.Decoder(FromViewer)
to_viewer: msgspec.json.Decoder[ToViewer] = msgspec.json.Decoder(ToViewer)


@given(said)
def test_what_a_viewer_says_arrives_as_it_was(message: FromViewer) -> None:
    assert from_viewer.decode(msgspec.json.encode(message)) == message


@given(told)
def test_what_a_viewer_is_told_arrives_as_it_was(message: ToViewer) -> None:
    assert to_viewer.decode(msgspec.json.encode(message)) == message


@given(st.from_type(Cue) | st.from_type(GameView))  # type: ignore[arg-type]
def test_what_the_engine_is_told_arrives_as_it_was(message: Cue | GameView) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=Cue | GameView) == message


@given(st.from_type(Keys) | st.from_type(ApiEvent))
def test_keys_and_events_arrive_as_they_were(message: Keys | ApiEvent) -> None:
    assert msgspec.json.decode(msgspec.json.encode(message), type=type(message)) == message


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"type":"say"}', b'{"type":"welcome"}', b'{"type":"camp","camp":"green"}', b'{"type":"say",'],
)
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        from_viewer.decode(data)


def test_a_field_of_a_newer_page_is_passed_over() -> None:
    assert from_viewer.decode(b'{"type":"say","text":"hi","mood":"good"}') == Say("hi")


def test_the_longest_line_of_the_widest_characters_fits_a_message() -> None:
    for widest in ("\U0001f468", '"', "\\"):
        assert len(msgspec.json.encode(Say(widest * CHAT_CHARACTERS_MAX))) <= MESSAGE_BYTES_MAX


def test_a_newcomer_needs_only_a_name() -> None:
    assert from_viewer.decode(b'{"type":"join","name":"Ann"}') == Join("Ann")


def test_an_older_page_understands_a_welcome_with_more_in_it() -> None:
    required = {field.name for field in msgspec.structs.fields(Welcome) if field.required}
    assert required == {
        "viewer",
        "name",
        "epoch",
        "seq",
        "balance_coins",
        "catalogue",
        "show",
        "recent",
        "title",
    }


def test_every_gift_has_its_own_id_and_a_price() -> None:
    assert len(GIFTS) == len(CATALOGUE)
    assert all(gift.price_coins > 0 and gift.push >= 0.0 for gift in CATALOGUE)
