"""The room rests: frozen by who keeps order, or while the host hides; what was paid waits or is paid back."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.cues import Throw
from avatar_live.protocol.wire import Moderate, PlayEnd, Refused, Rest, Show
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.rest import CHAT_RESTS, GIFTS_REST, HIDDEN

HIDE, RETURN = ev.HostHid(True), ev.HostHid(False)
FREEZE, THAW = ev.Moderated("", Moderate("freeze")), ev.Moderated("", Moderate("thaw"))


def live(*viewers: str) -> Scene:
    scene = Scene()
    scene.go_live()
    for viewer in viewers:
        scene.join(viewer)
    return scene


def rest_of(effects: list[fx.Effect]) -> list[str]:
    return [one.message.rest for one in of(fx.TellAll, effects) if isinstance(one.message, Show)]


@pytest.mark.parametrize(("event", "back", "rest"), [(FREEZE, THAW, "frozen"), (HIDE, RETURN, "hidden")])
def test_a_room_that_rests_refuses_chat_and_gifts_before_they_are_paid_and_says_so(
    event: ev.Event, back: ev.Event, rest: Rest
) -> None:
    scene = live("ann")
    scene.play(event)
    assert rest_of(scene.tick()) == [rest]
    assert told("ann", scene.play(ev.Said("ann", "hello"))) == [Refused("say", CHAT_RESTS[rest])]
    for gift in ("tomato", "ticket"):
        (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", f"id-{gift}", gift)))
        assert commit.obstacle == GIFTS_REST[rest], "the ledger takes no coins, and knows what was paid before"
    scene.play(back)
    assert rest_of(scene.tick()) == [""]
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", "id-2", "tomato")))
    assert commit.obstacle == ""


def test_a_gift_that_is_paid_while_the_host_hides_is_shown_when_the_host_is_back() -> None:
    scene = live("ann")
    scene.play(HIDE)
    assert not of(fx.ShowCue, scene.commit("ann", "gift-1", "tomato"))
    assert not of(fx.ShowCue, scene.play(ev.EngineLeft(), ev.EngineCame())), "also when the engine was killed meanwhile"
    shown = of(fx.ShowCue, scene.play(RETURN))
    (throw,) = [cue for cue in shown if isinstance(cue.cue, Throw)]
    assert of(fx.Mark, scene.play(ev.CueWasTaken(throw.id))) == [fx.Mark("ann", "gift-1", "done")]
    assert not of(fx.ShowCue, scene.play(RETURN)), "once"


def test_hearts_do_not_pile_up_while_the_host_hides() -> None:
    scene = live("ann")
    scene.play(HIDE)
    for _ in range(50):
        scene.play(ev.Liked("ann", 5))
        scene.tick()
    assert not scene.room.cues
    assert scene.room.likes > 0


def test_a_game_that_the_panic_card_covers_is_paid_back_and_no_other_begins() -> None:
    scene = live("ann", "bob")
    player = scene.seat("ann", "ticket-1")
    effects = scene.play(HIDE)
    assert of(fx.LeavePitch, effects) == [fx.LeavePitch(player)]
    assert of(fx.Refund, effects) == [fx.Refund("ann", "ticket-1", HIDDEN)]
    assert told("ann", effects) == [PlayEnd(HIDDEN)]
    scene.commit("bob", "ticket-2", "ticket")
    scene.tick()
    assert not scene.room.seats and len(scene.room.queue) == 1
    scene.play(RETURN)
    scene.tick()
    assert [seat.ticket.viewer for seat in scene.room.seats] == ["bob"]


def test_a_host_who_comes_back_does_not_thaw_what_was_frozen() -> None:
    scene = live("ann")
    scene.play(FREEZE, HIDE, RETURN)
    assert rest_of(scene.tick()) == ["frozen"]
