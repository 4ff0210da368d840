"""Take part as a viewer does: for bots that chat and give, and for tests that need an audience."""

import asyncio
import contextlib
import os
import re
import uuid
from collections import deque
from collections.abc import AsyncIterator
from types import TracebackType
from typing import Final, Self

from avatar_live.client.blocking import BlockingViewer
from avatar_live.client.events import ADDRESS, CLOSED
from avatar_live.client.line import ClientError, Line, socket_url
from avatar_live.protocol.codec import MalformedError, encoded, to_viewer
from avatar_live.protocol.view import Camp
from avatar_live.protocol.wire import (
    GIFT_COUNT_MAX,
    GIFT_ID_CHARACTERS_MAX,
    LIKES_PER_MESSAGE_MAX,
    ChatLine,
    FromViewer,
    GiftGiven,
    GiftUpdate,
    GiveGift,
    Join,
    Like,
    Lines,
    Offers,
    PickCamp,
    PushUpdate,
    Refused,
    Say,
    ToViewer,
    Wallet,
    Welcome,
)

HEARD_MAX: Final = 1_000  # messages that nobody looked at; above it the oldest are passed over
AGAIN_S: Final = 0.25  # between two that are asked for again: the room takes a few a second
PAUSE_S: Final = 1.0  # after the room said that this was far too fast
LIKE_S: Final = 0.1  # between two messages of likes: the room counts ten a second
NO_ID: Final = f"An id is 1 to {GIFT_ID_CHARACTERS_MAX} letters, digits, '-' or '_'; a UUID is best."
NO_COUNT: Final = f"Give 1 to {GIFT_COUNT_MAX} of a gift at once."
_GIFT_ID: Final = re.compile(rf"[A-Za-z0-9_-]{{1,{GIFT_ID_CHARACTERS_MAX}}}")


