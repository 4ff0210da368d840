"""A host who performs as an avatar shows no face: nothing but the tracker gets a camera's pixels, and it keeps them.

Three locks: the programs that reach viewers cannot open a camera, the tracker has no way to hand a picture on, and a
picture that no number could hide is looked for in everything that a running tracker leaves in the show's folder.
"""

import ast
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import msgspec
import numpy as np
import pytest
from patience import DEADLINE_S

import avatar_live
from avatar_live import clock
from avatar_live.channels import Slot
from avatar_live.channels.child import HealthWriter
from avatar_live.channels.processes import READINGS_SLOT, TrackerPlan, health_slot
from avatar_live.engine.recordings import RecordingError, decode
from avatar_live.signals import READINGS_BYTES, readings_from_bytes
from avatar_live.signals.scene import BackdropError
from avatar_live.stage.footage import loop
from avatar_live.tracking.models import default_folder, provision

PACKAGE: Final = Path(avatar_live.__file__).parent
COLOUR: Final = (211, 23, 139)  # a run of it is nowhere by chance
RUN_PX: Final = 6
NETWORKS: Final = {"asyncio", "http", "multiprocessing", "requests", "socket", "urllib", "websockets"}
DOCTORS_PROBE: Final = Path("app", "probes.py")  # `avatar-live doctor` tries the camera, while no show is on
BACKDROPS: Final = Path("stage", "footage.py")  # plays what the host chose to stand before: files, never a device
RECORDINGS: Final = Path("engine", "recordings.py")  # decodes the sound of files: music, and the sounds of gifts
DOWNLOAD: Final = PACKAGE / "tracking" / "download.py"  # fetches the models, and knows no more than them
RECEIVER: Final = PACKAGE / "tracking" / "receiver.py"  # hears other programs, and sends a phone one fixed greeting
INPUTS: Final = PACKAGE / "tracking" / "inputs.py"  # waits for what they send
GUEST_WORD: Final = "GUEST_SLOT"
GUEST_VIEW: Final = PACKAGE / "engine" / "guest.py"
ASKS: Final = "if self._layer is not None:"
KNOWN_TO_INPUTS: Final = (
    "avatar_live.clock", "avatar_live.mocap.", "avatar_live.signals.GivenPose", "avatar_live.motion.head.Level",
    "avatar_live.tracking.receiver.Receiver", "avatar_live.tracking.desk_source.DeskSource",
)  # fmt: skip


def modules(*rooms: str) -> list[Path]:
    folders = [PACKAGE / room for room in rooms] or [PACKAGE]
    return [path for folder in folders for path in sorted(folder.rglob("*.py"))]


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Yield each call of a module with what is called, such as "av.open"."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_opening(name: str, call: ast.Call) -> bool:
    is_written = len(call.args) > 1 and isinstance(call.args[1], ast.Constant) and call.args[1].value == "w"
    is_memory = bool(call.args) and ast.unparse(call.args[0]).startswith("io.BytesIO(")  # a frame of our own
    return name.endswith(("VideoCapture", "open_source")) or (
        name in {"av.open", "av.container.open"} and not is_written and not is_memory
    )


def test_only_the_tracker_and_the_doctor_open_cameras_and_films() -> None:
    openers = {path.relative_to(PACKAGE) for path in modules() for name, call in calls(path) if is_opening(name, call)}
    rooms = {path.parts[0] for path in openers}
    assert rooms - {"app", "stage", "engine"} == {"tracking"}, (
        "and it does open them, or this test looks for the wrong words"
    )
    assert {path for path in openers if path.parts[0] != "tracking"} == {DOCTORS_PROBE, BACKDROPS, RECORDINGS}
    decoded = [ast.unparse(call) for name, call in calls(PACKAGE / RECORDINGS) if name.endswith((".decode", ".demux"))]
    assert decoded == ["file.decode(audio=0)"]


@pytest.mark.parametrize("device", ["0", "/dev/null", "/dev/video0", "rtsp://192.0.2.1/camera.mp4", "udp://@:1.avi"])
def test_a_backdrop_is_a_file_and_never_a_device_or_an_address(device: str) -> None:
    with pytest.raises(BackdropError, match="no video at"):
        next(loop(Path(device), threading.Event()))


def test_what_reaches_viewers_knows_nothing_of_the_tracker() -> None:
    for path in modules(
        "engine", "stage", "compositor", "encoder", "broadcast", "server", "outlets", "inlets", "channels", "motion"
    ):
        assert not any(name.startswith("avatar_live.tracking") for name in imported(path)), path


