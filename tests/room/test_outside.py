"""Lines from outside: told like everybody's, kept in order like everybody's, and bounded all together."""

import pytest
from msgspec.structs import replace
from rooms import Scene, of

from avatar_live.protocol.cues import Banner, Confetti
from avatar_live.protocol.wire import CHAT_CHARACTERS_MAX, NAME_CHARACTERS_MAX, ChatLine, HoldMode, Moderate, Removed
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.moderation import NO_SUBJECT, obstacle_to
from avatar_live.room.outside import HELD, LIKES_AT_ONCE_MAX, TOO_FAST, obstacle_to_line
from avatar_live.room.state import OUTSIDE_ALLOWANCE, OUTSIDE_SHOWN_ALLOWANCE


def test_a_line_from_outside_is_told_with_where_it_was_written() -> None:
    scene = Scene()
    effects = scene.play(ev.OutsideSaid("twitch", "An\u202en", " hello\u0000 "))
    assert of(fx.TellAll, effects) == [fx.TellAll(ChatLine(1, "Ann", "hello", source="twitch"))]
    (report,) = of(fx.Report, effects)
    assert (report.type, report.source, report.data["name"], report.data["text"]) == ("chat", "twitch", "Ann", "hello")
    assert scene.room.lines == (ChatLine(1, "Ann", "hello", source="twitch"),)
    assert len(scene.room.viewers) == 0


def test_a_camps_word_from_outside_pushes_the_ball() -> None:
    effects = Scene().play(ev.OutsideSaid("twitch", "Ann", "go red"))
    assert [push.camp for push in of(fx.PushBall, effects)] == ["red"]


def test_a_name_from_outside_is_cut_and_one_that_shows_nothing_replaced() -> None:
    scene = Scene()
    for name in ("x" * (NAME_CHARACTERS_MAX + 1), "\u200b"):
        scene.play(ev.OutsideSaid("twitch", name, "hi"))
    assert [line.name for line in scene.room.lines] == ["x" * NAME_CHARACTERS_MAX, "Guest"]


@pytest.mark.parametrize(
    ("text", "is_told"), [(" ", False), ("x" * CHAT_CHARACTERS_MAX, True), ("x" * (CHAT_CHARACTERS_MAX + 1), False)]
)
def test_a_line_that_cannot_be_told_is_left_out(text: str, is_told: bool) -> None:
    scene = Scene()
    line = ev.OutsideSaid("bot", "Robot", text)
    assert bool(obstacle_to_line(scene.room, line, scene.now_s)) is not is_told
    assert bool(of(fx.TellAll, scene.play(line))) is is_told


def test_a_program_answers_a_line() -> None:
    scene = Scene()
    scene.play(ev.OutsideSaid("twitch", "Ann", "!score"), ev.OutsideSaid("bot", "Robot", "1 to 0", reply_to=1))
    assert scene.room.lines[-1] == ChatLine(2, "Robot", "1 to 0", reply_to=1, reply_name="Ann", source="bot")


def test_a_frozen_chat_is_frozen_for_the_outside_too() -> None:
    scene = Scene()
    scene.play(ev.Moderated("", Moderate("freeze")))
    assert scene.play(ev.OutsideSaid("twitch", "Ann", "hello")) == []
    scene.play(ev.Moderated("", Moderate("thaw")), ev.Moderated("", Moderate("links_off")))
    assert scene.play(ev.OutsideSaid("twitch", "Ann", "see www.example.com")) == []


@pytest.mark.parametrize(
    ("hold", "text", "is_told"),
    [
        ("links", "see www.example.com", False),
        ("links", "hello", True),
        ("newcomers", "hello", True),
        ("all", "hello", False),
    ],
)
def test_a_line_from_outside_that_a_moderator_would_have_to_see_is_left_out(
    hold: HoldMode, text: str, is_told: bool
) -> None:
    scene = Scene()
    scene.room = replace(scene.room, order=replace(scene.room.order, hold=hold))
    line = ev.OutsideSaid("twitch", "Ann", text)
    assert (obstacle_to_line(scene.room, line, scene.now_s) == HELD) is not is_told
    assert bool(of(fx.TellAll, scene.play(line))) is is_told


