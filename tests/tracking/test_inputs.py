"""Other programs' packets on their way into the given pose: ports, floods, phones, words and figures."""

import contextlib
import math
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from packets import IFACIALMOCAP_SAMPLE, live_link, open_see_face, osc_bundle
from patience import DEADLINE_S
from ports import free_port
from stopwatch import Stopwatch

from avatar_live.channels import Slot
from avatar_live.channels.processes import (
    GIVEN_SLOT,
    HEALTH_BYTES_MAX,
    READINGS_SLOT,
    Health,
    Order,
    TrackerPlan,
    UseInputs,
    health_slot,
)
from avatar_live.mocap.ifacialmocap import GREETING
from avatar_live.mocap.part import Part
from avatar_live.mocap.spec import InputSpec, parse_input
from avatar_live.motion import quaternions as quat
from avatar_live.signals import ARKIT_SHAPES, GIVEN_BYTES, HUMANOID_BONES, READINGS_BYTES, GivenPose, given_from_bytes
from avatar_live.tracking.inputs import Inputs
from avatar_live.tracking.receiver import GREET_S, PACKET_BYTES_MAX, PACKETS_A_TURN_MAX, RETRY_S, Receiver

NOWHERE = (0.0, 0.0, 0.0)
UP = (math.sin(math.radians(-2.0)), 0.0, 0.0, math.cos(math.radians(-2.0)))  # half of eight degrees, for a bone of two
JAW = ARKIT_SHAPES.index("jawOpen")
HEAD = HUMANOID_BONES.index("head")


@pytest.fixture
def sender() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as opened:
        yield opened


def until(is_true: Callable[[], object], what: str) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not is_true():
        assert time.monotonic() < end_s, what
        time.sleep(0.005)


class Time:
    def __init__(self) -> None:
        self.now_s = 100.0

    def now(self) -> float:
        return self.now_s


def polled(receiver: Receiver, count: int) -> Part | None:
    """Poll until so many packets have come in."""
    newest: Part | None = None

    def has_come() -> bool:
        nonlocal newest
        newest = receiver.poll() or newest
        return receiver.packets >= count

    until(has_come, "packets on a loopback")
    return newest


def test_packets_become_parts_and_bad_ones_are_counted_and_dropped(sender: socket.socket) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with contextlib.closing(Receiver(parse_input(f"livelink:{port}"))) as receiver:
        assert receiver.poll() is None
        largest, larger = bytes(PACKET_BYTES_MAX), bytes(PACKET_BYTES_MAX + 1)
        for packet in (live_link({"JawOpen": 0.25}), b"", b"noise", largest, larger, live_link({"JawOpen": 0.5})[:-1]):
            sender.sendto(packet, ("127.0.0.1", port))
        part = polled(receiver, 6)
        assert part is not None and part.shapes["jawOpen"] == 0.25
        assert (receiver.packets, receiver.packets_dropped) == (6, 5)


def test_a_phone_below_the_eyes_lets_nobody_stare_at_the_ceiling(sender: socket.socket) -> None:
    ports = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    time_told, seen = Time(), {"livelink": 0.0, "vmc": 0.0}
    looking_up = math.radians(8.0)
    packets = {
        "livelink": live_link({"HeadPitch": -looking_up}),
        "vmc": osc_bundle(*[("/VMC/Ext/Bone/Pos", bone, *NOWHERE, *UP) for bone in ("Neck", "Head")]),
    }
    for port, (kind, packet) in zip(ports, packets.items(), strict=True):
        with contextlib.closing(Receiver(parse_input(f"{kind}:{port}"), now=time_told.now)) as receiver:
            for count in range(1, 400):
                time_told.now_s += 0.2
                sender.sendto(packet, ("127.0.0.1", port))
                part = polled(receiver, count)
            assert part is not None
            neck, head = (np.array(part.rotations[bone]) for bone in ("neck", "head"))
            seen[kind] = quat.yaw_pitch_roll(quat.multiply(neck, head))[1]
    assert abs(seen["livelink"]) < math.radians(0.5), "filmed from below"
    assert seen["vmc"] == pytest.approx(-looking_up, abs=1e-3), "an avatar's own pose is meant as it is"


def test_a_turn_takes_in_no_more_than_its_limit(sender: socket.socket) -> None:
    port = free_port(socket.SOCK_DGRAM)
    with contextlib.closing(Receiver(parse_input(f"openseeface:{port}"))) as receiver:
        for _ in range(PACKETS_A_TURN_MAX + 1):
            sender.sendto(b"x", ("127.0.0.1", port))
        receiver.poll()
        assert receiver.packets == PACKETS_A_TURN_MAX
        receiver.poll()
        assert receiver.packets == PACKETS_A_TURN_MAX + 1


