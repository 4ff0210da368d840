"""Write the wire as TypeScript types, so that neither the viewer's page nor the SDK can speak another protocol.

`python -m avatar_live.protocol.typescript` writes `web/src/protocol.ts` and `web/sdk/protocol.ts`; a test fails when
one of them is stale.
"""

import inspect
import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Final

import msgspec
from msgspec import inspect as msgspec_inspect

from avatar_live.protocol import api, catalogue, cues, effects, emotes, programs, together, view, wire

WEB: Final = Path(__file__).resolve().parents[2] / "web"
PAGE_TYPES: Final = WEB / "src" / "protocol.ts"
SDK_TYPES: Final = WEB / "sdk" / "protocol.ts"

ALIASES: Final[dict[str, object]] = {
    "Reaction": catalogue.Reaction,
    "Move": cues.Move,
    "Camp": view.Camp,
    "GiftState": wire.GiftState,
    "PushState": wire.PushState,
    "Hindrance": effects.Hindrance,
    "Deed": wire.Deed,
    "Badge": wire.Badge,
    "GoalKind": together.GoalKind,
    "Prize": together.Prize,
    "BoardKind": together.BoardKind,
    "HoldMode": wire.HoldMode,
    "HoldEnd": wire.HoldEnd,
    "HoldReason": wire.HoldReason,
    "Rest": wire.Rest,
    "FromViewer": wire.FromViewer,
    "ToViewer": wire.ToViewer,
}

SDK_UNIONS: Final[dict[str, object]] = {"FromProgram": programs.FromProgram, "ToProgram": programs.ToProgram}

HEADER: Final = """\
// What the viewer's page and the server say to each other.
// Written by `python -m avatar_live.protocol.typescript` from avatar_live/protocol; change it there.
"""

SDK_HEADER: Final = """\
// What the room tells games, bots and overlays, and what they may ask of it.
// Written by `python -m avatar_live.protocol.typescript` from avatar_live/protocol; change it there.
"""


def typescript() -> str:
    """Return the whole of `web/src/protocol.ts`: constants, aliases, one interface per struct, the two unions."""
    asked = (*wire.FromViewer.__args__, wire.Keys, wire.Pulse)
    parts_of_told = (emotes.Emote, together.GoalBar, together.Place, effects.Offer, effects.OfferState)
    told = (*wire.ToViewer.__args__, catalogue.Gift, *parts_of_told)
    parts = [HEADER, _constants(catalogue), _constants(together), _constants(wire)]
    parts += [f"export type {name} = {_alias(alias)};\n" for name, alias in ALIASES.items()]
    parts += [interface(struct, defaults_may_be_left_out=True) for struct in asked]
    parts += [interface(struct, defaults_may_be_left_out=False) for struct in told]
    return "\n".join(parts)


def sdk_typescript() -> str:
    """Return the whole of `web/sdk/protocol.ts`: each event's data, all of them by type, commands and answers."""
    asked, told = programs.FromProgram.__args__, programs.ToProgram.__args__
    happenings = tuple(api.EVENTS.values())
    parts = [interface(struct, defaults_may_be_left_out=True) for struct in _with_parts(asked)]
    parts += [
        interface(struct, defaults_may_be_left_out=struct.__struct_config__.omit_defaults)
        for struct in _with_parts((*told, programs.RoomState, effects.OfferTaken, *happenings))
    ]
    parts.append(
        "/** What `data` holds, by the type of the event. */\nexport interface EventData {\n"
        + "".join(f"  readonly {type}: {struct.__name__};\n" for type, struct in api.EVENTS.items())
        + "}\n"
    )
    parts += [f"export type {name} = {_alias(union)};\n" for name, union in SDK_UNIONS.items()]
    used = set(re.findall(r"\w+", " ".join(parts)))
    aliases = [f"export type {name} = {_alias(alias)};\n" for name, alias in ALIASES.items() if name in used]
    return "\n".join([SDK_HEADER, *aliases, *parts])


