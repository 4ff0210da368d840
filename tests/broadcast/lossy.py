"""A network that loses packets, between one sender and the kernel."""

import random
from collections import Counter
from typing import Self

from avatar_live.broadcast import srtp
from avatar_live.broadcast.routes import Exit
from avatar_live.broadcast.sender import RtpSender


class LossyExit:
    """Lose `to_lose` packets, and then `share` of all others, at random but each time the same ones."""

    def __init__(self, way_out: Exit) -> None:
        self._way_out = way_out
        self._chance = random.Random(5)
        self.to_lose = 0
        self.share = 0.0
        self.lost: Counter[int] = Counter()  # by payload type, which is not encrypted

    @classmethod
    def before(cls, sender: RtpSender) -> Self:
        """Put it before the way out of a sender that has sent already."""
        assert sender.route._exit is not None
        lossy = cls(sender.route._exit)
        sender.route._exit = lossy
        return lossy

    def send(self, total: int, stride: int) -> bool:
        packets = [bytes(srtp.SCRATCH[at : min(at + stride, total)]) for at in range(0, total, stride)]
        for packet in packets:
            if self._is_lost():
                self.lost[packet[1] & 0x7F] += 1
                continue
            srtp.SCRATCH[: len(packet)] = packet
            if not self._way_out.send(len(packet), len(packet)):
                return False
        return True

    def close(self) -> None:
        self._way_out.close()

    def _is_lost(self) -> bool:
        if self.to_lose > 0:
            self.to_lose -= 1
            return True
        return self._chance.random() < self.share
