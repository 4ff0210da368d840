"""The motion of a face is found as it was made."""

import cv2
import numpy as np
import pytest
from skimage import data

from avatar_live.quality.alignment import farthest_px, find_motion

FACE = (np.asarray(data.astronaut(), np.float32)[10:240, 100:340] / 255.0) ** 2 * 0.02


@pytest.mark.parametrize("turn_deg", [-4.0, 0.0, 4.0])
@pytest.mark.parametrize("shift_px", [(0.0, 0.0), (3.5, -2.25), (-9.0, 6.0)])
@pytest.mark.parametrize("growth", [0.96, 1.0, 1.05])
def test_a_turned_and_shifted_face_is_followed(turn_deg: float, shift_px: tuple[float, float], growth: float) -> None:
    height, width, _ = FACE.shape
    true = cv2.getRotationMatrix2D((width / 2.0, height / 2.0), turn_deg, growth)
    true[:, 2] += np.array(shift_px)
    moved = cv2.warpAffine(FACE, true, (width, height), borderMode=cv2.BORDER_REPLICATE)
    found = find_motion(FACE, np.asarray(moved, np.float32))
    assert found is not None
    corners = np.array([[60, 60, 1], [180, 60, 1], [60, 180, 1], [180, 180, 1]], np.float64)
    assert np.abs(corners @ found.T - corners @ true.T).max() < 1.0


def test_a_wall_gives_no_motion() -> None:
    wall = np.full((100, 100, 3), 0.01, np.float32)
    assert find_motion(wall, wall) is None


def test_the_farthest_corner_tells_how_far() -> None:
    assert farthest_px(np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 4.0]]), 50, 80) == pytest.approx(5.0)
    assert farthest_px(np.array([[1.1, 0.0, 0.0], [0.0, 1.0, 0.0]]), 50, 80) == pytest.approx(5.0)
