"""The line to Twitch: EventSub's websocket, and the subscriptions that are asked for over HTTP.

https://dev.twitch.tv/docs/eventsub/handling-websocket-events/ : welcome, subscribe within ten seconds, keepalives, and
a new address to go to when the server stops, where the subscriptions are known already.
"""

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx
from websockets.asyncio.client import ClientConnection, connect

from avatar_live.bridges import twitch
from avatar_live.bridges.bridge import CALL_S_MAX, FRAME_BYTES_MAX, REFUSED, Bridge, BridgeRefusedError
from avatar_live.bridges.happening import NotUnderstoodError
from avatar_live.bridges.twitch import Session

SOCKET: Final = "wss://eventsub.wss.twitch.tv/ws"
SUBSCRIPTIONS: Final = "https://api.twitch.tv/helix/eventsub/subscriptions"
WELCOME_S_MAX: Final = 10.0
KEEPALIVE_SPARE_S: Final = 5.0  # beyond what the welcome says
KEEPALIVE_S_USUAL: Final = 10


@dataclass(frozen=True, slots=True)
class TwitchLine:
    """Read one channel; `reader` is the user whose `token` it is (scopes user:read:chat, moderator:read:followers,
    bits:read, channel:read:subscriptions and channel:read:redemptions, as far as they are wanted)."""

    broadcaster: str
    client_id: str
    token: str
    reader: str
    socket: str = SOCKET
    subscriptions: str = SUBSCRIPTIONS

    async def carry(self, bridge: Bridge) -> None:
        """Connect and tell what happens, over any number of moves to another server."""
        line = await self._opened(self.socket)
        try:
            welcome = await _welcomed(line)
            bridge.connected(await self._subscribe(welcome.id))
            while True:
                elsewhere = await _follow(line, welcome.keepalive_timeout_seconds or KEEPALIVE_S_USUAL, bridge)
                old = line
                line, welcome = await self._moved(old, elsewhere, bridge)
                await old.close()
        finally:
            await line.close()

    async def _moved(self, old: ClientConnection, address: str, bridge: Bridge) -> tuple[ClientConnection, Session]:
        """Go to another server; until that one has welcomed us the old line goes on."""
        hearing_out = asyncio.create_task(_follow(old, KEEPALIVE_S_USUAL, bridge), name="twitch-old-line")
        try:
            fresh = await self._opened(address)
            try:
                return fresh, await _welcomed(fresh)
            except BaseException:
                await fresh.close()
                raise
        finally:
            hearing_out.cancel()
            await asyncio.gather(hearing_out, return_exceptions=True)

    async def _opened(self, address: str) -> ClientConnection:
        return await connect(address, open_timeout=CALL_S_MAX, close_timeout=1.0, max_size=FRAME_BYTES_MAX)

    async def _subscribe(self, session: str) -> str:
        """Ask for everything that the token may read; return what it may not. Raises BridgeRefusedError for nothing."""
        headers = {"Authorization": f"Bearer {self.token}", "Client-Id": self.client_id}
        refused: list[str] = []
        async with httpx.AsyncClient(timeout=CALL_S_MAX, headers=headers) as client:
            for wish in twitch.WISHES:
                answer = await client.post(
                    self.subscriptions,
                    json={
                        "type": wish.type,
                        "version": wish.version,
                        "condition": twitch.condition(wish, self.broadcaster, self.reader),
                        "transport": {"method": "websocket", "session_id": session},
                    },
                )
                if answer.status_code in REFUSED:
                    refused.append(wish.type)
                elif answer.status_code != httpx.codes.CONFLICT:  # it is there already
                    answer.raise_for_status()
        if len(refused) == len(twitch.WISHES):
            raise BridgeRefusedError("Twitch does not take this token: make a new one, for this channel.")
        return f"not readable with this token: {', '.join(refused)}" if refused else ""


async def _welcomed(line: ClientConnection) -> Session:
    async with asyncio.timeout(WELCOME_S_MAX):
        message = twitch.read(await line.recv())
    if message.metadata.message_type != "session_welcome":
        raise NotUnderstoodError("no welcome")
    return message.payload.session


async def _follow(line: ClientConnection, keepalive_s: int, bridge: Bridge) -> str:
    """Tell what happens until the server asks us to go elsewhere, and return where. Raises TimeoutError in silence."""
    while True:
        async with asyncio.timeout(keepalive_s + KEEPALIVE_SPARE_S):
            message = twitch.read(await line.recv())
        match message.metadata.message_type:
            case "notification":
                bridge.take(twitch.happenings(message))
            case "session_reconnect" if message.payload.session.reconnect_url:
                return message.payload.session.reconnect_url
            case "revocation":
                subscription = message.payload.subscription
                bridge.connected(f"taken back: {subscription.type} ({subscription.status})")
            case _:
                pass  # a keepalive
