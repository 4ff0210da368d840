"""What is said outside: by programs, and by viewers of other platforms, who have no wallet here.

It stands in the chat and moves the ball as everybody's words do; no coin is ever made or spent by it.
"""

import math
from dataclasses import replace
from typing import Final

import msgspec

from avatar_live.protocol.wire import NAME_CHARACTERS_MAX, HoldReason
from avatar_live.room import events as ev
from avatar_live.room import held
from avatar_live.room.audience import NAMELESS, WORD_PUSH, camp_in
from avatar_live.room.bucket import take
from avatar_live.room.chat import line_of, reported, unfitness_of, with_line
from avatar_live.room.moderation import silence_of, with_author
from avatar_live.room.state import OUTSIDE_ALLOWANCE, Room
from avatar_live.room.text import cleaned

HELD: Final = "The host looks at such lines first, and one from outside cannot wait for that."
# Who is new here may be well known there, and what they said was heard there without a delay.
_NOT_TOLD: Final[tuple[HoldReason, ...]] = ("word", "link", "all")
TOO_FAST: Final = "That was too fast; wait a second and say it again."


def say(room: Room, event: ev.OutsideSaid, now_s: float) -> tuple[Room, ev.Effects]:
    """Tell everybody a line from outside; a camp's word in it pushes the ball. What has an obstacle is left out."""
    if obstacle_to_line(room, event, now_s):
        return room, ()
    bucket = take(room.outside, OUTSIDE_ALLOWANCE, now_s)
    assert bucket is not None, "an empty bucket is an obstacle"
    name = cleaned(cleaned(event.name)[:NAME_CHARACTERS_MAX]) or NAMELESS
    line = line_of(room, name, cleaned(event.text), (), event.reply_to)
    line = msgspec.structs.replace(line, source=event.source)
    room = with_line(replace(room, outside=bucket), line)
    room = with_author(room, line.seq, "")  # nobody whom one could mute here
    camp = camp_in(line.text)
    push = (ev.PushBall(camp, WORD_PUSH),) if camp is not None else ()
    return room, (ev.TellAll(line), reported(line), *push)


def obstacle_to_line(room: Room, event: ev.OutsideSaid, now_s: float) -> str:
    """Say in a sentence why a line from outside is not told; empty when it is."""
    text = cleaned(event.text)
    obstacle = unfitness_of(text) or silence_of(room.order, "", text, -math.inf, now_s)
    if obstacle:
        return obstacle
    if held.reason_to_wait(room.order, "", text) in _NOT_TOLD:
        return HELD
    return "" if take(room.outside, OUTSIDE_ALLOWANCE, now_s) is not None else TOO_FAST
