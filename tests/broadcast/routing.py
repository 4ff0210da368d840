"""A route that keeps what it is given, as it would be protected, and frames to send over it."""

from dataclasses import dataclass

from aiortc.rtp import AnyRtcpPacket, RtcpPacket

from avatar_live.broadcast.packets import PAYLOAD_BYTES_MAX
from avatar_live.broadcast.parcels import Parcel
from avatar_live.signals.encoded import EncodedFrame

TAG = 16


@dataclass(frozen=True)
class Packet:
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    is_last: bool


class FakeRoute:
    """Take packets as they would be protected."""

    def __init__(self) -> None:
        self.tag_bytes = TAG
        self.packets: list[Packet] = []
        self.reports: list[list[AnyRtcpPacket]] = []
        self.is_full = False
        self.fault: OSError | None = None

    def send(self, blank: bytes, stride: int, sequence: int, timestamp: int, ssrc: int) -> bool:
        if self.fault is not None:
            raise self.fault
        if self.is_full:
            return False
        for step, at in enumerate(range(0, len(blank), stride)):
            one = blank[at : at + stride]
            head = sequence + step & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc
            self.packets.append(Packet(*head, one[12:-TAG], bool(one[1] & 0x80)))
        return True

    def report(self, packet: bytes) -> bool:
        self.reports.append(RtcpPacket.parse(packet))
        return True


def parcel(number: int, packets: int = 3) -> Parcel:
    size = packets * (PAYLOAD_BYTES_MAX - 2) if packets > 1 else 500
    data = b"\0\0\1\x65" + bytes(1 + (number + at) % 255 for at in range(size))
    return Parcel(EncodedFrame("main", "video", data, number * 3_000, True, number / 30), number / 30)
