"""The catalogue beyond the plain gifts: outside games come, offer and go; limits are kept before anything is paid."""

import math
import re
from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.protocol.catalogue import CATALOGUE
from avatar_live.protocol.effects import EFFECTS_MAX, GAMES_MAX, IDENT, Hindrance, Offer, OfferedEffect, OfferState
from avatar_live.room import events as ev
from avatar_live.room.shelf import STAGE, TURNS_MAX, TURNS_OF_ONE_MAX, Game, Shelf, game_of
from avatar_live.room.state import Room
from avatar_live.room.text import cleaned

TOO_MANY_GAMES: Final = f"{GAMES_MAX} games sell effects here already; one of them has to leave first."
NO_IDENT: Final = "Games and effects are named by 1 to 24 of a-z, 0-9, '-' and '_'."
NO_GAME: Final = "The game of this effect is away just now, so it was not paid; try again in a minute."
OFF: Final = "This cannot be had just now, so it was not paid; the game will say when."
SOLD_OUT: Final = "It is sold out for this show, so it was not paid."
HAD: Final = "You had yours in this show, so it was not paid."
LINE_LONG: Final = "Too many wait for this already, so it was not paid; try again in a minute."

_IDENT: Final = re.compile(IDENT)

# Gifts of our own that take their time: one after the other, so that each giver gets all of it.
_TIMED: Final[Mapping[str, OfferedEffect]] = {
    gift.id: OfferedEffect(gift.id, gift.name, gift.emoji, gift.price_coins, gift.seconds, gift.seconds)
    for gift in CATALOGUE
    if gift.seconds > 0.0
}


def terms(room: Room, gift: str) -> OfferedEffect | None:
    """Return on which terms something is sold that is no plain gift."""
    game = room.shelf.games.get(game_of(gift))
    return _TIMED.get(gift) if game is None else game.effects.get(gift)


def obstacle_to_offer(room: Room, game: str, effects: tuple[OfferedEffect, ...]) -> str:
    """Say why a game cannot sell these; empty when it can."""
    if not all(_IDENT.fullmatch(name) for name in (game, *(effect.id for effect in effects))):
        return NO_IDENT
    if len(effects) > EFFECTS_MAX:
        return f"A game sells up to {EFFECTS_MAX} effects; these are {len(effects)}."
    if game not in room.shelf.games and len(room.shelf.games) >= GAMES_MAX:
        return TOO_MANY_GAMES
    if len({effect.id for effect in effects}) < len(effects):
        return "Two effects have one id; give each its own."
    blank = next((effect.id for effect in effects if not cleaned(effect.name) or not cleaned(effect.emoji)), None)
    return f'The name or the emoji of "{blank}" has nothing that one can see.' if blank is not None else ""


def offer(room: Room, event: ev.GameOffered, now_s: float) -> Room:
    """Put what a game sells on the shelf, in the place of what it sold before."""
    effects = {
        f"{event.game}/{effect.id}": msgspec.structs.replace(
            effect, name=cleaned(effect.name), emoji=cleaned(effect.emoji)
        )
        for effect in event.effects
    }
    before = room.shelf.games.get(event.game)
    lines = (before.lines if before is not None else 0) + event.is_new_line
    return with_game(room, event.game, Game(effects, lines, heard_s=now_s))


def without_line(room: Room, name: str, now_s: float) -> Room:
    """Let one line of a game go; with its last the game is away."""
    game = room.shelf.games.get(name)
    if game is None:
        return room
    lines = max(game.lines - 1, 0)
    return with_game(room, name, replace(game, lines=lines) if lines else away(game, now_s))


def away(game: Game, now_s: float) -> Game:
    """Return a game that is away from now on."""
    return replace(game, lines=0, is_here=False, gone_s=now_s)


def obstacle(room: Room, viewer: str, gift: str, now_s: float) -> str:
    """Say why a viewer cannot have this just now; empty when there is nothing in the way."""
    sold, game = terms(room, gift), room.shelf.games.get(game_of(gift))
    if sold is None:
        return ""
    if game is not None and not game.is_here:
        return NO_GAME
    if not sold.is_available:
        return OFF
    if _left(room.shelf, gift, sold) == 0:
        return SOLD_OUT
    promised = sum(one == gift and by == viewer for (by, _), one in room.shelf.promised.items())
    if sold.per_viewer_max and (room.shelf.had.get(_owner(viewer, gift)) or 0) + promised >= sold.per_viewer_max:
        return HAD
    wait_s = _wait_s(room.shelf, gift, sold, now_s)
    if wait_s:
        return f"{sold.name} cools down for {wait_s} s more, so it was not paid."
    waiting = sum(turn.gift == gift for turn in room.shelf.turns)
    return LINE_LONG if waiting >= TURNS_OF_ONE_MAX or len(room.shelf.turns) >= TURNS_MAX else ""


