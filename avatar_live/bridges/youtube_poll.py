"""Ask YouTube for the live chat's newest messages, as often as it wants to be asked."""

import asyncio
from dataclasses import dataclass
from typing import Final

import httpx

from avatar_live.bridges import youtube
from avatar_live.bridges.bridge import CALL_S_MAX, REFUSED, Bridge, BridgeBusyError, BridgeRefusedError

MESSAGES: Final = "https://www.googleapis.com/youtube/v3/liveChat/messages"


@dataclass(frozen=True, slots=True)
class YoutubePoll:
    """Read one live chat with an API key, which goes into a header: addresses are written into logs."""

    live_chat: str
    key: str
    messages: str = MESSAGES

    async def carry(self, bridge: Bridge) -> None:
        """Ask for ever; what was said before the first question is not told."""
        token = ""
        async with httpx.AsyncClient(timeout=CALL_S_MAX, headers={"X-Goog-Api-Key": self.key}) as client:
            while True:
                asked = {"liveChatId": self.live_chat, "part": "snippet,authorDetails"}
                answer = await client.get(self.messages, params={**asked, **({"pageToken": token} if token else {})})
                if answer.status_code in REFUSED and youtube.is_for_now(answer.content):
                    raise BridgeBusyError("YouTube's quota for this key is used up just now.")
                if answer.status_code in REFUSED:
                    raise BridgeRefusedError("YouTube does not show this live chat to this key, or it is over.")
                page = youtube.read(answer.raise_for_status().content)
                bridge.connected()
                if token:
                    for item in page.items:
                        bridge.take(youtube.happenings(item))
                if page.offline_at:
                    raise BridgeRefusedError("The live chat is over.")
                token = page.next_page_token
                await asyncio.sleep(youtube.wait_s(page))
