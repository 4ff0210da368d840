"""Programs on the event API without a socket, beside a real room."""

from pathlib import Path
from unittest.mock import Mock

import msgspec
from fake_client import FakeClient

from avatar_live.edge.edge import Edge
from avatar_live.edge.origin import is_from_here
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.programs import FromProgram, Scope, ToProgram, to_program
from avatar_live.server.access import Access
from avatar_live.server.commands import room_commands
from avatar_live.server.keeper import Keeper
from avatar_live.server.ledger import Ledger
from avatar_live.server.programs import Programs
from avatar_live.server.reception import reception
from avatar_live.server.standing import Standing
from avatar_live.server.tokens import new_token

TOKEN = "a-token"


class Studio:
    """A room with an event API; its `wall_s` is what tokens are made at."""

    def __init__(self, folder: Path, ledger: Ledger, token: str = TOKEN) -> None:
        self.standing = Standing(folder)
        self.keeper = Keeper("Test show", ledger, standing=self.standing)
        self.log = self.keeper.log
        self.access = Access(token, self.standing)
        self.programs = Programs(self.log, self.access, room_commands(self.keeper), lambda: "Test show")
        edge = Edge(Mock(), is_from_here=is_from_here)
        self.receive = reception(edge, self.programs, self.access)

    def token(self, *scopes: Scope, wall_s: float, lifetime_s: float = 60.0) -> str:
        return new_token(self.standing, "Robot", scopes, wall_s, lifetime_s)

    def program(self, query: str = "", token: str = TOKEN, *, is_slow: bool = False) -> "Program":
        return Program(FakeClient(self.receive, f"/api/events?token={token}{query}", is_slow=is_slow))

    def report_likes(self, count: int) -> None:
        for number in range(count):
            self.log.report("like", {"count": 1, "total": number}, 1_000.0)


class Program:
    """A program that listens and asks."""

    def __init__(self, client: FakeClient) -> None:
        self.client = client

    @property
    def heard(self) -> list[ApiEvent | ToProgram | None]:
        return [to_program(frame) for frame in self.client.frames]

    @property
    def seqs(self) -> list[int]:
        return [message.seq for message in self.heard if isinstance(message, ApiEvent)]

    @property
    def close_code(self) -> int | None:
        return self.client.close_code

    @property
    def close_reason(self) -> str:
        return self.client.core.close_rcvd.reason if self.client.core.close_rcvd is not None else ""

    @property
    def end(self) -> tuple[int | None, str]:
        return self.close_code, self.close_reason

    def ask(self, command: FromProgram) -> ApiEvent | ToProgram | None:
        """Return the answer."""
        self.client.say_bytes(msgspec.json.encode(command))
        return self.heard[-1]
