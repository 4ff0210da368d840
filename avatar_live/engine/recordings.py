"""Sound files: what the show plays of them, decoded to 48 kHz stereo. Only sound is decoded, and only of files."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import av
import numpy as np
from av.error import FFmpegError

from avatar_live.channels.ring import CHANNELS
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ
from avatar_live.sound.level import Samples

BANK_SOUND_S_MAX: Final = 10.0


class RecordingError(Exception):
    """Say in one sentence why a file cannot be played and what to do next."""


def decode(path: Path) -> Iterator[Samples]:
    """Yield the sound of a file, (n, 2) float32 at 48 kHz, piece by piece. Raises RecordingError."""
    if not os.path.isfile(path):  # noqa: PTH113  (neither a device nor an address; a path's own raises on long names)
        raise RecordingError(f"There is no sound file at {path}: check the path.")
    try:
        with av.open(str(path), metadata_errors="replace") as file:  # old tags are written in any encoding
            if not file.streams.audio or file.streams.audio[0].codec_context is None:  # FFmpeg knows no such codec
                raise RecordingError(f"There is no sound in {path.name}: choose a music file, such as an MP3.")
            resampler: av.AudioResampler | None = None
            heard: object = None
            for frame in file.decode(audio=0):
                form = (frame.format.name, frame.layout.name, frame.sample_rate)
                if form != heard:  # songs may be joined
                    heard = form
                    yield from _rest(resampler)
                    is_mono = frame.layout.nb_channels == 1  # FFmpeg would take 3 dB from it in both ears
                    resampler = av.AudioResampler("fltp", "mono" if is_mono else "stereo", AUDIO_CLOCK_HZ)
                assert resampler is not None
                yield from (_samples(piece) for piece in resampler.resample(frame))
            yield from _rest(resampler)
    except (FFmpegError, OSError) as error:
        raise RecordingError(
            f"{path.name} cannot be played ({error.strerror}): save it as MP3, Ogg, FLAC or WAV."
        ) from error


def read_bank(folder: Path) -> dict[str, Samples]:
    """Return the sounds (n, 2) of a folder by their names. Raises RecordingError."""
    bank: dict[str, Samples] = {}
    for path in sorted(folder.glob("*.flac")):
        sound = np.concatenate([np.zeros((0, CHANNELS), np.float32), *decode(path)])
        bank[path.stem] = sound[: round(BANK_SOUND_S_MAX * AUDIO_CLOCK_HZ)]
    return bank


def _rest(resampler: av.AudioResampler | None) -> Iterator[Samples]:
    """Yield what a resampler holds back."""
    if resampler is not None:
        yield from (_samples(piece) for piece in resampler.resample(None))


def _samples(frame: av.AudioFrame) -> Samples:
    ears = frame.to_ndarray()
    return np.ascontiguousarray(np.repeat(ears, CHANNELS // len(ears), axis=0).T, np.float32)
