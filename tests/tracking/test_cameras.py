"""Every source either plays or says in one sentence why not."""

import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from patience import DEADLINE_S
from PIL import Image
from stopwatch import Stopwatch

from avatar_live.mocap.replay import Sense
from avatar_live.signals import Readings
from avatar_live.tracking.cameras import FIRST_PICTURE_TRIES, Camera, Webcam, list_cameras, open_source, plugged_cameras
from avatar_live.tracking.capture import OPEN_S_MAX, PICTURE_S_MAX, Capture
from avatar_live.tracking.source import CameraError, Picture, Source

# A stop that is already set: sources give what they have without waiting until it is due.
HURRY = threading.Event()
HURRY.set()


@pytest.fixture
def opened() -> Iterator[list[Source]]:
    sources: list[Source] = []
    yield sources
    for source in sources:
        source.close()


def test_a_missing_file_is_named() -> None:
    with pytest.raises(CameraError, match=r"There is no video at .*nothing.mp4: check the path"):
        open_source("nothing.mp4")


def test_a_file_that_is_no_video_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "text.mp4"
    path.write_text("not a video")
    with pytest.raises(CameraError, match=r"text.mp4 cannot be played as a video: choose a file"):
        open_source(str(path))


def test_a_folder_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match="cannot be played as a video"):
        open_source(str(tmp_path))


def test_a_sound_file_is_no_video(tmp_path: Path) -> None:
    import wave

    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 8_000, 0, "NONE", ""))
        sound.writeframes(bytes(1_600))
    with pytest.raises(CameraError, match="cannot be played as a video"):
        open_source(str(tmp_path / "sound.wav"))


def test_a_camera_that_is_not_there_is_named() -> None:
    with pytest.raises(CameraError, match="camera 98"):
        open_source("98")


def test_cameras_are_listed_in_a_moment_and_in_silence(capfd: pytest.CaptureFixture[str]) -> None:
    with Stopwatch() as watch:
        listed = list_cameras()
    assert watch.s < 1.0
    assert [camera.number for camera in listed] == sorted({camera.number for camera in listed})
    assert capfd.readouterr() == ("", "")


def test_linux_lists_each_webcam_once_by_its_name(tmp_path: Path) -> None:
    for node, index in (("video12", "0"), ("video1", "1"), ("video0", "0"), ("notes", "0")):
        (tmp_path / node).mkdir()
        (tmp_path / node / "index").write_text(f"{index}\n")
        (tmp_path / node / "name").write_text(f"Cam {node}\n")
    (tmp_path / "video3").mkdir()  # half unplugged
    assert plugged_cameras(tmp_path) == [Camera(0, "Cam video0"), Camera(12, "Cam video12")]
    assert plugged_cameras(tmp_path / "absent") == []


class Device:
    """Give so many pictures after so many empty ones, as a driver does, and then none."""

    def __init__(self, empty: int, pictures: int) -> None:
        self._answers = [False] * empty + [True] * pictures
        self.is_released = False

    def read(self) -> tuple[bool, Any]:
        is_read = bool(self._answers) and self._answers.pop(0)
        return is_read, np.full((48, 64, 3), (200, 0, 0), np.uint8)  # blue, as OpenCV orders it

    def release(self) -> None:
        self.is_released = True


def test_a_webcam_gives_rgb_pictures_stamped_as_they_come() -> None:
    webcam = Webcam(3, Device(empty=FIRST_PICTURE_TRIES - 1, pictures=2))
    before_s = time.monotonic()
    picture = webcam.read(HURRY)
    assert before_s <= picture.captured_s <= time.monotonic()
    assert picture.pixels[0, 0].tolist() == [0, 0, 200]
    assert webcam.words == "camera 3"


def test_a_busy_webcam_is_named_and_let_go() -> None:
    device = Device(empty=FIRST_PICTURE_TRIES, pictures=1)
    with pytest.raises(CameraError, match="Camera 3 opens but gives no picture: another program is probably using it"):
        Webcam(3, device)
    assert device.is_released


def test_an_unplugged_webcam_gives_way_and_is_taken_again_when_it_is_back() -> None:
    plugged = [Camera(0, "cam")]
    devices = iter([Device(0, 3), Device(0, 1_000_000)])
    is_gone = threading.Event()
    is_gone.set()

    def opened(camera: str) -> Source:
        assert camera == "0"
        return Webcam(0, next(devices))

    said: list[Sense] = []
    capture = Capture("0", said.append, opened=opened, plugged=lambda: [] if is_gone.is_set() else plugged)
    wait_for(lambda: capture.words.startswith("the bundled performance (Camera 0 stopped giving pictures"))
    wait_for(lambda: bool(said))
    is_gone.clear()
    wait_for(lambda: capture.words == "camera 0")
    wait_for(lambda: isinstance(capture.newest.take(DEADLINE_S), Picture))
    capture.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_thread_that_dies_of_a_surprise_is_noticed() -> None:
    def opened(camera: str) -> Source:
        raise ZeroDivisionError

    capture = Capture("0", lambda sense: None, opened=opened)
    wait_for(lambda: raised(capture, time.monotonic()) is RuntimeError)
    capture.close()


