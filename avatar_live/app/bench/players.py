"""`bench players`: how many players' own streams one core encodes, beside aiortc's VP8, and how soon a key is seen.

Both encoders get the same pictures, drawn by our stage through the eyes of a player who walks and turns, as BGRA, and
the same bitrate; turn and turn about, on one core. Likeness is SSIM of the decoded luma. aiortc is the peer here: this
file alone, outside `broadcast`, may import it.
"""

import contextlib
import os
import statistics
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Final

import av
import cv2
import numpy as np
from aiortc.codecs.vpx import Vp8Encoder, vp8_depayload
from numpy.typing import NDArray
from skimage.metrics import structural_similarity

from avatar_live.app.faults import ShowError
from avatar_live.app.settings import DEFAULT_AVATAR, find_avatar
from avatar_live.avatar import read_avatar
from avatar_live.avatar.rig import Rig
from avatar_live.encoder.thread import EncoderThread
from avatar_live.encoder.video import VideoEncoder
from avatar_live.game import push
from avatar_live.game.inputs import Enter, Input, Push, Steer
from avatar_live.motion import Solver
from avatar_live.signals.encoded import PLAYER_BITRATE_BPS, VIDEO_CLOCK_HZ, EncodedFrame
from avatar_live.stage import Stage, StageError

FPS: Final = 30
STREAMS: Final = 15
TURNS: Final = 3
_TICKS: Final = VIDEO_CLOCK_HZ // FPS
_SETTLED: Final = 10  # pictures after which a rate control knows its content
_SSIM_EVERY: Final = 5
_STEER_EVERY: Final = 20

Picture = NDArray[np.uint8]
Report = Callable[[str], None]


def measure_players(pictures: int, seconds: float, report: Report, streams: int = STREAMS) -> dict[str, Any]:
    """Return the figures, ready for JSON. Raises ShowError without OpenGL."""
    report(f"Drawing {pictures} pictures through a player's eyes ...")
    try:
        seen = first_person_pictures(pictures)
    except StageError as error:
        raise ShowError(str(error)) from error
    report("Encoding them on one core, turn and turn about ...")
    with on_one_core():
        turns = [(_encode_ours(seen), _encode_vp8(seen)) for _ in range(TURNS)]
        report(f"Running {streams} players' encoders on one core for {seconds:.0f} s ...")
        together = _run_together(seen, streams, seconds)
    (_, ours), (_, vp8) = turns[-1]
    ours_ms, vp8_ms = (statistics.median(turn[side][0] for turn in turns) for side in (0, 1))
    frame_ms = 1e3 / FPS
    return {
        "size": f"{seen.shape[2]}x{seen.shape[1]}",
        "fps": FPS,
        "bitrate_kbps": PLAYER_BITRATE_BPS / 1e3,
        "ours_ms_per_frame": round(ours_ms, 3),
        "vp8_ms_per_frame": round(vp8_ms, 3),
        "ours_streams_per_core": round(frame_ms / ours_ms, 1),
        "vp8_streams_per_core": round(frame_ms / vp8_ms, 1),
        "ratio_to_vp8": round(vp8_ms / ours_ms, 2),
        "ours_ssim": round(_likeness(seen, ours, "h264"), 4),
        "vp8_ssim": round(_likeness(seen, vp8, "libvpx"), 4),
        "ours_kbps": round(_kbps(ours), 1),
        "vp8_kbps": round(_kbps(vp8), 1),
        "streams": streams,
        **together,
    }


