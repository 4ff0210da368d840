"""Expressions change colours and move pictures, each from the file's own value."""

import dataclasses

import numpy as np
import pytest
from shared import shared_data
from small_vrm import small_vrm

from avatar_live.avatar import Avatar, Rig, read_avatar
from avatar_live.avatar.model import ColorBind, Expression, Material, Placing, PlacingBind
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import ARKIT_SHAPES, Pose

CHEEK = Material(
    "cheek",
    base_color=(0.5, 0.5, 0.5, 1.0),
    placing=Placing(offset=(0.1, 0.0), scale=(0.5, 0.5), rotation_rad=0.3),
    placings={"shade_texture": Placing(offset=(0.0, 0.2))},
)


@pytest.fixture(scope="module")
def small() -> Avatar:
    return avatar_from_bytes(small_vrm().pack())


def dressed(small: Avatar, *expressions: Expression) -> Avatar:
    return dataclasses.replace(
        small, materials=(Material("plain"), CHEEK), expressions={item.name: item for item in expressions}
    )


def materials(avatar: Avatar, **expressions: float) -> dict[int, Material]:
    return dict(Rig(avatar).animate(Pose(expressions=expressions), 0.0).materials)


def test_a_face_at_rest_changes_no_material(small: Avatar) -> None:
    blush = Expression("happy", (), colors=(ColorBind(1, "base", (1.0, 0.0, 0.0, 1.0)),))
    assert materials(dressed(small, blush)) == materials(dressed(small, blush), happy=0.0) == {}


def test_a_colour_moves_by_the_weight(small: Avatar) -> None:
    blush = Expression("happy", (), colors=(ColorBind(1, "base", (1.0, 0.0, 0.5, 0.0)),))
    changed = materials(dressed(small, blush), happy=0.5)
    assert list(changed) == [1]
    assert changed[1].base_color == pytest.approx((0.75, 0.25, 0.5, 0.5))
    assert changed[1].shade_color == CHEEK.shade_color
    assert changed[1].placing == CHEEK.placing


def test_colours_of_two_expressions_add_up_from_the_base(small: Avatar) -> None:
    blush = Expression("happy", (), colors=(ColorBind(1, "base", (1.0, 0.5, 0.5, 1.0)),))
    pale = Expression("sad", (), colors=(ColorBind(1, "base", (0.5, 0.7, 0.5, 1.0)),))
    changed = materials(dressed(small, blush, pale), happy=1.0, sad=0.5)
    assert changed[1].base_color == pytest.approx((1.0, 0.6, 0.5, 1.0))


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ("emissive", "emissive_color"),
        ("shade", "shade_color"),
        ("matcap", "matcap_color"),
        ("rim", "rim_color"),
        ("outline", "outline_color"),
    ],
)
def test_every_colour_can_be_reached(small: Avatar, part: str, field: str) -> None:
    bind = ColorBind(1, part, (0.1, 0.2, 0.3, 0.9))  # type: ignore[arg-type]  # one of the literals above
    changed = materials(dressed(small, Expression("angry", (), colors=(bind,))), angry=1.0)
    assert getattr(changed[1], field) == pytest.approx((0.1, 0.2, 0.3))


def test_all_pictures_of_a_material_move_each_from_its_own_place(small: Avatar) -> None:
    slide = Expression("lookLeft", (), placings=(PlacingBind(1, scale=(1.0, 1.0), offset=(0.5, 0.4)),))
    changed = materials(dressed(small, slide), lookLeft=0.5)[1]
    assert changed.placing.offset == pytest.approx((0.3, 0.2))
    assert changed.placing.scale == pytest.approx((0.75, 0.75))
    assert changed.placing.rotation_rad == CHEEK.placing.rotation_rad
    assert changed.placings["shade_texture"].offset == pytest.approx((0.25, 0.3))


def test_an_override_weakens_colours_too(small: Avatar) -> None:
    happy = Expression("happy", (), override_blink="blend")
    blink = Expression("blink", (), colors=(ColorBind(1, "base", (1.0, 0.5, 0.5, 1.0)),))
    changed = materials(dressed(small, happy, blink), happy=0.5, blink=1.0)
    assert changed[1].base_color == pytest.approx((0.75, 0.5, 0.5, 1.0))


