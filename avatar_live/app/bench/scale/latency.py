"""How long a gift takes to its answer, and a chat line to another page: at this machine's edge, and through Redis."""

import asyncio
import uuid
from typing import Final

import msgspec
import websockets

from avatar_live import clock
from avatar_live.protocol.codec import to_viewer
from avatar_live.protocol.wire import ChatLine, FromViewer, GiftUpdate, GiveGift, Join, Lines, Say, ToViewer, Welcome

PAGES: Final = 10
EVERY_S: Final = 0.4
_S_MAX: Final = 10.0


async def measure_latency(port: int, seconds: float) -> dict[str, list[float]]:
    """Return milliseconds of gifts and of lines, of pages at this port that act one after the other."""
    found: dict[str, list[float]] = {"gift_ms": [], "line_ms": []}
    pages = [await _joined(port, f"Page {number}") for number in range(PAGES)]
    try:
        until_s = clock.now_s() + seconds
        while clock.now_s() < until_s:
            for number, page in enumerate(pages):
                began_s = clock.now_s()
                found["gift_ms"].append(await _gift_ms(page))
                found["line_ms"].append(await _line_ms(page, pages[number - 1]))
                await asyncio.sleep(max(EVERY_S / PAGES - (clock.now_s() - began_s), 0.0))
    finally:
        for page in pages:
            await page.close()
    return found


async def _gift_ms(page: websockets.ClientConnection) -> float:
    id = str(uuid.uuid4())
    began_s = clock.now_s()
    await _say(page, GiveGift(id, "tomato"))
    while not (isinstance(told := await _told(page), GiftUpdate) and told.id == id):
        pass
    return 1e3 * (clock.now_s() - began_s)


async def _line_ms(page: websockets.ClientConnection, other: websockets.ClientConnection) -> float:
    text = str(uuid.uuid4())
    began_s = clock.now_s()
    await _say(page, Say(text))
    while text not in _texts(await _told(other)):
        pass
    return 1e3 * (clock.now_s() - began_s)


def _texts(message: ToViewer) -> list[str]:
    lines = message.lines if isinstance(message, Lines) else (message,)
    return [line.text for line in lines if isinstance(line, ChatLine)]


async def _joined(port: int, name: str) -> websockets.ClientConnection:
    page = await websockets.connect(f"ws://127.0.0.1:{port}/ws", compression=None, max_queue=None)  # it reads late
    await _say(page, Join(name))
    while not isinstance(await _told(page), Welcome):
        pass
    return page


async def _told(page: websockets.ClientConnection) -> ToViewer:
    return to_viewer(await asyncio.wait_for(page.recv(decode=False), _S_MAX))


async def _say(page: websockets.ClientConnection, message: FromViewer) -> None:
    await page.send(msgspec.json.encode(message).decode())
