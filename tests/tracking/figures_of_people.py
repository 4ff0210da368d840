"""A person who stands upright before the camera with arms a little away from the body, as a tracker would read them."""

import numpy as np

from avatar_live.signals import BodyReading, FaceReading, HandReading

# Metres from the middle of the hips: the person's left is the picture's right, +Y down as MediaPipe has it.
_PLACES_M = {
    0: (0.0, -0.68), 7: (0.07, -0.70), 8: (-0.07, -0.70), 9: (0.03, -0.62), 10: (-0.03, -0.62),
    11: (0.18, -0.50), 12: (-0.18, -0.50), 13: (0.28, -0.25), 14: (-0.28, -0.25), 15: (0.34, -0.02), 16: (-0.34, -0.02),
    17: (0.37, 0.06), 18: (-0.37, 0.06), 19: (0.35, 0.07), 20: (-0.35, 0.07), 21: (0.33, 0.04), 22: (-0.33, 0.04),
    23: (0.1, 0.0), 24: (-0.1, 0.0), 25: (0.1, 0.42), 26: (-0.1, 0.42), 27: (0.1, 0.84), 28: (-0.1, 0.84),
    29: (0.1, 0.88), 30: (-0.1, 0.88), 31: (0.12, 0.9), 32: (-0.12, 0.9),
}  # fmt: skip


def standing_body(px_per_m: float, at_s: float = 1.0, hips_px: tuple[float, float] = (320.0, 260.0)) -> BodyReading:
    world = np.zeros((33, 3), np.float32)
    for point in (*range(1, 7),):
        world[point, :2] = (0.03 if point < 4 else -0.03, -0.71)
    for point, place in _PLACES_M.items():
        world[point, :2] = place
    landmarks = (world * px_per_m + (*hips_px, 0.0)).astype(np.float32)
    return BodyReading(landmarks, world, np.ones(33, np.float32), at_s)


def face_at(middle_px: tuple[float, float], height_px: float, at_s: float = 1.0) -> FaceReading:
    around = np.linspace(0.0, 2.0 * np.pi, 478, endpoint=False)
    landmarks = np.zeros((478, 3), np.float32)
    landmarks[:, 0] = middle_px[0] + 0.38 * height_px * np.sin(around)
    landmarks[:, 1] = middle_px[1] - 0.5 * height_px * np.cos(around)
    landmarks[10, :2] = middle_px[0], middle_px[1] - 0.5 * height_px
    landmarks[152, :2] = middle_px[0], middle_px[1] + 0.5 * height_px
    return FaceReading(landmarks, np.zeros(52, np.float32), at_s)


def hand_at(
    wrist_px: tuple[float, float], length_px: float, at_s: float = 1.0, score: float = 0.95, turned_rad: float = 0.0
) -> HandReading:
    """Return a hand whose fingers point up in the picture from its wrist, turned in the picture's plane."""
    points = np.zeros((21, 2))
    for finger in range(5):
        for joint in range(4):
            points[1 + 4 * finger + joint] = (0.12 * (finger - 2), -0.5 - 0.5 * joint / 3.0)
    cosine, sine = np.cos(turned_rad), np.sin(turned_rad)
    turned = points @ np.array([[cosine, sine], [-sine, cosine]])
    landmarks = np.zeros((21, 3), np.float32)
    landmarks[:, :2] = turned * length_px + wrist_px
    return HandReading(landmarks, np.zeros((21, 3), np.float32), score, at_s)
