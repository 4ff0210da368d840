"""What is told of the broadcast to monitors: nothing of it says who somebody is or where."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ViewerFigures:
    """Say how one viewer does. `number` is drawn by chance for this session; `loss` is 0..1; what a viewer has not
    reported is None, and freezes and delay are 0 of a player that is no page of ours."""

    number: int
    stream: Literal["main", "player"]
    rung: int
    sent_bytes: int
    frames_dropped: int
    estimate_bps: float | None
    loss: float | None
    rtt_s: float | None
    freezes: int
    frozen_s: float
    delay_s: float


@dataclass(frozen=True, slots=True)
class BroadcastFigures:
    """Say how the show's rungs and its viewers do; `rung_bps` is what each rung took in the last second."""

    rung_bps: dict[int, float]
    viewers: tuple[ViewerFigures, ...]
