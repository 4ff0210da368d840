"""What a game, bot or overlay and the server say to each other on `/api/events`, beside the events themselves.

JSON text frames, one tagged object each. A program that only listens may pass over every type it does not know; one
that asks for something gives its command an `id`, which comes back in the `Answer`. The same commands are taken by
HTTP, at `POST /api/commands`. To add a command: a struct here, in `FromProgram`, and its handler in
`server/commands.py`.
"""

from typing import Annotated, Any, Final, Literal, get_args

import msgspec

from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.effects import EffectStep, Ident, OfferedEffects
from avatar_live.protocol.wire import REASON_CHARACTERS_MAX, Moderate

Scope = Literal["read", "chat", "games", "host", "moderate", "money"]
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

COMMAND_BYTES_MAX: Final = 16_384
COMMAND_ID_CHARACTERS_MAX: Final = 64
KEEPALIVE_S: Final = 10  # after so long without a word a program hears that the line lives

TEST_EVENTS_MAX: Final = 100
TestCount = Annotated[int, msgspec.Meta(ge=1, le=TEST_EVENTS_MAX)]
CommandId = Annotated[str, msgspec.Meta(max_length=COMMAND_ID_CHARACTERS_MAX)]

# --- to the program ----------------------------------------------------------------------------------------------


class ProgramWelcome(msgspec.Struct, frozen=True, tag="welcome"):
    """Begin: the newest event is `seq` of `epoch`, and from `oldest_seq` on all are kept (above `seq` when none
    is). Who hears nothing for twice `keepalive_s` connects again. `types` is the mask, empty for everything."""

    epoch: str
    seq: int
    oldest_seq: int
    keepalive_s: int
    scopes: tuple[Scope, ...]
    types: tuple[str, ...] = ()
    title: str = ""


class Keepalive(msgspec.Struct, frozen=True, tag="keepalive"):
    """Say that the line lives; every event up to `seq` was told here, or is masked."""

    epoch: str
    seq: int


class Missed(msgspec.Struct, frozen=True, tag="missed"):
    """Say, before what is kept is told again, that some events are gone.

    Of the asked epoch some after `since` and before `oldest_seq`: chat and likes first, while gifts, effects and
    the like are kept for longer and told. Of an earlier `epoch` nobody knows how many.
    """

    epoch: str
    since: int
    oldest_seq: int


class Reconnect(msgspec.Struct, frozen=True, tag="reconnect"):
    """Say that the server stops: connect again after `after_s` and resume after `seq` of `epoch`."""

    epoch: str
    seq: int
    after_s: float


class Answer(msgspec.Struct, frozen=True, tag="answer", omit_defaults=True):
    """Answer the command `id`: done, with what was asked for in `data`, or refused for a `reason`."""

    id: str
    ok: bool
    reason: str = ""
    data: Any = None  # JSON, by the command that asked


ToProgram = ProgramWelcome | Keepalive | Missed | Reconnect | Answer


class _Typed(msgspec.Struct, frozen=True):
    type: str


_TYPES: Final = tuple(struct.__struct_config__.tag for struct in ToProgram.__args__)
_typed: Final = msgspec.json.Decoder(_Typed)
_to_program: Final[msgspec.json.Decoder[ToProgram]] = msgspec.json.Decoder(ToProgram)
_event: Final = msgspec.json.Decoder(ApiEvent)


def to_program(data: bytes | str) -> "ApiEvent | ToProgram | None":
    """Return what a program is told; None for what only a newer one knows. Raises msgspec.DecodeError for no message.

    For clients written in Python.
    """
    if _typed.decode(data).type in _TYPES:
        return _to_program.decode(data)
    try:
        return _event.decode(data)
    except msgspec.ValidationError:
        return None


# --- from the program ----------------------------------------------------------------------------------------------


class UseMask(msgspec.Struct, frozen=True, tag="mask"):
    """Hear only events of these types from now on, or everything again (none named)."""

    id: CommandId
    types: tuple[str, ...] = ()


class AskState(msgspec.Struct, frozen=True, tag="state"):
    """Ask how the show does: the answer's `data` has the fields of `RoomState`."""

    id: CommandId


class SayLine(msgspec.Struct, frozen=True, tag="say"):
    """Write a chat line in the program's own name or another; `reply_to` is the number of the line that it answers."""

    id: CommandId
    text: str
    name: str = ""
    reply_to: int = 0


class KeepOrder(Moderate, frozen=True, tag="moderate", kw_only=True):
    """Keep order as a moderator does, see `Moderate`; the audit log names the token."""

    id: CommandId


class SendTest(msgspec.Struct, frozen=True, tag="test"):
    """Send `count` events marked as a test to every program and webhook; `data` sets some of their fields. Nothing
    happens in the room, and no coin moves."""

    id: CommandId
    event: str
    count: TestCount = 1
    data: dict[str, str | int | float | bool] = {}


class OfferEffects(msgspec.Struct, frozen=True, tag="offer_effects"):
    """Sell effects, and no others, from now on: `game` is here while this line is. The answer's `data` has what is paid
    and waits for the game, as `asked`; the contract stands in `effects.py`. The game belongs to the token that offers
    it first, until that ends or the game has been away for long.
    """

    id: CommandId
    game: Ident
    effects: OfferedEffects


class ReportEffect(msgspec.Struct, frozen=True, tag="effect_state"):
    """Say how far a paid effect is; `reason` tells the giver why it failed."""

    id: CommandId
    effect_id: Annotated[str, msgspec.Meta(max_length=COMMAND_ID_CHARACTERS_MAX)]
    state: EffectStep
    reason: Annotated[str, msgspec.Meta(max_length=REASON_CHARACTERS_MAX)] = ""


FromProgram = UseMask | AskState | SayLine | KeepOrder | SendTest | OfferEffects | ReportEffect


class RoomState(msgspec.Struct, frozen=True):
    """How the show does just now."""

    title: str
    is_live: bool
    audience: int
    likes: int
    camp_red: int
    camp_blue: int
    score_red: int
    score_blue: int
    playing: tuple[str, ...]
