"""What a streamer writes to be moved by another program, and the sentences for what cannot be."""

import pytest

from avatar_live.mocap.mix import REGIONS
from avatar_live.mocap.spec import EXAMPLES, SPEC_CHARS_MAX, InputSpec, SpecError, parse_input, parse_target

ALL = frozenset(REGIONS)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("vmc", InputSpec("vmc", "127.0.0.1", 39_539)),
        ("VMC:39540", InputSpec("vmc", "127.0.0.1", 39_540)),
        ("vmc:0.0.0.0:39539", InputSpec("vmc", "0.0.0.0", 39_539)),
        ("openseeface:11573", InputSpec("openseeface", "127.0.0.1", 11_573)),
        ("livelink:0.0.0.0", InputSpec("livelink", "0.0.0.0", 11_111)),
        ("ifacialmocap:49983", InputSpec("ifacialmocap", "127.0.0.1", 49_983)),
        ("ifacialmocap@192.168.1.5", InputSpec("ifacialmocap", "0.0.0.0", 49_983, "192.168.1.5")),
        ("ifacialmocap@192.168.1.5:192.168.1.2:50000", InputSpec("ifacialmocap", "192.168.1.2", 50_000, "192.168.1.5")),
        ("vmc/face, head", InputSpec("vmc", "127.0.0.1", 39_539, "", frozenset({"face", "head"}))),
    ],
)
def test_an_input_is_read(text: str, wanted: InputSpec) -> None:
    assert parse_input(text) == wanted


def test_only_who_asks_for_the_network_is_reached_from_it() -> None:
    for text in ("vmc", "openseeface", "livelink", "ifacialmocap", "vmc:1234"):
        assert parse_input(text).address == "127.0.0.1"


def test_the_examples_are_right() -> None:
    for example in EXAMPLES.replace("vmc/face,mouth", "vmc/face").split(", "):
        parse_input(example)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 'no input ""'),
        ("webcam", 'no input "webcam": write it like vmc, '),
        ("vmc:", "not a port: write a number from 1 to 65535"),
        ("vmc:0", "not a port"),
        ("vmc:65536", "not a port"),
        ("vmc:１２３", "not a port"),
        ("vmc:300.0.0.1:39539", "not an address"),
        ("vmc:fe80::1:39539", "not an address"),
        ("vmc/tail", 'no body part "tail": use some of head, face, '),
        ("vmc/", "no body part"),
        ("vmc@192.168.1.5", "Only ifacialmocap calls a phone"),
        ("ifacialmocap@phone", "not an address"),
        ("x" * (SPEC_CHARS_MAX + 1), "at most 200 characters"),
    ],
)
def test_a_bad_input_gets_one_sentence(text: str, words: str) -> None:
    with pytest.raises(SpecError) as told:
        parse_input(text)
    assert words in str(told.value) and str(told.value).endswith(".")


def test_where_to_send_is_read_or_gets_a_sentence() -> None:
    assert parse_target("127.0.0.1:39540") == ("127.0.0.1", 39_540)
    assert parse_target(" localhost:1 ") == ("127.0.0.1", 1)
    for text in ("", "39540", "host:39540", "127.0.0.1:", "1.2.3.4:99999"):
        with pytest.raises(SpecError, match=r"\.$"):
            parse_target(text)
