"""What part a viewer has had in the show is written down while it earns something, and told to the next life."""

from rooms import Scene, of

from avatar_live.protocol.catalogue import FREE_TICKET_LIKES, FREE_TICKET_SECONDS
from avatar_live.protocol.together import FreeTicket
from avatar_live.protocol.wire import LIKES_PER_MESSAGE_MAX
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.parts import TICKS_A_LOOK
from avatar_live.room.roster import SHELVES

ROUND = SHELVES + TICKS_A_LOOK  # ticks in which everybody is looked at


def kept(effects: list[fx.Effect]) -> list[fx.Part]:
    return [part for effect in of(fx.KeepParts, effects) for part in effect.parts]


def look(scene: Scene) -> list[fx.Part]:
    """Let everybody be looked at, in no time."""
    return [part for _ in range(ROUND) for part in kept(scene.tick(0.0))]


def test_likes_and_watching_are_written_down_as_they_grow_and_not_when_nothing_does() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    assert look(scene) == []
    scene.play(ev.Liked("ann", 7))
    assert look(scene) == [fx.Part("ann", 7, 0.0, None)]
    assert look(scene) == []
    scene.now_s += 12.9
    assert sorted(look(scene), key=lambda one: one.viewer) == [
        fx.Part("ann", 7, 12.0, None),
        fx.Part("bob", 0, 12.0, None),
    ]


def test_what_earns_nothing_more_is_not_written_down_again() -> None:
    scene = Scene()
    scene.join("ann")
    for _ in range(FREE_TICKET_LIKES // LIKES_PER_MESSAGE_MAX + 1):
        scene.now_s += 2.0
        scene.play(ev.Liked("ann", LIKES_PER_MESSAGE_MAX))
    scene.now_s += 2 * FREE_TICKET_SECONDS
    assert look(scene) == [fx.Part("ann", FREE_TICKET_LIKES, FREE_TICKET_SECONDS, None)]
    scene.now_s += 60.0
    scene.play(ev.Liked("ann", 1))
    assert look(scene) == []


def test_a_camp_and_the_time_of_who_leaves_are_written_down_at_once() -> None:
    scene = Scene()
    scene.join("ann")
    assert kept(scene.play(ev.CampPicked("ann", "red"))) == [fx.Part("ann", 0, 0.0, "red")]
    assert kept(scene.play(ev.CampPicked("ann", "red"))) == []
    scene.now_s += 30.0
    assert kept(scene.play(ev.Left("ann"))) == [fx.Part("ann", 0, 30.0, "red")]


def test_who_comes_to_another_life_of_the_room_goes_on_from_there() -> None:
    scene = Scene()
    event = ev.Joined(1, "ann", "secret", "Ann", 1_000, likes=60, watched_s=200.0, camp="blue")
    (greeting,) = of(fx.Greet, scene.play(event))
    assert greeting.welcome.free_ticket == FreeTicket(60, 200.0, is_used=False)
    assert (greeting.welcome.camp, scene.room.camp_blue) == ("blue", 1)
    assert look(scene) == [], "it is written down already"
    scene.now_s += 5.0
    scene.play(ev.Left("ann"))
    scene.play(event)
    (viewer,) = (viewer for name, viewer in scene.room.viewers.items() if name == "ann")
    assert viewer.watched_s == 205.0, "the room knows better than what was written down"


def test_what_could_not_be_written_down_is_when_it_is_its_turn_again() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Liked("ann", 7))
    assert look(scene) == [fx.Part("ann", 7, 0.0, None)]
    scene.play(ev.PartsNotKept(("ann", "who has gone")))
    assert look(scene) == [fx.Part("ann", 7, 0.0, None)]
    assert look(scene) == []
