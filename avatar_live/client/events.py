"""Hear what happens in the room, and ask for things: a game's, a bot's or an overlay's line to the event API."""

import asyncio
import contextlib
import os
import uuid
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, TypeVar, overload

import msgspec

from avatar_live.client.blocking import BlockingEvents
from avatar_live.client.line import ClientError, Line, RefusedError, log, socket_url
from avatar_live.client.sales import PaidEffect, Sales
from avatar_live.protocol import api
from avatar_live.protocol.effects import EffectAskedEvent, OfferedEffect
from avatar_live.protocol.programs import (
    Answer,
    AskState,
    FromProgram,
    Keepalive,
    Missed,
    ProgramWelcome,
    Reconnect,
    RoomState,
    SayLine,
    ToProgram,
    UseMask,
)

ADDRESS: Final = "http://127.0.0.1:8080"
WAITING_MAX: Final = 10_000  # events that the program has not looked at yet; above it the server is kept waiting
ANSWER_S_MAX: Final = 10.0
NO_ANSWER: Final = f"The show did not answer within {ANSWER_S_MAX:.0f} s; it may have done what was asked."
EFFECT_TYPES: Final = ("effect_asked", "effect_ended")
GIFTS_KEPT_MAX: Final = 10_000
AWAY: Final = f"The show is away, and was not back within {ANSWER_S_MAX:.0f} s; nothing was asked of it."
BROKEN: Final = "The line broke before the answer came; the show may have done what was asked."
NO_EVENTS: Final = "What answers there speaks no event API that this client knows: use the same version."
CLOSED: Final = "This line is closed."
MISMATCH: Final = 'The show tells of "{type}" in a form that this client does not know ({error}): use the same version.'

D = TypeVar("D")
Data = msgspec.Struct | PaidEffect | dict[str, Any]


class Position(NamedTuple):
    """Say which event was the last; kept over a restart of the program, it resumes there."""

    epoch: str
    seq: int


class Event(msgspec.Struct, frozen=True):
    """One thing that happened: `data` is the type's own struct, or a dictionary for a type newer than this client.

    Two types are the client's own: "missed", and "paid" for an effect that this program sells (`Events.sell`).
    `is_test` is true where somebody only tries things out, and `source` names where else it happened ("twitch").
    """

    type: str
    data: Data
    epoch: str
    seq: int
    at: float
    source: str
    is_test: bool


class _Frame(msgspec.Struct, frozen=True):
    """What every frame of the event API may have."""

    type: str
    epoch: str = ""
    seq: int = 0
    at: float = 0.0
    data: msgspec.Raw = msgspec.Raw(b"{}")
    source: str = ""
    test: bool = False


_frames: msgspec.json.Decoder[_Frame] = msgspec.json.Decoder(_Frame)
_others: msgspec.json.Decoder[ToProgram] = msgspec.json.Decoder(ToProgram)
_dictionaries: msgspec.json.Decoder[dict[str, Any]] = msgspec.json.Decoder(dict[str, Any])
_OTHERS: Final = frozenset(kind.__struct_config__.tag for kind in ToProgram.__args__)


