"""What the event API tells a game or bot: one JSON object a websocket text frame, in the order of `seq`."""

import msgspec


class ApiEvent(msgspec.Struct, frozen=True):
    """Tell of one thing that happened in the room.

    `type` is one of `EVENT_TYPES`; `at` is seconds since the Unix epoch; `data` depends on the type and is described
    in the README ("Event API").
    """

    epoch: str
    seq: int
    type: str
    at: float
    data: dict[str, str | int | float | bool]


EVENT_TYPES = (
    "viewer_joined",
    "viewer_left",
    "chat",
    "like",
    "gift",
    "camp",
    "goal",
    "play_started",
    "play_ended",
    "refund",
)
