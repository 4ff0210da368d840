"""Lotteries: viewers enter by a word or by likes, and winners are drawn so that anybody can check it.

A seed is drawn before the first viewer enters, and its SHA-256 (the commitment) told; each entry has a tag of its own.
At the end the seed is told: the winners are those whose SHA-256 of `seed:tag` is smallest.
"""

import hashlib
import heapq
from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.protocol.together import (
    LOTTERY_COINS_MAX,
    LOTTERY_LIKES_MAX,
    LOTTERY_SECONDS_MAX,
    LOTTERY_SECONDS_MIN,
    LOTTERY_SHOWN_S,
    LOTTERY_WORD_CHARACTERS_MAX,
    WINNERS_MAX,
    Lottery,
    OwnEntry,
    Prize,
)
from avatar_live.protocol.wire import Wallet
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.roster import Roster
from avatar_live.room.state import QUEUE_MAX, Draw, Entry, Room
from avatar_live.room.text import cleaned

ENTRIES_MAX: Final = 100_000
TOLD_EVERY_S: Final = 0.5
RUNNING: Final = "A lottery is running; wait for its end."
TICKETS_WAIT: Final = "Winners of play tickets still stand in line; open the next such lottery when they have played."
NONE: Final = "There has been no lottery yet."
_PRIZE: Final = "lottery:"


class Terms(msgspec.Struct, frozen=True):
    """How to enter (by a word in the chat, or by so many likes) and what there is to win."""

    word: str
    likes: int
    seconds: float
    winners: int
    prize: Prize
    coins: int


def terms(word: str, likes: int, seconds: float, winners: int, prize: Prize, coins: int) -> Terms | str:
    """Return clean terms within their limits, or say in a sentence why they are none."""
    word = cleaned(word)
    if bool(word) == (likes > 0) or len(word) > LOTTERY_WORD_CHARACTERS_MAX or not 0 <= likes <= LOTTERY_LIKES_MAX:
        return (
            f"Viewers enter by a word of up to {LOTTERY_WORD_CHARACTERS_MAX} characters, or by 1 to "
            f"{LOTTERY_LIKES_MAX} likes."
        )
    if not LOTTERY_SECONDS_MIN <= seconds <= LOTTERY_SECONDS_MAX:
        return f"A lottery lasts {LOTTERY_SECONDS_MIN} to {LOTTERY_SECONDS_MAX} seconds."
    if not 0 < winners <= WINNERS_MAX:
        return f"A lottery has 1 to {WINNERS_MAX} winners."
    if prize == "ticket" and winners > QUEUE_MAX:
        return f"The line of players holds {QUEUE_MAX}: a lottery has up to so many winners of a play ticket."
    if not (0 < coins <= LOTTERY_COINS_MAX if prize == "coins" else coins == 0):
        return f"A prize is 1 to {LOTTERY_COINS_MAX} coins for each winner, or a play ticket."
    return Terms(word, likes, seconds, winners, prize, coins)


def obstacle_to_open(room: Room, prize: Prize, winners: int) -> str:
    """Say in a sentence why a lottery cannot be opened just now; empty when it can."""
    if is_running(room):
        return RUNNING
    waiting = sum(is_prize(ticket.gift_id) for ticket in room.queue)
    return TICKETS_WAIT if prize == "ticket" and waiting + winners > QUEUE_MAX else ""


def is_running(room: Room) -> bool:
    """Say whether a lottery has not told its winners yet."""
    return room.draw is not None and room.draw.phase != "over"


