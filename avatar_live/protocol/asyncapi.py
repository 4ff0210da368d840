"""Describe the websockets and the data channel as AsyncAPI 3, generated from the types that the program itself uses.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

import inspect
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from avatar_live.protocol import programs, wire
from avatar_live.protocol.api import EVENTS, ApiEvent
from avatar_live.protocol.codec import SUBPROTOCOLS

ASYNCAPI: Final = "3.0.0"
_SCHEMA: Final = "#/components/schemas/{name}"

Document = dict[str, Any]  # JSON


def asyncapi(version: str) -> Document:
    """Return the whole description, ready for JSON."""
    asked, told = wire.FromViewer.__args__, wire.ToViewer.__args__
    wished, answered = programs.FromProgram.__args__, programs.ToProgram.__args__
    everything = (*asked, *told, *wished, *answered, wire.Keys, wire.Pulse)
    happenings = tuple(EVENTS.values())
    _, schemas = msgspec.json.schema_components((*everything, ApiEvent, *happenings), ref_template=_SCHEMA)
    return {
        "asyncapi": ASYNCAPI,
        "info": {
            "title": "avatar_live",
            "version": version,
            "description": "The room of a show: what its viewers, its games and its bots say and are told.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {
            "room": _channel("/ws", _ROOM, (*asked, *told)),
            "events": _channel("/api/events", _EVENTS, (*happenings, *answered, *wished)),
            "input": _channel("input", _INPUT, (wire.Keys,)),
            "pulse": _channel("pulse", _PULSE, (wire.Pulse,)),
        },
        "operations": {
            "hearViewer": _operation("receive", "room", asked, "The server takes what a viewer says."),
            "tellViewer": _operation("send", "room", told, "The server tells a viewer."),
            "tellProgram": _operation("send", "events", (*happenings, *answered), "The server tells games and bots."),
            "hearProgram": _operation("receive", "events", wished, "The server does what games and bots ask for."),
            "steer": _operation("receive", "input", (wire.Keys,), "The server takes a player's keys; the newest win."),
            "live": _operation("receive", "pulse", (wire.Pulse,), "The server lets go of a page that falls silent."),
        },
        "components": {
            "messages": {struct.__name__: _message(struct) for struct in everything}
            | {struct.__name__: _event_message(type, struct) for type, struct in EVENTS.items()},
            "schemas": {name: _without_discriminator(schema) for name, schema in schemas.items()},
        },
    }


def _without_discriminator(schema: Any) -> Any:
    """Leave out OpenAPI's word for the field that tells a union's members apart; each member's own tag says it too."""
    if isinstance(schema, dict):
        return {key: _without_discriminator(value) for key, value in schema.items() if key != "discriminator"}
    return [_without_discriminator(one) for one in schema] if isinstance(schema, list) else schema


def close_codes() -> dict[int, str]:
    """Return the codes with which a line is closed and what they mean, as `wire.py` names them."""
    return {
        value: name.removeprefix("CLOSE_").replace("_", " ").lower()
        for name, value in vars(wire).items()
        if name.startswith("CLOSE_")
    }


_ROOM: Final = (
    "One websocket a page. The first message is `Join`, the first answer `Welcome`. The subprotocol names the form: "
    f"{', '.join(f'`{name}`' for name in SUBPROTOCOLS)}; without one it is JSON. "
    "Close codes 4000 to 4099 may come back, 4100 to 4199 should not without a change: "
    + "; ".join(f"{code} {words}" for code, words in sorted(close_codes().items()))
    + "."
)
_EVENTS: Final = (
    "What happens in the room, and what programs ask of it. The token, the show's own or one that `POST /api/tokens` "
    "made, comes as `Authorization: Bearer` or as `?token=`. The first message is `ProgramWelcome`; "
    "`?since=<seq>&epoch=<epoch>` then tells again what is kept, after `Missed` where some of it is gone; "
    "`?types=gift,chat` leaves out all others. Each command is answered by its `id`; pass over what you do not know."
)
_INPUT: Final = "The data channel of a player's own WebRTC stream, unordered and unreliable."
_PULSE: Final = "A data channel of any WebRTC stream, unordered and unreliable; who never says a word there may do so."


def _channel(address: str, description: str, structs: Iterable[type[msgspec.Struct]]) -> Document:
    return {
        "address": address,
        "description": description,
        "messages": {struct.__name__: {"$ref": f"#/components/messages/{struct.__name__}"} for struct in structs},
    }


def _operation(action: str, channel: str, structs: Iterable[type[msgspec.Struct]], summary: str) -> Document:
    place = f"#/channels/{channel}"
    return {
        "action": action,
        "channel": {"$ref": place},
        "summary": summary,
        "messages": [{"$ref": f"{place}/messages/{struct.__name__}"} for struct in structs],
    }


def _message(struct: type[msgspec.Struct]) -> Document:
    told = {"name": struct.__name__, "payload": {"$ref": _SCHEMA.format(name=struct.__name__)}}
    text = struct.__dict__.get("__doc__")
    return {**told, "summary": " ".join(inspect.cleandoc(text).split())} if text else told


def _event_message(type: str, struct: type[msgspec.Struct]) -> Document:
    """Describe one event: `ApiEvent` around what this type tells."""
    own = {"properties": {"type": {"const": type}, "data": {"$ref": _SCHEMA.format(name=struct.__name__)}}}
    return _message(struct) | {"payload": {"allOf": [{"$ref": _SCHEMA.format(name=ApiEvent.__name__)}, own]}}
