"""One encoder for everybody, one for each player who is drawn, all on the machine's clock."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S
from shows import HEIGHT_PX, PLAYER_HEIGHT_PX, PLAYER_WIDTH_PX, WIDTH_PX, plain, plan_in

from avatar_live.engine.streams import Streams
from avatar_live.signals.encoded import MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame


class Sender:
    """Collect what the encoders send from their threads."""

    def __init__(self) -> None:
        self.frames: list[EncodedFrame] = []
        self._came = threading.Condition()

    def __call__(self, frame: EncodedFrame) -> None:
        with self._came:
            self.frames.append(frame)
            self._came.notify_all()

    def of(self, stream: str) -> list[EncodedFrame]:
        return [frame for frame in self.frames if frame.stream == stream]

    def until_each(self, count: int, *streams: str) -> None:
        self.until(lambda: all(len(self.of(stream)) == count for stream in streams))

    def until(self, is_true: Callable[[], bool]) -> None:
        with self._came:
            assert self._came.wait_for(is_true, DEADLINE_S)


@pytest.fixture
def sender() -> Sender:
    return Sender()


@pytest.fixture
def streams(tmp_path: Path, sender: Sender) -> Iterator[Streams]:
    streams = Streams(plan_in(tmp_path), sender)
    yield streams
    streams.close()


def put(streams: Streams, *players: str, now_s: float) -> None:
    """Put one moment that the camera saw a tenth of a second ago."""
    streams.put_players({player: plain(PLAYER_WIDTH_PX, PLAYER_HEIGHT_PX) for player in players}, now_s)
    streams.put(plain(WIDTH_PX, HEIGHT_PX), now_s - 0.1, now_s)


def encoders() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("encode-")}


def test_timestamps_count_from_the_machines_zero_so_that_the_next_engine_goes_on(
    streams: Streams, sender: Sender
) -> None:
    put(streams, "ana", now_s=5.0)
    sender.until(lambda: len(sender.frames) == 2)
    assert {frame.pts for frame in sender.frames} == {5 * VIDEO_CLOCK_HZ}
    assert [frame.captured_s for frame in sender.of(MAIN_STREAM)] == [4.9], "when the camera saw it"
    assert [frame.captured_s for frame in sender.of("ana")] == [5.0], "a player's keys are not the camera's"


def test_a_players_encoder_lives_as_long_as_the_player_is_drawn(streams: Streams, sender: Sender) -> None:
    assert encoders() == {"encode-main"}
    put(streams, "ana", "ben", now_s=1.0)
    assert encoders() == {"encode-main", "encode-ana", "encode-ben"}
    sender.until(lambda: bool(sender.of("ana") and sender.of("ben")))
    put(streams, "ben", now_s=1.1)
    assert encoders() == {"encode-main", "encode-ben"}
    put(streams, "ana", now_s=1.2)
    sender.until(lambda: len(sender.of("ana")) == 2)
    assert all(frame.is_keyframe for frame in sender.of("ana")), "who comes back begins with a whole picture"


def test_a_keyframe_is_made_for_the_stream_that_wants_it_and_for_no_other(streams: Streams, sender: Sender) -> None:
    for number in range(2):
        put(streams, "ana", now_s=1.0 + number / 30.0)
        sender.until_each(number + 1, MAIN_STREAM, "ana")
    streams.want_keyframe("ana")
    streams.want_keyframe("somebody who left")
    put(streams, "ana", now_s=1.1)
    sender.until_each(3, MAIN_STREAM, "ana")
    assert [frame.is_keyframe for frame in sender.of("ana")] == [True, False, True]
    assert [frame.is_keyframe for frame in sender.of(MAIN_STREAM)] == [True, False, False]


def test_a_bitrate_is_spent_by_the_stream_that_it_is_for(streams: Streams, sender: Sender) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (180, 320, 4), np.uint8)
    for number in range(40):
        if number == 20:
            streams.use_bitrate("ana", 0, 200_000)
            streams.use_bitrate("somebody who left", 0, 200_000)
        pictures = {name: np.roll(noise, number, axis=1) for name in ("ana", "ben")}
        streams.put_players(pictures, now_s=1.0 + number / 30.0)
        sender.until_each(number + 1, "ana", "ben")
    ana, ben = (sum(len(frame.data) for frame in sender.of(name)[25:]) for name in ("ana", "ben"))
    assert ana < 0.5 * ben
    assert sum(frame.is_keyframe for frame in sender.of("ana")) == 1


def test_closing_ends_every_encoder(tmp_path: Path, sender: Sender) -> None:
    streams = Streams(plan_in(tmp_path), sender)
    put(streams, "ana", now_s=1.0)
    streams.close()
    assert encoders() == set()
