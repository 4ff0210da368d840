"""Characters as people before the camera: that the bench turns their heads as it says, and about their eyes."""

from collections.abc import Iterator

import cv2
import numpy as np
import pytest

from avatar_live.app.bench.tracking.characters import BACKGROUND, DrawnPerson
from avatar_live.app.bench.tracking.head import HEIGHT_PX, WIDTH_PX
from avatar_live.app.bench.tracking.turns import rotation_of
from avatar_live.app.settings import builtin_avatars
from avatar_live.avatar import read_avatar
from avatar_live.stage.studio import Studio

AROUND_EYES = (slice(HEIGHT_PX // 2 - 30, HEIGHT_PX // 2 + 30), slice(WIDTH_PX // 2 - 60, WIDTH_PX // 2 + 60))
SAME_MAX, OTHER_MIN = 12.0, 25.0  # grey levels between two pictures of one face, and of one that is turned by 5 degrees


@pytest.fixture(scope="module")
def hayate() -> Iterator[DrawnPerson]:
    with Studio(WIDTH_PX, HEIGHT_PX, BACKGROUND) as studio:
        yield DrawnPerson(studio, read_avatar(builtin_avatars()["hayate"]))


def drawn(person: DrawnPerson, yaw: float, pitch: float, roll: float) -> np.ndarray:
    return person.draw(rotation_of(np.array([yaw, pitch, roll])))


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Return the mean difference around the middle of the picture."""
    return float(np.abs(one[AROUND_EYES].astype(np.float64) - other[AROUND_EYES]).mean())


@pytest.mark.parametrize("roll_deg", [-40.0, 30.0])
def test_a_tilted_head_is_the_upright_one_turned_about_the_middle(hayate: DrawnPerson, roll_deg: float) -> None:
    upright, tilted = drawn(hayate, 0.0, 0.0, 0.0), drawn(hayate, 0.0, 0.0, roll_deg)
    middle = (0.5 * WIDTH_PX, 0.5 * HEIGHT_PX)
    back, too_far = (
        cv2.warpAffine(tilted, cv2.getRotationMatrix2D(middle, -by_deg, 1.0), (WIDTH_PX, HEIGHT_PX))
        for by_deg in (roll_deg, roll_deg + 5.0)
    )
    assert difference(back, upright) < SAME_MAX
    assert difference(too_far, upright) > OTHER_MIN
