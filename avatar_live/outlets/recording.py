"""A recording: the show's own packets in MP4 or MKV, in pieces of a second that each stand for themselves."""

import contextlib
import errno
import io
import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av

from avatar_live.outlets.h264 import parameter_sets
from avatar_live.outlets.sink import FULL, SinkError
from avatar_live.outlets.timeline import Stamped
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ

FORMATS: Final = {".mp4": "mp4", ".mkv": "matroska"}
PIECE_S: Final = 1.0  # what a crash may cost at most, with what waits in the muxer for the other stream
PIECE_BYTES_MAX: Final = 2 * 1024 * 1024  # a piece is written at once, so that the file ends with a whole one
DISK_SPARE_BYTES: Final = 200_000_000  # gifts are kept on the same disk, and need it more
NAMES_MAX: Final = 1_000
_FAILURES: Final = (OSError, av.error.FFmpegError)
# The head of an MP4 is written with its first piece: only then does it tell by how much the sound begins later.
_OPTIONS: Final = {
    "mp4": {"movflags": "delay_moov+default_base_moof", "frag_duration": f"{PIECE_S * 1e6:.0f}"},
    "matroska": {"cluster_time_limit": f"{PIECE_S * 1e3:.0f}"},
}
_ALWAYS: Final = {"flush_packets": "1", "max_interleave_delta": f"{PIECE_S * 1e6:.0f}"}


class Recording:
    """Write into `path`, or where there is such a file already, into one beside it that is called "name-2".

    The parameter sets of H.264 stand in the head of a file, so new ones begin a new file. Raises SinkError when the
    folder cannot be written or its disk has fewer than `spare_bytes` left.
    """

    def __init__(self, path: Path, spare_bytes: int = DISK_SPARE_BYTES) -> None:
        self._wanted = path
        self._spare_bytes = spare_bytes
        self._film: _Film | None = None
        self._checked_s = float("-inf")
        self._check_space()

    @property
    def path(self) -> Path | None:
        """The file that is written now."""
        return self._film.path if self._film is not None else None

    def write(self, stamped: Stamped) -> None:
        """Append a packet. Raises SinkError when the disk is full or fails; what was written stays playable."""
        frame = stamped.frame
        if stamped.at_s - self._checked_s >= PIECE_S:
            self._check_space()
            self._checked_s = stamped.at_s
        try:
            if frame.kind == "video" and frame.is_keyframe:
                sets = parameter_sets(frame.data)
                if self._film is None or sets != self._film.sets:
                    self.close()
                    self._film = _Film(self._wanted, stamped, sets)
            assert self._film is not None, "the first packet is a keyframe"
            self._film.write(stamped)
        except _FAILURES as error:
            raise _sink_error(error, self._wanted) from error

    def close(self) -> None:
        """Finish the file."""
        if self._film is not None:
            self._film.close()
            self._film = None

    def _check_space(self) -> None:
        try:
            free = shutil.disk_usage(self._wanted.parent).free
        except OSError as error:
            raise _sink_error(error, self._wanted) from error
        if free < self._spare_bytes:
            raise SinkError(
                f"The disk is full: fewer than {self._spare_bytes // 1_000_000} MB are left where "
                f"{self._wanted.name} is recorded. Free some space, and the recording goes on in a new file.",
                "full",
            )


class _Film:
    """One file, from its first keyframe on."""

    def __init__(self, wanted: Path, first: Stamped, sets: bytes) -> None:
        self.sets = sets
        self._origin_s = first.at_s
        self._file = _File(wanted)
        self.path = self._file.path
        kind = FORMATS[wanted.suffix]
        try:
            options = {**_OPTIONS[kind], **_ALWAYS}
            self._output = av.open(self._file, "w", format=kind, container_options=options, buffer_size=PIECE_BYTES_MAX)
            # FFmpeg reads width, height and parameter sets from the keyframe itself; no encoder is opened for them.
            with av.open(io.BytesIO(first.frame.data), format="h264") as described:
                video = self._output.add_stream_from_template(described.streams.video[0], opaque=True)
            video.time_base = Fraction(1, VIDEO_CLOCK_HZ)
            sound = self._output.add_stream("libopus", rate=AUDIO_CLOCK_HZ)
            self._output.start_encoding()
        except BaseException:
            self._file.give_up()
            raise
        self._streams: dict[str, Any] = {"video": video, "audio": sound}

    def write(self, stamped: Stamped) -> None:
        frame, clock_hz = stamped.frame, VIDEO_CLOCK_HZ if stamped.frame.kind == "video" else AUDIO_CLOCK_HZ
        if stamped.at_s < self._origin_s:
            return  # sound from before the first picture
        packet = av.Packet(frame.data)
        packet.stream = self._streams[frame.kind]
        packet.time_base = Fraction(1, clock_hz)
        packet.pts = packet.dts = round((stamped.at_s - self._origin_s) * clock_hz)
        packet.is_keyframe = frame.is_keyframe
        self._output.mux(packet)

    def close(self) -> None:
        with contextlib.suppress(*_FAILURES):  # the last piece of a full disk is lost
            self._output.close()
        self._file.finish()


class _File:
    """What FFmpeg writes into: it takes a piece as a whole or not at all, and nothing after one that failed."""

    def __init__(self, wanted: Path) -> None:
        for path in _names(wanted):
            with contextlib.suppress(FileExistsError):
                self._raw = path.open("xb", buffering=0)
                self.path = path
                self._is_broken = False
                return
        raise FileExistsError(errno.EEXIST, f"there are {NAMES_MAX} recordings of that name")

    def write(self, data: bytes) -> int:
        if self._is_broken:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        begin, view = self._raw.tell(), memoryview(data)
        try:
            while view:
                view = view[self._raw.write(view) or 0 :]
        except OSError:
            self._is_broken = True
            with contextlib.suppress(OSError):
                self._raw.truncate(begin)
            raise
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self._raw.seek(offset, whence)

    def tell(self) -> int:
        return self._raw.tell()

    def finish(self) -> None:
        self._raw.close()

    def give_up(self) -> None:
        """Leave no file that holds nothing."""
        self._raw.close()
        self.path.unlink(missing_ok=True)


def _names(wanted: Path) -> list[Path]:
    return [wanted, *(wanted.with_stem(f"{wanted.stem}-{number}") for number in range(2, NAMES_MAX))]


def _sink_error(error: OSError | av.error.FFmpegError, path: Path) -> SinkError:
    if error.errno in FULL:
        words = f"The disk is full: {path.name} ends here. Free some space, and the recording goes on in a new file."
        return SinkError(words, "full")
    reason = error.strerror or "the disk fails"
    return SinkError(f"{path.name} cannot be written ({reason}): record into another folder.")