def _with_parts(structs: Iterable[type[msgspec.Struct]]) -> tuple[type[msgspec.Struct], ...]:
    """Return the structs and those that they hold, each once."""
    found: dict[type[msgspec.Struct], None] = {}

    def look_into(kind: msgspec_inspect.Type) -> None:
        match kind:
            case msgspec_inspect.StructType(cls=struct, fields=fields) if struct not in found:
                found[struct] = None
                for field in fields:
                    look_into(field.type)
            case msgspec_inspect.VarTupleType(item_type=item):
                look_into(item)
            case msgspec_inspect.UnionType(types=types):
                for member in types:
                    look_into(member)

    for struct in structs:
        look_into(msgspec_inspect.type_info(struct))
    return tuple(found)


def _constants(module: ModuleType) -> str:
    numbers = {
        name: value
        for name, value in vars(module).items()
        if name.isupper() and isinstance(value, int | float) and not isinstance(value, bool)
    }
    return "".join(f"export const {name} = {value};\n" for name, value in numbers.items())


def _alias(alias: object) -> str:
    members = msgspec_inspect.type_info(alias)
    if isinstance(members, msgspec_inspect.LiteralType):
        return " | ".join(f'"{value}"' for value in members.values)
    assert isinstance(members, msgspec_inspect.UnionType)
    return " | ".join(_type(member) for member in members.types)


def interface(struct: type[msgspec.Struct], *, defaults_may_be_left_out: bool) -> str:
    """Return one struct as an interface. Raises TypeError for a field that has no TypeScript here."""
    info = msgspec_inspect.type_info(struct)
    assert isinstance(info, msgspec_inspect.StructType)
    lines = [f"export interface {struct.__name__} {{"]
    if info.tag is not None:
        lines.append(f'  readonly {info.tag_field}: "{info.tag}";')
    for field in info.fields:
        optional = "?" if defaults_may_be_left_out and not field.required else ""
        lines.append(f"  readonly {field.encode_name}{optional}: {_type(field.type)};")
    return _comment(struct) + "\n".join(lines) + "\n}\n"


def _comment(struct: type[msgspec.Struct]) -> str:
    text = struct.__dict__.get("__doc__")
    return f"/** {' '.join(inspect.cleandoc(text).split())} */\n" if text else ""


def _type(kind: msgspec_inspect.Type) -> str:
    match kind:
        case msgspec_inspect.StrType():
            return "string"
        case msgspec_inspect.IntType() | msgspec_inspect.FloatType():
            return "number"
        case msgspec_inspect.BoolType():
            return "boolean"
        case msgspec_inspect.NoneType():
            return "null"
        case msgspec_inspect.LiteralType():
            named = (name for name, alias in ALIASES.items() if msgspec_inspect.type_info(alias) == kind)
            return next(named, None) or " | ".join(f'"{value}"' for value in kind.values)
        case msgspec_inspect.AnyType():
            return "unknown"
        case msgspec_inspect.StructType(cls=struct):
            return struct.__name__
        case msgspec_inspect.VarTupleType(item_type=item):
            inner = _type(item)
            return f"readonly ({inner})[]" if " " in inner else f"readonly {inner}[]"
        case msgspec_inspect.DictType(value_type=value):
            return f"Readonly<Record<string, {_type(value)}>>"
        case msgspec_inspect.UnionType(types=types):
            return " | ".join(dict.fromkeys(_type(member) for member in types))  # numbers are of one kind there
        case msgspec_inspect.DictType(key_type=key, value_type=value):
            return f"Readonly<Record<{_type(key)}, {_type(value)}>>"
        case _:
            raise TypeError(f"protocol/typescript.py has no TypeScript for {kind}; add a case")


def main() -> None:
    """Write the page's types and the SDK's."""
    PAGE_TYPES.write_text(typescript(), encoding="utf-8", newline="\n")
    SDK_TYPES.write_text(sdk_typescript(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
