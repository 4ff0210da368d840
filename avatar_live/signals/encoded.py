"""One encoded access unit of one stream, as it leaves an encoder."""

from typing import Literal

import msgspec

StreamKind = Literal["video", "audio"]

MAIN_STREAM = "main"
PLAYER_BITRATE_BPS = 900_000  # of a player's own stream, at most
VIDEO_CLOCK_HZ = 90_000
AUDIO_CLOCK_HZ = 48_000


class EncodedFrame(msgspec.Struct, frozen=True, tag="frame"):
    """Carry one H.264 access unit (Annex B, parameter sets before every keyframe) or one Opus packet.

    `stream` is `MAIN_STREAM` or a player's id; `pts` counts in 90 kHz (video) or 48 kHz (audio);
    `captured_s` is the monotonic time of the camera picture that this frame shows. `rung` counts the renditions of one
    stream downwards: 0 is the full picture, 1 the small one for viewers whose network carries no more.
    """

    stream: str
    kind: StreamKind
    data: bytes
    pts: int
    is_keyframe: bool
    captured_s: float
    rung: int = 0
