"""The small rung comes and goes beside the full one, which does not notice."""

import threading
from collections.abc import Callable, Iterator

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from patience import DEADLINE_S

from avatar_live.encoder.renditions import SMALL, Renditions, small_bitrate_bps
from avatar_live.signals.encoded import EncodedFrame

WIDTH_PX, HEIGHT_PX = 320, 180
FRAME_TICKS = 3_000


class Show:
    """Put pictures into a stack of renditions, one after the other, and collect what comes out of each."""

    def __init__(self, fps: int = 30) -> None:
        self.frames: list[EncodedFrame] = []
        self._came = threading.Condition()
        self.renditions = Renditions("main", WIDTH_PX, HEIGHT_PX, fps, 600_000, self._take)
        self._ticks = 90_000 // fps
        self._pts = 0

    def put(self, count: int, shade: int = 90) -> None:
        """Put pictures, each when the full rung has made the one before."""
        for _ in range(count):
            self._pts += self._ticks
            self.renditions.put(plain(shade), float(self._pts), self._pts)
            self.until(lambda: any(frame.pts == self._pts for frame in self.of(0)))

    def of(self, rung: int) -> list[EncodedFrame]:
        return [frame for frame in self.frames if frame.rung == rung]

    def until_small(self) -> EncodedFrame:
        """Wait for the small rung's frame of the last picture."""
        self.until(lambda: any(frame.pts == self._pts for frame in self.of(SMALL)))
        return self.of(SMALL)[-1]

    def until(self, is_true: Callable[[], bool]) -> None:
        with self._came:
            assert self._came.wait_for(is_true, DEADLINE_S)

    def _take(self, frame: EncodedFrame) -> None:
        with self._came:
            self.frames.append(frame)
            self._came.notify_all()


def plain(shade: int) -> NDArray[np.uint8]:
    return np.full((HEIGHT_PX, WIDTH_PX, 4), shade, np.uint8)


def decoded(frame: EncodedFrame) -> NDArray[np.uint8]:
    codec = av.CodecContext.create("h264", "r")
    assert isinstance(codec, av.VideoCodecContext)
    (picture,) = codec.decode(av.Packet(frame.data)) + codec.decode(None)
    return picture.to_ndarray(format="bgra").astype(np.uint8)


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("encode-")}


@pytest.fixture
def show() -> Iterator[Show]:
    show = Show()
    yield show
    show.renditions.close()
    assert threads() == set()


def test_the_small_rung_is_made_only_while_it_is_wanted_and_begins_with_a_keyframe(show: Show) -> None:
    show.put(3)
    assert threads() == {"encode-main"}
    assert not show.of(SMALL)
    for _ in range(2):
        show.renditions.use_small(True)
        show.renditions.use_small(True)
        assert threads() == {"encode-main", "encode-main-1"}
        before = len(show.of(SMALL))
        show.put(1)
        first = show.until_small()
        assert len(show.of(SMALL)) == before + 1
        assert first.is_keyframe
        show.put(1)
        assert not show.until_small().is_keyframe
        show.renditions.use_small(False)
        assert threads() == {"encode-main"}
        seen = len(show.of(SMALL))
        show.put(2)
        assert len(show.of(SMALL)) == seen
    assert [frame.is_keyframe for frame in show.of(0)] == [True] + [False] * 10, "the full rung did not notice"


def test_the_small_rung_shows_the_same_moment_in_a_quarter_of_the_pixels(show: Show) -> None:
    show.renditions.use_small(True)
    show.put(1, shade=200)
    small = show.until_small()
    full = show.of(0)[0]
    assert (small.stream, small.kind, small.pts, small.captured_s) == ("main", "video", full.pts, full.captured_s)
    assert decoded(small).shape == (HEIGHT_PX // 2, WIDTH_PX // 2, 4)
    assert decoded(full).shape == (HEIGHT_PX, WIDTH_PX, 4)
    assert abs(float(decoded(small)[:, :, :3].mean()) - 200) < 3


def test_a_keyframe_is_made_for_the_rung_that_wants_it(show: Show) -> None:
    show.renditions.want_keyframe(SMALL)  # not made yet, so nothing to ask
    show.renditions.use_small(True)
    show.put(1)
    show.until_small()
    show.renditions.want_keyframe(SMALL)
    show.put(1)
    assert show.until_small().is_keyframe
    assert [frame.is_keyframe for frame in show.of(0)] == [True, False]


def test_a_small_rung_of_a_quick_show_takes_every_second_picture() -> None:
    show = Show(fps=60)
    show.renditions.use_small(True)
    for _ in range(10):
        show.put(1)
        if len(show.of(0)) % 2:
            show.until_small()
    show.renditions.close()
    assert len(show.of(0)) == 10
    assert [frame.pts for frame in show.of(SMALL)] == [frame.pts for frame in show.of(0)[::2]]


def test_figures_tell_of_the_small_rung_while_there_is_one(show: Show) -> None:
    show.put(1)
    assert "small_fps" not in show.renditions.figures()
    show.renditions.use_small(True)
    show.put(2)
    show.until_small()
    assert show.renditions.figures()["small_fps"] > 0
    assert show.renditions.figures()["fps"] == 1.5


def test_a_small_rung_that_fails_ends_alone(show: Show) -> None:
    show.renditions.use_small(True)
    small = show.renditions._small
    assert small is not None
    small.put(np.zeros((2, 2, 4), np.uint8), 0.0, 0)  # no picture of its size
    small._thread.join(DEADLINE_S)
    show.put(3)
    assert not show.of(SMALL)
    show.renditions.use_small(False)
    show.renditions.use_small(True)
    show.put(1)
    assert show.until_small().is_keyframe


def test_the_small_rung_costs_clearly_less_than_the_full_one() -> None:
    assert small_bitrate_bps(640, 360, 2_500_000) == 552_960
    assert small_bitrate_bps(320, 180, 800_000) == 150_000
    assert small_bitrate_bps(320, 180, 200_000) == 120_000
