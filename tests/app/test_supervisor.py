"""The supervisor over real processes that only pretend to be parts of a show."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import psutil
import pytest
from patience import DEADLINE_S
from stopwatch import Stopwatch

from avatar_live.app.part import LOG_BYTES_MAX, Life, Plan, module_command
from avatar_live.app.supervisor import LOOK_S, STOP_S_MAX, Supervisor
from avatar_live.channels.child import plan_of
from avatar_live.channels.processes import (
    HEALTH_STALE_S,
    Calibrate,
    EnginePlan,
    Panic,
    ServerPlan,
    TrackerPlan,
    UseBackdrop,
    UseCamera,
    UseDirector,
    UseDrawn,
    UseLight,
    UseLostPolicy,
    UseMirror,
    UseShot,
)

FAKE = Path(__file__).with_name("fake_part.py")


def fake(plan: Plan) -> list[str]:
    return [sys.executable, str(FAKE), type(plan).__name__[0].lower(), msgspec.json.encode(plan).decode()]


class Stage:
    """Supervisors that the test need not stop itself, and what they reported."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)
        self.told: list[str] = []
        self.running: list[Supervisor] = []

    def start(self, *plans: Plan) -> Supervisor:
        supervisor = Supervisor(*plans, command=fake, report=self.told.append)
        self.running.append(supervisor)
        return supervisor.__enter__()

    def tracker(self, behaviour: str = "well") -> TrackerPlan:
        return TrackerPlan(self.folder, "", behaviour)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    for supervisor in made.running:
        supervisor.stop()


def is_ready(*names: str) -> object:
    return lambda s: all(name in s.health() and s.health()[name].is_ready for name in names)


def wait(supervisor: Supervisor, condition: object) -> None:
    assert callable(condition)
    assert supervisor.wait_for(condition, DEADLINE_S)


def test_a_log_that_cannot_be_written_holds_up_nobody_who_writes_into_it(tmp_path: Path) -> None:
    chatter = f"print('x' * {2**20}); print('done')"
    life = Life([sys.executable, "-c", chatter], tmp_path / "nowhere" / "part.log", lambda: None)
    assert life.wait(DEADLINE_S)
    assert life.exit_code == 0 and life.last_words.endswith("done")


def test_a_terminal_that_is_gone_does_not_end_the_watch(stage: Stage) -> None:
    def gone(_: str) -> None:
        raise BrokenPipeError

    show = Supervisor(stage.tracker(), command=fake, report=gone)
    stage.running.append(show)
    show.__enter__()
    for restarts in (1, 2):
        wait(show, is_ready("tracker"))
        os.kill(show.processes()["tracker"], signal.SIGKILL)
        wait(show, lambda s, restarts=restarts: s.restarts()["tracker"] == restarts)


def test_every_part_starts_and_tells_its_health(stage: Stage) -> None:
    show = stage.start(stage.tracker(), EnginePlan(stage.folder, "a.vrm"), ServerPlan(stage.folder, "", ""))
    wait(show, is_ready("tracker", "engine", "server"))
    assert set(show.processes()) == {"tracker", "engine", "server"}
    assert show.refusals() == {} and stage.told == []


def test_a_killed_part_is_back_within_three_seconds_and_the_rest_lives_on(stage: Stage) -> None:
    show = stage.start(stage.tracker(), EnginePlan(stage.folder, "a.vrm"))
    wait(show, is_ready("tracker", "engine"))
    before = show.processes()
    with Stopwatch() as watch:
        os.kill(before["tracker"], signal.SIGKILL)
        wait(show, lambda s: s.processes().get("tracker") not in (None, before["tracker"]))
        wait(show, is_ready("tracker", "engine"))
    assert watch.s < 3.0
    assert show.processes()["engine"] == before["engine"]
    assert show.restarts() == {"tracker": 1, "engine": 0}
    assert stage.told == ["The tracker was killed by signal 9 and is started again."]


def test_a_part_that_keeps_falling_is_started_ever_more_seldom_and_its_words_are_passed_on(stage: Stage) -> None:
    show = stage.start(stage.tracker("crash"))
    wait(show, lambda s: s.restarts()["tracker"] >= 4)
    assert "no luck today" in stage.told[0]
    wait(show, lambda s: any("times in a row" in line for line in stage.told))


def test_a_part_that_gives_a_reason_is_not_started_again_until_something_changes(stage: Stage) -> None:
    show = stage.start(stage.tracker("refuse"))
    wait(show, lambda s: s.refusals())
    assert show.refusals() == {"tracker": "There is no camera: plug one in."}
    assert show.processes() == {} and show.restarts() == {"tracker": 0}
    show.order("tracker", UseCamera("refuse"))
    assert show.refusals(), "the same camera again changes nothing"
    show.order("tracker", UseCamera("well"))
    wait(show, is_ready("tracker"))
    assert show.refusals() == {}


def test_a_frozen_part_is_killed_and_started_again(stage: Stage) -> None:
    show = stage.start(stage.tracker("freeze"))
    wait(show, is_ready("tracker"))
    wait(show, lambda s: s.restarts()["tracker"] == 1)
    assert stage.told[0] == "The tracker does not answer and is started again."


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot stop a process")
def test_a_part_that_beats_is_missed_long_before_one_that_does_not(stage: Stage) -> None:
    show = stage.start(stage.tracker("lively"), EnginePlan(stage.folder, "a.vrm"))
    wait(show, is_ready("tracker", "engine"))
    before = show.processes()
    with Stopwatch() as watch:
        os.kill(before["tracker"], signal.SIGSTOP)
        wait(show, lambda s: s.restarts()["tracker"] == 1)
    assert watch.s < HEALTH_STALE_S - LOOK_S
    wait(show, is_ready("tracker"))
    assert stage.told == [
        "The tracker does not answer and is started again.",
        "The tracker was killed by signal 9 and is started again.",
    ]
    assert show.processes()["engine"] == before["engine"]


