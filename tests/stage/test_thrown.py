"""How props are drawn: squashed by a bounce, shrinking at their end, a shadow under them, a stain where they hit."""

from dataclasses import replace

import numpy as np
import pytest
from host import mirai, posture
from numpy.typing import NDArray
from panda3d.core import NodePath

from avatar_live.stage.axes import facing
from avatar_live.stage.copies import Copies
from avatar_live.stage.fit import fit_avatar
from avatar_live.stage.host import Host, host_of
from avatar_live.stage.physics import LIFE_S, VANISH_S, Body, Hit, Physics, size_of
from avatar_live.stage.skull import skull_of
from avatar_live.stage.solids import ball
from avatar_live.stage.table import TABLE_HEIGHT_M, on_table
from avatar_live.stage.things import Launch
from avatar_live.stage.thrown import STAIN_S, STAINS_MAX, Thrown, prop_poses, shadow_poses

NOWHERE = np.zeros(3)
UPRIGHT = np.array([[0.0, 0.0, 0.0, 1.0]])
FORWARD = np.array([0.0, 0.0, 1.0])


def host() -> Host:
    return host_of(posture(), fit_avatar(mirai()), skull_of(mirai()))


def lying(name: str = "tomato", seed: int = 1) -> Body:
    physics = Physics()
    physics.throw(name, seed, Launch(NOWHERE, NOWHERE, NOWHERE, NOWHERE, 0.0), 0.0)
    return physics.bodies[0]


def scales(pose: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.linalg.svd(pose[:3, :3], compute_uv=False), np.float64)


def test_a_prop_lies_where_physics_has_it_at_its_own_size() -> None:
    place = np.array([[0.1, 0.9, 0.4]])
    (pose,) = prop_poses([lying()], place, UPRIGHT, 1.0)
    np.testing.assert_allclose(pose[:3, :3], np.eye(3))
    np.testing.assert_allclose(pose[:3, 3], place[0])
    assert pose[3, 0] == 1.0, "it is opaque"


def test_a_bounce_squashes_a_soft_prop_along_its_normal_and_lets_it_be_round_again() -> None:
    body = lying()
    body.bounced_s, body.bounce_share, body.bounce_normal = 1.0, 1.0, FORWARD
    (hit,) = prop_poses([body], np.zeros((1, 3)), UPRIGHT, 1.0)
    assert np.linalg.norm(hit[:3, :3] @ FORWARD) < 0.6
    assert np.linalg.norm(hit[:3, 0]) > 1.2
    (later,) = prop_poses([body], np.zeros((1, 3)), UPRIGHT, 1.5)
    assert scales(later) == pytest.approx(1.0, abs=0.01)


def test_a_hard_prop_keeps_its_shape() -> None:
    body = lying("gift_box")
    body.bounced_s, body.bounce_share, body.bounce_normal = 1.0, 1.0, FORWARD
    assert scales(prop_poses([body], np.zeros((1, 3)), UPRIGHT, 1.0)[0]) == pytest.approx(1.0)


def test_a_prop_shrinks_away_at_the_end_of_its_life() -> None:
    body = lying()
    sizes = [size_of(body, LIFE_S - left) for left in (VANISH_S + 1.0, VANISH_S, VANISH_S / 2, 0.0, -1.0)]
    assert sizes[:2] == pytest.approx([1.0, 1.0]) and 0.0 < sizes[2] < 1.0 and sizes[3:] == [0.0, 0.0]


def test_only_what_is_above_the_table_throws_a_shadow_on_it() -> None:
    places = np.array([on_table(0.0, 0.0, 0.2), on_table(0.0, 0.0, 3.0), [0.0, 1.0, 0.0], [0.0, 0.3, 0.53]])
    poses = prop_poses([lying() for _ in places], places, np.repeat(UPRIGHT, len(places), axis=0), 1.0)
    (shadow,) = shadow_poses(places, poses)
    assert shadow[1, 3] == pytest.approx(TABLE_HEIGHT_M, abs=0.01)
    np.testing.assert_allclose(shadow[[0, 2], 3], places[0, [0, 2]])


