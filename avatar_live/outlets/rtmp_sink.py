"""A platform that takes RTMP or RTMPS: the viewers' own pictures, and their sound as AAC."""

import contextlib
import socket
import ssl
from typing import Final
from urllib.parse import urlsplit

from avatar_live import clock
from avatar_live.outlets import flv, rtmp
from avatar_live.outlets.aac import BITRATE_BPS, AacEncoder
from avatar_live.outlets.chunks import ChunkError
from avatar_live.outlets.h264 import parameter_sets
from avatar_live.outlets.rtmp import RtmpPublisher
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import Target
from avatar_live.outlets.timeline import Stamped

PORTS: Final = {"rtmp": 1935, "rtmps": 443}
CONNECT_S_MAX: Final = 8.0
ANSWER_S_MAX: Final = 8.0
SEND_S_MAX: Final = 5.0  # without any progress
# A second or two of a show. The system would keep ten, and the host would learn of a slow network that much later.
UNSENT_BYTES_MAX: Final = 512 * 1024
READ_BYTES: Final = 65_536
READS_MAX: Final = 8  # between two packets
_REFUSALS: Final = {
    "NetStream.Publish.BadName": "refuses the stream key, or still has the last stream: copy the key anew if it lasts",
    "NetStream.Publish.Denied": "refuses the stream key: copy it anew",
    "NetConnection.Connect.Rejected": "refuses the connection: check the address and the stream key",
    "NetConnection.Connect.InvalidApp": "does not know the application: check the part of the address before the key",
}


class RtmpSink:
    """Publish to one address. Raises SinkError when it cannot be reached or refuses."""

    def __init__(self, target: Target) -> None:
        self._name = target.label
        self._publisher = RtmpPublisher(target.where)
        self._aac = AacEncoder()
        self._sets = b""
        self._origin_s: float | None = None
        self._socket = self._connect(target.where)
        try:
            self._await_publishing()
        except BaseException:
            self._socket.close()
            raise

    def write(self, stamped: Stamped) -> None:
        """Send a packet. Raises SinkError when the platform is gone, too slow or ends the stream."""
        if self._origin_s is None:
            self._origin_s = stamped.at_s
            self._publisher.send(rtmp.DATA, 0, flv.metadata(BITRATE_BPS))
            self._publisher.send(rtmp.AUDIO, 0, flv.audio_header())
        if stamped.frame.kind == "video":
            self._put_picture(stamped)
        else:
            for packet, at_s in self._aac.encode(stamped):
                if at_s >= self._origin_s:
                    self._publisher.send(rtmp.AUDIO, self._at_ms(at_s), flv.audio_body(packet))
        self._hear()
        self._flush()

    def close(self) -> None:
        """Say goodbye."""
        self._publisher.end()
        with contextlib.suppress(SinkError, OSError):
            self._socket.settimeout(1.0)
            self._socket.sendall(self._publisher.outgoing())
            self._socket.shutdown(socket.SHUT_WR)
        self._socket.close()

    def _put_picture(self, stamped: Stamped) -> None:
        frame, at_ms = stamped.frame, self._at_ms(stamped.at_s)
        if frame.is_keyframe and (sets := parameter_sets(frame.data)) != self._sets:
            self._sets = sets
            self._publisher.send(rtmp.VIDEO, at_ms, flv.video_header(frame.data))
        self._publisher.send(rtmp.VIDEO, at_ms, flv.video_body(frame.data, is_keyframe=frame.is_keyframe))

    def _at_ms(self, at_s: float) -> int:
        assert self._origin_s is not None, "the first packet is a keyframe"
        return max(0, round((at_s - self._origin_s) * 1000.0))

    def _connect(self, url: str) -> socket.socket:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
        try:
            plain = socket.create_connection((host, port), timeout=CONNECT_S_MAX)
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNSENT_BYTES_MAX)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if parts.scheme == "rtmp":
                return plain
            try:
                return ssl.create_default_context().wrap_socket(plain, server_hostname=host)
            except BaseException:
                plain.close()
                raise
        except ssl.SSLCertVerificationError as error:
            words = f"{self._name} cannot prove that it is the platform ({error.verify_message}): the key was not sent."
            raise SinkError(words) from error
        except (OSError, UnicodeError) as error:
            raise SinkError(f"{self._name} cannot be reached ({_reason(error)}).") from error

    def _await_publishing(self) -> None:
        end_s = clock.now_s() + ANSWER_S_MAX
        while self._publisher.state != "publishing":
            self._flush()
            left_s = end_s - clock.now_s()
            if left_s <= 0.0:
                raise SinkError(f"{self._name} does not answer as an RTMP server does.")
            self._receive(left_s)

    def _hear(self) -> None:
        """Take what the platform said meanwhile; who never stops talking must not keep us from sending."""
        for _ in range(READS_MAX):
            if not self._receive(0.0):
                return

    def _receive(self, wait_s: float) -> bool:
        """Take one answer; False when none came in time."""
        self._socket.settimeout(wait_s)
        try:
            data = self._socket.recv(READ_BYTES)
            if not data:
                raise SinkError(f"{self._name} has ended the connection.")
            self._publisher.receive(data)
        except (BlockingIOError, TimeoutError, ssl.SSLWantReadError):
            return False
        except ChunkError as error:
            raise SinkError(f"{self._name} does not speak RTMP ({error}).") from error
        except OSError as error:
            raise SinkError(f"The connection to {self._name} broke ({_reason(error)}).") from error
        if self._publisher.state == "refused":
            why = _REFUSALS.get(self._publisher.code, f"refuses the stream ({self._publisher.code or 'no reason'})")
            raise SinkError(f"{self._name} {why}.")
        return True

    def _flush(self) -> None:
        data = self._publisher.outgoing()
        self._socket.settimeout(SEND_S_MAX)
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise SinkError(f"{self._name} takes nothing: the network is too slow for the show.") from error
        except OSError as error:
            raise SinkError(f"The connection to {self._name} broke ({_reason(error)}).") from error


def _reason(error: OSError | UnicodeError) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return (error.strerror if isinstance(error, OSError) else None) or "no such address"
