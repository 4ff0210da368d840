"""A playlist in a folder: HLS in fragmented MP4 for audiences of any size, handed out by a web server or a CDN.

Segments are as long as the keyframes are apart, two seconds, so a player is some six seconds behind. Parts of
segments (low-latency HLS) need a server that holds requests open: publish to one by WHIP or RTMP instead.
"""

import contextlib
import io
import re
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av

from avatar_live.outlets.aac import AacEncoder
from avatar_live.outlets.h264 import parameter_sets
from avatar_live.outlets.keyframes import REGULAR_S
from avatar_live.outlets.sink import FULL, FaultKind, SinkError
from avatar_live.outlets.timeline import Stamped
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ

PLAYLIST: Final = "show.m3u8"
SEGMENTS: Final = 6  # in the playlist; as many older ones stay for players that are late
LATE_SEGMENTS: Final = 6
# Numbers begin at the seconds since 1970: "show-2.mp4" may be a recording, whose second file is called so.
_OURS: Final = re.compile(r"show-\d{10,}\.(m4s|mp4)")
_FAILURES: Final = (OSError, av.error.FFmpegError)


class Playlist:
    """Write segments and their list into a folder; the oldest are removed. Raises SinkError."""

    def __init__(self, folder: Path, wall_s: float) -> None:
        self._folder = folder
        self._begun = int(wall_s)
        self._sets = b""
        self._origin_s = 0.0
        self._output: Any = None
        self._aac = AacEncoder()

    def write(self, stamped: Stamped) -> None:
        """Append a packet; new parameter sets begin a new list. Raises SinkError when the folder cannot be written."""
        frame = stamped.frame
        try:
            if frame.kind == "video":
                if frame.is_keyframe and (sets := parameter_sets(frame.data)) != self._sets:
                    self.close()
                    self._begin(stamped, sets)
                self._mux(self._video, VIDEO_CLOCK_HZ, frame.data, stamped.at_s, is_keyframe=frame.is_keyframe)
            else:
                for packet, at_s in self._aac.encode(stamped):
                    self._mux(self._sound, AUDIO_CLOCK_HZ, packet, at_s, is_keyframe=True)
        except _FAILURES as error:
            reason = error.strerror or "the disk fails"
            kind: FaultKind = "full" if error.errno in FULL else "passing"
            raise SinkError(f"{self._folder.name}/ cannot be written ({reason}).", kind) from error

    def close(self) -> None:
        """End the list."""
        if self._output is not None:
            with contextlib.suppress(*_FAILURES):
                self._output.close()
            self._output = None

    def _begin(self, first: Stamped, sets: bytes) -> None:
        for old in self._folder.glob("show-*.m*"):
            if _OURS.fullmatch(old.name):
                old.unlink(missing_ok=True)
        if self._sets:
            self._begun += int(first.at_s - self._origin_s)  # more than the segments since then: those last two seconds
        self._begun += 1
        self._sets, self._origin_s = sets, first.at_s
        options = {
            "hls_time": f"{REGULAR_S:.0f}",
            "hls_list_size": f"{SEGMENTS}",
            "hls_delete_threshold": f"{LATE_SEGMENTS}",
            "hls_segment_type": "fmp4",
            # A number that rises over all lives: a player that waited must not take a new segment for an old one.
            "start_number": f"{self._begun}",
            "hls_segment_filename": str(self._folder / "show-%d.m4s"),
            "hls_fmp4_init_filename": f"show-{self._begun}.mp4",
            "hls_flags": "delete_segments+independent_segments+program_date_time+temp_file",
        }
        output: Any = av.open(str(self._folder / PLAYLIST), "w", format="hls", container_options=options)
        with av.open(io.BytesIO(first.frame.data), format="h264") as described:
            self._video = output.add_stream_from_template(described.streams.video[0], opaque=True)
        self._video.time_base = Fraction(1, VIDEO_CLOCK_HZ)
        self._sound = output.add_stream("aac", rate=AUDIO_CLOCK_HZ)
        output.start_encoding()
        self._output = output

    def _mux(self, stream: Any, clock_hz: int, data: bytes, at_s: float, *, is_keyframe: bool) -> None:
        if at_s < self._origin_s:
            return  # sound from before the first picture
        packet = av.Packet(data)
        packet.stream, packet.time_base = stream, Fraction(1, clock_hz)
        packet.pts = packet.dts = round((at_s - self._origin_s) * clock_hz)
        packet.is_keyframe = is_keyframe
        self._output.mux(packet)
