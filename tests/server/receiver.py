"""A program with an address: a real HTTP server on this machine that answers as a test wants, or not at all."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import msgspec
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.server.signatures import checked_id


@dataclass(frozen=True)
class Post:
    """One message as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        told = msgspec.json.decode(self.body)
        assert isinstance(told, dict)
        return told

    def is_signed_with(self, secret: str) -> bool:
        return checked_id(secret, self.headers, self.body, clock.wall_s()) == self.id


@dataclass
class Receiver:
    """Answer with the status that `answers` gives to each post, in turn; hang while `is_hanging`."""

    answers: Callable[[int], int] = lambda _: 204
    headers: dict[str, str] = field(default_factory=dict)
    port: int = 0
    posts: list[Post] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.is_hanging = threading.Event()
        self._released = threading.Event()

    def __enter__(self) -> Self:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:  # the library's name
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.posts.append(Post(self.path, headers, body))
                status = receiver.answers(len(receiver.posts))
                if receiver.is_hanging.is_set():
                    receiver._released.wait(DEADLINE_S)
                    return
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def seqs(self) -> list[int]:
        """The numbers of the events that arrived, each as often as it did."""
        return [int(post.event["sequence"]) for post in self.posts]


def until(claim: Callable[[], bool]) -> None:
    """Wait until a claim holds."""
    deadline_s = time.monotonic() + DEADLINE_S
    while not claim():
        assert time.monotonic() < deadline_s, "it did not become true"
        time.sleep(0.01)
