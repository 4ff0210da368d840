"""Following: written down before it is told, shown as a number and a badge."""

from rooms import Scene, of, told

from avatar_live.protocol.wire import ChatLine, OwnFollow, Refused, Show
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.followers import TOO_FAST
from avatar_live.room.state import DEED_ALLOWANCE


def test_who_follows_is_told_when_it_is_written_down_and_wears_a_badge() -> None:
    scene = Scene()
    scene.join("ann")
    assert scene.play(ev.FollowAsked("ann", True)) == [fx.KeepFollow("ann", True)]
    effects = scene.play(ev.FollowKept("ann", True, 7))
    assert told("ann", effects) == [OwnFollow(True)]
    assert [report.data for report in of(fx.Report, effects)] == [{"name": "ann", "followers": 7}]
    shows = [one.message for one in of(fx.TellAll, scene.tick()) if isinstance(one.message, Show)]
    assert [show.followers for show in shows] == [7]
    (line,) = of(fx.TellAll, scene.play(ev.Said("ann", "hi")))
    assert isinstance(line.message, ChatLine) and line.message.badges == ("follower",)


def test_who_follows_already_or_no_more_is_no_news_to_the_event_api() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.FollowKept("ann", True, 1))
    assert not of(fx.Report, scene.play(ev.FollowKept("ann", True, 1)))
    effects = scene.play(ev.FollowKept("ann", False, 0))
    assert told("ann", effects) == [OwnFollow(False)] and not of(fx.Report, effects)


def test_a_follower_who_comes_back_is_known() -> None:
    scene = Scene()
    scene.play(ev.FollowersCounted(30))
    (greeting,) = of(fx.Greet, scene.play(ev.Joined(1, "ann", "secret", "Ann", 5, is_following=True)))
    assert greeting.welcome.is_following
    assert scene.room.followers == 30


def test_what_cannot_be_written_down_is_told_and_a_rage_is_refused() -> None:
    scene = Scene()
    scene.join("ann")
    assert told("ann", scene.play(ev.FollowRefused("ann", "The disk is full."))) == [
        Refused("follow", "The disk is full.")
    ]
    burst = int(DEED_ALLOWANCE.burst)
    effects = scene.play(*[ev.FollowAsked("ann", number % 2 == 0) for number in range(burst + 1)])
    assert told("ann", effects) == [Refused("follow", TOO_FAST)]
    assert not scene.play(ev.FollowKept("gone", True, 1))
