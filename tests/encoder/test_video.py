"""H.264 that a browser can begin to watch at any keyframe, and never has to wait for."""

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from avatar_live.encoder.planes import size_of
from avatar_live.encoder.video import BUFFER_S, SAFETY_KEYFRAME_S, EncoderError, VideoEncoder
from avatar_live.signals.encoded import EncodedFrame

SPS, PPS, IDR, DELTA = 7, 8, 5, 1
FRAME_TICKS = 3_000


def picture(step: int, width_px: int = 640, height_px: int = 360) -> NDArray[np.uint8]:
    """Draw a smooth coloured picture (height, width, 4) BGRA that moves with `step`."""
    y, x = np.mgrid[:height_px, :width_px].astype(np.float32)
    waves = [np.sin((x + step * 3) / 40 + phase) * np.cos(y / 30 - phase) for phase in (0.0, 1.0, 2.0)]
    pixels = np.full((height_px, width_px, 4), 255, np.uint8)
    pixels[:, :, :3] = np.stack(waves, axis=2) * 100 + 128
    return pixels


def units(frame: EncodedFrame) -> list[int]:
    """Return the types of the NAL units of an Annex B access unit (SEI left out)."""
    data = b"\0" + frame.data
    starts = [at + 3 for at in range(len(data) - 3) if data[at : at + 3] == b"\0\0\1"]
    return [kind for at in starts if (kind := data[at] & 0x1F) != 6]


def sps(frame: EncodedFrame) -> bytes:
    at = frame.data.index(b"\0\0\1\x67")
    return frame.data[at + 3 :]


def decoded(frames: list[EncodedFrame]) -> list[NDArray[np.uint8]]:
    codec = av.CodecContext.create("h264", "r")
    assert isinstance(codec, av.VideoCodecContext)
    pictures = [picture for frame in frames for picture in codec.decode(av.Packet(frame.data))]
    pictures += codec.decode(None)
    return [picture.to_ndarray(format="bgra").astype(np.uint8) for picture in pictures]


def encoded(encoder: VideoEncoder, steps: int, **asks: int) -> list[EncodedFrame]:
    return [
        encoder.encode(picture(step), step / 30, step * FRAME_TICKS, wants_keyframe=step in asks.values())
        for step in range(steps)
    ]


@pytest.mark.parametrize("size", [(640, 360), (1280, 720)])
def test_what_is_decoded_looks_like_what_was_drawn(size: tuple[int, int]) -> None:
    encoder = VideoEncoder("main", *size, 30, 2_500_000)
    drawn = [picture(step, *size) for step in range(12)]
    frames = [encoder.encode(pixels, 0.0, step * FRAME_TICKS) for step, pixels in enumerate(drawn)]
    seen = decoded(frames)
    assert len(seen) == len(drawn)
    for before, after in zip(drawn, seen, strict=True):
        error = np.mean((before[:, :, :3].astype(float) - after[:, :, :3]) ** 2)
        assert 10 * np.log10(255**2 / error) > 34


def test_every_picture_comes_out_at_once_with_its_own_times() -> None:
    encoder = VideoEncoder("player-7", 640, 360, 30, 800_000)
    for step, frame in enumerate(encoded(encoder, 10)):
        assert (frame.stream, frame.kind) == ("player-7", "video")
        assert (frame.pts, frame.captured_s) == (step * FRAME_TICKS, step / 30)


def test_the_profile_is_the_constrained_baseline_that_every_browser_decodes() -> None:
    profile, constraints, level = sps(encoded(VideoEncoder("main", 640, 360, 30, 800_000), 1)[0])[1:4]
    assert profile == 66
    assert constraints & 0x40, "constraint_set1_flag makes baseline constrained"
    assert level == 30


@pytest.mark.parametrize(
    ("size", "fps", "level"),
    [((640, 360), 60, 31), ((1280, 720), 30, 31), ((1280, 720), 60, 32), ((1920, 1080), 30, 40)],
)
def test_the_level_fits_the_size_and_the_rate(size: tuple[int, int], fps: int, level: int) -> None:
    encoder = VideoEncoder("main", *size, fps, 2_500_000)
    assert sps(encoder.encode(picture(0, *size), 0.0, 0))[3] == level


def test_a_keyframe_comes_first_and_when_asked_and_not_else() -> None:
    frames = encoded(VideoEncoder("main", 640, 360, 30, 800_000), 30, first_ask=11, second_ask=12)
    assert [step for step, frame in enumerate(frames) if frame.is_keyframe] == [0, 11, 12]


def test_parameter_sets_stand_before_every_keyframe_and_a_picture_is_one_slice() -> None:
    for frame in encoded(VideoEncoder("main", 640, 360, 30, 800_000), 20, ask=9):
        assert units(frame) == ([SPS, PPS, IDR] if frame.is_keyframe else [DELTA])


def test_a_watcher_can_begin_at_any_keyframe() -> None:
    frames = encoded(VideoEncoder("main", 640, 360, 30, 1_500_000), 20, ask=9)
    late = decoded(frames[9:])
    assert len(late) == 11
    assert np.abs(late[-1][:, :, :3].astype(int) - picture(19)[:, :, :3]).mean() < 4


def test_a_keyframe_comes_unasked_after_ten_seconds() -> None:
    encoder = VideoEncoder("main", 64, 64, 30, 100_000)
    second = 90_000
    keys = [
        encoder.encode(picture(step, 64, 64), 0.0, step * second).is_keyframe
        for step in range(int(SAFETY_KEYFRAME_S) * 2 + 1)
    ]
    assert [step for step, is_key in enumerate(keys) if is_key] == [0, 10, 20]


