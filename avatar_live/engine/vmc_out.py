"""Send the pose of every frame to another program, which shows it on an avatar of its own, by the VMC protocol."""

import contextlib
import socket
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from avatar_live.mocap.spec import SpecError, parse_target
from avatar_live.mocap.vmc_out import packets
from avatar_live.signals import Pose


class VmcOut:
    """Send to `target` (such as "127.0.0.1:39540"; nowhere when it is empty); `fault` says what is wrong with it.

    Nobody answers: whether a program listens there is not known, and a network that is full loses packets.
    """

    def __init__(self, target: str) -> None:
        self.fault = ""
        self._port: socket.socket | None = None
        self._address = ("", 0)
        if not target:
            return
        try:
            self._address = parse_target(target)
        except SpecError as error:
            self.fault = str(error)
            return
        self._port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._port.setblocking(False)

    def send(self, pose: Pose, places_m: Mapping[str, NDArray[np.float64]], now_s: float) -> None:
        """Send one frame's pose; `places_m` are the bones' at rest (see `Rig.rest_places_m`)."""
        if self._port is None:
            return
        for packet in packets(pose, places_m, now_s):
            with contextlib.suppress(OSError):
                self._port.sendto(packet, self._address)

    def close(self) -> None:
        """Let go of the port."""
        if self._port is not None:
            self._port.close()