def test_the_outside_may_talk_as_fast_as_its_allowance_and_no_faster() -> None:
    scene = Scene()
    line = ev.OutsideSaid("twitch", "Ann", "hello")
    for _ in range(int(OUTSIDE_ALLOWANCE.burst)):
        assert of(fx.TellAll, scene.play(line))
    assert obstacle_to_line(scene.room, line, scene.now_s) == TOO_FAST
    assert scene.play(line) == []
    scene.now_s += 1.01 / OUTSIDE_ALLOWANCE.rate_hz
    assert of(fx.TellAll, scene.play(line))


def test_a_line_from_outside_can_be_removed_and_its_writer_is_nobody_to_ban() -> None:
    scene = Scene()
    scene.play(ev.OutsideSaid("twitch", "Ann", "hello"))
    assert obstacle_to(scene.room, "", Moderate("ban", seq=1), scene.now_s) == NO_SUBJECT
    assert of(fx.TellAll, scene.play(ev.Moderated("", Moderate("remove", seq=1)))) == [fx.TellAll(Removed(1))]
    assert scene.room.lines == ()


def test_a_gift_from_outside_is_told_without_a_coin_and_thanked_for() -> None:
    scene = Scene()
    scene.go_live()
    gave = ev.OutsideGave("twitch", "m1", "Ann", "bits", 100, "100 bits", "go red")
    effects = scene.play(gave)
    (report,) = [one for one in of(fx.Report, effects) if one.type == "gift"]
    assert report.source == "twitch"
    assert report.data == {
        "id": "m1",
        "name": "Ann",
        "gift": "bits",
        "price_coins": 0,
        "count": 100,
        "combo": "",
        "combo_count": 1,
        "worth": "100 bits",
    }
    (line,) = scene.room.lines
    assert isinstance(line, ChatLine) and line.source == "twitch"
    assert line.text.endswith("bits ×100 (100 bits) go red")
    assert [type(one.cue) for one in of(fx.ShowCue, effects)] == [Banner, Confetti]
    assert [push.camp for push in of(fx.PushBall, effects)] == ["red"]
    assert not of(fx.Commit, effects) and not of(fx.Mark, effects) and not of(fx.Refund, effects)


def test_the_stage_thanks_the_outside_now_and_then_and_never_while_the_host_hides() -> None:
    scene = Scene()
    scene.go_live()
    shown = 0
    for number in range(20):
        effects = scene.play(ev.OutsideGave("twitch", str(number), "Ann", "bits", 1))
        assert of(fx.Report, effects)[0].type == "gift"
        shown += bool(of(fx.ShowCue, effects))
    assert shown == int(OUTSIDE_SHOWN_ALLOWANCE.burst)
    scene.now_s += 60.0
    scene.play(ev.HostHid(True))
    assert not of(fx.ShowCue, scene.play(ev.OutsideGave("twitch", "x", "Ann", "bits", 1)))


def test_a_gift_whose_words_are_not_wanted_is_told_without_them() -> None:
    scene = Scene()
    scene.play(ev.Moderated("", Moderate("links_off")))
    effects = scene.play(ev.OutsideGave("twitch", "m1", "Ann", "bits", 1, "1 bits", "see www.example.com"))
    assert [one.type for one in of(fx.Report, effects)] == ["gift", "chat"]
    assert all("example" not in str(line) for line in scene.room.lines)


def test_likes_from_outside_count_up_to_a_limit_at_once() -> None:
    scene = Scene()
    for count, told in ((LIKES_AT_ONCE_MAX, LIKES_AT_ONCE_MAX), (LIKES_AT_ONCE_MAX + 1, LIKES_AT_ONCE_MAX), (0, None)):
        reports = of(fx.Report, scene.play(ev.OutsideLiked("bilibili", count)))
        assert [one.data["count"] for one in reports] == ([] if told is None else [told])
    assert scene.room.likes == 2 * LIKES_AT_ONCE_MAX
    assert not [one for one in of(fx.Report, scene.tick()) if one.type == "like"], "they were told already"


def test_who_follows_elsewhere_is_told() -> None:
    scene = Scene()
    scene.go_live()
    effects = scene.play(ev.OutsideFollowed("twitch", "Ann"))
    assert of(fx.Report, effects) == [fx.Report("followed", {"name": "Ann", "followers": 0}, "twitch")]
    assert [type(one.cue) for one in of(fx.ShowCue, effects)] == [Banner]
