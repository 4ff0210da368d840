"""The crowd on the pitch: everybody is drawn, in one call, each in the own look, and who leaves is gone."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from host import Picture, changed
from msgspec.structs import replace
from panda3d.core import RenderState
from pitchside import Pitchside, around, is_seen, somebody

from avatar_live.protocol.view import CAMPS, Camp, PlayerView
from avatar_live.stage import StageError
from avatar_live.stage.bodies import read_body
from avatar_live.stage.cameras import NOBODY
from avatar_live.stage.crowd import CROWD_MAX
from avatar_live.stage.figures import NO_ROW, eyes
from avatar_live.stage.gaits import WAVE_S
from avatar_live.stage.shots import player_shot

BLINKS_WITHIN_S = 6.0


@pytest.fixture(scope="module")
def pitch() -> Iterator[Pitchside]:
    with Pitchside() as opened:
        yield opened


def crowd(count: int) -> list[PlayerView]:
    """Return players without names in rows all over the pitch, the first ones at the back."""
    columns = int(np.ceil(np.sqrt(2.2 * count)))
    rows = -(-count // columns)
    return [
        somebody(
            f"p{k}",
            CAMPS[k % 2],
            -0.9 + 1.8 * (k % columns) / max(1, columns - 1),
            -0.34 + 0.68 * (k // columns) / max(1, rows - 1),
        )
        for k in range(count)
    ]


def test_everybody_is_seen_where_the_game_has_them(pitch: Pitchside) -> None:
    players = [somebody(f"r{k}", x=-0.9 + 0.3 * k, z=-0.2 + 0.1 * (k % 2)) for k in range(7)]
    picture = pitch.see(*players)
    for player in players:
        body = is_seen(around(player, picture))
        assert body[25:85, 24:40].mean() > 0.8, player.id
    assert not is_seen(picture[:, :40]).any() and not is_seen(picture[:100]).any(), "and nobody elsewhere"


@pytest.mark.parametrize("count", [2, 100, CROWD_MAX])
def test_every_instance_is_drawn(pitch: Pitchside, count: int) -> None:
    """Put the last one before all others: only a drawn body can hide them."""
    players = crowd(count)
    last = replace(players[-1], x=0.0, z=0.5)
    assert changed(pitch.see(*players[:-1], last), pitch.see(*players[:-1])).sum() > 500
    assert pitch.figures.row(last.id) == NO_ROW


def test_whoever_comes_after_the_limit_is_not_drawn(pitch: Pitchside) -> None:
    players = crowd(CROWD_MAX)
    late = somebody("late", x=0.0, z=0.5)
    np.testing.assert_array_equal(pitch.see(*players, late), pitch.see(*players))
    assert pitch.figures.row("late") == NO_ROW
    pitch.see(*players[1:], late)
    assert pitch.figures.row("late") != NO_ROW, "but as soon as somebody leaves"


@pytest.mark.parametrize(("count", "bodies"), [(1, "bodies"), (CROWD_MAX, "coarse bodies")])
def test_a_crowd_of_any_size_is_one_draw_call(pitch: Pitchside, count: int, bodies: str) -> None:
    pitch.see()
    pitch.see(*crowd(count))
    nodes = [node for node in pitch.root.find_all_matches("**/+GeomNode") if not node.is_hidden()]
    assert {node.get_name(): node.node().get_num_geoms() for node in nodes} == {bodies: 1, "shadows": 1, "names": 1}


def test_a_hundred_leave_and_nothing_remains(pitch: Pitchside) -> None:
    pitch.see(*crowd(100))
    assert not is_seen(pitch.see()).any()
    states = RenderState.get_num_states()
    for _ in range(3):
        pitch.see(*crowd(100))
        pitch.see()
    assert RenderState.get_num_states() <= states
    assert pitch.figures.row("p0") == NO_ROW


def test_rows_never_run_out(pitch: Pitchside) -> None:
    for first in range(0, 3 * CROWD_MAX, 64):
        pitch.figures.show([somebody(f"q{first + k}") for k in range(64)], float(first))
    rows = {pitch.figures.row(f"q{3 * CROWD_MAX - 64 + k}") for k in range(64)}
    assert len(rows) == 64 and min(rows) >= 0 and max(rows) < CROWD_MAX


def test_a_player_looks_the_same_whoever_else_is_there_and_after_coming_back(pitch: Pitchside) -> None:
    ann = somebody("ann", x=0.7)
    others = [somebody(f"o{k}", x=-0.8 + 0.1 * k) for k in range(8)]
    pitch.see()
    alone = around(ann, pitch.see(ann))
    np.testing.assert_array_equal(around(ann, pitch.see(*others, ann)), alone)
    row = pitch.figures.row("ann")
    np.testing.assert_array_equal(around(ann, pitch.see(ann, *others[::-1])), alone)
    assert pitch.figures.row("ann") == row
    pitch.see(*others)
    np.testing.assert_array_equal(around(ann, pitch.see(*others, ann)), alone)


@pytest.mark.parametrize("camp", CAMPS)
def test_a_camp_is_known_by_its_colour(pitch: Pitchside, camp: Camp) -> None:
    for k in range(8):
        player = somebody(f"c{k}", camp)
        red, blue = (around(player, pitch.see(player))[..., channel].astype(int) for channel in (2, 0))
        own, other = (red, blue) if camp == "red" else (blue, red)
        assert ((own > 150) & (own - other > 80)).sum() > 250, player.id


def test_whoever_changes_camps_changes_colours(pitch: Pitchside) -> None:
    player = somebody("turncoat", "red")
    before = pitch.see(player)
    after = pitch.see(replace(player, camp="blue"))
    assert changed(before, after).sum() > 500
    np.testing.assert_array_equal(pitch.see(player), before)


def test_a_camera_does_not_see_the_body_that_wears_it(pitch: Pitchside) -> None:
    ann, bob = somebody("ann", "red", -0.5, name="Ann"), somebody("bob", "blue", 0.5, name="Bob")
    pitch.see(ann, bob)
    both = pitch.see(ann, bob)
    seen = pitch.see_as(pitch.figures.row("ann"), ann, bob)
    assert is_seen(around(ann, both)[:70]).sum() > 800
    assert not is_seen(around(ann, seen)[:70]).any(), "neither body nor name"
    np.testing.assert_array_equal(around(bob, seen), around(bob, both))


def frames(pitch: Pitchside, player: PlayerView, start_s: float, seconds: float, **cheers: float) -> list[Picture]:
    """Return the pictures of a while, thirty a second."""
    return [
        pitch.see(player, now_s=start_s + frame / 30.0, cheers=cheers).copy() for frame in range(round(30 * seconds))
    ]


def test_walking_moves_more_than_breathing(pitch: Pitchside) -> None:
    def motion(pictures: list[Picture]) -> float:
        return float(np.mean([changed(a, b).sum() for a, b in zip(pictures, pictures[6:], strict=False)]))

    player = somebody("walker")
    frames(pitch, player, 100.0, 0.1)
    rests = motion(frames(pitch, player, 110.0, 1.0))
    walks = motion(frames(pitch, replace(player, is_walking=True), 111.0, 1.0))
    assert 0.0 < rests < 0.5 * walks


def test_a_goal_makes_its_camp_jump_and_the_other_hang_its_head(pitch: Pitchside) -> None:
    def top(player: PlayerView, **cheers: float) -> int:
        seen = np.any([is_seen(picture) for picture in frames(pitch, player, 200.0 + WAVE_S, 1.4, **cheers)], axis=0)
        return int(np.nonzero(seen.any(axis=1))[0].min())

    for camp, is_higher in (("red", True), ("blue", False)):
        player = somebody("jumper", "red" if camp == "red" else "blue")
        pitch.see()
        pitch.see(player, now_s=190.0)
        calm = top(player)
        assert (top(player, red=1.0, blue=0.0) < calm - 6) == is_higher


def test_eyes_blink_now_and_then(pitch: Pitchside) -> None:
    """Count the dark dots of the eyes over a while: they are gone for a moment, and there nearly always."""
    player = somebody("seer", z=0.4)
    pitch.see()
    frames(pitch, player, 300.0, 0.1)
    dark = []
    for frame in range(round(30 * BLINKS_WITHIN_S)):
        face = around(player, pitch.see(player, now_s=310.0 + frame / 30.0))[30:60, 16:48, :3]
        dark.append(int((face.max(axis=-1) < 90).sum()))
    usual = np.median(dark)
    assert usual > 12
    assert 1 <= (np.array(dark) < 0.6 * usual).sum() < 0.2 * len(dark)


def test_bodies_shrink_where_there_is_no_room_and_grow_again_slowly(pitch: Pitchside) -> None:
    def tall(now_s: float, *others: PlayerView) -> int:
        return int(is_seen(around(ann, pitch.see(ann, *others, now_s=now_s))).any(axis=1).sum())

    ann = somebody("ann", x=0.95)
    others = [somebody(f"s{k}", x=-0.9 + 0.01 * k) for k in range(99)]
    pitch.see()
    pitch.see(ann, now_s=400.0)
    alone = tall(410.0)
    assert tall(410.1, *others) > 0.9 * alone, "not at once"
    crowded = tall(420.0, *others)
    assert 0.4 * alone < crowded < 0.6 * alone
    assert tall(420.1) < 0.6 * alone
    assert tall(430.0) == alone


def test_whoever_stands_at_a_players_nose_ducks(pitch: Pitchside) -> None:
    """Look as everybody's camera and as a player's from the same place: only to the player they duck."""
    ann, bob = somebody("ann", z=0.0), somebody("bob", z=-0.14)
    pitch.see(ann, bob)
    pose = player_shot(eyes(ann, 0.0), 0.0)
    by_nobody = is_seen(pitch.see_as(NOBODY, ann, bob, pose=pose))
    seen = is_seen(pitch.see_as(pitch.figures.row("ann"), ann, bob, pose=pose))
    assert by_nobody[120:].mean() > 0.5 and not seen[120:170].any()
    assert seen.any(), "but they are there"


def test_small_bodies_have_fewer_corners_and_the_same_outline(pitch: Pitchside) -> None:
    """Draw the same moment with both shapes."""
    crowd = pitch.figures._crowd
    players = [somebody(f"h{k}", x=-0.8 + 0.2 * k) for k in range(9)]
    pitch.see()
    fine = pitch.see(*players)
    for node, other in ((crowd._coarse, crowd._fine), (crowd._fine, crowd._coarse)):
        node.show()
        other.hide()
        if node is crowd._coarse:
            coarse = pitch.draw()
    both, either = is_seen(fine) & is_seen(coarse), is_seen(fine) | is_seen(coarse)
    assert both.sum() / either.sum() > 0.93
    assert changed(fine, coarse).any()


def test_a_checkout_without_bodies_gets_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StageError, match=r"crowd\.npz is missing; .*\.$"):
        read_body(tmp_path / "crowd.npz")
