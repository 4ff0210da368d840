"""Make `performance.npz` from the footage credited in `LICENSE.md`: `make.py FOOTAGE_FOLDER MODELS_FOLDER`.

People who stand far away are cut out so that they fill the picture like a streamer does; each clip is used as it is and
mirrored, which doubles the variety.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from avatar_live.tracking.detectors import Detectors
from avatar_live.tracking.models import installed
from avatar_live.tracking.performance import Performance
from avatar_live.tracking.recording import joined, watch
from avatar_live.tracking.source import Picture

SIZE_PX = (640, 480)

# file, cut-out (left, top, width; 4:3) in pixels, whether it runs there and back, whether it is mirrored
SCENES = (
    ("asl_please.mkv", (110, 10, 400), False, False),
    ("head-pose-face-detection-female.gif", (0, 0, 360), True, False),
    ("asl_sister.mkv", (95, 10, 400), False, False),
    ("asl_yes.mkv", (120, 10, 400), False, True),
    ("asl_thanks.mkv", (110, 10, 400), False, True),
    ("head-pose-face-detection-female.gif", (0, 0, 360), True, True),
    ("asl_help.mkv", (120, 10, 400), False, False),
    ("asl_sister.mkv", (95, 10, 400), False, True),
    ("asl_please.mkv", (110, 10, 400), False, True),
    ("asl_yes.mkv", (120, 10, 400), False, False),
    ("asl_thanks.mkv", (110, 10, 400), False, False),
    ("asl_help.mkv", (120, 10, 400), False, True),
)


def pictures(path: Path, cut: tuple[int, int, int], is_there_and_back: bool, is_mirrored: bool) -> Iterator[Picture]:
    """Yield a clip's cut-out at its own pace."""
    left, top, width = cut
    height = width * SIZE_PX[1] // SIZE_PX[0]
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        rate = float(stream.average_rate or 30.0)
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(stream)]
    if is_there_and_back:
        frames += frames[-2::-1]
    for number, frame in enumerate(frames):
        pixels = cv2.resize(frame[top : top + height, left : left + width], SIZE_PX, interpolation=cv2.INTER_CUBIC)
        yield Picture(np.ascontiguousarray(pixels[:, ::-1] if is_mirrored else pixels), number / rate)


def main() -> None:
    """Track every scene, join them and save the performance beside this file."""
    footage, models = Path(sys.argv[1]), installed(Path(sys.argv[2]))
    parts = []
    for name, cut, is_there_and_back, is_mirrored in SCENES:
        with Detectors(models) as detectors:
            part = watch(pictures(footage / name, cut, is_there_and_back, is_mirrored), detectors)
        seen = ", ".join(f"{key} {share.mean():.0%}" for key, share in part.present.items())
        print(f"{name}: {len(part)} frames; {seen}")
        parts.append(part)
    performance: Performance = joined(parts)
    path = Path(__file__).with_name("performance.npz")
    performance.save(path)
    print(f"{path.name}: {len(performance) / performance.fps:.1f} s, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
