"""What outside games sell in the room, and what they say of each effect that was paid.

A game offers its effects, and hears `effect_asked` for each that somebody paid; `id` names this one paid effect, the
same however often it is asked. The game says `accepted` and does it once that is answered with ok, then says `done`, or
`failed` with the reason; what failed is paid back by itself. Where a game has several lines, `accepted` is answered
with ok on the first of them alone; what a line had that goes is asked again. A game that knows an id already (it
keeps a list over its restarts) does nothing again and says how it went.

    accepted    within ANSWER_S, or the effect has failed
    running     where it takes time: the room counts `seconds`, and it is done after them unless the game says otherwise
    paused      the seconds stand still, at most PAUSE_S_MAX; `resumed` lets them run again
    done        an effect without seconds within OUTCOME_S, or it has failed
    failed      for a reason, which the giver reads

`effect_ended` follows each of them, `done` or `failed`, also where the room decided. A game that goes away finds what
was not done asked again when it is back within RETURN_S; after that it is paid back.
"""

from typing import Annotated, Final, Literal

import msgspec

GAMES_MAX: Final = 4
EFFECTS_MAX: Final = 24  # of one game
EFFECT_NAME_CHARACTERS_MAX: Final = 24
EMOJI_CHARACTERS_MAX: Final = 8
EFFECT_COINS_MAX: Final = 100_000
EFFECT_S_MAX: Final = 600.0
COOLDOWN_S_MAX: Final = 3_600.0
SALES_MAX: Final = 1_000_000
AT_ONCE_MAX: Final = 16

ANSWER_S: Final = 10.0  # from the asking to "accepted"
OUTCOME_S: Final = 60.0  # from "accepted" to "running", or to "done" where there are no seconds
PAUSE_S_MAX: Final = 600.0
RETURN_S: Final = 60.0  # what a game that is away leaves open waits so long
GAME_SILENT_S: Final = 30.0  # a game without a line of its own offers again at least so often

IDENT: Final = "^[a-z0-9_-]{1,24}$"
Ident = Annotated[str, msgspec.Meta(pattern=IDENT)]
EffectStep = Literal["accepted", "running", "paused", "resumed", "done", "failed"]
Hindrance = Literal["away", "off", "sold_out", "cooling"]


class OfferedEffect(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Offer one effect. `seconds` is how long it runs, 0 for what happens at once; `cooldown_s` is the time from one
    sale to the next. Of the `_max`, 0 means without limit; `at_once_max` may run at the same time, others wait.
    """

    id: Ident
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=EFFECT_NAME_CHARACTERS_MAX)]
    emoji: Annotated[str, msgspec.Meta(min_length=1, max_length=EMOJI_CHARACTERS_MAX)]
    price_coins: Annotated[int, msgspec.Meta(ge=1, le=EFFECT_COINS_MAX)]
    seconds: Annotated[float, msgspec.Meta(ge=0.0, le=EFFECT_S_MAX)] = 0.0
    cooldown_s: Annotated[float, msgspec.Meta(ge=0.0, le=COOLDOWN_S_MAX)] = 0.0
    per_show_max: Annotated[int, msgspec.Meta(ge=0, le=SALES_MAX)] = 0
    per_viewer_max: Annotated[int, msgspec.Meta(ge=0, le=SALES_MAX)] = 0
    at_once_max: Annotated[int, msgspec.Meta(ge=1, le=AT_ONCE_MAX)] = 1
    is_available: bool = True


OfferedEffects = Annotated[tuple[OfferedEffect, ...], msgspec.Meta(max_length=EFFECTS_MAX)]


class EffectAskedEvent(msgspec.Struct, frozen=True):
    """Tell a game of a paid effect that waits for it; `name` is the giver's, `seconds` what is left of the running."""

    id: str
    game: str
    effect: str
    name: str
    price_coins: int
    seconds: float


class OfferTaken(msgspec.Struct, frozen=True):
    """Answer an offer: it is on the shelf, and `asked` is what is paid and waits for the game, each to be done once."""

    asked: tuple[EffectAskedEvent, ...]


class Offer(msgspec.Struct, frozen=True):
    """Show an effect beside the gifts; it is given like one, by the `id`, which is game/effect."""

    id: str
    game: str
    name: str
    emoji: str
    price_coins: int
    seconds: float
    cooldown_s: float
    per_show_max: int
    per_viewer_max: int


class OfferState(msgspec.Struct, frozen=True):
    """Say what hinders an offer just now, how many seconds it cools down, and how many are left in this show."""

    id: str
    hindrance: Hindrance | None
    wait_s: int = 0
    left: int | None = None
