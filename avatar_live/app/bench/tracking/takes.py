"""What a take costs: its size and the time to pack it, for readings as a camera's tracker gives them."""

import time
from dataclasses import replace
from itertools import groupby
from typing import Final

import numpy as np

from avatar_live.mocap.replay import entry_of
from avatar_live.mocap.take import Entry, block, head
from avatar_live.signals import Readings
from avatar_live.tracking.performance import PERFORMANCE, Performance
from avatar_live.tracking.recorder import BLOCK_S

SECONDS: Final = 20.0
NOISE_PX: Final = 0.3  # the bundled performance is rounded; a tracker's landmarks tremble in all their bits
NOISE_WEIGHT: Final = 0.01


def measure_takes(seconds: float = SECONDS) -> dict[str, float]:
    """Return `take_mb_per_minute` and `take_cpu_percent` of one core for face, body and hands at 30 a second."""
    entries = _tracked(seconds)
    start_s = time.process_time()
    packed = [block(list(part)) for _, part in groupby(entries, key=lambda entry: int(entry.at_s / BLOCK_S))]
    spent_s = time.process_time() - start_s
    size = len(head()) + sum(map(len, packed))
    return {"take_mb_per_minute": size / 1e6 * 60.0 / seconds, "take_cpu_percent": 100.0 * spent_s / seconds}


def _tracked(seconds: float) -> list[Entry]:
    performance, dice = Performance.load(PERFORMANCE), np.random.default_rng(1)
    entries = []
    for frame in range(round(seconds * performance.fps)):
        at_s = frame / performance.fps
        readings = performance.at(frame, at_s)
        entries.append(entry_of(_trembling(readings, dice), at_s))
    return entries


def _trembling(readings: Readings, dice: np.random.Generator) -> Readings:
    """Return the readings with a face as a tracker sees it; body and hands are few numbers beside it."""
    face = readings.face
    if face is None:
        return readings
    landmarks = face.landmarks + dice.normal(0.0, NOISE_PX, face.landmarks.shape).astype(np.float32)
    shapes = face.shapes + dice.normal(0.0, NOISE_WEIGHT, face.shapes.shape).astype(np.float32)
    return replace(readings, face=replace(face, landmarks=landmarks, shapes=shapes))
