"""Record a performance with our own tracker, and make it run round without a jump."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from avatar_live import clock
from avatar_live.signals import Readings
from avatar_live.tracking.cameras import open_source
from avatar_live.tracking.models import default_folder, installed
from avatar_live.tracking.performance import FIELDS, PARTS, Performance
from avatar_live.tracking.source import Picture
from avatar_live.tracking.tracker import Seeing, fitted

RECORDED_FPS: Final = 30.0
FADE_S: Final = 0.6
GAP_S_MAX: Final = 0.25  # a part that is missed for no longer than this was there all the time

Values = NDArray[np.float32]


def record(source: str, path: Path, seconds: float, *, models_folder: Path | None = None) -> Performance:
    """Track a camera or video for so long, and save it as a performance that repeats without a jump.

    Raises CameraError or ModelError; ValueError when nobody was seen.
    """
    from avatar_live.tracking.detectors import Detectors

    with Detectors(installed(models_folder or default_folder())) as detectors:
        part = watch(_pictures(source, seconds), detectors)
    performance = joined([part])
    path.parent.mkdir(parents=True, exist_ok=True)
    performance.save(path)
    return performance


def watch(pictures: Iterable[Picture], detectors: Seeing) -> Performance:
    """Look for every part in every picture, and return what was seen at `RECORDED_FPS`.

    Raises ValueError when no picture shows a face.
    """
    frames = []
    for picture in pictures:
        pixels, captured_s = fitted(picture.pixels), picture.captured_s
        height, width, _ = pixels.shape
        face = detectors.face(pixels, captured_s)
        body = detectors.body(pixels, captured_s)
        frames.append(Readings(width, height, captured_s, face, body, *detectors.hands(pixels, captured_s, body)))
    if not any(frame.face for frame in frames):
        raise ValueError("nobody was seen: record with your face in the picture")
    seen_s = np.array([frame.captured_s for frame in frames])
    return _paced(Performance.of(frames, RECORDED_FPS), seen_s)


def joined(parts: Sequence[Performance]) -> Performance:
    """Put performances one after another, each fading into the next and the last into the first."""
    fade = min(round(FADE_S * RECORDED_FPS), *(len(part) // 2 for part in parts))
    share = (np.arange(fade, dtype=np.float32) + 1.0) / (fade + 1.0)
    share = share * share * (3.0 - 2.0 * share)
    pieces = []
    for before, part in zip([parts[-1], *parts[:-1]], parts, strict=True):
        pieces.append(_mixed(_cut(before, slice(len(before) - fade, None)), _cut(part, slice(fade)), share))
        pieces.append(_cut(part, slice(fade, len(part) - fade)))
    tracks = {name: np.concatenate([piece.tracks[name] for piece in pieces]) for name in FIELDS}
    present = {part: np.concatenate([piece.present[part] for piece in pieces]) for part in PARTS}
    return replace(parts[0], tracks=tracks, present=present)


def _cut(performance: Performance, frames: slice) -> Performance:
    return replace(
        performance,
        tracks={name: track[frames] for name, track in performance.tracks.items()},
        present={part: seen[frames] for part, seen in performance.present.items()},
    )


def _mixed(old: Performance, new: Performance, share: Values) -> Performance:
    """Show `share` (n,) of the new beside the old; a part that only one of them has is that one's."""
    present = {part: old.present[part] | new.present[part] for part in PARTS}
    tracks = {}
    for name, field in FIELDS.items():
        was, comes = old.present[field.part], new.present[field.part]
        weights = np.where(was & comes, share, comes).astype(np.float32).reshape(-1, *(1 for _ in field.shape))
        tracks[name] = old.tracks[name] * (1.0 - weights) + new.tracks[name] * weights
    return replace(old, tracks=tracks, present=present)


def _paced(seen: Performance, seen_s: NDArray[np.float64]) -> Performance:
    """Return frames at even steps of `RECORDED_FPS`, each part between the two nearest frames that show it."""
    times_s = np.arange(seen_s[0], seen_s[-1] + 1e-6, 1.0 / RECORDED_FPS)
    tracks: dict[str, Values] = {}
    present: dict[str, NDArray[np.bool_]] = {}
    for part in PARTS:
        at = np.flatnonzero(seen.present[part])
        names = [name for name, field in FIELDS.items() if field.part == part]
        if len(at) < 2:
            present[part] = np.zeros(len(times_s), np.bool_)
            tracks |= {name: np.zeros((len(times_s), *FIELDS[name].shape), np.float32) for name in names}
            continue
        after = np.clip(np.searchsorted(seen_s[at], times_s), 1, len(at) - 1)
        earlier_s, later_s = seen_s[at[after - 1]], seen_s[at[after]]
        share = np.clip((times_s - earlier_s) / (later_s - earlier_s), 0.0, 1.0).astype(np.float32)
        # Missed for a moment, a part was there all the time; missed for longer, it was gone.
        is_inside = (times_s >= seen_s[at[0]] - 1e-6) & (times_s <= seen_s[at[-1]] + 1e-6)
        is_near = np.minimum(np.abs(times_s - earlier_s), np.abs(later_s - times_s)) < 1.0 / RECORDED_FPS
        present[part] = is_inside & ((later_s - earlier_s <= GAP_S_MAX) | is_near)
        for name in names:
            track = seen.tracks[name]
            weights = share.reshape(-1, *(1 for _ in FIELDS[name].shape))
            tracks[name] = track[at[after - 1]] * (1.0 - weights) + track[at[after]] * weights
    return replace(seen, tracks=tracks, present=present)


def _pictures(source: str, seconds: float) -> Iterator[Picture]:
    stop = threading.Event()
    camera = open_source(source)
    try:
        end_s = clock.now_s() + seconds
        while clock.now_s() < end_s:
            picture = camera.read(stop)
            if isinstance(picture, Picture):
                yield picture
    finally:
        camera.close()
