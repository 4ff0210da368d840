"""A file arrives whole and right, or not at all; what came of it is not asked for again."""

import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from avatar_live.tracking.bundle import ModelError
from avatar_live.tracking.download import NoInternetError, fetch

DATA = bytes(range(256)) * 1_000
SHA256 = hashlib.sha256(DATA).hexdigest()


class Server:
    """Serve `DATA`; `breaks_after` cuts the first answer short."""

    def __init__(self) -> None:
        self.ranges: list[str | None] = []
        self.breaks_after: int | None = None
        self.knows_ranges = True
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                wanted = self.headers["Range"]
                server.ranges.append(wanted)
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and server.knows_ranges else 0
                self.send_response(206 if start else 200)
                self.send_header("Content-Length", str(len(DATA) - start))
                self.end_headers()
                end = len(DATA) if server.breaks_after is None else server.breaks_after
                server.breaks_after = None
                self.wfile.write(DATA[start:end])

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_port}/model.task"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.close()


def get(server: Server, path: Path, sha256: str = SHA256, size: int = len(DATA)) -> list[float]:
    told: list[float] = []
    fetch(server.url, path, size=size, sha256=sha256, report=lambda what, fraction: told.append(fraction))
    return told


def test_a_file_is_fetched_with_progress(server: Server, tmp_path: Path) -> None:
    told = get(server, tmp_path / "model.task")
    assert (tmp_path / "model.task").read_bytes() == DATA
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert [path.name for path in tmp_path.iterdir()] == ["model.task"]


def test_a_broken_transfer_goes_on_where_it_stopped(server: Server, tmp_path: Path) -> None:
    server.breaks_after = 100_000
    with pytest.raises(NoInternetError):
        get(server, tmp_path / "model.task")
    assert not (tmp_path / "model.task").exists()
    get(server, tmp_path / "model.task")
    assert (tmp_path / "model.task").read_bytes() == DATA
    assert server.ranges == [None, "bytes=100000-"]


def test_a_server_without_ranges_starts_again(server: Server, tmp_path: Path) -> None:
    server.knows_ranges = False
    (tmp_path / "model.task.part").write_bytes(b"x" * 1_000)
    get(server, tmp_path / "model.task")
    assert (tmp_path / "model.task").read_bytes() == DATA


@pytest.mark.parametrize(("sha256", "size"), [("0" * 64, len(DATA)), (SHA256, len(DATA) - 1)])
def test_another_file_than_expected_is_thrown_away(server: Server, tmp_path: Path, sha256: str, size: int) -> None:
    with pytest.raises(ModelError, match="not the file this program was made for"):
        get(server, tmp_path / "model.task", sha256, size)
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_never_answers_is_given_up_soon(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/model.task"
        with pytest.raises(NoInternetError, match="no answer within"):
            fetch(url, tmp_path / "m", size=1, sha256=SHA256, report=lambda what, fraction: None, connect_s=0.2)


def test_a_closed_port_is_no_internet(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    with pytest.raises(NoInternetError, match="could not be fetched"):
        fetch(f"http://127.0.0.1:{port}/m", tmp_path / "m", size=1, sha256=SHA256, report=lambda what, fraction: None)
