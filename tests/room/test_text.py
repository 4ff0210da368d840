"""What people write may not reorder, hide or flood what stands around it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.room.text import MARKS_IN_A_ROW_MAX, cleaned


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("hello  world\n", "hello world"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("\u202egnp.exe", "gnp.exe"),
        ("a\u2066b\u2069c", "abc"),
        ("a\x00\x1b[31mb", "a[31mb"),
        ("\u200b\ufeff\u2060", ""),
        ("\u3164\u2800", ""),
        ("\u200d\u200d", ""),
        ("\u0301\u0301", ""),
        ("e\u0301", "é"),
        ("مرحبا", "مرحبا"),
        ("你好 红", "你好 红"),
        ("👨\u200d👩\u200d👧 ❤\ufe0f", "👨\u200d👩\u200d👧 ❤\ufe0f"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_text_is_shown_without_what_nobody_sees(written: str, shown: str) -> None:
    assert cleaned(written) == shown


def test_a_tower_of_marks_is_cut_to_what_languages_need() -> None:
    assert cleaned("x" + "\u0335" * 50) == "x" + "\u0335" * MARKS_IN_A_ROW_MAX


@given(st.text())
def test_cleaning_is_done_once_and_leaves_no_control_or_direction(written: str) -> None:
    shown = cleaned(written)
    assert cleaned(shown) == shown
    assert all(unicodedata.category(character) != "Cc" for character in shown)
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
