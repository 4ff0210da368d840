"""A crowd of viewers in one process: `python -m avatar_live.app.bench.room.viewers PLAN`.

One epoll loop over plain sockets, with frames made beforehand, so that thousands of viewers cost less than the server
that is measured. Orders come as JSON lines on standard input, each answered by one line: `connect`, `run`, `listen`.
Masks are zero, which RFC 6455 allows and which costs nothing.
"""

import base64
import itertools
import os
import random
import resource
import select
import socket
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

CONNECTING_MAX: Final = 100  # at once
CONNECT_S_MAX: Final = 120.0
POLL_S: Final = 0.005
READ_BYTES: Final = 65_536
SPEAKS: Final = {"room": "/ws", "ws": "/", "socketio": "/socket.io/?EIO=4&transport=websocket"}
NO_PORT_YET: Final = 24  # IP_BIND_ADDRESS_NO_PORT: each pair of addresses has all ports to itself


class Plan(msgspec.Struct, frozen=True):
    """Play `viewers` of a server at a port, from a loopback address of one's own; the first one's number is `first`."""

    port: int
    source: str
    viewers: int
    first: int = 0
    speak: str = "room"
    seed: int = 1
    hears_bytes: int = 0  # what the system keeps of what was not read; 0 leaves it to the system


class Run(msgspec.Struct, frozen=True):
    """Say so many things in so many seconds: most by the first `active` viewers, `gifts` and `chats` among them.

    `again` of the gifts are sent twice, and `reconnects` viewers leave and come back.
    """

    seconds: float
    interactions: int
    active: int
    gifts: int
    chats: int
    again: float = 0.05
    reconnects: int = 0


class Heard(msgspec.Struct):
    """What became of it, with times in milliseconds."""

    connected: int = 0
    frames: int = 0
    bytes: int = 0
    likes: int = 0  # hearts
    liked: int = 0  # messages with some
    said: int = 0
    resent: int = 0
    reconnected: int = 0
    lost_lines: int = 0
    sent_gifts: dict[str, str] = {}  # id -> the viewer's secret
    answered: dict[str, str] = {}  # id -> state
    ack_ms: list[float] = []
    frame_ms: list[float] = []  # of a chat line, to those who take part
    slow_frame_ms: list[float] = []  # and to those who watch
    shown_likes: int = 0
    late_s: float = 0.0  # the longest time that this process could not keep its own pace
    cpu_s: float = 0.0


def masked(payload: bytes, opcode: int = 0x81) -> bytes:
    """Return a client's frame."""
    head = (
        bytes((opcode, 0x80 | len(payload)))
        if len(payload) < 126
        else bytes((opcode, 0xFE)) + len(payload).to_bytes(2, "big")
    )
    return head + b"\0\0\0\0" + payload


class Viewer:
    """One line of the crowd."""

    __slots__ = ("epoch", "heard", "is_in", "line", "number", "on_message", "rest", "secret", "seq")

    def __init__(self, number: int) -> None:
        self.number = number
        self.line: socket.socket
        self.rest = b""
        self.heard = 0
        self.is_in = False
        self.secret = ""
        self.epoch: str | None = None
        self.seq = 0
        self.on_message: Callable[[Viewer, bytes], None] | None = None


