"""Lines that wait for a moderator, and the delay with which everybody hears everybody."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import Scene, of, told

from avatar_live.protocol.wire import (
    ChatLine,
    Decided,
    Deed,
    Held,
    HoldEnd,
    HoldMode,
    Moderate,
    Refused,
    ToViewer,
    Waiting,
)
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.filter import words_of
from avatar_live.room.held import DELAYED_FULL, DENIED, FULL, FULL_OF_YOURS, UNDECIDED, is_regular, with_regular
from avatar_live.room.moderation import BANNED, NOT_WAITING
from avatar_live.room.order import (
    DELAY_S_MAX,
    DELAYED_MAX,
    HELD_EACH_MAX,
    HELD_MAX,
    HOLD_S_MAX,
    REGULARS_MAX,
    Order,
)
from avatar_live.room.state import Room

LOOK_S = 0.1


def scene_of(*viewers: str) -> Scene:
    """Let viewers in, and a moderator."""
    scene = Scene()
    scene.room = Room(epoch="life-1", order=Order(words=words_of(["badword"])))
    for viewer in (*viewers, "mod"):
        scene.join(viewer)
    scene.play(ev.Invited("mod"))
    return scene


def order(scene: Scene, deed: Deed, seconds: float = 0.0, **more: object) -> list[fx.Effect]:
    """Order something as the host."""
    return scene.play(ev.Moderated("", Moderate(deed, seconds=seconds, **more)))  # type: ignore[arg-type]


def says(scene: Scene, viewer: str, text: str) -> list[fx.Effect]:
    scene.now_s += 1.0
    return scene.play(ev.Said(viewer, text))


def chat(effects: list[fx.Effect]) -> list[str]:
    """Return the chat lines that everybody is told."""
    return [effect.message.text for effect in of(fx.TellAll, effects) if isinstance(effect.message, ChatLine)]


def heard(viewer: str, effects: list[fx.Effect]) -> list[ToViewer]:
    return told(viewer, effects)


@pytest.mark.parametrize(
    ("mode", "held"),
    [
        ("off", []),
        ("words", ["badword"]),
        ("links", ["badword", "see win.com"]),
        ("newcomers", ["badword", "see win.com", "hi"]),
        ("all", ["badword", "see win.com", "hi", "an old friend"]),
    ],
)
def test_each_mode_holds_what_those_before_it_hold_and_more(mode: HoldMode, held: list[str]) -> None:
    scene = scene_of("ann", "bob")
    says(scene, "bob", "hello")  # is no newcomer from now on
    order(scene, "hold", 60.0, hold=mode)
    for viewer, text in (("bob", "badword"), ("bob", "see win.com"), ("ann", "hi"), ("bob", "an old friend")):
        says(scene, viewer, text)
    assert [line.said.text for line in scene.room.order.held] == held


def test_a_held_line_is_known_to_its_writer_and_the_moderators_alone_until_one_lets_it_through() -> None:
    scene = scene_of("ann", "bob")
    order(scene, "hold", 60.0, hold="all")
    effects = says(scene, "ann", "hello")
    assert heard("ann", effects) == [Waiting(1, "hello", "all")]
    assert heard("mod", effects) == [Held(1, "ann", "hello", "all", 60.0)]
    assert not heard("bob", effects) and not chat(effects) and not of(fx.Report, effects)
    assert of(fx.Record, scene.play(ev.Moderated("mod", Moderate("approve", line=1))))
    effects = scene.tick(LOOK_S)
    assert chat(effects) == ["hello"]
    assert heard("ann", effects) == heard("mod", effects) == [Decided(1, True)]
    assert [report.data["text"] for report in of(fx.Report, effects) if report.type == "chat"] == ["hello"]
    assert scene.room.order.authors == {1: "ann"}, "it can be moderated like any other"


def test_a_denied_line_is_never_told_and_its_text_stands_in_the_audit_log() -> None:
    scene = scene_of("ann")
    order(scene, "hold", 60.0, hold="all")
    says(scene, "ann", "nonsense")
    effects = scene.play(ev.Moderated("mod", Moderate("deny", line=1)))
    assert heard("ann", effects) == heard("mod", effects) == [Decided(1, False, DENIED)]
    (record,) = of(fx.Record, effects)
    assert (record.by, record.viewer, record.text) == ("mod", "ann", "nonsense")
    assert chat(scene.tick(HOLD_S_MAX)) == []
    effects = scene.play(ev.Moderated("mod", Moderate("approve", line=1)))
    assert heard("mod", effects) == [Refused("moderate", NOT_WAITING)]


@pytest.mark.parametrize(("then", "lines", "end"), [("tell", ["hello"], ""), ("drop", [], UNDECIDED)])
def test_a_line_on_which_nobody_decides_is_told_or_dropped_when_its_time_is_up(
    then: HoldEnd, lines: list[str], end: str
) -> None:
    scene = scene_of("ann")
    order(scene, "hold", 30.0, hold="all", then=then)
    says(scene, "ann", "hello")
    assert chat(scene.tick(29.9)) == []
    effects = scene.tick(0.1)
    assert chat(effects) == lines
    assert heard("ann", effects) == [Decided(1, not end, end)]


def test_lines_are_told_in_the_order_in_which_they_were_said() -> None:
    scene = scene_of("ann", "bob")
    order(scene, "hold", 60.0, hold="all")
    for viewer, text in (("ann", "one"), ("bob", "two"), ("ann", "three")):
        says(scene, viewer, text)
    for line in (3, 1, 2):
        order(scene, "approve", line=line)
    assert chat(scene.tick(LOOK_S)) == ["one", "two", "three"]


def test_a_held_line_survives_that_its_writer_and_the_moderator_are_away() -> None:
    scene = scene_of("ann")
    order(scene, "hold", 60.0, hold="all")
    says(scene, "ann", "red please")
    scene.play(ev.Left("ann"), ev.Left("mod"))
    (greeting,) = of(fx.Greet, scene.join("ann"))
    assert greeting.welcome.waiting == (Waiting(1, "red please", "all"),)
    assert greeting.welcome.held == ()
    (greeting,) = of(fx.Greet, scene.join("mod"))
    assert greeting.welcome.held == (Held(1, "ann", "red please", "all", 60.0),)
    scene.play(ev.Left("ann"))
    effects = scene.tick(60.0)
    assert chat(effects) == ["red please"]
    assert of(fx.PushBall, effects), "its word pushes the ball, though who wrote it has gone"


def test_who_had_a_line_told_is_no_newcomer_until_one_is_removed() -> None:
    scene = scene_of("ann")
    order(scene, "hold", 60.0, hold="newcomers")
    assert chat(says(scene, "ann", "first")) == []
    order(scene, "approve", line=1)
    scene.tick(LOOK_S)
    assert chat(says(scene, "ann", "second")) == ["second"]
    order(scene, "remove", seq=2)
    assert chat(says(scene, "ann", "third")) == []


def test_so_many_are_known_to_be_no_newcomers_and_those_longest_known_are_forgotten() -> None:
    order_ = Order()
    for number in range(REGULARS_MAX + 1):
        order_ = with_regular(order_, str(number))
    assert all(is_regular(order_, str(number)) for number in range(REGULARS_MAX + 1))
    for number in range(REGULARS_MAX + 1, 2 * REGULARS_MAX + 1):
        order_ = with_regular(order_, str(number))
    assert not is_regular(order_, "0") and is_regular(order_, str(REGULARS_MAX + 1))
    assert len(order_.regulars) + len(order_.former_regulars) <= 2 * REGULARS_MAX


def test_to_remember_one_more_copies_a_shelf_and_not_all_of_them() -> None:
    before = Order()
    for number in range(2_000):
        before = with_regular(before, str(number))
    after = with_regular(before, "ann")
    shelves = zip(before.regulars._shelves, after.regulars._shelves, strict=True)
    assert sum(one is not other for one, other in shelves) == 1


def test_moderators_are_never_held_and_hear_everybody_at_once() -> None:
    scene = scene_of("ann")
    order(scene, "hold", 60.0, hold="all")
    order(scene, "delay", 5.0)
    assert chat(says(scene, "mod", "be kind")) == ["be kind"]


def test_so_many_lines_wait_and_one_more_is_refused() -> None:
    crowd = [f"viewer-{number}" for number in range(HELD_MAX // HELD_EACH_MAX)]
    scene = scene_of("ann", *crowd)
    order(scene, "hold", 600.0, hold="all")
    for _ in range(HELD_EACH_MAX):
        for viewer in crowd:
            assert len(heard(viewer, says(scene, viewer, "hello"))) == 1
    assert heard(crowd[0], says(scene, crowd[0], "hello")) == [Refused("say", FULL)]
    assert heard("ann", says(scene, "ann", "hello")) == [Refused("say", FULL)]
    order(scene, "deny", line=1)
    assert heard("ann", says(scene, "ann", "hello")) == [Waiting(HELD_MAX + 1, "hello", "all")]


def test_so_many_lines_of_one_viewer_wait_and_one_more_is_refused() -> None:
    scene = scene_of("ann", "bob")
    order(scene, "hold", 600.0, hold="all")
    for _ in range(HELD_EACH_MAX):
        says(scene, "ann", "hello")
    assert heard("ann", says(scene, "ann", "hello")) == [Refused("say", FULL_OF_YOURS)]
    assert heard("bob", says(scene, "bob", "hello")) == [Waiting(HELD_EACH_MAX + 1, "hello", "all")]


def test_a_delayed_chat_reaches_everybody_late_and_in_order_and_a_moderator_can_take_a_line_out_before() -> None:
    scene = scene_of("ann", "bob")
    order(scene, "delay", 5.0)
    assert heard("mod", says(scene, "ann", "one")) == [Held(1, "ann", "one", "delay", 5.0)]
    says(scene, "bob", "nonsense")
    says(scene, "ann", "three")
    scene.play(ev.Moderated("mod", Moderate("deny", line=2)))
    assert chat(scene.tick(2.9)) == []
    assert chat(scene.tick(0.2)) == ["one"]
    assert chat(scene.tick(5.0)) == ["three"]


def test_a_delay_that_ends_tells_what_waits_before_what_is_said_next() -> None:
    scene = scene_of("ann")
    order(scene, "delay", 20.0)
    says(scene, "ann", "one")
    order(scene, "delay", 0.0)
    assert chat(says(scene, "ann", "two")) == []
    assert chat(scene.tick(LOOK_S)) == ["one", "two"]
    assert chat(says(scene, "ann", "three")) == ["three"]


def test_so_many_lines_are_late_and_one_more_is_refused() -> None:
    scene = scene_of(*(f"viewer-{number}" for number in range(DELAYED_MAX + 1)))
    order(scene, "delay", 20.0)
    for number in range(DELAYED_MAX):
        scene.now_s += 0.006
        scene.play(ev.Said(f"viewer-{number}", "hello"))
    last = f"viewer-{DELAYED_MAX}"
    assert heard(last, scene.play(ev.Said(last, "hello"))) == [Refused("say", DELAYED_FULL)]
    assert len(chat(scene.tick(20.0))) == DELAYED_MAX


@pytest.mark.parametrize(("deed", "reason"), [("ban", BANNED), ("mute", DENIED)])
def test_what_waits_of_somebody_who_is_silenced_is_never_told(deed: Deed, reason: str) -> None:
    scene = scene_of("ann", "bob")
    order(scene, "delay", 5.0)
    says(scene, "ann", "nonsense")
    says(scene, "bob", "fine")
    assert Decided(1, False, reason) in heard("mod", order(scene, deed, 60.0, viewer="ann"))
    assert chat(scene.tick(5.0)) == ["fine"]


def test_nothing_is_told_while_the_room_rests() -> None:
    scene = scene_of("ann")
    order(scene, "delay", 1.0)
    says(scene, "ann", "hello")
    order(scene, "freeze")
    assert chat(scene.tick(10.0)) == []
    order(scene, "thaw")
    assert chat(scene.tick(LOOK_S)) == ["hello"]


@pytest.mark.parametrize(("deed", "most_s"), [("hold", HOLD_S_MAX), ("delay", DELAY_S_MAX)], ids=["a hold", "a delay"])
def test_lines_wait_for_so_long_and_no_longer(deed: Deed, most_s: float) -> None:
    scene = scene_of()
    assert order(scene, deed, most_s, hold="all")
    for seconds in (most_s + 1.0, -1.0, float("nan"), float("inf")):
        assert not order(scene, deed, seconds, hold="all")


@given(
    st.lists(
        st.one_of(
            st.builds(ev.Said, st.sampled_from(["ann", "bob"]), st.sampled_from(["hi", "win.com", "badword", "red"])),
            st.builds(
                ev.Moderated,
                st.just(""),
                st.builds(
                    Moderate,
                    st.sampled_from(get_args(Deed)),
                    viewer=st.sampled_from(["", "ann"]),
                    seconds=st.sampled_from([0.0, 1.0, 5.0]),
                    line=st.integers(1, 9),
                    hold=st.sampled_from(get_args(HoldMode)),
                    then=st.sampled_from(get_args(HoldEnd)),
                ),
            ),
            st.builds(ev.HostHid, st.booleans()),
            st.floats(0.1, 20.0),
        ),
        max_size=60,
    )
)
def test_every_line_that_waits_is_decided_once_and_told_no_more_than_once(events: list[ev.Event | float]) -> None:
    scene = scene_of("ann", "bob")
    made: list[fx.Effect] = []
    for event in events:
        made += scene.tick(event) if isinstance(event, float) else scene.play(event)
    order(scene, "thaw")
    scene.play(ev.HostHid(False))
    made += order(scene, "delay", 0.0) + scene.tick(HOLD_S_MAX)
    assert not scene.room.order.held and not scene.room.order.delayed
    waited = [one.message.id for one in of(fx.Tell, made) if isinstance(one.message, Held)]
    decided = [one.message for one in of(fx.Tell, made) if one.viewer == "mod" and isinstance(one.message, Decided)]
    assert sorted(waited) == sorted(one.id for one in decided)
    numbers = [one.message.seq for one in of(fx.TellAll, made) if isinstance(one.message, ChatLine)]
    assert numbers == list(range(1, len(numbers) + 1))