class Events:
    """Follow the events of a show, each once and in order, over any break and restart of the server.

    `types` masks all others. `since` resumes where an earlier run of the program stopped (`position`); without it the
    first event is the first that happens now. The token may come from AVATAR_LIVE_TOKEN, the address from
    AVATAR_LIVE_ADDRESS. Iterating raises `ClosedError` when the show closes the line for good.
    """

    def __init__(
        self,
        address: str = "",
        token: str = "",
        *,
        types: Iterable[str] = (),
        since: Position | None = None,
    ) -> None:
        self._address = address or os.environ.get("AVATAR_LIVE_ADDRESS", ADDRESS)
        self._types = tuple(types)
        self._heard = since  # the newest event that arrived
        self._told = since  # the newest that the program has seen
        self._waiting: asyncio.Queue[Event | None] = asyncio.Queue(WAITING_MAX)
        self._gifts: dict[str, str] = {}  # the epoch in which each was heard of, the newest last
        self._sales: dict[str, Sales] = {}
        self._answers: dict[str, asyncio.Future[Answer]] = {}
        self._is_welcome = asyncio.Event()
        self._error: ClientError | None = None
        self._line = Line(self, token or os.environ.get("AVATAR_LIVE_TOKEN", ""))

    def __enter__(self) -> BlockingEvents:
        self._blocking = BlockingEvents(self)
        return self._blocking

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._blocking.close()

    async def __aenter__(self) -> Self:
        await self._line.open_until(self._welcomed)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for sales in self._sales.values():
            await sales.close()
        await self._line.close()
        self.ended(ClientError(CLOSED))

    @property
    def position(self) -> Position | None:
        """The newest event that the program has seen; give it as `since` to resume there."""
        return self._told

    def __aiter__(self) -> AsyncIterator[Event]:
        return self

    async def __anext__(self) -> Event:
        if self._error is not None and self._waiting.empty():
            raise self._error
        event = await self._waiting.get()
        if event is None:
            assert self._error is not None
            raise self._error
        self._told = Position(event.epoch, event.seq)
        return event

    @overload
    def of(self, *kinds: type[D]) -> AsyncIterator[D]: ...
    @overload
    def of(self, *kinds: str) -> AsyncIterator[Any]: ...  # a name's struct is known only when the program runs
    async def of(self, *kinds: type[object] | str) -> AsyncIterator[Any]:
        """Yield the data of events of these types, named ("gift") or by their structs (`GiftEvent`)."""
        async for event in self:
            if event.type in kinds or type(event.data) in kinds:
                yield event.data

    # --- what a program asks for ------------------------------------------------------------------------------------

    async def say(self, text: str, name: str = "") -> None:
        """Write a chat line. Raises RefusedError."""
        await self.ask(SayLine("", text, name))

    async def state(self) -> RoomState:
        """Ask how the show does."""
        return msgspec.convert(await self.ask(AskState("")), RoomState)

    async def sell(self, game: str, effects: Iterable[OfferedEffect], journal: Path | None = None) -> None:
        """Sell these effects of a game, and no others, from now on. Raises RefusedError.

        Each that is paid comes once, as an event of the type "paid" whose data is a `PaidEffect`. `journal` is a file
        that remembers what is done over a restart of the program.
        """
        sales = self._sales.get(game)
        if sales is None:
            sales = self._sales[game] = Sales(game, self.ask, self._paid, journal)
        sales.effects = tuple(effects)
        if self._types and not set(EFFECT_TYPES) <= set(self._types):
            self._types += EFFECT_TYPES
            await self.ask(UseMask("", self._types))
        await sales.offer()

    async def ask(self, command: FromProgram) -> Any:
        """Give any command, and return what the answer brings. Raises RefusedError, and ClientError for no answer."""
        id = uuid.uuid4().hex
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(ANSWER_S_MAX):
                await self._welcomed()
                self._answers[id] = answer
                message = msgspec.json.encode(msgspec.structs.replace(command, id=id)).decode()
                if not await self._line.send(message):
                    raise ClientError(BROKEN)
                answered = await answer
        except TimeoutError:
            raise ClientError(NO_ANSWER if id in self._answers else AWAY) from None
        finally:
            self._answers.pop(id, None)
        if not answered.ok:
            raise RefusedError(answered.reason)
        return answered.data

    # --- what the line says -----------------------------------------------------------------------------------------

    def target(self) -> str:
        """Return where to listen, after what was heard."""
        asked = {"types": ",".join(self._types)} if self._types else {}
        if self._heard is not None:
            asked |= {"epoch": self._heard.epoch, "since": str(self._heard.seq)}
        return socket_url(self._address, "/api/events", asked)

    def greeting(self) -> str | None:
        """Say nothing first."""
        return None

    async def heard(self, message: str) -> None:
        """Take one frame."""
        try:
            frame = _frames.decode(message)
            other = _others.decode(message) if frame.type in _OTHERS else None
        except msgspec.DecodeError:
            raise ClientError(NO_EVENTS) from None
        if other is not None:
            await self._take(other)
        elif self._heard is None or frame.epoch != self._heard.epoch or frame.seq > self._heard.seq:
            self._heard = Position(frame.epoch, frame.seq)
            data = _data(frame)
            if isinstance(data, EffectAskedEvent) and data.game in self._sales:
                self._sales[data.game].asked(data)
                return
            if isinstance(data, api.EffectEndedEvent) and data.game in self._sales:
                self._sales[data.game].ended(data.id, data.state)
            if not (isinstance(data, api.GiftEvent) and self._is_told_again(data.id, frame.epoch)):
                await self._waiting.put(
                    Event(frame.type, data, frame.epoch, frame.seq, frame.at, frame.source, frame.test)
                )

    def lost(self) -> None:
        """Leave nobody waiting for an answer that cannot come."""
        self._is_welcome.clear()
        for sales in self._sales.values():
            sales.lost()
        self._fail(ClientError(BROKEN))

    def ended(self, error: ClientError) -> None:
        """Tell everybody who waits."""
        self._error = self._error or error
        self._is_welcome.set()
        self._fail(self._error)
        with contextlib.suppress(asyncio.QueueFull):  # who has so many events to look at waits for none
            self._waiting.put_nowait(None)

    def _is_told_again(self, id: str, epoch: str) -> bool:
        """Say whether a gift was heard of in an earlier life of the server, which tells again what it had not done."""
        first = self._gifts.setdefault(id, epoch)
        if len(self._gifts) > GIFTS_KEPT_MAX:
            del self._gifts[next(iter(self._gifts))]
        return first != epoch

    async def _take(self, message: ToProgram) -> None:
        match message:
            case ProgramWelcome(epoch, seq):
                here = Position(epoch, seq)
                self._heard, self._told = self._heard or here, self._told or here
                self._is_welcome.set()
                for sales in self._sales.values():
                    sales.offer_again()
            case Keepalive(epoch, seq):
                self._heard = Position(epoch, seq)  # past what the mask left out
                if self._waiting.empty():
                    self._told = self._heard
            case Missed(epoch, since):
                log.warning("Some events are gone: the break was longer than the show remembers.")
                await self._waiting.put(Event("missed", message, epoch, since, 0.0, "", False))
            case Answer(id):
                answer = self._answers.get(id)
                if answer is not None and not answer.done():
                    answer.set_result(message)
            case Reconnect(after_s=after_s):
                self._line.rest(after_s)

    async def _paid(self, effect: PaidEffect) -> None:
        epoch, seq = self._heard or Position("", 0)
        await self._waiting.put(Event("paid", effect, epoch, seq, 0.0, "", False))

    async def _welcomed(self) -> None:
        await self._is_welcome.wait()
        if self._error is not None:
            raise self._error

    def _fail(self, error: ClientError) -> None:
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(error)


def _data(frame: _Frame) -> Data:
    kind = api.EVENTS.get(frame.type)
    try:
        return _dictionaries.decode(frame.data) if kind is None else msgspec.json.decode(frame.data, type=kind)
    except msgspec.DecodeError as error:
        raise ClientError(MISMATCH.format(type=frame.type, error=error)) from None
