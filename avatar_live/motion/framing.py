"""Tell the host before the camera loses them: which edge of the picture the face leaves, or that it is too near or far.

Sides are the person's own, who sees no picture of the camera: their left is the picture's right.
"""

from dataclasses import dataclass
from typing import Final, Literal

from avatar_live.signals import FaceReading

Leaving = Literal["", "left", "right", "top", "bottom", "near", "far"]

WORDS: Final[dict[Leaving, str]] = {
    "": "",
    "left": "You are leaving the picture on your left: move to your right.",
    "right": "You are leaving the picture on your right: move to your left.",
    "top": "You are leaving the picture at the top: lower yourself or tilt the camera up.",
    "bottom": "You are leaving the picture at the bottom: sit up or tilt the camera down.",
    "near": "You are very close to the camera: move back a little.",
    "far": "You are far from the camera: come closer.",
}
# Shares of the picture. A warning begins where a face is about to be cut off, and ends only where it is well inside, so
# that nobody who sits at a limit sees it flicker.
EDGE_BEGINS, EDGE_ENDS = 0.01, 0.05  # between the face and an edge
NEAR_BEGINS, NEAR_ENDS = 0.80, 0.72  # of the height is face: the chin or the brow leaves with the next nod
FAR_BEGINS, FAR_ENDS = 0.06, 0.075  # of the height: about 3 m, where detectors begin to lose a face
TELL_AFTER_S: Final = 0.4  # who leans through an edge for a moment is not told
FORGET_AFTER_S: Final = 8.0  # of seeing nobody: the host has gone, and knows it


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold the face's distances to the edges and its height, as shares of the picture."""

    distances: dict[Leaving, float]
    height: float


def leaving(face: FaceReading, width_px: int, height_px: int, before: Leaving = "") -> Leaving:
    """Return how the face leaves the picture, if it does; what was told `before` ends later than it began."""
    place = _place(face, max(width_px, 1), max(height_px, 1))
    if place.height > (NEAR_ENDS if before == "near" else NEAR_BEGINS):
        return "near"  # such a face is at every edge at once
    edge, distance = min(place.distances.items(), key=lambda item: item[1])
    if distance < EDGE_BEGINS:
        return edge
    if before in place.distances and place.distances[before] < EDGE_ENDS:
        return before
    return "far" if place.height < (FAR_ENDS if before == "far" else FAR_BEGINS) else ""


class Framing:
    """Follow a face over time; `warning` is the sentence to tell now, empty while all is well."""

    def __init__(self) -> None:
        self.warning = ""
        self._told: Leaving = ""
        self._next: Leaving = ""
        self._since_s = 0.0
        self._seen_s = 0.0

    def see(self, face: FaceReading | None, width_px: int, height_px: int, now_s: float) -> None:
        """Take what the newest picture shows; who left over an edge is told so until they are back or given up."""
        if face is None:
            if now_s - self._seen_s > FORGET_AFTER_S:
                self._tell("", now_s)
            return
        self._seen_s = now_s
        found = leaving(face, width_px, height_px, self._told)
        if found != self._next:
            self._next, self._since_s = found, now_s
        if found != self._told and now_s - self._since_s >= TELL_AFTER_S:
            self._tell(found, now_s)

    def _tell(self, what: Leaving, now_s: float) -> None:
        self._told, self._next, self._since_s = what, what, now_s
        self.warning = WORDS[what]


def _place(face: FaceReading, width_px: int, height_px: int) -> _Place:
    left_px, top_px = (float(low) for low in face.landmarks[:, :2].min(axis=0))
    right_px, bottom_px = (float(high) for high in face.landmarks[:, :2].max(axis=0))
    distances: dict[Leaving, float] = {
        "right": left_px / width_px,
        "left": 1.0 - right_px / width_px,
        "top": top_px / height_px,
        "bottom": 1.0 - bottom_px / height_px,
    }
    return _Place(distances, (bottom_px - top_px) / height_px)
