"""Numbers that place things: avatars before the camera, morphs in the vertices, the pitch on the table."""

from dataclasses import replace

import numpy as np
import pytest
from flat_avatar import flat_avatar, square
from host import mirai
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.avatar.model import Avatar, Node
from avatar_live.protocol.view import PITCH_HALF_WIDTH, PlayerView
from avatar_live.stage.edges import soften_edges
from avatar_live.stage.figures import bob, eyes
from avatar_live.stage.fit import HEAD_HEIGHT_M, Fit, fit_avatar
from avatar_live.stage.morphs import Morphs
from avatar_live.stage.shots import main_shot, player_shot
from avatar_live.stage.table import TABLE_HEIGHT_M, on_table


def resized(avatar: Avatar, factor: float) -> Avatar:
    """Return the avatar as its maker would have built it larger."""

    def grown(node: Node) -> Node:
        return Node(node.name, node.parent, node.translation * factor, node.rotation, node.scale)

    binds = avatar.inverse_binds.copy()
    binds[:, :3, 3] *= np.float32(factor)
    return replace(
        avatar,
        inverse_binds=binds,
        nodes=tuple(grown(node) for node in avatar.nodes),
        primitives=tuple(replace(part, positions=part.positions * np.float32(factor)) for part in avatar.primitives),
    )


def test_mirai_stands_as_she_is() -> None:
    fit = fit_avatar(mirai())
    assert fit.scale == pytest.approx(1.0, abs=0.01)
    assert fit.lift_m == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("factor", [0.3, 1.4, 100.0])
def test_an_avatar_of_any_size_is_brought_to_the_same_picture(factor: float) -> None:
    fit = fit_avatar(resized(mirai(), factor))
    assert fit.scale * factor == pytest.approx(1.0, abs=0.02)
    placed = fit.point(np.array([0.0, HEAD_HEIGHT_M * factor, 0.0]))
    assert placed[1] == pytest.approx(HEAD_HEIGHT_M, abs=0.02)


def test_an_avatar_without_a_head_is_left_alone() -> None:
    assert fit_avatar(flat_avatar([square(0, 0.0, 1.0)], [])) == Fit()
    assert fit_avatar(flat_avatar([], [])) == Fit()


def test_sparse_morphs_sum_as_the_whole_targets_do() -> None:
    random = np.random.default_rng(3)
    vertices, targets = 40, 5
    moves = (random.normal(size=(targets, vertices, 3)) * (random.random((targets, vertices, 1)) < 0.3)).astype(
        np.float32
    )
    moves[1] = 0.0  # files have shapes that move nothing
    turns = (random.normal(size=(targets, vertices, 3)) * (moves[..., :1] != 0.0)).astype(np.float32)
    face = replace(
        square(0, 0.0, 0.0),
        positions=np.zeros((vertices, 3), np.float32),
        morph_positions=moves,
        morph_normals=turns,
        morphs=np.array([3, 0, 7, 1, 9], np.int32),
    )
    morphs = Morphs(face)
    weights = random.normal(size=10).astype(np.float32)
    weights[7] = 0.0
    assert morphs.take(weights)
    np.testing.assert_allclose(morphs.offsets[:, 0, :3], np.tensordot(weights[face.morphs], moves, 1), atol=1e-5)
    np.testing.assert_allclose(morphs.offsets[:, 1, :3], np.tensordot(weights[face.morphs], turns, 1), atol=1e-5)
    assert not morphs.take(weights), "the same weights need no new upload"
    assert morphs.take(np.zeros(10, np.float32))
    assert not morphs.offsets.any()


def test_the_pitch_lies_level_with_red_on_the_left_and_the_host_behind() -> None:
    middle, left, near = on_table(0.0, 0.0), on_table(-1.0, 0.0), on_table(0.0, PITCH_HALF_WIDTH)
    assert middle[1] == left[1] == near[1] == TABLE_HEIGHT_M
    assert left[0] < middle[0] and near[2] > middle[2] > 0.2


@given(st.floats(-4.0, 4.0))
def test_a_players_camera_looks_where_the_figure_faces(yaw_rad: float) -> None:
    ahead = -player_shot(np.zeros(3), yaw_rad)[:3, 2]
    np.testing.assert_allclose(
        ahead[[0, 2]] / np.hypot(ahead[0], ahead[2]), (-np.sin(yaw_rad), -np.cos(yaw_rad)), atol=1e-9
    )
    assert ahead[1] > 0.0, "a little upwards, to the giant host"


def test_everybodys_camera_steps_back_for_a_giant_head() -> None:
    assert main_shot(2.2)[2, 3] > main_shot(1.0)[2, 3] + 0.5


def test_the_eyes_keep_still_unless_the_player_walks() -> None:
    standing = PlayerView("a", "Ann", "red", 0.1, 0.2, 0.0, False)
    walking = PlayerView("a", "Ann", "red", 0.1, 0.2, 0.0, True)
    assert {bob(standing, now_s) for now_s in np.linspace(0, 1, 9)} == {0.0}
    lifts = [bob(walking, float(now_s)) for now_s in np.linspace(0, 1, 30)]
    assert min(lifts) >= 0.0 and 0.004 < max(lifts) < 0.02
    assert eyes(standing, 0.0)[1] > TABLE_HEIGHT_M + 0.08


def test_edges_are_softened_and_flat_places_left_alone() -> None:
    picture = np.full((20, 20, 4), 255, np.uint8)
    picture[:, :10, :3] = 0
    before = picture.copy()
    assert soften_edges(picture) is picture
    np.testing.assert_array_equal(picture[:, :8], before[:, :8])
    np.testing.assert_array_equal(picture[:, 12:], before[:, 12:])
    assert 0 < picture[10, 9, 0] < 100 < 150 < picture[10, 10, 0] < 255
    assert (picture[..., 3] == 255).all()
