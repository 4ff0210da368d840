"""The life of what takes its turn: effects of outside games, and gifts of our own that last.

    paid -> queued -> asked -> accepted -> running (paused, resumed) -> done, or failed and paid back

A game that goes away, or an engine that dies, puts what it had back to the head of the line, with the seconds that were
left. So does a new life of the room with what the ledger says is neither done nor refunded.
"""

import hashlib
import math
from typing import Final

from msgspec.structs import replace

from avatar_live.protocol.catalogue import GIFTS
from avatar_live.protocol.cues import Banner, GiantHead, React
from avatar_live.protocol.effects import ANSWER_S, GAME_SILENT_S, OUTCOME_S, PAUSE_S_MAX, RETURN_S, EffectAskedEvent
from avatar_live.protocol.wire import REASON_CHARACTERS_MAX, GiftState, GiftUpdate
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import offers
from avatar_live.room.cues import cue, done, without_cue
from avatar_live.room.shelf import STAGE, Game, Turn, game_of
from avatar_live.room.state import Room
from avatar_live.room.text import cleaned

NO_ANSWER: Final = "The game did not answer; your coins are back."
NO_OUTCOME: Final = "The game did not say how it went; your coins are back."
PAUSED_LONG: Final = "The game rested for too long; your coins are back."
GAME_GONE: Final = "The game did not come back; your coins are back."
NOT_SOLD: Final = "The game does not do this any more; your coins are back."
FAILED: Final = "The game could not do it; your coins are back."
WAITS_FOR_GAME: Final = f"The game is away; if it is not back within {RETURN_S:.0f} s, so are your coins."
NOT_YET: Final = "It is not its turn yet: it will be asked."
NOT_RUNNING: Final = "It does not run, so it cannot rest or go on."
OTHER_LINE: Final = "Another line of this game has accepted this effect: leave it to that one."
NOT_ON_ITS_WAY: Final = "No effect of this id is on its way: it is done, or it was paid back."
MOMENT_S: Final = 0.001
_TELLS: Final[dict[str, GiftState]] = {"running": "running", "paused": "paused"}


def begin(room: Room, event: ev.GiftCommitted, now_s: float) -> tuple[Room, fx.Effects]:
    """Put a paid effect in line, and let it have its turn if nothing is before it."""
    game, sold = game_of(event.gift), offers.terms(room, event.gift)
    if game != STAGE and game not in room.shelf.games:  # paid in an earlier life of the room: the game may come back
        room = offers.with_game(room, game, offers.away(Game({}), now_s))
    turn = Turn(
        id=effect_id(event.viewer, event.id),
        viewer=event.viewer,
        name=event.name,
        gift_id=event.id,
        gift=event.gift,
        price_coins=event.price_coins,
        left_s=sold.seconds if sold is not None else 0.0,
    )
    banner: fx.Effects = ()
    if game != STAGE:  # of a gift of our own it comes with the gift
        room, banner = _banner(room, turn, sold.name if sold is not None else event.gift)
    room = offers.sold(room, event.viewer, event.gift, now_s)
    room, started = _start(_with(room, (*room.shelf.turns, turn)), now_s)
    waits = next((one for one in room.shelf.turns if one.id == turn.id and one.phase == "queued"), None)
    return room, (*banner, *started, *(_told(room, waits, now_s) if waits is not None else ()))


def effect_id(viewer: str, gift_id: str) -> str:
    """Return the name of a paid effect for its game: always the same, and nobody's secret."""
    return hashlib.sha256(f"{viewer}/{gift_id}".encode()).hexdigest()[:32]


def standing(room: Room, viewer: str, gift_id: str, now_s: float) -> fx.Effects:
    """Tell a viewer how an own effect stands; nothing when it is not on its way."""
    turn = _find(room, effect_id(viewer, gift_id))
    return () if turn is None else _told(room, turn, now_s)


def own(room: Room, viewer: str, now_s: float) -> fx.Effects:
    """Tell a viewer who comes back how all own effects stand."""
    return tuple(told for turn in room.shelf.turns if turn.viewer == viewer for told in _told(room, turn, now_s))


