"""Joining, leaving, chat and likes."""

from typing import Final

import msgspec
from msgspec.structs import replace

from avatar_live.protocol.catalogue import CATALOGUE
from avatar_live.protocol.cues import ChatPeak, Hearts
from avatar_live.protocol.emotes import EMOTES
from avatar_live.protocol.wire import (
    LIKES_PER_MESSAGE_MAX,
    ChatLine,
    GiftGiven,
    Refused,
    Welcome,
)
from avatar_live.room import boards, camps, combos, free_ticket, goals, held, lottery, offers, parts, polls, turns
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.bucket import take
from avatar_live.room.chat import badges_of, line_of, reported, unfitness_of, with_line
from avatar_live.room.chatter import heard
from avatar_live.room.cues import cue
from avatar_live.room.moderation import kept, named, silence_of, with_author
from avatar_live.room.state import (
    CHAT_ALLOWANCE,
    FORGET_S,
    HEARTS_EVERY_TICKS,
    LIKE_ALLOWANCE,
    LINES_SHOWN_MAX,
    ROOM_CHAT_ALLOWANCE,
    Room,
    Viewer,
)
from avatar_live.room.text import cleaned

CHAT_FULL: Final = "The chat is too fast for anybody to read just now; send it again in a moment."


def join(room: Room, event: ev.Joined, now_s: float) -> tuple[Room, fx.Effects]:
    """Let a page in, and tell it what it missed or the last lines."""
    name = named(room.order, event.name)
    known = room.viewers.get(event.viewer)
    is_new_here = known is None or known.connections == 0
    before = known or Viewer(
        name,
        event.balance_coins,
        likes=event.likes,
        watched_s=event.watched_s,
        camp=event.camp,
        kept=(event.likes, event.watched_s, event.camp),
    )
    viewer = replace(
        before,
        name=name,
        balance_coins=event.balance_coins,
        connections=before.connections + 1,
        is_following=event.is_following,
        came_s=now_s if is_new_here else before.came_s,
    )
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, viewer), audience=room.audience + is_new_here)
    if is_new_here:
        room = camps.with_camp_counted(room, viewer.camp, 1)
    seat = next((seat for seat in room.seats if seat.ticket.viewer == event.viewer), None)
    waiting, to_decide = held.known_to(room.order, event.viewer, now_s)
    poll, vote = polls.welcome(room, event.viewer, now_s)
    drawing, entry = lottery.welcome(room, event.viewer, now_s)
    welcome = Welcome(
        viewer=event.secret,
        name=name,
        epoch=room.epoch,
        seq=room.seq,
        balance_coins=event.balance_coins,
        catalogue=CATALOGUE,
        show=msgspec.structs.replace(
            room.show, audience=room.audience, likes=room.likes, camp_red=room.camp_red, camp_blue=room.camp_blue
        ),
        recent=_missed(room, event.epoch, event.seq),
        title=room.title,
        camp=viewer.camp,
        is_moderator=event.viewer in room.order.moderators,
        removed=room.order.removed if event.epoch == room.epoch else (),
        emotes=EMOTES,
        waiting=waiting,
        held=to_decide,
        kept=kept(room.order) if event.viewer in room.order.moderators else None,
        combos=combos.running(room),
        poll=poll,
        vote=vote,
        goals=goals.bars(room),
        board=boards.board(room),
        lottery=drawing,
        entry=entry,
        free_ticket=free_ticket.progress(viewer, now_s),
        is_following=event.is_following,
        player=None if seat is None else seat.ticket.token,
        player_seconds_left=None if seat is None or seat.phase != "playing" else max(seat.until_s - now_s, 0.0),
        offers=offers.offers(room),
    )
    arrival = (fx.Report("viewer_joined", {"name": name, "audience": room.audience}),) if is_new_here else ()
    return room, (fx.Greet(event.member, welcome), *turns.own(room, event.viewer, now_s), *arrival)


def leave(room: Room, event: ev.Left, now_s: float) -> tuple[Room, fx.Effects]:
    """Let one connection go; the viewer is away when it was the last."""
    viewer = _known(room, event.viewer)
    connections = viewer.connections - 1
    watched_s = viewer.watched_s + (now_s - viewer.came_s if connections == 0 else 0.0)
    gone = replace(viewer, connections=connections, gone_s=now_s, watched_s=watched_s)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, gone))
    if connections > 0:
        return room, ()
    room = camps.with_camp_counted(replace(room, audience=room.audience - 1), viewer.camp, -1)
    room, kept_part = parts.kept(room, event.viewer, now_s)
    return room, (
        *kept_part,
        fx.Report("viewer_left", {"name": viewer.name, "audience": room.audience}),
    )


