"""The window's line to the room: what the host orders goes out, and how the room is kept comes back every second."""

import contextlib
import queue
import threading
from dataclasses import dataclass
from typing import Final, assert_never

import httpx
import msgspec
from PySide6.QtCore import QObject, Signal

from avatar_live.protocol.keeping import Invitation, RoomOrder
from avatar_live.protocol.together import GoalKind
from avatar_live.protocol.wire import Moderate

LOOK_S: Final = 1.0
ANSWER_S_MAX: Final = 2.0
NOT_REACHED: Final = "The room does not answer just now: try again in a moment."


@dataclass(frozen=True, slots=True)
class Say:
    text: str


@dataclass(frozen=True, slots=True)
class Invite:
    pass


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the viewers; with the number of the right choice it is a quiz."""

    question: str
    choices: tuple[str, ...]
    seconds: float
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class EndPoll:
    pass


@dataclass(frozen=True, slots=True)
class SetGoal:
    kind: GoalKind
    title: str
    target: int
    reward: str


@dataclass(frozen=True, slots=True)
class BeginRound:
    pass


Wish = Moderate | Say | Invite | Ask | EndPoll | SetGoal | BeginRound


class RoomLink(QObject):
    """Reach the room from `start` to `stop`, also over restarts of the server."""

    looked = Signal(object)  # RoomOrder
    invited = Signal(str)  # a token
    answered = Signal(str)  # a sentence why the last wish was not granted; empty when it was

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    @property
    def is_up(self) -> bool:
        """Whether there is a room to speak to."""
        return self._thread is not None

    def start(self, url: str, token: str) -> None:
        """Speak to the show at `url`."""
        self.stop()
        self._wishes = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(self._wishes, url, token), name="room", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Say no more; nothing is heard afterwards."""
        self._wishes.put(None)
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wish(self, wish: Wish) -> None:
        """Ask for something; the answer comes as a signal."""
        if self._thread is not None:
            self._wishes.put(wish)

    def _run(self, wishes: "queue.SimpleQueue[Wish | None]", url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        with httpx.Client(base_url=url, headers=headers, timeout=ANSWER_S_MAX, trust_env=False) as client:
            while True:
                with contextlib.suppress(httpx.HTTPError, msgspec.DecodeError):  # the server may be starting again
                    self.looked.emit(msgspec.json.decode(_asked(client, "GET", "api/moderation"), type=RoomOrder))
                wish: Wish | None
                try:
                    wish = wishes.get(timeout=LOOK_S)
                except queue.Empty:
                    continue
                if wish is None:
                    return
                self._grant(client, wish)

    def _grant(self, client: httpx.Client, wish: Wish) -> None:
        token = ""
        try:
            match wish:
                case Moderate():
                    _asked(client, "POST", "api/moderation", wish)
                case Say(text):
                    _asked(client, "POST", "api/chat", {"text": text})
                case Invite():
                    answer = _asked(client, "POST", "api/moderation/invitations")
                    token = msgspec.json.decode(answer, type=Invitation).token
                case Ask():
                    _asked(client, "POST", "api/polls", wish)
                case EndPoll():
                    _asked(client, "POST", "api/polls/end")
                case SetGoal():
                    _asked(client, "POST", "api/goals", wish)
                case BeginRound():
                    _asked(client, "POST", "api/rounds")
                case _:
                    assert_never(wish)
        except httpx.HTTPStatusError as error:
            self.answered.emit(error.response.text)
        except (httpx.HTTPError, msgspec.DecodeError):
            self.answered.emit(NOT_REACHED)
        else:
            self.answered.emit("")
            if token:
                self.invited.emit(token)


def _asked(client: httpx.Client, method: str, path: str, body: object = None) -> bytes:
    """Return the answer. Raises httpx.HTTPError, also for a refusal."""
    content = None if body is None else msgspec.json.encode(body)
    response = client.request(method, path, content=content, headers={"Content-Type": "application/json"})
    response.raise_for_status()
    return response.content
