"""Backdrops as words: what is understood, and the sentence for what is not."""

from pathlib import Path

import pytest

from avatar_live.signals.scene import BackdropError, Fill, Footage, Room, Transparent, parse_backdrop


@pytest.mark.parametrize(
    ("spec", "backdrop"),
    [
        ("room", Room()),
        (" room ", Room()),
        ("#223344", Fill("#223344", "#223344")),
        ("#FA0", Fill("#ffaa00", "#ffaa00")),
        ("gradient:#202040,#6040a0", Fill("#202040", "#6040a0")),
        ("gradient:#fff, #000", Fill("#ffffff", "#000000")),
        ("chroma:green", Fill("#00ff00", "#00ff00")),
        ("chroma:blue", Fill("#0000ff", "#0000ff")),
        ("chroma:magenta", Fill("#ff00ff", "#ff00ff")),
        ("transparent", Transparent()),
        ("beach.JPG", Footage(Path("beach.JPG"))),
        ("C:\\clips\\sea.mp4", Footage(Path("C:\\clips\\sea.mp4"))),
    ],
)
def test_a_backdrop_is_understood(spec: str, backdrop: object) -> None:
    assert parse_backdrop(spec) == backdrop


def test_a_gif_moves_and_a_photograph_does_not() -> None:
    assert Footage(Path("cat.gif")).is_moving and Footage(Path("sea.WebM")).is_moving
    assert not Footage(Path("cat.png")).is_moving


@pytest.mark.parametrize(
    "spec",
    ["", "beach", "#12", "#12345g", "gradient:#123456", "gradient:#123456,#123456,#123456", "chroma:red", "#fff,#000",
     "notes.txt", "gradient", "chroma:", "/dev/video0"],
)  # fmt: skip
def test_what_is_no_backdrop_gets_one_sentence_with_the_way_out(spec: str) -> None:
    with pytest.raises(BackdropError, match=r"^\".*\" is no backdrop: use room, a colour .*\.$") as told:
        parse_backdrop(spec)
    assert "\n" not in str(told.value)