class Viewer:
    """Be one viewer of a show, over any break and restart of the server.

    `secret` owns the wallet: keep `viewer.secret` and give it again to be the same viewer. A gift or a push is asked
    for again with its own id until it is answered, so that it happens once; a line or a like that a break swallows is
    gone. What others said meanwhile comes after the next welcome.
    """

    def __init__(self, address: str = "", name: str = "Guest", *, secret: str | None = None) -> None:
        self._address = address or os.environ.get("AVATAR_LIVE_ADDRESS", ADDRESS)
        self._name = name
        self.secret = secret
        self.welcome: Welcome | None = None  # the newest
        self.balance_coins = 0
        self.passed_over = 0
        self._epoch: str | None = None
        self._seq = 0
        self._prices: dict[str, int] = {}  # as the room told them last
        self._heard: deque[ToViewer] = deque()
        self._is_heard = asyncio.Event()
        self._is_in = asyncio.Event()
        self._asked: dict[str, tuple[GiveGift, asyncio.Future[GiftUpdate]]] = {}
        self._pressed: dict[str, tuple[PickCamp, asyncio.Future[PushUpdate]]] = {}
        self._likes = 0  # not said yet
        self._liking = asyncio.Lock()
        self._asking: asyncio.Task[None] | None = None
        self._error: ClientError | None = None
        self._line = Line(self)

    def __enter__(self) -> BlockingViewer:
        self._blocking = BlockingViewer(self)
        return self._blocking

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blocking.close()

    async def __aenter__(self) -> Self:
        await self._line.open_until(self._joined)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._line.close()
        self._stop_asking()
        self.ended(ClientError(CLOSED))

    def __aiter__(self) -> AsyncIterator[ToViewer]:
        return self

    async def __anext__(self) -> ToViewer:
        """Return the next message of the room."""
        while not self._heard:
            if self._error is not None:
                raise self._error
            self._is_heard.clear()
            await self._is_heard.wait()
        return self._heard.popleft()

    async def say(self, text: str) -> None:
        """Write a chat line."""
        await self._send(Say(text))

    async def like(self, count: int = 1) -> None:
        """Like so many times, as fast as the room counts them."""
        self._likes += max(count, 0)
        async with self._liking:
            while self._likes:
                likes = min(self._likes, LIKES_PER_MESSAGE_MAX)
                self._likes -= likes
                await self._send(Like(likes))
                await asyncio.sleep(LIKE_S)

    async def give(self, gift: str, id: str = "", *, count: int = 1) -> GiftUpdate:
        """Give a gift and return the answer: committed, or refused for a reason. `id` gives the same one again.

        What costs more by now than the room told last is refused, and nothing is paid.
        """
        asked = GiveGift(id or uuid.uuid4().hex, gift, count, self._prices.get(gift, 0))
        if not _GIFT_ID.fullmatch(asked.id):
            raise ClientError(NO_ID)
        if not 0 < count <= GIFT_COUNT_MAX:
            raise ClientError(NO_COUNT)
        if self._error is not None:
            raise self._error
        if asked.id not in self._asked:
            self._asked[asked.id] = asked, asyncio.get_running_loop().create_future()
            if self._is_in.is_set():
                await self._line.send(encoded(asked).decode())
        return await asyncio.shield(self._asked[asked.id][1])

    async def push(self, camp: Camp, id: str = "") -> PushUpdate:
        """Push the ball for a camp and return how that ended: done (after a goal, at the kick-off), or not, and why."""
        asked = PickCamp(camp, id or uuid.uuid4().hex)
        if not _GIFT_ID.fullmatch(asked.id):
            raise ClientError(NO_ID)
        if self._error is not None:
            raise self._error
        if asked.id not in self._pressed:
            self._pressed[asked.id] = asked, asyncio.get_running_loop().create_future()
            if self._is_in.is_set():
                await self._line.send(encoded(asked).decode())
        return await asyncio.shield(self._pressed[asked.id][1])

    # --- what the line says -----------------------------------------------------------------------------------------

    def target(self) -> str:
        """Return where the room is."""
        return socket_url(self._address, "/ws")

    def greeting(self) -> str:
        """Join, as the viewer of before and with what was seen."""
        return encoded(Join(self._name, self.secret, self._epoch, self._seq)).decode()

    async def heard(self, message: str) -> None:
        """Take one message; those that a newer server has are passed over."""
        with contextlib.suppress(MalformedError):
            heard = to_viewer(message.encode())
            missed = self._missed(heard) if isinstance(heard, Welcome) else ()
            for one in heard.lines if isinstance(heard, Lines) else (heard, *missed):
                self._take(one)

    def lost(self) -> None:
        """Ask for nothing until the next welcome."""
        self._is_in.clear()
        self._stop_asking()

    def ended(self, error: ClientError) -> None:
        """Tell everybody who waits."""
        self._error = self._error or error
        self._is_in.set()
        self._is_heard.set()
        answers: list[asyncio.Future[GiftUpdate] | asyncio.Future[PushUpdate]] = []
        answers += [answer for _, answer in self._asked.values()]
        answers += [answer for _, answer in self._pressed.values()]
        for answer in answers:
            if not answer.done():
                answer.set_exception(self._error)
                answer.exception()  # nobody may wait for it any more
        self._asked.clear()
        self._pressed.clear()

    def _missed(self, welcome: Welcome) -> tuple[ChatLine | GiftGiven, ...]:
        """Return what was said while the line was away: of a first welcome nothing, since it was said before it."""
        if self.welcome is None:
            return ()
        heard = self._seq if self._epoch == welcome.epoch else 0
        return tuple(line for line in welcome.recent if line.seq > heard)

    def _take(self, message: ToViewer) -> None:
        match message:
            case Welcome(viewer=secret, epoch=epoch, seq=seq):
                self.welcome, self.secret, self.balance_coins = message, secret, message.balance_coins
                self._epoch, self._seq = epoch, seq
                self._prices = {gift.id: gift.price_coins for gift in message.catalogue}
                self._prices |= {offer.id: offer.price_coins for offer in message.offers}
                self._is_in.set()
                self._ask_again(0.0)
            case ChatLine(seq=seq) | GiftGiven(seq=seq):
                self._seq = max(self._seq, seq)
            case GiftUpdate(id=id):
                self.balance_coins = message.balance_coins
                _, answer = self._asked.pop(id, (None, None))
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case PushUpdate(id=id, state="done" | "failed" | "refused"):
                _, pushed = self._pressed.pop(id, (None, None))
                if pushed is not None and not pushed.done():
                    pushed.set_result(message)
            case Offers(offers):
                self._prices |= {offer.id: offer.price_coins for offer in offers}
            case Wallet(balance_coins):
                self.balance_coins = balance_coins
            case Refused("gift" | "camp"):
                self._ask_again(PAUSE_S)
            case _:
                pass  # for whoever iterates
        self._heard.append(message)
        if len(self._heard) > HEARD_MAX:
            self._heard.popleft()
            self.passed_over += 1
        self._is_heard.set()

    def _ask_again(self, pause_s: float) -> None:
        """Ask again, with their own ids, for what has no answer: the room does each once."""
        self._stop_asking()
        if self._asked or self._pressed:
            self._asking = asyncio.create_task(self._ask(pause_s), name="avatar_live gifts and votes")

    async def _ask(self, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        asked: list[GiveGift | PickCamp] = [gift for gift, _ in self._asked.values()]
        asked += [press for press, _ in self._pressed.values()]
        for one in asked:
            if one.id in self._asked or one.id in self._pressed:
                await self._line.send(encoded(one).decode())
                await asyncio.sleep(AGAIN_S)

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _send(self, message: FromViewer) -> None:
        while True:
            await self._joined()
            if await self._line.send(encoded(message).decode()):
                return
            self._is_in.clear()

    async def _joined(self) -> None:
        await self._is_in.wait()
        if self._error is not None:
            raise self._error
