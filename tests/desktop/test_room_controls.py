"""The host keeps order from the window, over a room that only pretends."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from desks import Desk
from fake_room import CALM, FakeRoom
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QMenu

from avatar_live.desktop.audience import ChatLineRow
from avatar_live.desktop.together import GoalDialog, PollDialog
from avatar_live.desktop.waiting import ROWS_MAX
from avatar_live.protocol.keeping import HeldLine, Reported

HELD = HeldLine(4, "digest", "Eve", "buy my things at win.com", "link", 55.0)
REPORTED = Reported(2, "digest", 3, "Bo", "something bad")


@pytest.fixture
def room() -> Iterator[FakeRoom]:
    made = FakeRoom()
    yield made
    made.close()


@pytest.fixture
def desk(application: QApplication, tmp_path: Path, room: FakeRoom) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.show.api_url = room.url
    made.go_live()
    yield made
    made.close()


def action(menu: QMenu | None, *path: str) -> QAction:
    """Find an entry of a menu by its words and those of the menus above it."""
    assert menu is not None
    first, *rest = path
    if not rest:
        return next(one for one in menu.actions() if one.text() == first)
    return action(next(one for one in menu.findChildren(QMenu) if one.title() == first), *rest)


def chat(desk: Desk, number: int, name: str, text: str, role: str = "viewer") -> ChatLineRow:
    desk.events.tell("chat", name=name, text=text, line=number, role=role, reply_to=0)
    desk.wait(lambda: f"{name}: {text}" in desk.window.feed_card.texts())
    lines = desk.window.feed_card.lines
    row = lines.itemWidget(lines.item(lines.count() - 1))
    assert isinstance(row, ChatLineRow)
    return row


def deeds(room: FakeRoom) -> list[object]:
    return [order["deed"] for order in room.orders()]


def test_held_and_reported_lines_wait_for_the_hosts_word(desk: Desk, room: FakeRoom) -> None:
    waiting = desk.window.room.waiting
    assert not waiting.isVisible()
    room.order = msgspec.structs.replace(CALM, held=(HELD,), reported=(REPORTED,))
    desk.wait(lambda: len(waiting.rows) == 2)
    desk.click(waiting.rows[1].yes_button)
    desk.wait(lambda: deeds(room) == ["approve"])
    assert room.orders()[0]["line"] == HELD.line
    assert len(waiting.rows) == 1, "gone at once, though the room has not said so yet"
    desk.click(waiting.rows[0].no_button)
    desk.wait(lambda: deeds(room) == ["approve", "remove"])
    assert room.orders()[1]["seq"] == REPORTED.line
    room.order = CALM
    desk.wait(lambda: not waiting.isVisible())


def test_only_the_first_of_many_are_shown_and_the_others_are_counted(desk: Desk, room: FakeRoom) -> None:
    waiting = desk.window.room.waiting
    many = tuple(msgspec.structs.replace(HELD, line=number) for number in range(ROWS_MAX + 4))
    room.order = msgspec.structs.replace(CALM, held=many)
    desk.wait(lambda: len(waiting.rows) == ROWS_MAX)
    assert waiting.heading.text().endswith(str(len(many)))
    desk.click(waiting.rows[0].no_button)
    desk.wait(lambda: deeds(room) == ["deny"])
    desk.wait(lambda: len(waiting.rows) == ROWS_MAX)


@pytest.mark.parametrize(
    ("words", "order"),
    [
        ("Remove this line", {"deed": "remove", "seq": 7}),
        ("Mute Eve && Co for 10 minutes", {"deed": "mute", "seq": 7, "seconds": 600.0}),
        ("Ban Eve && Co", {"deed": "ban", "seq": 7}),
        ("Ban Eve && Co and this network address", {"deed": "ban", "seq": 7, "is_by_address": True}),
    ],
)
def test_a_click_on_a_line_offers_what_can_be_done_about_it(
    desk: Desk, room: FakeRoom, words: str, order: dict[str, object]
) -> None:
    row = chat(desk, 7, "Eve & Co", "<b>nonsense</b>")
    desk.press(row)
    action(desk.window.room.line_menu, words).trigger()
    desk.wait(lambda: len(room.orders()) == 1)
    assert {name: room.orders()[0][name] for name in order} == order


def test_nobody_mutes_the_host_and_a_removed_line_is_struck_out_and_offers_nothing(desk: Desk) -> None:
    own, other = chat(desk, 1, "Mirai", "welcome", role="host"), chat(desk, 2, "Eve", "nonsense")
    desk.press(own)
    menu = desk.window.room.line_menu
    assert menu is not None and len(menu.actions()) == 1
    desk.window.room.line_menu = None
    desk.events.tell("chat_removed", line=2)
    desk.wait(lambda: "Eve: nonsense (removed)" in desk.window.feed_card.texts())
    desk.press(other)
    assert desk.window.room.line_menu is None


def test_how_the_room_is_kept_is_chosen_in_a_menu_that_shows_it(desk: Desk, room: FakeRoom) -> None:
    menu = desk.window.room.order_menu
    action(menu, "Slow mode", "10 seconds").trigger()
    action(menu, "Wait for me", "Everybody's first line, too").trigger()
    action(menu, "Chat is late by", "5 seconds").trigger()
    desk.wait(lambda: len(room.orders()) == 3)
    slow, hold, delay = room.orders()
    assert (slow["deed"], slow["seconds"]) == ("slow", 10.0)
    assert (hold["deed"], hold["hold"], hold["seconds"], hold["then"]) == ("hold", "newcomers", 60.0, "tell")
    assert (delay["deed"], delay["seconds"]) == ("delay", 5.0)
    room.order = msgspec.structs.replace(CALM, slow_s=30.0, hold="links", then="drop", delay_s=2.0, has_links=False)
    desk.wait(lambda: action(menu, "Slow mode", "30 seconds").isChecked())
    assert action(menu, "Wait for me", "Links, too").isChecked()
    assert action(menu, "Chat is late by", "2 seconds").isChecked()
    assert not action(menu, "Links are welcome").isChecked()
    action(menu, "Links are welcome").trigger()
    desk.wait(lambda: deeds(room)[-1] == "links_on")


def test_the_room_is_frozen_and_thawed_by_one_button(desk: Desk, room: FakeRoom) -> None:
    button = desk.window.room.freeze_button
    desk.click(button)
    desk.wait(lambda: deeds(room) == ["freeze"])
    room.order = msgspec.structs.replace(CALM, is_frozen=True)
    desk.wait(lambda: button.isChecked() and button.text() == "Frozen")
    desk.click(button)
    desk.wait(lambda: deeds(room) == ["freeze", "thaw"])


def test_the_host_writes_into_the_chat_and_hears_why_it_was_not_told(desk: Desk, room: FakeRoom) -> None:
    edit = desk.window.room.say_edit
    room.refusal = "There is nothing to read in that message."
    QTest.keyClicks(edit, "hello everybody\r")
    desk.wait(lambda: desk.window.notice.text() == room.refusal)
    assert room.asked[-1] == ("/api/chat", {"text": "hello everybody"})
    assert edit.text() == ""


def test_a_link_for_a_moderator_is_copied(desk: Desk, room: FakeRoom) -> None:
    action(desk.window.room.order_menu, "Copy a link for a moderator").trigger()
    desk.wait(lambda: "clipboard" in desk.window.notice.text())
    assert QGuiApplication.clipboard().text() == f"{desk.show.link}#invitation=a-token"


def test_a_moderator_of_a_closed_show_is_invited_beside_its_token(desk: Desk, room: FakeRoom) -> None:
    desk.show.link += "#token=let-me-in"
    action(desk.window.room.order_menu, "Copy a link for a moderator").trigger()
    desk.wait(lambda: "clipboard" in desk.window.notice.text())
    assert QGuiApplication.clipboard().text() == f"{desk.show.link}&invitation=a-token"


def test_the_host_asks_the_viewers_in_a_dialog(desk: Desk, room: FakeRoom) -> None:
    menu = desk.window.room.play_menu
    action(menu, "Ask the viewers ...").trigger()
    dialog = desk.window.room.dialog
    assert isinstance(dialog, PollDialog)
    ask = dialog.buttons.button(QDialogButtonBox.StandardButton.Ok)
    assert not ask.isEnabled(), "a question needs words and two answers"
    dialog.question.setText("How old is Mirai?")
    dialog.choices[0].setText("One")
    dialog.choices[2].setText("Nobody knows")
    dialog.answer.setCurrentIndex(2)
    desk.keep_widget("poll", dialog)
    desk.click(ask)
    desk.wait(lambda: len(room.asked) == 1)
    assert room.asked[0] == (
        "/api/polls",
        {"question": "How old is Mirai?", "choices": ["One", "Nobody knows"], "seconds": 60.0, "answer": 1},
    )
    action(menu, "End the poll now").trigger()
    action(menu, "Begin another round").trigger()
    desk.wait(lambda: [path for path, _ in room.asked[1:]] == ["/api/polls/end", "/api/rounds"])
    desk.events.tell("poll_ended", poll=1, question="Tea?", winner="Yes", votes=3, total=4, answer="", right=0)
    desk.wait(lambda: desk.window.feed_card.texts() == ["Tea? Yes with 3 of 4"])


def test_the_host_sets_a_goal_in_a_dialog(desk: Desk, room: FakeRoom) -> None:
    action(desk.window.room.play_menu, "Set a goal ...").trigger()
    dialog = desk.window.room.dialog
    assert isinstance(dialog, GoalDialog)
    dialog.title_edit.setText("A dance for everybody")
    dialog.target.setValue(500)
    dialog.reward.setCurrentIndex(3)
    desk.keep_widget("goal", dialog)
    desk.click(dialog.buttons.button(QDialogButtonBox.StandardButton.Ok))
    desk.wait(lambda: len(room.asked) == 1)
    assert room.asked[0] == (
        "/api/goals",
        {"kind": "likes", "title": "A dance for everybody", "target": 500, "reward": "dance"},
    )


def test_nothing_of_it_can_be_used_before_the_show_is_live_and_after_it(desk: Desk, room: FakeRoom) -> None:
    controls = desk.window.room
    widgets = (controls.order_button, controls.freeze_button, controls.say_edit)
    assert all(widget.isEnabled() for widget in widgets)
    room.order = msgspec.structs.replace(CALM, held=(HELD,))
    desk.wait(lambda: controls.waiting.isVisible())
    desk.click(desk.window.live_button)
    desk.wait(lambda: desk.window.live_button.text() == "Go live")
    assert not any(widget.isEnabled() for widget in widgets) and not controls.waiting.isVisible()


def test_the_room_as_the_host_sees_it(desk: Desk, room: FakeRoom) -> None:
    lines = (
        ("Ada", "hello from the train"),
        ("Bo", "red red red"),
        ("Eve", "buy my things"),
        ("Chiyo", "how do the ears move? That is a long question that needs a second line, I think"),
    )
    for number, (name, text) in enumerate(lines):
        chat(desk, number + 1, name, text)
        desk.events.tell("gift", id=f"g{number}", name=name, gift="rose", price_coins=10)
    chat(desk, 9, "Mirai", "welcome, everybody!", role="host")
    desk.events.tell("chat_removed", line=3)
    room.order = msgspec.structs.replace(CALM, held=(HELD,), reported=(REPORTED,), is_frozen=True)
    controls = desk.window.room
    desk.wait(lambda: controls.waiting.isVisible() and controls.freeze_button.isChecked())
    desk.window.resize(1280, 800)
    bar = desk.window.feed_card.lines.verticalScrollBar()
    desk.wait(lambda: bar.value() == bar.maximum() > 0)
    desk.keep("room")
    desk.keep_menu("room_menu", controls.order_menu)
