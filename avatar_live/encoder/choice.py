"""Which encoder a show uses: a graphics card's when one proves itself, x264 else."""

import contextlib
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from avatar_live.encoder.kinds import AUTO, KINDS, X264, Kind
from avatar_live.encoder.proof import Proof

PROOF_S_MAX: Final = 10.0  # a driver that needs longer for a dozen pictures hangs

Command = Callable[[str], list[str]]


@dataclass(frozen=True, slots=True)
class Choice:
    """Name the encoder that is used, and say in a sentence each why others were passed over."""

    kind: Kind
    passed_over: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """Say what is used, and why nothing else."""
        return " ".join((f"The show is encoded by {self.kind.words}.", *self.passed_over))


def choose(
    wanted: str,
    width_px: int,
    height_px: int,
    fps: int,
    *,
    kinds: Mapping[str, Kind] = KINDS,
    command: Command | None = None,
    timeout_s: float = PROOF_S_MAX,
) -> Choice:
    """Return the wanted encoder, or x264 where it does not prove itself; "auto" tries those whose device is here.

    Each is tried in a process of its own.
    """
    proves = command or (lambda name: _command(name, width_px, height_px, fps))
    candidates = [kind for kind in kinds.values() if kind.name != X264 and wanted in (AUTO, kind.name)]
    passed_over: list[str] = []
    for kind in candidates:
        if not kind.may_be_here():
            if wanted != AUTO:
                passed_over.append(f"{_begun(kind.words)} was passed over: Its device is not here.")
            continue
        proof = _tried(kind, proves(kind.name), timeout_s)
        if proof.works:
            return Choice(kind, tuple(passed_over))
        passed_over.append(f"{_begun(kind.words)} was passed over: {proof.found}")
    return Choice(kinds[X264], tuple(passed_over))


def _command(name: str, width_px: int, height_px: int, fps: int) -> list[str]:
    return [sys.executable, "-m", "avatar_live.encoder.proof", str(width_px), str(height_px), str(fps), name]


def _tried(kind: Kind, command: Sequence[str], timeout_s: float) -> Proof:
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout_s, check=False)
    except subprocess.TimeoutExpired:
        return Proof(kind.name, False, f"It did not answer within {timeout_s:.0f} s.")
    for line in reversed(done.stdout.splitlines()):
        with contextlib.suppress(msgspec.DecodeError):
            return msgspec.json.decode(line, type=Proof)
    how = f"by signal {-done.returncode}" if done.returncode < 0 else f"with exit code {done.returncode}"
    return Proof(kind.name, False, f"The process that tried it was ended {how}.")


def _begun(words: str) -> str:
    return words[:1].upper() + words[1:]
