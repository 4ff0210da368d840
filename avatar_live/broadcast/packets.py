"""H.264 access units cut into RTP payloads (RFC 6184, packetization mode 1), once for all who watch."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

# With header (28), tag (16), a retransmission's number (2), UDP and IPv6 (48) below IPv6's least MTU, 1280.
PAYLOAD_BYTES_MAX: Final = 1_160
_STAP_A: Final = 24
_FU_A: Final = 28
_FU_BEGINS: Final = 0x80
_FU_ENDS: Final = 0x40
_PIECE_BYTES: Final = PAYLOAD_BYTES_MAX - 2
_ACCESS_UNIT_DELIMITER: Final = 9
_START_CODE: Final = re.compile(b"\0\0\1")  # for three bytes quicker than `bytes.find`


class Run(NamedTuple):
    """Name so many packets from `first` on whose payloads are of one size, but the last, which may be shorter.

    The kernel takes such a row as one send.
    """

    first: int
    packets: int


def cut(access_unit: bytes) -> tuple[bytes, ...]:
    """Return the payloads of an access unit (Annex B), none longer than `PAYLOAD_BYTES_MAX`.

    Small NAL units that follow each other share a payload (STAP-A); a large one is cut (FU-A) into pieces of one size,
    the same for all frames, but the last. The delimiter of the access unit is left out, since the marker bit says the
    same.
    """
    payloads: list[bytes] = []
    small: list[memoryview] = []
    room = PAYLOAD_BYTES_MAX - 1
    for unit in nal_units(access_unit):
        if unit[0] & 0x1F == _ACCESS_UNIT_DELIMITER:
            continue
        if small and 2 + len(unit) > room:
            payloads.append(_gathered(small))
            small, room = [], PAYLOAD_BYTES_MAX - 1
        if len(unit) > PAYLOAD_BYTES_MAX:
            payloads.extend(_pieces(unit))
        else:
            small.append(unit)
            room -= 2 + len(unit)
    if small:
        payloads.append(_gathered(small))
    return tuple(payloads)


def nal_units(access_unit: bytes) -> Iterator[memoryview]:
    """Yield the NAL units between the start codes; zeros behind a unit belong to the next start code."""
    whole, codes = memoryview(access_unit), [code.span() for code in _START_CODE.finditer(access_unit)]
    for (_, begin), (end, _) in pairwise([*codes, (len(access_unit), 0)]):
        while end > begin and not access_unit[end - 1]:
            end -= 1
        if end > begin:
            yield whole[begin:end]


def runs(payloads: Sequence[bytes], first: int, count: int, longest: int) -> list[Run]:
    """Divide the packets `first` to `first + count` into runs of at most `longest` packets."""
    found: list[Run] = []
    at, end = first, first + count
    while at < end:
        size, begin = len(payloads[at]), at
        at += 1
        while at < end and at - begin < longest and len(payloads[at]) == size:
            at += 1
        if at < end and at - begin < longest and len(payloads[at]) < size:
            at += 1
        found.append(Run(begin, at - begin))
    return found


def _gathered(units: list[memoryview]) -> bytes:
    if len(units) == 1:
        return bytes(units[0])
    importance = max(unit[0] & 0x60 for unit in units)
    return bytes([importance | _STAP_A]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def _pieces(unit: memoryview) -> list[bytes]:
    indicator, kind = unit[0] & 0x60 | _FU_A, unit[0] & 0x1F
    begins = range(1, len(unit), _PIECE_BYTES)
    marks = [_FU_BEGINS, *[0] * (len(begins) - 2), _FU_ENDS]
    starts = (bytes([indicator, mark | kind]) for mark in marks)
    return [start + unit[at : at + _PIECE_BYTES] for start, at in zip(starts, begins, strict=True)]
