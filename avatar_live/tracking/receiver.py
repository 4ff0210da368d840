"""A UDP port on which another program or a phone tells how the host moves."""

import contextlib
import errno
import socket
from collections.abc import Callable
from typing import Final

from avatar_live import clock
from avatar_live.mocap.level import levelled
from avatar_live.mocap.part import PacketError, Part
from avatar_live.mocap.spec import EVERYWHERE, HERE, KINDS, InputSpec
from avatar_live.motion.head import Level

PACKET_BYTES_MAX: Final = 16_384  # a whole avatar's bones and shapes in one bundle are about 8,000
PACKETS_A_TURN_MAX: Final = 64  # what is left stays with the system, and drops there when there is too much
RECEIVE_BYTES: Final = 262_144
RETRY_S: Final = 2.0
GREET_S: Final = 2.0  # a phone that is silent is greeted this often: its app may have been started just now


class Receiver:
    """Read the packets of one source; a port that is taken is tried again every 2 s."""

    def __init__(self, spec: InputSpec, *, now: Callable[[], float] = clock.now_s) -> None:
        self.packets = 0
        self.packets_dropped = 0
        self.wakes: socket.socket | None = None
        self._spec = spec
        self._kind = KINDS[spec.kind]
        self._parse = self._kind.parser()
        self._level = Level()
        self._now = now
        self._fault = ""
        self._open_due_s = self._greet_due_s = self._now()
        self._open()

    @property
    def waiting(self) -> str:
        """Say what is waited for, or why nothing can come."""
        if self._fault:
            return self._fault
        words = f"waiting for {self._spec.kind} on port {self._spec.port}"
        if self._kind.is_phones and self._spec.address == HERE:
            return f"{words} (this machine only: for a phone, write {self._spec.kind}:{EVERYWHERE}:{self._spec.port})"
        return words

    def poll(self) -> Part | None:
        """Return the newest part that came, or None."""
        now_s = self._now()
        if self.wakes is None:
            if now_s >= self._open_due_s:
                self._open()
            return None
        newest: Part | None = None
        for _ in range(PACKETS_A_TURN_MAX):
            try:
                data, (address, _port) = self.wakes.recvfrom(PACKET_BYTES_MAX + 1)
            except BlockingIOError:
                break
            except OSError as error:
                if _is_too_large(error):
                    self.packets += 1
                    self.packets_dropped += 1
                    continue
                break  # Windows tells here that a phone did not hear a greeting
            newest = self._read(data, address) or newest
        if newest is None:
            if now_s >= self._greet_due_s:
                self._greet(now_s)
            return None
        self._greet_due_s = now_s + GREET_S
        return levelled(self._level, newest, now_s) if self._kind.is_filmed else newest

    def close(self) -> None:
        """Let go of the port."""
        if self.wakes is not None:
            self.wakes.close()
            self.wakes = None

    def _read(self, data: bytes, address: str) -> Part | None:
        self.packets += 1
        if len(data) <= PACKET_BYTES_MAX and self._spec.phone in ("", address):
            with contextlib.suppress(PacketError):
                return self._parse(data)
        self.packets_dropped += 1
        return None

    def _open(self) -> None:
        self._open_due_s = self._now() + RETRY_S
        port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            port.setblocking(False)
            with contextlib.suppress(OSError):
                port.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            port.bind((self._spec.address, self._spec.port))
        except OSError as error:
            port.close()
            self._fault = self._reason(error)
            return
        self.wakes, self._fault = port, ""

    def _reason(self, error: OSError) -> str:
        kind, port = self._spec.kind, self._spec.port
        if error.errno == errno.EADDRNOTAVAIL:
            return f"{kind} cannot be listened to: its address is not this machine's"
        if error.errno == errno.EACCES:
            return f"{kind} cannot be listened to: port {port} needs more rights, choose one above 1023"
        return f"{kind} cannot be listened to: port {port} is taken, choose another such as {kind}:{port + 1}"

    def _greet(self, now_s: float) -> None:
        """Ask the phone to send; one that is not there is asked again."""
        self._greet_due_s = now_s + GREET_S
        if self._spec.phone and self.wakes is not None:
            with contextlib.suppress(OSError):
                self.wakes.sendto(self._kind.greeting, (self._spec.phone, self._kind.port))


def _is_too_large(error: OSError) -> bool:
    """Tell whether a packet was larger than the buffer, which only Windows takes for an error."""
    return getattr(error, "winerror", None) == 10_040
