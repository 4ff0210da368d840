"""A face of average shape in metres, to lay over tracked landmarks.

Made from 331 tracked frames of six clips with five people (CC-BY 4.0, see `assets/performance/LICENSE.md`): each
frame was laid over the running mean by rotation, scale and shift, frames turned by more than 25 degrees left out, every
clip weighed the same, the mean made symmetric and scaled so that the outer corners of the eyes are 89 mm apart. Its
pitch is that of MediaPipe's canonical face mesh, from which it differs by 2.7 mm rms. Kept are points that speech and
mimicry hardly move.

Origin: midway between the outer corners of the eyes. +X is the person's left, +Y up, +Z out of the face.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

# (landmark, y mm, z mm) on the middle line
_MIDDLE: Final = (
    (10, 54.1, 15.2),
    (151, 38.7, 19.6),
    (8, 12.9, 22.1),
    (168, 4.7, 21.8),
    (6, -2.7, 26.4),
    (197, -9.3, 31.6),
    (195, -15.6, 37.4),
    (5, -22.1, 43.2),
    (4, -30.0, 45.7),
    (1, -36.4, 43.6),
)
# (landmark on the right, its partner on the left, x mm of the left one, y mm, z mm)
_PAIRS: Final = (
    (33, 263, 44.5, 0.0, 0.0),
    (133, 362, 18.9, -0.7, 5.2),
    (127, 356, 69.8, -3.1, -49.3),
    (234, 454, 69.3, -18.0, -53.1),
    (93, 323, 68.2, -33.5, -52.7),
    (162, 389, 68.4, 12.4, -40.1),
    (21, 251, 65.2, 24.7, -27.8),
    (54, 284, 58.8, 36.3, -16.1),
    (103, 332, 48.9, 45.1, -3.5),
    (67, 297, 34.3, 50.9, 7.3),
    (109, 338, 18.5, 53.6, 13.7),
    (116, 345, 62.7, -16.4, -11.9),
    (117, 346, 52.5, -15.9, 0.3),
    (118, 347, 45.0, -18.2, 6.0),
    (50, 280, 48.6, -31.9, 6.9),
    (101, 330, 34.3, -24.3, 11.7),
    (129, 358, 19.8, -35.1, 16.8),
    (98, 327, 16.0, -41.7, 20.7),
    (49, 279, 18.2, -31.9, 26.2),
    (193, 417, 7.4, 3.8, 17.7),
    (122, 351, 5.6, -4.1, 24.0),
)

LANDMARKS: Final = np.array([point[0] for point in _MIDDLE] + [side for pair in _PAIRS for side in pair[:2]])
TEMPLATE_M: Final[NDArray[np.float64]] = 1e-3 * np.array(
    [(0.0, y, z) for _, y, z in _MIDDLE] + [(sign * x, y, z) for _, _, x, y, z in _PAIRS for sign in (-1.0, 1.0)]
)  # (52, 3), in the order of LANDMARKS
