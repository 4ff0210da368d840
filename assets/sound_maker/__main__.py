"""Make the project's sounds: `python -m sound_maker` in assets/ writes them all to assets/sounds/."""

import argparse
from pathlib import Path

import av
import numpy as np

from .sounds import SOUNDS
from .synthesis import RATE_HZ, Line, finished, loudness_lufs, true_peak

INTO = Path(__file__).parent.parent / "sounds"


def write_flac(path: Path, sound: Line) -> None:
    """Write a sound for one ear, 16 bits."""
    whole = np.rint(sound * 32_767).astype(np.int16)
    with av.open(str(path), "w", format="flac") as file:
        stream = file.add_stream("flac", rate=RATE_HZ)
        stream.layout, stream.format = "mono", "s16"
        frame = av.AudioFrame.from_ndarray(whole[None, :], format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        fifo = av.AudioFifo()
        fifo.write(frame)
        while (part := fifo.read(4_096, partial=True)) is not None:
            file.mux(stream.encode(part))
        file.mux(stream.encode())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m sound_maker", description="Make the project's sounds.")
    parser.add_argument("--into", type=Path, default=INTO, help="folder for the .flac files (default: assets/sounds/)")
    options = parser.parse_args()
    options.into.mkdir(parents=True, exist_ok=True)
    for name, make in SOUNDS.items():
        path, sound = options.into / f"{name}.flac", finished(make())
        write_flac(path, sound)
        peak_db = 20 * np.log10(true_peak(sound))
        print(f"{path}: {len(sound) / RATE_HZ:.2f} s, {loudness_lufs(sound):.1f} LUFS, {peak_db:.1f} dBTP")