def say(room: Room, event: ev.Said, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell everybody a chat line; a camp's word in it pushes the ball for that camp."""
    viewer = _known(room, event.viewer)
    bucket = take(viewer.chat, CHAT_ALLOWANCE, now_s)
    if bucket is None:  # before the text is looked at, which is what a flood would cost
        return room, (fx.Tell(event.viewer, Refused("say", "That was too fast; wait a second and send it again.")),)
    room = replace(room, viewers=room.viewers.with_entry(event.viewer, replace(viewer, chat=bucket)))
    text = cleaned(event.text)
    if unfitness := unfitness_of(text):
        return room, (fx.Tell(event.viewer, Refused("say", unfitness)),)
    silence = silence_of(room.order, event.viewer, text, viewer.spoke_s, now_s)
    if silence:
        return room, (fx.Tell(event.viewer, Refused("say", silence)),)
    shared = take(room.chat, ROOM_CHAT_ALLOWANCE, now_s)
    if shared is None and event.viewer not in room.order.moderators:
        return room, (fx.Tell(event.viewer, Refused("say", CHAT_FULL)),)
    viewers = room.viewers.with_entry(event.viewer, replace(viewer, chat=bucket, spoke_s=now_s))
    room = replace(room, viewers=viewers, chat=shared or room.chat)
    said = replace(event, text=text)
    wait_reason = held.reason_to_wait(room.order, event.viewer, text)
    if wait_reason is not None:
        return held.wait(room, said, viewer.name, wait_reason, now_s)
    return _tell_line(room, said, viewer.name, now_s)


def like(room: Room, event: ev.Liked, now_s: float) -> tuple[Room, fx.Effects]:
    """Count likes; everybody sees the sum with the next show, the event API once a tick."""
    viewer = _known(room, event.viewer)
    bucket = take(viewer.like, LIKE_ALLOWANCE, now_s)
    if bucket is None or event.count < 1:
        return room, ()  # a hand that is too quick is not worth an answer
    count = min(event.count, LIKES_PER_MESSAGE_MAX)
    viewers = room.viewers.with_entry(event.viewer, replace(viewer, like=bucket, likes=viewer.likes + count))
    room = replace(room, viewers=viewers, likes=room.likes + count)
    return lottery.liked(room, event.viewer, viewer.name, count)


def tick(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Forget who has been gone for long, one shelf a tick, report the likes since the last tick, and tell
    the lines that have waited long enough."""
    viewers = room.viewers
    for name, viewer in viewers.shelf(room.sweep):
        if viewer.connections == 0 and now_s - viewer.gone_s > FORGET_S:
            viewers = viewers.without(name)
    likes = room.likes - room.likes_reported
    room = replace(room, viewers=viewers, sweep=room.sweep + 1, likes_reported=room.likes)
    room, hearts = _with_hearts_shown(room)
    room, waited = _tell_waiting(room, now_s)
    liked = (fx.Report("like", {"count": likes, "total": room.likes}),) if likes else ()
    return room, (*liked, *hearts, *waited)


def _tell_line(room: Room, said: ev.Said, name: str, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell everybody a line, whose writer may have left since it was said."""
    line = line_of(room, name, said.text, badges_of(room, said.viewer), said.reply_to)
    room = with_author(with_line(room, line), line.seq, said.viewer)
    room = replace(room, order=held.with_regular(room.order, said.viewer))
    room, peak = _with_chatter_heard(room, now_s)
    room, entered = lottery.heard(room, said.viewer, name, said.text)
    room, pushed = camps.push_by_word(room, said, name, line.seq, now_s)
    return room, (fx.TellAll(line), reported(line), *peak, *entered, *pushed)


def _tell_waiting(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell the lines that have waited long enough."""
    order, due, effects = held.take_due(room.order, now_s)
    if order is room.order:
        return room, ()
    room = replace(room, order=order)
    for line in due:
        room, told = _tell_line(room, line.said, line.name, now_s)
        effects = (*effects, *held.decided(order, line, is_told=True), *told)
    return room, effects


def _with_chatter_heard(room: Room, now_s: float) -> tuple[Room, fx.Effects]:
    """Tell the stage when the chat gets loud."""
    chatter, is_peak = heard(room.chatter, now_s)
    room = replace(room, chatter=chatter)
    return cue(room, ChatPeak()) if is_peak and room.has_engine else (room, ())


def _with_hearts_shown(room: Room) -> tuple[Room, fx.Effects]:
    """Let the likes of the last second rise together; without a stage they are only counted."""
    likes = room.likes - room.likes_shown
    if likes == 0 or room.sweep % HEARTS_EVERY_TICKS:
        return room, ()
    room = replace(room, likes_shown=room.likes)
    return cue(room, Hearts(likes, room.likes)) if room.has_engine else (room, ())


def _missed(room: Room, epoch: str | None, seq: int) -> tuple[ChatLine | GiftGiven, ...]:
    if epoch == room.epoch:
        return tuple(line for line in room.lines if line.seq > seq)
    return room.lines[-LINES_SHOWN_MAX:]


def _known(room: Room, name: str) -> Viewer:
    viewer = room.viewers.get(name)
    assert viewer is not None and viewer.connections > 0, "only a viewer who has joined and not left can act"
    return viewer
