"""`python -m avatar_live.encoder.proof WIDTH HEIGHT FPS KIND...`: try encoders on this machine, one after the other.

A process of its own, because a driver may crash or hang on what it is asked. One JSON line an encoder says what was
found; an encoder whose line is missing took the process with it.
"""

import sys
from collections.abc import Sequence
from typing import Final

import av
import msgspec
import numpy as np
from av.codec.codec import UnknownCodecError
from numpy.typing import NDArray

from avatar_live.encoder.kinds import KINDS, OPEN_ERRORS, Kind
from avatar_live.encoder.planes import Packer
from avatar_live.encoder.video import EncoderError, VideoEncoder
from avatar_live.signals.encoded import VIDEO_CLOCK_HZ, EncodedFrame

PICTURES: Final = 12
ASKED_AT: Final = 7
BITRATE_BPS: Final = 2_500_000
ERROR_MAX: Final = 10.0  # mean difference of decoded luma, of 255: far above any encoder's, far below another picture's
_SPS, _PPS, _IDR, _SLICE, _NO_PICTURE = 7, 8, 5, 1, frozenset((6, 9, 12))


class Proof(msgspec.Struct, frozen=True):
    """Say whether the encoder of this name does all that a show needs, and in a sentence what it does or does not."""

    name: str
    works: bool
    found: str


def prove(kind: Kind, width_px: int, height_px: int, fps: int) -> Proof:
    """Encode a few pictures and decode them back: every one at once, in order, a keyframe when asked and not else."""
    try:
        return Proof(kind.name, True, _proved(kind, width_px, height_px, fps))
    except EncoderError as error:
        return Proof(kind.name, False, str(error))
    except UnknownCodecError:
        return Proof(kind.name, False, "The installed PyAV does not have it.")
    except OPEN_ERRORS as error:
        reason = getattr(error, "strerror", None) or str(error)
        return Proof(kind.name, False, f"It does not open ({reason}).")


def _proved(kind: Kind, width_px: int, height_px: int, fps: int) -> str:
    pictures = [_picture(step, width_px, height_px) for step in range(PICTURES)]
    encoder = VideoEncoder("proof", width_px, height_px, fps, BITRATE_BPS, kind=kind, may_fall_back=False)
    frames = [
        encoder.encode(planes, 0.0, step * VIDEO_CLOCK_HZ // fps, wants_keyframe=step == ASKED_AT)
        for step, planes in enumerate(pictures)
    ]
    encoder.close()
    for step, frame in enumerate(frames):
        is_key = step in (0, ASKED_AT)
        units = [unit for unit in _units(frame) if unit not in _NO_PICTURE]
        if is_key and not (units[:2] == [_SPS, _PPS] and set(units[2:]) == {_IDR} and frame.is_keyframe):
            raise EncoderError("It does not make a keyframe that a viewer can begin with when asked.")
        if not is_key and set(units) != {_SLICE}:
            raise EncoderError("It makes keyframes that nobody asked for.")
    seen = _decoded(frames[ASKED_AT:])
    wanted = [planes[:height_px] for planes in pictures[ASKED_AT:]]
    if len(seen) != len(wanted) or any(_error(*pair) > ERROR_MAX for pair in zip(seen, wanted, strict=True)):
        raise EncoderError("It gives pictures that do not decode to what was drawn.")
    profile = {66: "baseline", 77: "main", 100: "high"}.get(_profile(frames[0]), "another")
    return f"It proves itself ({profile} profile)."


def _units(frame: EncodedFrame) -> list[int]:
    """Return the types of the NAL units of an Annex B access unit."""
    data = frame.data
    starts = [at + 3 for at in range(len(data) - 3) if data[at : at + 3] == b"\0\0\1"]
    return [data[at] & 0x1F for at in starts]


def _profile(frame: EncodedFrame) -> int:
    return frame.data[frame.data.index(b"\0\0\1") + 4]  # a keyframe begins with its parameter sets


def _decoded(frames: Sequence[EncodedFrame]) -> list[NDArray[np.uint8]]:
    codec = av.CodecContext.create("h264", "r")
    assert isinstance(codec, av.VideoCodecContext)
    try:
        pictures = [picture for frame in frames for picture in codec.decode(av.Packet(frame.data))]
        pictures += codec.decode(None)
    except av.FFmpegError as error:
        raise EncoderError("It gives pictures that do not decode.") from error
    return [picture.to_ndarray(format="gray").astype(np.uint8, copy=False) for picture in pictures]


def _error(seen: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> float:
    return float(np.abs(seen.astype(np.int16) - wanted).mean()) if seen.shape == wanted.shape else float("inf")


def _picture(step: int, width_px: int, height_px: int) -> NDArray[np.uint8]:
    y, x = np.mgrid[:height_px, :width_px].astype(np.float32)
    pixels = np.full((height_px, width_px, 4), 255, np.uint8)
    for channel, phase in enumerate((0.0, 1.0, 2.0)):
        pixels[:, :, channel] = 128 + 90 * np.sin((x + 4 * step) / 40 + phase) * np.cos(y / 30 - phase)
    return Packer(width_px, height_px).pack(pixels)


def main(arguments: Sequence[str]) -> None:
    """Prove the kinds that are named, a line each as soon as it is known."""
    width_px, height_px, fps = map(int, arguments[:3])
    for name in arguments[3:]:
        proof = prove(KINDS[name], width_px, height_px, fps)
        sys.stdout.write(msgspec.json.encode(proof).decode() + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
