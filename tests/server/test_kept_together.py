"""What viewers do together outlives a server that is killed, and its file is never worse than none."""

import asyncio
import itertools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import msgspec
import pytest
from patience import DEADLINE_S
from show_server import TOKEN, ShowServer, page, show_server

from avatar_live.protocol.together import Lottery, OwnEntry, OwnVote, Vote
from avatar_live.protocol.wire import PickCamp, Say
from avatar_live.room import events as ev
from avatar_live.room.state import Room
from avatar_live.room.step import step
from avatar_live.server import document
from avatar_live.server.document import FileDocument
from avatar_live.server.together import (
    CAN_AGAIN,
    CANNOT,
    FILE,
    NOT_WRITTEN,
    RETRY_S_MAX,
    SLOW,
    WAIT_S_MAX,
    KeptTogether,
)
from avatar_live.server.whole_file import write_whole
from avatar_live.server.writer import LAST_S_MAX


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[ShowServer]:
    """A server that the test may end."""
    with show_server(tmp_path) as running:
        yield running


def post(server: ShowServer, path: str, body: dict[str, object]) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    response = httpx.post(f"http://127.0.0.1:{server.port}/api/{path}", headers=headers, json=body, timeout=DEADLINE_S)
    assert response.is_success, response.text


def holds(file: Path, text: str) -> bool:
    """Wait until a file holds a text."""
    until_s = time.monotonic() + DEADLINE_S
    while time.monotonic() < until_s:
        if file.exists() and text in file.read_text():
            return True
        time.sleep(0.05)
    return False


async def test_a_poll_a_lottery_and_goals_go_on_after_the_server_was_killed_and_winners_stay_winners(
    mortal: ShowServer,
) -> None:
    async with page(mortal, "Ann") as ann:
        await asyncio.to_thread(post, mortal, "polls", {"question": "Tea?", "choices": ["yes", "no"], "seconds": 600})
        await asyncio.to_thread(post, mortal, "goals", {"kind": "likes", "title": "Dance!", "target": 100})
        lottery = {"word": "luck", "seconds": 5, "winners": 1, "prize": "ticket"}
        await asyncio.to_thread(post, mortal, "lotteries", lottery)
        await ann.send(Vote(1, 1))
        await ann.until(OwnVote)
        await ann.send(Say("luck"))
        entry = await ann.until(OwnEntry)
        secret = ann.welcome.viewer
    file = Path(mortal.plan.data_folder) / FILE
    assert await asyncio.to_thread(holds, file, entry.tag)
    mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        welcome = ann.welcome
        assert welcome.poll is not None and (welcome.poll.votes, welcome.vote) == ((0, 1), 1)
        assert [goal.title for goal in welcome.goals] == ["Dance!"]
        if welcome.lottery is not None and not welcome.lottery.is_over:
            assert (await ann.until(Lottery, lambda told: told.is_over)).winners == ("Ann",)
    mortal.kill()
    mortal.start()
    async with page(mortal, "Ann", secret) as ann:
        assert ann.welcome.entry is not None and ann.welcome.entry.is_winner


async def test_the_score_goes_on_after_the_server_was_killed_and_begins_anew_with_the_next_show(
    mortal: ShowServer,
) -> None:
    path = Path(mortal.plan.data_folder) / FILE
    async with page(mortal, "Ann") as ann:
        scored = asyncio.create_task(ann.sees(lambda show: show.score_red == 1))
        while not scored.done():
            await ann.send(PickCamp("red"))
            await asyncio.wait([scored], timeout=0.2)
        await scored
        assert await asyncio.to_thread(holds, path, '"score_red":1,')
        mortal.kill()
    mortal.start()
    async with page(mortal, "Ann") as ann:
        assert (ann.welcome.show.score_red, ann.welcome.show.score_blue) == (1, 0)
        scored = asyncio.create_task(ann.sees(lambda show: show.score_blue == 1))
        while not scored.done():
            await ann.send(PickCamp("blue"))
            await asyncio.wait([scored], timeout=0.2)
        assert (await scored).score_red == 1, "the game goes on from it"
    mortal.kill()
    mortal.plan = msgspec.structs.replace(mortal.plan, run_folder=str(mortal.folder / "next"))
    mortal.start()
    async with page(mortal, "Ann") as ann:
        assert (ann.welcome.show.score_red, ann.welcome.show.score_blue) == (0, 0)


async def test_only_news_is_written_and_the_last_of_it_when_the_server_stops(tmp_path: Path) -> None:
    file, path = KeptTogether(FileDocument(tmp_path / FILE)), tmp_path / FILE
    room, _ = step(Room(epoch="life-1"), ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), 0.0)
    file.write(room, 0.0, 1_000.0)
    before = path.stat().st_ino
    file.look_at(room, 1.0, 1_001.0)
    file.write(room, 1.0, 1_001.0)
    assert path.stat().st_ino == before and path.stat().st_mode & 0o777 == 0o600
    voting, _ = step(room, ev.PollClosed(), 2.0)
    file.look_at(voting, 2.0, 1_002.0)
    begun, _ = step(voting, ev.GoalSet("likes", "Dance!", 50), 3.0)
    await file.close(begun, 3.0, 1_003.0)
    read = KeptTogether(FileDocument(tmp_path / FILE)).read(1_010.0)
    assert read is not None and (len(read[0].targets), read[1]) == (1, 7.0)
    assert read[0].ballot is not None and read[0].ballot.is_over


async def looked_at(file: KeptTogether, room: Room, now_s: float) -> None:
    """Look, and wait until the look is over."""
    file.look_at(room, now_s, 1_000.0 + now_s)
    if file.writing is not None:
        await asyncio.wrap_future(file.writing)