def test_noise_does_not_burst_the_bitrate() -> None:
    bitrate_bps, fps = 1_000_000, 30
    encoder = VideoEncoder("main", 640, 360, fps, bitrate_bps)
    noise = np.random.default_rng(3).integers(0, 255, (360, 640, 4), np.uint8)
    sizes = [
        len(encoder.encode(np.roll(noise, step * 7, axis=1), 0.0, step * FRAME_TICKS, step == 45).data)
        for step in range(90)
    ]
    assert max(sizes[1:]) * 8 < bitrate_bps * BUFFER_S * 1.5
    assert sum(sizes[30:]) * 8 / 2 < bitrate_bps * 1.2


def test_a_picture_that_hardly_moves_is_spent_the_bitrate_on_in_the_show_and_not_for_a_player() -> None:
    bitrate_bps, fps = 900_000, 30
    drawn = [picture(0)[:, step // 8 :][:, :600].copy() for step in range(90)]
    spent_bps, errors = {}, {}
    for stream in ("main", "player-7"):
        encoder = VideoEncoder(stream, 600, 360, fps, bitrate_bps)
        frames = [encoder.encode(pixels, 0.0, step * FRAME_TICKS) for step, pixels in enumerate(drawn)]
        spent_bps[stream] = sum(len(frame.data) for frame in frames[30:]) * 8 / 2
        errors[stream] = np.abs(decoded(frames)[-1][:, :, :3].astype(int) - drawn[-1][:, :, :3]).mean()
    assert spent_bps["player-7"] < bitrate_bps * 0.2 < spent_bps["main"]
    assert errors["main"] < errors["player-7"] < 3


def test_times_that_do_not_rise_are_moved_on() -> None:
    encoder = VideoEncoder("main", 64, 64, 30, 100_000)
    assert [encoder.encode(picture(0, 64, 64), 0.0, pts).pts for pts in (100, 100, 50, 3_000)] == [100, 101, 102, 3_000]


def test_a_picture_that_is_packed_already_becomes_the_same_stream() -> None:
    pictures = [np.random.default_rng(seed).integers(0, 256, (180, 320, 4), np.uint8) for seed in range(3)]
    streams = []
    for is_packed in (False, True):
        encoder = VideoEncoder("main", 320, 180, 30, 500_000)
        given = [
            np.asarray(cv2.cvtColor(one, cv2.COLOR_BGRA2YUV_I420), np.uint8) if is_packed else one for one in pictures
        ]
        streams.append([encoder.encode(one, 0.0, 3000 * number).data for number, one in enumerate(given)])
        assert {size_of(one) for one in given} == {(320, 180)}
    assert streams[0] == streams[1]


def test_the_callers_picture_may_change_after_the_call() -> None:
    encoder = VideoEncoder("main", 640, 360, 30, 2_500_000)
    pixels = picture(0)
    frames = [encoder.encode(pixels, 0.0, 0)]
    pixels[:] = 0
    assert decoded(frames)[0][:, :, :3].mean() > 100


@pytest.mark.parametrize("size", [(641, 360), (640, 361), (0, 360), (-2, 2)])
def test_a_size_that_cannot_be_halved_is_refused_in_one_sentence(size: tuple[int, int]) -> None:
    with pytest.raises(EncoderError, match="choose an even width and an even height"):
        VideoEncoder("main", *size, 30, 800_000)


def test_a_size_above_every_level_is_refused_in_one_sentence() -> None:
    with pytest.raises(EncoderError, match="choose a smaller picture"):
        VideoEncoder("main", 7680, 4320, 30, 800_000)


def test_a_picture_of_another_shape_is_refused() -> None:
    with pytest.raises(EncoderError, match="opened for pictures of shape"):
        VideoEncoder("main", 640, 360, 30, 800_000).encode(picture(0, 320, 180), 0.0, 0)


def test_the_bitrate_changes_in_place_without_a_keyframe_and_its_keyframes_shrink_with_it() -> None:
    encoder = VideoEncoder("main", 320, 180, 30, 600_000)
    step = 0

    def spent(seconds: int, ask_at: int) -> tuple[float, int, list[int]]:
        """Return bits a second of the last half, the size of the asked keyframe, and where keyframes came."""
        nonlocal step
        frames = []
        for number in range(seconds * 30):
            pixels = np.roll(texture, 5 * step, axis=1)
            frames.append(encoder.encode(pixels, 0.0, step * FRAME_TICKS, wants_keyframe=number == ask_at))
            step += 1
        rate = sum(len(frame.data) for frame in frames[-seconds * 15 :]) * 8 / (seconds / 2)
        keys = [number for number, frame in enumerate(frames) if frame.is_keyframe]
        return rate, len(frames[ask_at].data), keys

    noise = np.random.default_rng(5).integers(0, 256, (180, 320, 4), np.uint8)
    texture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.2), np.uint8)
    full, full_key, _ = spent(4, ask_at=60)
    encoder.use_bitrate(200_000)
    low, low_key, low_keys = spent(4, ask_at=60)
    encoder.use_bitrate(100_000_000)
    back, _, back_keys = spent(4, ask_at=60)
    assert low_keys == back_keys == [60], "only the one that was asked for"
    assert 150_000 < low < 240_000
    assert 450_000 < full < 720_000
    assert 450_000 < back < 720_000, "never more than it was opened for"
    assert low_key < 0.8 * full_key
