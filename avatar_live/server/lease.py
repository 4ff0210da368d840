"""What a server knows of a room that has edges on other machines, as values: a show of one machine loads no Redis."""

from dataclasses import dataclass
from typing import Final

NODE_SILENT_S: Final = 2.0  # an edge that is silent for so long makes the count of viewers an estimate


class NodesError(Exception):
    """Say in one sentence why this process cannot keep the room."""


@dataclass(frozen=True, slots=True)
class Lease:
    """What a life of a room begins with: its number, how far the one before had taken `up`, and its likes."""

    fence: int
    owner: str
    taken: bytes
    likes: int

    @property
    def value(self) -> str:
        """What stands in Redis while the room is ours."""
        return f"{self.fence} {self.owner}"


@dataclass(frozen=True, slots=True)
class NodeState:
    """What is known of an edge: its lines as it counts them, those that are in the room, and how long it is silent."""

    name: str
    lines: int
    inside: int
    silent_s: float

    @property
    def is_silent(self) -> bool:
        """Whether its viewers are only thought to be there."""
        return self.silent_s > NODE_SILENT_S
