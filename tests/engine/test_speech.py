"""Thanks that are spoken: off unless wanted, names only where wanted, chat never, and no queue without an end."""

import ast
import inspect
import shutil
import stat
import threading
import typing
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from patience import DEADLINE_S

from avatar_live import clock
from avatar_live.channels.processes import EnginePlan, FromEngine, ToEngine
from avatar_live.engine import process, speech
from avatar_live.engine.speech import (
    LOUDNESS_DBFS,
    MISSING,
    NAME_CHARACTERS_MAX,
    WAITING_MAX,
    Speech,
    SpeechError,
    spoken,
    spoken_name,
    thanks,
)
from avatar_live.protocol.wire import ChatLine
from avatar_live.sound.level import Samples, dbfs_of

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="needs espeak-ng")


@pytest.fixture
def voice() -> Iterator[Speech]:
    made = Speech()
    yield made
    made.close()


def until_heard(voice: Speech) -> Samples:
    end_s = clock.now_s() + DEADLINE_S
    while (packet := voice.read()) is None:
        assert clock.now_s() < end_s and not voice.fault, voice.fault
    return packet


def test_a_show_does_not_speak_unless_the_host_wants_it() -> None:
    assert EnginePlan("", "").speech == "off"
    assert thanks("off", "rose", "Ana") == ""


def test_thanks_name_the_gift_and_the_giver_only_where_the_host_wants_that() -> None:
    assert thanks("gifts", "rose", "Ana") == "Thank you for the rose!"
    assert thanks("names", "ticket", "Ana") == "Thank you, Ana, for the play ticket!"
    assert thanks("names", "rose", "!!!") == "Thank you for the rose!"
    assert thanks("names", "no such gift", "Ana") == ""


def test_a_name_is_letters_and_digits_and_not_long() -> None:
    assert spoken_name('Ana <break time="9s"/> [[x]] -v+f3') == "Ana break time 9s x v f3"[:NAME_CHARACTERS_MAX]
    assert len(spoken_name("x" * 500)) == NAME_CHARACTERS_MAX
    assert spoken_name("Зоя 小林") == "Зоя 小林"


def test_chat_cannot_reach_the_voice() -> None:
    """The engine is not even told what is chatted; what it speaks is made of the catalogue and a giver's name."""
    words = {name for union in (ToEngine, FromEngine) for name in typing.get_args(union)}
    assert ChatLine not in words
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(process))) if isinstance(node, ast.Call)]
    said = [ast.unparse(call) for call in calls if ast.unparse(call.func).endswith((".thank", ".say"))]
    assert said == ["self._sound.thank(cue.icon, cue.giver)"]


@needs_espeak
def test_a_sentence_becomes_sound_of_a_speakers_loudness() -> None:
    sound = spoken("Thank you, Ana, for the play ticket!")
    assert 1.0 < len(sound) / 48_000 < 5.0 and len(sound) % 960 == 0
    loud = sound[np.abs(sound).max(axis=1) > 0.01]
    assert dbfs_of(np.ascontiguousarray(loud)) == pytest.approx(LOUDNESS_DBFS, abs=1.0)
    assert np.abs(sound).max() <= 1.0


@needs_espeak
def test_what_is_said_is_heard_packet_by_packet_and_then_silence(voice: Speech) -> None:
    voice.say("Thank you for the rose!")
    voice.say("")
    packets = [until_heard(voice)]
    while (packet := voice.read()) is not None:
        packets.append(packet)
    assert all(packet.shape == (960, 2) for packet in packets) and len(packets) > 40
    assert voice.fault == "" and voice.left_out == 0


def test_too_many_thanks_at_once_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(sentence: str) -> Samples:
        begun.set()
        go_on.wait(DEADLINE_S)
        return np.zeros((960, 2), np.float32)

    monkeypatch.setattr(speech, "spoken", slow)
    voice = Speech()
    voice.say("first")
    assert begun.wait(DEADLINE_S)
    for number in range(WAITING_MAX + 2):
        voice.say(f"thanks {number}")
    assert voice.left_out == 2
    go_on.set()
    voice.close()


def test_without_a_voice_the_host_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SpeechError, match="apt-get install espeak-ng"):
        spoken("hello")
    voice = Speech()
    voice.say("hello")
    end_s = clock.now_s() + DEADLINE_S
    while voice.fault != MISSING:
        assert clock.now_s() < end_s
    voice.close()


NOTHING_SAID = (  # a whole WAV without a sample
    r"""printf 'RIFF$\000\000\000WAVEfmt \020\000\000\000\001\000\001\000"V\000\000'; """
    r"""printf 'D\254\000\000\002\000\020\000data\000\000\000\000'"""
)


@pytest.mark.parametrize("script", ["exit 1", "echo nonsense", "true", NOTHING_SAID])
def test_a_voice_that_fails_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str) -> None:
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(SpeechError, match="espeak-ng cannot speak"):
        spoken("hello")