def test_a_part_that_beats_is_left_alone(stage: Stage) -> None:
    show = stage.start(stage.tracker("lively"))
    wait(show, is_ready("tracker"))
    began_s = show.health()["tracker"].at_s
    wait(show, lambda s: s.health()["tracker"].at_s > began_s + 4 * s.health()["tracker"].patience_s)
    assert show.restarts() == {"tracker": 0} and stage.told == []


def test_an_order_reaches_the_part_and_survives_its_fall(stage: Stage) -> None:
    show = stage.start(stage.tracker(), EnginePlan(stage.folder, "a.vrm", calibrations="/data/calibration/ann"))
    wait(show, is_ready("tracker", "engine"))
    show.order("tracker", UseCamera("other"))
    wait(show, lambda s: s.health()["tracker"].status == "uses other")
    for order in (Panic(True), UseBackdrop("#123456"), UseLight("neon"), UseShot("wide"), UseDirector(True)):
        show.order("engine", order)
    for presence in (UseMirror(False), UseLostPolicy("sleep"), Calibrate(1, "ahead")):
        show.order("engine", presence)
    show.order("tracker", UseDrawn(True))
    before = show.processes()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait(show, lambda s: set(s.processes()) == set(before) and not set(s.processes().values()) & set(before.values()))
    wait(show, is_ready("tracker", "engine"))
    assert show.health()["tracker"].status == "uses other drawn"
    assert show.health()["engine"].status == "panic True #123456 neon wide True False sleep ann"


def test_stopping_ends_every_process_even_one_that_does_not_listen(stage: Stage) -> None:
    show = stage.start(stage.tracker("deaf"), EnginePlan(stage.folder, "a.vrm"))
    wait(show, is_ready("tracker", "engine"))
    pids = list(show.processes().values())
    show.stop()
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_stopping_is_quick_when_the_parts_listen(stage: Stage) -> None:
    show = stage.start(stage.tracker(), EnginePlan(stage.folder, "a.vrm"))
    wait(show, is_ready("tracker", "engine"))
    with Stopwatch() as watch:
        show.stop()
    assert watch.s < STOP_S_MAX, "they were stopped by the signal, not by the order"


def test_a_part_can_join_and_leave_a_running_show(stage: Stage) -> None:
    show = stage.start(stage.tracker())
    wait(show, is_ready("tracker"))
    show.add(ServerPlan(stage.folder, "", ""))
    wait(show, is_ready("server"))
    pid = show.processes()["server"]
    show.remove("server")
    assert not psutil.pid_exists(pid)
    assert set(show.processes()) == {"tracker"}
    show.add(ServerPlan(stage.folder, "", ""))
    wait(show, is_ready("server"))


def test_a_chatty_part_fills_its_log_up_to_the_limit_only(stage: Stage) -> None:
    show = stage.start(stage.tracker("chatty"))
    wait(show, is_ready("tracker"))
    folder = Path(stage.folder)
    wait(show, lambda s: (folder / "tracker.log.1").exists())
    show.stop()
    assert (folder / "tracker.log").stat().st_size <= LOG_BYTES_MAX
    assert (folder / "tracker.log.1").stat().st_size <= LOG_BYTES_MAX + 65_536


def test_the_key_of_the_event_api_is_in_no_list_of_processes(tmp_path: Path) -> None:
    command = module_command(ServerPlan(str(tmp_path), str(tmp_path), str(tmp_path), token="the-secret-key"))
    assert not any("the-secret-key" in word for word in command)
    assert plan_of(command[-1:], ServerPlan).token == "the-secret-key"


def test_a_spare_takes_over_at_once_with_what_the_host_chose_and_ends_with_the_show(tmp_path: Path) -> None:
    path = tmp_path / "plan"

    def fake_with_file(plan: Plan) -> list[str]:
        path.write_bytes(msgspec.json.encode(plan))
        return [*fake(plan)[:3], f"@{path}"]

    others = set(psutil.Process().children())  # a browser of another test, say

    def children() -> set[psutil.Process]:
        return set(psutil.Process().children()) - others

    supervisor = Supervisor(
        TrackerPlan(str(tmp_path), "", "well"), command=fake_with_file, has_spares=True, spare_after_s=0.5
    )
    with supervisor:
        assert supervisor.wait_for(lambda _: len(children()) == 2, DEADLINE_S)
        (spare,) = {child.pid for child in children()} - set(supervisor.processes().values())
        assert supervisor.spares() == {"tracker": spare}
        supervisor.order("tracker", UseCamera("clip.mp4"))
        os.kill(supervisor.processes()["tracker"], signal.SIGKILL)
        assert supervisor.wait_for(lambda _: supervisor.processes().get("tracker") == spare, DEADLINE_S)
        assert supervisor.wait_for(
            lambda _: "tracker" in supervisor.health() and supervisor.health()["tracker"].status == "uses clip.mp4",
            DEADLINE_S,
        )
        assert supervisor.wait_for(lambda _: len(children()) == 2, DEADLINE_S), "the next spare"
    assert not children()
