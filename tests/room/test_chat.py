"""Chat lines: replies, badges and what the host writes."""

import pytest
from rooms import Scene, of, told

from avatar_live.protocol.emotes import EMOTES
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, NAME_CHARACTERS_MAX, ChatLine, Moderate, Refused
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.chat import HOST, NOTHING_TO_READ, host_name, obstacle_to_host
from avatar_live.room.order import Order
from avatar_live.room.state import LINES_KEPT_MAX, Room


def lines(effects: list[fx.Effect]) -> list[ChatLine]:
    return [effect.message for effect in of(fx.TellAll, effects) if isinstance(effect.message, ChatLine)]


def test_a_reply_names_the_line_and_who_wrote_it() -> None:
    scene = Scene()
    scene.join("ann")
    scene.join("bob")
    effects = scene.play(ev.Said("ann", "hello"), ev.Said("bob", "hello yourself", reply_to=1))
    assert lines(effects)[1] == ChatLine(2, "bob", "hello yourself", (), 1, "ann")
    assert [report.data["reply_to"] for report in of(fx.Report, effects) if report.type == "chat"] == [0, 1]


def test_a_gift_can_be_answered_too() -> None:
    scene = Scene()
    scene.join("ann")
    scene.commit("ann", "gift-1", "rose")
    (line,) = lines(scene.play(ev.HostSaid("thank you!", reply_to=1)))
    assert (line.reply_to, line.reply_name) == (1, "ann")


@pytest.mark.parametrize("reply_to", [-1, 0, 2, 999, 2**53])
def test_what_answers_a_line_that_is_gone_is_told_as_a_line_of_its_own(reply_to: int) -> None:
    scene = Scene()
    scene.join("ann")
    (line,) = lines(scene.play(ev.Said("ann", "as I said", reply_to)))
    assert line == ChatLine(1, "ann", "as I said")


def test_the_oldest_line_that_the_room_keeps_can_be_answered_and_one_before_it_not() -> None:
    scene = Scene()
    scene.join("ann")
    for number in range(LINES_KEPT_MAX + 1):
        scene.now_s += 1.0
        scene.play(ev.Said("ann", f"line {number}"))
    oldest = scene.room.lines[0].seq
    assert [line.reply_to for line in lines(scene.play(ev.HostSaid("a", oldest), ev.HostSaid("b", oldest - 1)))] == [
        oldest,
        0,
    ]


def test_who_is_muted_cannot_answer_either() -> None:
    scene = Scene()
    scene.join("ann")
    scene.play(ev.Said("ann", "hi"), ev.Moderated("", Moderate("mute", 1, seconds=60.0)))
    effects = scene.play(ev.Said("ann", "let me", reply_to=1))
    assert not lines(effects) and isinstance(told("ann", effects)[0], Refused)


def test_a_moderators_line_says_so() -> None:
    scene = Scene()
    scene.room = Room(epoch="life-1", order=Order(moderators=frozenset({"mod"})))
    scene.join("mod")
    effects = scene.play(ev.Said("mod", "be kind"))
    assert lines(effects)[0].badges == ("moderator",)
    assert [report.data["role"] for report in of(fx.Report, effects)] == ["moderator"]


def test_the_host_writes_under_the_shows_name_and_no_filter_stands_in_the_way() -> None:
    scene = Scene()
    scene.room = Room(epoch="life-1", title="Test\u202e show", order=Order(is_frozen=True, slow_s=60.0))
    effects = scene.play(ev.HostSaid("hello"), ev.HostSaid("see https://example.org"))
    assert [(line.name, line.badges) for line in lines(effects)] == [("Test show", ("host",))] * 2
    assert [report.data["role"] for report in of(fx.Report, effects)] == ["host", "host"]


def test_a_hosts_line_can_be_removed_but_nobody_can_mute_the_host_by_it() -> None:
    scene = Scene()
    scene.play(ev.HostSaid("oops"), ev.Moderated("", Moderate("mute", 1, seconds=60.0)))
    assert not scene.room.order.muted
    scene.play(ev.Moderated("", Moderate("remove", 1)))
    assert not scene.room.lines


def test_a_hosts_line_is_clean_and_bounded() -> None:
    scene = Scene()
    assert lines(scene.play(ev.HostSaid("pay \u202eevil\u202c")))[0].text == "pay evil"
    assert obstacle_to_host("x" * CHAT_CHARACTERS_MAX) == ""
    assert str(CHAT_CHARACTERS_MAX) in obstacle_to_host("x" * (CHAT_CHARACTERS_MAX + 1))
    assert obstacle_to_host("\u200b") == NOTHING_TO_READ
    assert not scene.play(ev.HostSaid("\u200b"))


@pytest.mark.parametrize(("title", "name"), [("", HOST), ("\u202e", HOST), ("x" * 99, "x" * NAME_CHARACTERS_MAX)])
def test_a_host_always_has_a_name(title: str, name: str) -> None:
    assert host_name(Room(epoch="life-1", title=title)) == name


def test_emotes_have_codes_of_their_own_that_are_plain_words() -> None:
    codes = [emote.code for emote in EMOTES]
    assert len(set(codes)) == len(codes)
    assert all(code.isascii() and code.isalnum() and code.islower() for code in codes)
