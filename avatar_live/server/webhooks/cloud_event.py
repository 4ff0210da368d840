"""An event as CloudEvents 1.0 in the structured mode: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md

`platform` and `test` are extensions of ours, `sequence` is CloudEvents' own (a string that grows with `seq`).
"""

import datetime
from typing import Final

import msgspec

from avatar_live.protocol.api import ApiEvent

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
TYPE_PREFIX: Final = "avatar-live."
SOURCE_PREFIX: Final = "/avatar-live/"
SEQUENCE_DIGITS: Final = 16


class CloudEvent(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One event; `id` is the same however often it is posted, and `source` names the room."""

    specversion: str
    id: str
    source: str
    type: str
    time: str
    datacontenttype: str
    sequence: str
    data: dict[str, str | int | float | bool]
    platform: str = ""
    test: bool = False


def cloud_event(event: ApiEvent, room: str) -> CloudEvent:
    """Return an event of a room as it is posted."""
    return CloudEvent(
        specversion="1.0",
        id=f"{event.epoch}-{event.seq}",
        source=f"{SOURCE_PREFIX}{room}",
        type=f"{TYPE_PREFIX}{event.type}",
        time=datetime.datetime.fromtimestamp(event.at, datetime.UTC).isoformat(),
        datacontenttype="application/json",
        sequence=f"{event.seq:0{SEQUENCE_DIGITS}}",
        data=event.data,
        platform=event.source,
        test=event.test,
    )
