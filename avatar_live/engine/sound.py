"""The sound of the show, on a thread of its own: what the engine asks for reaches the console between two packets."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from avatar_live import clock
from avatar_live.channels import Lossless
from avatar_live.channels.processes import GUEST_RING, EnginePlan
from avatar_live.channels.ring import SoundRing
from avatar_live.engine.console import Console, Send
from avatar_live.engine.music import Music
from avatar_live.engine.recordings import RecordingError, read_bank
from avatar_live.engine.speech import Speech, thanks
from avatar_live.signals.sound import SoundLevels, SpeechMode
from avatar_live.sound.effects import Play
from avatar_live.sound.level import Samples

LOOK_S: Final = 0.01  # half a packet: looking costs little, and so does waiting for the next look
WISHES_MAX: Final = 256

Wish = Callable[[], object]


class Sound:
    """Mix and encode what sounds, until closed; `fault` says what is not heard, and why."""

    def __init__(self, send: Send, ring: SoundRing, plan: EnginePlan) -> None:
        self._bank_fault = ""
        self._music: Music | None = None
        self._speech: Speech | None = None
        self._speech_mode: SpeechMode = "off"
        now_s = clock.now_s()
        self._console = Console(send, ring, self._read_bank(plan.sounds), plan.levels, now_s, is_muted=plan.is_panic_on)
        self._guest_ring = Path(plan.run_folder) / GUEST_RING
        self._wishes: Lossless[Wish] = Lossless(WISHES_MAX)
        self.use_music(plan.music)
        self.use_speech(plan.speech)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)
        self._thread.start()

    @property
    def fault(self) -> str:
        """One sentence for the host; empty when all is well."""
        music = self._music.fault if self._music is not None else ""
        speech = self._speech.fault if self._speech is not None else ""
        return music or speech or self._bank_fault

    def mute(self, is_on: bool) -> None:
        """Send silence in place of the microphone, or let it be heard from now on."""
        self._console.mute(is_on, clock.now_s())

    def follow(self, captured_s: float, plays: Sequence[Play]) -> None:
        """Keep in step with a picture of that time which was made just now, and play what is heard of it.

        Raises RuntimeError when the thread has failed: only another process can help, and the parent starts one.
        """
        if not self._thread.is_alive():
            raise RuntimeError("the sound's thread died; its traceback is above")
        self._wishes.put(partial(self._console.wait_for_picture, captured_s, clock.now_s()))
        for play in plays:
            self._wishes.put(partial(self._console.play, play))

    def use_levels(self, levels: SoundLevels) -> None:
        """Move the faders."""
        self._wishes.put(partial(setattr, self._console.mixer, "levels", levels))

    def use_music(self, path: str) -> None:
        """Play a file over and over, or none."""
        if self._music is not None:
            self._music.close()
        self._music = Music(Path(path)) if path else None
        self._wishes.put(partial(setattr, self._console, "music", self._music))

    def hear_guest(self, is_placed: bool) -> None:
        """Let a guest be heard who has a place in the picture; of any other the memory is not even opened."""
        self._wishes.put(partial(self._console.use_guest, SoundRing(self._guest_ring) if is_placed else None))

    def use_speech(self, mode: SpeechMode) -> None:
        """Choose which thanks are spoken from now on."""
        self._speech_mode = mode
        if mode != "off" and self._speech is None:
            self._speech = Speech()
            self._wishes.put(partial(setattr, self._console, "speech", self._speech))

    def thank(self, gift: str, giver: str) -> None:
        """Speak thanks for a gift, if the host wants that."""
        if self._speech is not None:
            self._speech.say(thanks(self._speech_mode, gift, giver))

    def figures(self) -> dict[str, float]:
        """Return how many packets of the microphone were heard and how many came too late, and how loud the mix is."""
        return {
            "sound_packets": float(self._console.packets),
            "sound_dropped": float(self._console.dropped),
            "sound_dbfs": self._console.mixer.loudness_dbfs,
        }

    def close(self) -> None:
        """Stop sending, and let go of the ring."""
        self._stopped.set()
        self._thread.join()
        self._console.close()
        for source in (self._music, self._speech):
            if source is not None:
                source.close()

    def _run(self) -> None:
        while not self._stopped.wait(LOOK_S):
            for wish in self._wishes.take_all():
                wish()
            self._console.step(clock.now_s())

    def _read_bank(self, folder: str) -> dict[str, Samples]:
        """Return the sounds of gifts and games; a show goes on without them."""
        try:
            return read_bank(Path(folder)) if folder else {}
        except RecordingError as error:
            self._bank_fault = str(error)
            return {}
