"""What is said outside: by programs, and by viewers of other platforms, who have no wallet here.

It stands in the chat and moves the ball as everybody's words do, and the stage thanks for gifts now and then. No coin
is ever made or spent by it: what was paid was paid there.
"""

import math
import zlib
from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.protocol.cues import Banner, Confetti
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, HoldReason
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room import held
from avatar_live.room.bucket import take
from avatar_live.room.camps import WORD_PUSH, camp_in
from avatar_live.room.chat import line_of, reported, unfitness_of, with_line
from avatar_live.room.cues import cue
from avatar_live.room.filter import has_word
from avatar_live.room.moderation import named, silence_of, with_author
from avatar_live.room.state import OUTSIDE_ALLOWANCE, OUTSIDE_SHOWN_ALLOWANCE, Room
from avatar_live.room.text import cleaned

HELD: Final = "The host looks at such lines first, and one from outside cannot wait for that."
# Who is new here may be well known there, and what they said was heard there without a delay.
_NOT_TOLD: Final[tuple[HoldReason, ...]] = ("word", "link", "all")
NAMELESS_GIFT: Final = "gift"
SIGN: Final = "\N{WRAPPED PRESENT}"
GIFT_CHARACTERS_MAX: Final = 40
GIFTS_MAX: Final = 100_000
ID_CHARACTERS_MAX: Final = 128
LIKES_AT_ONCE_MAX: Final = 1_000
TOO_FAST: Final = "That was too fast; wait a second and say it again."


def say(room: Room, event: ev.OutsideSaid, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell everybody a line from outside; a camp's word in it pushes the ball. What has an obstacle is left out."""
    if obstacle_to_line(room, event, now_s):
        return room, ()
    bucket = take(room.outside, OUTSIDE_ALLOWANCE, now_s)
    assert bucket is not None, "an empty bucket is an obstacle"
    line = line_of(room, named(room.order, event.name), cleaned(event.text), (), event.reply_to)
    line = msgspec.structs.replace(line, source=event.source)
    room = with_line(replace(room, outside=bucket), line)
    room = with_author(room, line.seq, "")  # nobody whom one could mute here
    camp = camp_in(line.text)
    push = (fx.PushBall(camp, WORD_PUSH),) if camp is not None else ()
    return room, (fx.TellAll(line), reported(line), *push)


def give(room: Room, event: ev.OutsideGave, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell everybody of a gift that was given elsewhere, and thank for it unless the stage has just done so."""
    name, gift = named(room.order, event.name), cleaned(event.gift)[:GIFT_CHARACTERS_MAX] or NAMELESS_GIFT
    count = min(max(event.count, 1), GIFTS_MAX)
    worth = cleaned(event.worth)[:GIFT_CHARACTERS_MAX]
    report = fx.Report("gift", _gift_data(event.id[:ID_CHARACTERS_MAX], name, gift, count, worth), event.source)
    said = ev.OutsideSaid(event.source, name, _gift_line(gift, count, worth, event.text))
    if event.text and obstacle_to_line(room, said, now_s):
        said = replace(said, text=_gift_line(gift, count, worth, ""))  # the gift is told, if not what was said with it
    room, told = say(room, said, now_s)
    room, thanks = _thanks(room, f"{name}: {gift}", name, event.id, now_s)
    return room, (report, *told, *thanks)


def like(room: Room, event: ev.OutsideLiked) -> tuple[Room, fx.Effects]:
    """Count likes that were given elsewhere; they rise as hearts with everybody's."""
    count = min(event.count, LIKES_AT_ONCE_MAX)
    if count < 1:
        return room, ()
    room = replace(room, likes=room.likes + count, likes_reported=room.likes_reported + count)
    return room, (fx.Report("like", {"count": count, "total": room.likes}, event.source),)


def follow(room: Room, event: ev.OutsideFollowed, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell of somebody who follows the host elsewhere."""
    name = named(room.order, event.name)
    room, banner = _banner(room, f"{name} follows", name, now_s)
    return room, (fx.Report("followed", {"name": name, "followers": room.followers}, event.source), *banner)


def obstacle_to_line(room: Room, event: ev.OutsideSaid, now_s: float) -> str:
    """Say in a sentence why a line from outside is not told; empty when it is."""
    text = cleaned(event.text)
    obstacle = unfitness_of(text) or silence_of(room.order, "", text, -math.inf, now_s)
    if obstacle:
        return obstacle
    if held.reason_to_wait(room.order, "", text) in _NOT_TOLD:
        return HELD
    return "" if take(room.outside, OUTSIDE_ALLOWANCE, now_s) is not None else TOO_FAST


def _gift_line(gift: str, count: int, worth: str, text: str) -> str:
    """Return what the chat says of a gift; what was said with it may be cut."""
    gift = f"{SIGN} {gift}" + (f" ×{count}" if count > 1 else "") + (f" ({worth})" if worth else "")
    return f"{gift} {cleaned(text)}".strip()[:CHAT_CHARACTERS_MAX]


def _gift_data(id: str, name: str, gift: str, count: int, worth: str) -> dict[str, str | int | float | bool]:
    return {
        "id": id,
        "name": name,
        "gift": gift,
        "price_coins": 0,
        "count": count,
        "combo": "",
        "combo_count": 1,
        "worth": worth,
    }


def _thanks(room: Room, words: str, name: str, id: str, now_s: float) -> tuple[Room, fx.Effects]:
    room, banner = _banner(room, words, name, now_s)
    if not banner:
        return room, ()
    room, confetti = cue(room, Confetti(zlib.crc32(id.encode())))
    return room, (*banner, *confetti)


def _banner(room: Room, words: str, name: str, now_s: float) -> tuple[Room, fx.Effects]:
    """Show a banner, unless there is no stage, or enough was shown of late."""
    bucket = take(room.outside_shown, OUTSIDE_SHOWN_ALLOWANCE, now_s)
    is_quiet = not room.has_engine or bool(room.order.rest)
    if bucket is None or is_quiet or has_word(words, room.order.words):
        return room, ()
    return cue(replace(room, outside_shown=bucket), Banner(words, "confetti", name))
