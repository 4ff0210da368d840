"""The board of the round: who gave most, and everybody's own place."""

from hypothesis import given
from hypothesis import strategies as st
from rooms import Scene, of, told

from avatar_live.protocol.catalogue import GIFTS
from avatar_live.protocol.together import PLACES_MAX, Board, OwnPlace, Place
from avatar_live.protocol.wire import ChatLine
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.boards import REFUNDABLE_MAX, TOLD_EVERY_S, TOP_GIVERS
from avatar_live.room.boards import given as given_gift


def boards_in(effects: list[fx.Effect]) -> list[Board]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, Board)]


def place_of(scene: Scene, viewer: str) -> OwnPlace:
    place = told(viewer, scene.play(ev.PlaceAsked(viewer)))[-1]
    assert isinstance(place, OwnPlace)
    return place


def test_the_board_tells_who_gave_most_once_a_second() -> None:
    scene = Scene()
    for viewer in ("ann", "bob", "cat"):
        scene.join(viewer)
    scene.commit("ann", "a", "tomato")
    scene.commit("bob", "b", "rose", count=3)
    (board,) = boards_in(scene.tick(TOLD_EVERY_S))
    assert board == Board("round", 1, (Place("bob", 30), Place("ann", 5)))
    scene.commit("ann", "c", "fireworks")
    assert not boards_in(scene.tick(TOLD_EVERY_S / 2))
    assert boards_in(scene.tick(TOLD_EVERY_S / 2))[0].top[0] == Place("ann", 305)
    assert [place_of(scene, viewer) for viewer in ("ann", "bob", "cat")] == [
        OwnPlace("round", 1, 305),
        OwnPlace("round", 2, 30),
        OwnPlace("round", 0, 0),
    ]
    (greeting,) = of(fx.Greet, scene.join("late"))
    assert greeting.welcome.board == Board("round", 1, (Place("ann", 305), Place("bob", 30)))


def test_what_is_given_back_does_not_count_and_an_earlier_rounds_refund_changes_nothing() -> None:
    scene = Scene()
    scene.join("ann")
    scene.go_live()
    scene.commit("ann", "t-1", "ticket")
    scene.play(ev.GiftRefunded("ann", "t-1", 1_000, "sorry"), ev.GiftRefunded("ann", "t-1", 1_000, "sorry"))
    scene.tick(TOLD_EVERY_S)
    assert place_of(scene, "ann") == OwnPlace("round", 0, 0)
    scene.commit("ann", "t-2", "ticket")
    scene.play(ev.RoundBegun(2, 0), ev.GiftRefunded("ann", "t-2", 1_000, "sorry"))
    scene.tick(TOLD_EVERY_S)
    assert place_of(scene, "ann") == OwnPlace("round", 0, 0)


def test_another_round_begins_with_an_empty_board() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "a", "tomato")
    scene.tick(TOLD_EVERY_S)
    effects = scene.play(ev.RoundBegun(2, 0))
    assert boards_in(effects) == [Board("round", 2, ())]
    assert [report.data for report in of(fx.Report, effects)] == [{"round": 2}]


def test_a_gift_that_was_paid_before_the_round_began_does_not_count_in_it() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.RoundBegun(2, 7))
    for transfer, coins in ((7, 5), (8, 10)):
        scene.play(ev.GiftCommitted("ann", "ann", f"g-{transfer}", "castle/ghost", 900, "t", coins, transfer=transfer))
    scene.play(ev.GiftRefunded("ann", "g-7", 1_000, "sorry"))
    scene.tick(TOLD_EVERY_S)
    assert place_of(scene, "ann") == OwnPlace("round", 1, 10)
    assert scene.room.coins_given == 15, "goals count it all the same"


def test_a_round_of_an_earlier_life_goes_on_with_what_was_given_in_it() -> None:
    scene = Scene()
    scene.play(ev.RoundRestored(3, 7, (ev.Gave("ann", "Ann", 30), ev.Gave("bob", "Bob", 40))))
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.board == Board("round", 3, (Place("Bob", 40), Place("Ann", 30)))
    assert place_of(scene, "ann") == OwnPlace("round", 2, 30)
    scene.play(ev.GiftCommitted("ann", "Ann", "g-8", "castle/ghost", 900, "t", 15, transfer=8))
    assert boards_in(scene.tick(TOLD_EVERY_S))[0].top == (Place("Ann", 45), Place("Bob", 40))
    scene.play(ev.GiftRefunded("ann", "g-8", 1_000, "sorry"))
    assert boards_in(scene.tick(TOLD_EVERY_S))[0].top == (Place("Bob", 40), Place("Ann", 30))


def test_the_first_few_wear_a_badge_in_the_chat() -> None:
    scene = Scene()
    for number in range(TOP_GIVERS + 1):
        scene.join(f"viewer-{number}")
        scene.commit(f"viewer-{number}", "gift", "tomato", count=10 - number)
    scene.tick(TOLD_EVERY_S)
    badges = []
    for number in range(TOP_GIVERS + 1):
        (line,) = of(fx.TellAll, scene.play(ev.Said(f"viewer-{number}", "hi")))
        assert isinstance(line.message, ChatLine)
        badges.append(line.message.badges)
    assert badges == [("top",)] * TOP_GIVERS + [()]


def test_only_so_many_gifts_are_remembered_for_their_refund() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "waits", "ticket")
    for number in range(REFUNDABLE_MAX):
        event = ev.GiftCommitted("ann", "ann", f"gift-{number}", "dance", 1_000, "token", price_coins=60)
        scene.room = given_gift(scene.room, event, 60, may_come_back=True)
    assert len(scene.room.round.refundable) <= REFUNDABLE_MAX
    assert ("ann", "waits") in scene.room.round.refundable, "what may still come back is not forgotten for what is done"


def test_what_never_comes_back_is_not_remembered_for_its_refund() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "rose", "rose", count=3)
    assert not scene.room.round.refundable


gifts = st.tuples(st.integers(0, 14), st.sampled_from(["tomato", "rose", "fireworks"]), st.integers(1, 20))


@given(st.lists(gifts, max_size=40))
def test_places_are_what_sorting_says(asked: list[tuple[int, str, int]]) -> None:
    scene = Scene()
    sums: dict[str, int] = {}
    for number in range(15):
        scene.join(f"viewer-{number}")
    for at, (number, gift, count) in enumerate(asked):
        viewer = f"viewer-{number}"
        scene.commit(viewer, f"gift-{at}", gift, count=count)
        sums[viewer] = sums.get(viewer, 0) + GIFTS[gift].price_coins * count
    scene.tick(TOLD_EVERY_S)
    top = [giver.coins for _, giver in scene.room.round.top]
    assert top == sorted(sums.values(), reverse=True)[:PLACES_MAX]
    for viewer, coins in sums.items():
        assert place_of(scene, viewer).place == 1 + sum(other > coins for other in sums.values())
    assert scene.room.coins_given == sum(sums.values())
