"""How alike two pictures of the same avatar are: outline, structure, colour.

Both are drawn at twice the size, where the silhouettes are compared sample by sample; then both are boxed down to half,
which is the anti-aliasing that both sides share, and compared as a viewer would see them.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

SUPERSAMPLING: Final = 2
_FLAT: Final = 6  # of 255: closer to the background's colour than this is background

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Likeness:
    """Compare two pictures: shared area of the silhouettes 0..1, SSIM inside them, mean colour difference of 255."""

    silhouette_iou: float
    ssim: float
    color_difference: float


def compare(ours: Pixels, theirs: Pixels, background: tuple[int, int, int]) -> Likeness:
    """Compare two pictures, RGBA (height, width, 4), drawn at `SUPERSAMPLING` before a colour that no avatar has."""
    our_mask, their_mask = silhouette(ours, background), silhouette(theirs, background)
    union = our_mask | their_mask
    if not union.any():
        return Likeness(1.0, 1.0, 0.0)
    small_ours, small_theirs = boxed_down(ours), boxed_down(theirs)
    inside = boxed_down(union.astype(np.float32)) >= 0.5
    _, structure = structural_similarity(
        small_ours, small_theirs, channel_axis=2, data_range=255.0, gaussian_weights=True, sigma=1.5, full=True
    )
    difference = np.abs(small_ours - small_theirs)
    return Likeness(
        silhouette_iou=float((our_mask & their_mask).sum() / union.sum()),
        ssim=float(structure[inside].mean()),
        color_difference=float(difference[inside].mean()),
    )


def silhouette(picture: Pixels, background: tuple[int, int, int]) -> NDArray[np.bool_]:
    """Return where the avatar is (height, width)."""
    distance = np.abs(picture[..., :3].astype(np.int16) - np.array(background, np.int16))
    return np.asarray(distance.max(axis=2) > _FLAT)


def boxed_down(picture: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the picture at half the size, each pixel the mean of its samples; colours lose their alpha."""
    samples = picture[..., :3] if picture.ndim == 3 else picture
    height, width = samples.shape[:2]
    size = (width // SUPERSAMPLING, height // SUPERSAMPLING)
    return np.asarray(cv2.resize(samples.astype(np.float32), size, interpolation=cv2.INTER_AREA))


def side_by_side(ours: Pixels, theirs: Pixels) -> Pixels:
    """Return ours, theirs and their difference four times as strong, RGB (height, 3 width, 3), at half the size."""
    left, right = boxed_down(ours), boxed_down(theirs)
    return np.hstack([left, right, np.clip(4.0 * np.abs(left - right), 0.0, 255.0)]).astype(np.uint8)
