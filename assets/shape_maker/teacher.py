"""Ask the official bundle's last stage which weights it gives to landmarks that no picture showed."""

import zipfile
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import ARKIT_SHAPES
from avatar_live.tracking.bundle import BLENDSHAPES

# The landmarks that the stage takes, in its order. Source: `kLandmarksSubsetIdxs` in
# mediapipe/tasks/cc/vision/face_landmarker/face_blendshapes_graph.cc of google-ai-edge/mediapipe (Apache-2.0).
TAKEN: Final = (
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
)  # fmt: skip


class Teacher:
    """Hold the stage `face_blendshapes.tflite` of the official face bundle."""

    def __init__(self, official_face: Path) -> None:
        with zipfile.ZipFile(official_face) as bundle:
            model = np.frombuffer(bundle.read(BLENDSHAPES), np.uint8)
        self._net = cv2.dnn.readNetFromTFLite(model)

    def weights(self, landmarks: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return (52,) weights in the order of `ARKIT_SHAPES` for (478, 3) landmarks in pixels."""
        self._net.setInput(landmarks[list(TAKEN), :2].astype(np.float32)[None])
        # The stage begins with `_neutral` where ARKit ends with `tongueOut`, which it does not know.
        said = self._net.forward().reshape(-1)[1:]
        return np.append(said, np.float32(0.0)).astype(np.float32)[: len(ARKIT_SHAPES)]