def test_a_shadow_is_fainter_the_higher_its_prop_is() -> None:
    places = np.array([on_table(0.0, 0.0, 0.1), on_table(0.0, 0.0, 0.8)])
    low, high = shadow_poses(places, prop_poses([lying(), lying()], places, np.repeat(UPRIGHT, 2, axis=0), 1.0))
    assert 0.0 < high[3, 0] < low[3, 0] <= 1.0


def test_only_the_first_hit_of_what_stains_leaves_a_stain_and_the_newest_stay() -> None:
    thrown, who = Thrown(NodePath("stage")), host()
    point, push = who.middle_m + who.radius_m * FORWARD, -FORWARD
    thrown.take(Hit(lying("duck"), point, push, True), who, 0.0)
    thrown.take(Hit(lying(), point, push, False), who, 0.0)
    assert not thrown.stains
    for number in range(STAINS_MAX + 1):
        thrown.take(Hit(lying(seed=number), point, push, True), who, float(number) / 10.0)
    assert len(thrown.stains) == STAINS_MAX and thrown.stains[0].at_s == 0.1
    thrown.show([], np.zeros((0, 3)), np.zeros((0, 4)), who, STAINS_MAX / 10.0 + STAIN_S)
    assert not thrown.stains


def test_a_hit_on_the_back_of_the_head_is_seen_at_its_side() -> None:
    thrown, who = Thrown(NodePath("stage")), host()
    behind = who.middle_m + who.radius_m * np.array([0.6, 0.0, -0.8])
    thrown.take(Hit(lying(), behind, FORWARD, True), who, 0.0)
    assert thrown.stains[0].outward[2] > 0.3


@pytest.mark.parametrize("flat", [(0.0, 0.0, 0.0), (0.0, 1.0, 1.0)])
def test_a_head_that_its_avatar_shrank_to_nothing_bears_a_hit(flat: tuple[float, float, float]) -> None:
    thrown, who = Thrown(NodePath("stage")), host()
    who = replace(who, head=who.head @ np.diag([*flat, 1.0]))
    thrown.take(Hit(lying(), who.middle_m + 0.1 * FORWARD, FORWARD, True), who, 0.0)
    thrown.show([], np.zeros((0, 3)), np.zeros((0, 4)), who, 0.1)
    assert np.isfinite(thrown.stains[0].outward).all()


@pytest.mark.parametrize("way", [(0.6, 0.0, 0.8), (1.0, 2.0, -3.0), (0.0, -2.0, 0.0)])
def test_what_faces_a_way_stands_as_upright_as_can_be(way: tuple[float, float, float]) -> None:
    ahead = np.array(way) / np.linalg.norm(way)
    axes = facing(np.array(way))
    np.testing.assert_allclose(axes.T @ axes, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(axes[:, 2], ahead, atol=1e-12)
    assert axes[1, 0] == 0.0 and axes[1, 1] == pytest.approx(np.sqrt(1.0 - ahead[1] ** 2))
    assert np.linalg.det(axes) == pytest.approx(1.0)


def test_no_more_copies_are_shown_than_there_is_room_for() -> None:
    copies = Copies(NodePath("stage"), {name: ball(0.1, (1.0, 1.0, 1.0, 0.0)) for name in ("a", "b")}, 5)
    copies.show({"a": np.ones((3, 4, 4)), "b": np.ones((9, 4, 4))})
    counts = {node.get_name(): node.get_instance_count() for node in copies.node.children if not node.is_hidden()}
    assert counts == {"a": 3, "b": 2}
    copies.show({"b": np.ones((9, 4, 4))})
    counts = {node.get_name(): node.get_instance_count() for node in copies.node.children if not node.is_hidden()}
    assert counts == {"b": 5}