def test_a_group_does_not_override_itself(small: Avatar) -> None:
    blink = Expression("blink", ((0, 1.0),), override_blink="block")
    avatar = dressed(small, blink)
    assert Rig(avatar).animate(Pose(expressions={"blink": 1.0}), 0.0).morph_weights[0] == 1.0


def test_a_shape_of_the_performer_blushes_where_the_avatar_has_all_shapes(small: Avatar) -> None:
    shapes = [Expression(name, ((0, 0.1),)) for name in ARKIT_SHAPES]
    puff = Expression("CheekPuff", ((0, 0.1),), colors=(ColorBind(1, "base", (1.0, 0.5, 0.5, 1.0)),))
    avatar = dressed(small, *(shape for shape in shapes if shape.name != "cheekPuff"), puff)
    weights = np.zeros(len(ARKIT_SHAPES))
    weights[ARKIT_SHAPES.index("cheekPuff")] = 0.5
    changed = Rig(avatar).animate(Pose(shapes=weights), 0.0).materials
    assert changed[1].base_color == pytest.approx((0.75, 0.5, 0.5, 1.0))


@pytest.fixture(scope="module")
def overrider() -> Avatar:
    """Return the specification's own example: `happy` is binary and takes from `blink`, which is not."""
    return read_avatar(shared_data("avatars", "vrm1", "VRMC_vrm_expressions_isBinary_Overrides.vrm"))


@pytest.fixture(scope="module")
def overridden() -> Avatar:
    """Return its counterpart: `happy` takes from `blink`, which is binary."""
    return read_avatar(shared_data("avatars", "vrm1", "VRMC_vrm_expressions_isBinary_Overridden.vrm"))


def window(avatar: Avatar, **expressions: float) -> tuple[float, float]:
    """Return how much of happy and of blink the file's window shows: its picture moves right, and up, by 7/8 each."""
    changed = materials(avatar, **expressions)
    base = avatar.materials[0].placing
    x, y = changed[0].placing.offset if 0 in changed else base.offset
    return (x - base.offset[0]) / 0.875, (y - base.offset[1]) / 0.875


@pytest.mark.parametrize("happy", [0.0, 0.3, 0.5])
def test_a_binary_expression_that_is_not_shown_takes_nothing(overrider: Avatar, happy: float) -> None:
    assert window(overrider, happy=happy, blink=1.0) == pytest.approx((0.0, 1.0))
    assert window(overrider, happy=happy, blink=0.4) == pytest.approx((0.0, 0.4))


@pytest.mark.parametrize("happy", [0.51, 0.8, 1.0])
def test_a_binary_expression_that_is_shown_takes_all(overrider: Avatar, happy: float) -> None:
    assert window(overrider, happy=happy, blink=1.0) == pytest.approx((1.0, 0.0))
    assert window(overrider, happy=happy, blink=0.4) == pytest.approx((1.0, 0.0))


@pytest.mark.parametrize("happy", [0.01, 0.5, 1.0])
def test_a_binary_expression_vanishes_at_the_first_touch_of_another(overridden: Avatar, happy: float) -> None:
    assert window(overridden, happy=happy, blink=1.0) == pytest.approx((happy, 0.0))


def test_a_binary_expression_alone_is_whole_or_nothing(overridden: Avatar) -> None:
    assert window(overridden, happy=0.0, blink=0.4) == pytest.approx((0.0, 0.0))
    assert window(overridden, happy=0.0, blink=0.6) == pytest.approx((0.0, 1.0))


def test_the_meters_of_the_conformance_files_follow(overrider: Avatar) -> None:
    """The third material is happy's meter: it slides from one half of its picture to the other."""
    changed = materials(overrider, happy=1.0)
    assert overrider.materials[2].placing.offset[0] == pytest.approx(0.5009765625)
    assert changed[2].placing.offset[0] == pytest.approx(0.0009765625)
    assert 3 not in changed