def asked(room: Room, game: str) -> tuple[EffectAskedEvent, ...]:
    """Return what a game has been asked to do and is not done."""
    return tuple(_asked(turn) for turn in room.shelf.turns if turn.game == game and turn.phase != "queued")


def game_of_effect(room: Room, id: str) -> str:
    """Return the game that does an effect; empty when none of this id is on its way."""
    turn = _find(room, id)
    return "" if turn is None else turn.game


def left_s(turn: Turn, now_s: float) -> float:
    """Return what is left of the running; above 0 until it is done, since 0 means that it takes no time."""
    return max(turn.until_s - now_s, MOMENT_S) if turn.phase == "running" and turn.left_s else turn.left_s


def obstacle_to_report(room: Room, event: ev.EffectReported) -> str:
    """Say why a game cannot report this; empty when it can."""
    turn = _find(room, event.id)
    if turn is None or turn.game == STAGE:
        return NOT_ON_ITS_WAY
    if event.step in ("done", "failed"):
        return ""
    if turn.phase == "queued":
        return NOT_YET
    if event.step == "accepted" and turn.phase != "asked" and turn.line != event.line:
        return OTHER_LINE
    return NOT_RUNNING if event.step in ("paused", "resumed") and turn.phase not in ("running", "paused") else ""


def reported(room: Room, event: ev.EffectReported, now_s: float) -> tuple[Room, fx.Effects]:
    """Take what a game says of an effect; what it has said before changes nothing."""
    turn = _find(room, event.id)
    if turn is None or obstacle_to_report(room, event):
        return room, ()
    game = room.shelf.games.get(turn.game)
    if game is not None and game.is_here:
        room = offers.with_game(room, turn.game, replace(game, heard_s=now_s))
    turn = replace(turn, line=event.line)
    match event.step:
        case "accepted" if turn.phase == "asked":
            return _changed(room, replace(turn, phase="accepted", until_s=now_s + OUTCOME_S)), ()
        case "running" | "resumed" if turn.phase != "running":
            return _run(room, turn, now_s)
        case "paused" if turn.phase == "running":
            turn = replace(turn, phase="paused", left_s=left_s(turn, now_s), until_s=now_s + PAUSE_S_MAX)
            return _changed(room, turn), _told(room, turn, now_s)
        case "done":
            return _next(*_end(room, turn, ""), now_s)
        case "failed":
            return _next(*_end(room, turn, cleaned(event.reason)[:REASON_CHARACTERS_MAX] or FAILED), now_s)
        case _:
            return room, ()


def cue_taken(room: Room, event: ev.CueWasTaken, now_s: float) -> tuple[Room, fx.Effects]:
    """Let a gift of our own run, now that the engine has its cue; one that takes no time is done by that.

    The books call both done: the engine shows it to its end, even if this room dies.
    """
    room, taken = without_cue(room, event)
    if taken is None or not taken.gift_id:
        return room, ()
    turn = _find(room, effect_id(taken.viewer, taken.gift_id))
    if turn is None:
        return room, done(room, taken.viewer, taken.gift_id)
    room, told = _run(room, turn, now_s)
    return room, (fx.Mark(taken.viewer, taken.gift_id, "done"), *told)


def game_came(room: Room, event: ev.GameOffered, now_s: float) -> tuple[Room, fx.Effects]:
    """Take what a game offers; one that was away, or comes on a new line, is asked again for what no line does."""
    before = room.shelf.games.get(event.game)
    room = offers.offer(room, event, now_s)
    if before is None or not before.is_here:
        room = _back_in_line(room, event.game, now_s)
    elif event.is_new_line:
        room = _back_in_line(room, event.game, now_s, of_line="")
    effects: list[fx.Effect] = []
    for turn in room.shelf.turns:
        if turn.game == event.game and turn.phase == "queued" and offers.terms(room, turn.gift) is None:
            room, ended = _end(room, turn, NOT_SOLD)
            effects += ended
    room, started = _start(room, now_s)
    return room, (*effects, *started)