def opened(room: Room, event: ev.LotteryOpened, now_s: float) -> tuple[Room, fx.Effects]:
    """Let viewers enter."""
    asked = terms(event.word, event.likes, event.seconds, event.winners, event.prize, event.coins)
    if isinstance(asked, str) or obstacle_to_open(room, asked.prize, asked.winners):
        return room, ()
    draw = Draw(
        id=room.lotteries + 1,
        word=asked.word,
        likes=asked.likes,
        winners=asked.winners,
        prize=asked.prize,
        coins=asked.coins,
        seed=event.seed,
        epoch=room.epoch,
        until_s=now_s + asked.seconds,
        told_s=now_s,
    )
    room = replace(room, draw=draw, lotteries=draw.id)
    report = fx.Report(
        "lottery_started",
        {
            "lottery": draw.id,
            "prize": draw.prize,
            "coins": draw.coins,
            "winners": draw.winners,
            "word": draw.word,
            "likes": draw.likes,
            "commitment": commitment(draw.seed),
        },
    )
    return room, (fx.TellAll(lottery_of(draw, now_s)), report)


def heard(room: Room, viewer: str, name: str, text: str) -> tuple[Room, fx.Effects]:
    """Let a viewer in whose line, that everybody was told, holds the word."""
    draw = room.draw
    if draw is None or draw.phase != "open" or not draw.word or draw.word.casefold() not in text.casefold():
        return room, ()
    return _entered(room, draw, viewer, name)


def liked(room: Room, viewer: str, name: str, count: int) -> tuple[Room, fx.Effects]:
    """Count likes towards an entry."""
    draw = room.draw
    if draw is None or draw.phase != "open" or not draw.likes or draw.entries.get(viewer) is not None:
        return room, ()
    likes = (draw.likes_of.get(viewer) or 0) + count
    draw = replace(draw, likes_of=draw.likes_of.with_entry(viewer, likes))
    room = replace(room, draw=draw)
    return _entered(room, draw, viewer, name) if likes >= draw.likes else (room, ())


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell how many are in, and draw when the time is up."""
    draw = room.draw
    if draw is None or draw.phase != "open":
        return room, ()
    if now_s >= draw.until_s:
        return _drawn(room, draw, now_s)
    if not draw.is_changed or now_s - draw.told_s < TOLD_EVERY_S:
        return room, ()
    draw = replace(draw, is_changed=False, told_s=now_s)
    return replace(room, draw=draw), (fx.TellAll(lottery_of(draw, now_s)),)


def awarded(room: Room, event: ev.Awarded | ev.AwardFailed, now_s: float) -> tuple[Room, fx.Effects]:
    """Note that a prize is booked, or why it is not; winners are told when all of them are known."""
    draw, effects = room.draw, list[fx.Effect]()
    viewer = room.viewers.get(event.viewer)
    if isinstance(event, ev.Awarded) and viewer is not None:
        viewers = room.viewers.with_entry(event.viewer, replace(viewer, balance_coins=event.balance_coins))
        room = replace(room, viewers=viewers)
        effects.append(fx.Tell(event.viewer, Wallet(event.balance_coins)))
    if draw is None or draw.phase != "drawing" or award_id(draw, event.viewer) != event.id:
        return room, tuple(effects)
    waiting = draw.waiting - {event.viewer}
    won = draw.won if isinstance(event, ev.Awarded) else tuple(one for one in draw.won if one[0] != event.viewer)
    draw = replace(draw, waiting=waiting, won=won)
    room = replace(room, draw=draw)
    if waiting:
        return room, tuple(effects)
    room, told = _over(room, draw, now_s)
    return room, (*effects, *told)


def lottery_of(draw: Draw, now_s: float) -> Lottery:
    """Return what everybody may know of a lottery."""
    is_over = draw.phase == "over"
    return Lottery(
        id=draw.id,
        prize=draw.prize,
        coins=draw.coins,
        winners_max=draw.winners,
        word=draw.word,
        likes=draw.likes,
        entries=len(draw.entries),
        seconds_left=round(max(draw.until_s - now_s, 0.0), 1) if draw.phase == "open" else 0.0,
        commitment=commitment(draw.seed),
        is_over=is_over,
        winners=tuple(entry.name for _, entry in draw.won) if is_over else (),
        seed=draw.seed if is_over else "",
    )


def welcome(room: Room, viewer: str, now_s: float) -> tuple[Lottery | None, OwnEntry | None]:
    """Return the lottery that a newcomer sees, and the own entry."""
    draw = room.draw
    if draw is None or (draw.phase == "over" and now_s - draw.until_s > LOTTERY_SHOWN_S):
        return None, None
    return lottery_of(draw, now_s), _own(draw, viewer)


def commitment(seed: str) -> str:
    """Return what is told of a seed before anybody enters."""
    return hashlib.sha256(seed.encode()).hexdigest()


def tag_of(room: Room, lottery: int, viewer: str) -> str:
    """Return the public name of an entry: nobody's secret, and of no use elsewhere."""
    return hashlib.sha256(f"{room.epoch}/{lottery}/{viewer}".encode()).hexdigest()[:16]


