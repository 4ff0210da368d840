"""A take: what the senses said during a performance, to the bit and with the moment of each word. Bytes <-> entries.

A file is a header and blocks of a second or less, each whole in itself: what is cut short plays up to its last whole
block, and a damaged block is passed over. It holds fixed records of numbers alone, so neither a picture nor sound can
be in it.

    header  magic (8 bytes), version and kinds (u16), bytes of a record of each kind (u32), CRC-32 of all that
    block   "BLK1", bytes that follow (u32), records of each kind (u32), their CRC-32, CRC-32 of all that,
            then deflated: kinds (u8 each), times (f64 each), and of each kind its records, laid out to pack well

A record is taken as 4-byte words, each XORed with its predecessor's in the block; then come all lowest bytes, all
second ones and so on. Landmarks move little between two pictures, so their high bytes become zeros; what is left is
the noise of their low ones, which no packing makes smaller. Everything is little-endian.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from avatar_live.signals import GIVEN_BYTES, READINGS_BYTES, VOICE_BYTES

SUFFIX: Final = ".take"
VERSION: Final = 1  # a change of what a record of any kind holds needs another, even where its length stays
BLOCK_ENTRIES_MAX: Final = 512  # 4 MiB of them; a second of camera, voice and phone has some 150
AT_S_MAX: Final = 1e9  # a machine that has run for thirty years
PACKED_SPARE_BYTES: Final = 1_024  # deflate makes what it cannot pack a little longer

Kind = Literal["readings", "voice", "given"]
KINDS: Final[tuple[Kind, ...]] = ("readings", "voice", "given")
RECORD_BYTES: Final = {"readings": READINGS_BYTES, "voice": VOICE_BYTES, "given": GIVEN_BYTES}

_MAGIC: Final = b"AVLTAKE\n"
_MARK: Final = b"BLK1"
_HEADER: Final = struct.Struct("<8s2H3I")
_FRAME: Final = struct.Struct("<4s5I")
_CRC: Final = struct.Struct("<I")
HEADER_BYTES: Final = _HEADER.size + _CRC.size
FRAME_BYTES: Final = _FRAME.size + _CRC.size
_WORD: Final = 4
_AT: Final = np.dtype("<f8")

Bytes = NDArray[np.uint8]


class TakeError(ValueError):
    """Say in one sentence why a file cannot be replayed, and what to do next."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one word of a sense: the bytes that went to the engine, and when, on the clock of that machine."""

    kind: Kind
    at_s: float
    data: bytes


def head() -> bytes:
    """Return what a file begins with."""
    header = _HEADER.pack(_MAGIC, VERSION, len(KINDS), *(RECORD_BYTES[kind] for kind in KINDS))
    return header + _CRC.pack(zlib.crc32(header))


def block(entries: Sequence[Entry]) -> bytes:
    """Return the block of 1 to `BLOCK_ENTRIES_MAX` entries, which are in the order of their times."""
    assert 0 < len(entries) <= BLOCK_ENTRIES_MAX
    parts = [
        bytes(KINDS.index(entry.kind) for entry in entries),
        np.array([entry.at_s for entry in entries], _AT).tobytes(),
    ]
    counts = []
    for kind in KINDS:
        same = [entry.data for entry in entries if entry.kind == kind]
        counts.append(len(same))
        if same:
            parts.append(_laid_out(np.frombuffer(b"".join(same), np.uint8).reshape(len(same), RECORD_BYTES[kind])))
    # Runs of zeros are all that repeats here: Z_RLE packs as well as a search for more, in half its time.
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, zlib.DEF_MEM_LEVEL, zlib.Z_RLE)
    packed = packer.compress(b"".join(parts)) + packer.flush()
    frame = _FRAME.pack(_MARK, len(packed), *counts, zlib.crc32(packed))
    return frame + _CRC.pack(zlib.crc32(frame)) + packed


def entries_of(read: Callable[[int], bytes]) -> Iterator[Entry]:
    """Return the entries of a file that `read` gives so many bytes of at a time, as a file's own does.

    Raises TakeError at once when it is no take of this version. Afterwards nothing is refused: a damaged block is
    passed over, and a file that was cut short ends there.
    """
    _check_head(read(HEADER_BYTES))
    return _entries(read)


