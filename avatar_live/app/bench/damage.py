"""`bench damage`: read thousands of damaged avatars; each is refused in one sentence, or read, posed and shown whole.

What an avatar's file holds is written by strangers. Nothing in it may bring the show down: no other error, no hang,
no memory without bounds. Files and seed say which mutants there are, so every finding can be repeated.
"""

import random
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from avatar_live.app.bench.mutants import Sample
from avatar_live.app.bench.shared import SHARED
from avatar_live.app.faults import ShowError
from avatar_live.app.settings import ASSETS
from avatar_live.avatar import AvatarError, Rig
from avatar_live.avatar.read import avatar_from_bytes
from avatar_live.signals import Pose

MUTANTS: Final = 10_000
SEED: Final = 20_261_122
SENTENCE_CHARS_MAX: Final = 1_000
AVATARS: Final = SHARED / "avatars"

_POSE: Final = Pose({"head": np.array([0.0, 0.3, 0.0, 0.95])}, np.full(52, 0.5), 0.3, 0.2)


@dataclass(slots=True)
class Damage:
    """Count what became of the mutants; `findings` are those that must not be, `number: what`."""

    mutants: int = 0
    refused: int = 0
    read: int = 0
    slowest_ms: float = 0.0
    slowest: str = ""
    findings: list[str] = field(default_factory=list)
    sentences: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        """Return what was counted, ready for JSON."""
        return {
            "mutants": self.mutants,
            "refused": self.refused,
            "read": self.read,
            "findings": self.findings,
            "different_sentences": len(self.sentences),
            "slowest_cpu_ms": round(self.slowest_ms, 1),
            "slowest": self.slowest,
            "memory_peak_mib": _memory_peak_mib(),
        }


def damage_files(files: Sequence[Path], mutants: int, seed: int, report: Callable[[str], None]) -> dict[str, Any]:
    """Damage these files, or the built-in characters and the shared test data, and return what was counted.

    Raises ShowError for a file that cannot be read or is no glTF before it is damaged.
    """
    chosen = files or [
        *sorted(ASSETS.glob("*.vrm")),
        *sorted(AVATARS.glob("vrm*/*.vrm")),
        *sorted(AVATARS.glob("gltf/*.gl*")),
    ]
    samples = []
    for path in chosen:
        try:
            samples.append(Sample(path.name, path.read_bytes()))
        except (OSError, AvatarError) as error:
            raise ShowError(f"Cannot damage {path}: {error}") from error
    figures = measure_damage(samples, mutants, seed, report).figures()
    return {"files": len(samples), "seed": seed, **figures}


def measure_damage(
    samples: Sequence[Sample], mutants: int = MUTANTS, seed: int = SEED, report: Callable[[str], None] | None = None
) -> Damage:
    """Read `mutants` damaged files, from the samples in turn, and say what became of them."""
    damage = Damage()
    for number in range(mutants):
        sample = samples[number % len(samples)]
        _try(sample.mutant(random.Random(f"{seed} {number}")), f"{number} of {sample.name}", damage)
        if report is not None and (number + 1) % 1_000 == 0:
            report(f"{number + 1:,} mutants, {damage.refused:,} refused, {len(damage.findings)} findings")
    return damage


def _try(data: bytes, name: str, damage: Damage) -> None:
    damage.mutants += 1
    start_s = time.process_time()
    try:
        avatar = avatar_from_bytes(data)
        rig = Rig(avatar)
        for _ in range(2):
            posture = rig.animate(_POSE, 1 / 30)
        damage.read += 1
        for what in ("palette", "morph_weights", "head", "eyes_m"):
            if not np.isfinite(getattr(posture, what)).all():
                damage.findings.append(f"{name}: {what} is not finite")
    except AvatarError as error:
        damage.refused += 1
        sentence = str(error)
        damage.sentences[_without_numbers(sentence)] += 1
        if not sentence or "\n" in sentence or len(sentence) > SENTENCE_CHARS_MAX:
            damage.findings.append(f"{name}: no clear sentence: {sentence[:100]!r}")
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        damage.findings.append(f"{name}: {type(error).__name__}: {error} ({where.name}, line {where.lineno})")
    taken_ms = (time.process_time() - start_s) * 1e3
    if taken_ms > damage.slowest_ms:
        damage.slowest_ms, damage.slowest = taken_ms, name


def _without_numbers(sentence: str) -> str:
    return "".join("#" if char.isdigit() else char for char in sentence)


def _memory_peak_mib() -> int:
    """Return the most memory that this process ever had resident; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak >> (20 if sys.platform == "darwin" else 10)
