"""A room over HTTP that tells what the test wants told, and writes down what the host orders."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from fake_show import TOKEN

from avatar_live.protocol.keeping import Invitation, RoomOrder

CALM = RoomOrder(0.0, False, True, (), {}, {}, (), False, "off", 60.0, "tell", 0.0, ())


class FakeRoom:
    """Answer what the window asks."""

    def __init__(self) -> None:
        self.order = CALM
        self.asked: list[tuple[str, dict[str, object]]] = []
        self.refusal = ""
        room = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(200, msgspec.json.encode(room.order))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                room.asked.append((self.path, msgspec.json.decode(body) if body else {}))
                if room.refusal:
                    self._answer(409, room.refusal.encode())
                else:
                    self._answer(201, msgspec.json.encode(Invitation("a-token", 86_400.0)))

            def _answer(self, status: int, body: bytes) -> None:
                if self.headers.get("Authorization") != f"Bearer {TOKEN}":
                    status, body = 401, b"no"
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def orders(self) -> list[dict[str, object]]:
        """Return what was ordered."""
        return [body for path, body in self.asked if path == "/api/moderation"]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