class Crowd:
    """Connect, speak and hear."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._poll = select.epoll()
        self._viewers: dict[int, Viewer] = {}  # by file
        self.all = [Viewer(plan.first + number) for number in range(plan.viewers)]
        self.heard = Heard()
        self._gift_s: dict[str, float] = {}
        self._random = random.Random(plan.seed)

    # --- lines ------------------------------------------------------------------------------------------------------

    def connect_all(self) -> None:
        """Let everybody in, some at a time; who is still out after `CONNECT_S_MAX` stays out."""
        until_s = time.monotonic() + CONNECT_S_MAX
        waiting = iter(self.all)
        arriving = list(itertools.islice(waiting, CONNECTING_MAX))
        for viewer in arriving:
            self._connect(viewer)
        while self.heard.connected < len(self.all) and time.monotonic() < until_s:
            before = self.heard.connected
            self.hear(POLL_S)
            for _ in range(self.heard.connected - before):
                following = next(waiting, None)
                if following is not None:
                    self._connect(following)

    def _connect(self, viewer: Viewer) -> None:
        line = socket.socket()
        line.setsockopt(socket.IPPROTO_IP, NO_PORT_YET, 1)
        if self._plan.hears_bytes:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._plan.hears_bytes)
        line.bind((self._plan.source, 0))
        line.connect(("127.0.0.1", self._plan.port))
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        viewer.line, viewer.rest, viewer.is_in = line, b"", False
        key = base64.b64encode(viewer.number.to_bytes(16, "big")).decode()
        line.send(
            f"GET {SPEAKS[self._plan.speak]} HTTP/1.1\r\nHost: 127.0.0.1:{self._plan.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self._viewers[line.fileno()] = viewer
        self._poll.register(line.fileno(), select.EPOLLIN)

    def _joined(self, viewer: Viewer) -> None:
        if not viewer.is_in:
            viewer.is_in = True
            self.heard.connected += 1

    def hear(self, wait_s: float) -> None:
        """Read whatever has come."""
        for file, _ in self._poll.poll(wait_s):
            viewer = self._viewers[file]
            try:
                data = viewer.line.recv(READ_BYTES)
            except BlockingIOError:
                continue
            except ConnectionError:
                data = b""
            if not data:
                self._poll.unregister(file)
                del self._viewers[file]
                viewer.line.close()
                if viewer.is_in:
                    self.heard.lost_lines += 1
                    self.heard.connected -= 1
                    viewer.is_in = False
                else:
                    self._connect(viewer)  # a busy door cut it, and everybody tries again
                continue
            self.heard.bytes += len(data)
            self._read(viewer, viewer.rest + data if viewer.rest else data)

    def _read(self, viewer: Viewer, data: bytes) -> None:
        at = 0
        if not viewer.is_in and data.startswith(b"HTTP/1.1 101"):
            end = data.find(b"\r\n\r\n")
            if end < 0:
                viewer.rest = data
                return
            at = end + 4
            self._shook_hands(viewer)
        size = len(data)
        while size - at >= 2:
            length, begin = data[at + 1], at + 2
            if length == 126:
                if size - at < 4:
                    break
                length, begin = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                if size - at < 10:
                    break
                length, begin = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if size < begin + length:
                break
            self.heard.frames += 1
            self._hear(viewer, data, begin, begin + length, data[at] & 0x0F)
            at = begin + length
        viewer.rest = data[at:]

    def _shook_hands(self, viewer: Viewer) -> None:
        if self._plan.speak == "ws":
            self._joined(viewer)
        elif self._plan.speak == "socketio":
            viewer.line.send(masked(b"40"))
        else:
            join: dict[str, Any] = {"type": "join", "name": f"viewer {viewer.number}"}
            if viewer.secret:
                join |= {"viewer": viewer.secret, "epoch": viewer.epoch, "seq": viewer.seq}
            viewer.line.send(masked(msgspec.json.encode(join)))

    def _hear(self, viewer: Viewer, data: bytes, begin: int, end: int, opcode: int) -> None:
        if opcode == 9:
            viewer.line.send(masked(data[begin:end], 0x8A))
        elif not viewer.is_in:
            self._hear_welcome(viewer, data[begin:end])
        elif viewer.on_message is not None:
            viewer.on_message(viewer, data[begin:end])
        elif self._plan.speak == "socketio" and data[begin:end] == b"2":
            viewer.line.send(masked(b"3"))

    def _hear_welcome(self, viewer: Viewer, payload: bytes) -> None:
        if self._plan.speak == "socketio":
            if payload.startswith(b"40"):
                self._joined(viewer)
        elif payload.startswith(b'{"type":"welcome"'):
            welcome = msgspec.json.decode(payload)
            viewer.secret, viewer.epoch, viewer.seq = welcome["viewer"], welcome["epoch"], welcome["seq"]
            self._joined(viewer)
            if viewer.on_message is not None:
                self._ask_again(viewer)

    # --- the show ---------------------------------------------------------------------------------------------------

    def run(self, wish: Run) -> None:
        """Say everything, spread evenly over the time, and hear meanwhile."""
        heard, chance = self.heard, self._random
        active = self.all[: max(wish.active, 1)]
        for viewer in active[:: max(len(active) // 40, 1)]:
            viewer.on_message = self._listen(heard.frame_ms)
        for viewer in self.all[len(active) :: max(len(self.all) // 40, 1)]:
            viewer.on_message = self._listen(heard.slow_frame_ms)
        gift_at = {chance.randrange(wish.interactions) for _ in range(wish.gifts)} if wish.gifts else set()
        chat_at = {chance.randrange(wish.interactions) for _ in range(wish.chats)} if wish.chats else set()
        leave_at = {chance.randrange(wish.interactions): n for n in range(wish.reconnects)} if wish.reconnects else {}
        likes = [masked(msgspec.json.encode({"type": "like", "count": count})) for count in range(1, 6)]
        started_s, cpu_s = time.monotonic(), time.process_time()
        said = 0
        while said < wish.interactions:
            elapsed_s = time.monotonic() - started_s
            due = min(int(wish.interactions * elapsed_s / wish.seconds) + 1, wish.interactions)
            if due - said > wish.interactions / wish.seconds:
                heard.late_s = max(heard.late_s, (due - said) * wish.seconds / wish.interactions)
            while said < due:
                viewer = (
                    active[chance.randrange(len(active))]
                    if chance.random() < 0.8
                    else self.all[chance.randrange(len(self.all))]
                )
                if said in leave_at:
                    self._come_back(self.all[-1 - leave_at[said]])
                if not viewer.is_in:
                    viewer = active[0]
                if said in gift_at:
                    self._give(viewer, chance.random() < wish.again)
                elif said in chat_at:
                    text = f"at {time.monotonic():.4f} s"
                    viewer.line.send(masked(msgspec.json.encode({"type": "say", "text": text})))
                    heard.said += 1
                else:
                    count = chance.randrange(5)
                    viewer.line.send(likes[count])
                    heard.likes += count + 1
                    heard.liked += 1
                said += 1
                if said % 50 == 0:
                    self.hear(0.0)
            self.hear(POLL_S)
        heard.cpu_s = time.process_time() - cpu_s

    def listen(self, seconds: float, hz: float = 0.0, word: str = "") -> None:
        """Only hear, for so long; or let one viewer after another say a word, so often."""
        started_s, cpu_s = time.monotonic(), time.process_time()
        frame, said = masked(word.encode()), 0
        while (elapsed_s := time.monotonic() - started_s) < seconds:
            self.hear(POLL_S)
            while said < elapsed_s * hz:
                self.all[said % len(self.all)].line.send(frame)
                said += 1
        self.heard.cpu_s = time.process_time() - cpu_s

    def _give(self, viewer: Viewer, is_twice: bool) -> None:
        id = f"g-{self._plan.first}-{len(self.heard.sent_gifts)}"
        frame = _gift(id)
        if viewer.on_message is None:
            viewer.on_message = self._listen(None)
        self.heard.sent_gifts[id] = viewer.secret
        self._gift_s[id] = time.monotonic()
        viewer.line.send(frame)
        if is_twice:
            viewer.line.send(frame)
            self.heard.resent += 1

    def _ask_again(self, viewer: Viewer) -> None:
        """Give once more, under the same ids, what was not answered before the line broke, as every page does."""
        for id, secret in self.heard.sent_gifts.items():
            if secret == viewer.secret and id not in self.heard.answered:
                viewer.line.send(_gift(id))
                self.heard.resent += 1

    def _come_back(self, viewer: Viewer) -> None:
        if not viewer.is_in:
            return
        self._poll.unregister(viewer.line.fileno())
        del self._viewers[viewer.line.fileno()]
        viewer.line.close()
        viewer.is_in = False
        self.heard.connected -= 1
        self.heard.reconnected += 1
        self._connect(viewer)

    def _listen(self, times_ms: list[float] | None) -> Callable[[Viewer, bytes], None]:
        heard, sent = self.heard, self._gift_s

        def take(viewer: Viewer, payload: bytes) -> None:
            if payload.startswith(b'{"type":"gift_update"'):
                update = msgspec.json.decode(payload)
                id, state = update["id"], update["state"]
                if id not in heard.answered:
                    heard.ack_ms.append((time.monotonic() - sent[id]) * 1_000.0)
                heard.answered[id] = "refused" if state == "refused" else "paid"
            elif payload.startswith(b'{"type":"show"'):
                heard.shown_likes = msgspec.json.decode(payload)["likes"]
            elif times_ms is not None and b'"text":"at ' in payload:
                message = msgspec.json.decode(payload)
                for line in message.get("lines", [message]):
                    if line["type"] == "chat" and line["text"].startswith("at "):
                        times_ms.append((time.monotonic() - float(line["text"].split(" ")[1])) * 1_000.0)

        return take

    def close(self) -> None:
        """Leave."""
        for viewer in self._viewers.values():
            viewer.line.close()


def _gift(id: str) -> bytes:
    return masked(msgspec.json.encode({"type": "gift", "id": id, "gift": "tomato"}))


def main(arguments: list[str]) -> None:
    """Play as planned."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    crowd = Crowd(msgspec.json.decode(arguments[0], type=Plan))
    for order in sys.stdin:
        wish, _, more = order.strip().partition(" ")
        if wish == "connect":
            crowd.connect_all()
        elif wish == "run":
            crowd.run(msgspec.json.decode(more, type=Run))
        elif wish == "listen":
            seconds, hz, word = (*more.split(" ", 2), "0", "")[:3]
            crowd.listen(float(seconds), float(hz), word)
        elif wish == "forget":
            crowd.heard.frames = crowd.heard.bytes = 0
        os.write(1, msgspec.json.encode(crowd.heard) + b"\n")
    crowd.close()


if __name__ == "__main__":
    main(sys.argv[1:])