def drawn(seed: str, entries: Roster[Entry], count: int) -> tuple[tuple[str, Entry], ...]:
    """Return the winners: those whose number, the SHA-256 of `seed:tag`, is smallest."""

    def number(one: tuple[str, Entry]) -> str:
        return hashlib.sha256(f"{seed}:{one[1].tag}".encode()).hexdigest()

    return tuple(heapq.nsmallest(count, entries.items(), key=number))


def award_id(draw: Draw, viewer: str) -> str:
    """Return the name of a winner's prize in the ledger, where it is booked once."""
    return f"{_PRIZE}{draw.epoch}:{draw.id}:{viewer[:16]}"


def is_prize(id: str) -> bool:
    """Say whether a gift is a prize: no viewer can give one such a name."""
    return id.startswith(_PRIZE)


def _entered(room: Room, draw: Draw, viewer: str, name: str) -> tuple[Room, fx.Effects]:
    if draw.entries.get(viewer) is not None or len(draw.entries) >= ENTRIES_MAX:
        return room, ()
    entry = Entry(name, tag_of(room, draw.id, viewer))
    draw = replace(draw, entries=draw.entries.with_entry(viewer, entry), is_changed=True)
    return replace(room, draw=draw), (fx.Tell(viewer, OwnEntry(draw.id, entry.tag)),)


def _drawn(room: Room, draw: Draw, now_s: float) -> tuple[Room, fx.Effects]:
    entries = draw.entries
    for viewer in room.order.banned:  # who may not be here cannot win
        if entries.get(viewer) is not None:
            entries = entries.without(viewer)
    won = drawn(draw.seed, entries, draw.winners)
    draw = replace(draw, phase="drawing", entries=entries, won=won, until_s=now_s)
    if draw.prize == "ticket":
        room, told = _over(room, draw, now_s)
        # A ticket is a gift without a price: the ledger holds it once, and the line of players takes it.
        return room, (
            *told,
            *(fx.Commit(viewer, one.name, award_id(draw, viewer), "ticket", 0) for viewer, one in won),
        )
    if not won:
        return _over(room, draw, now_s)
    room = replace(room, draw=replace(draw, waiting=frozenset(viewer for viewer, _ in won)))
    return room, tuple(fx.Award(viewer, award_id(draw, viewer), draw.coins) for viewer, _ in won)


def _over(room: Room, draw: Draw, now_s: float) -> tuple[Room, fx.Effects]:
    draw = replace(draw, phase="over", until_s=now_s)
    names = ", ".join(entry.name for _, entry in draw.won)
    report = fx.Report(
        "lottery_ended",
        {
            "lottery": draw.id,
            "winners": names,
            "count": len(draw.won),
            "entries": len(draw.entries),
            "prize": draw.prize,
            "coins": draw.coins,
            "seed": draw.seed,
        },
    )
    own = (fx.Tell(viewer, OwnEntry(draw.id, entry.tag, is_winner=True)) for viewer, entry in draw.won)
    return replace(room, draw=draw), (fx.TellAll(lottery_of(draw, now_s)), *own, report)


def _own(draw: Draw, viewer: str) -> OwnEntry | None:
    entry = draw.entries.get(viewer)
    if entry is None:
        return None
    is_winner = draw.phase == "over" and any(winner == viewer for winner, _ in draw.won)
    return OwnEntry(draw.id, entry.tag, is_winner)
