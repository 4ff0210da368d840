"""The desk as a source: poses from a real X server, and devices that come and go while the show goes on."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from virtual_screen import Server, xvfb

from avatar_live.mocap.desk import Keys, Pad, Pointer
from avatar_live.mocap.grips import Thumbwork
from avatar_live.signals import HUMANOID_BONES, GivenPose
from avatar_live.tracking.desk_source import DeskSource
from avatar_live.tracking.screens import DeskError, X11Screen

STEP_S = 1.0 / 60.0


class Devices:
    """A screen and gamepads whose plug can be pulled."""

    def __init__(self) -> None:
        self.is_there = True
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

    def pad(self) -> Pad:
        self._look()
        return Pad(Thumbwork((self.place, 0.0)))

    def close(self) -> None:
        self.closed += 1

    def _look(self) -> None:
        if not self.is_there:
            raise DeskError("It is not there.")


def source_of(*kinds: str, screen: Devices | None = None, gamepads: Devices | None = None) -> DeskSource:
    return DeskSource(
        kinds, opened_screen=(screen or Devices()).open, opened_gamepads=(gamepads or Devices()).open, retry_s=2.0
    )


def test_a_pointer_that_moves_gives_a_pose_and_one_that_is_lost_is_looked_for_every_two_seconds() -> None:
    screen = Devices()
    source = source_of("pointer", screen=screen)
    assert source.poll(0.0) is None and source.trouble == ""
    screen.place = 0.7
    assert source.poll(0.1) is not None
    screen.is_there = False
    source.poll(1.0)
    assert source.trouble == "It is not there." and screen.closed == 1
    for at_s in (1.5, 2.0, 2.9):
        source.poll(at_s)
    assert screen.opened == 1
    source.poll(3.1)
    assert screen.opened == 2 and source.trouble
    screen.is_there = True
    source.poll(5.2)
    assert screen.opened == 3 and source.trouble == ""
    source.close()
    assert screen.closed == 2, "the second never opened"


def test_only_what_is_asked_for_is_opened() -> None:
    screen, gamepads = Devices(), Devices()
    source = source_of("gamepad", screen=screen, gamepads=gamepads)
    given = source.poll(0.0)
    assert given is not None and _has(given, "leftHand") and _has(given, "head")
    assert (screen.opened, gamepads.opened) == (0, 1)
    source.close()


def test_a_missing_gamepad_leaves_the_mouse_alone() -> None:
    screen, gamepads = Devices(), Devices()
    gamepads.is_there = False
    source = source_of("pointer", "gamepad", screen=screen, gamepads=gamepads)
    source.poll(0.0)
    screen.place = 0.2
    given = source.poll(0.1)
    assert given is not None and _has(given, "rightHand") and not _has(given, "leftHand")
    assert source.trouble == "It is not there."
    source.close()


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    with xvfb("801x601x24") as started:
        yield started


def test_a_real_pointer_turns_the_head(server: Server) -> None:
    from Xlib import X, display
    from Xlib.ext import xtest

    person = display.Display(server.name)
    source = DeskSource(("pointer", "keyboard"), opened_screen=lambda: X11Screen(server.name))
    assert source.poll(0.0) is None, "nobody moved it yet"
    turns: list[float] = []
    for x_px in (40, 760):
        xtest.fake_input(person, X.MotionNotify, x=x_px, y=300)
        person.sync()
        for step in range(90):
            given = source.poll(STEP_S + 2.0 * len(turns) + step * STEP_S)
        assert given is not None
        turns.append(float(given.rotations[HUMANOID_BONES.index("head")][1]))
    assert turns[0] > 0.05 and turns[1] < -0.05, "a pointer on the left is on the person's left"
    source.close()
    person.close()


def test_the_libraries_are_loaded_only_when_they_are_asked_for() -> None:
    program = "import sys, avatar_live.tracking.desk_source; print(sorted({'Xlib', 'sdl2'} & set(sys.modules)))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=True, env=os.environ)
    assert told.stdout.decode().strip() == "[]"


def _has(given: GivenPose, bone: str) -> bool:
    return bool(given.has_rotation[HUMANOID_BONES.index(bone)])
