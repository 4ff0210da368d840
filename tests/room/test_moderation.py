"""Who may talk: mutes, bans, removed lines, slow mode, freeze, filters and reports."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rooms import Scene, of, told

from avatar_live.protocol.wire import MODERATION_SECONDS_MAX, ChatLine, Deed, Kept, Moderate, Refused, Removed
from avatar_live.room import effects as fx
from avatar_live.room import events as ev
from avatar_live.room.filter import folded, has_link, has_word, words_of
from avatar_live.room.moderation import (
    BANNED,
    HOST_ONLY,
    MODERATORS_PROTECTED,
    NAMELESS,
    NO_SUBJECT,
    NOT_A_MODERATOR,
    REPORTERS_MAX,
    SLOW_S_MAX,
    TOO_FAST,
    obstacle_to,
)
from avatar_live.room.order import HOLD_S, Order
from avatar_live.room.state import CHAT_ALLOWANCE, DEED_ALLOWANCE

WORDS = words_of(["# not these", "badword", "赌博", " scam "])


def scene_of(*viewers: str) -> Scene:
    scene = Scene()
    for viewer in viewers:
        scene.join(viewer)
    return scene


def host(scene: Scene, deed: Deed, seq: int = 0, viewer: str = "", seconds: float = 0.0) -> list[fx.Effect]:
    return scene.play(ev.Moderated("", Moderate(deed, seq, viewer, seconds)))


def says(scene: Scene, viewer: str, text: str = "hello") -> str:
    """Say a line and return the refusal, empty when everybody heard it."""
    scene.now_s += 1.0
    effects = scene.play(ev.Said(viewer, text))
    if of(fx.TellAll, effects):
        return ""
    (refusal,) = told(viewer, effects)
    assert isinstance(refusal, Refused)
    return refusal.reason


def test_who_is_muted_is_told_why_and_talks_again_when_it_is_over() -> None:
    scene = scene_of("ann")
    assert says(scene, "ann") == ""
    effects = host(scene, "mute", seq=1, seconds=60.0)
    assert told("ann", effects) == [Refused("say", "You are muted for 60 s.")]
    assert says(scene, "ann") == "You are muted for 59 s more."
    scene.now_s += 58.0
    assert says(scene, "ann") == ""


def test_a_mute_can_be_taken_back() -> None:
    scene = scene_of("ann")
    host(scene, "mute", viewer="ann", seconds=60.0)
    host(scene, "unmute", viewer="ann")
    assert says(scene, "ann") == ""


@pytest.mark.parametrize("seconds", [0.0, -1.0, MODERATION_SECONDS_MAX + 1.0, float("nan"), float("inf")])
def test_a_mute_of_no_sensible_length_is_refused(seconds: float) -> None:
    scene = scene_of("ann")
    assert obstacle_to(scene.room, "", Moderate("mute", viewer="ann", seconds=seconds), scene.now_s)
    assert not host(scene, "mute", viewer="ann", seconds=seconds)
    assert not obstacle_to(scene.room, "", Moderate("mute", viewer="ann", seconds=MODERATION_SECONDS_MAX), 0.0)


def test_who_is_banned_is_sent_away_and_may_not_talk_until_the_ban_is_over() -> None:
    scene = scene_of("ann")
    effects = host(scene, "ban", viewer="ann")
    assert of(fx.SendAway, effects) == [fx.SendAway("ann", BANNED, False)]
    assert says(scene, "ann") == BANNED
    assert of(fx.LetBack, host(scene, "unban", viewer="ann"))
    assert says(scene, "ann") == ""


def test_a_removed_line_leaves_every_page_also_one_that_was_away() -> None:
    scene = scene_of("ann")
    says(scene, "ann", "something bad")
    effects = host(scene, "remove", seq=1)
    assert [effect.message for effect in of(fx.TellAll, effects)] == [Removed(1)]
    (record,) = of(fx.Record, effects)
    assert (record.viewer, record.text) == ("ann", "something bad")
    (greeting,) = of(fx.Greet, scene.join("bob", epoch="life-1", seq=1))
    assert greeting.welcome.removed == (1,)
    (greeting,) = of(fx.Greet, scene.join("eve"))
    assert not [line for line in greeting.welcome.recent if isinstance(line, ChatLine)]


def test_the_audit_log_holds_no_text_of_lines_that_stand() -> None:
    scene = scene_of("ann")
    says(scene, "ann", "a private thing")
    (record,) = of(fx.Record, host(scene, "mute", seq=1, seconds=5.0))
    assert record.text == ""


def test_slow_mode_keeps_a_viewer_but_no_other_waiting() -> None:
    scene = scene_of("ann", "bob")
    host(scene, "slow", seconds=10.0)
    assert says(scene, "ann") == ""
    assert says(scene, "ann") == "Slow mode: one line every 10 s."
    assert says(scene, "bob") == ""
    scene.now_s += 9.0
    assert says(scene, "ann") == ""
    assert not host(scene, "slow", seconds=SLOW_S_MAX + 1.0)


def test_in_a_frozen_room_only_moderators_talk() -> None:
    scene = scene_of("ann", "mod")
    scene.play(ev.Invited("mod"))
    host(scene, "freeze")
    assert "rests" in says(scene, "ann")
    assert says(scene, "mod") == ""
    host(scene, "thaw")
    assert says(scene, "ann") == ""


def test_only_moderators_keep_order_and_never_against_each_other() -> None:
    scene = scene_of("ann", "mod", "other")
    scene.play(ev.Invited("mod"), ev.Invited("other"))

    def tries(by: str, order: Moderate) -> str:
        return obstacle_to(scene.room, by, order, scene.now_s)

    assert tries("ann", Moderate("freeze")) == NOT_A_MODERATOR
    assert tries("mod", Moderate("ban", viewer="other")) == MODERATORS_PROTECTED
    assert tries("mod", Moderate("demote", viewer="other")) == HOST_ONLY
    assert tries("mod", Moderate("ban", seq=99)) == NO_SUBJECT
    assert tries("mod", Moderate("ban", viewer="ann")) == ""
    assert tries("", Moderate("demote", viewer="mod")) == ""
    effects = scene.play(ev.Moderated("ann", Moderate("freeze")))
    assert told("ann", effects) == [Refused("moderate", NOT_A_MODERATOR)]
    assert not scene.room.order.is_frozen


def test_a_program_may_what_a_moderator_may_and_is_recorded_by_its_name() -> None:
    scene = scene_of("ann", "mod")
    scene.play(ev.Invited("mod"))
    for order in (Moderate("ban", viewer="mod"), Moderate("mute", viewer="mod", seconds=9.0)):
        assert obstacle_to(scene.room, "", order, scene.now_s, "a bot") == MODERATORS_PROTECTED
        assert not scene.play(ev.Moderated("", order, "a bot"))
    assert obstacle_to(scene.room, "", Moderate("demote", viewer="mod"), scene.now_s, "a bot") == HOST_ONLY
    (record,) = of(fx.Record, scene.play(ev.Moderated("", Moderate("ban", viewer="ann"), "a bot")))
    assert (record.by, record.viewer) == ("a bot", "ann")


def test_who_was_demoted_is_a_viewer_again() -> None:
    scene = scene_of("mod")
    scene.play(ev.Invited("mod"))
    host(scene, "demote", viewer="mod")
    assert obstacle_to(scene.room, "mod", Moderate("freeze"), scene.now_s) == NOT_A_MODERATOR


def test_deeds_of_a_moderator_are_bounded() -> None:
    scene = scene_of("mod")
    scene.play(ev.Invited("mod"))
    orders = [ev.Moderated("mod", Moderate("freeze"))] * (int(DEED_ALLOWANCE.burst) + 1)
    effects = scene.play(*orders)
    assert len(of(fx.Record, effects)) == int(DEED_ALLOWANCE.burst)
    assert told("mod", effects)[-1] == Refused("moderate", TOO_FAST)


def test_moderators_hear_how_the_room_is_kept_when_they_come_and_when_somebody_changes_it() -> None:
    scene = scene_of("ann", "mod")
    scene.play(ev.Invited("mod"))
    effects = host(scene, "slow", seconds=5.0)
    assert told("mod", effects) == [Kept(5.0, False, True, "off", HOLD_S, "tell", 0.0)]
    assert not told("ann", effects)
    for viewer, sees in (("mod", True), ("ann", False)):
        (greeting,) = of(fx.Greet, scene.join(viewer))
        assert (greeting.welcome.kept is not None) == sees


def test_a_report_counts_once_a_viewer() -> None:
    scene = scene_of("ann", "bob", "eve")
    says(scene, "ann")
    scene.play(ev.LineReported("bob", 1), ev.LineReported("bob", 1), ev.LineReported("eve", 1))
    assert scene.room.order.reports == {1: {"bob", "eve"}}
    scene.play(ev.LineReported("bob", 77))
    assert scene.room.order.reports == {1: {"bob", "eve"}}
    host(scene, "dismiss", seq=1)
    assert scene.room.order.reports == {}
    assert not host(scene, "dismiss", seq=77)


@pytest.mark.parametrize(
    "text",
    ["badword", "a BADWORD!", "ｂａｄｗｏｒｄ", "bаdwоrd", "b4dw0rd", "b a d w o r d", "b.a.d.w.o.r.d", "bád̶word",
     "bad\u200bword", "这里可以赌博吗", "赌 博", "赌*博", "it is a scam"],
)  # fmt: skip
def test_a_word_is_found_however_it_is_dressed(text: str) -> None:
    assert has_word(text, WORDS)


@pytest.mark.parametrize("text", ["", "scampi for dinner", "a bad word", "我们去博物馆", "not these", "赌"])
def test_a_word_is_not_found_within_an_innocent_one(text: str) -> None:
    assert not has_word(text, WORDS)


@pytest.mark.parametrize(
    "text", ["see https://a.b", "www.x", "win.com now", "ｗｉｎ．ｃｏｍ", "win。com", "去win.cn看"]
)
def test_a_link_is_found(text: str) -> None:
    assert has_link(text)


@pytest.mark.parametrize("text", ["Hello.Nice", "3.5 comets", "wait... come", "example.comet"])
def test_a_full_stop_is_no_link(text: str) -> None:
    assert not has_link(text)


def test_filtered_lines_are_refused_with_a_sentence() -> None:
    scene = scene_of("ann")
    scene.room = type(scene.room)(epoch="life-1", order=Order(words=WORDS, has_links=False))
    scene.join("ann")
    assert "a word" in says(scene, "ann", "Badword")
    assert "Links" in says(scene, "ann", "win.com")
    host(scene, "links_on")
    assert says(scene, "ann", "win.com") == ""


@given(st.text(max_size=80))
def test_what_is_found_in_a_text_is_found_in_it_folded(text: str) -> None:
    assert has_word(folded(text), WORDS) or not has_word(text, WORDS)
    has_link(text)


@given(
    st.lists(
        st.builds(
            lambda by, order: ev.Moderated(by, order),
            st.sampled_from(["ann", "mod", ""]),
            st.builds(
                Moderate,
                st.sampled_from(get_args(Deed)),
                st.integers(-1, 3),
                st.sampled_from(["", "ann", "mod", "bob"]),
                st.floats(),
            ),
        ),
        max_size=20,
    )
)
def test_a_viewer_without_the_role_never_changes_who_may_talk(orders: list[ev.Moderated]) -> None:
    scene = scene_of("ann", "mod", "bob")
    scene.play(ev.Invited("mod"))
    for event in orders:
        before = scene.room.order
        is_trusted = event.by == "" or event.by in before.moderators
        effects = scene.play(event)
        if not is_trusted:
            assert scene.room.order == before
            assert not of(fx.Record, effects)


def test_a_name_that_could_not_be_said_is_a_guests() -> None:
    scene = Scene()
    scene.room = type(scene.room)(epoch="life-1", order=Order(words=WORDS, has_links=False))
    for viewer, name in (("eve", "b a d w o r d"), ("bob", "win.com"), ("ann", "Ann")):
        scene.play(ev.Joined(1, viewer, "secret", name, 1_000))
    names = {viewer: known.name for viewer, known in scene.room.viewers.items()}
    assert names == {"eve": NAMELESS, "bob": NAMELESS, "ann": "Ann"}
    scene.play(ev.OutsideSaid("twitch", "B4DW0RD", "hello"))
    assert [line.name for line in scene.room.lines] == [NAMELESS]


def test_so_many_reports_of_a_line_are_counted_and_no_more() -> None:
    scene = scene_of("ann")
    says(scene, "ann")
    for number in range(REPORTERS_MAX + 1):
        scene.join(f"viewer-{number}")
        scene.play(ev.LineReported(f"viewer-{number}", 1))
    assert len(scene.room.order.reports[1]) == REPORTERS_MAX


def test_a_flood_of_lines_is_stopped_before_their_words_are_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    scene, looked = Scene(), list[str]()
    scene.join("ann")

    def has_word(text: str, words: frozenset[str]) -> bool:
        looked.append(text)
        return True

    monkeypatch.setattr("avatar_live.room.moderation.has_word", has_word)
    scene.play(*[ev.Said("ann", f"bad {number}") for number in range(60)])
    assert len(looked) == CHAT_ALLOWANCE.burst


def test_thousands_of_words_without_blanks_are_each_found_and_nothing_else() -> None:
    words = words_of(f"{chr(0x4E00 + number % 200)}{chr(0x5000 + number)}" for number in range(5_000))
    assert all(has_word(f"好 {word[0]}-{word[1:]} 的", words) for word in words)
    assert not has_word("今天天气很好", words) and not has_word("", words)
