"""The screen's pointer and keys: a real X server, and the other systems as they answer."""

import ctypes
import gc
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from person_at_desk import A, Person
from virtual_screen import Server, xvfb

from avatar_live.mocap.desk import Keys, Pointer
from avatar_live.tracking import key_halves, screens
from avatar_live.tracking.screens import DeskError, MacScreen, WindowsScreen, X11Screen, open_screen

H, SPACE, ARROW_UP, POWER = 35, 57, 103, 116  # Linux' key codes


@pytest.fixture
def server() -> Iterator[Server]:
    if shutil.which("Xvfb") is None:
        pytest.skip("needs Xvfb")
    with xvfb("801x601x24") as started:
        yield started


@pytest.fixture
def hands(server: Server) -> Iterator[Person]:
    person = Person(server)
    yield person
    person.close()


def test_an_x_server_tells_where_the_pointer_is_and_what_is_pressed(server: Server, hands: Person) -> None:
    screen = open_screen({"DISPLAY": server.name}, "linux")
    hands.point(600, 150)
    assert screen.pointer() == Pointer(0.75, 0.25)
    hands.click(1)
    hands.click(3)
    assert screen.pointer() == Pointer(0.75, 0.25, is_first_down=True, is_second_down=True)
    screen.close()


def test_keys_are_counted_by_halves_of_the_keyboard(server: Server, hands: Person) -> None:
    screen = X11Screen(server.name)
    assert screen.keys() == Keys(0, 0)
    hands.press(A, SPACE, H, POWER)
    assert screen.keys() == Keys(left=2, right=1)
    hands.press(ARROW_UP)
    hands.release(A, SPACE, POWER)
    assert screen.keys() == Keys(left=0, right=2)
    screen.close()


@pytest.mark.parametrize(("one", "other"), [(A, SPACE), (H, ARROW_UP)])
def test_no_answer_and_nothing_that_is_kept_tells_two_keys_of_a_half_apart(
    server: Server, hands: Person, one: int, other: int
) -> None:
    screen = X11Screen(server.name)
    said = []
    for key in (one, other):
        hands.press(key)
        screen.keys()  # the first answer may open what later ones use
        said.append((screen.keys(), {name: value for name, value in vars(screen).items() if name != "_display"}))
        hands.release(key)
    assert said[0] == said[1]
    screen.close()


def test_a_server_that_dies_is_said_and_never_fatal(server: Server) -> None:
    screen = X11Screen(server.name)
    server.process.kill()
    server.process.wait()
    for question in (screen.pointer, screen.keys):
        with pytest.raises(DeskError, match="is gone"):
            question()
    screen.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({}, screens.NO_SCREEN),
        ({"DISPLAY": ":7421"}, screens.NO_SCREEN),
        ({"DISPLAY": ":64321"}, screens.NO_SCREEN),
        ({"DISPLAY": "not a display"}, screens.NO_SCREEN),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, screens.WAYLAND),
    ],
)
def test_where_nothing_can_be_seen_one_sentence_says_so(environment: dict[str, str], sentence: str) -> None:
    with pytest.raises(DeskError) as told:
        open_screen(environment, "linux")
    assert str(told.value) == sentence
    del told
    gc.collect()  # the library leaves the socket that found nobody to its garbage, here and not in a later test


class User32:
    """Answer as Windows does: two screens of which the left one's corner is at -1920, 0."""

    def __init__(self) -> None:
        self.down: set[int] = set()

    def MapVirtualKeyW(self, scan: int, kind: int) -> int:  # noqa: N802
        assert kind == 1
        return {30: ord("A"), 35: ord("H"), 57: 0x20}.get(scan, 0)

    def GetCursorPos(self, point: Any) -> int:  # noqa: N802
        pair = ctypes.cast(point, ctypes.POINTER(ctypes.c_long))
        pair[0], pair[1] = 0, 1079
        return 1

    def GetSystemMetrics(self, metric: int) -> int:  # noqa: N802
        return {76: -1920, 77: 0, 78: 3841, 79: 1080}[metric]

    def GetAsyncKeyState(self, key: int) -> int:  # noqa: N802
        return -0x8000 if key in self.down else 1  # the lowest bit is of the past


def test_windows_tells_the_same() -> None:
    user32 = User32()
    screen = WindowsScreen(user32)
    assert screen.pointer() == Pointer(0.5, 1.0)
    assert screen.keys() == Keys(0, 0)
    user32.down = {ord("A"), 0x20, ord("H"), 0x25, 2}
    assert screen.keys() == Keys(left=2, right=2)
    assert screen.pointer() == Pointer(0.5, 1.0, is_second_down=True)


class Call:
    """A function of a C library: it has types, and it answers."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.argtypes: list[Any] = []
        self.restype: Any = ctypes.c_int

    def __call__(self, *given: Any) -> Any:
        answer = self._answer
        return answer(*given) if callable(answer) else answer


class Services:
    """Answer as a Mac does whose space bar, H and first button are down."""

    def __init__(self) -> None:
        self.freed: list[int] = []
        self.CGEventCreate = Call(77)
        self.CGEventGetLocation: Call = Call(lambda event: self.CGEventGetLocation.restype(360.0, 225.0))
        self.CFRelease = Call(self.freed.append)
        self.CGMainDisplayID = Call(1)
        self.CGDisplayBounds: Call = Call(lambda display: self.CGDisplayBounds.restype(0.0, 0.0, 1441.0, 901.0))
        self.CGEventSourceKeyState = Call(lambda state, key: state == 1 and key in (49, 4))
        self.CGEventSourceButtonState = Call(lambda state, button: state == 1 and button == 0)


def test_a_mac_tells_the_same_and_its_events_are_freed() -> None:
    services = Services()
    screen = MacScreen(services)
    assert screen.pointer() == Pointer(0.25, 0.25, is_first_down=True)
    assert screen.keys() == Keys(left=1, right=1)
    assert services.freed == [77]


def test_no_key_lies_under_both_hands() -> None:
    assert not key_halves.LEFT_SCANS & (key_halves.RIGHT_SCANS | key_halves.RIGHT_LINUX)
    assert not key_halves.LEFT_MAC & key_halves.RIGHT_MAC
    assert abs(len(key_halves.LEFT_SCANS) - len(key_halves.RIGHT_SCANS)) <= 2
