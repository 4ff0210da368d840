"""An SFU that takes WHIP asks for keyframes and lost packets, and may come, refuse and go."""

import asyncio
import contextlib

import pytest
from footage import FPS
from patience import DEADLINE_S
from sfu import TOKEN, Sfu
from showing import showing
from stage import until

from avatar_live.broadcast.publisher import Publisher, PublishError


def test_an_sfu_gets_again_what_was_lost_and_a_keyframe_when_it_asks() -> None:
    with Sfu(loses_every=20) as sfu, showing(f"{sfu.url} {TOKEN}") as show:
        until(lambda: show.state == "live" and sfu.pictures > 0, "it is live")
        sent, got = show.stage.pictures, sfu.pictures
        until(lambda: show.stage.pictures >= sent + FPS, "a second is sent")
        until(lambda: sfu.pictures - got >= 0.95 * FPS, "and arrives")
        assert sfu.lost > 0
        wishes = show.stage.wishes
        sfu.want_keyframe()
        until(lambda: show.stage.wishes > wishes, "a keyframe is asked for")
    assert sfu.goodbyes == 1


def test_an_sfu_that_was_gone_is_published_to_again() -> None:
    with Sfu() as sfu, showing(f"{sfu.url} {TOKEN}") as show:
        until(lambda: show.state == "live" and sfu.pictures > 0, "it is live")
        sfu.status = 503
        sfu.hang_up()
        until(lambda: show.state == "retrying", "its end is noticed")
        until(lambda: "refuses the show (status 503)" in show.states[0].words, "it is not there yet")
        got, sfu.status = sfu.pictures, 201
        until(lambda: show.state == "live" and sfu.pictures > got, "it is live again")


def test_a_wrong_token_is_told_and_not_tried_again() -> None:
    with Sfu() as sfu, showing(f"{sfu.url} wrong-token") as show:
        until(lambda: show.state == "failed", "the token is refused")
        assert show.states[0].words == f"127.0.0.1:{sfu.port} asks for another token: copy it anew."
        assert "wrong-token" not in show.told
    assert sfu.offers == 1


async def test_an_answer_without_an_end_is_none() -> None:
    is_left = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"a=a\r\n" * 10_000)
                await writer.drain()
        is_left.set()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/whip"
    async with server, asyncio.timeout(DEADLINE_S):
        with pytest.raises(PublishError, match="gives an answer that is none"):
            await Publisher(lambda: None).connect(address, "")
        await is_left.wait()


def test_what_is_no_sfu_is_told() -> None:
    with Sfu() as sfu, showing(f"{sfu.url}/nothing/here {TOKEN}", "http://127.0.0.1:9/whip") as show:
        until(lambda: show.state == "retrying, retrying", "neither answers as an SFU")
        assert show.states[0].words == f"127.0.0.1:{sfu.port} knows no such place: check the address."
        assert show.states[1].words == "127.0.0.1:9 cannot be reached."