@contextlib.contextmanager
def on_one_core() -> Iterator[None]:
    """Keep this thread, and those it starts, on one core where the system lets us."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    threads = cv2.getNumThreads()
    os.sched_setaffinity(0, {min(cores)})
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)
        cv2.setNumThreads(threads)


def first_person_pictures(count: int) -> Picture:
    """Return (count, height, width, 4) BGRA of a game as one of its two players sees it. Raises StageError."""
    avatar = read_avatar(find_avatar(DEFAULT_AVATAR))
    rig, solver = Rig(avatar), Solver(True)
    seen: list[Picture] = []
    with Stage(64, 64) as stage:  # everybody's picture is not needed
        stage.set_avatar(avatar)
        world = push.World(seed=7)
        for step in range(count + 8):  # a graphics card's first picture comes late
            world, _ = push.step(world, _inputs(step), 1.0 / FPS)
            posture = rig.animate(solver.solve(None, step / FPS, 1.0 / FPS, None, None), 1.0 / FPS, 1.0)
            drawn = stage.draw(posture, push.view(world), step / FPS, ("ana",))
            seen += drawn.players.values()
    return np.stack(seen[-count:])


def _inputs(step: int) -> list[Input]:
    """Let two players walk and turn as the dice say, and viewers push the ball."""
    if step == 0:
        return [Enter("ana", "ana", "red"), Enter("ben", "ben", "blue")]
    if step % _STEER_EVERY:
        return []
    dice = np.random.default_rng(step).random(6).tolist()
    return [
        Steer("ana", dice[0] < 0.75, False, dice[1] < 0.4, dice[2] < 0.4),
        Steer("ben", dice[3] < 0.6, False, dice[4] < 0.4, dice[5] < 0.3),
        Push("red" if dice[0] < 0.5 else "blue", 1.0),
    ]


def _encode_ours(seen: Picture) -> tuple[float, list[bytes]]:
    """Return CPU milliseconds a frame, and the frames."""
    height_px, width_px = seen.shape[1:3]
    encoder = VideoEncoder("player", width_px, height_px, FPS, PLAYER_BITRATE_BPS)
    frames = [encoder.encode(seen[0], 0.0, 0).data]
    before_s = time.process_time()
    frames += [encoder.encode(one, 0.0, step * _TICKS).data for step, one in enumerate(seen[1:], 1)]
    return (time.process_time() - before_s) / (len(seen) - 1) * 1e3, frames


def _encode_vp8(seen: Picture) -> tuple[float, list[bytes]]:
    encoder = Vp8Encoder()
    encoder.target_bitrate = PLAYER_BITRATE_BPS
    frames = [_vp8_frame(encoder, seen[0], 0)]
    before_s = time.process_time()
    frames += [_vp8_frame(encoder, one, step) for step, one in enumerate(seen[1:], 1)]
    return (time.process_time() - before_s) / (len(seen) - 1) * 1e3, frames


def _vp8_frame(encoder: Vp8Encoder, pixels: Picture, step: int) -> bytes:
    frame = av.VideoFrame.from_numpy_buffer(pixels, format="bgra")
    frame.pts, frame.time_base = step * _TICKS, Fraction(1, VIDEO_CLOCK_HZ)
    payloads, _ = encoder.encode(frame)
    return b"".join(vp8_depayload(payload) for payload in payloads)


def _run_together(seen: Picture, streams: int, seconds: float) -> dict[str, float]:
    """Encode as many streams at once, in the threads of a show, and return what share of the pictures was made."""
    height_px, width_px = seen.shape[1:3]
    made = [0] * streams

    def counter(number: int) -> Callable[[EncodedFrame], None]:
        def count(_: EncodedFrame) -> None:
            made[number] += 1

        return count

    with contextlib.ExitStack() as stack:
        encoders = []
        for number in range(streams):
            encoder = EncoderThread(f"p{number}", width_px, height_px, FPS, PLAYER_BITRATE_BPS, counter(number))
            stack.callback(encoder.close)
            encoders.append(encoder)
        steps = max(2, round(seconds * FPS))
        began_s, spent_s = time.monotonic(), time.process_time()
        for step in range(steps):
            for number, encoder in enumerate(encoders):
                # Players do not all move at the same moment.
                encoder.put(seen[(step + number * len(seen) // streams) % len(seen)], 0.0, step * _TICKS)
                time.sleep(max(0.0, began_s + (step + (number + 1) / streams) / FPS - time.monotonic()))
        took_s = time.monotonic() - began_s
        cpu_s = time.process_time() - spent_s
    return {
        "streams_core_percent": round(100.0 * cpu_s / took_s, 1),
        "streams_frames_made_percent": round(100.0 * sum(made) / (steps * streams), 1),
    }


def _likeness(seen: Picture, frames: list[bytes], decoder: str) -> float:
    codec = av.CodecContext.create(decoder, "r")
    assert isinstance(codec, av.VideoCodecContext)
    decoded = [picture for frame in frames for picture in codec.decode(av.Packet(frame))] + codec.decode(None)
    height_px = seen.shape[1]
    likenesses = []
    for step in range(min(_SETTLED, len(seen) - 1), len(seen), _SSIM_EVERY):
        wanted = cv2.cvtColor(seen[step], cv2.COLOR_BGRA2YUV_I420)[:height_px]
        likenesses.append(structural_similarity(wanted, decoded[step].to_ndarray()[:height_px]))
    return float(np.mean(likenesses))


def _kbps(frames: list[bytes]) -> float:
    settled = frames[min(_SETTLED, len(frames) - 1) :]
    return sum(map(len, settled)) * 8 * FPS / len(settled) / 1e3
