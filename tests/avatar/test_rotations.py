"""Rotations stay rotations whatever goes in."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.avatar.model import Doubles
from avatar_live.avatar.quaternions import axes_of, between, conjugate, multiply, quaternion_of, slerp

_parts = st.floats(-1.0, 1.0)


def _units(size: int) -> st.SearchStrategy[Doubles]:
    vectors = st.tuples(*[_parts] * size).map(np.array)
    return vectors.filter(lambda v: float(np.linalg.norm(v)) > 0.01).map(lambda v: v / np.linalg.norm(v))


@given(_units(4), _units(4))
def test_a_product_turns_by_the_second_then_by_the_first(first: Doubles, second: Doubles) -> None:
    product = multiply(first, second)
    assert np.linalg.norm(product) == pytest.approx(1.0)
    assert axes_of(product[None])[0] == pytest.approx(axes_of(first[None])[0] @ axes_of(second[None])[0], abs=1e-9)
    assert multiply(product, conjugate(product)) == pytest.approx([0.0, 0.0, 0.0, 1.0], abs=1e-9)


@given(_units(4))
def test_a_matrix_gives_its_quaternion_back(rotation: Doubles) -> None:
    found = quaternion_of(axes_of(rotation[None])[0])
    assert abs(float(found @ rotation)) == pytest.approx(1.0, abs=1e-9)


@given(_units(3), _units(3))
def test_the_turn_between_two_directions_leads_from_one_to_the_other(first: Doubles, second: Doubles) -> None:
    turn = between(first[None], second[None])
    assert np.linalg.norm(turn) == pytest.approx(1.0)
    assert axes_of(turn)[0] @ first == pytest.approx(second, abs=1e-4)


def test_opposite_directions_are_half_a_turn_apart() -> None:
    turn = between(np.array([[0.0, 1.0, 0.0]]), np.array([[0.0, -1.0, 0.0]]))
    assert axes_of(turn)[0] @ [0.0, 1.0, 0.0] == pytest.approx([0.0, -1.0, 0.0])


@given(_units(4), _units(4), st.floats(0.0, 1.0))
def test_the_way_between_two_rotations_stays_unit_and_ends_at_them(
    first: Doubles, second: Doubles, share: float
) -> None:
    assert np.linalg.norm(slerp(first, second, share)) == pytest.approx(1.0, abs=1e-6)
    assert abs(float(slerp(first, second, 1.0) @ second)) == pytest.approx(1.0)
    assert abs(float(slerp(first, second, 0.0) @ first)) == pytest.approx(1.0)
