"""The window's card about recordings, platforms and SFUs, driven with real clicks over a show that only pretends."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from desks import Desk
from PySide6.QtWidgets import QApplication

from avatar_live.channels.processes import OutletState
from avatar_live.desktop.outlets import HINT, place_of

SENTENCE = "sfu.example.com cannot be reached."


@pytest.fixture
def desk(application: QApplication, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


def words(desk: Desk) -> list[tuple[str, str]]:
    return [(row.name.text(), row.words.text()) for row in desk.window.outlets.rows]


def test_a_recording_is_started_and_ended(desk: Desk) -> None:
    card = desk.window.outlets
    assert card.hint.isVisible() and card.hint.text() == HINT
    desk.click(card.film_button)
    desk.wait(lambda: card.film_button.text() == "■ Stop recording")
    assert desk.show.calls == [("record_video", True)]
    assert "2026-11-28_20-15-00.mp4" in card.film_button.toolTip() and not card.hint.isVisible()
    desk.click(card.film_button)
    desk.wait(lambda: card.film_button.text() == "● Record")
    assert desk.show.calls[-1] == ("record_video", False) and words(desk) == []


def test_a_recording_that_cannot_begin_says_why(desk: Desk) -> None:
    desk.show.fault = "Nothing can be written in /recordings: record into another folder."
    desk.click(desk.window.outlets.film_button)
    desk.wait(lambda: desk.window.notice.text() == desk.show.fault)
    assert not desk.window.outlets.film_button.isChecked()


def test_places_are_added_told_and_removed(desk: Desk) -> None:
    card = desk.window.outlets
    desk.click(card.add_button)
    assert desk.show.calls == [], "the host changed their mind"
    desk.place_written = "rtmps://live.example.com/app/KEY"
    desk.click(card.add_button)
    desk.wait(lambda: words(desk) == [("live.example.com", "when you are live")])
    assert desk.show.calls == [("add_place", "rtmps://live.example.com/app/KEY")]
    desk.click(card.rows[0].remove_button)
    desk.wait(lambda: words(desk) == [])
    assert desk.show.calls[-1] == ("remove_place", 0)


def test_each_outlet_says_how_it_does(desk: Desk) -> None:
    desk.show.is_live = True
    desk.show.video = "/home/me/recordings/2026-11-28_20-15-00.mp4"
    desk.show.places = ("live.twitch.tv", "a.rtmp.youtube.com", "sfu.example.com", "sfu.example.org", "www/")
    desk.show.told_outlets = (
        OutletState("recording", "2026-11-28_20-15-00.mp4", "live", frames=7_290, live_s=243.4),
        OutletState("rtmp", "live.twitch.tv", "live", frames=1_230, dropped=12, live_s=41.0),
        OutletState("rtmp", "a.rtmp.youtube.com", "connecting"),
        OutletState("whip", "sfu.example.com", "retrying", SENTENCE, retry_s=4.2),
        OutletState("whip", "sfu.example.org", "failed", "sfu.example.org asks for another token: copy it anew."),
    )
    desk.wait(lambda: len(desk.window.outlets.rows) == 6)
    assert words(desk) == [
        ("2026-11-28_20-15-00.mp4", "records 4:03"),
        ("live.twitch.tv", "live 0:41, 12 lost"),
        ("a.rtmp.youtube.com", "connecting"),
        ("sfu.example.com", "retrying in 4 s"),
        ("sfu.example.org", "failed"),
        ("www/", "when you are live"),
    ]
    assert desk.window.outlets.rows[3].words.toolTip() == SENTENCE
    assert desk.window.notice.text() == "sfu.example.org asks for another token: copy it anew."
    desk.wait(lambda: desk.window.outlets.height() > 6 * desk.window.outlets.rows[5].height() > 0)
    desk.keep("outlets")


def test_an_address_and_its_key_become_one() -> None:
    assert place_of(" rtmps://live.example.com/app/ ", " KEY ") == "rtmps://live.example.com/app/KEY"
    assert place_of("https://sfu.example.com/whip", "TOKEN") == "https://sfu.example.com/whip TOKEN"
    assert place_of("rtmp://live.example.com/app/KEY", "") == "rtmp://live.example.com/app/KEY"
