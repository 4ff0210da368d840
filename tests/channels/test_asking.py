"""Questions between processes are answered, or it is told that nobody answers."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from patience import DEADLINE_S

from avatar_live.channels import asking
from avatar_live.channels.asking import MESSAGE_BYTES_MAX, NobodyAnswersError, answering, ask
from avatar_live.channels.processes import FromInlet, GuestAnswer, GuestDone, GuestLeaves, GuestOffer, ToInlet

questions: msgspec.msgpack.Decoder[ToInlet] = msgspec.msgpack.Decoder(ToInlet)
answers: msgspec.msgpack.Decoder[FromInlet] = msgspec.msgpack.Decoder(FromInlet)


async def echo(question: ToInlet) -> FromInlet:
    return GuestAnswer("1", question.sdp) if isinstance(question, GuestOffer) else GuestDone()


async def test_many_ask_at_once_and_each_gets_its_own_answer(tmp_path: Path) -> None:
    async with answering(tmp_path, "inlet", questions, echo):
        asked = [ask(tmp_path, "inlet", GuestOffer(str(number)), answers, DEADLINE_S) for number in range(20)]
        assert await asyncio.gather(*asked) == [GuestAnswer("1", str(number)) for number in range(20)]


async def test_a_message_has_a_limit_on_either_side(tmp_path: Path) -> None:
    async with answering(tmp_path, "inlet", questions, echo):
        fits = "a" * (MESSAGE_BYTES_MAX - 100)
        assert await ask(tmp_path, "inlet", GuestOffer(fits), answers, DEADLINE_S) == GuestAnswer("1", fits)
        with pytest.raises(NobodyAnswersError):
            await ask(tmp_path, "inlet", GuestOffer("a" * MESSAGE_BYTES_MAX), answers, DEADLINE_S)
        assert await ask(tmp_path, "inlet", GuestLeaves("1"), answers, DEADLINE_S) == GuestDone(), (
            "others are served on"
        )


async def test_nobody_there_is_told_at_once_and_a_silent_one_in_time(tmp_path: Path) -> None:
    with pytest.raises(NobodyAnswersError):
        await ask(tmp_path, "inlet", GuestDone(), answers, DEADLINE_S)

    async def never(question: ToInlet) -> FromInlet:
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(tmp_path, "inlet", questions, never):
        with pytest.raises(NobodyAnswersError):
            await ask(tmp_path, "inlet", GuestLeaves("1"), answers, 0.1)


async def test_an_address_that_is_only_half_written_is_nobodys_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_HAS_UNIX_SOCKETS", False)  # as on Windows
    (tmp_path / "inlet.port").write_bytes(b"")
    with pytest.raises(NobodyAnswersError):
        await ask(tmp_path, "inlet", GuestDone(), answers, DEADLINE_S)
    async with answering(tmp_path, "inlet", questions, echo):
        assert await ask(tmp_path, "inlet", GuestLeaves("1"), answers, DEADLINE_S) == GuestDone()


async def test_one_who_comes_back_after_a_crash_is_found_again(tmp_path: Path) -> None:
    (tmp_path / "inlet.sock").touch()  # as a killed process leaves it
    for _ in range(2):
        async with answering(tmp_path, "inlet", questions, echo):
            assert await ask(tmp_path, "inlet", GuestLeaves("1"), answers, DEADLINE_S) == GuestDone()
