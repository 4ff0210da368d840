"""Where all senses speak: each into the slot that the engine reads, and into the take while one is recorded."""

import threading
from pathlib import Path

from avatar_live import clock
from avatar_live.channels import Slot
from avatar_live.channels.processes import GIVEN_SLOT, READINGS_SLOT, VOICE_SLOT
from avatar_live.mocap.replay import Sense, entry_of
from avatar_live.mocap.take import Kind
from avatar_live.signals import GIVEN_BYTES, READINGS_BYTES, VOICE_BYTES
from avatar_live.tracking.recorder import Recorder


class Publisher:
    """Publish what the senses say; any thread may speak, one at a time."""

    def __init__(self, run_folder: Path) -> None:
        self._slots: dict[Kind, Slot] = {
            "readings": Slot(run_folder / READINGS_SLOT, READINGS_BYTES),
            "voice": Slot(run_folder / VOICE_SLOT, VOICE_BYTES),
            "given": Slot(run_folder / GIVEN_SLOT, GIVEN_BYTES),
        }
        self._recorder: Recorder | None = None
        self._lock = threading.Lock()

    def say(self, sense: Sense) -> None:
        """Replace what this sense said before, and keep it where a take is recorded."""
        entry = entry_of(sense, clock.now_s())
        with self._lock:
            self._slots[entry.kind].write(entry.data)
            if self._recorder is not None:
                self._recorder.put(entry.kind, entry.at_s, entry.data)

    def record(self, path: str) -> None:
        """Record from now on into this file, or, without one, no more."""
        with self._lock:
            old, self._recorder = self._recorder, Recorder(Path(path)) if path else None
        if old is not None:
            old.close()

    @property
    def trouble(self) -> str:
        """Why a take that was asked for is not recorded; empty while all is well."""
        recorder = self._recorder
        return recorder.trouble if recorder is not None else ""

    def figures(self) -> dict[str, float]:
        """Return how large the take is, what it misses and whether it broke off, while one is recorded."""
        recorder = self._recorder
        if recorder is None:
            return {}
        return {
            "take_bytes": float(recorder.written_bytes),
            "take_missed": float(recorder.missed),
            "take_broken": float(bool(recorder.trouble)),
        }

    def close(self) -> None:
        """Finish the take and let go of the slots."""
        self.record("")
        for slot in self._slots.values():
            slot.close()
