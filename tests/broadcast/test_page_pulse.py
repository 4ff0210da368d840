"""A page says that it lives; when it stops saying so, nobody sees the picture any more."""

import msgspec
import pytest

from avatar_live.broadcast.broadcaster import SWEEP_S
from avatar_live.broadcast.pulse import FIGURE_MAX, PULSE_BYTES_MAX, SILENT_S_MAX, PulseInput
from avatar_live.protocol.wire import Pulse


def sent(pulse: Pulse) -> str:
    return msgspec.json.encode(pulse).decode()


def test_what_the_page_says_of_its_picture_is_kept() -> None:
    heart = PulseInput()
    heart.read(sent(Pulse(2, 700, 45)), 1.0)
    assert heart.last == Pulse(2, 700, 45)


def test_a_page_that_falls_silent_has_stopped_within_five_seconds() -> None:
    heart = PulseInput()
    heart.read(sent(Pulse()), 10.0)
    assert not heart.has_stopped(10.0 + SILENT_S_MAX)
    assert heart.has_stopped(10.01 + SILENT_S_MAX)
    assert SILENT_S_MAX + SWEEP_S < 5.0
    heart.read(sent(Pulse()), 20.0)
    assert not heart.has_stopped(21.0), "it is back"


def test_a_player_that_never_said_a_word_is_not_missed() -> None:
    assert not PulseInput().has_stopped(1e6)


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        '{"type":"pulse","freezes":1.5}',
        '{"type":"keys","n":1}',
        b"\x00",
        "\ud800",
        " " * PULSE_BYTES_MAX + "{}",
    ],
)
def test_nonsense_is_no_pulse(message: str | bytes) -> None:
    heart = PulseInput()
    heart.read(message, 1.0)
    assert heart.last == Pulse() and not heart.has_stopped(1e6)


def test_figures_that_cannot_be_are_made_ones_that_can() -> None:
    heart = PulseInput()
    heart.read('{"type":"pulse","freezes":-5,"frozen_ms":1000000000000000000,"delay_ms":3}', 1.0)
    assert heart.last == Pulse(0, FIGURE_MAX, 3)
