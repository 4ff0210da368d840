"""A platform that takes RTMP, which is FFmpeg's own server here: it gets the show, and it may come and go."""

import datetime
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from footage import FPS, footage, play
from stage import Stage, until
from test_process import frames, states

from avatar_live.app.settings import run_folder
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import OutletsPlan
from avatar_live.outlets.rtmp_sink import RtmpSink
from avatar_live.outlets.sink import SinkError
from avatar_live.outlets.target import parse_target
from avatar_live.outlets.timeline import Timeline

KEY = "live_1234567890_secret"
OFFSET_MS_MAX = 40.0


@pytest.fixture
def folder() -> Iterator[Path]:
    with run_folder() as made:
        yield made


@contextmanager
def platform(port: int, film: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Take one stream and keep it in a file."""
    asked = ["ffmpeg", "-v", "error", "-y", "-listen", "1", "-i", f"rtmp://127.0.0.1:{port}/live/{KEY}", "-c", "copy"]
    with subprocess.Popen([*asked, film], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def listens(port: int) -> bool:
    """Say whether a port is listened on, without connecting: FFmpeg takes one guest and leaves with it."""
    listening = Path("/proc/net/tcp").read_text()
    return f"0100007F:{port:04X} 00000000:0000 0A" in listening


def test_a_platform_gets_the_show_and_gets_it_again_after_it_was_gone(
    folder: Path, tmp_path: Path, unused_tcp_port: int
) -> None:
    port, first, second = unused_tcp_port, tmp_path / "first.flv", tmp_path / "second.flv"
    place = f"rtmp://127.0.0.1:{port}/live/{KEY}"
    with Supervisor(OutletsPlan(str(folder), (place,))) as parts, Stage(folder) as stage:
        until(lambda: [state.state for state in states(parts)] == ["retrying"], "nobody is there")
        assert "cannot be reached" in states(parts)[0].words and KEY not in repr(parts.health())
        with platform(port, first) as process:
            until(lambda: [state.state for state in states(parts)] == ["live"], "it is live")
            began = stage.pictures
            until(lambda: stage.pictures - began >= 4 * FPS, "four seconds are sent")
            process.send_signal(signal.SIGINT)
            process.wait()
        until(lambda: [state.state for state in states(parts)] == ["retrying"], "the platform is gone")
        with platform(port, second) as process:
            until(lambda: [state.state for state in states(parts)] == ["live"], "it is live again")
            again = frames(parts)
            until(lambda: frames(parts) > again + 2 * FPS, "it goes on")
            process.send_signal(signal.SIGINT)
            process.wait()
    played = play(str(first))
    assert played.codecs == ("h264", "aac")
    assert len(played.pictures_s) >= 0.95 * 4 * FPS
    assert max(map(abs, played.offsets_ms())) <= OFFSET_MS_MAX
    assert len(play(str(second)).pictures_s) > 0
    assert KEY.encode() not in b"".join(path.read_bytes() for path in folder.glob("*.log*")), "keys stay out of logs"


def test_a_key_is_told_to_a_proven_platform_only(
    tmp_path: Path, unused_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = self_signed(tmp_path)
    film = tmp_path / "show.flv"
    with platform(unused_tcp_port, film) as process, tls_before(unused_tcp_port, certificate) as port:
        target = parse_target(f"rtmps://localhost:{port}/live/{KEY}")
        with pytest.raises(SinkError, match=f"localhost:{port} cannot prove that it is the platform"):
            RtmpSink(target)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        timeline, packets = Timeline(), list(footage(2.0))
        first = next(at for at, packet in enumerate(packets) if packet.kind == "video")
        until(lambda: listens(unused_tcp_port), "the platform listens")
        sink = RtmpSink(target)
        for packet in packets[first:]:
            sink.write(timeline.stamp(packet))
        sink.close()
        process.wait()
    assert len(play(str(film)).pictures_s) == 2 * FPS


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
