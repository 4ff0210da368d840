"""A network that loses packets, between us and the kernel."""

import random
from collections import Counter

import pytest

from avatar_live.broadcast import routes, srtp
from avatar_live.broadcast.routes import Exit


class Losses:
    """Lose `to_lose` packets, and then `share` of all others, at random but each time the same ones."""

    def __init__(self) -> None:
        self._chance = random.Random(5)
        self.to_lose = 0
        self.share = 0.0
        self.lost: Counter[int] = Counter()  # by payload type, which is not encrypted

    @classmethod
    def everywhere(cls, monkeypatch: pytest.MonkeyPatch) -> "Losses":
        """Lose packets on every way that is opened from now on: ICE may choose another while a test runs."""
        losses, opened = cls(), routes._exit
        monkeypatch.setattr(routes, "_exit", lambda pair: LossyExit(opened(pair), losses))
        return losses

    def take(self, packet: bytes) -> bool:
        """Say whether a packet is lost, and count it."""
        if self.to_lose > 0:
            self.to_lose -= 1
        elif self._chance.random() >= self.share:
            return False
        self.lost[packet[1] & 0x7F] += 1
        return True


class LossyExit:
    """Send what is not lost, packet by packet."""

    def __init__(self, way_out: Exit, losses: Losses) -> None:
        self._way_out = way_out
        self._losses = losses

    def send(self, total: int, stride: int) -> bool:
        packets = [bytes(srtp.SCRATCH[at : min(at + stride, total)]) for at in range(0, total, stride)]
        for packet in packets:
            if self._losses.take(packet):
                continue
            srtp.SCRATCH[: len(packet)] = packet
            if not self._way_out.send(len(packet), len(packet)):
                return False
        return True

    def close(self) -> None:
        self._way_out.close()
