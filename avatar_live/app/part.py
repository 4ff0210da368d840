"""One child process: started without a shell, told orders on its standard input, its output kept in a bounded log."""

import contextlib
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

import msgspec

from avatar_live.channels.child import BEGIN
from avatar_live.channels.processes import (
    HEALTH_BYTES_MAX,
    EdgePlan,
    EnginePlan,
    Health,
    InletPlan,
    Order,
    OutletsPlan,
    Panic,
    Record,
    ServerPlan,
    Stop,
    TrackerPlan,
    UseAvatar,
    UseBackdrop,
    UseCamera,
    UseDirector,
    UseDrawn,
    UseInputs,
    UseLayer,
    UseLevels,
    UseLight,
    UseLostPolicy,
    UseMicrophone,
    UseMirror,
    UseMusic,
    UseOutlets,
    UseShot,
    UseSpeech,
    UseTitle,
    UseVmcOut,
    health_slot,
)
from avatar_live.channels.slot import Slot

LOG_BYTES_MAX: Final = 1_000_000  # a log; the one before it is kept beside it
LAST_WORDS_MAX: Final = 12  # lines of the output that are remembered for the reason of a crash
DRAIN_S_MAX: Final = 0.5  # a grandchild may hold the pipe open: not worth more

Plan = TrackerPlan | EnginePlan | ServerPlan | EdgePlan | OutletsPlan | InletPlan
Command = Callable[[Plan], list[str]]

NAMES: Final[dict[type[Plan], str]] = {
    TrackerPlan: "tracker",
    EnginePlan: "engine",
    ServerPlan: "server",
    OutletsPlan: "outlets",
    InletPlan: "inlet",
}
_MODULES: Final[dict[type[Plan], str]] = {
    TrackerPlan: "avatar_live.tracking",
    EnginePlan: "avatar_live.engine",
    ServerPlan: "avatar_live.server",
    EdgePlan: "avatar_live.edge",
    OutletsPlan: "avatar_live.outlets",
    InletPlan: "avatar_live.inlets",
}


def name_of(plan: Plan) -> str:
    """Return what a part is called: by its kind, and by its number where there are several."""
    return plan.name if isinstance(plan, EdgePlan) else NAMES[type(plan)]


def module_command(plan: Plan) -> list[str]:
    """Return the command that runs a plan in this Python; the plan lies in the show's private folder."""
    path = Path(plan.run_folder) / f"{name_of(plan)}.plan"
    path.write_bytes(msgspec.json.encode(plan))
    return [sys.executable, "-m", _MODULES[type(plan)], f"@{path}"]


def remember(plan: Plan, order: Order) -> Plan:
    """Return the plan with which a part starts after this order: a restart must not undo what the host chose."""
    match plan, order:
        case TrackerPlan(), UseCamera(camera):
            return msgspec.structs.replace(plan, camera=camera)
        case TrackerPlan(), UseDrawn(is_on):
            return msgspec.structs.replace(plan, drawn=is_on)
        case TrackerPlan(), UseMicrophone(microphone):
            return msgspec.structs.replace(plan, microphone=microphone)
        case TrackerPlan(), Record(path):
            return msgspec.structs.replace(plan, record=path)
        case TrackerPlan(), UseInputs(inputs):
            return msgspec.structs.replace(plan, inputs=inputs)
        case EnginePlan(), UseVmcOut(address):
            return msgspec.structs.replace(plan, vmc_out=address)
        case EnginePlan(), UseAvatar(path):
            return msgspec.structs.replace(plan, avatar=path)
        case EnginePlan(), UseTitle(title):
            return msgspec.structs.replace(plan, title=title)
        case EnginePlan(), UseBackdrop(backdrop):
            return msgspec.structs.replace(plan, backdrop=backdrop)
        case EnginePlan(), UseLight(light):
            return msgspec.structs.replace(plan, light=light)
        case EnginePlan(), UseShot(shot):
            return msgspec.structs.replace(plan, shot=shot)
        case EnginePlan(), UseDirector(is_on):
            return msgspec.structs.replace(plan, has_director=is_on)
        case EnginePlan(), UseMirror(is_on):
            return msgspec.structs.replace(plan, mirror=is_on)
        case EnginePlan(), UseLostPolicy(policy):
            return msgspec.structs.replace(plan, lost_policy=policy)
        case EnginePlan(), UseLevels(levels):
            return msgspec.structs.replace(plan, levels=levels)
        case EnginePlan(), UseMusic(path):
            return msgspec.structs.replace(plan, music=path)
        case EnginePlan(), UseSpeech(mode):
            return msgspec.structs.replace(plan, speech=mode)
        case EnginePlan(), UseLayer(layer):
            return msgspec.structs.replace(plan, layer=layer)
        case EnginePlan() | ServerPlan(), Panic(is_on):
            return msgspec.structs.replace(plan, is_panic_on=is_on)
        case OutletsPlan(), UseOutlets(outlets):
            return msgspec.structs.replace(plan, outlets=outlets)
        case _:
            return plan