def _check_head(data: bytes) -> None:
    if not data.startswith(_MAGIC):
        raise TakeError("it is not a take: choose a file that avatar_live recorded")
    if len(data) < HEADER_BYTES or zlib.crc32(data[: _HEADER.size]) != _CRC.unpack_from(data, _HEADER.size)[0]:
        raise TakeError("its beginning is damaged: choose a copy of the file that is whole")
    if data != head():
        version = _HEADER.unpack_from(data)[1]
        raise TakeError(
            f"it was recorded by another version of avatar_live (format {version}, here {VERSION}): replay it with that"
        )


def _entries(read: Callable[[int], bytes]) -> Iterator[Entry]:
    last_s = -AT_S_MAX
    while True:
        frame = read(FRAME_BYTES)
        if len(frame) < FRAME_BYTES or zlib.crc32(frame[: _FRAME.size]) != _CRC.unpack_from(frame, _FRAME.size)[0]:
            return
        mark, packed_bytes, *counts, crc = _FRAME.unpack_from(frame)
        raw_bytes = _raw_bytes(counts)
        if mark != _MARK or not 0 < sum(counts) <= BLOCK_ENTRIES_MAX or packed_bytes > raw_bytes + PACKED_SPARE_BYTES:
            return
        packed = read(packed_bytes)
        if len(packed) < packed_bytes:
            return
        if zlib.crc32(packed) != crc:
            continue
        for entry in _unpacked(packed, counts, raw_bytes, last_s):
            last_s = entry.at_s
            yield entry


def _raw_bytes(counts: Sequence[int]) -> int:
    records = sum(count * _whole_words(RECORD_BYTES[kind]) for kind, count in zip(KINDS, counts, strict=True))
    return sum(counts) * (1 + _AT.itemsize) + records


def _unpacked(packed: bytes, counts: Sequence[int], raw_bytes: int, last_s: float) -> list[Entry]:
    """Return a block's entries, none when it holds anything else than it says."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        raw = unpacker.decompress(packed, raw_bytes + 1)  # one more tells a bomb from a block
    except zlib.error:
        return []
    if len(raw) != raw_bytes or not unpacker.eof:
        return []
    total = sum(counts)
    kinds = np.frombuffer(raw, np.uint8, total)
    at_s = np.frombuffer(raw, _AT, total, total)
    if kinds.max() >= len(KINDS) or np.bincount(kinds, minlength=len(KINDS)).tolist() != list(counts):
        return []
    # Comparisons with what is not a number are false.
    if not (at_s[0] >= last_s and at_s[-1] <= AT_S_MAX and (np.diff(at_s) >= 0.0).all()):
        return []
    data = []
    place = total * (1 + _AT.itemsize)
    for kind, count in zip(KINDS, counts, strict=True):
        size = count * _whole_words(RECORD_BYTES[kind])
        data.append(iter(_laid_back(np.frombuffer(raw, np.uint8, size, place), count, RECORD_BYTES[kind])))
        place += size
    return [
        Entry(KINDS[kind], moment_s, next(data[kind]))
        for kind, moment_s in zip(kinds.tolist(), at_s.tolist(), strict=True)
    ]


def _whole_words(size: int) -> int:
    return size + -size % _WORD


def _laid_out(records: Bytes) -> bytes:
    """Return records (n, size) as planes of bytes: (4, n, words), each word XORed with the one before it in time."""
    n, size = records.shape
    words = np.zeros((n, _whole_words(size)), np.uint8)
    words[:, :size] = records
    words[1:, :size] ^= records[:-1]
    return words.reshape(n, -1, _WORD).transpose(2, 0, 1).tobytes()


def _laid_back(planes: Bytes, n: int, size: int) -> list[bytes]:
    """Return the records that `_laid_out` was given."""
    if n == 0:
        return []
    words = planes.reshape(_WORD, n, -1).transpose(1, 2, 0).reshape(n, -1)
    whole = np.bitwise_xor.accumulate(words, axis=0)
    return [record.tobytes() for record in whole[:, :size]]
