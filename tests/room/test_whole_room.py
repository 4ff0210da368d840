"""What all viewers of a room together may do: at its limit and one past it."""

from msgspec.structs import replace
from rooms import Scene, of, told

from avatar_live.protocol.wire import ChatLine, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.audience import CHAT_FULL
from avatar_live.room.bucket import Bucket
from avatar_live.room.gifts import TOO_FAST
from avatar_live.room.state import ROOM_CHAT_ALLOWANCE, ROOM_GIFT_ALLOWANCE


def live(*viewers: str) -> Scene:
    scene = Scene()
    scene.go_live()
    for viewer in viewers:
        scene.join(viewer)
    return scene


def lines(effects: list[fx.Effect]) -> int:
    return sum(isinstance(effect.message, ChatLine) for effect in of(fx.TellAll, effects))


def test_a_chat_that_nobody_could_read_is_slowed_down_for_everybody_but_moderators() -> None:
    many = int(ROOM_CHAT_ALLOWANCE.burst)
    scene = live(*(f"viewer-{number}" for number in range(many + 1)), "mod")
    scene.play(ev.Invited("mod"))
    assert lines(scene.play(*(ev.Said(f"viewer-{number}", "hello") for number in range(many)))) == many
    last = f"viewer-{many}"
    assert told(last, scene.play(ev.Said(last, "hello"))) == [Refused("say", CHAT_FULL)]
    assert lines(scene.play(ev.Said("mod", "slowly, please"))) == 1
    scene.now_s += 2.0 / ROOM_CHAT_ALLOWANCE.rate_hz
    assert lines(scene.play(ev.Said(last, "hello"))) == 1


def test_more_gifts_than_any_stage_could_show_are_refused_before_they_are_paid() -> None:
    scene = live("ann", "bob")
    scene.room = replace(scene.room, gift=Bucket(ROOM_GIFT_ALLOWANCE.burst - 1.0, scene.now_s))
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("ann", "id-1", "tomato")))
    assert commit.obstacle == ""
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("bob", "id-2", "tomato")))
    assert commit.obstacle == TOO_FAST
    scene.now_s += 2.0 / ROOM_GIFT_ALLOWANCE.rate_hz
    (commit,) = of(fx.Commit, scene.play(ev.GiftAsked("bob", "id-3", "tomato")))
    assert commit.obstacle == ""
