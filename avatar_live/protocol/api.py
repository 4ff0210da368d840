"""What the event API tells a game or bot: one JSON object a websocket text frame, in the order of `seq`."""

from typing import Final

import msgspec


class ApiEvent(msgspec.Struct, frozen=True):
    """Tell of one thing that happened in the room.

    `type` is one of `EVENT_TYPES`, `data` has its `EVENT_FIELDS`; `at` is seconds since the Unix epoch. `epoch` names
    one life of the server's room, within which `seq` counts without gaps.
    """

    epoch: str
    seq: int
    type: str
    at: float
    data: dict[str, str | int | float | bool]


EVENT_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "viewer_joined": ("name", "audience"),
    "viewer_left": ("name", "audience"),
    "chat": ("name", "text"),
    "like": ("count", "total"),  # once a tick for everybody together
    "gift": ("id", "name", "gift", "price_coins"),  # committed: the coins are paid
    "camp": ("name", "camp"),
    "goal": ("camp", "red", "blue"),  # who scored, and the score after it
    "play_started": ("player", "name", "camp"),
    "play_ended": ("player", "name", "reason"),
    "refund": ("id", "reason"),  # the gift of this id was paid back
}
EVENT_TYPES: Final = tuple(EVENT_FIELDS)
