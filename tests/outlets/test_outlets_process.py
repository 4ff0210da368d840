"""The outlets' own process: watched by a supervisor, killed without warning, told to come and go."""

import os
from pathlib import Path

import psutil
from fake_platform import KEY, FakePlatform
from footage import play
from sfu import TOKEN, Sfu
from showing import Showing, showing
from stage import until

ROUNDS = 10  # of two outlets, so twenty reconnects
WARM_UP = 2  # what is loaded, cached and pooled the first times
GROWTH_BYTES_MAX = 6 * 1024 * 1024


def test_the_state_of_each_outlet_is_told_and_a_bad_one_hurts_no_other(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.mp4", tmp_path / "gone" / "bad.mkv"
    with showing(str(good), str(bad)) as show:
        until(lambda: show.state == "live, retrying", "one lives, one tries again")
        assert show.states[1].label == "bad.mkv" and "No such file or directory" in show.states[1].words
        bad.parent.mkdir()
        until(lambda: show.state == "live, live", "both live")
    assert play(str(good)).pictures_s and play(str(bad)).pictures_s


def test_twenty_reconnects_leave_no_socket_file_thread_task_or_memory_behind() -> None:
    with Sfu() as sfu, FakePlatform() as platform, showing() as show:
        until(lambda: "outlets" in show.parts.health(), "the process runs")
        for count in range(WARM_UP):
            reconnect(show, sfu, platform, count)
        before = held(show)
        for count in range(ROUNDS):
            reconnect(show, sfu, platform, count)
        until(lambda: held(show)[:3] <= before[:3], f"as much is held as before: {before} {held(show)}")
        assert held(show)[3] - before[3] < GROWTH_BYTES_MAX
        assert sfu.offers + platform.guests >= 2 * ROUNDS
        assert KEY not in show.told and TOKEN not in show.told, "keys stay out of logs"


def reconnect(show: Showing, sfu: Sfu, platform: FakePlatform, count: int) -> None:
    """Come and go once; every second time it is the others who go first."""
    show.use(platform.url, f"{sfu.url} {TOKEN}")
    until(lambda: show.state == "live, live", "both are live")

    def are_gone() -> bool:
        platform.hang_up()  # again, where one has come back before the other was gone
        sfu.hang_up()
        return "live" not in show.state

    if count % 2:
        until(are_gone, "both are gone")
    show.use()
    until(lambda: show.state == "", "nothing is wanted")


def held(show: Showing) -> tuple[int, int, float, int]:
    """Return files and sockets, threads, tasks and bytes of memory of the process."""
    process = psutil.Process(show.parts.processes()["outlets"])
    files = process.num_handles() if os.name == "nt" else process.num_fds()
    tasks = show.parts.health()["outlets"].figures["tasks"]
    return files, process.num_threads(), tasks, process.memory_info().rss
