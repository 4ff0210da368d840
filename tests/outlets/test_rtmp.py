"""A platform that takes RTMP may come and go, refuse, and has to prove itself where the address says RTMPS."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fake_platform import KEY, FakePlatform
from footage import FPS, footage
from showing import showing
from stage import until

from avatar_live.outlets.rtmp_sink import RtmpSink
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import parse_target
from avatar_live.outlets.timeline import Timeline


def test_a_platform_that_was_gone_gets_the_show_again() -> None:
    with FakePlatform() as platform, showing(platform.url) as show:
        until(lambda: show.state == "live" and platform.pictures > 0, "it is live")
        platform.code = "NetStream.Publish.BadName"
        platform.hang_up()
        until(lambda: show.state == "retrying", "its end is noticed")
        until(lambda: "still has the last stream" in show.states[0].words, "it does not take the show yet")
        got, platform.code = platform.pictures, "NetStream.Publish.Start"
        until(lambda: show.state == "live" and platform.pictures > got, "it is live again")
        assert KEY not in show.told, "keys stay out of logs"


def test_a_key_is_told_to_a_proven_platform_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificate = self_signed(tmp_path)
    with FakePlatform() as platform, tls_before(platform.port, certificate) as port:
        target = parse_target(f"rtmps://localhost:{port}/live/{KEY}")
        with pytest.raises(SinkError, match=f"localhost:{port} cannot prove that it is the platform"):
            RtmpSink(target)
        assert platform.published == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        timeline, packets = Timeline(), list(footage(1.0))
        first = next(at for at, packet in enumerate(packets) if packet.kind == "video")
        sink = RtmpSink(target)
        for packet in packets[first:]:
            sink.write(timeline.stamp(packet))
        sink.close()
        until(lambda: platform.pictures == FPS, "all pictures arrive")


def test_a_platform_that_never_stops_talking_gets_the_show_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with FakePlatform() as platform:
        timeline, packets = Timeline(), list(footage(1.0))
        first = next(at for at, packet in enumerate(packets) if packet.kind == "video")
        sink = RtmpSink(parse_target(platform.url))
        monkeypatch.setattr(sink, "_receive", lambda wait_s: True)
        for packet in packets[first:]:
            sink.write(timeline.stamp(packet))
        sink.close()
        until(lambda: platform.pictures == FPS, "all pictures arrive")


def test_what_a_platform_answers_is_told_and_its_silence_ends(unused_tcp_port: int) -> None:
    target = parse_target(f"rtmp://127.0.0.1:{unused_tcp_port}/live/{KEY}")
    page = b"HTTP/1.1 400 Bad Request\r\n\r\n" + bytes(4_000)
    with answering(unused_tcp_port, page), pytest.raises(SinkError, match="does not speak RTMP"):
        RtmpSink(target)
    with answering(unused_tcp_port, b""), pytest.raises(SinkError, match="has ended the connection"):
        RtmpSink(target)


def self_signed(folder: Path) -> Path:
    """Make a certificate for this machine and return its file, which holds the key, too."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "localhost.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *form) + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def tls_before(port: int, certificate: Path) -> Iterator[int]:
    """Speak TLS in front of a port that does not, one guest after the other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_relay, args=(listener, context, port), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _relay(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with suppress(OSError):  # the listener's end
        while True:
            plain, _ = listener.accept()
            with (
                suppress(ssl.SSLError, ConnectionError),
                context.wrap_socket(plain, server_side=True) as outer,
                socket.create_connection(("127.0.0.1", port)) as inner,
            ):
                thread = threading.Thread(target=_copy, args=(inner, outer))
                thread.start()
                _copy(outer, inner)
                thread.join()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


@contextmanager
def answering(port: int, data: bytes) -> Iterator[None]:
    """Give one guest an answer and hang up."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=_answer, args=(listener, data), daemon=True)
        thread.start()
        yield
        thread.join()


def _answer(listener: socket.socket, data: bytes) -> None:
    guest, _ = listener.accept()
    with guest:
        guest.sendall(data)
        guest.shutdown(socket.SHUT_WR)
        while guest.recv(65_536):
            pass
