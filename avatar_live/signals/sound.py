"""What the host chooses of the show's sound."""

from typing import Final, Literal, get_args

import msgspec

SpeechMode = Literal["off", "gifts", "names"]
SPEECH_MODES: Final[tuple[SpeechMode, ...]] = get_args(SpeechMode)


class SoundLevels(msgspec.Struct, frozen=True):
    """Hold the faders in dB; -60 and below is off. `is_muted` silences the microphone whatever its fader says."""

    microphone_db: float = 0.0
    sounds_db: float = 0.0
    music_db: float = -12.0
    speech_db: float = 0.0
    guest_db: float = 0.0
    is_muted: bool = False
