"""The key light's shadows: where the chin takes the light from the neck, and nowhere when they are off."""

from collections.abc import Iterator

import numpy as np
import pytest
from flat_avatar import flat_avatar, square, standing
from host import EMPTY_GAME, HEIGHT_PX, WIDTH_PX, Picture, changed, color_at, mirai, pixel_of, posture, turn

from avatar_live.avatar.model import Material
from avatar_live.stage import Stage
from avatar_live.stage.key_shadow import SOFTWARE_EVERY

NECK = (0.0, 0.915, 0.04)
CHEEK = (0.0, 1.0, 0.115)
GREY = Material("grey", base_color=(0.8, 0.8, 0.8, 1.0), shade_color=(0.1, 0.1, 0.1), shading_toony=0.5)


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Stage(WIDTH_PX, HEIGHT_PX) as opened:
        opened.set_avatar(mirai())
        yield opened


def drawn(stage: Stage, is_on: bool, **rotations: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> Picture:
    stage._key_shadow.use(is_on)
    for frame in range(2 * SOFTWARE_EVERY):
        picture = stage.draw(posture(rotations=rotations), EMPTY_GAME, frame / 30.0).main
    stage._key_shadow.use(True)
    return picture


def test_the_chin_shades_the_neck_and_the_face_stays_in_the_light(stage: Stage) -> None:
    lit, shadowed = drawn(stage, False), drawn(stage, True)
    assert color_at(lit, NECK)[1] - color_at(shadowed, NECK)[1] > 20
    assert np.abs(np.array(color_at(lit, CHEEK)) - color_at(shadowed, CHEEK)).max() <= 3
    rows, columns = np.nonzero(changed(lit, shadowed))
    head_row, head_column = pixel_of((0.0, 1.0, 0.0))
    assert np.abs(rows - head_row).max() < 200 and np.abs(columns - head_column).max() < 110, "the host's own alone"


def test_a_shadow_moves_with_what_throws_it(stage: Stage) -> None:
    across = {"leftUpperArm": turn(2, -0.9), "leftLowerArm": turn(1, -2.0)}
    lit, shadowed = drawn(stage, False, **across), drawn(stage, True, **across)
    at_rest = changed(drawn(stage, False), drawn(stage, True))
    assert (changed(lit, shadowed) & ~at_rest).sum() > 200


def test_one_square_throws_its_shadow_on_the_one_behind_and_a_veil_throws_none() -> None:
    veil = Material("veil", "unlit", alpha_mode="blend", base_color=(1.0, 1.0, 1.0, 0.0))
    behind = square(0, 0.0, 0.9)

    def seen(front: Material) -> Picture:
        """Draw a square with another before it, towards the lamp and out of the camera's way."""
        with Stage(WIDTH_PX, HEIGHT_PX) as own:
            before = square(1, 0.075, 1.065, 0.24)
            own.set_avatar(flat_avatar([behind, before], [GREY, front]))
            return own.draw(standing(), EMPTY_GAME, 0.0).main

    shaded, bright = seen(GREY), seen(veil)
    middle = (-0.02, 0.88, 0.0)
    assert color_at(bright, middle)[0] - color_at(shaded, middle)[0] > 60