async def test_a_disk_that_takes_nothing_is_asked_again_by_itself_and_the_operator_hears_of_it_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "together.new"
    (blocked / "in the way").mkdir(parents=True)
    file, path = KeptTogether(FileDocument(tmp_path / FILE)), tmp_path / FILE
    room, _ = step(Room(epoch="life-1"), ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), 0.0)
    tries = [0.0]
    for _ in range(8):
        await looked_at(file, room, tries[-1])
        await looked_at(file, room, file.retry_s - 0.01)  # too early
        tries.append(file.retry_s)
    pauses = [later - earlier for earlier, later in itertools.pairwise(tries)]
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, RETRY_S_MAX, RETRY_S_MAX]
    assert [record.getMessage() for record in caplog.records] == [CANNOT % (path, "Is a directory")]
    (blocked / "in the way").rmdir()
    blocked.rmdir()
    await looked_at(file, room, tries[-1])
    assert [record.getMessage() for record in caplog.records][1:] == [CAN_AGAIN % path]
    read = KeptTogether(FileDocument(tmp_path / FILE)).read(1_200.0)
    assert read is not None and read[0].ballot is not None, "the same room, though nothing new has happened in it"


async def test_what_begins_while_the_disk_rests_waits_for_the_next_try(tmp_path: Path) -> None:
    blocked = tmp_path / "together.new"
    (blocked / "in the way").mkdir(parents=True)
    file = KeptTogether(FileDocument(tmp_path / FILE))
    room, _ = step(Room(epoch="life-1"), ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), 0.0)
    file.write(room, 0.0, 1_000.0)
    room, _ = step(room, ev.GoalSet("likes", "Dance!", 50), 0.5)
    file.write(room, 0.5, 1_000.5)
    assert file.retry_s == 1.0, "it was not tried again"
    (blocked / "in the way").rmdir()
    blocked.rmdir()
    await looked_at(file, room, 1.0)
    read = KeptTogether(FileDocument(tmp_path / FILE)).read(1_200.0)
    assert read is not None and [goal.title for goal in read[0].targets] == ["Dance!"]


async def test_a_disk_that_hangs_stops_the_show_once_and_gets_what_is_true_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_back = threading.Event()

    def write_late(path: Path, data: bytes) -> None:
        is_back.wait(DEADLINE_S)
        write_whole(path, data)

    monkeypatch.setattr(document, "write_whole", write_late)
    file, path = KeptTogether(FileDocument(tmp_path / FILE)), tmp_path / FILE
    room, _ = step(Room(epoch="life-1"), ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), 0.0)
    began_s = time.monotonic()
    file.write(room, 0.0, 1_000.0)
    waited_s = time.monotonic() - began_s
    for number in range(50):
        room, _ = step(room, ev.GoalSet("likes", f"Dance {number}!", 50), 1.0)
        room, _ = step(room, ev.GoalDropped(number + 1), 1.0)
        file.write(room, 1.0, 1_001.0)
    assert waited_s >= WAIT_S_MAX and time.monotonic() - began_s < DEADLINE_S
    assert [record.getMessage() for record in caplog.records] == [CANNOT % (path, SLOW)]
    is_back.set()
    assert file.writing is not None
    await asyncio.wrap_future(file.writing)
    assert [record.getMessage() for record in caplog.records][1:] == [CAN_AGAIN % path]
    await looked_at(file, room, 2.0)
    read = KeptTogether(FileDocument(tmp_path / FILE)).read(1_200.0)
    assert read is not None and read[0].goal_number == room.goal_number


@pytest.mark.parametrize("is_late_before", [True, False])
async def test_a_disk_that_hangs_does_not_keep_the_server_from_ending(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, *, is_late_before: bool
) -> None:
    is_back = threading.Event()
    monkeypatch.setattr(document, "write_whole", lambda *_: is_back.wait(DEADLINE_S))
    file, path = KeptTogether(FileDocument(tmp_path / FILE)), tmp_path / FILE
    room, _ = step(Room(epoch="life-1"), ev.PollOpened("Tea?", ("yes", "no"), 30.0, None), 0.0)
    if is_late_before:
        file.look_at(room, 0.0, 1_000.0)
        room, _ = step(room, ev.PollClosed(), 1.0)
    began_s = time.monotonic()
    await file.close(room, 1.0, 1_001.0)
    assert LAST_S_MAX <= time.monotonic() - began_s < DEADLINE_S
    assert [record.getMessage() for record in caplog.records] == [NOT_WRITTEN % path]
    is_back.set()


async def test_a_poll_that_was_opened_is_there_after_a_kill_at_once(mortal: ShowServer) -> None:
    for number in range(3):
        question = f"Tea {number}?"
        await asyncio.to_thread(post, mortal, "polls", {"question": question, "choices": ["yes", "no"], "seconds": 600})
        mortal.kill()
        mortal.start()
        async with page(mortal, "Ann") as ann:
            assert ann.welcome.poll is not None and ann.welcome.poll.question == question
        await asyncio.to_thread(post, mortal, "polls/end", {})
        mortal.kill()
        mortal.start()
        async with page(mortal, "Ann") as ann:
            assert ann.welcome.poll is None or ann.welcome.poll.is_over


def test_a_file_that_cannot_be_read_is_as_good_as_none(tmp_path: Path) -> None:
    assert KeptTogether(FileDocument(tmp_path / FILE)).read(0.0) is None
    (tmp_path / FILE).write_text('{"wall_s": 1.0, "together": {"polls": "many"}}')
    assert KeptTogether(FileDocument(tmp_path / FILE)).read(0.0) is None
