"""From a take's entries back to senses and, frame by frame, to the poses that they made."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count

from avatar_live.mocap.take import Entry
from avatar_live.motion import Solver
from avatar_live.signals import (
    GivenPose,
    Pose,
    Readings,
    VoiceReading,
    given_from_bytes,
    given_to_bytes,
    readings_from_bytes,
    readings_to_bytes,
    voice_from_bytes,
    voice_to_bytes,
)

Sense = Readings | VoiceReading | GivenPose


def entry_of(sense: Sense, at_s: float) -> Entry:
    """Return what a sense says at a moment as an entry."""
    match sense:
        case Readings():
            return Entry("readings", at_s, readings_to_bytes(sense))
        case VoiceReading():
            return Entry("voice", at_s, voice_to_bytes(sense))
        case GivenPose():
            return Entry("given", at_s, given_to_bytes(sense))


def sense_of(entry: Entry) -> Sense:
    """Return what an entry says."""
    match entry.kind:
        case "readings":
            return readings_from_bytes(entry.data)
        case "voice":
            return voice_from_bytes(entry.data)
        case "given":
            return given_from_bytes(entry.data)


def replay(entries: Iterable[Entry]) -> Iterator[tuple[float, Sense]]:
    """Yield what the senses said, each with its moment."""
    return ((entry.at_s, sense_of(entry)) for entry in entries)


def later(sense: Sense, by_s: float) -> Sense:
    """Return the same as if it had been captured so much later; nothing else changes."""
    if isinstance(sense, Readings):
        face, body, left, right = sense.face, sense.body, sense.left_hand, sense.right_hand
        return replace(
            sense,
            captured_s=sense.captured_s + by_s,
            face=None if face is None else replace(face, captured_s=face.captured_s + by_s),
            body=None if body is None else replace(body, captured_s=body.captured_s + by_s),
            left_hand=None if left is None else replace(left, captured_s=left.captured_s + by_s),
            right_hand=None if right is None else replace(right, captured_s=right.captured_s + by_s),
        )
    return replace(sense, captured_s=sense.captured_s + by_s)


def poses(entries: Iterable[Entry], solver: Solver, frames: Iterable[tuple[float, float]]) -> Iterator[Pose]:
    """Yield the pose of each frame, (`now_s`, `dt_s`), from what was said until then.

    With the frames of a live run and a solver like its own, these are its poses to the bit.
    """
    heard = _Heard(entries)
    for now_s, dt_s in frames:
        heard.listen(now_s)
        yield heard.solved(solver, now_s, dt_s)


def performed(entries: Iterable[Entry], solver: Solver, fps: float) -> Iterator[Pose]:
    """Yield the poses of a take from its first word to its last, so many a second."""
    heard = _Heard(entries)
    start_s = heard.next_s
    if start_s is None:
        return
    for frame in count():
        now_s = start_s + frame / fps
        heard.listen(now_s)
        yield heard.solved(solver, now_s, 1.0 / fps)
        if heard.next_s is None:
            return


class _Heard:
    """Keep the newest of every sense; `next_s` is when the next word comes, None after the last."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._said = replay(entries)
        self._coming = next(self._said, None)
        self._readings: Readings | None = None
        self._voice: VoiceReading | None = None
        self._given: GivenPose | None = None

    @property
    def next_s(self) -> float | None:
        return None if self._coming is None else self._coming[0]

    def listen(self, until_s: float) -> None:
        while self._coming is not None and self._coming[0] <= until_s:
            match self._coming[1]:
                case Readings() as readings:
                    self._readings = readings
                case VoiceReading() as voice:
                    self._voice = voice
                case GivenPose() as given:
                    self._given = given
            self._coming = next(self._said, None)

    def solved(self, solver: Solver, now_s: float, dt_s: float) -> Pose:
        return solver.solve(self._readings, now_s, dt_s, self._voice, self._given)