def test_a_port_that_is_taken_is_told_and_tried_again(sender: socket.socket) -> None:
    port, time_told = free_port(socket.SOCK_DGRAM), Time()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taker:
        taker.bind(("127.0.0.1", port))
        receiver = Receiver(parse_input(f"vmc:{port}"), now=time_told.now)
        assert receiver.waiting == (
            f"vmc cannot be listened to: port {port} is taken, choose another such as vmc:{port + 1}"
        )
    assert receiver.poll() is None and receiver.wakes is None
    time_told.now_s += RETRY_S
    receiver.poll()
    assert receiver.waiting == f"waiting for vmc on port {port}"
    receiver.close()


def test_an_address_of_another_machine_is_told() -> None:
    with contextlib.closing(Receiver(parse_input("vmc:192.0.2.7:39539"))) as receiver:
        assert receiver.waiting == "vmc cannot be listened to: its address is not this machine's"


def test_who_waits_for_a_phone_on_this_machine_alone_is_told_how_it_comes_in() -> None:
    port = free_port(socket.SOCK_DGRAM)
    with contextlib.closing(Receiver(parse_input(f"livelink:{port}"))) as receiver:
        assert f"for a phone, write livelink:0.0.0.0:{port}" in receiver.waiting


def test_a_phone_is_greeted_until_it_sends_and_nobody_else_is_heard(sender: socket.socket) -> None:
    """The phone is this machine under another of its loopback addresses."""
    port, time_told = free_port(socket.SOCK_DGRAM), Time()
    spec = InputSpec("ifacialmocap", "127.0.0.1", port, "127.0.0.2")
    with (
        contextlib.closing(Receiver(spec, now=time_told.now)) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone,
    ):
        try:
            phone.bind(("127.0.0.2", 49_983))
        except OSError:
            pytest.skip("no second loopback address, or its port is taken")
        phone.settimeout(DEADLINE_S)
        receiver.poll()
        data, (_, from_port) = phone.recvfrom(1_000)
        assert (data, from_port) == (GREETING, port)
        sender.sendto(IFACIALMOCAP_SAMPLE, ("127.0.0.1", port))
        assert polled(receiver, 1) is None and receiver.packets_dropped == 1, "from elsewhere"
        phone.sendto(IFACIALMOCAP_SAMPLE, ("127.0.0.1", port))
        assert polled(receiver, 2) is not None
        phone.settimeout(0.0)
        receiver.poll()
        with pytest.raises(BlockingIOError):
            phone.recvfrom(1_000)
        time_told.now_s += GREET_S
        receiver.poll()
        phone.settimeout(DEADLINE_S)
        assert phone.recvfrom(1_000)[0] == GREETING, "it has fallen silent"


class Pointer:
    """A source without a port."""

    packets = packets_dropped = 0
    waiting = "waiting for a pointer"
    wakes = None

    def __init__(self, spec: InputSpec) -> None:
        self.is_closed = False

    def poll(self) -> Part | None:
        return Part(gaze_rad=(0.25, 0.0))

    def close(self) -> None:
        self.is_closed = True


def test_a_source_without_a_port_is_looked_at_now_and_then() -> None:
    pointers: list[Pointer] = []

    def opened(spec: InputSpec) -> Pointer:
        pointers.append(Pointer(spec))
        return pointers[-1]

    said: list[GivenPose] = []
    inputs = Inputs(("vmc",), said.append, opened=opened)
    until(lambda: said and said[-1].has_gaze, "the pointer's gaze")
    inputs.close()
    assert pointers[0].is_closed
    assert not said[-1].has_gaze, "what was given is taken back"


def test_what_is_no_input_is_told_and_the_others_are_heard() -> None:
    port, said = free_port(socket.SOCK_DGRAM), list[GivenPose]()
    inputs = Inputs(("webcam", f"vmc:{port}"), said.append)
    assert f"waiting for vmc on port {port}" in inputs.words and 'There is no input "webcam"' in inputs.words
    inputs.close()
    told = len(said)
    none = Inputs((), said.append)
    assert none.words == "" and none.figures() == {} and none.is_alive
    none.close()
    assert len(said) == told, "nobody gives, nothing is said"


