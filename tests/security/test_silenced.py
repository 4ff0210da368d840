"""Mutes and bans hold, over restarts, new names and every page of a viewer.

Over edges on this machine: `tests/edge/test_edge_process.py`; over machines: `tests/server/test_nodes.py`.
"""

from pathlib import Path

import httpx
import msgspec
import websockets
from patience import DEADLINE_S
from show_server import TOKEN, Page, ShowServer, page, show_server

from avatar_live.protocol.wire import CLOSE_REFUSED, ChatLine, Moderate, Refused, Say
from avatar_live.server.keeper import digest


async def order(server: ShowServer, moderate: Moderate) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=DEADLINE_S) as client:
        address = f"http://127.0.0.1:{server.port}/api/moderation"
        assert (await client.post(address, content=msgspec.json.encode(moderate))).status_code == 200


async def is_heard(one: Page, text: str) -> bool:
    await one.send(Say(text))
    told = await one.until(msgspec.Struct, lambda told: isinstance(told, ChatLine | Refused))
    return isinstance(told, ChatLine)


async def test_a_mute_holds_on_every_page_under_every_name_and_over_a_restart(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        async with page(server, "Eve") as eve:
            assert await is_heard(eve, "hello")
            secret = eve.welcome.viewer
            await order(server, Moderate("mute", viewer=digest(secret), seconds=600.0))
            assert not await is_heard(eve, "hello?")
            async with page(server, "Not Eve", secret) as again:
                assert not await is_heard(again, "hello??")
        server.kill()
        server.start()
        async with page(server, "Nor Eve", secret) as eve, page(server, "Ann") as ann:
            assert not await is_heard(eve, "hello???")
            assert await is_heard(ann, "others talk on")
            await order(server, Moderate("unmute", viewer=digest(secret)))
            assert await is_heard(eve, "sorry")


async def test_a_ban_ends_every_page_and_keeps_them_out_also_after_a_restart(tmp_path: Path) -> None:
    with show_server(tmp_path) as server:
        async with page(server, "Eve") as eve, page(server, "Eve", eve.welcome.viewer) as tab:
            secret = eve.welcome.viewer
            await order(server, Moderate("ban", viewer=digest(secret), reason="spam"))
            for one in (eve, tab):
                assert (await one.closed())[0] == CLOSE_REFUSED
        for _ in range(2):
            async with page(server, "Ann") as ann:
                assert await is_heard(ann, "peace")
            assert await is_out(server, secret)
            server.kill()
            server.start()


async def is_out(server: ShowServer, secret: str) -> bool:
    try:
        async with page(server, "Back", secret):
            return False
    except websockets.ConnectionClosed as closed:
        return closed.rcvd is not None and closed.rcvd.code == CLOSE_REFUSED
