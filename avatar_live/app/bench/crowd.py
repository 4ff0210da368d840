"""Measure what a crowd of players costs: Python and drawing, CPU time and never the clock on the wall."""

import statistics
import time
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from avatar_live.app.faults import ShowError
from avatar_live.protocol.view import CAMPS, PITCH_HALF_WIDTH, PlayerView
from avatar_live.stage import StageError
from avatar_live.stage.rehearsal import Rehearsal

COUNTS: Final = (1, 16, 100, 256)
_WARM_FRAMES: Final = 5
_FPS: Final = 30.0
_WALK_SPEED: Final = 0.4


def measure_crowd(width_px: int, height_px: int, frames: int, counts: Sequence[int] = COUNTS) -> dict[str, Any]:
    """Return, for each number of bodies, median milliseconds of CPU a frame: `python_ms` of the calling thread to
    place them, `draw_ms` of all threads to draw them, the empty picture's cost taken off.

    Raises ShowError without OpenGL.
    """
    try:
        with Rehearsal(width_px, height_px) as rehearsal:
            _, empty_ms = _costs(rehearsal, 0, frames)
            costs = [(count, *_costs(rehearsal, count, frames)) for count in counts]
    except StageError as error:
        raise ShowError(str(error)) from error
    rows = [
        {"bodies": count, "python_ms": round(python_ms, 3), "draw_ms": round(max(0.0, draw_ms - empty_ms), 2)}
        for count, python_ms, draw_ms in costs
    ]
    return {"size": f"{width_px}x{height_px}", "crowd": rows}


def walking(count: int, now_s: float) -> list[PlayerView]:
    """Return players all over the pitch, every other one walking in a circle."""
    lots = np.random.default_rng(4).random((count, 3))
    players = []
    for k, (across, along, lot) in enumerate(lots.tolist()):
        is_walking = k % 2 == 0
        angle = 2.0 * np.pi * lot + (2.0 * now_s if is_walking else 0.0)
        radius = _WALK_SPEED / 2.0
        x = (2.0 * across - 1.0) * 0.75 + radius * np.cos(angle)
        z = (2.0 * along - 1.0) * PITCH_HALF_WIDTH * 0.4 - radius * np.sin(angle)
        players.append(PlayerView(f"p{k}", f"player {k}", CAMPS[k // 2 % 2], x, z, angle, is_walking))
    return players


def _costs(rehearsal: Rehearsal, count: int, frames: int) -> tuple[float, float]:
    python_ms, draw_ms = [], []
    for frame in range(_WARM_FRAMES + frames):
        now_s = 1_000.0 * count + frame / _FPS
        players = walking(count, now_s)
        began_s = time.thread_time()
        rehearsal.place(players, now_s, {})
        placed_s, spent_s = time.thread_time(), time.process_time()
        rehearsal.draw()
        if frame >= _WARM_FRAMES:
            python_ms.append(1e3 * (placed_s - began_s))
            draw_ms.append(1e3 * (time.process_time() - spent_s))
    return statistics.median(python_ms), statistics.median(draw_ms)