class Tracker:
    """Run the tracker's process and read what it gives."""

    def __init__(self, folder: Path, *inputs: str) -> None:
        plan = TrackerPlan(str(folder), str(folder / "models"), "performance", inputs=inputs)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "avatar_live.tracking", msgspec.json.encode(plan).decode()], stdin=subprocess.PIPE
        )
        (folder / "x").parent.mkdir(exist_ok=True)
        self._given = Slot(folder / GIVEN_SLOT, GIVEN_BYTES)
        self._readings = Slot(folder / READINGS_SLOT, READINGS_BYTES)
        self._health = Slot(health_slot(folder, "tracker"), HEALTH_BYTES_MAX)

    def order(self, order: Order) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(order) + b"\n")
        self.process.stdin.flush()

    def given(self) -> GivenPose | None:
        data = self._given.read()
        return None if data is None else given_from_bytes(data)

    def health(self) -> Health:
        data = self._health.read()
        return Health(0.0, "", False) if data is None else msgspec.json.decode(data, type=Health)

    def has_new_readings(self) -> bool:
        assert self.process.poll() is None
        return self._readings.read_new() is not None

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(DEADLINE_S) == 0
        for slot in (self._given, self._readings, self._health):
            slot.close()


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


def test_packets_to_a_running_tracker_end_in_the_given_pose(run_folder: Path, sender: socket.socket) -> None:
    ports = [free_port(socket.SOCK_DGRAM) for _ in range(2)]
    tracker = Tracker(run_folder, f"livelink:{ports[0]}/mouth", f"vmc:{ports[1]}")
    bones = osc_bundle(("/VMC/Ext/Bone/Pos", "Head", 0.0, 0.0, 0.0, 0.0, 0.6, 0.0, 0.8))

    began_s = time.monotonic()

    def is_given() -> bool:
        sender.sendto(live_link({"JawOpen": 0.75, "HeadYaw": 0.5}), ("127.0.0.1", ports[0]))
        sender.sendto(bones, ("127.0.0.1", ports[1]))
        given = tracker.given()
        return given is not None and bool(given.has_shape[JAW] and given.has_rotation[HEAD])

    until(is_given, "both programs' parts")
    given = tracker.given()
    assert given is not None
    assert given.shapes[JAW] == 0.75
    np.testing.assert_allclose(given.rotations[HEAD], (0.0, -0.6, 0.0, 0.8), atol=1e-6)
    assert began_s <= given.captured_s <= time.monotonic()
    until(lambda: is_given() and "moved by livelink and vmc" in tracker.health().status, "words")
    assert tracker.health().figures["inputs_live"] == 2.0
    assert tracker.health().figures["packets_dropped"] == 0.0
    until(lambda: f"waiting for vmc on port {ports[1]}" in tracker.health().status, "silence is told")
    tracker.order(UseInputs((f"openseeface:{ports[0]}",)))
    until(lambda: "openseeface" in tracker.health().status, "the order")

    def is_filmed() -> bool:
        sender.sendto(open_see_face(np.eye(3), is_open=(0.0, 0.0)), ("127.0.0.1", ports[0]))
        given = tracker.given()
        return given is not None and given.shapes[ARKIT_SHAPES.index("eyeBlinkLeft")] == 1.0

    until(is_filmed, "the other program's part")
    tracker.order(UseInputs(()))
    until(lambda: (given := tracker.given()) is not None and not given.has_shape.any(), "nothing is given any more")
    tracker.close()


def test_a_flood_of_noise_neither_slows_nor_kills_the_tracker(run_folder: Path, sender: socket.socket) -> None:
    noisy, calm = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    tracker = Tracker(run_folder, f"vmc:{noisy}", f"livelink:{calm}")
    until(lambda: tracker.health().is_ready, "the performance")
    chance = np.random.default_rng(5)
    noise = [chance.bytes(int(size)) for size in chance.integers(0, 2_000, 64)]
    noise.append(b"#bundle\0" + bytes(8) + (-4).to_bytes(4, "big", signed=True))
    began_s, readings, sent, given_since_s = time.monotonic(), 0, 0, []
    with Stopwatch() as watch:
        while (now_s := time.monotonic()) < began_s + 3.0 or sent < 3_000:
            for _ in range(50):
                sender.sendto(noise[sent % len(noise)], ("127.0.0.1", noisy))
                sent += 1
            sender.sendto(live_link({"JawOpen": 0.5}), ("127.0.0.1", calm))
            readings += tracker.has_new_readings()
            if (given := tracker.given()) is not None and given.captured_s:
                given_since_s.append(now_s - given.captured_s)
            time.sleep(0.002)
    pace = watch.s / (time.monotonic() - began_s)
    assert readings > watch.s * 30 * 0.5, "the recording goes on at its own pace"
    assert given_since_s and pace * np.median(given_since_s) < 0.1, "and the other program is heard"
    until(lambda: tracker.health().figures.get("packets_dropped", 0.0) > 1_000, "the noise is counted")
    tracker.close()
