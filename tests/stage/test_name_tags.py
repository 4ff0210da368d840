"""Names above the players: readable, in the camp's colour, safe whatever a viewer calls themselves."""

from collections.abc import Iterator

import numpy as np
import pytest
from host import HEIGHT_PX, WIDTH_PX, Picture, changed, pixel_of
from msgspec.structs import replace
from pitchside import Pitchside, somebody

from avatar_live.fonts import font_for, shorten, text_width
from avatar_live.protocol.view import CAMPS, Camp, PlayerView
from avatar_live.stage.cameras import NOBODY
from avatar_live.stage.figures import NAMED_MAX, eyes
from avatar_live.stage.shots import player_shot
from avatar_live.stage.table import on_table
from avatar_live.stage.tags import NAME_CHARACTERS_MAX

TALL_PX = HEIGHT_PX // 24
LONG_AFTER_S = 60.0


@pytest.fixture(scope="module")
def pitch() -> Iterator[Pitchside]:
    with Pitchside() as opened:
        yield opened


def tag_of(pitch: Pitchside, player: PlayerView) -> tuple[Picture, np.ndarray]:
    """Return the picture with a name, and which of its dots the name changed."""
    pitch.see(replace(player, name=""))
    bare = pitch.see(replace(player, name=""))
    named = pitch.see(player)
    return named, changed(bare, named)


def box(dots: np.ndarray) -> tuple[int, int, int, int]:
    """Return the first and last row and column of what is set."""
    rows, columns = np.nonzero(dots)
    return int(rows.min()), int(rows.max()), int(columns.min()), int(columns.max())


def test_a_name_stands_over_its_body(pitch: Pitchside) -> None:
    player = somebody("ann", x=0.3, name="Ann")
    _, dots = tag_of(pitch, player)
    top, bottom, left, right = box(dots)
    assert TALL_PX - 2 <= bottom - top + 1 <= TALL_PX
    x, y, z = on_table(player.x, player.z).tolist()
    row, column = pixel_of((x, y, z))
    assert abs((left + right) / 2 - column) < 3
    assert row - 110 < bottom < row - 60


@pytest.mark.parametrize("camp", CAMPS)
def test_a_name_has_its_camps_colour(pitch: Pitchside, camp: Camp) -> None:
    picture, dots = tag_of(pitch, somebody("ann", camp, name="MMMMM"))
    letters = picture[dots][:, :3].astype(int)
    brightest = letters[letters.max(axis=1) > 150]
    assert len(brightest) > 40, "bold enough to be read"
    own, other = (2, 0) if camp == "red" else (0, 2)
    assert (brightest[:, own] > brightest[:, other] + 40).mean() > 0.9
    pill = letters[letters.max(axis=1) < 80]
    assert len(pill) > 100, "on a dark ground"


def test_a_long_name_is_cut(pitch: Pitchside) -> None:
    _, short = tag_of(pitch, somebody("ann", name="W" * NAME_CHARACTERS_MAX))
    _, long = tag_of(pitch, somebody("ann", name="W" * 400))
    np.testing.assert_array_equal(short, long)
    _, _, left, right = box(long)
    assert right - left < WIDTH_PX // 5


@pytest.mark.parametrize(
    "name",
    [
        "A" + "\u0301" * 300,  # a tower of marks
        "\u202egnp.exe",  # turned about
        "\u2800\u3164",  # nothing that can be seen
        "\x00\n\t",
        "👩‍👩‍👧‍👦" * 30,
        "﷽" * 20,  # one character, wider than many words
    ],
)
def test_no_name_leaves_its_place(pitch: Pitchside, name: str) -> None:
    _, dots = tag_of(pitch, somebody("ann", name=name))
    if dots.any():
        top, bottom, left, right = box(dots)
        assert bottom - top + 1 <= TALL_PX and right - left < WIDTH_PX // 5


def test_a_name_without_anything_to_see_has_no_tag(pitch: Pitchside) -> None:
    _, dots = tag_of(pitch, somebody("ann", name="\u202e\u3164"))
    assert not dots.any()


