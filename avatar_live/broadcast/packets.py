"""H.264 access units cut into RTP payloads (RFC 6184, packetization mode 1), once for all who watch."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

# With header (28), tag (16), a retransmission's number (2), UDP and IPv6 (48) below IPv6's least MTU, 1280.
PAYLOAD_BYTES_MAX: Final = 1_160
_STAP_A: Final = 24
_FU_A: Final = 28
_ACCESS_UNIT_DELIMITER: Final = 9
_START_CODE: Final = b"\0\0\1"
_ZEROS: Final = b"\0\0"


class Run(NamedTuple):
    """Name so many packets from `first` on whose payloads are of one size, but the last, which may be shorter.

    The kernel takes such a row as one send.
    """

    first: int
    packets: int


def cut(access_unit: bytes) -> tuple[bytes, ...]:
    """Return the payloads of an access unit (Annex B), none longer than `PAYLOAD_BYTES_MAX`.

    Small NAL units that follow each other share a payload (STAP-A); a large one is cut into equal pieces (FU-A). The
    delimiter of the access unit is left out, since the marker bit says the same.
    """
    payloads: list[bytes] = []
    small: list[bytes] = []
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


def nal_units(access_unit: bytes) -> Iterator[bytes]:
    """Yield the NAL units between the start codes; zeros behind a unit belong to the next start code."""
    begin = _next_start(access_unit, 0)
    while begin >= 0:
        end = _next_start(access_unit, begin + 3)
        unit = access_unit[begin + 3 : end if end >= 0 else len(access_unit)].rstrip(b"\0")
        if unit:
            yield unit
        begin = end


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


def _next_start(access_unit: bytes, begin: int) -> int:
    """Return where the next start code is, -1 without one; two zeros are rare in pictures, and quick to look for."""
    at = access_unit.find(_ZEROS, begin)
    while at >= 0 and not access_unit.startswith(_START_CODE, at):
        at = access_unit.find(_ZEROS, at + 1)
    return at


def _gathered(units: list[bytes]) -> bytes:
    if len(units) == 1:
        return units[0]
    importance = max(unit[0] & 0x60 for unit in units)
    return bytes([importance | _STAP_A]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def _pieces(unit: bytes) -> Iterator[bytes]:
    kind, indicator = unit[0] & 0x1F, unit[0] & 0x60 | _FU_A
    body = len(unit) - 1
    count = -(-body // (PAYLOAD_BYTES_MAX - 2))
    size = -(-body // count)
    for at in range(1, len(unit), size):
        is_first, is_last = at == 1, at + size >= len(unit)
        yield bytes([indicator, is_first << 7 | is_last << 6 | kind]) + unit[at : at + size]