class Life:
    """One life of a part, from its start to its end; `on_exit` is called on a thread of its own when it is over."""

    def __init__(self, command: list[str], log_path: Path, on_exit: Callable[[], None]) -> None:
        self._last_words: deque[str] = deque(maxlen=LAST_WORDS_MAX)
        self._is_drained = threading.Event()  # everything it printed was read
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            # Ctrl-C is for the parent, which then stops its children in order.
            start_new_session=os.name != "nt",
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
            | getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.pid = self._process.pid
        self._reader = threading.Thread(
            target=self._read, args=(log_path, on_exit), name=f"log-{self.pid}", daemon=True
        )
        self._reader.start()

    @property
    def exit_code(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._process.poll()

    @property
    def last_words(self) -> str:
        """The end of what it printed."""
        return "\n".join(self._last_words)

    def tell(self, order: Order) -> None:
        """Write an order; one that is dying misses it and starts again with its plan instead."""
        self._write(msgspec.json.encode(order) + b"\n")

    def begin(self) -> None:
        """Let a spare take its turn; one that is gone is found by its exit."""
        self._write(BEGIN)

    def ask_to_stop(self) -> None:
        """Order it to stop, and end its input, which means the same."""
        self.tell(Stop())
        self._close_input()

    def terminate(self) -> None:
        """Ask the system to end it."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the end; False when it did not come in time."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(max(timeout_s, 0.0))
            self._is_drained.wait(DRAIN_S_MAX)
            return True
        return False

    def _read(self, log_path: Path, on_exit: Callable[[], None]) -> None:
        output: IO[bytes] | None = self._process.stdout
        assert output is not None
        log = Log(log_path)
        with contextlib.suppress(OSError, ValueError), contextlib.closing(log):
            pending = b""
            while data := output.read(65_536):
                with contextlib.suppress(OSError):  # a full disk: what is printed is taken all the same
                    log.write(data)
                *lines, pending = (pending + data).split(b"\n")
                self._last_words.extend(line.decode(errors="replace").rstrip() for line in lines if line.strip())
                pending = pending[-4_096:]
        output.close()
        self._is_drained.set()
        self._process.wait()
        self._close_input()
        on_exit()

    def _write(self, line: bytes) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError, ValueError):  # ValueError: closed by `ask_to_stop`
            self._process.stdin.write(line)

    def _close_input(self) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()


class Log:
    """A file that is put aside when it is full, so that a chatty part never fills the disk."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None  # once there is something to write

    def write(self, data: bytes) -> None:
        """Append. Raises OSError."""
        if self._file is None:
            self._file = self._path.open("ab")
        self._file.write(data)
        self._file.flush()
        if self._file.tell() > LOG_BYTES_MAX:
            self.close()
            self._path.replace(self._path.with_suffix(".log.1"))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


class HealthReader:
    """Read what a part says of itself."""

    def __init__(self, run_folder: Path, name: str) -> None:
        self._slot = Slot(health_slot(run_folder, name), HEALTH_BYTES_MAX)

    def read(self) -> Health | None:
        """Return the newest health, also a dead part's last."""
        data = self._slot.read()
        if data is None:
            return None
        try:
            return msgspec.json.decode(data, type=Health)
        except msgspec.DecodeError:
            return None  # a part that writes nonsense says nothing, and is taken for stuck

    def close(self) -> None:
        """Let go of the slot."""
        self._slot.close()
