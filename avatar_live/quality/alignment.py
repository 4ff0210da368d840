"""How a face moved between two pictures: an affine map, found where both are bright enough to agree.

Gauss-Newton on the difference of two small patches, with the gradient of the older and calmer one throughout
("inverse compositional": Baker and Matthews, "Lucas-Kanade 20 Years On", 2004).
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]
Affine = NDArray[np.float64]  # (2, 3), or its parts

PATCH_PX: Final = 32
ROUNDS: Final = 3
FACE_SHARE: Final = 0.3  # sigma of the weight around the middle, where the face is and the background is not
STIFFNESS: Final = 1e-3  # holds a patch without texture to its shape
CHANGE_MAX: Final = 0.2  # of scale or shape between two pictures; more is not a face that moved
SHIFT_PX_MAX: Final = 0.35 * PATCH_PX
TEXTURE_MIN: Final = 1e-9  # of a wall, nothing can be told
_DARKEST: Final = 1e-3  # keeps the root's slope finite

_MIDDLE: Final = (PATCH_PX - 1) / 2.0
_DOWN, _ACROSS = np.mgrid[:PATCH_PX, :PATCH_PX].astype(np.float32) / np.float32(_MIDDLE) - np.float32(1.0)
_WEIGHTS: Final = np.exp(-(_ACROSS**2 + _DOWN**2) / (2.0 * (2.0 * FACE_SHARE) ** 2)).astype(np.float32)
_WEIGHT: Final = float(_WEIGHTS.sum())
_FREE: Final = np.array([0.0, 0.0, 1.0, 1.0, 1.0, 1.0])  # shifts are not held back


def find_motion(before: Pixels, now: Pixels) -> Affine | None:
    """Return the map that carries the older of two pictures (height, width, 3) of a region onto the newer, if any."""
    old, new = _patch(before), _patch(now)
    right = cv2.Sobel(old, cv2.CV_32F, 1, 0, scale=1.0 / 8.0)
    down = cv2.Sobel(old, cv2.CV_32F, 0, 1, scale=1.0 / 8.0)
    slopes = np.stack((right, down, right * _ACROSS, right * _DOWN, down * _ACROSS, down * _DOWN)).reshape(6, -1)
    weighted = slopes * _WEIGHTS.reshape(-1)
    curvature = (weighted @ slopes.T).astype(np.float64)
    texture = float(np.trace(curvature)) / 6.0
    if texture < TEXTURE_MIN:
        return None
    solver = np.linalg.inv(curvature + np.diag(STIFFNESS * texture * _FREE))
    linear, shift = np.eye(2), np.zeros(2)  # about the patch's middle
    for _ in range(ROUNDS):
        seen = cv2.warpAffine(
            new,
            np.column_stack((linear, shift + _MIDDLE - linear.sum(1) * _MIDDLE)),
            (PATCH_PX, PATCH_PX),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        error = seen - old
        error -= np.vdot(error, _WEIGHTS) / _WEIGHT  # a lamp that flickers is not motion
        step = solver @ (weighted @ error.reshape(-1)).astype(np.float64)
        if not np.abs(step).max() < SHIFT_PX_MAX:
            return None
        back = cv2.invertAffineTransform(np.column_stack((np.eye(2) + step[2:].reshape(2, 2) / _MIDDLE, step[:2])))
        shift = shift + linear @ back[:, 2]
        linear = linear @ back[:, :2]
    is_likely = np.abs(linear - np.eye(2)).max() < CHANGE_MAX and np.abs(shift).max() < SHIFT_PX_MAX
    height, width, _ = before.shape
    return _in_region(linear, shift, width, height) if is_likely else None


def farthest_px(motion: Affine, width_px: int, height_px: int) -> float:
    """Return how far the corner of a region goes that goes farthest."""
    corners = np.array([(across, down, 1.0) for across in (0, width_px) for down in (0, height_px)], np.float64)
    return float(np.linalg.norm(corners @ motion.T - corners[:, :2], axis=1).max())


def _patch(region: Pixels) -> Pixels:
    """Return a region small, grey, and as roots: shot noise grows with the root of the light, so it is even there."""
    fine = cv2.resize(region, (2 * PATCH_PX, 2 * PATCH_PX), interpolation=cv2.INTER_LINEAR)
    grey = cv2.resize(cv2.cvtColor(fine, cv2.COLOR_RGB2GRAY), (PATCH_PX, PATCH_PX), interpolation=cv2.INTER_AREA)
    root: Pixels = np.sqrt(cv2.GaussianBlur(grey, (3, 3), 0.8) + np.float32(_DARKEST))
    return root


def _in_region(linear: Affine, shift: Affine, width_px: int, height_px: int) -> Affine:
    """Return a motion about the patch's middle as one in the region's own pixels, whose centres lie at halves."""
    scale = PATCH_PX / np.array((width_px, height_px), np.float64)
    middle = _MIDDLE + 0.5 - 0.5 * scale  # where the region's first pixel lies before the patch's middle
    return np.column_stack((linear * scale / scale[:, None], (shift + middle - linear @ middle) / scale))