class Hanging:
    """Open or give so many pictures, and then never return, as a driver that hangs."""

    words = "camera 0"

    def __init__(self, pictures: int) -> None:
        self.left = pictures
        self.gave_s = self.hangs_since_s = 0.0
        self.go_on = threading.Event()

    def read(self, stop: threading.Event) -> Picture:
        if self.left == 0:
            self.hangs_since_s = time.monotonic()
            self.go_on.wait()
        self.left -= 1
        self.gave_s = time.monotonic()
        return Picture(np.zeros((48, 64, 3), np.uint8), self.gave_s)

    def close(self) -> None:
        pass


def raised(capture: Capture, at_s: float) -> type[Exception] | None:
    """Return what a look at the capture would raise at some time."""
    try:
        capture.check(at_s)
    except (RuntimeError, CameraError) as error:
        return type(error)
    return None


def test_a_driver_that_stops_returning_ends_the_process_which_alone_frees_the_camera() -> None:
    webcam = Hanging(pictures=2)
    capture = Capture("0", lambda sense: None, opened=lambda camera: webcam)
    wait_for(lambda: webcam.hangs_since_s > 0.0)
    assert raised(capture, webcam.gave_s + PICTURE_S_MAX) is None
    assert raised(capture, webcam.hangs_since_s + PICTURE_S_MAX + 0.1) is RuntimeError
    webcam.go_on.set()
    capture.close()


def test_a_driver_that_never_opens_gives_way_to_the_performance() -> None:
    go_on, began_s, opens_since_s = threading.Event(), time.monotonic(), []

    def opened(camera: str) -> Source:
        opens_since_s.append(time.monotonic())
        go_on.wait()
        raise CameraError("too late")

    capture = Capture("0", lambda sense: None, opened=opened)
    wait_for(lambda: bool(opens_since_s))
    assert raised(capture, began_s + OPEN_S_MAX) is None
    assert raised(capture, opens_since_s[0] + OPEN_S_MAX + 0.1) is CameraError
    go_on.set()
    wait_for(lambda: capture.words.startswith("the bundled performance (too late"))
    assert raised(capture, time.monotonic() + 1e6) is None, "a recording has all the time"
    capture.close()


def test_a_webcam_that_another_program_let_go_is_taken_without_being_plugged_in_again() -> None:
    is_busy = threading.Event()
    is_busy.set()
    tries = []

    def opened(camera: str) -> Source:
        tries.append(camera)
        return Webcam(0, Device(FIRST_PICTURE_TRIES, 0) if is_busy.is_set() else Device(0, 1_000_000))

    said: list[Sense] = []
    capture = Capture("0", said.append, opened=opened, plugged=lambda: [Camera(0, "cam")], retry_s=0.2)
    wait_for(lambda: len(tries) >= 3)
    assert capture.words.startswith("the bundled performance (Camera 0 opens but gives no picture")
    played_s = [sense.captured_s for sense in said if isinstance(sense, Readings)]
    assert played_s == sorted(played_s), "the performance plays on meanwhile"
    is_busy.clear()
    wait_for(lambda: capture.words == "camera 0")
    wait_for(lambda: isinstance(capture.newest.take(DEADLINE_S), Picture))
    capture.close()


def test_a_webcam_that_fails_after_a_good_while_is_opened_anew_at_once() -> None:
    devices = [Device(0, 3), Device(0, 1_000_000)]
    said: list[Sense] = []

    def opened(camera: str) -> Source:
        return Webcam(0, devices.pop(0))

    capture = Capture("0", said.append, opened=opened, plugged=lambda: [], lasting_s=0.0)
    wait_for(lambda: not devices)
    wait_for(lambda: isinstance(capture.newest.take(DEADLINE_S), Picture))
    assert capture.words == "camera 0" and said == []
    capture.close()


def wait_for(is_so: Callable[[], bool]) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < end_s
        time.sleep(0.01)


@pytest.mark.skipif(bool(list_cameras()), reason="this machine has a camera")
def test_without_a_camera_the_bundled_performance_plays_and_says_why() -> None:
    source = open_source("auto")
    assert source.words == "the bundled performance (no camera found)"
    assert isinstance(source.read(HURRY), Readings)


@pytest.mark.usefixtures("standing_clock")
def test_a_video_plays_for_ever_at_its_own_pace(clip: Path, opened: list[Source]) -> None:
    source = open_source(str(clip))
    opened.append(source)
    seen = [source.read(HURRY) for _ in range(65)]
    assert source.words == "astronaut.mp4"
    assert all(isinstance(picture, Picture) and picture.pixels.shape == (480, 640, 3) for picture in seen)
    steps = [after.captured_s - before.captured_s for before, after in pairwise(seen)]
    assert steps == pytest.approx([1.0 / 30.0] * 64, abs=2e-3)


def test_a_frame_is_given_when_it_is_due(clip: Path, opened: list[Source]) -> None:
    source = open_source(str(clip))
    opened.append(source)
    go_on = threading.Event()
    for _ in range(5):
        picture = source.read(go_on)
        assert time.monotonic() >= picture.captured_s - 1e-3


