"""What a client keeps has an end, and what it does not understand is told in a sentence or passed over."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from patience import DEADLINE_S

from avatar_live.client import ClientError, Events, GiftEvent, Viewer
from avatar_live.client.events import GIFTS_KEPT_MAX, WAITING_MAX
from avatar_live.client.sales import KNOWN_MAX, Sales
from avatar_live.client.viewer import HEARD_MAX
from avatar_live.protocol.api import ApiEvent
from avatar_live.protocol.effects import EffectAskedEvent
from avatar_live.protocol.programs import FromProgram, ReportEffect
from avatar_live.protocol.wire import Pong


def gift(seq: int, id: str, epoch: str = "e1") -> str:
    data: dict[str, Any] = {"id": id, "name": "Ann", "gift": "rose", "price_coins": 10}
    return event(seq, "gift", data, epoch)


def event(seq: int, type: str, data: dict[str, Any], epoch: str = "e1") -> str:
    return msgspec.json.encode(ApiEvent(epoch, seq, type, 0.0, data)).decode()


async def test_a_viewer_who_never_listens_keeps_the_newest_messages() -> None:
    ann = Viewer()
    for number in range(HEARD_MAX):
        await ann.heard(msgspec.json.encode(Pong(number)).decode())
    assert ann.passed_over == 0
    await ann.heard(msgspec.json.encode(Pong(HEARD_MAX)).decode())
    assert (ann.passed_over, await anext(ann)) == (1, Pong(1))


async def test_a_viewer_passes_over_what_a_newer_server_says() -> None:
    ann = Viewer()
    await ann.heard('{"type": "hologram", "size": 3}')
    await ann.heard(msgspec.json.encode(Pong(1)).decode())
    assert await anext(ann) == Pong(1)


async def test_a_slow_program_makes_the_line_wait_and_loses_nothing() -> None:
    events = Events()
    for seq in range(1, WAITING_MAX + 1):
        await events.heard(gift(seq, f"g{seq}"))
    hearing = asyncio.create_task(events.heard(gift(WAITING_MAX + 1, "one too many")))
    await asyncio.sleep(0)
    assert not hearing.done()
    heard = [(await anext(events)).seq for _ in range(WAITING_MAX + 1)]
    assert heard == list(range(1, WAITING_MAX + 2))


async def test_a_gift_told_again_by_a_new_life_of_the_server_is_known_among_the_newest() -> None:
    events = Events()
    gifts = events.of(GiftEvent)
    for seq in range(1, GIFTS_KEPT_MAX + 2):
        await events.heard(gift(seq, f"g{seq}"))
        await anext(gifts)
    await events.heard(gift(1, "g2", "e2"))  # the oldest that is kept
    await events.heard(gift(2, "g1", "e2"))
    assert (await anext(gifts)).id == "g1", "which is forgotten; it names itself"


@pytest.mark.parametrize(
    ("address", "proxy"),
    [("http://show..example:8080", ""), ("http://show.example:8080", "socks5://127.0.0.1:9")],
    ids=["a host that is none", "a proxy of a kind that needs another package"],
)
async def test_a_line_that_can_never_open_is_told_in_a_sentence(
    address: str, proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ws_proxy", proxy)
    monkeypatch.setenv("no_proxy", "")
    with pytest.raises(ClientError, match=r"The line to the show at ws://show\S+/ws cannot be kept \(.+\)"):
        async with asyncio.timeout(DEADLINE_S), Viewer(address):
            pass


async def test_what_is_no_event_api_is_told_in_a_sentence() -> None:
    for message in ("hello", "[]", '{"type": "welcome"}'):
        with pytest.raises(ClientError, match="no event API"):
            await Events().heard(message)
    with pytest.raises(ClientError, match="same version"):
        await Events().heard(event(1, "gift", {"id": "g1"}))


async def test_an_event_of_a_newer_server_comes_as_a_dictionary() -> None:
    events = Events()
    await events.heard(event(1, "hologram", {"size": 3}))
    assert (await anext(events)).data == {"size": 3}


async def test_a_journal_forgets_what_is_long_done(tmp_path: Path) -> None:
    journal = tmp_path / "castle.journal"
    journal.write_text("".join(f"p{number}\n" for number in range(2 * KNOWN_MAX + 1)))
    said: list[FromProgram] = []

    async def ask(command: FromProgram) -> dict[str, Any]:
        said.append(command)
        return {"asked": []}

    async def paid(_: object) -> None:
        pytest.fail("it was done before")

    sales = Sales("castle", ask, paid, journal)
    assert len(journal.read_text().split()) == KNOWN_MAX
    await sales.offer()
    sales.asked(EffectAskedEvent(f"p{2 * KNOWN_MAX}", "castle", "ghost", "Ann", 25, 0.0))
    await sales.close()
    assert said[-1] == ReportEffect("", f"p{2 * KNOWN_MAX}", "done")
