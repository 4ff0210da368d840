"""Which font writes what people call themselves, and what is shown of what no font has."""

import pytest

from avatar_live.fonts import font_for, legible, shorten

EMOJI = "\U0001f388"
NO_LETTER = "\U0003fff0"  # assigned to nothing, so that no machine has a font for it


@pytest.mark.parametrize("text", ["Bob", "Jos\u00e9: Rose", "", "two  blanks"])
def test_what_can_be_written_is_left_alone(text: str) -> None:
    assert legible(text) == text


def test_what_no_font_has_is_a_dot_and_no_row_of_boxes() -> None:
    assert legible(f"{NO_LETTER * 3}Bob{NO_LETTER}") == "·Bob·"
    assert legible(f"{NO_LETTER}\u200d{NO_LETTER}\ufe0f\u0301: Dance") == "·: Dance"
    assert shorten(f"Bob {NO_LETTER}", 20, 1_000) == "Bob ·"


def test_an_emoji_does_not_take_the_letters_font_away() -> None:
    assert font_for(f"Bob {NO_LETTER}", 20) is font_for("Bob", 20)
    assert "Bob" in legible(f"{EMOJI} Bob")


def test_a_star_is_written_where_the_machine_has_one() -> None:
    star = font_for("\u2605", 20)
    if legible("\u2605") != "\u2605":
        pytest.skip("no font of this machine has a star")
    assert font_for("\u2605Bob\u2605", 20) is star