@pytest.mark.usefixtures("standing_clock")
def test_a_gif_plays_round_after_round(tmp_path: Path, opened: list[Source]) -> None:
    path = tmp_path / "blink.gif"
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100, loop=0)
    source = open_source(str(path))
    opened.append(source)
    seen = [source.read(HURRY) for _ in range(5)]
    reds = [bool(picture.pixels[0, 0, 0] > 128) for picture in seen if isinstance(picture, Picture)]
    assert reds == [True, False, True, False, True]
    assert seen[4].captured_s - seen[0].captured_s == pytest.approx(0.4, abs=0.02)


def film(path: Path, size_px: tuple[int, int], at_ms: list[int]) -> Path:
    """Write a video whose pictures, ever brighter, are due at these times."""
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = *size_px, "yuv420p"
        stream.time_base = Fraction(1, 1000)
        for number, due_ms in enumerate(at_ms):
            picture = np.full((size_px[1], size_px[0], 3), 40 + 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = due_ms, stream.time_base
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_a_4k_video_is_scaled_while_it_is_read(tmp_path: Path, opened: list[Source]) -> None:
    opened.append(open_source(str(film(tmp_path / "large.mkv", (3840, 2160), [0, 33, 66]))))
    picture = opened[0].read(HURRY)
    assert isinstance(picture, Picture) and picture.pixels.shape == (360, 640, 3)
    assert picture.pixels.flags.c_contiguous and abs(float(picture.pixels.mean()) - 40.0) < 4.0


@pytest.mark.usefixtures("standing_clock")
def test_a_picture_that_stays_is_given_again_until_the_next_is_due(tmp_path: Path, opened: list[Source]) -> None:
    """Screen recordings and slide shows write nothing while nothing moves, and the person is still there."""
    opened.append(open_source(str(film(tmp_path / "slow.mkv", (64, 48), [0, 1_000, 1_033]))))
    seen = [picture for picture in (opened[0].read(HURRY) for _ in range(6)) if isinstance(picture, Picture)]
    since_s = [picture.captured_s - seen[0].captured_s for picture in seen]
    assert since_s == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0, 1.033], abs=2e-3)
    assert [round((float(picture.pixels.mean()) - 40.0) / 20.0) for picture in seen] == [0, 0, 0, 0, 1, 2]


@pytest.mark.usefixtures("standing_clock")
def test_a_video_of_one_picture_is_a_still_and_not_opened_again(tmp_path: Path, opened: list[Source]) -> None:
    path = film(tmp_path / "still.mp4", (64, 48), [0])
    opened.append(open_source(str(path)))
    opened[0].read(HURRY)
    path.unlink()
    seen = [picture for picture in (opened[0].read(HURRY) for _ in range(4)) if isinstance(picture, Picture)]
    assert [b.captured_s - a.captured_s for a, b in pairwise(seen)] == pytest.approx([0.25] * 3)


def test_a_video_whose_old_tag_is_not_utf8_plays(tmp_path: Path, opened: list[Source]) -> None:
    path = tmp_path / "film.avi"
    with av.open(str(path), "w") as film:
        film.metadata["title"] = "DXjX vu"
        stream = film.add_stream("mpeg4", 30)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        grey = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 128, np.uint8), format="rgb24")
        film.mux([*stream.encode(grey), *stream.encode()])
    path.write_bytes(path.read_bytes().replace(b"DXjX vu", "Déjà vu".encode("latin-1")))
    video = open_source(str(path))
    opened.append(video)
    assert isinstance(seen := video.read(HURRY), Picture) and seen.pixels.mean() == pytest.approx(128, abs=4)


@pytest.mark.usefixtures("standing_clock")
def test_a_video_that_is_cut_short_plays_as_far_as_it_goes(clip: Path, tmp_path: Path, opened: list[Source]) -> None:
    import av

    whole = tmp_path / "whole.mkv"
    with av.open(str(clip)) as source_file, av.open(str(whole), "w") as target:
        stream = source_file.streams.video[0]
        copy = target.add_stream_from_template(stream)
        for packet in source_file.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                target.mux(packet)
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    source = open_source(str(cut))
    opened.append(source)
    seen = [source.read(HURRY) for _ in range(60)]
    assert all(after.captured_s > before.captured_s for before, after in pairwise(seen))


def test_a_source_that_fails_gives_way_to_the_performance_and_says_why(tmp_path: Path) -> None:
    said: list[Sense] = []
    capture = Capture(str(tmp_path / "gone.mp4"), said.append)
    wait_for(lambda: bool(said))
    capture.close()
    assert isinstance(said[0], Readings)
    assert capture.words.startswith("the bundled performance (There is no video at")


def test_a_closed_capture_reads_no_more(clip: Path) -> None:
    capture = Capture(str(clip), lambda sense: None)
    assert isinstance(capture.newest.take(DEADLINE_S), Picture)
    capture.close()
    capture.newest.take(0)
    assert capture.newest.take(0.1) is None