def test_the_tracker_has_no_channel_that_holds_a_picture() -> None:
    """It writes records of a fixed size; the slot for pictures and the line to the server are not among its words."""
    names = {name for path in modules("tracking") for name in imported(path)}
    assert not {name for name in names if name.endswith((".PictureSlot", ".PREVIEW_SLOT")) or ".link" in name}
    for path in modules("tracking"):
        is_online = path in (DOWNLOAD, RECEIVER, INPUTS)
        assert is_online or not {name.split(".")[0] for name in imported(path)} & NETWORKS, path
    assert all("avatar_live" not in name or ".tracking.bundle." in name for name in imported(DOWNLOAD))
    for path in (RECEIVER, INPUTS):  # they know packets and poses, and nothing that holds a picture
        ours = {name for name in imported(path) if name.startswith("avatar_live")}
        assert all(name.startswith(KNOWN_TO_INPUTS) for name in ours), path
    sends = [ast.unparse(call) for name, call in calls(RECEIVER) if "send" in name]
    assert sends == ["self.wakes.sendto(self._kind.greeting, (self._spec.phone, self._kind.port))"]
    assert not [name for name, _ in calls(INPUTS) if "send" in name]
    slots = [
        ast.unparse(call)
        for path in modules("tracking")
        for name, call in calls(path)
        if name == "Slot" or name.endswith(".Slot")
    ]
    senses = ("READINGS", "VOICE", "GIVEN")
    assert slots == [f"Slot(run_folder / {sense}_SLOT, {sense}_BYTES)" for sense in senses]


@pytest.mark.parametrize("device", ["0", "/dev/null", "/dev/snd", "default", "rtsp://192.0.2.1/voice.mp3"])
def test_music_is_a_file_and_never_a_device_or_an_address(device: str) -> None:
    with pytest.raises(RecordingError, match="no sound file at"):
        next(decode(Path(device)))


def test_the_show_cannot_hear_itself() -> None:
    """No echo: what viewers hear is mixed from the ring, files and what a program speaks, never from a sound card."""
    library = "sound" + "device"
    assert {path.relative_to(PACKAGE).parts[0] for path in modules() if library in imported(path)} == {"tracking"}
    streams = [name for path in modules() for name, _ in calls(path) if name.endswith(("OutputStream", ".play_array"))]
    assert streams == [], "and nothing is played on this machine that its microphone could hear"
    (opened,) = [name for path in modules() for name, _ in calls(path) if name.endswith("InputStream")]
    assert opened == f"{library}.InputStream"
    read = {name for name in imported(PACKAGE / "sound" / "mixer.py") if name.startswith("avatar_live")}
    assert {name.split(".")[1] for name in read} == {"channels", "signals", "sound"}


def test_a_guests_pixels_come_from_the_inlet_alone_and_only_the_engine_looks_where_the_host_placed_them() -> None:
    """Only the inlet writes it, only one module of the engine opens it, and it asks for a place first."""
    users = {path.relative_to(PACKAGE) for path in modules() if GUEST_WORD in path.read_text(encoding="utf-8")}
    assert users == {Path("channels", "processes.py"), Path("inlets", "pictures.py"), Path("engine", "guest.py")}
    assert not {name for path in modules("inlets") for name in imported(path) if "tracking" in name}
    place = next(node for node in ast.walk(ast.parse(GUEST_VIEW.read_text())) if ast.unparse(node).startswith(ASKS))
    assert "PictureSlot(self._path, GUEST_PIXELS_MAX)" in ast.unparse(place)
    assert [name for name, _ in calls(GUEST_VIEW)].count("PictureSlot") == 1


def test_a_guests_sound_comes_from_the_inlet_alone_and_is_heard_only_with_a_place() -> None:
    users = {path.relative_to(PACKAGE) for path in modules() if "GUEST_RING" in path.read_text(encoding="utf-8")}
    assert users == {Path("channels", "processes.py"), Path("inlets", "sounds.py"), Path("engine", "sound.py")}
    calls_of_engine = (PACKAGE / "engine" / "process.py").read_text(encoding="utf-8")
    assert calls_of_engine.count("hear_guest(") == calls_of_engine.count("hear_guest(self._guest.is_placed)") == 2


@pytest.fixture
def painted_clip(tmp_path: Path) -> Path:
    """A film without loss, of a single colour."""
    path = tmp_path / "painted.mkv"
    picture = np.full((480, 640, 3), COLOUR, np.uint8)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", 30)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "bgr0"
        for _ in range(10):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_no_pixel_of_a_film_is_in_anything_that_a_running_tracker_leaves(tmp_path: Path, painted_clip: Path) -> None:
    folder, models = tmp_path / "run", default_folder()
    provision(models, report=lambda sentence, share: None)
    HealthWriter(folder, "tracker").close()  # makes the folder
    readings = Slot(folder / READINGS_SLOT, READINGS_BYTES)
    plan = msgspec.json.encode(TrackerPlan(str(folder), str(models), str(painted_clip))).decode()
    tracker = subprocess.Popen(
        [sys.executable, "-m", "avatar_live.tracking", plan],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        end_s, seen = clock.now_s() + DEADLINE_S, 0
        while seen < 10:
            assert clock.now_s() < end_s and tracker.poll() is None
            data = readings.read_new()
            if data is not None:
                seen += 1
                assert readings_from_bytes(data).width_px == 640
    finally:
        printed, _ = tracker.communicate()  # the end of its input is the end of the tracker
    left = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} | {"what it said": printed}
    assert {READINGS_SLOT, health_slot(folder, "tracker").name} <= left.keys()
    red, green, blue = COLOUR
    for name, data in left.items():
        for pixel in ((red, green, blue), (blue, green, red), (red, green, blue, 255), (blue, green, red, 255)):
            assert bytes(pixel) * RUN_PX not in data, f"{name} holds pixels"
        assert len(data) < 640 * 480, f"{name} could hold a picture"
