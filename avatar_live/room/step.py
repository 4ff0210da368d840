"""The second story in one place: everything that can happen to the room, and what comes of it.

A gift goes GiftAsked -> Commit (the ledger) -> GiftCommitted -> Tell, ShowCue, PushBall -> CueWasTaken -> Mark done;
a ticket goes GiftCommitted -> queue -> seat (invited, entering, playing) -> Mark done, or Refund.
"""

from dataclasses import replace
from typing import assert_never

from avatar_live.protocol.cues import Goal
from avatar_live.protocol.wire import Show
from avatar_live.room import audience, chat, cues, gifts, moderation, play, rest
from avatar_live.room import events as ev
from avatar_live.room.state import Room


def step(room: Room, event: ev.Event, now_s: float) -> tuple[Room, ev.Effects]:
    """Return the room after `event` and the effects to perform, in order."""
    match event:
        case ev.Joined():
            return audience.join(room, event, now_s)
        case ev.Left():
            return audience.leave(room, event, now_s)
        case ev.Said():
            return audience.say(room, event, now_s)
        case ev.HostSaid():
            return chat.host_says(room, event)
        case ev.Moderated():
            return moderation.moderate(room, event, now_s)
        case ev.HostHid():
            return rest.hide(room, event)
        case ev.Invited():
            return moderation.invited(room, event)
        case ev.LineReported():
            return moderation.report(room, event, now_s)
        case ev.Liked():
            return audience.like(room, event, now_s)
        case ev.LikesCarried(count):
            return replace(room, likes=room.likes + max(count, 0)), ()
        case ev.CampPicked():
            return audience.pick_camp(room, event, now_s)
        case ev.GiftAsked():
            return gifts.ask(room, event, now_s)
        case ev.GiftCommitted():
            return gifts.committed(room, event, now_s)
        case ev.GiftRepeated() | ev.GiftRefused() | ev.GiftRefunded():
            return gifts.answered(room, event)
        case ev.WalletFilled():
            return gifts.filled(room, event)
        case ev.CueWasTaken():
            return cues.taken(room, event)
        case ev.EngineCame():
            return cues.engine_came(room)
        case ev.EngineLeft():
            return play.engine_left(room)
        case ev.SourceChanged():
            return replace(room, source=event.source), ()
        case ev.SeatsMeasured():
            return play.measured(room, event), ()
        case ev.PlayerWatches():
            return play.watching(room, event, now_s)
        case ev.PlayerSees():
            return play.seeing(room, event, now_s)
        case ev.PlayLeft():
            return play.left(room, event, now_s)
        case ev.GoalWasScored():
            room, cued = cues.cue(room, Goal(event.camp))
            return room, (
                *cued,
                ev.Report("goal", {"camp": event.camp, "red": event.score_red, "blue": event.score_blue}),
            )
        case ev.Ticked():
            return _tick(room, event, now_s)
        case _:
            assert_never(event)


def _tick(room: Room, event: ev.Ticked, now_s: float) -> tuple[Room, ev.Effects]:
    room, played = play.tick(room, event.is_live, now_s)
    room, swept = audience.tick(room, now_s)
    show = Show(
        audience=room.audience,
        likes=room.likes,
        ball=round(event.ball, 3),
        score_red=event.score_red,
        score_blue=event.score_blue,
        camp_red=room.camp_red,
        camp_blue=room.camp_blue,
        playing=tuple(seat.ticket.name for seat in room.seats if seat.phase == "playing"),
        is_live=event.is_live,
        source=room.source,
        rest=room.order.rest,
    )
    if show == room.show:
        return room, (*played, *swept)
    return replace(room, show=show), (*played, *swept, ev.TellAll(show))
