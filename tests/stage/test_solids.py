"""Meshes made in code: closed, outward and of unit normals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from avatar_live.stage.colors import encode, srgb
from avatar_live.stage.solids import (
    Solid,
    ball,
    box,
    capsule,
    disc,
    faceted,
    fan,
    heart,
    join,
    lathe,
    slab,
    smoothed,
    tube,
    turn_about,
)
from avatar_live.stage.things import THINGS

WHITE = srgb("#ffffff")
ARCH = np.array([[0.0, 0.0, -0.2], [0.0, 0.2, -0.2], [0.0, 0.3, 0.0], [0.0, 0.2, 0.2], [0.0, 0.0, 0.2]])
SOLIDS = {
    "ball": ball(0.5, WHITE),
    "capsule": capsule(0.2, 0.6, WHITE),
    "capsule of odd rings": capsule(0.2, 0.6, WHITE, 9, 7),
    "box": box((1.0, 2.0, 3.0), WHITE),
    "slab": slab((1.0, 0.2, 0.6), WHITE, 0.05),
    "tube": tube(ARCH, np.array([1.0, 0.0, 0.0]), 0.02, WHITE),
    "disc": disc(0.5, WHITE, WHITE),
    "turned": ball(0.5, WHITE).scaled(1.0, 0.4, 2.0).turned(turn_about(np.array([0.6, 0.0, 0.8]), 1.1)),
    "lathe": lathe(np.array([[0.1, -0.3], [0.3, 0.0], [0.2, 0.3]]), WHITE),
    "heart": heart(0.3, 0.1, WHITE),
    "fan": fan(np.array([1.0, 0.5, 1.0, 0.5, 1.0, 0.5]), WHITE, 0.1, rings=3),
    "smoothed": smoothed(box((1.0, 2.0, 3.0), WHITE)),
    "faceted": faceted(ball(0.5, WHITE, 8, 6), np.tile(WHITE, (len(ball(0.5, WHITE, 8, 6).triangles), 1))),
    "joined": join(ball(0.2, WHITE).moved(1.0, 0.0, 0.0), box((0.1, 0.1, 0.1), WHITE)),
}


SOLIDS |= {name: thing.solid() for name, thing in THINGS.items()}


def face_normals(solid: Solid) -> tuple[np.ndarray, np.ndarray]:
    """Return each face's normal by its winding, scaled by area, and the mean of its corners' normals."""
    corners = solid.positions[solid.triangles]
    crossed = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return crossed, solid.normals[solid.triangles].mean(axis=1)


@pytest.mark.parametrize("name", SOLIDS)
def test_faces_wind_counter_clockwise_seen_from_outside(name: str) -> None:
    wound, meant = face_normals(SOLIDS[name])
    agreement = np.einsum("fi,fi->f", wound, meant)
    assert agreement.min() > -1e-12, "no face is turned inside out"
    assert agreement.max() > 0.0


@pytest.mark.parametrize("name", SOLIDS)
def test_normals_are_unit_and_every_vertex_is_painted(name: str) -> None:
    solid = SOLIDS[name]
    np.testing.assert_allclose(np.linalg.norm(solid.normals, axis=1), 1.0, atol=1e-9)
    assert solid.normals.shape == solid.positions.shape
    assert solid.colors.shape == (len(solid.positions), 4)
    assert solid.triangles.max() < len(solid.positions)


def test_a_box_is_as_large_as_asked() -> None:
    np.testing.assert_allclose(np.ptp(SOLIDS["box"].positions, axis=0), (1.0, 2.0, 3.0))
    np.testing.assert_allclose(np.ptp(SOLIDS["slab"].positions, axis=0), (1.0, 0.2, 0.6), atol=0.02)


@given(st.integers(0, 255))
def test_encoding_undoes_the_linear_reading_of_a_colour(level: int) -> None:
    red, green, blue, alpha = srgb(f"#{level:02x}{level:02x}{level:02x}", 0.5)
    assert red == green == blue and alpha == 0.5
    assert encode(red) == pytest.approx(level / 255.0, abs=1e-6)


def test_a_turn_is_right_handed() -> None:
    quarter = turn_about(np.array([0.0, 0.0, 1.0]), np.pi / 2)
    np.testing.assert_allclose(quarter @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-12)