def test_who_is_renamed_is_named_anew(pitch: Pitchside) -> None:
    before, _ = tag_of(pitch, somebody("ann", name="Ann"))
    assert changed(before, pitch.see(somebody("ann", name="Hannah"))).any()
    np.testing.assert_array_equal(pitch.see(somebody("ann", name="Ann")), before)


def test_a_row_that_changes_hands_forgets_the_name(pitch: Pitchside) -> None:
    pitch.see()
    pitch.see(somebody("ann", name="Maximilian"))
    row = pitch.figures.row("ann")
    pitch.see()
    bob = pitch.see(somebody("bob", name="Bo"))
    assert pitch.figures.row("bob") == row
    pitch.see()
    np.testing.assert_array_equal(pitch.see(somebody("bob", name="Bo")), bob)
    _, dots = tag_of(pitch, somebody("bob", name="Bo"))
    _, _, left, right = box(dots)
    assert right - left < 40


def test_in_a_crowd_newcomers_alone_are_named_for_a_while(pitch: Pitchside) -> None:
    crowd = [somebody(f"m{k}", x=-0.9 + 1.8 * k / NAMED_MAX, name="Mia") for k in range(NAMED_MAX + 1)]
    nameless = [replace(player, name="") for player in crowd]
    pitch.see()
    pitch.see(*crowd)
    settled = pitch.see(*crowd, now_s=LONG_AFTER_S)
    late = somebody("late", z=0.3, name="Latecomer")
    pitch.see(*crowd, late, now_s=LONG_AFTER_S)
    fresh = pitch.see(*crowd, late, now_s=LONG_AFTER_S)
    stale = pitch.see(*crowd, replace(late, name=""), now_s=LONG_AFTER_S)
    top, bottom, left, right = box(changed(stale, fresh))
    assert bottom - top < TALL_PX and right - left < WIDTH_PX // 5, "one name came"
    np.testing.assert_array_equal(pitch.see(*nameless, now_s=LONG_AFTER_S), settled)


def test_in_a_crowd_a_player_reads_the_names_of_those_who_are_near(pitch: Pitchside) -> None:
    crowd = [somebody(f"n{k}", x=-0.9 + 1.8 * k / NAMED_MAX, z=-0.38, name="Mia") for k in range(NAMED_MAX + 1)]
    ann, near = somebody("ann", z=0.36, name="Ann"), somebody("near", z=-0.3, name="Bob")
    pitch.see()
    pitch.see(*crowd, ann, near)
    pose = player_shot(eyes(ann, LONG_AFTER_S), 0.0)

    def seen(own: int, name: str) -> Picture:
        return pitch.see_as(own, *crowd, ann, replace(near, name=name), pose=pose, now_s=LONG_AFTER_S)

    row = pitch.figures.row("ann")
    assert changed(seen(row, ""), seen(row, "Bob")).sum() > 100
    assert not changed(seen(NOBODY, ""), seen(NOBODY, "Bob")).any(), "everybody's camera names newcomers alone"


def test_few_are_always_named(pitch: Pitchside) -> None:
    few = [somebody(f"f{k}", x=-0.8 + 0.2 * k, name="Mia") for k in range(5)]
    pitch.see()
    pitch.see(*few)
    named = pitch.see(*few, now_s=LONG_AFTER_S)
    bare = pitch.see(*(replace(player, name="") for player in few), now_s=LONG_AFTER_S)
    assert changed(bare, named).sum() > 5 * 100


def test_letters_of_the_world_are_written() -> None:
    """Where a font lacks a letter it draws a box, the same for all letters that it lacks."""
    for text in ("Łukasz", "Zoë", "Ñandú", "Ольга", "Ελένη"):
        font = font_for(text, 20)
        if font == font_for("English", 20):
            pytest.skip("needs a font for the letters of Europe, such as Debian's fonts-dejavu-core")
        shapes = {bytes(font.getmask(letter)) for letter in set(text)}
        assert len(shapes) == len(set(text)), text


def test_a_line_is_cut_with_an_ellipsis_where_it_is_too_wide() -> None:
    assert shorten("Ann", 20, 200) == "Ann"
    cut = shorten("A very long name indeed", 20, 100)
    assert cut.endswith("…") and text_width(cut, 20) <= 100
