"""A show that goes to its outlets: the real process, an engine that stands in, and what the host is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stage import Stage

from avatar_live.app.settings import run_folder
from avatar_live.app.supervisor import Supervisor
from avatar_live.channels.processes import OutletsPlan, OutletState, UseOutlets


@dataclass(frozen=True)
class Showing:
    parts: Supervisor
    stage: Stage
    folder: Path

    @property
    def states(self) -> tuple[OutletState, ...]:
        health = self.parts.health()
        return health["outlets"].outlets if "outlets" in health else ()

    @property
    def state(self) -> str:
        """Return in one text how each outlet does, in their order."""
        return ", ".join(one.state for one in self.states)

    @property
    def frames(self) -> int:
        """Return how many pictures left, of all outlets together."""
        return sum(one.frames for one in self.states)

    @property
    def told(self) -> str:
        """Return all that the process told anybody: its health, its log."""
        logs = b"".join(path.read_bytes() for path in self.folder.glob("*.log*"))
        return repr(self.parts.health()) + logs.decode(errors="replace")

    def use(self, *places: str) -> None:
        self.parts.order("outlets", UseOutlets(places))


@contextmanager
def showing(*places: str) -> Iterator[Showing]:
    """Bring a show to these places."""
    with run_folder() as folder, Supervisor(OutletsPlan(str(folder), places)) as parts, Stage(folder) as stage:
        yield Showing(parts, stage, folder)
