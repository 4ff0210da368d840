"""A show whose pictures flash when its sound beeps, as an engine would send it, and what a player finds in it."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import av
import numpy as np
from numpy.typing import NDArray

from avatar_live.encoder.audio import PACKET_SAMPLES, OpusEncoder
from avatar_live.encoder.video import VideoEncoder
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, MAIN_STREAM, VIDEO_CLOCK_HZ, EncodedFrame

WIDTH_PX, HEIGHT_PX, FPS = 160, 90, 30
START_S: Final = 5_000.0  # monotonic clocks do not begin at zero
PICTURE_LAG_S: Final = 0.08  # from the camera's picture to the avatar's
SOUND_LAG_S: Final = 0.02
FLASH_S, BEEP_HZ = 0.1, 1_000.0
JITTER_S: Final = 0.008


def is_bright(at_s: float) -> bool:
    """Say whether it flashes and beeps: a tenth of a second in the middle of each."""
    return 0.5 <= at_s % 1.0 < 0.5 + FLASH_S


def footage(
    seconds: float, start_s: float = START_S, wants_keyframe: Callable[[], bool] = lambda: False
) -> Iterator[EncodedFrame]:
    """Yield the packets of a show in the order in which an engine sends them, keyframes where they are wanted."""
    video, sound = VideoEncoder(MAIN_STREAM, WIDTH_PX, HEIGHT_PX, FPS, 300_000), OpusEncoder(MAIN_STREAM)
    chance = np.random.default_rng(5)
    said = 0
    for count in itertools.takewhile(lambda count: count < seconds * FPS, itertools.count()):
        now_s = start_s + count / FPS
        while (captured_s := start_s - SOUND_LAG_S + said * 0.02) + 0.02 + SOUND_LAG_S <= now_s:
            times_s = captured_s + np.arange(PACKET_SAMPLES) / AUDIO_CLOCK_HZ
            wave = np.sin(times_s * 2.0 * np.pi * BEEP_HZ) * 12_000 * (np.abs(times_s % 1.0 - 0.55) < FLASH_S / 2.0)
            samples = np.repeat(wave[:, None], 2, axis=1).astype(np.int16)
            pts = round((start_s + said * 0.02) * AUDIO_CLOCK_HZ)
            yield sound.encode(samples, captured_s, pts)
            said += 1
        captured_s = now_s - PICTURE_LAG_S
        shade = 255 if is_bright(captured_s) else 20
        pixels = np.full((HEIGHT_PX, WIDTH_PX, 4), shade, np.uint8)
        pixels[: HEIGHT_PX // 2] = chance.integers(0, 80, (HEIGHT_PX // 2, WIDTH_PX, 1))  # worth its bitrate
        jitter_s = float(chance.uniform(-JITTER_S, JITTER_S))
        yield video.encode(
            pixels, captured_s + jitter_s, round(now_s * VIDEO_CLOCK_HZ), wants_keyframe=wants_keyframe()
        )
    video.close()
    sound.close()


@dataclass(frozen=True)
class Played:
    """What a player made of it: times of the pictures, and when it begins to flash and to beep."""

    pictures_s: list[float]
    flashes_s: list[float]
    beeps_s: list[float]
    codecs: tuple[str, ...]

    @property
    def length_s(self) -> float:
        return self.pictures_s[-1] - self.pictures_s[0]

    def offsets_ms(self) -> list[float]:
        """Return by how much each beep is later than its flash."""
        return [
            min((beep - flash for beep in self.beeps_s), key=abs) * 1000.0
            for flash in self.flashes_s
            if self.beeps_s[0] - 0.3 < flash < self.beeps_s[-1] + 0.3
        ]


def play(path: str) -> Played:
    """Decode a whole file; a file that is cut off plays up to the cut."""
    pictures: list[tuple[float, float]] = []
    levels: list[tuple[float, float]] = []
    with av.open(path, "r", metadata_errors="ignore") as film:
        codecs = tuple(stream.codec_context.name for stream in film.streams)
        try:
            frames: Iterator[object] = film.decode()
            for frame in frames:
                if isinstance(frame, av.VideoFrame) and frame.time is not None:
                    pictures.append((frame.time, float(np.asarray(frame.to_ndarray(format="gray"))[60:].mean())))
                elif isinstance(frame, av.AudioFrame):
                    levels += _levels(frame)
        except av.error.InvalidDataError:
            pass  # the packet at the cut
    pictures.sort()
    flashes = _rises(pictures, 128.0)
    return Played([at_s for at_s, _ in pictures], flashes, _rises(levels, 0.08), codecs)


def _levels(frame: av.AudioFrame) -> list[tuple[float, float]]:
    """Return the level of each millisecond."""
    assert frame.time is not None
    samples: NDArray[np.float32] = np.asarray(frame.to_ndarray(), np.float32)
    mono = samples[0] if frame.format.is_planar else samples[0][:: len(frame.layout.channels)]
    if frame.format.name.startswith("s16"):
        mono = mono / 32_768.0
    step = frame.sample_rate // 1000
    return [
        (frame.time + at / frame.sample_rate, float(np.abs(mono[at : at + step]).max()))
        for at in range(0, len(mono), step)
    ]


def _rises(values: list[tuple[float, float]], level: float) -> list[float]:
    """Return when a value rises above a level after having been seen below it for a quarter of a second."""
    rises, last_high_s = [], values[0][0] if values else 0.0
    for at_s, value in values:
        if value > level:
            if at_s - last_high_s > 0.25:
                rises.append(at_s)
            last_high_s = at_s
    return rises
