"""The engine as a listener knows it: what is seen is heard with its picture, and the host's orders are obeyed."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from test_console import SILENCE_BYTES_MAX, decoded
from test_engine import Surroundings, performing
from test_music import write_tone

from avatar_live.app.settings import SOUNDS, find_avatar
from avatar_live.avatar import Avatar, read_avatar
from avatar_live.channels.processes import Panic, StageCue, UseLevels, UseMusic, UseSpeech
from avatar_live.channels.ring import PACKET_SAMPLES
from avatar_live.protocol.cues import Banner, Barrage
from avatar_live.signals.encoded import AUDIO_CLOCK_HZ, EncodedFrame
from avatar_live.signals.sound import SoundLevels


@pytest.fixture(scope="module")
def avatar() -> Avatar:
    return read_avatar(find_avatar("mirai"))


def sound(around: Surroundings) -> list[EncodedFrame]:
    return [frame for frame in around.said(EncodedFrame) if frame.kind == "audio"]


def is_heard(around: Surroundings, packets: int = 10) -> bool:
    last = sound(around)[-packets:]
    return len(last) == packets and all(len(frame.data) > SILENCE_BYTES_MAX for frame in last)


def is_quiet(around: Surroundings, packets: int = 20) -> bool:
    last = sound(around)[-packets:]
    return len(last) == packets and all(len(frame.data) <= SILENCE_BYTES_MAX for frame in last)


async def test_a_gift_is_heard_when_it_is_seen(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar, sounds=str(SOUNDS)) as around:
        await around.until(lambda: is_quiet(around) and around.server is not None)
        assert around.server is not None
        seen_s = around.frames("main")[-1].captured_s
        around.server.send(StageCue(1, Barrage(1)))
        await around.until(lambda: is_heard(around))
        assert around.stage.cues == [Barrage(1)]
        heard = sound(around)
        packet, sample = divmod(int((np.abs(decoded(heard)) > 0.01).argmax()), PACKET_SAMPLES)
        at_s = heard[packet].captured_s + sample / AUDIO_CLOCK_HZ
        assert at_s >= seen_s
        between = [frame for frame in around.frames("main") if seen_s < frame.captured_s < at_s]
        assert len(between) < 9, "with one of the next pictures"
        assert around.health().figures["sound_dbfs"] < 0.0


async def test_music_is_played_muted_by_its_fader_and_ended_and_goes_on_behind_the_card(
    tmp_path: Path, avatar: Avatar
) -> None:
    music = str(write_tone(tmp_path / "tone.flac", 2.0))
    async with performing(tmp_path, avatar, music=music) as around:
        await around.until(lambda: is_heard(around))
        around.orders.put(Panic(True))
        await around.until(lambda: around.show.overlay.is_panic)
        before = len(sound(around))
        await around.until(lambda: len(sound(around)) > before + 20)
        assert is_heard(around), "music is the show's, not the host's"
        around.orders.put(UseLevels(SoundLevels(music_db=-60.0)))
        await around.until(lambda: is_quiet(around))
        around.orders.put(UseLevels(SoundLevels()))
        await around.until(lambda: is_heard(around))
        around.orders.put(UseMusic(""))
        await around.until(lambda: is_quiet(around))
        around.orders.put(UseMusic(str(tmp_path / "gone.mp3")))
        await around.until(lambda: "There is no sound file at" in around.health().notice)


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")
async def test_thanks_are_spoken_where_the_host_wants_them(tmp_path: Path, avatar: Avatar) -> None:
    async with performing(tmp_path, avatar) as around:
        await around.until(lambda: is_quiet(around) and around.server is not None)
        assert around.server is not None
        around.server.send(StageCue(1, Banner("Ana: Rose", "rose", "Ana")))
        await around.until(lambda: around.heard[-1:] and len(sound(around)) > 80)
        assert all(len(frame.data) <= SILENCE_BYTES_MAX for frame in sound(around)), "off by itself"
        around.orders.put(UseSpeech("gifts"))
        number = 1

        def is_thanked() -> bool:
            """The order and the cue race: give again until it is thanked for."""
            nonlocal number
            if len(sound(around)) > 80 + 5 * number:
                number += 1
                assert around.server is not None
                around.server.send(StageCue(number, Banner("Ana: Rose", "rose", "Ana")))
            return is_heard(around)

        await around.until(is_thanked)