def promise(room: Room, viewer: str, id: str, gift: str) -> Room:
    """Keep one for who asked, until the ledger has answered, where there are only so many or so often."""
    sold = terms(room, gift)
    if sold is None or not (sold.cooldown_s or sold.per_show_max or sold.per_viewer_max):
        return room
    return _with(room, replace(room.shelf, promised={**room.shelf.promised, (viewer, id): gift}))


def release(room: Room, viewer: str, id: str) -> Room:
    """Keep it no longer: the ledger has answered."""
    if (viewer, id) not in room.shelf.promised:
        return room
    promised = {key: gift for key, gift in room.shelf.promised.items() if key != (viewer, id)}
    return _with(room, replace(room.shelf, promised=promised))


def sold(room: Room, viewer: str, gift: str, now_s: float) -> Room:
    """Count one that was paid; from now on it cools down."""
    room = count(room, viewer, gift, 1)
    return _with(room, replace(room.shelf, sold_s={**room.shelf.sold_s, gift: now_s}))


def count(room: Room, viewer: str, gift: str, change: int) -> Room:
    """Count how many were paid (or, below zero, given back) in this show."""
    if game_of(gift) == STAGE:
        return room  # nothing of our own is limited
    shelf, owner = room.shelf, _owner(viewer, gift)
    sold = {**shelf.sold, gift: shelf.sold.get(gift, 0) + change}
    return _with(room, replace(shelf, sold=sold, had=shelf.had.with_entry(owner, (shelf.had.get(owner) or 0) + change)))


def counted(room: Room, event: ev.SalesCounted) -> Room:
    """Go on with what the ledger says was sold before this life of the room."""
    for sale in event.sales:
        room = count(room, sale.viewer, sale.gift, sale.count)
        last_s = max(sale.at_s, room.shelf.sold_s.get(sale.gift, sale.at_s))
        room = _with(room, replace(room.shelf, sold_s={**room.shelf.sold_s, sale.gift: last_s}))
    return room


def offers(room: Room) -> tuple[Offer, ...]:
    """Return what the pages show beside the gifts."""
    return tuple(
        Offer(
            key,
            name,
            one.name,
            one.emoji,
            one.price_coins,
            one.seconds,
            one.cooldown_s,
            one.per_show_max,
            one.per_viewer_max,
        )
        for name, game in room.shelf.games.items()
        for key, one in game.effects.items()
    )


def states(room: Room, now_s: float) -> tuple[OfferState, ...]:
    """Return what is to be said of offers just now; nothing is, of most."""
    told = [_state(room, gift, one, True, now_s) for gift, one in _TIMED.items()]
    for game in room.shelf.games.values():
        told += [_state(room, gift, one, game.is_here, now_s) for gift, one in game.effects.items()]
    return tuple(one for one in told if one.hindrance is not None or one.left is not None)


def with_game(room: Room, name: str, game: Game | None) -> Room:
    """Return a room that knows a game so, or not at all."""
    games = {other: known for other, known in room.shelf.games.items() if other != name or game is not None}
    return _with(room, replace(room.shelf, games={**games, name: game} if game is not None else games))


def _state(room: Room, gift: str, sold: OfferedEffect, is_here: bool, now_s: float) -> OfferState:
    left, wait_s = _left(room.shelf, gift, sold), _wait_s(room.shelf, gift, sold, now_s)
    hindrance: Hindrance | None = "cooling" if wait_s else None
    if left == 0:
        hindrance = "sold_out"
    if not sold.is_available:
        hindrance = "off"
    if not is_here:
        hindrance = "away"
    return OfferState(gift, hindrance, wait_s, left)


def _left(shelf: Shelf, gift: str, sold: OfferedEffect) -> int | None:
    if not sold.per_show_max:
        return None
    promised = sum(one == gift for one in shelf.promised.values())
    return max(sold.per_show_max - shelf.sold.get(gift, 0) - promised, 0)


def _wait_s(shelf: Shelf, gift: str, sold: OfferedEffect, now_s: float) -> int:
    """Return the whole seconds for which it cools down; what the ledger is asked about is as good as sold."""
    if sold.cooldown_s and gift in shelf.promised.values():
        return math.ceil(sold.cooldown_s)
    if not sold.cooldown_s or gift not in shelf.sold_s:
        return 0
    return max(math.ceil(shelf.sold_s[gift] + sold.cooldown_s - now_s), 0)


def _owner(viewer: str, gift: str) -> str:
    return f"{viewer} {gift}"


def _with(room: Room, shelf: Shelf) -> Room:
    return replace(room, shelf=shelf)
