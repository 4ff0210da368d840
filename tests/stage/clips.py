"""Small pictures and videos for backdrops, made on the spot."""

from pathlib import Path

import cv2
import numpy as np

Color = tuple[int, int, int]  # blue, green, red

BLUE_TO_RED: tuple[Color, ...] = ((200, 30, 20), (20, 30, 200))


def write_picture(path: Path, color: Color = (20, 160, 240), width_px: int = 64, height_px: int = 36) -> Path:
    """Write a picture of one colour."""
    assert cv2.imwrite(str(path), np.full((height_px, width_px, 3), color, np.uint8))
    return path


def write_clip(path: Path, colors: tuple[Color, ...] = BLUE_TO_RED, frames_each: int = 3, fps: float = 30.0) -> Path:
    """Write a video that shows one colour after the other."""
    video = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (64, 36))
    assert video.isOpened()
    for color in colors:
        for _ in range(frames_each):
            video.write(np.full((36, 64, 3), color, np.uint8))
    video.release()
    return path
