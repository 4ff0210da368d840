"""How often the hands of filmed people are found by the looks that a camera at its own pace leaves time for.

The people stand 2-3 m away and sign; every clip begins and ends with the hands down, partly outside the picture. Shares
are of the pictures in which a person sees a hand; those of all pictures stand beside them. Looks are timed in this
process's CPU time, so that other work on the machine changes nothing.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np

from avatar_live.tracking.costs import Costs
from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.film import pictures_of
from avatar_live.tracking.models import Models
from avatar_live.tracking.tracker import Tracker

CLIPS: Final = "asl_*.mkv"
FRESH_S: Final = 0.25  # an older hand has dropped out of an arm's smoothing, whatever still shows it
# Pictures of a clip in which nobody sees a hand, from and to (both included): written down by eye, and the colour of
# skin below the shoulders says the same (`tests/tracking/test_footage_hands.py`). The other clips always show one.
HANDLESS: Final[Mapping[str, tuple[tuple[int, int], ...]]] = {"asl_sister": ((0, 15), (80, 86))}
PHASES: Final = 3  # a clip of 2 s is too short for one run: each starts a picture later, so looks meet other pictures


@dataclass(frozen=True, slots=True)
class HandsFound:
    """Hold shares of a clip's pictures: at least one hand and both where there are any, at least one in all pictures,
    the face; and the looks a second for hands."""

    one: float
    both: float
    one_of_all: float
    face: float
    looks_hz: float


def measure_hands(models: Models, footage: Path) -> dict[str, float]:
    """Return `hands_found_min`, `both_hands_found_min` and, of all pictures, `hands_found_of_all_min` over the clips of
    a folder, and each clip's shares."""
    figures: dict[str, float] = {}
    rows = {path.stem: _mean([hands_found(models, path, skip) for skip in range(PHASES)]) for path in _clips(footage)}
    figures["hands_found_min"] = min(row.one for row in rows.values())
    figures["both_hands_found_min"] = min(row.both for row in rows.values())
    figures["hands_found_of_all_min"] = min(row.one_of_all for row in rows.values())
    for name, row in rows.items():
        figures[f"{name}_hands_found"] = row.one
        figures[f"{name}_hands_found_of_all"] = row.one_of_all
        figures[f"{name}_both_hands_found"] = row.both
        figures[f"{name}_face_found"] = row.face
        figures[f"{name}_hand_looks_hz"] = row.looks_hz
    return figures


def hands_found(models: Models, path: Path, skip: int = 0) -> HandsFound:
    """Return what the default mix finds in one clip at the clip's own times, from its picture `skip` on."""
    one = both = one_of_all = face = shown = pictures = 0
    costs, captured_s = Costs(), 0.0
    first_s: float | None = None
    with Detectors(models) as detectors:
        tracker = Tracker(detectors, costs, time.process_time, time.process_time)
        for number, picture in islice(enumerate(pictures_of(path)), skip, None):
            *_, readings = tracker.readings(picture)
            captured_s = picture.captured_s
            first_s = captured_s if first_s is None else first_s
            fresh = [
                hand is not None and captured_s - hand.captured_s <= FRESH_S
                for hand in (readings.left_hand, readings.right_hand)
            ]
            is_shown = shows_hands(path.stem, number)
            shown += is_shown
            one += is_shown and any(fresh)
            both += is_shown and all(fresh)
            one_of_all += any(fresh)
            face += readings.face is not None
            pictures += 1
    assert first_s is not None, f"{path} is too short"
    looks_hz = costs.calls["hands"] / max(captured_s - first_s, 1e-3)
    return HandsFound(one / shown, both / shown, one_of_all / pictures, face / pictures, looks_hz)


def shows_hands(clip: str, number: int) -> bool:
    """Tell whether a hand is to be seen in a clip's picture."""
    return not any(first <= number <= last for first, last in HANDLESS.get(clip, ()))


def _clips(footage: Path) -> list[Path]:
    return sorted(footage.glob(CLIPS))


def _mean(rows: Sequence[HandsFound]) -> HandsFound:
    return HandsFound(*(float(value) for value in np.mean([astuple(row) for row in rows], axis=0)))
