"""What the tracker did since it was last asked, and what it cost."""

from dataclasses import dataclass, field
from typing import Final

PARTS: Final = ("light", "face", "body", "hands")


@dataclass(slots=True)
class Costs:
    """Count frames, faces found in them, and the calls and seconds spent on each part."""

    frames: int = 0
    faces: int = 0
    calls: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))
    spent_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PARTS, 0.0))

    def add(self, part: str, spent_s: float) -> None:
        """Count one look for a part."""
        self.calls[part] += 1
        self.spent_s[part] += spent_s

    def figures(self, over_s: float) -> dict[str, float]:
        """Return `fps`, `face_found` (0..1), and the mean `light_ms`, `face_ms`, `body_ms` and `hands_ms` of a call."""
        means = {f"{part}_ms": 1000.0 * self.spent_s[part] / max(self.calls[part], 1) for part in PARTS}
        return {"fps": self.frames / max(over_s, 1e-3), "face_found": self.faces / max(self.frames, 1), **means}

    def clear(self) -> None:
        """Start counting anew."""
        self.frames = self.faces = 0
        for part in PARTS:
            self.calls[part], self.spent_s[part] = 0, 0.0