def remembered(room: Room, event: ev.GamesRemembered, now_s: float) -> Room:
    """Keep the names of games that were here in an earlier life of the room until they had time to come back."""
    for game in event.games:
        if game not in room.shelf.games:
            room = offers.with_game(room, game, offers.away(Game({}), now_s))
    return room


def game_left(room: Room, event: ev.GameLeft, now_s: float) -> tuple[Room, fx.Effects]:
    """Let a game go; what it has not done waits for it."""
    room = offers.without_line(room, event.game, now_s)
    game = room.shelf.games.get(event.game)
    if game is None:
        return room, ()
    if not game.is_here:
        return _waiting_for(room, event.game, now_s)
    return _start(_back_in_line(room, event.game, now_s, of_line=event.line), now_s)


def stage_stopped(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Stop what our stage was showing, because the engine died or the host hides; what is left of it is shown later."""
    before = [turn.id for turn in room.shelf.turns if turn.game == STAGE and turn.phase == "running"]
    turns = tuple(_queued(turn, now_s) if turn.id in before else turn for turn in room.shelf.turns)
    room = _with(room, turns)
    return room, tuple(told for turn in turns if turn.id in before for told in _told(room, turn, now_s))


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """End what is over, give back what will not be, and let the next ones have their turn."""
    effects: list[fx.Effect] = []
    for name, game in room.shelf.games.items():
        if game.is_here and not game.lines and now_s - game.heard_s > GAME_SILENT_S:
            room = offers.with_game(room, name, offers.away(game, now_s))
            room, told = _waiting_for(room, name, now_s)
            effects += told
        elif not game.is_here and now_s - game.gone_s > RETURN_S:
            for turn in room.shelf.turns:
                if turn.game == name:
                    room, ended = _end(room, turn, GAME_GONE)
                    effects += ended
            room = offers.with_game(room, name, None)
    for turn in room.shelf.turns:
        if turn.phase != "queued" and now_s >= turn.until_s:
            room, ended = _end(room, turn, _verdict(turn))
            effects += ended
    room, started = _start(room, now_s)
    return room, (*effects, *started)


def _verdict(turn: Turn) -> str:
    """Say why an effect has failed whose phase is over by itself; empty when that makes it done."""
    if turn.phase == "running" and turn.left_s:
        return ""
    return {"asked": NO_ANSWER, "paused": PAUSED_LONG}.get(turn.phase, NO_OUTCOME)


def _start(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Let those have their turn before whom nothing is in the way, first come, first served."""
    if room.order.is_hidden:
        return room, ()  # what was paid waits for the host's return
    busy: dict[str, int] = {}
    for turn in room.shelf.turns:
        busy[turn.gift] = busy.get(turn.gift, 0) + (turn.phase != "queued")
    effects: list[fx.Effect] = []
    for turn in room.shelf.turns:
        sold, game = offers.terms(room, turn.gift), room.shelf.games.get(turn.game)
        is_here = turn.game == STAGE or (game is not None and game.is_here)
        if turn.phase == "queued" and sold is not None and is_here and busy[turn.gift] < sold.at_once_max:
            busy[turn.gift] += 1
            room, asking = _ask(room, replace(turn, left_s=turn.left_s or sold.seconds), now_s)
            effects += asking
    return room, tuple(effects)


def _ask(room: Room, turn: Turn, now_s: float) -> tuple[Room, fx.Effects]:
    if turn.game == STAGE:
        room = _changed(room, replace(turn, phase="asked", until_s=math.inf))  # the next engine is given the cue
        gift = GIFTS[turn.gift]
        wanted = React(gift.move) if gift.move is not None else GiantHead(turn.left_s)
        if turn.left_s < gift.seconds:  # the rest of what another engine began: each engine shows a key once
            return cue(room, wanted, turn.viewer, turn.gift_id, f"{_key(turn)}/{turn.left_s:.3f}")
        room, banner = _banner(room, turn, gift.name)
        room, shown = cue(room, wanted, turn.viewer, turn.gift_id, _key(turn))
        return room, (*banner, *shown)
    turn = replace(turn, phase="asked", until_s=now_s + ANSWER_S)
    told = _asked(turn)
    report = {name: getattr(told, name) for name in told.__struct_fields__}
    return _changed(room, turn), (fx.Report("effect_asked", report),)


def _banner(room: Room, turn: Turn, name: str) -> tuple[Room, fx.Effects]:
    return cue(room, Banner(f"{turn.name}: {name}", turn.gift, turn.name), key=f"{_key(turn)}/banner")


def _asked(turn: Turn) -> EffectAskedEvent:
    game, _, effect = turn.gift.partition("/")
    return EffectAskedEvent(turn.id, game, effect, turn.name, turn.price_coins, round(turn.left_s, 3))


def _run(room: Room, turn: Turn, now_s: float) -> tuple[Room, fx.Effects]:
    turn = replace(turn, phase="running", until_s=now_s + (turn.left_s or OUTCOME_S))
    return _changed(room, turn), _told(room, turn, now_s)


def _end(room: Room, turn: Turn, reason: str) -> tuple[Room, fx.Effects]:
    """End a turn: done, or failed for a reason and paid back."""
    room = _with(room, tuple(other for other in room.shelf.turns if other.id != turn.id))
    effects: list[fx.Effect] = []
    if turn.game != STAGE:
        game, _, effect = turn.gift.partition("/")
        state = "failed" if reason else "done"
        report = {"id": turn.id, "game": game, "effect": effect, "state": state, "reason": reason}
        effects.append(fx.Report("effect_ended", report))
    if reason:
        room = offers.count(room, turn.viewer, turn.gift, -1)
        effects += _tell(room, turn, "failed", reason)
        effects.append(fx.Refund(turn.viewer, turn.gift_id, reason))
    elif turn.game == STAGE:
        effects += _tell(room, turn, "done", "")
    else:
        effects += done(room, turn.viewer, turn.gift_id)
    return room, tuple(effects)


def _next(room: Room, effects: fx.Effects, now_s: float) -> tuple[Room, fx.Effects]:
    """Let those have their turn who waited for what has ended."""
    room, started = _start(room, now_s)
    return room, (*effects, *started)


def _waiting_for(room: Room, game: str, now_s: float) -> tuple[Room, fx.Effects]:
    room = _back_in_line(room, game, now_s)
    return room, tuple(told for turn in room.shelf.turns if turn.game == game for told in _told(room, turn, now_s))


def _back_in_line(room: Room, game: str, now_s: float, of_line: str | None = None) -> Room:
    """Let a game's effects wait again; all of them, or those that one of its lines has (empty for none)."""
    turns = room.shelf.turns
    again = {turn.id for turn in turns if turn.game == game and of_line in (None, turn.line)}
    return _with(room, tuple(_queued(turn, now_s) if turn.id in again else turn for turn in turns))


def _queued(turn: Turn, now_s: float) -> Turn:
    """Return a turn that has to be had again, for what was left of it."""
    return replace(turn, phase="queued", left_s=left_s(turn, now_s), until_s=0.0, line="")


def _told(room: Room, turn: Turn, now_s: float) -> fx.Effects:
    game = room.shelf.games.get(turn.game)
    reason = WAITS_FOR_GAME if game is not None and not game.is_here else ""
    state = _TELLS.get(turn.phase, "queued")
    return _tell(room, turn, state, reason, 0.0 if state == "queued" else round(left_s(turn, now_s), 1))


def _tell(room: Room, turn: Turn, state: GiftState, reason: str, seconds: float = 0.0) -> fx.Effects:
    viewer = room.viewers.get(turn.viewer)
    if viewer is None:
        return ()
    return (fx.Tell(turn.viewer, GiftUpdate(turn.gift_id, state, viewer.balance_coins, reason, seconds, turn.gift)),)


def _key(turn: Turn) -> str:
    return f"{turn.viewer}/{turn.gift_id}"


def _find(room: Room, id: str) -> Turn | None:
    return next((turn for turn in room.shelf.turns if turn.id == id), None)


def _changed(room: Room, turn: Turn) -> Room:
    return _with(room, tuple(turn if other.id == turn.id else other for other in room.shelf.turns))


def _with(room: Room, turns: tuple[Turn, ...]) -> Room:
    return replace(room, shelf=replace(room.shelf, turns=turns))
