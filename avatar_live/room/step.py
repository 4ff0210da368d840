"""The second story in one place: everything that can happen to the room, and what comes of it.

A gift goes GiftAsked -> Commit (the ledger) -> GiftCommitted -> Tell, ShowCue, PushBall -> CueWasTaken -> Mark done;
a ticket goes GiftCommitted -> queue -> seat (invited, entering, playing) -> Mark done, or Refund. An outside game's
effect, and a gift that lasts, takes its turn: queued -> asked -> running -> Mark done, or Refund, see `turns.py`.
A vote that pushes the ball goes CampPicked or Said -> PushBall -> PushesMoved -> Tell, see `camps.py`.
"""

from typing import assert_never

from msgspec.structs import replace

from avatar_live.protocol.cues import Goal
from avatar_live.protocol.wire import Offers, Show
from avatar_live.room import (
    audience,
    boards,
    camps,
    chat,
    combos,
    cues,
    followers,
    free_ticket,
    gifts,
    goals,
    lottery,
    moderation,
    offers,
    outside,
    parts,
    play,
    polls,
    rest,
    turns,
)
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.state import Room


def step(room: Room, event: ev.Event, now_s: float) -> tuple[Room, fx.Effects]:
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
        case ev.OutsideSaid():
            return outside.say(room, event, now_s)
        case ev.OutsideGave():
            return outside.give(room, event, now_s)
        case ev.OutsideLiked():
            return outside.like(room, event)
        case ev.OutsideFollowed():
            return outside.follow(room, event, now_s)
        case ev.Moderated():
            return moderation.moderate(room, event, now_s)
        case ev.HostHid():
            return rest.hide(room, event, now_s)
        case ev.Invited():
            return moderation.invited(room, event)
        case ev.LineReported():
            return moderation.report(room, event, now_s)
        case ev.Liked():
            return audience.like(room, event, now_s)
        case ev.LikesCarried(count):
            return replace(room, likes=room.likes + max(count, 0)), ()
        case ev.CampPicked():
            return camps.pick(room, event, now_s)
        case ev.PushesMoved():
            return camps.moved(room, event)
        case ev.FollowAsked():
            return followers.ask(room, event, now_s)
        case ev.FollowKept():
            return followers.kept(room, event)
        case ev.FollowRefused():
            return followers.refused(room, event)
        case ev.FollowersCounted():
            return followers.counted(room, event)
        case ev.PollOpened():
            return polls.opened(room, event, now_s)
        case ev.PollClosed():
            return polls.closed(room, now_s)
        case ev.Voted():
            return polls.voted(room, event, now_s)
        case ev.LotteryOpened():
            return lottery.opened(room, event, now_s)
        case ev.Awarded() | ev.AwardFailed():
            return lottery.awarded(room, event, now_s)
        case ev.TicketClaimed():
            return free_ticket.claim(room, event, now_s)
        case ev.GoalSet():
            return goals.set_goal(room, event)
        case ev.GoalDropped():
            return goals.drop_goal(room, event)
        case ev.RoundBegun():
            return boards.begun(room, event, now_s)
        case ev.RoundRestored():
            return boards.restored(room, event), ()
        case ev.PartsNotKept():
            return parts.not_kept(room, event), ()
        case ev.PlaceAsked():
            return boards.asked(room, event, now_s)
        case ev.GiftAsked():
            return gifts.ask(room, event, now_s)
        case ev.GiftCommitted():
            return gifts.committed(room, event, now_s)
        case ev.GiftRepeated() | ev.GiftRefused() | ev.GiftRefunded():
            return gifts.answered(room, event, now_s)
        case ev.WalletFilled():
            return gifts.filled(room, event)
        case ev.GameOffered():
            return turns.game_came(room, event, now_s)
        case ev.GamesRemembered():
            return turns.remembered(room, event, now_s), ()
        case ev.GameLeft():
            return turns.game_left(room, event, now_s)
        case ev.EffectReported():
            return turns.reported(room, event, now_s)
        case ev.SalesCounted():
            return offers.counted(room, event), ()
        case ev.CueWasTaken():
            return turns.cue_taken(room, event, now_s)
        case ev.EngineCame():
            return cues.engine_came(room)
        case ev.EngineLeft():
            room, ended = play.engine_left(room)
            room, stopped = turns.stage_stopped(room, now_s)
            return room, (*ended, *stopped)
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
                fx.Report("goal", {"camp": event.camp, "red": event.score_red, "blue": event.score_blue}),
            )
        case ev.Ticked():
            return _tick(room, event, now_s)
        case _:
            assert_never(event)


def _tick(room: Room, event: ev.Ticked, now_s: float) -> tuple[Room, fx.Effects]:
    room, played = play.tick(room, event.is_live, now_s)
    room, taken = turns.tick(room, now_s)
    room, swept = audience.tick(room, now_s)
    room, ended = combos.tick(room, now_s)
    room, offered = _with_offers_told(room)
    room, counted = polls.tick(room, now_s)
    room, grown = goals.tick(room, now_s)
    room, drawn = lottery.tick(room, now_s)
    room, placed = boards.tick(room, now_s)
    room, kept = parts.tick(room, now_s)
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
        shelf=offers.states(room, now_s),
        followers=room.followers,
    )
    effects = (*played, *taken, *swept, *ended, *offered, *counted, *grown, *drawn, *placed, *kept)
    if show == room.show:
        return room, effects
    return replace(room, show=show), (*effects, fx.TellAll(show))


def _with_offers_told(room: Room) -> tuple[Room, fx.Effects]:
    """Tell everybody when games sell something else, at most once a tick."""
    now = offers.offers(room)
    if now == room.shelf.told:
        return room, ()
    return replace(room, shelf=replace(room.shelf, told=now)), (fx.TellAll(Offers(now)),)
