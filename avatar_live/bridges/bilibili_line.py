"""The line to Bilibili's open platform: begin a project over HTTP, then its websocket, both kept alive."""

import asyncio
import contextlib
import secrets
from dataclasses import dataclass
from typing import Final

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from avatar_live import clock
from avatar_live.bridges import bilibili
from avatar_live.bridges.bridge import CALL_S_MAX, FRAME_BYTES_MAX, Bridge, BridgeBusyError, BridgeRefusedError
from avatar_live.bridges.happening import NotUnderstoodError, understood

OPEN_PLATFORM: Final = "https://live-open.biliapi.com"
NEVER: Final = (4001, 4002, 4006, 4007, 4008, 5004, 5005, 7007, 8002)  # application, signature, rights, identity code
SILENT_S_MAX: Final = 60.0  # heartbeats are answered


class _Socket(msgspec.Struct, frozen=True):
    auth_body: str
    wss_link: tuple[str, ...]


class _Game(msgspec.Struct, frozen=True):
    game_id: str = ""


class _Started(msgspec.Struct, frozen=True):
    websocket_info: _Socket
    game_info: _Game = _Game()


class _Answer(msgspec.Struct, frozen=True):
    code: int
    message: str = ""
    data: msgspec.Raw = msgspec.Raw(b"null")


class _AuthReply(msgspec.Struct, frozen=True):
    code: int = 0


@dataclass(frozen=True, slots=True)
class BilibiliLine:
    """Read the room of the host whose identity code (身份码) `code` is, as the project `app_id`."""

    app_id: int
    code: str
    key: str
    secret: str
    open_platform: str = OPEN_PLATFORM

    async def carry(self, bridge: Bridge) -> None:
        """Begin the project, read its websocket, and end the project again."""
        async with httpx.AsyncClient(timeout=CALL_S_MAX) as client:
            answer = await self._call(client, "start", {"code": self.code, "app_id": self.app_id})
            if answer.code != 0:
                words = f"Bilibili does not begin this project (code {answer.code})."
                raise BridgeRefusedError(words) if answer.code in NEVER else BridgeBusyError(words)
            started = understood(answer.data, _Started)
            game = {"game_id": started.game_info.game_id}
            if not started.websocket_info.wss_link:
                raise NotUnderstoodError("no websocket")
            try:
                async with connect(
                    started.websocket_info.wss_link[0],
                    open_timeout=CALL_S_MAX,
                    close_timeout=1.0,
                    max_size=FRAME_BYTES_MAX,
                    ping_interval=None,  # it has heartbeats of its own
                ) as line:
                    await line.send(bilibili.packet(bilibili.AUTH, started.websocket_info.auth_body.encode()))
                    beating = asyncio.create_task(self._beat(client, line, game), name="bilibili-heartbeat")
                    try:
                        await _follow(line, bridge)
                    finally:
                        beating.cancel()
                        with contextlib.suppress(asyncio.CancelledError, httpx.HTTPError, OSError):
                            await beating
            finally:
                with contextlib.suppress(httpx.HTTPError, NotUnderstoodError):
                    await self._call(client, "end", {**game, "app_id": self.app_id})

    async def _beat(self, client: httpx.AsyncClient, line: ClientConnection, game: dict[str, str]) -> None:
        while True:
            await line.send(bilibili.packet(bilibili.HEARTBEAT))
            with contextlib.suppress(httpx.HTTPError, NotUnderstoodError):  # the next one will tell
                await self._call(client, "heartbeat", dict(game))
            await asyncio.sleep(bilibili.HEARTBEAT_S)

    async def _call(self, client: httpx.AsyncClient, what: str, asked: dict[str, str | int]) -> _Answer:
        body = msgspec.json.encode(asked)
        headers = bilibili.signed_headers(self.key, self.secret, body, int(clock.wall_s()), secrets.token_hex(16))
        answer = await client.post(f"{self.open_platform}/v2/app/{what}", content=body, headers=headers)
        return understood(answer.raise_for_status().content, _Answer)


async def _follow(line: ClientConnection, bridge: Bridge) -> None:
    while True:
        async with asyncio.timeout(SILENT_S_MAX):
            data = await line.recv()
        if isinstance(data, str):
            raise NotUnderstoodError("text")
        for operation, body in bilibili.packets(data):
            if operation == bilibili.AUTH_REPLY:
                if understood(body or b"{}", _AuthReply).code != 0:
                    raise NotUnderstoodError("not let in")
                bridge.connected()
            elif operation == bilibili.MESSAGE:
                bridge.take(bilibili.happenings(body))
