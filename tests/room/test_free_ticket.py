"""The free play ticket: earned by watching and liking, had once a show, taken again only if it could not be played."""

from rooms import Scene, of, told

from avatar_live.protocol.catalogue import FREE_TICKET_LIKES, FREE_TICKET_SECONDS
from avatar_live.protocol.together import FreeTicket
from avatar_live.protocol.wire import LIKES_PER_MESSAGE_MAX, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.free_ticket import NOT_YET, TRIES_MAX, USED


def earning(likes: int = FREE_TICKET_LIKES, seconds: float = FREE_TICKET_SECONDS) -> Scene:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    scene.now_s -= 0.1
    while likes > 0:
        scene.play(ev.Liked("ann", min(likes, LIKES_PER_MESSAGE_MAX)))
        likes -= LIKES_PER_MESSAGE_MAX
    scene.now_s += seconds
    return scene


def claim(scene: Scene) -> fx.Commit:
    (commit,) = of(fx.Commit, scene.play(ev.TicketClaimed("ann")))
    return commit


def test_who_has_earned_it_gets_a_ticket_at_no_price_once() -> None:
    scene = earning()
    commit = claim(scene)
    assert (commit.gift, commit.price_coins, commit.obstacle) == ("ticket", 0, "")
    effects = scene.play(ev.GiftCommitted("ann", "ann", commit.id, "ticket", 1_000, "token"))
    assert FreeTicket(FREE_TICKET_LIKES, FREE_TICKET_SECONDS, is_used=True) in told("ann", effects)
    assert scene.room.queue[0].gift_id == commit.id
    assert scene.room.coins_given == 0 and not scene.room.round.givers.get("ann").coins  # type: ignore[union-attr]
    assert told("ann", scene.play(ev.TicketClaimed("ann")))[0] == Refused("claim_ticket", USED)


def test_one_like_or_one_moment_less_is_not_enough() -> None:
    for scene in (earning(likes=FREE_TICKET_LIKES - 1), earning(seconds=FREE_TICKET_SECONDS - 0.1)):
        effects = scene.play(ev.TicketClaimed("ann"))
        assert not of(fx.Commit, effects)
        assert told("ann", effects)[0] == Refused("claim_ticket", NOT_YET)


def test_time_away_does_not_count_and_time_before_it_does() -> None:
    scene = earning(seconds=FREE_TICKET_SECONDS - 10.0)
    scene.play(ev.Left("ann"))
    scene.now_s += 50.0
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.free_ticket == FreeTicket(FREE_TICKET_LIKES, FREE_TICKET_SECONDS - 10.0, is_used=False)
    assert not of(fx.Commit, scene.play(ev.TicketClaimed("ann")))
    scene.now_s += 10.0
    assert claim(scene)


def test_a_ticket_that_could_not_be_played_is_taken_again_under_another_id() -> None:
    scene = earning()
    first = claim(scene)
    scene.play(ev.GiftCommitted("ann", "ann", first.id, "ticket", 1_000, "token"))
    scene.play(ev.GiftRefunded("ann", first.id, 1_000, "no picture"))
    second = claim(scene)
    assert second.id != first.id


def test_what_was_had_before_a_restart_is_not_had_again_but_what_was_given_back_is() -> None:
    scene = earning()
    first = claim(scene)
    (again,) = of(fx.Commit, scene.play(ev.GiftRepeated("ann", first.id, "refunded", 1_000, "restarted")))
    assert again.id != first.id
    effects = scene.play(ev.GiftRepeated("ann", again.id, "done", 1_000, ""))
    assert not of(fx.Commit, effects)
    assert told("ann", scene.play(ev.TicketClaimed("ann")))[0] == Refused("claim_ticket", USED)


def test_the_tries_have_an_end() -> None:
    scene = earning()
    commit = claim(scene)
    for number in range(TRIES_MAX):
        asked = of(fx.Commit, scene.play(ev.GiftRepeated("ann", commit.id, "refunded", 1_000, "")))
        assert bool(asked) == (number + 1 < TRIES_MAX)
        commit = asked[0] if asked else commit
    assert told("ann", scene.play(ev.TicketClaimed("ann")))[0] == Refused("claim_ticket", USED)


def test_a_full_line_is_an_obstacle_that_the_ledger_speaks_out() -> None:
    scene = earning()
    scene.tick(is_live=False)
    assert claim(scene).obstacle
