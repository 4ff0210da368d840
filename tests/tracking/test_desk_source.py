"""The desk as a source: poses from a real X server, and devices that come and go while the show goes on."""

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from itertools import cycle

import pytest
from patience import DEADLINE_S
from person_at_desk import A, Person
from running import until
from virtual_screen import Server, xvfb

from avatar_live.mocap.desk import Keys, Pad, Pointer
from avatar_live.mocap.grips import Thumbwork
from avatar_live.mocap.part import Part
from avatar_live.mocap.spec import InputSpec, parse_input, together
from avatar_live.signals import HUMANOID_BONES, GivenPose
from avatar_live.tracking.desk_source import DeskSource
from avatar_live.tracking.inputs import GivingSource, Inputs
from avatar_live.tracking.screens import NO_SCREEN, DeskError, X11Screen

STEP_S = 1.0 / 60.0


class Devices:
    """A screen and gamepads whose plug can be pulled."""

    def __init__(self) -> None:
        self.is_there = self.is_plugged = True
        self.place = 0.5
        self.opened = self.closed = 0

    def open(self) -> "Devices":
        self.opened += 1
        self._look()
        return self

    def pointer(self) -> Pointer:
        self._look()
        return Pointer(self.place, 0.5)

    def keys(self) -> Keys:
        self._look()
        return Keys()

    def pad(self) -> Pad | None:
        self._look()
        return Pad(Thumbwork((self.place, 0.0))) if self.is_plugged else None

    def close(self) -> None:
        self.closed += 1

    def _look(self) -> None:
        if not self.is_there:
            raise DeskError("it is not there")


class Desk:
    """A source over devices of ours, with a clock of its own."""

    def __init__(self, *kinds: str) -> None:
        self.screen, self.gamepads, self.now_s = Devices(), Devices(), 0.0
        (spec,) = together([parse_input(kind) for kind in kinds])
        self.source = DeskSource(
            spec, opened_screen=self.screen.open, opened_gamepads=self.gamepads.open, now=lambda: self.now_s
        )

    def poll(self, now_s: float) -> Part | None:
        self.now_s = now_s
        return self.source.poll()


def test_a_pointer_that_moves_gives_a_pose_and_one_that_is_lost_is_looked_for_every_two_seconds() -> None:
    desk = Desk("pointer")
    assert desk.poll(0.0) is None and desk.source.waiting == "waiting for a touch of the pointer"
    desk.screen.place = 0.7
    assert desk.poll(0.1) is not None
    desk.screen.is_there = False
    desk.poll(1.0)
    assert desk.source.waiting == "it is not there" and desk.screen.closed == 1
    for at_s in (1.5, 2.0, 2.9):
        desk.poll(at_s)
    assert desk.screen.opened == 1
    desk.poll(3.1)
    assert desk.screen.opened == 2 and desk.source.waiting == "it is not there"
    desk.screen.is_there = True
    desk.poll(5.2)
    assert desk.screen.opened == 3 and desk.source.waiting == "waiting for a touch of the pointer"
    desk.source.close()
    assert desk.screen.closed == 2, "the second never opened"


def test_only_what_is_asked_for_is_opened() -> None:
    desk = Desk("gamepad")
    given = desk.poll(0.0)
    assert given is not None and "leftHand" in given.rotations and "head" in given.rotations
    assert (desk.screen.opened, desk.gamepads.opened) == (0, 1)
    desk.source.close()


def test_a_missing_gamepad_leaves_the_mouse_alone() -> None:
    desk = Desk("pointer", "gamepad")
    desk.gamepads.is_there = False
    desk.poll(0.0)
    desk.screen.place = 0.2
    given = desk.poll(0.1)
    assert given is not None and "rightHand" in given.rotations and "leftHand" not in given.rotations
    assert desk.source.waiting == "it is not there"
    desk.source.close()


def test_a_gamepad_that_is_unplugged_is_said_and_waited_for_without_opening_anything_again() -> None:
    desk = Desk("gamepad")
    assert desk.poll(0.0) is not None
    desk.gamepads.is_plugged = False
    desk.poll(30.0)
    assert desk.source.waiting == "no gamepad is plugged in" and desk.gamepads.opened == 1
    desk.gamepads.is_plugged = True
    assert desk.poll(30.1) is not None and desk.source.waiting == "waiting for a touch of the gamepad"
    desk.source.close()


def test_a_flood_of_other_packets_makes_nobody_look_more_often() -> None:
    desk = Desk("gamepad")
    given = [desk.poll(step / 1000.0) for step in range(1000)]
    assert 55 <= sum(part is not None for part in given) <= 70
    desk.source.close()


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    with xvfb("801x601x24") as started:
        yield started


@pytest.fixture
def person(server: Server) -> Iterator[Person]:
    with contextlib.closing(Person(server)) as somebody:
        yield somebody


def test_a_real_pointer_turns_the_head(server: Server, person: Person) -> None:
    now_s = 0.0
    (spec,) = together([parse_input("pointer"), parse_input("keyboard")])
    source = DeskSource(spec, opened_screen=lambda: X11Screen(server.name), now=lambda: now_s)
    assert source.poll() is None, "nobody moved it yet"
    turns: list[float] = []
    for x_px in (40, 760):
        person.point(x_px, 300)
        for _ in range(90):
            now_s += STEP_S
            given = source.poll()
        assert given is not None
        turns.append(given.rotations["head"][1])
    assert turns[0] > 0.05 and turns[1] < -0.05, "a pointer on the left is on the person's left"
    source.close()


def test_a_desk_among_the_inputs_moves_the_host(
    server: Server, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISPLAY", server.name)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said: list[GivenPose] = []
    inputs = Inputs(("pointer/right_arm", "keyboard", "gamepad"), said.append)
    assert "waiting for a touch of the pointer" in inputs.words

    def gives(*bones: str) -> bool:
        return bool(said) and all(said[-1].has_rotation[HUMANOID_BONES.index(bone)] for bone in bones)

    places_px = cycle((100, 200, 300))

    def is_pointing() -> bool:
        person.point(next(places_px), 100)  # more than once: the first place that is seen is no movement
        return gives("rightHand") and not gives("head")

    until(is_pointing, "the mouse's arm alone")
    person.press(A)
    until(lambda: gives("rightHand", "leftHand", "leftIndexProximal"), "both hands")
    until(lambda: "moved by pointer and keyboard and gamepad" in inputs.words, "words")
    inputs.close()
    assert not gives("leftHand"), "what was given is taken back"


def test_without_a_screen_the_other_inputs_go_on_and_words_say_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said: list[GivenPose] = []
    inputs = Inputs(("pointer", "vmc:0.0.0.0:39539"), said.append, opened=_desk_or_gaze)
    until(lambda: NO_SCREEN in inputs.words and "moved by vmc" in inputs.words, "words")
    assert inputs.is_alive
    inputs.close()


class Looking:
    """A program that tells where the host looks."""

    packets = packets_dropped = 0
    waiting = ""
    wakes = None

    def poll(self) -> Part | None:
        return Part(gaze_rad=(0.25, 0.0))

    def close(self) -> None:
        pass


def _desk_or_gaze(spec: InputSpec) -> GivingSource:
    return DeskSource(spec) if spec.kind == "pointer" else Looking()


def test_the_libraries_are_loaded_only_when_they_are_asked_for() -> None:
    program = "import sys, avatar_live.tracking.desk_source; print(sorted({'Xlib', 'sdl2'} & set(sys.modules)))"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=DEADLINE_S, check=True, env=os.environ
    )
    assert told.stdout.decode().strip() == "[]"
