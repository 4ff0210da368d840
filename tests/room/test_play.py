"""Tickets: who plays when, and when the coins go back; each ticket ends once."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import TICKET_SECONDS
from avatar_live.protocol.wire import GiftUpdate, PlayEnd, PlayStart, Show
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.play import WAITED
from avatar_live.room.state import CONNECT_S, FIRST_FRAME_S, QUEUE_MAX, QUEUE_S_MAX, SEATS


def test_a_ticket_invites_its_owner_alone_with_the_token() -> None:
    scene = _live_with("ann", "bob")
    scene.commit("ann", "gift-1", "ticket")
    effects = scene.tick()
    assert told("ann", effects) == [PlayStart("token of gift-1", TICKET_SECONDS)]
    assert not told("bob", effects)


def test_a_player_enters_when_the_stream_is_watched_and_plays_from_its_first_frame() -> None:
    scene = _live_with("ann")
    scene.commit("ann", "gift-1", "ticket")
    scene.tick()
    (seat,) = scene.room.seats
    assert [effect.player for effect in of(fx.EnterPitch, scene.play(ev.PlayerWatches(seat.player)))] == [seat.player]
    assert not _playing(scene.tick())
    assert of(fx.Mark, scene.play(ev.PlayerSees(seat.player))) == [fx.Mark("ann", "gift-1", "playing")]
    assert _playing(scene.tick()) == ("ann",)


def test_a_game_ends_when_its_time_is_up_and_is_not_refunded() -> None:
    scene = _live_with("ann")
    player = scene.seat("ann", "gift-1")
    assert not of(fx.LeavePitch, scene.tick(TICKET_SECONDS - 0.1))
    effects = scene.tick(0.2)
    assert of(fx.LeavePitch, effects) == [fx.LeavePitch(player)]
    assert of(fx.Mark, effects) == [fx.Mark("ann", "gift-1", "done")]
    assert not of(fx.Refund, effects)
    assert [type(message) for message in told("ann", effects)] == [PlayEnd, GiftUpdate]


def test_a_page_that_does_not_connect_is_refunded_once() -> None:
    scene = _live_with("ann")
    scene.commit("ann", "gift-1", "ticket")
    scene.tick()
    assert not of(fx.Refund, scene.tick(CONNECT_S - 0.1))
    effects = scene.tick(0.2)
    assert [refund.id for refund in of(fx.Refund, effects)] == ["gift-1"]
    assert not of(fx.Refund, scene.tick(CONNECT_S) + scene.play(ev.EngineLeft()))


def test_a_stage_that_draws_no_picture_is_refunded_once() -> None:
    scene = _live_with("ann")
    scene.commit("ann", "gift-1", "ticket")
    scene.tick()
    scene.play(ev.PlayerWatches(scene.room.seats[0].player))
    effects = scene.tick(FIRST_FRAME_S + 0.1)
    assert len(of(fx.Refund, effects)) == len(of(fx.LeavePitch, effects)) == 1
    assert not scene.room.seats


def test_an_engine_that_dies_in_the_middle_of_a_game_is_refunded_once() -> None:
    scene = _live_with("ann")
    player = scene.seat("ann", "gift-1")
    effects = scene.play(ev.EngineLeft())
    assert [refund.id for refund in of(fx.Refund, effects)] == ["gift-1"]
    assert of(fx.LeavePitch, effects) == [fx.LeavePitch(player)]
    later = scene.play(ev.EngineCame(), ev.PlayerWatches(player), ev.PlayerSees(player))
    later += scene.tick(TICKET_SECONDS + 1.0)
    assert not of(fx.Refund, later)
    assert not of(fx.Mark, later)


def test_who_leaves_the_game_early_had_it() -> None:
    scene = _live_with("ann")
    scene.seat("ann", "gift-1")
    effects = scene.play(ev.PlayLeft("ann"))
    assert of(fx.Mark, effects) == [fx.Mark("ann", "gift-1", "done")]
    assert not of(fx.Refund, effects)
    assert not scene.play(ev.PlayLeft("ann"))


def test_who_leaves_before_the_first_picture_is_refunded() -> None:
    scene = _live_with("ann")
    scene.commit("ann", "gift-1", "ticket")
    scene.tick()
    assert of(fx.Refund, scene.play(ev.PlayLeft("ann")))


def test_more_tickets_than_seats_wait_and_are_told_their_place() -> None:
    scene = _live_with("ann", "bob", "cid", "dan")
    for number, viewer in enumerate(("ann", "bob")):
        scene.seat(viewer, f"gift-{number}")
    assert len(scene.room.seats) == SEATS
    assert "number 1" in _reason(scene.commit("cid", "gift-8", "ticket"), "cid")
    assert "number 2" in _reason(scene.commit("dan", "gift-9", "ticket"), "dan")
    scene.tick()
    effects = scene.play(ev.PlayLeft("ann")) + scene.tick()
    assert [type(message) for message in told("cid", effects)] == [PlayStart]
    assert "number 1" in _reason(effects, "dan")


def test_a_full_stage_lets_tickets_wait_and_sends_nobody_away() -> None:
    scene = _live_with("ann", "bob", "cid")
    scene.play(ev.SeatsMeasured(1))
    scene.seat("ann", "gift-1")
    assert "number 1" in _reason(scene.commit("bob", "gift-2", "ticket"), "bob")
    assert not told("bob", scene.tick())
    scene.play(ev.SeatsMeasured(SEATS + 5))
    assert [type(message) for message in told("bob", scene.tick())] == [PlayStart]
    scene.play(ev.SeatsMeasured(1))
    assert len(scene.room.seats) == SEATS, "who plays goes on"
    scene.commit("cid", "gift-3", "ticket")
    refunds = of(fx.Refund, scene.tick(QUEUE_S_MAX))
    assert ("cid", WAITED) in [(refund.viewer, refund.reason) for refund in refunds]


def test_a_new_engine_is_trusted_until_it_has_measured() -> None:
    scene = _live_with("ann", "bob")
    scene.play(ev.SeatsMeasured(1), ev.EngineLeft(), ev.EngineCame())
    for number, viewer in enumerate(("ann", "bob")):
        scene.seat(viewer, f"gift-{number}")
    assert len(scene.room.seats) == SEATS


def test_who_comes_back_and_asks_for_a_waiting_ticket_is_told_its_place() -> None:
    scene = _live_with("ann", "bob", "cid")
    for number, viewer in enumerate(("ann", "bob")):
        scene.seat(viewer, f"gift-{number}")
    scene.commit("cid", "gift-9", "ticket")
    assert "number 1" in _reason(scene.play(ev.GiftRepeated("cid", "gift-9", "committed", 900, "")), "cid")
    assert _reason(scene.play(ev.GiftRepeated("ann", "gift-0", "committed", 900, "")), "ann") == ""


def test_one_viewer_plays_one_game_at_a_time() -> None:
    scene = _live_with("ann", "bob")
    scene.commit("ann", "gift-1", "ticket")
    scene.commit("ann", "gift-2", "ticket")
    scene.commit("bob", "gift-3", "ticket")
    scene.tick()
    assert [seat.ticket.gift_id for seat in scene.room.seats] == ["gift-1", "gift-3"]
    assert [ticket.gift_id for ticket in scene.room.queue] == ["gift-2"]


def test_a_page_that_comes_back_is_told_its_running_game() -> None:
    scene = _live_with("ann")
    scene.seat("ann", "gift-1")
    scene.play(ev.Left("ann"))
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.player == "token of gift-1"
    assert greeting.welcome.player_seconds_left == TICKET_SECONDS
    scene.tick(12.0)
    (later,) = of(fx.Greet, scene.join("ann"))
    assert later.welcome.player_seconds_left == pytest.approx(TICKET_SECONDS - 12.0)


def test_a_game_that_has_no_picture_yet_has_no_time_left_to_tell() -> None:
    scene = _live_with("ann")
    scene.commit("ann", "gift-1", "ticket")
    scene.tick()
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.player == "token of gift-1"
    assert greeting.welcome.player_seconds_left is None


def test_a_ticket_is_not_sold_without_a_stage_or_a_place_in_the_line() -> None:
    scene = Scene()
    scene.join("ann")
    assert of(fx.Commit, scene.play(ev.GiftAsked("ann", "gift-1", "ticket")))[0].obstacle
    scene.go_live()
    for number in range(QUEUE_MAX):
        scene.now_s += 1.0
        assert not of(fx.Commit, scene.play(ev.GiftAsked("ann", "probe", "ticket")))[0].obstacle
        scene.commit("ann", f"gift-{number}", "ticket")
    assert of(fx.Commit, scene.play(ev.GiftAsked("ann", "probe", "ticket")))[0].obstacle
    assert of(fx.Refund, scene.commit("ann", "one too many", "ticket"))


def test_who_waits_too_long_is_refunded() -> None:
    scene = _live_with("ann")
    scene.play(ev.EngineLeft())
    scene.commit("ann", "gift-1", "ticket")
    assert not of(fx.Refund, scene.tick(QUEUE_S_MAX - 1.0, is_live=False))
    assert of(fx.Refund, scene.tick(2.0, is_live=False))
    assert not scene.room.queue


def _live_with(*viewers: str) -> Scene:
    scene = Scene()
    for viewer in viewers:
        scene.join(viewer)
    scene.go_live()
    return scene


def _playing(effects: list[fx.Effect]) -> tuple[str, ...]:
    for effect in of(fx.TellAll, effects):
        if isinstance(effect.message, Show):
            return effect.message.playing
    return ()


def _reason(effects: list[fx.Effect], viewer: str) -> str:
    return next(message.reason for message in told(viewer, effects) if isinstance(message, GiftUpdate))
