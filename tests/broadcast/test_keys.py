"""Keys from a player's page: the newest wins, nonsense is dropped and counted."""

import msgspec
import pytest

from avatar_live.broadcast.keys import KEYS_BYTES_MAX, KeyInput
from avatar_live.protocol.wire import Keys


def sent(keys: Keys) -> str:
    return msgspec.json.encode(keys).decode()


def test_keys_are_read_as_the_wire_writes_them() -> None:
    keys = Keys(n=1, up=True, left=True)
    assert KeyInput().read(sent(keys)) == keys
    assert KeyInput().read('{"type":"keys","n":1,"up":true,"left":true}') == keys


def test_an_older_message_than_the_last_is_passed_over() -> None:
    player = KeyInput()
    assert player.read(sent(Keys(n=5, up=True))) is not None
    assert player.read(sent(Keys(n=4))) is None
    assert player.read(sent(Keys(n=5))) is None
    assert player.dropped == 0, "the network may turn them around"


@pytest.mark.parametrize(
    "message",
    ["", "{", "[]", '{"type":"keys"}', '{"type":"keys","n":"1"}', '{"type":"gift","n":1}', b"\x00\x01", "\ud800"],
)
def test_nonsense_is_dropped_and_counted(message: str | bytes) -> None:
    player = KeyInput()
    assert player.read(message) is None
    assert player.dropped == 1


def test_the_longest_message_is_read_and_a_longer_one_is_not() -> None:
    player = KeyInput()
    message = sent(Keys(n=1))
    message += " " * (KEYS_BYTES_MAX - len(message))
    assert player.read(message) is not None
    assert player.read(message.replace("1", "2") + " ") is None
    assert player.dropped == 1


def test_who_leaves_with_a_key_down_releases_it_once() -> None:
    player = KeyInput()
    player.read(sent(Keys(n=3, up=True)))
    assert player.release() == Keys(n=4)
    assert player.release() is None


def test_who_leaves_with_no_key_down_releases_nothing() -> None:
    player = KeyInput()
    assert player.release() is None
    player.read(sent(Keys(n=3, up=True)))
    player.read(sent(Keys(n=4)))
    assert player.release() is None
